"""Imports on a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from concierge.catalog import models as catalog_models
from concierge.catalog.repository import CatalogRepository
from concierge.catalog.service import CatalogService
from concierge.core.audit import AUDIT_LOG, AuditLog
from concierge.core.limits import RATE_COUNTERS, RateLimiter
from concierge.core.mongo import Mongo
from concierge.events.recorder import EventRecorder
from concierge.events.repository import EventsRepository
from concierge.exchange.service import ImportService
from concierge.orders import models as order_models
from concierge.orders.repository import OrdersRepository
from concierge.orders.service import OrdersService
from concierge.sessions import models as session_models
from concierge.sessions.repository import SessionsRepository
from concierge.sessions.service import SessionsService

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def catalog(mongo: Mongo, clock) -> CatalogService:
    mongo.apply(catalog_models.COLLECTIONS)
    return CatalogService(repository=CatalogRepository(mongo), clock=clock)


@pytest.fixture
def orders(mongo: Mongo, clock) -> OrdersService:
    mongo.apply([*order_models.COLLECTIONS, AUDIT_LOG, RATE_COUNTERS])
    return OrdersService(
        repository=OrdersRepository(mongo),
        clock=clock,
        limiter=RateLimiter(mongo),
        audit=AuditLog(mongo, clock),
    )


@pytest.fixture
def imports(mongo: Mongo, clock, catalog, orders, policies) -> Iterator[ImportService]:
    mongo.apply(session_models.COLLECTIONS)
    events = EventRecorder(EventsRepository(mongo))
    yield ImportService(
        catalog=catalog,
        orders=orders,
        sessions=SessionsService(
            repository=SessionsRepository(mongo), clock=clock, policies=policies, timezone="UTC"
        ),
        events=events,
        audit=AuditLog(mongo, clock),
        policies=policies,
    )
    events.stop()


@pytest.fixture
def written(tmp_path) -> Callable[[str, str | bytes], Path]:
    """Writes a file for one test."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
