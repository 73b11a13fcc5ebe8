"""Sessions and events to count, made short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from concierge.core.ids import derived_id, new_id
from concierge.core.mongo import Mongo
from concierge.csat.models import CSAT_FEEDBACK, Csat, CsatKind
from concierge.detection.models import Detection, Intent, Slots
from concierge.events.catalog import FUNNEL_STEPS
from concierge.events.models import ANALYTICS_EVENTS, Event
from concierge.orders.models import ORDERS, Order, OrderLine, OrderStatus, Shipping, Totals
from concierge.sessions.models import (
    MARKS,
    WIDGET_SESSIONS,
    Author,
    Channel,
    FirstAt,
    SessionCounters,
    TranscriptEntry,
    TurnTrace,
    WidgetSession,
)

AT = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
_numbers = count(1)


def session(
    opened: datetime | None,
    *later: float | None,
    session_id: str | None = None,
    day: str | None = None,
    messages: int = 1,
    **fields: Any,
) -> WidgetSession:
    """A session; `later` are the seconds after the opening of the marks from understood on."""
    times: dict[str, datetime] = {} if opened is None else {"opened": opened}
    begun = opened or datetime.fromisoformat("2026-11-01T12:00:00+00:00")
    for mark, seconds in zip(MARKS[1:], later, strict=False):
        if seconds is not None:
            times[mark] = begun + timedelta(seconds=seconds)
    values: dict[str, Any] = {
        "channel": Channel.WIDGET,
        "counters": SessionCounters(customer_messages=messages),
        "last_at": max(times.values(), default=begun),
        **fields,
    }
    return WidgetSession(
        id=session_id or f"s{next(_numbers):06d}",
        opened_at=begun,
        day=day or begun.date().isoformat(),
        first_at=FirstAt(**times),
        **values,
    )


def said(
    seq: int,
    text: str,
    intent: str | None = None,
    *,
    author: Author = Author.CUSTOMER,
    at: datetime = AT,
    slots: Slots | None = None,
    **fields: Any,
) -> TranscriptEntry:
    """One bubble; with slots, a customer's message carries the trace of what was heard."""
    trace = None
    if slots is not None:
        detection = Detection(
            intent=Intent(intent or "unmatched"), confidence=0.9, layer="rule", slots=slots
        )
        trace = TurnTrace(detection=detection, handled_by="test", query={"text": text})
    return TranscriptEntry(
        seq=seq,
        at=at + timedelta(seconds=seq),
        author=author,
        text=text,
        intent=intent,
        trace=trace,
        **fields,
    )


def order(number: str, placed: datetime = AT, **fields: Any) -> Order:
    values: dict[str, Any] = {
        "status": OrderStatus.DELIVERED,
        "lines": [OrderLine(line_id="1", name="Halo ring", price_cents=28900)],
        "totals": Totals(subtotal_cents=28900, total_cents=31212, tax_cents=2312),
        "customer_email": "ada@example.com",
        "customer_name": "Ada Example",
        "shipping": Shipping(postal_code="10001", city="New York", delivered_at=placed),
        **fields,
    }
    return Order(
        id=derived_id("order", number),
        order_number=number,
        source="test",
        external_id=number,
        placed_at=placed,
        created_at=placed,
        updated_at=placed,
        **values,
    )


def store_orders(mongo: Mongo, *orders: Order) -> None:
    mongo.collection(ORDERS).insert_many([one.to_mongo() for one in orders])


def store(mongo: Mongo, *sessions: WidgetSession) -> None:
    mongo.collection(WIDGET_SESSIONS).insert_many([one.to_mongo() for one in sessions])


def rate(mongo: Mongo, one: WidgetSession, score: int, kind: CsatKind = CsatKind.CONCIERGE) -> None:
    mongo.collection(CSAT_FEEDBACK).insert_one(
        Csat(
            id=new_id(),
            kind=kind,
            session_id=one.id,
            ticket_id=f"STY-{one.id}" if kind is CsatKind.AGENT else None,
            order_number=one.order_number,
            rating=score,
            score=score,
            created_at=one.last_at,
            updated_at=one.last_at,
        ).to_mongo()
    )


def store_events(
    mongo: Mongo, session_id: str, begun: datetime, *steps: tuple[int, float], **fields: Any
) -> None:
    """Events as `(step from 0, seconds after begun)`."""
    mongo.collection(ANALYTICS_EVENTS).insert_many(
        [
            Event(
                id=f"{session_id}-{number}",
                event=FUNNEL_STEPS[step],
                ts=begun + timedelta(seconds=seconds),
                session_id=session_id,
                variant="default",
                channel="widget",
                simulated=bool(fields.get("simulated", False)),
            ).to_mongo()
            for number, (step, seconds) in enumerate(steps)
        ]
    )
