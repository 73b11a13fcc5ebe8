"""Around every request: its id, its numbers, its security headers, and an end when we stop."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from concierge.core.ids import new_id
from concierge.core.telemetry import ERRORS, HTTP_REQUESTS, HTTP_SECONDS, bind_request, get_logger
from concierge.web import problems

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_ACCEPTED_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

# Streamlit needs inline styles, workers from blobs and evaluated chart expressions; nothing needs
# another host. Whatever a page says, no request leaves for one.
SCREEN_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
    "connect-src 'self' ws: wss: blob: data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"content-security-policy", SCREEN_POLICY.encode()),
)

log = get_logger(__name__)


class Stopping:
    """Ends what would keep the process from stopping: event streams run until told otherwise."""

    GRACE_SECONDS = 0.5

    def __init__(self) -> None:
        self.begun = False
        self._running: set[asyncio.Task[Any]] = set()

    def begin(self) -> None:
        """On the event loop: short requests may finish, the rest is cancelled."""
        if not self.begun:
            self.begun = True
            log.info("stop.asked", running=len(self._running))
            asyncio.get_running_loop().call_later(self.GRACE_SECONDS, self._cancel)

    def _cancel(self) -> None:
        for task in list(self._running):
            task.cancel()

    def enter(self) -> asyncio.Task[Any] | None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        return task

    def leave(self, task: asyncio.Task[Any] | None) -> None:
        if task is not None:
            self._running.discard(task)


class Requests:
    """ASGI middleware; the outermost of ours."""

    def __init__(self, app: App, stopping: Stopping) -> None:
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        task = self._stopping.enter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        try:
            with bind_request(request_id):
                if scope["type"] == "http":
                    await self._http(scope, receive, send, request_id)
                else:
                    await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not self._stopping.begun:
                raise
        finally:
            self._stopping.leave(task)

    async def _http(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = time.perf_counter()
        status = 0
        complete = False

        async def answer(message: Any) -> None:
            nonlocal status, complete
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _with_ours(message["headers"], request_id)}
            elif message["type"] == "http.response.body":
                complete = not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except asyncio.CancelledError:
            if self._stopping.begun and status and not complete:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            raise
        except Exception as error:
            log.exception("request.failed", route=_route(scope), method=scope["method"])
            ERRORS.labels(where="http", code=type(error).__name__).inc()
            if not status:
                await problems.unexpected()(scope, receive, answer)
        finally:
            route = _route(scope)
            HTTP_REQUESTS.labels(route=route, method=_method(scope), status=str(status)).inc()
            HTTP_SECONDS.labels(route=route).observe(time.perf_counter() - started)


def _request_id(scope: Scope) -> str:
    """The caller's own, when it is one, so that a request is followed through both logs."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            if _ACCEPTED_ID.fullmatch(given):
                return str(given)
    return new_id()


def _with_ours(headers: Any, request_id: str) -> list[tuple[bytes, bytes]]:
    given = list(headers)
    present = {name.lower() for name, _ in given}
    ours = [(name, value) for name, value in _HEADERS if name not in present]
    return [*given, *ours, (b"x-request-id", request_id.encode("latin-1"))]


def _route(scope: Scope) -> str:
    """The route's pattern, never the path: a label for each path would fill the memory."""
    route = scope.get("route")
    if route is None:
        return "none"
    return f"{scope.get('root_path', '')}{getattr(route, 'path', '')}" or "/*"


def _method(scope: Scope) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return scope["method"] if scope["method"] in known else "OTHER"
