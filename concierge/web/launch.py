"""The parts of `st.App` that are not screens, put together for `app.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount

from concierge.core.errors import ConciergeError, Unavailable
from concierge.core.mongo import OUTAGE
from concierge.web import customer, html, lifespan, login, probes, problems
from concierge.web.api.app import create_api
from concierge.web.gate import Gate
from concierge.web.proxies import Proxies, believe_nobody_else
from concierge.web.requests import Requests, Stopping
from concierge.web.tabs import EndFrame, Tabs


@dataclass(frozen=True)
class Launch:
    """What `st.App` takes."""

    routes: list[BaseRoute]
    middleware: list[Middleware]
    exception_handlers: dict[Any, Callable[..., Any]]
    lifespan: lifespan.Lifespan


def create(*, end_frame: EndFrame, screens: frozenset[str], port: int, host: str) -> Launch:
    """`end_frame` makes the screens' message that sends a tab elsewhere, `screens` are their
    addresses; `port` and `host` are what the server was told to bind."""
    believe_nobody_else()
    tabs = Tabs(end_frame)
    stopping = Stopping()
    return Launch(
        routes=[
            *probes.routes(),
            *login.routes(),
            *customer.routes(),
            Mount("/api", app=create_api(), name="api"),
        ],
        middleware=[
            Middleware(Requests, stopping),
            Middleware(Proxies),
            Middleware(Gate, tabs, screens),
        ],
        exception_handlers={
            ConciergeError: _refused,
            **dict.fromkeys(OUTAGE, _out_of_reach),
        },
        lifespan=lifespan.create(tabs=tabs, stopping=stopping, port=port, host=host),
    )


async def _refused(request: Request, error: ConciergeError) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return html.trouble(error)
    return problems.from_error(error)


async def _out_of_reach(request: Request, _: Exception) -> Response:
    return await _refused(request, Unavailable("The database"))
