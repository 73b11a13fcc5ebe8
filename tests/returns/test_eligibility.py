"""Which pieces may come back, to the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from concierge.core.policies import Policies
from concierge.orders.models import Order, OrderLine, OrderStatus, Shipping, StatusEntry
from concierge.replies.models import ReturnKind
from concierge.returns.eligibility import Eligibility, ReasonCode, decide, end_of_day, refusal
from concierge.returns.errors import (
    AlreadyRefunded,
    NotDelivered,
    NotReturnable,
    OrderCancelled,
    ReturnUnderWay,
    ReturnWindowClosed,
)

NEW_YORK = ZoneInfo("America/New_York")
RETURN, RESIZE = ReturnKind.RETURN, ReturnKind.RESIZE
DELIVERED = datetime(2026, 10, 1, 14, 30, tzinfo=NEW_YORK)


def order(
    status: OrderStatus = OrderStatus.DELIVERED,
    delivered_at: datetime | None = DELIVERED,
    line: OrderLine | None = None,
    **shipping,
) -> Order:
    return Order(
        id="o1",
        order_number="GG-1",
        source="tests",
        external_id="1",
        status=status,
        lines=[line or OrderLine(line_id="1", name="Halo Ring", price_cents=28900)],
        shipping=Shipping(delivered_at=delivered_at, **shipping),
        placed_at=datetime(2026, 9, 1, tzinfo=UTC),
        created_at=datetime(2026, 9, 1, tzinfo=UTC),
        updated_at=datetime(2026, 9, 1, tzinfo=UTC),
    )


def after(days: int, clock: str = "12:00:00.000") -> datetime:
    """A local moment so many calendar days after the day of delivery."""
    at = datetime.combine(DELIVERED.date() + timedelta(days=days), datetime.min.time())
    hour, minute, second = clock.split(":")
    local = at.replace(tzinfo=NEW_YORK)
    return local.replace(hour=int(hour), minute=int(minute)) + timedelta(seconds=float(second))


def judged(order_: Order, kind: ReturnKind, now: datetime, policies: Policies) -> Eligibility:
    return decide(order_, order_.lines[0], kind, now, policies)


@pytest.mark.parametrize(
    ("kind", "now", "allowed"),
    [
        (RETURN, after(0, "14:30:00.000"), True),
        (RETURN, after(29), True),
        (RETURN, after(30, "00:00:00.000"), True),
        (RETURN, after(30, "23:59:59.999"), True),
        (RETURN, after(31, "00:00:00.000"), False),
        (RETURN, after(31), False),
        (RESIZE, after(31), True),
        (RESIZE, after(60, "00:00:00.000"), True),
        (RESIZE, after(60, "23:59:59.999"), True),
        (RESIZE, after(61, "00:00:00.000"), False),
    ],
)
def test_the_last_day_of_a_window_is_in_it_until_midnight(
    kind: ReturnKind, now: datetime, allowed: bool, policies: Policies
) -> None:
    decided = judged(order(), kind, now, policies)
    assert decided.allowed is allowed
    assert decided.reason_code is (ReasonCode.OK if allowed else ReasonCode.WINDOW_CLOSED)
    assert decided.deadline == after(decided.days, "23:59:59.999")


def test_days_are_days_of_the_shop_and_not_of_utc(policies: Policies) -> None:
    late = datetime(2026, 10, 2, 2, 0, tzinfo=UTC)  # 22:00 on the 1st in New York
    assert end_of_day(late, 30, policies) == after(30, "23:59:59.999")


def test_a_window_over_the_change_of_clocks_still_ends_at_midnight(policies: Policies) -> None:
    deadline = end_of_day(datetime(2026, 10, 15, 12, tzinfo=NEW_YORK), 30, policies)
    assert deadline.astimezone(NEW_YORK).isoformat() == "2026-11-14T23:59:59.999000-05:00"


@pytest.mark.parametrize("mark", ["custom", "engraved"])
@pytest.mark.parametrize("kind", [RETURN, RESIZE])
def test_what_was_made_for_somebody_comes_back_neither_way(
    mark: str, kind: ReturnKind, policies: Policies
) -> None:
    line = OrderLine(line_id="1", name="Signet Ring", price_cents=1, **{mark: True})
    made = order(line=line)
    decided = judged(made, kind, after(1), policies)
    assert (decided.allowed, decided.reason_code) == (False, ReasonCode.CUSTOM)
    refused = refusal(made, line, decided)
    assert isinstance(refused, NotReturnable)
    assert "Signet Ring" in str(refused)


@pytest.mark.parametrize(
    "status", [OrderStatus.CREATED, OrderStatus.PROCESSING, OrderStatus.SHIPPED]
)
def test_what_has_not_arrived_cannot_come_back(status: OrderStatus, policies: Policies) -> None:
    on_its_way = order(status, delivered_at=None)
    decided = judged(on_its_way, RETURN, after(5), policies)
    assert (decided.allowed, decided.deadline) == (False, None)
    assert isinstance(refusal(on_its_way, on_its_way.lines[0], decided), NotDelivered)


def test_a_delivery_in_the_future_is_none_yet(policies: Policies) -> None:
    decided = judged(order(), RETURN, after(-1), policies)
    assert decided.reason_code is ReasonCode.NOT_DELIVERED


@pytest.mark.parametrize(
    ("status", "error"),
    [(OrderStatus.CANCELLED, OrderCancelled), (OrderStatus.RETURNED, AlreadyRefunded)],
)
def test_a_cancelled_or_refunded_order_has_nothing_to_send_back(
    status: OrderStatus, error: type, policies: Policies
) -> None:
    gone = order(status)
    decided = judged(gone, RETURN, after(1), policies)
    assert not decided.allowed
    assert isinstance(refusal(gone, gone.lines[0], decided), error)


def test_another_line_of_an_order_with_a_return_under_way_may_still_come_back(
    policies: Policies,
) -> None:
    ours = StatusEntry(status=OrderStatus.RETURN_PENDING, at=after(4), reference="RMA-1")
    pending = order(OrderStatus.RETURN_PENDING).model_copy(update={"status_history": [ours]})
    assert judged(pending, RETURN, after(5), policies).allowed


@pytest.mark.parametrize("kind", [RETURN, RESIZE])
@pytest.mark.parametrize("since", [None, after(4)])
def test_an_order_that_goes_back_by_a_return_of_others_is_refused(
    kind: ReturnKind, since: datetime | None, policies: Policies
) -> None:
    known = [StatusEntry(status=OrderStatus.RETURN_PENDING, at=since)] if since else []
    pending = order(OrderStatus.RETURN_PENDING).model_copy(update={"status_history": known})
    decided = judged(pending, kind, after(5), policies)
    assert (decided.allowed, decided.reason_code) == (False, ReasonCode.UNDER_WAY)
    refused = refusal(pending, pending.lines[0], decided)
    assert isinstance(refused, ReturnUnderWay)
    assert (refused.since is None) is (since is None)


def test_an_estimated_delivery_counts_from_its_day_and_says_so(policies: Policies) -> None:
    shipped = DELIVERED - timedelta(days=policies.delivery_estimate_days)
    imported = order(
        OrderStatus.SHIPPED,
        delivered_at=None,
        shipped_at=shipped,
        delivery_estimate_at=DELIVERED,
    )
    before = judged(imported, RETURN, DELIVERED - timedelta(seconds=1), policies)
    assert before.reason_code is ReasonCode.NOT_DELIVERED
    on_time = judged(imported, RETURN, after(30, "23:59:59.999"), policies)
    assert (on_time.allowed, on_time.estimated) == (True, True)
    late = judged(imported, RETURN, after(31), policies)
    assert (late.allowed, late.estimated) == (False, True)
    refused = refusal(imported, imported.lines[0], late)
    assert isinstance(refused, ReturnWindowClosed)
    assert (refused.days, refused.delivered_at, refused.estimated) == (30, DELIVERED, True)
    assert not judged(order(), RETURN, after(1), policies).estimated
