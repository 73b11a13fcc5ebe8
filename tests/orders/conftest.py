"""Orders on a real database."""

from __future__ import annotations

import pytest

from concierge.core.audit import AUDIT_LOG, AuditLog
from concierge.core.limits import RATE_COUNTERS, RateLimiter
from concierge.core.mongo import Mongo
from concierge.orders.models import COLLECTIONS
from concierge.orders.repository import OrdersRepository
from concierge.orders.service import OrdersService


@pytest.fixture
def orders(mongo: Mongo, clock) -> OrdersService:
    mongo.apply([*COLLECTIONS, AUDIT_LOG, RATE_COUNTERS])
    return OrdersService(
        repository=OrdersRepository(mongo),
        clock=clock,
        limiter=RateLimiter(mongo),
        audit=AuditLog(mongo, clock),
    )
