"""Where an order is, as of now, and the steps that led there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from concierge.core.policies import Policies
from concierge.orders.models import Order, OrderStatus, StatusEntry
from concierge.replies.models import ReturnKind, TimelineEntry

LABELS: Mapping[OrderStatus, str] = {
    OrderStatus.CREATED: "Created",
    OrderStatus.PROCESSING: "Processing",
    OrderStatus.SHIPPED: "Shipped",
    OrderStatus.DELIVERED: "Delivered",
    OrderStatus.CANCELLED: "Cancelled",
    OrderStatus.RETURN_PENDING: "RMA created",
    OrderStatus.RETURNED: "Returned",
}
RMA_CREATED = LABELS[OrderStatus.RETURN_PENDING]
RMA_CALLED_OFF = "RMA called off"
RESIZED = "Resized"
"""What lies ahead of an order whose piece comes back to its owner."""

_PATH = (
    OrderStatus.CREATED,
    OrderStatus.PROCESSING,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
)


def delivery_estimate(
    shipped_at: datetime | None, status: OrderStatus, days: int
) -> datetime | None:
    """When an order counts as delivered whose source names no delivery; None for one that was not
    sent, or cancelled."""
    if shipped_at is None or status is OrderStatus.CANCELLED:
        return None
    return shipped_at + timedelta(days=days)


def as_of(order: Order, now: datetime) -> Order:
    """The order as it reads at a moment.

    A source that names no delivery leaves an estimate. It is never written as a fact: the stored
    order stays `shipped`, and from the estimate on it reads as delivered then, estimated. So a
    second import of the same file finds nothing to change, and no job has to walk over orders.
    """
    estimate = order.shipping.delivery_estimate_at
    if (
        estimate is None
        or estimate > now
        or order.shipping.delivered_at is not None
        or order.status is OrderStatus.CANCELLED
    ):
        return order
    shipping = order.shipping.model_copy(
        update={"delivered_at": estimate, "delivered_estimated": True}
    )
    status = OrderStatus.DELIVERED if order.status is OrderStatus.SHIPPED else order.status
    return order.model_copy(update={"shipping": shipping, "status": status})


def known_status(order: Order) -> OrderStatus:
    """What is known of the order: a delivery that is only estimated is still on its way."""
    estimated = order.status is OrderStatus.DELIVERED and order.shipping.delivered_estimated
    return OrderStatus.SHIPPED if estimated else order.status


def rma_created(rma: str, kind: ReturnKind, at: datetime) -> StatusEntry:
    """What the history keeps of a return or a resize that was filed."""
    return StatusEntry(
        status=OrderStatus.RETURN_PENDING, at=at, label=RMA_CREATED, reference=rma, kind=kind
    )


def rma_called_off(order: Order, rma: str, at: datetime) -> StatusEntry:
    """The same of one that was called off, of the kind it was filed as."""
    kind = next((entry.kind for entry in order.status_history if entry.reference == rma), None)
    return StatusEntry(
        status=OrderStatus.RETURN_PENDING, at=at, label=RMA_CALLED_OFF, reference=rma, kind=kind
    )


def only_resizing(order: Order) -> bool:
    """Whether all that is under way for the order is a resize: nothing is given back for good."""
    if order.status is not OrderStatus.RETURN_PENDING:
        return False
    under_way: dict[str | None, ReturnKind | None] = {}
    for entry in sorted(order.status_history, key=_moment):
        if entry.label == RMA_CALLED_OFF:
            under_way.pop(entry.reference, None)
        elif entry.status is OrderStatus.RETURN_PENDING:
            under_way[entry.reference] = entry.kind
    return bool(under_way) and set(under_way.values()) == {ReturnKind.RESIZE}


def since(order: Order, status: OrderStatus) -> datetime:
    """When the order became this, as far as its history and its dates say."""
    told = [*reversed(_happened(order)), *_inferred(order)]
    return next((entry.at for entry in told if entry.status is status), order.updated_at)


def timeline(
    order: Order,
    now: datetime,
    policies: Policies,
    labels: Mapping[OrderStatus, str] = LABELS,
) -> list[TimelineEntry]:
    """The steps done, the current one, and those still ahead.

    From the status history where it tells the order from its creation; else inferred from status
    and dates, with the entries of the history (a return, a notice of the shop) put in their place.
    `policies` gives the days a delivery is expected to take when nothing better is known.
    """
    order = as_of(order, now)
    happened = _happened(order)
    entries = [
        TimelineEntry(
            label=entry.label or labels[entry.status],
            status="done",
            date=entry.at,
            estimated=entry.estimated,
            note=" ".join(filter(None, (entry.kind, entry.reference))) or None,
        )
        for entry in happened
    ]
    if entries:
        entries[-1].status = "current"
    return entries + _ahead(order, happened, policies, labels, now)


def expected_at(order: Order, policies: Policies) -> datetime | None:
    """When an order on its way should arrive; None where nothing says so."""
    return _expected(order, policies) if order.status is OrderStatus.SHIPPED else None


def is_late(order: Order, now: datetime, policies: Policies) -> bool:
    """Whether the day on which it should have arrived is over, in the shop's time zone."""
    expected = expected_at(order, policies)
    zone = ZoneInfo(policies.business_hours.timezone)
    return expected is not None and now.astimezone(zone).date() > expected.astimezone(zone).date()


def _moment(entry: StatusEntry) -> tuple[datetime, int]:
    """What happened at one moment is told in the order of an order's life."""
    return entry.at, entry.status.rank


def _happened(order: Order) -> list[StatusEntry]:
    history = sorted(order.status_history, key=_moment)
    if any(entry.status is OrderStatus.CREATED for entry in history):
        known = {entry.status for entry in history}
        missing = [entry for entry in _inferred(order) if entry.status not in known]
        # A complete history needs no help, but for a delivery that was only estimated.
        extra = [entry for entry in missing if entry.status is OrderStatus.DELIVERED]
        return sorted([*history, *extra], key=_moment)
    told = {entry.status for entry in history}
    inferred = [entry for entry in _inferred(order) if entry.status not in told]
    return sorted([*inferred, *history], key=_moment)


def _inferred(order: Order) -> list[StatusEntry]:
    """What the dates say, and the status alone where it has no date of its own."""
    shipping, payment = order.shipping, order.payment
    entries = [StatusEntry(status=OrderStatus.CREATED, at=order.placed_at)]
    if payment.paid_at is not None and order.status is not OrderStatus.CREATED:
        at = max(payment.paid_at, order.placed_at)
        entries.append(StatusEntry(status=OrderStatus.PROCESSING, at=at))
    if shipping.shipped_at is not None:
        entries.append(StatusEntry(status=OrderStatus.SHIPPED, at=shipping.shipped_at))
    if shipping.delivered_at is not None:
        entries.append(
            StatusEntry(
                status=OrderStatus.DELIVERED,
                at=shipping.delivered_at,
                estimated=shipping.delivered_estimated,
            )
        )
    if order.cancelled_at is not None:
        entries.append(StatusEntry(status=OrderStatus.CANCELLED, at=order.cancelled_at))
    if order.status not in {entry.status for entry in entries}:
        latest = max(entry.at for entry in entries)
        entries.append(StatusEntry(status=order.status, at=latest, estimated=True))
    return entries


def _ahead(
    order: Order,
    happened: list[StatusEntry],
    policies: Policies,
    labels: Mapping[OrderStatus, str],
    now: datetime,
) -> list[TimelineEntry]:
    if order.status in (OrderStatus.CANCELLED, OrderStatus.RETURNED):
        return []
    if order.status is OrderStatus.RETURN_PENDING:
        label = RESIZED if only_resizing(order) else labels[OrderStatus.RETURNED]
        return [TimelineEntry(label=label, status="ahead")]
    reached = {entry.status for entry in happened}
    steps = _PATH[_PATH.index(order.status) + 1 :]
    # A day that is over is nothing to wait for.
    expected = None if is_late(order, now, policies) else _expected(order, policies)
    return [
        TimelineEntry(
            label=labels[step],
            status="ahead",
            date=expected if step is OrderStatus.DELIVERED else None,
            estimated=step is OrderStatus.DELIVERED and expected is not None,
        )
        for step in steps
        if step not in reached
    ]


def _expected(order: Order, policies: Policies) -> datetime | None:
    if order.shipping.delivery_estimate_at is not None:
        return order.shipping.delivery_estimate_at
    if order.shipping.shipped_at is None:
        return None
    return order.shipping.shipped_at + timedelta(days=policies.delivery_estimate_days)
