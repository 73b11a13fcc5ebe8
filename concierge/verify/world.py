"""The orders and visitors of one run, and taking them away again."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from concierge.bootstrap import Services
from concierge.core.actor import Actor
from concierge.core.schema import CollectionSpec
from concierge.csat.models import CSAT_FEEDBACK, CSAT_SURVEYS, CsatKind
from concierge.events.models import ANALYTICS_EVENTS
from concierge.notifications.models import OUTBOX
from concierge.orders.models import (
    ORDERS,
    Order,
    OrderDraft,
    OrderLine,
    OrderStatus,
    Payment,
    Shipping,
    StatusEntry,
    Totals,
)
from concierge.returns.models import RETURNS
from concierge.sessions.models import SESSION_PAGES, WIDGET_SESSIONS, Channel
from concierge.sessions.service import Opened
from concierge.shortlists.models import WIDGET_SHORTLISTS
from concierge.subscriptions.models import ORDER_SUBSCRIPTIONS
from concierge.tickets.models import STYLIST_TICKETS

SOURCE = "verify"
VARIANT = "verify"
VERIFIER = Actor.system("verify")
POSTAL_CODE = "10001"
CARRIER, TRACKING = "Example Post", "EX123456785"
_NUMBERS = ("GG-99", "GG-9:")
"""Ours begin like this; real numbers that do come from another source."""
_ABANDONED_AFTER = timedelta(hours=1)
_LOOKED_BACK = timedelta(days=7)


class World:
    """Everything one run makes. `email` belongs to this run alone."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.run = secrets.token_hex(5)
        self.email = f"ada.{self.run}@example.com"
        self.name = "Ada Example"
        self._orders: list[str] = []
        self._sessions: list[str] = []

    def visitor(self) -> Opened:
        """A simulated conversation with its token."""
        opened = self.services.chat.open(
            Actor.visitor(), channel=Channel.API, variant=VARIANT, simulated=True
        )
        self._sessions.append(opened.session.id)
        return opened

    def free_number(self) -> str:
        """An order number that nobody has."""
        while True:
            number = f"GG-99{secrets.randbelow(10**12):012d}"
            if not self.services.orders.get_many(VERIFIER, [number]):
                return number

    def order(
        self,
        status: OrderStatus,
        *,
        delivered_days_ago: int | None = None,
        item: str = "Verification Ring",
    ) -> Order:
        """An order of this run's customer; a delivered one was delivered that many days ago."""
        number = self.free_number()
        self._orders.append(number)
        now = self.services.clock.now()
        history = _history(status, now, delivered_days_ago)
        when = {entry.status: entry.at for entry in history}
        line = OrderLine(line_id="1", sku="VERIFY-RING-6", name=item, price_cents=28_900)
        draft = OrderDraft(
            order_number=number,
            external_id=number,
            status=status,
            lines=(line,),
            totals=Totals(subtotal_cents=28_900, total_cents=28_900),
            payment=Payment(status="paid", paid_at=history[0].at),
            shipping=Shipping(
                carrier=CARRIER if OrderStatus.SHIPPED in when else None,
                tracking_number=TRACKING if OrderStatus.SHIPPED in when else None,
                shipped_at=when.get(OrderStatus.SHIPPED),
                delivered_at=when.get(OrderStatus.DELIVERED),
                postal_code=POSTAL_CODE,
                city="Exampleville",
                country="US",
            ),
            customer_email=self.email,
            customer_name=self.name,
            placed_at=history[0].at,
            history=history,
        )
        self.services.orders.upsert_from(SOURCE, [draft])
        return self.services.orders.get(VERIFIER, number)

    def sweep(self) -> None:
        """Takes away what a run left behind that was killed."""
        now = self.services.clock.now()
        mongo = self.services.mongo
        orders = mongo.collection(ORDERS).find(
            {
                "orderNumber": {"$gte": _NUMBERS[0], "$lt": _NUMBERS[1]},
                "source": SOURCE,
                "createdAt": {"$lt": now - _ABANDONED_AFTER},
            },
            {"orderNumber": 1, "customerEmail": 1},
        )
        found = list(orders)
        sessions = mongo.collection(WIDGET_SESSIONS).find(
            {
                "firstAt.opened": {"$gt": now - _LOOKED_BACK, "$lt": now - _ABANDONED_AFTER},
                "simulated": True,
                "variant": VARIANT,
            },
            {"_id": 1},
        )
        self._remove(
            [order["orderNumber"] for order in found],
            [session["_id"] for session in sessions],
            {order["customerEmail"] for order in found},
        )

    def remove(self) -> None:
        """Takes away all that this run made; the audit log keeps that it was there."""
        self.services.events.flush()
        self._remove(self._orders, self._sessions, [self.email])

    def _remove(
        self, orders: Sequence[str], sessions: Sequence[str], emails: Iterable[str]
    ) -> None:
        """By collection, past the services: no room of the product deletes what happened, and
        none should learn it for us. Each of these fields leads an index."""
        made: list[tuple[CollectionSpec, str, Iterable[str]]] = [
            (OUTBOX, "to", emails),
            (OUTBOX, "orderNumber", orders),
            (STYLIST_TICKETS, "sessionId", sessions),
            (RETURNS, "orderNumber", orders),
            (ORDER_SUBSCRIPTIONS, "orderNumber", orders),
            (CSAT_FEEDBACK, "sessionId", sessions),
            (WIDGET_SHORTLISTS, "sessionId", sessions),
            (ANALYTICS_EVENTS, "sessionId", sessions),
            (SESSION_PAGES, "sessionId", sessions),
            (WIDGET_SESSIONS, "_id", sessions),
        ]
        mongo = self.services.mongo
        for spec, field, values in made:
            if wanted := list(values):
                mongo.collection(spec).delete_many({field: {"$in": wanted}})
        if sessions:
            mongo.collection(CSAT_SURVEYS).delete_many(
                {
                    "kind": {"$in": [kind.value for kind in CsatKind]},
                    "askedAt": {"$gt": self.services.clock.now() - _LOOKED_BACK},
                    "sessionId": {"$in": list(sessions)},
                }
            )
        if orders:
            self.services.orders.remove(VERIFIER, orders)


def _history(
    status: OrderStatus, now: datetime, delivered_days_ago: int | None
) -> tuple[StatusEntry, ...]:
    """Created, processed, shipped, delivered, each a day or two apart, as far as `status`."""
    steps = [
        OrderStatus.CREATED,
        OrderStatus.PROCESSING,
        OrderStatus.SHIPPED,
        OrderStatus.DELIVERED,
    ]
    reached = steps[: steps.index(status) + 1]
    last = now - timedelta(days=delivered_days_ago or 0, minutes=5)
    return tuple(
        StatusEntry(status=step, at=last - timedelta(days=len(reached) - 1 - place))
        for place, step in enumerate(reached)
    )
