"""Liveness, readiness and numbers, for whatever watches over the process."""

from __future__ import annotations

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from concierge import bootstrap
from concierge.core.mongo import OUTAGE
from concierge.core.telemetry import REGISTRY

READY_WITHIN_SECONDS = 2.0


async def database_answers() -> bool:
    """Whether the database answers a ping within two seconds."""
    ping = asyncio.to_thread(bootstrap.current().mongo.ping)
    try:
        await asyncio.wait_for(ping, READY_WITHIN_SECONDS)
    except OUTAGE + (TimeoutError,):  # noqa: RUF005  one tuple, as the type checker wants it
        return False
    return True


async def healthz(_: Request) -> Response:
    """The process runs and its event loop turns; nothing more is asked."""
    return JSONResponse({"status": "ok"})


async def readyz(_: Request) -> Response:
    """200 when requests can be served, 503 while the database is out of reach."""
    ready = await database_answers()
    body = {"status": "ready" if ready else "out", "database": "ok" if ready else "out"}
    headers = {} if ready else {"Retry-After": "2"}
    return JSONResponse(body, status_code=200 if ready else 503, headers=headers)


async def metrics(_: Request) -> Response:
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def routes() -> list[Route]:
    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]
