"""The sign-in cookie: its name, and how it is read, set and cleared.

Cookies do not know ports, so two installations on one host would overwrite each other's: the name
ends in the port. Over HTTPS the `__Host-` prefix keeps subdomains from planting one.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import cookie_parser
from starlette.responses import Response

from concierge import bootstrap
from concierge.accounts.service import LOGIN_LASTS

Scope = Any


def is_secure(scope: Scope) -> bool:
    """HTTPS here or at a proxy that `CONCIERGE_PUBLIC_URL` names."""
    public_url = bootstrap.current().settings.public_url or ""
    return scope.get("scheme") in ("https", "wss") or public_url.startswith("https://")


def cookie_name(scope: Scope) -> str:
    server = scope.get("server") or ("", 0)
    prefix = "__Host-" if is_secure(scope) else ""
    return f"{prefix}aurora_login_{server[1]}"


def read_token(scope: Scope) -> str | None:
    """The token of the request's cookie."""
    raw = "; ".join(
        value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"cookie"
    )
    return cookie_parser(raw).get(cookie_name(scope)) if raw else None


def set_token(response: Response, scope: Scope, token: str) -> None:
    response.set_cookie(
        cookie_name(scope),
        token,
        max_age=int(LOGIN_LASTS.total_seconds()),
        path="/",
        secure=is_secure(scope),
        httponly=True,
        samesite="lax",
    )


def clear_token(response: Response, scope: Scope) -> None:
    response.delete_cookie(
        cookie_name(scope), path="/", secure=is_secure(scope), httponly=True, samesite="lax"
    )
