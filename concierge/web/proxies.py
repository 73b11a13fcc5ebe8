"""Where a request really came from: only proxies named in the configuration are believed.

Limits count by address. Whoever may say where a request came from chooses what is counted, so
`X-Forwarded-For` and `X-Forwarded-Proto` count only from `CONCIERGE_TRUSTED_PROXIES`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

import uvicorn.config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from concierge import bootstrap

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def believe_nobody_else() -> None:
    """The server would believe every local peer before we are asked, and Streamlit, which starts
    it, has no setting for that. To be called before the server has loaded the application."""
    uvicorn.config.ProxyHeadersMiddleware = _as_it_is  # type: ignore[assignment, attr-defined]


class Proxies:
    """ASGI middleware; before everything that asks for an address."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._behind = lru_cache(maxsize=8)(self._read_headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] in ("http", "websocket"):
            trusted = bootstrap.current().settings.trusted_proxies
            app = self._behind(trusted) if trusted else app
        await app(scope, receive, send)

    def _read_headers(self, trusted: tuple[str, ...]) -> App:
        headers: App = ProxyHeadersMiddleware(self._app, list(trusted))
        return headers


def _as_it_is(app: App, **_: Any) -> App:
    return app
