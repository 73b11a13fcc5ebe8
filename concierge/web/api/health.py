"""How the installation is, for people and programs that may ask without signing in."""

from __future__ import annotations

from fastapi import APIRouter, Response

from concierge import __version__, bootstrap
from concierge.core.documents import Payload
from concierge.web.probes import database_answers

router = APIRouter(tags=["health"])


class Health(Payload):
    status: str
    version: str
    database: str
    enabled: bool
    demo: bool


@router.get(
    "/health",
    summary="Is it up, and is the database",
    responses={503: {"model": Health, "description": "The database is out of reach"}},
)
async def health(response: Response) -> Health:
    """`status` is `ok` or `out`; 503 while the database is out of reach."""
    settings = bootstrap.current().settings
    answers = await database_answers()
    if not answers:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return Health(
        status="ok" if answers else "out",
        version=__version__,
        database="ok" if answers else "out",
        enabled=settings.enabled,
        demo=settings.demo,
    )
