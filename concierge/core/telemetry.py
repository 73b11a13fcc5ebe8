"""Logs as JSON lines with a request id through every call, and the numbers Prometheus reads."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from structlog.contextvars import bound_contextvars, get_contextvars

REGISTRY = CollectorRegistry(auto_describe=True)

HTTP_REQUESTS = Counter(
    "aurora_http_requests_total",
    "HTTP requests answered.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "aurora_http_request_seconds",
    "Seconds to answer an HTTP request.",
    ["route"],
    registry=REGISTRY,
)
CHAT_TURN_SECONDS = Histogram(
    "aurora_chat_turn_seconds",
    "Seconds for one chat turn, from text to stored reply.",
    ["intent"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
    registry=REGISTRY,
)
EVENTS = Counter(
    "aurora_events_total",
    "Analytics events by what became of them: written, repeated, dropped.",
    ["outcome"],
    registry=REGISTRY,
)
ERRORS = Counter(
    "aurora_errors_total", "Errors by where they surfaced.", ["where", "code"], registry=REGISTRY
)


def configure_logging(*, json: bool = True, level: int = logging.INFO) -> None:
    """One JSON object a line on standard error; standard output belongs to the commands."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> Any:
    """A structlog logger; call it as `log.info("ticket.claimed", ticket=...)`."""
    return structlog.get_logger(component=name)


@contextlib.contextmanager
def bind_request(request_id: str, **more: object) -> Iterator[None]:
    """Everything logged and audited inside carries the request id."""
    with bound_contextvars(request_id=request_id, **more):
        yield


def current_request_id() -> str | None:
    value = get_contextvars().get("request_id")
    return None if value is None else str(value)
