"""The gate: closed unless a path is named here or the request carries a live sign-in.

It stands before everything Streamlit serves, the websocket included, takes away any identity
header a client sends, and sets them itself; `.streamlit/config.toml` maps them to `st.user`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse, Response

from concierge import bootstrap
from concierge.accounts.service import ENDED
from concierge.accounts.views import LoggedIn
from concierge.core.errors import NotFound, Unauthenticated, Unavailable
from concierge.core.mongo import OUTAGE
from concierge.web import html, problems, tcp
from concierge.web.cookies import read_token
from concierge.web.safety import host_name, own_origin
from concierge.web.tabs import CLOSE_CODE, Tab, Tabs, sign_in_url

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN_PATHS = frozenset(
    {
        "/healthz",
        "/readyz",
        "/metrics",
        "/_stcore/health",
        "/_stcore/host-config",
        "/api",
    }
)
OPEN_FOLDERS = ("/session/", "/api/", "/c/", "/static/", "/app/static/")
_NOT_SCREENS = ("/_stcore/", "/media/", "/component/")
_FAVICON = "/favicon.png"  # of the page itself, before the screen names ours
STREAM = "/_stcore/stream"

USER_HEADER = b"x-aurora-user"
LOGIN_HEADER = b"x-aurora-login"
ROLES_HEADER = b"x-aurora-roles"
_OUR_HEADERS = b"x-aurora-"


def is_open(path: str) -> bool:
    """Whether a path needs no sign-in. Dots are refused, so that no folder is left sideways."""
    if path in OPEN_PATHS:
        return True
    return path.startswith(OPEN_FOLDERS) and "/../" not in f"{path}/" and "\\" not in path


class Gate:
    """ASGI middleware; `screens` are the addresses of all screens, whosever they are."""

    def __init__(self, app: App, tabs: Tabs, screens: frozenset[str]) -> None:
        self._app = app
        self._tabs = tabs
        self._screens = screens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if not _host_allowed(scope):
            await _misdirected(scope, receive, send)
            return
        headers = [(k, v) for k, v in scope["headers"] if not k.lower().startswith(_OUR_HEADERS)]
        scope["headers"] = headers
        if scope["type"] == "http" and is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            login = await _who(scope)
        except OUTAGE:
            await _out(scope, receive, send)
            return
        if login is None:
            await self._refuse(scope, receive, send)
            return
        if self._is_nothing(scope):
            await _missing(scope, receive, send)
            return
        scope["headers"] = [
            *headers,
            (USER_HEADER, login.username.encode("ascii")),
            (LOGIN_HEADER, login.login_id.encode("ascii")),
            (ROLES_HEADER, ",".join(sorted(login.roles)).encode("ascii")),
        ]
        if scope["type"] == "http":
            await self._app(scope, receive, send)
            return
        tab = Tab(receive, send)
        with self._tabs.opened(login.login_id, tab):
            await self._app(scope, tab.receive, tab.send)

    def _is_nothing(self, scope: Scope) -> bool:
        """Whether a page is asked for that no screen has. Streamlit would open any path, with the
        home screen under words of its own; only who is signed in is told what there is."""
        path = str(scope["path"])
        if scope["type"] != "http" or not _asks_for_screen(scope) or path == _FAVICON:
            return False
        return (path.rstrip("/") or "/") not in self._screens

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._refuse_socket(scope, receive, send)
        elif _asks_for_screen(scope):
            wanted = quote(_path_and_query(scope), safe="/")
            response = RedirectResponse(f"/session/login?next={wanted}", status_code=303)
            response.headers["Cache-Control"] = "no-store"
            await response(scope, receive, send)
        else:
            await problems.from_error(Unauthenticated())(scope, receive, send)

    async def _refuse_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A refused socket leaves its tab retrying for ever; so ours is let in to be sent away."""
        await receive()
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        if scope["path"] != STREAM or not own_origin(headers.get("origin"), headers.get("host")):
            await send({"type": "websocket.close", "code": 1008})
            return
        offered = scope.get("subprotocols") or [None]
        await send({"type": "websocket.accept", "subprotocol": offered[0]})
        frame = self._tabs.end_frame(sign_in_url(await _why_not(scope)))
        await send({"type": "websocket.send", "bytes": frame})
        await send({"type": "websocket.close", "code": CLOSE_CODE})


def _host_allowed(scope: Scope) -> bool:
    """While accounts with a printed password exist, we answer only to names of this machine.

    Else a foreign page could turn its own name to 127.0.0.1 and sign in as anybody.
    """
    settings = bootstrap.current().settings
    if not settings.demo:
        return True
    raw = next((value for name, value in scope["headers"] if name == b"host"), b"")
    host = host_name(raw.decode("latin-1"))
    return tcp.is_loopback(host) or host == host_name(urlsplit(settings.base_url).netloc)


async def _misdirected(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    words = "In demo mode the desk answers on this machine's own names only."
    response = problems.problem(421, "misdirected", "Not the right address", words)
    await response(scope, receive, send)


async def _who(scope: Scope) -> LoggedIn | None:
    token = read_token(scope)
    if not token:
        return None
    return await asyncio.to_thread(bootstrap.current().accounts.authenticate, token)


async def _why_not(scope: Scope) -> str:
    """Why the sign-in that a request brings is no more."""
    token = read_token(scope)
    if not token:
        return ENDED
    try:
        return await asyncio.to_thread(bootstrap.current().accounts.why_ended, token)
    except OUTAGE:
        return ENDED


async def _out(scope: Scope, receive: Receive, send: Send) -> None:
    """The database is away: nobody can be told apart, so nobody passes, and it says why."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1013})  # try again later: the tab does
        return
    if _asks_for_screen(scope):
        response: Response = html.trouble(Unavailable("The database"))
    else:
        response = problems.outage()
    await response(scope, receive, send)


async def _missing(scope: Scope, receive: Receive, send: Send) -> None:
    said = html.texts()
    if _asks_for_html(scope):
        response: Response = html.message(
            said.say("missing_title"),
            said.say("missing_text"),
            status=NotFound.status,
            action=(said.say("missing_home"), "/"),
        )
    else:
        response = problems.problem(
            NotFound.status, NotFound.code, said.say("missing_title"), said.say("missing_text")
        )
    await response(scope, receive, send)


def _asks_for_screen(scope: Scope) -> bool:
    """A person's browser opening a page, not a part of one or a program."""
    if scope["method"] not in ("GET", "HEAD") or scope["path"].startswith(_NOT_SCREENS):
        return False
    accepted = _accepted(scope)
    return b"text/html" in accepted or b"*/*" in accepted or not accepted


def _asks_for_html(scope: Scope) -> bool:
    return b"text/html" in _accepted(scope)


def _accepted(scope: Scope) -> bytes:
    return b",".join(value for name, value in scope["headers"] if name == b"accept")


def _path_and_query(scope: Scope) -> str:
    path = str(scope["path"])
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path
