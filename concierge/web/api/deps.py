"""What the routers ask for: the services, the request id, and who is asking.

    async-free use:  def route(actor: Staff, services: Api, ...) -> ...

Staff come with the sign-in cookie, customers with `Authorization: Bearer <session token>`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from concierge import bootstrap
from concierge.bootstrap import Services
from concierge.core.actor import Actor
from concierge.core.errors import Forbidden, InvalidInput, Unauthenticated, Unavailable
from concierge.core.ids import new_id
from concierge.web.cookies import read_token
from concierge.web.safety import SAFE_METHODS, same_origin

_LONGEST_KEY = 200


def services() -> Services:
    return bootstrap.current()


def request_id(request: Request) -> str:
    """The id every answer carries as `X-Request-Id`."""
    return str(getattr(request.state, "request_id", None) or new_id())


def bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def address(request: Request) -> str:
    """Where it came from, for limits; hashed before it is kept anywhere."""
    return request.client.host if request.client else "unknown"


def staff_or_none(request: Request) -> Actor | None:
    """The signed-in member of staff. Raises `Forbidden` for a change sent from another site."""
    token = read_token(request.scope)
    if not token:
        return None
    if request.method not in SAFE_METHODS and not same_origin(request.headers):
        raise Forbidden("changes sent from another site")
    login = bootstrap.current().accounts.authenticate(token)
    return login.actor if login else None


def customer_or_none(request: Request) -> Actor | None:
    """The holder of a running session's token."""
    token = bearer_token(request)
    return bootstrap.current().sessions.authenticate(token) if token else None


BEARER = HTTPBearer(
    auto_error=False, scheme_name="session", description="The token of a customer's session."
)
COOKIE = APIKeyCookie(
    name="aurora_login_8501",
    auto_error=False,
    scheme_name="staff",
    description="Set by `POST /session/login`; its name ends in the port, and begins with "
    "`__Host-` on HTTPS.",
)
"""Both only describe: who asks is read below."""


def staff(request: Request, _: Annotated[object, Security(COOKIE)] = None) -> Actor:
    """Raises `Unauthenticated`."""
    actor = staff_or_none(request)
    if actor is None:
        raise Unauthenticated
    return actor


def customer(request: Request, _: Annotated[object, Security(BEARER)] = None) -> Actor:
    """Raises `Unauthenticated`, also for a session that has ended."""
    if not bootstrap.current().settings.enabled:
        raise Unavailable("The concierge")
    actor = customer_or_none(request)
    if actor is None:
        raise Unauthenticated("This needs the token of a running session.")
    return actor


def idempotency_key(
    request: Request,
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> str:
    """The caller's key; without one the request's own id, which makes it a request by itself."""
    if key is not None and not 1 <= len(key.strip()) <= _LONGEST_KEY:
        raise InvalidInput("Idempotency-Key", f"must have 1 to {_LONGEST_KEY} characters")
    return key.strip() if key else request_id(request)


Api = Annotated[Services, Depends(services)]
Staff = Annotated[Actor, Depends(staff)]
Customer = Annotated[Actor, Depends(customer)]
IdempotencyKey = Annotated[str, Depends(idempotency_key)]
Address = Annotated[str, Depends(address)]
