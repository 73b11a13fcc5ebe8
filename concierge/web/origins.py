"""Which other sites' pages may call the API: those of `CONCIERGE_ALLOWED_ORIGINS`, no other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.middleware.cors import CORSMiddleware

from concierge import bootstrap

App = Callable[[Any, Any, Any], Awaitable[None]]


class Origins:
    """ASGI middleware. The settings are read with the first request: before it there are none."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._allowing: tuple[tuple[str, ...], App] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        allowed = bootstrap.current().settings.allowed_origins if scope["type"] == "http" else ()
        if not allowed:
            await self._app(scope, receive, send)
            return
        if self._allowing is None or self._allowing[0] != allowed:
            cors = CORSMiddleware(
                self._app,
                allow_origins=list(allowed),
                allow_methods=["GET", "POST"],
                # The token travels in a header, never in a cookie: no credentials cross over.
                allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id"],
                expose_headers=["X-Request-Id", "Retry-After"],
            )
            self._allowing = (allowed, cors)
        await self._allowing[1](scope, receive, send)
