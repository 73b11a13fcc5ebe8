"""Returns with orders, outbox and audit on the real database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from concierge.core.actor import Actor
from concierge.core.audit import AUDIT_LOG, AuditLog
from concierge.core.clock import Clock, ManualClock
from concierge.core.idempotency import IDEMPOTENCY_KEYS, IdempotencyStore
from concierge.core.limits import RATE_COUNTERS, RateLimiter
from concierge.core.mongo import Mongo
from concierge.core.policies import Policies
from concierge.notifications.models import COLLECTIONS as OUTBOX
from concierge.notifications.repository import NotificationsRepository
from concierge.notifications.service import NotificationsService
from concierge.notifications.templates import MailTexts
from concierge.orders.models import COLLECTIONS as ORDERS
from concierge.orders.models import Order, OrderDraft, OrderLine, OrderStatus, Shipping
from concierge.orders.repository import OrdersRepository
from concierge.orders.service import OrdersService
from concierge.replies.models import ReturnKind
from concierge.returns.models import COLLECTIONS, Return
from concierge.returns.repository import ReturnsRepository
from concierge.returns.service import ReturnsService
from concierge.sessions.links import ConversationLinks
from tests.conftest import DATA, NOW

ADA = Actor.customer("s1")
SYSTEM = Actor.system("tests")
LINES = (
    OrderLine(line_id="1", name="Halo Ring", price_cents=28900),
    OrderLine(line_id="2", name="Vesper Drops", price_cents=142000, quantity=2),
    OrderLine(line_id="3", name="Signet <Ring>", price_cents=19500, custom=True),
    OrderLine(line_id="4", name="Name Necklace", price_cents=9500, engraved=True),
)


def delivered(days_ago: float, now: datetime = NOW) -> Shipping:
    return Shipping(
        shipped_at=now - timedelta(days=days_ago + 3), delivered_at=now - timedelta(days=days_ago)
    )


def draft(number: str, **fields) -> OrderDraft:
    base = {
        "order_number": number,
        "external_id": number,
        "status": OrderStatus.DELIVERED,
        "lines": LINES,
        "shipping": delivered(10),
        "customer_email": "ada@example.com",
        "customer_name": "Ada Example",
        "placed_at": NOW - timedelta(days=100),
    }
    return OrderDraft(**{**base, **fields})


@dataclass
class Counter:
    """The returns' service and its surroundings; `put` and `order` are the shop's side."""

    mongo: Mongo
    clock: Clock
    policies: Policies
    orders: OrdersService = field(init=False)
    returns: ReturnsService = field(init=False)

    def __post_init__(self) -> None:
        audit = AuditLog(self.mongo, self.clock)
        self.orders = OrdersService(
            repository=OrdersRepository(self.mongo),
            clock=self.clock,
            limiter=RateLimiter(self.mongo),
            audit=audit,
        )
        self.returns = ReturnsService(
            repository=ReturnsRepository(self.mongo),
            clock=self.clock,
            policies=self.policies,
            idempotency=IdempotencyStore(self.mongo, self.clock),
            audit=audit,
            orders=self.orders,
            notifications=NotificationsService(
                repository=NotificationsRepository(self.mongo),
                clock=self.clock,
                texts=MailTexts.load(DATA),
            ),
            links=ConversationLinks(
                "a secret for tests only, long enough", "https://a.example.com"
            ),
        )

    def put(self, number: str = "GG-1", **fields) -> Order:
        self.orders.upsert_from("tests", [draft(number, **fields)])
        return self.order(number)

    def order(self, number: str = "GG-1") -> Order:
        return self.orders.get(SYSTEM, number)

    def request(self, order: Order, **more) -> Return:
        given = {
            "line_id": "1",
            "kind": ReturnKind.RETURN,
            "reason": "too small",
            "session_id": "s1",
            "request_id": "r1",
            **more,
        }
        return self.returns.request(ADA, order=order, **given)

    def count(self, collection: str, **wanted: object) -> int:
        return self.mongo.db[collection].count_documents(wanted)


@pytest.fixture
def counter(mongo: Mongo, clock: ManualClock, policies: Policies) -> Counter:
    mongo.apply([*COLLECTIONS, *ORDERS, *OUTBOX, IDEMPOTENCY_KEYS, AUDIT_LOG, RATE_COUNTERS])
    return Counter(mongo, clock, policies)
