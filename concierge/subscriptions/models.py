"""That an address wants messages about one order. Ending one keeps it, to show that it ended."""

from __future__ import annotations

from pydantic import Field

from concierge.core.documents import Document, UtcDatetime
from concierge.core.schema import CollectionSpec, Index
from concierge.notifications.models import Channel
from concierge.orders.models import OrderStatus


class Subscription(Document):
    """`address` is an e-mail address or an E.164 number, by `channel`.

    `notified_status` is what its customer knows of the order: as it was when they asked, then the
    last they were told. A `simulated` one, of a simulated conversation, is told nothing by mail
    that leaves the house.
    """

    session_id: str
    order_number: str = Field(min_length=1)
    channel: Channel
    address: str
    origin_intent: str | None = None
    active: bool = True
    notified_status: OrderStatus | None = None
    simulated: bool = False
    subscribed_at: UtcDatetime
    ended_at: UtcDatetime | None = None


ORDER_SUBSCRIPTIONS = CollectionSpec(
    name="widgetOrderSubscriptions",
    model=Subscription,
    indexes=(
        Index((("orderNumber", 1), ("channel", 1), ("address", 1)), "order_address", unique=True),
        Index((("orderNumber", 1), ("_id", 1)), "active", partial={"active": True}),
    ),
)
COLLECTIONS = [ORDER_SUBSCRIPTIONS]
