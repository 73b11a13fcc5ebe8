"""A return or a resize of one order line, under its own number."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from concierge.core.documents import Document, UtcDatetime
from concierge.core.schema import CollectionSpec, Index
from concierge.replies.models import ReturnKind


class ReturnStatus(StrEnum):
    REQUESTED = "requested"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Return(Document):
    """`active` until it is closed or cancelled; a line has one active return at most.

    `ship_by` is the end of the last day to send it, `label_url` the customer's signed link to the
    slip. `estimated`: the delivery it was counted from is an estimate. `simulated`: a simulated
    conversation filed it.
    """

    rma: str
    order_number: str
    line_id: str
    item: str
    quantity: int = Field(ge=1)
    kind: ReturnKind
    reason: str = ""
    new_size: str | None = None
    status: ReturnStatus = ReturnStatus.REQUESTED
    ship_by: UtcDatetime
    label_url: str
    active: bool = True
    estimated: bool = False
    simulated: bool = False
    session_id: str
    customer_email: str | None = None
    created_at: UtcDatetime


RETURNS = CollectionSpec(
    name="returns",
    model=Return,
    indexes=(
        Index((("rma", 1),), "rma", unique=True),
        Index(
            (("orderNumber", 1), ("lineId", 1)),
            "one_active_per_line",
            unique=True,
            partial={"active": True},
        ),
        Index((("orderNumber", 1), ("createdAt", -1)), "order"),
    ),
)
COLLECTIONS = [RETURNS]
