"""Errors as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from concierge.core.documents import Payload
from concierge.core.errors import ConciergeError, RateLimited, Unavailable
from concierge.core.telemetry import current_request_id

MEDIA_TYPE = "application/problem+json"
SHAPE = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
"""Of a refusal, in the API's description."""


class Fault(Payload):
    """One field that cannot be used as it is."""

    field: str
    reason: str


class Problem(Payload):
    """Any refusal or failure; `code` is stable, `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None
    errors: list[Fault] = []


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's description: the refusals it has, each as a problem."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": SHAPE} for status in statuses
    }


def problem(
    status: int,
    code: str,
    title: str,
    detail: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> JSONResponse:
    """`{type, title, status, detail, code, requestId}`, and `errors` for faults by field."""
    body: dict[str, Any] = {
        "type": f"urn:aurora:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "requestId": current_request_id(),
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def from_error(error: ConciergeError) -> JSONResponse:
    """The error's own status, code and sentence; `Retry-After` where waiting helps."""
    headers: dict[str, str] = {}
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = "2"
    elif error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="aurora"'
    field = getattr(error, "field", "")
    reason = getattr(error, "reason", "")
    errors = [{"field": field, "reason": reason}] if field and reason else []
    return problem(
        error.status, error.code, error.title, str(error), headers=headers, errors=errors
    )


def outage() -> JSONResponse:
    return from_error(Unavailable("The database"))


def unexpected() -> JSONResponse:
    """What people learn of a fault of ours: that it happened, and under which id it is logged."""
    return problem(
        500,
        "internal_error",
        "Something went wrong",
        "Something went wrong on our side. It is logged under this request id.",
    )
