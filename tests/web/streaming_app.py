"""The application with one route more: a stream that never ends by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import streamlit as st
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from concierge.core.folders import PROJECT_ROOT
from concierge.ui import registry, tabs
from concierge.web import launch

_parts = launch.create(
    end_frame=tabs.go_to,
    screens=registry.URLS,
    port=int(st.get_option("server.port")),
    host=str(st.get_option("server.address") or ""),
)


async def endless(_: Request) -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        yield b": open\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(lines(), media_type="text/event-stream")


app = st.App(
    PROJECT_ROOT / "concierge" / "ui" / "main.py",
    routes=[Route("/session/endless", endless), *_parts.routes],
    middleware=_parts.middleware,
    exception_handlers=_parts.exception_handlers,
    lifespan=_parts.lifespan,
)
