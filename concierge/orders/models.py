"""Orders as they are kept and as sources send them in.

Which part belongs to whom: an import owns its source's columns (lines, totals, payment, shipping,
person, `source_status`). `status_history`, `concierge_session_id` and whatever status we set after
a return or a notice of the shop are ours, and no import touches them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.schema import CollectionSpec, Index
from concierge.replies.models import ReturnKind


class OrderStatus(StrEnum):
    CREATED = "created"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURN_PENDING = "return_pending"
    RETURNED = "returned"

    @property
    def rank(self) -> int:
        """Later in an order's life is higher; cancelled ends it from anywhere."""
        return _LIFE.index(self)


_LIFE = (
    OrderStatus.CREATED,
    OrderStatus.PROCESSING,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.RETURN_PENDING,
    OrderStatus.RETURNED,
    OrderStatus.CANCELLED,
)


class StatusEntry(Embedded):
    """One thing that happened. `label` overrides the status's own name; `reference` is an RMA,
    `kind` what it is for."""

    status: OrderStatus
    at: UtcDatetime
    label: str | None = None
    estimated: bool = False
    reference: str | None = None
    kind: ReturnKind | None = None


class OrderLine(Embedded):
    """One line; `line_id` names it within its order, as the same SKU may stand there twice."""

    line_id: str
    sku: str | None = None
    product_id: str | None = None
    name: str
    quantity: int = Field(default=1, ge=1)
    price_cents: int = Field(ge=0)
    custom: bool = False
    engraved: bool = False


class Totals(Embedded):
    """Integer cents of the order's currency; the discount is positive."""

    subtotal_cents: int = Field(default=0, ge=0)
    shipping_cents: int = Field(default=0, ge=0)
    tax_cents: int = Field(default=0, ge=0)
    discount_cents: int = Field(default=0, ge=0)
    total_cents: int = Field(default=0, ge=0)


class Payment(Embedded):
    """`status` in the shop's word: paid, pending, refunded, partially_refunded, ..."""

    status: str = "paid"
    paid_at: UtcDatetime | None = None


class Shipping(Embedded):
    """The way to the customer.

    `delivery_estimate_at` is set for fulfilled orders of sources that name no delivery: from that
    moment on the order reads as delivered then, with `delivered_estimated` true (`timeline.as_of`).
    """

    carrier: str | None = None
    tracking_number: str | None = None
    shipped_at: UtcDatetime | None = None
    delivered_at: UtcDatetime | None = None
    delivered_estimated: bool = False
    delivery_estimate_at: UtcDatetime | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


class Order(Document):
    """`placed_at` is when the customer ordered; `created_at` is when we first stored it."""

    order_number: str
    source: str
    external_id: str
    status: OrderStatus
    source_status: OrderStatus | None = None
    status_history: list[StatusEntry] = []
    lines: list[OrderLine]
    currency: str = "USD"
    totals: Totals = Field(default_factory=Totals)
    payment: Payment = Field(default_factory=Payment)
    shipping: Shipping = Field(default_factory=Shipping)
    customer_email: str | None = None
    customer_name: str | None = None
    concierge_session_id: str | None = None
    creator_id: str | None = None
    cancelled_at: UtcDatetime | None = None
    placed_at: UtcDatetime
    created_at: UtcDatetime
    updated_at: UtcDatetime

    def line(self, line_id: str) -> OrderLine | None:
        return next((line for line in self.lines if line.line_id == line_id), None)


class Creator(Document):
    """Somebody whose links bring orders; commission is per cent of an assisted order's lines."""

    name: str
    commission_percent: int = Field(ge=0, le=100)


ORDERS = CollectionSpec(
    name="orders",
    model=Order,
    indexes=(
        Index((("orderNumber", 1),), "orderNumber", unique=True),
        Index((("placedAt", -1), ("_id", -1)), "placedAt"),
        Index((("status", 1), ("placedAt", -1), ("_id", -1)), "status_placedAt"),
        Index((("customerEmail", 1), ("placedAt", -1), ("_id", -1)), "customerEmail_placedAt"),
        Index((("creatorId", 1), ("placedAt", -1), ("_id", -1)), "creatorId_placedAt", sparse=True),
        Index(
            (("placedAt", -1), ("_id", -1)),
            "with_concierge",
            partial={"conciergeSessionId": {"$exists": True}},
        ),
        Index((("conciergeSessionId", 1),), "conciergeSessionId", sparse=True),
    ),
)

CREATORS = CollectionSpec(name="creators", model=Creator)

COLLECTIONS = [ORDERS, CREATORS]


class OrderDraft(BaseModel):
    """An order as a source describes it.

    `history` is given only by sources that keep one of their own (the demo shop); for the others
    the timeline is inferred from the dates. `concierge_session_id` names the conversation that the
    shop saw the order come out of; it is taken only where none is known.
    """

    model_config = ConfigDict(frozen=True)

    order_number: str
    external_id: str
    status: OrderStatus
    lines: tuple[OrderLine, ...]
    currency: str = "USD"
    totals: Totals = Field(default_factory=Totals)
    payment: Payment = Field(default_factory=Payment)
    shipping: Shipping = Field(default_factory=Shipping)
    customer_email: str | None = None
    customer_name: str | None = None
    concierge_session_id: str | None = None
    creator_id: str | None = None
    cancelled_at: UtcDatetime | None = None
    placed_at: UtcDatetime
    history: tuple[StatusEntry, ...] = ()


class OrderFilter(BaseModel):
    """What the orders page shows. `text` is an e-mail address or an order number.

    `placed_from` is included, `placed_before` is not.
    """

    model_config = ConfigDict(frozen=True)

    text: str | None = None
    status: OrderStatus | None = None
    email: str | None = None
    creator_id: str | None = None
    session_id: str | None = None
    with_concierge: bool = False
    placed_from: datetime | None = None
    placed_before: datetime | None = None
