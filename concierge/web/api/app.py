"""The API as one application, mounted at `/api`."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from concierge import __version__
from concierge.core.errors import ConciergeError
from concierge.core.mongo import OUTAGE
from concierge.core.telemetry import get_logger
from concierge.web import api, problems
from concierge.web.api import docs
from concierge.web.api.description import describe
from concierge.web.origins import Origins

DESCRIPTION = (
    "Customers' routes take `Authorization: Bearer <session token>` from "
    "`POST /api/concierge/sessions`; staff routes take the sign-in cookie of "
    "`POST /session/login`. Mutations take `Idempotency-Key`, but for those that a repeat does not "
    "change (a claim) and messages, which carry a `requestId`. Errors are RFC 9457 problem "
    "details; every response carries `X-Request-Id`. Any route may answer 503 while the database "
    "is out of reach."
)

log = get_logger(__name__)


def create_api() -> FastAPI:
    """Every router of this package behind one set of error answers."""
    application = FastAPI(
        title="Aurora Concierge",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses={503: {"model": problems.Problem, "description": "Out of reach for a moment"}},
    )
    for router in _routers():
        application.include_router(router)
    application.add_middleware(Origins)
    describe(application)
    docs.add_to(application)
    application.add_exception_handler(ConciergeError, _refused)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(HTTPException, _http)
    application.add_exception_handler(Exception, _unexpected)
    for kind in OUTAGE:
        application.add_exception_handler(kind, _out_of_reach)
    return application


def _routers() -> list[APIRouter]:
    names = sorted(info.name for info in pkgutil.iter_modules(api.__path__))
    modules = [importlib.import_module(f"{api.__name__}.{name}") for name in names]
    return [module.router for module in modules if hasattr(module, "router")]


async def _refused(_: Request, error: Any) -> Response:
    return problems.from_error(error)


async def _invalid(_: Request, error: Any) -> Response:
    """The first fault as the sentence, all of them as a list; what was sent is not repeated."""
    errors = [
        {
            "field": ".".join(str(part) for part in fault["loc"] if part not in ("body", "query")),
            "reason": str(fault["msg"]).removeprefix("Value error, "),
        }
        if fault["type"] != "json_invalid"
        else {"field": "", "reason": "the body is not JSON"}
        for fault in error.errors()
    ]
    first = errors[0]
    return problems.problem(
        422,
        "invalid_input",
        "Please check what was entered",
        f"{first['field']}: {first['reason']}" if first["field"] else first["reason"],
        errors=errors,
    )


async def _http(_: Request, error: Any) -> Response:
    """What the framework refuses: unknown addresses, wrong methods."""
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    return problems.problem(
        error.status_code, code, str(error.detail), str(error.detail), headers=error.headers
    )


async def _out_of_reach(_: Request, __: Exception) -> Response:
    return problems.outage()


async def _unexpected(_: Request, __: Exception) -> Response:
    """The fault itself is logged by the middleware around everything."""
    return problems.unexpected()
