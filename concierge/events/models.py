"""The one shape of an event. No e-mail, phone, name or free text has a place in it."""

from __future__ import annotations

from concierge.core.documents import Document, UtcDatetime
from concierge.core.schema import CollectionSpec, Index
from concierge.events.catalog import EventName

EVENTS_DAYS = 90


class Event(Document):
    """`id` is derived from what happened, so that a repeat is recognised and ignored."""

    event: EventName
    ts: UtcDatetime
    session_id: str
    request_id: str | None = None
    intent: str | None = None
    order_number: str | None = None
    product_id: str | None = None
    variant: str
    channel: str
    simulated: bool
    success: bool = True


ANALYTICS_EVENTS = CollectionSpec(
    name="analyticsEvents",
    model=Event,
    indexes=(
        Index((("event", 1), ("ts", 1)), "event_ts"),
        Index((("sessionId", 1), ("ts", 1)), "session_ts"),
        Index((("ts", 1),), "ttl", ttl_seconds=EVENTS_DAYS * 24 * 3600),
    ),
)
COLLECTIONS = [ANALYTICS_EVENTS]
