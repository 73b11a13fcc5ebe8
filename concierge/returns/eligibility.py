"""May a piece come back? Pure, and all of the shop's return rules in one place.

A window counts whole calendar days in the shop's time zone from the day of delivery; its last day
is in it: delivered on the 1st, thirty days include the 31st until midnight. Custom and engraved
pieces are neither returned nor resized here: a resize could harm what was made to measure, so a
stylist looks at it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from concierge.core.policies import Policies
from concierge.orders.models import Order, OrderLine, OrderStatus, StatusEntry
from concierge.orders.timeline import as_of
from concierge.replies.models import ReturnKind
from concierge.returns.errors import (
    AlreadyRefunded,
    NotDelivered,
    NotReturnable,
    OrderCancelled,
    ReturnRefused,
    ReturnUnderWay,
    ReturnWindowClosed,
)


class ReasonCode(StrEnum):
    OK = "ok"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    UNDER_WAY = "under_way"
    CUSTOM = "custom"
    NOT_DELIVERED = "not_delivered"
    WINDOW_CLOSED = "window_closed"


@dataclass(frozen=True)
class Eligibility:
    """`deadline` is the last moment, known once the delivery is; `estimated` says that it is one
    of a delivery nobody confirmed."""

    allowed: bool
    reason_code: ReasonCode
    days: int
    delivered_at: datetime | None = None
    deadline: datetime | None = None
    estimated: bool = False


def decide(
    order: Order, line: OrderLine, kind: ReturnKind, now: datetime, policies: Policies
) -> Eligibility:
    """Whether this line may be returned or resized at `now`, and until when."""
    days = window_days(kind, policies)
    order = as_of(order, now)
    if order.status is OrderStatus.CANCELLED:
        return Eligibility(False, ReasonCode.CANCELLED, days)
    if order.status is OrderStatus.RETURNED:
        return Eligibility(False, ReasonCode.REFUNDED, days)
    if order.status is OrderStatus.RETURN_PENDING and not _filed_here(order):
        return Eligibility(False, ReasonCode.UNDER_WAY, days)
    delivered_at = order.shipping.delivered_at
    estimated = order.shipping.delivered_estimated
    if line.custom or line.engraved:
        return Eligibility(False, ReasonCode.CUSTOM, days, delivered_at, None, estimated)
    if delivered_at is None or delivered_at > now:
        return Eligibility(False, ReasonCode.NOT_DELIVERED, days)
    deadline = end_of_day(delivered_at, days, policies)
    allowed = now <= deadline
    reason = ReasonCode.OK if allowed else ReasonCode.WINDOW_CLOSED
    return Eligibility(allowed, reason, days, delivered_at, deadline, estimated)


def refusal(order: Order, line: OrderLine, decided: Eligibility) -> ReturnRefused | None:
    """The error that says why not; None when it is allowed."""
    number = order.order_number
    match decided.reason_code:
        case ReasonCode.CANCELLED:
            return OrderCancelled(number)
        case ReasonCode.REFUNDED:
            return AlreadyRefunded(number)
        case ReasonCode.UNDER_WAY:
            return ReturnUnderWay(number, max((one.at for one in _sent_back(order)), default=None))
        case ReasonCode.CUSTOM:
            return NotReturnable(number, line.name)
        case ReasonCode.WINDOW_CLOSED if decided.delivered_at is not None:
            return ReturnWindowClosed(
                number, decided.days, decided.delivered_at, estimated=decided.estimated
            )
        case ReasonCode.NOT_DELIVERED:
            return NotDelivered(number)
    return None


def _sent_back(order: Order) -> list[StatusEntry]:
    return [one for one in order.status_history if one.status is OrderStatus.RETURN_PENDING]


def _filed_here(order: Order) -> bool:
    """Returns of ours name their RMA and the line they are of; of others any line may be meant."""
    return any(one.reference is not None for one in _sent_back(order))


def window_days(kind: ReturnKind, policies: Policies) -> int:
    if kind is ReturnKind.RETURN:
        return policies.returns.return_window_days
    return policies.returns.resize_window_days


def end_of_day(moment: datetime, days_later: int, policies: Policies) -> datetime:
    """The last millisecond of the shop's day that many days after that of `moment`."""
    zone = ZoneInfo(policies.business_hours.timezone)
    next_day = moment.astimezone(zone).date() + timedelta(days=days_later + 1)
    midnight = datetime.combine(next_day, time.min, tzinfo=zone)
    return midnight.astimezone(UTC) - timedelta(milliseconds=1)
