"""Where an order is, told from its history, else inferred from its dates."""

from __future__ import annotations

from datetime import timedelta

from concierge.orders.merge import merged
from concierge.orders.models import OrderStatus, Payment, Shipping, StatusEntry
from concierge.orders.timeline import (
    as_of,
    is_late,
    only_resizing,
    rma_called_off,
    rma_created,
    timeline,
)
from concierge.replies.models import ReturnKind
from tests.conftest import NOW
from tests.orders.drafts import order_draft


def order(**fields):
    return merged("t", order_draft(**fields), None, NOW)


def told(entries):
    return [(entry.label, entry.status) for entry in entries]


def days(number: int):
    return NOW - timedelta(days=number)


def sent(*, shipped: int, estimate: int | None = None, delivered: int | None = None) -> Shipping:
    return Shipping(
        shipped_at=days(shipped),
        delivery_estimate_at=None if estimate is None else days(estimate),
        delivered_at=None if delivered is None else days(delivered),
    )


def test_a_history_is_told_as_it_is_with_what_lies_ahead(policies):
    history = tuple(
        StatusEntry(status=status, at=days(ago))
        for status, ago in ((OrderStatus.CREATED, 3), (OrderStatus.PROCESSING, 2))
    )
    entries = timeline(order(history=history), NOW, policies)
    assert told(entries) == [
        ("Created", "done"),
        ("Processing", "current"),
        ("Shipped", "ahead"),
        ("Delivered", "ahead"),
    ]
    assert entries[0].date == days(3)
    assert entries[2].date is None


def test_without_a_history_the_dates_tell_it(policies):
    shipped = order(
        status=OrderStatus.SHIPPED,
        payment=Payment(status="paid", paid_at=days(10)),
        shipping=sent(shipped=2, estimate=-3),
    )
    entries = timeline(shipped, NOW, policies)
    assert told(entries) == [
        ("Created", "done"),
        ("Processing", "done"),
        ("Shipped", "current"),
        ("Delivered", "ahead"),
    ]
    assert entries[-1].date == days(-3)
    assert entries[-1].estimated


def test_an_expected_day_that_is_over_is_late_and_no_longer_ahead(policies):
    on_time = order(status=OrderStatus.SHIPPED, shipping=sent(shipped=5))
    late = order(status=OrderStatus.SHIPPED, shipping=sent(shipped=6))
    assert not is_late(on_time, NOW, policies)
    assert timeline(on_time, NOW, policies)[-1].date == NOW
    assert is_late(late, NOW, policies)
    last = timeline(late, NOW, policies)[-1]
    assert (last.label, last.status, last.date, last.estimated) == (
        "Delivered",
        "ahead",
        None,
        False,
    )


def test_an_estimate_that_has_passed_reads_as_delivered_then_and_says_estimated(policies):
    shipped = order(status=OrderStatus.SHIPPED, shipping=sent(shipped=8, estimate=3))
    assert as_of(shipped, days(4)).status is OrderStatus.SHIPPED
    now = as_of(shipped, NOW)
    assert now.status is OrderStatus.DELIVERED
    assert now.shipping.delivered_at == days(3)
    assert now.shipping.delivered_estimated
    last = timeline(shipped, NOW, policies)[-1]
    assert (last.label, last.status, last.estimated) == ("Delivered", "current", True)


def test_a_known_delivery_is_never_replaced_by_an_estimate():
    known = order(status=OrderStatus.SHIPPED, shipping=sent(shipped=8, estimate=3, delivered=1))
    assert as_of(known, NOW).shipping.delivered_at == days(1)
    assert not as_of(known, NOW).shipping.delivered_estimated


def test_a_return_pending_keeps_its_status_and_gains_the_estimated_delivery(policies):
    pending = order(status=OrderStatus.SHIPPED, shipping=sent(shipped=8, estimate=3))
    pending.status = OrderStatus.RETURN_PENDING
    pending.status_history = [
        StatusEntry(status=OrderStatus.RETURN_PENDING, at=days(1), label="RMA created")
    ]
    assert as_of(pending, NOW).status is OrderStatus.RETURN_PENDING
    assert told(timeline(pending, NOW, policies)) == [
        ("Created", "done"),
        ("Shipped", "done"),
        ("Delivered", "done"),
        ("RMA created", "current"),
        ("Returned", "ahead"),
    ]


def test_an_order_is_only_resized_while_nothing_else_of_it_goes_back():
    pending = order(status=OrderStatus.DELIVERED)
    assert not only_resizing(pending)
    pending.status = OrderStatus.RETURN_PENDING
    pending.status_history = [rma_created("RMA-1", ReturnKind.RESIZE, days(3))]
    assert only_resizing(pending)
    pending.status_history.append(rma_created("RMA-2", ReturnKind.RETURN, days(2)))
    assert not only_resizing(pending)
    pending.status_history.append(rma_called_off(pending, "RMA-2", days(1)))
    assert only_resizing(pending)


def test_each_rma_is_told_with_its_kind_and_number(policies):
    pending = order(status=OrderStatus.DELIVERED)
    pending.status = OrderStatus.RETURN_PENDING
    pending.status_history = [rma_created("RMA-1", ReturnKind.RETURN, days(3))]
    pending.status_history.append(rma_called_off(pending, "RMA-1", days(2)))
    pending.status_history.append(rma_created("RMA-2", ReturnKind.RESIZE, days(1)))
    assert [(e.label, e.note) for e in timeline(pending, NOW, policies)][-4:] == [
        ("RMA created", "return RMA-1"),
        ("RMA called off", "return RMA-1"),
        ("RMA created", "resize RMA-2"),
        ("Resized", None),
    ]


def test_a_cancelled_order_has_nothing_ahead(policies):
    cancelled = order(status=OrderStatus.CANCELLED, cancelled_at=days(4))
    assert told(timeline(cancelled, NOW, policies)) == [
        ("Created", "done"),
        ("Cancelled", "current"),
    ]


def test_a_status_without_a_date_of_its_own_is_told_as_estimated(policies):
    entries = timeline(order(status=OrderStatus.PROCESSING), NOW, policies)
    assert told(entries)[:2] == [("Created", "done"), ("Processing", "current")]
    assert entries[1].estimated


def test_steps_at_one_moment_are_told_in_the_order_of_an_orders_life(policies):
    entries = timeline(order(payment=Payment(status="paid", paid_at=days(10))), NOW, policies)
    assert told(entries)[:2] == [("Created", "done"), ("Processing", "current")]


def test_labels_may_be_the_shops_own_words(policies):
    labels = dict.fromkeys(OrderStatus, "step")
    entries = timeline(order(), NOW, policies, labels=labels)
    assert {entry.label for entry in entries} == {"step"}
