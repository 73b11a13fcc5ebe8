"""What an order becomes when its source sends it again. Pure."""

from __future__ import annotations

from datetime import datetime

from concierge.core.ids import derived_id
from concierge.orders.models import Order, OrderDraft, OrderStatus, Shipping


def merged(source: str, draft: OrderDraft, stored: Order | None, now: datetime) -> Order:
    """The stored order with its source's columns replaced; `stored` itself when nothing differs.

    Ours and kept: status history, session link, and every status we set that the source has not
    overtaken. The source's own history, where it sends one, is taken only at the first writing.
    """
    fresh = Order(
        id=stored.id if stored else derived_id("order", source, draft.order_number),
        order_number=draft.order_number,
        source=source,
        external_id=draft.external_id,
        status=_status(draft, stored),
        source_status=draft.status,
        status_history=stored.status_history if stored else list(draft.history),
        lines=list(draft.lines),
        currency=draft.currency,
        totals=draft.totals,
        payment=draft.payment,
        shipping=_shipping(draft.shipping, stored.shipping if stored else None),
        customer_email=draft.customer_email,
        customer_name=draft.customer_name,
        concierge_session_id=(stored.concierge_session_id if stored else None)
        or draft.concierge_session_id,
        creator_id=draft.creator_id or (stored.creator_id if stored else None),
        cancelled_at=draft.cancelled_at or (stored.cancelled_at if stored else None),
        placed_at=draft.placed_at,
        created_at=stored.created_at if stored else now,
        updated_at=stored.updated_at if stored else now,
    )
    if stored is not None and fresh == stored:
        return stored
    fresh.updated_at = now
    return fresh


def _status(draft: OrderDraft, stored: Order | None) -> OrderStatus:
    if stored is None:
        return draft.status
    if draft.status is stored.source_status:
        return stored.status
    if not stored.status_history:
        # Nothing was written by us: the source may also correct itself backwards.
        return draft.status
    return draft.status if draft.status.rank > stored.status.rank else stored.status


def _shipping(draft: Shipping, stored: Shipping | None) -> Shipping:
    """A carrier, a number or a delivery that the shop told us apart outlives a file without."""
    if stored is None:
        return draft
    return draft.model_copy(
        update={
            "carrier": draft.carrier or stored.carrier,
            "tracking_number": draft.tracking_number or stored.tracking_number,
            "shipped_at": draft.shipped_at or stored.shipped_at,
            "delivered_at": draft.delivered_at or stored.delivered_at,
        }
    )
