"""Pages, changes, and what an import may and may not touch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from concierge.core.actor import Actor, Role
from concierge.core.errors import Forbidden, InvalidInput
from concierge.core.mongo import Mongo
from concierge.orders.errors import OrderNotFound
from concierge.orders.models import (
    Creator,
    OrderFilter,
    OrderLine,
    OrderStatus,
    Shipping,
    StatusEntry,
)
from tests.conftest import NOW
from tests.explain import no_collection_scans
from tests.orders.drafts import order_draft

AGENT = Actor.staff("agent", {Role.AGENT})
ANALYST = Actor.staff("analyst", {Role.ANALYST})
PM = Actor.staff("pm", {Role.PM})
SHOP = Actor.system("webhook")


def many(count: int):
    return [order_draft(f"GG-{n}", placed_at=NOW - timedelta(hours=n // 2)) for n in range(count)]


def test_pages_hold_every_order_once_the_newest_first_even_at_equal_times(orders):
    orders.upsert_from("t", many(25))
    seen, cursor = [], None
    while True:
        page = orders.page(AGENT, OrderFilter(), cursor, limit=7)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 25
    assert len({order.order_number for order in seen}) == 25
    assert [o.placed_at for o in seen] == sorted((o.placed_at for o in seen), reverse=True)
    assert page.total == 25


def test_a_cursor_that_is_not_ours_is_refused(orders):
    with pytest.raises(InvalidInput):
        orders.page(AGENT, OrderFilter(), "bm9uc2Vuc2U")


def test_the_status_filter_counts_a_passed_estimate_as_delivered(orders):
    def shipped(estimate_days: int) -> Shipping:
        return Shipping(delivery_estimate_at=NOW + timedelta(days=estimate_days))

    orders.upsert_from(
        "t",
        [
            order_draft("A", status=OrderStatus.SHIPPED, shipping=shipped(1)),
            order_draft("B", status=OrderStatus.SHIPPED, shipping=shipped(-1)),
            order_draft("C", status=OrderStatus.SHIPPED),
            order_draft("D", status=OrderStatus.DELIVERED),
        ],
    )

    def numbers(status: OrderStatus) -> set[str]:
        page = orders.page(AGENT, OrderFilter(status=status))
        assert {order.status for order in page.items} == {status}
        assert page.total == len(page.items)
        return {order.order_number for order in page.items}

    assert numbers(OrderStatus.SHIPPED) == {"A", "C"}
    assert numbers(OrderStatus.DELIVERED) == {"B", "D"}


def test_the_search_box_takes_an_email_or_a_number_in_any_spelling(orders):
    orders.upsert_from(
        "t", [order_draft("GG-7"), order_draft("#8", customer_email="b@example.com")]
    )

    def found(text: str) -> list[str]:
        return [o.order_number for o in orders.page(AGENT, OrderFilter(text=text)).items]

    assert found("gg7") == ["GG-7"]
    assert found("8") == ["#8"]
    assert found("B@example.com") == ["#8"]
    assert found("nothing") == []


def test_an_analyst_sees_orders_with_the_person_taken_out_and_may_not_search_for_one(orders):
    orders.upsert_from("t", [order_draft("GG-7")])
    order = orders.get(ANALYST, "GG-7")
    shown = order.model_dump_json()
    for personal in ("ada", "Ada", "10001", "New York"):
        assert personal not in shown.replace(order.id, "")
    with pytest.raises(Forbidden):
        orders.page(ANALYST, OrderFilter(text="ada@example.com"))
    assert orders.get(AGENT, "GG-7").customer_name == "Ada Example"


@pytest.mark.parametrize("actor", [PM, Actor.customer("s1")])
def test_who_may_not_read_orders_is_refused(orders, actor):
    orders.upsert_from("t", [order_draft("GG-7")])
    with pytest.raises(Forbidden):
        orders.get(actor, "GG-7")
    with pytest.raises(Forbidden):
        orders.get_many(actor, ["GG-7"])
    with pytest.raises(Forbidden):
        orders.page(actor, OrderFilter())


def test_an_order_that_is_not_there_is_not_found(orders):
    with pytest.raises(OrderNotFound):
        orders.get(AGENT, "GG-404")
    with pytest.raises(OrderNotFound):
        orders.mark_return("GG-404", "RMA-1", "return")
    with pytest.raises(OrderNotFound):
        orders.record_status(SHOP, "GG-404", OrderStatus.SHIPPED, NOW)


def test_a_notice_of_the_shop_moves_the_order_and_a_repeat_changes_nothing(orders):
    orders.upsert_from("t", [order_draft("GG-7")])
    for _ in range(2):
        order = orders.record_status(
            SHOP, "GG-7", OrderStatus.SHIPPED, NOW, carrier="UPS", tracking_number="1Z"
        )
    assert order.status is OrderStatus.SHIPPED
    assert (order.shipping.carrier, order.shipping.shipped_at) == ("UPS", NOW)
    assert len(order.status_history) == 1


def test_a_late_notice_joins_the_history_and_moves_nothing_backwards(orders):
    orders.upsert_from("t", [order_draft("GG-7")])
    orders.record_status(SHOP, "GG-7", OrderStatus.DELIVERED, NOW)
    order = orders.record_status(SHOP, "GG-7", OrderStatus.SHIPPED, NOW - timedelta(days=2))
    assert order.status is OrderStatus.DELIVERED
    assert len(order.status_history) == 2


def test_only_machines_jobs_and_operations_may_record_a_status(orders):
    orders.upsert_from("t", [order_draft("GG-7")])
    for actor in (AGENT, ANALYST, Actor.customer("s1")):
        with pytest.raises(Forbidden):
            orders.record_status(actor, "GG-7", OrderStatus.SHIPPED, NOW)
        with pytest.raises(Forbidden):
            orders.remove(actor, ["GG-7"])
    assert orders.remove(SHOP, ["GG-7"]) == 1


def test_a_second_import_changes_nothing(orders):
    first = orders.upsert_from("t", many(30))
    again = orders.upsert_from("t", many(30))
    assert (first.created, first.updated, first.unchanged) == (30, 0, 0)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 30)


def test_an_import_never_touches_our_return_history_or_session_link(orders):
    shipped = order_draft("GG-7", status=OrderStatus.SHIPPED)
    orders.upsert_from("t", [shipped])
    orders.mark_return("GG-7", "RMA-7", "return")
    orders.link_session("GG-7", "s1")
    assert orders.upsert_from("t", [shipped]).unchanged == 1
    changed = shipped.model_copy(
        update={
            "status": OrderStatus.DELIVERED,
            "lines": (OrderLine(line_id="1", name="Renamed", price_cents=1),),
        }
    )
    assert orders.upsert_from("t", [changed]).updated == 1
    order = orders.get(AGENT, "GG-7")
    assert order.status is OrderStatus.RETURN_PENDING
    assert order.concierge_session_id == "s1"
    assert [entry.reference for entry in order.status_history] == ["RMA-7"]
    assert order.lines[0].name == "Renamed"


def test_a_source_overtakes_our_return_when_it_refunds_or_cancels(orders):
    orders.upsert_from("t", [order_draft("GG-7", status=OrderStatus.SHIPPED)])
    orders.mark_return("GG-7", "RMA-7", "return")
    orders.upsert_from("t", [order_draft("GG-7", status=OrderStatus.RETURNED)])
    assert orders.get(AGENT, "GG-7").status is OrderStatus.RETURNED


def test_what_the_shop_told_us_apart_outlives_a_file_without_it(orders):
    orders.upsert_from("t", [order_draft("GG-7")])
    orders.record_status(SHOP, "GG-7", OrderStatus.SHIPPED, NOW, carrier="UPS")
    orders.upsert_from("t", [order_draft("GG-7", status=OrderStatus.SHIPPED)])
    order = orders.get(AGENT, "GG-7")
    assert (order.shipping.carrier, order.shipping.shipped_at) == ("UPS", NOW)
    assert orders.upsert_from("t", [order_draft("GG-7", status=OrderStatus.SHIPPED)]).unchanged


def test_a_number_of_another_source_is_refused_and_stops_no_other(orders):
    orders.upsert_from("t", [order_draft("GG-7")])
    counts = orders.upsert_from("u", [order_draft("GG-7"), order_draft("GG-8")])
    assert (counts.created, counts.updated, counts.unchanged) == (1, 0, 0)
    assert [refusal.key for refusal in counts.refused] == ["GG-7"]


def test_a_return_filed_during_an_import_is_never_lost(orders):
    numbers = [f"GG-{n}" for n in range(40)]
    orders.upsert_from("t", [order_draft(n, status=OrderStatus.SHIPPED) for n in numbers])

    def reimport(turn: int) -> None:
        orders.upsert_from(
            "t",
            [
                order_draft(n, status=OrderStatus.SHIPPED, customer_name=f"Ada {turn}")
                for n in numbers
            ],
        )

    with ThreadPoolExecutor(4) as pool:
        imports = [pool.submit(reimport, turn) for turn in range(4)]
        returns = [pool.submit(orders.mark_return, n, f"RMA-{n}", "return") for n in numbers]
        for task in [*imports, *returns]:
            task.result()
    stored = orders.get_many(AGENT, numbers)
    assert {order.status for order in stored.values()} == {OrderStatus.RETURN_PENDING}
    assert all(len(order.status_history) == 1 for order in stored.values())


def test_a_return_inside_a_transaction_that_fails_leaves_no_trace(orders, mongo: Mongo):
    orders.upsert_from("t", [order_draft("GG-7")])

    def once(session):
        orders.mark_return("GG-7", "RMA-7", "return", session)
        raise RuntimeError("the mail could not be queued")

    with pytest.raises(RuntimeError):
        mongo.unit_of_work(once)
    assert orders.get(AGENT, "GG-7").status is OrderStatus.PROCESSING


def test_no_query_on_orders_scans_the_collection(orders, mongo: Mongo):
    history = (StatusEntry(status=OrderStatus.CREATED, at=NOW),)
    orders.upsert_from("t", [*many(9), order_draft("X", history=history, creator_id="c")])
    orders.put_creators([Creator(id="c", name="Studio Example", commission_percent=10)])
    filters = [
        OrderFilter(),
        OrderFilter(text="GG-1"),
        OrderFilter(text="ada@example.com"),
        OrderFilter(creator_id="c"),
        OrderFilter(session_id="s1"),
        OrderFilter(with_concierge=True),
        OrderFilter(placed_from=NOW - timedelta(days=30), placed_before=NOW),
        *[OrderFilter(status=status) for status in OrderStatus],
    ]
    with no_collection_scans(mongo):
        orders.link_session("GG-1", "s1")
        orders.mark_return("GG-1", "RMA-1", "resize")
        orders.record_status(SHOP, "GG-2", OrderStatus.SHIPPED, NOW)
        orders.get(AGENT, "GG-1")
        for wanted in filters:
            page = orders.page(AGENT, wanted, limit=2)
            if page.next_cursor:
                orders.page(AGENT, wanted, page.next_cursor, limit=2)
        orders.upsert_from("t", many(3))
        orders.remove(SHOP, ["GG-3"])
        assert [creator.name for creator in orders.creators()] == ["Studio Example"]
        orders.put_creators([Creator(id="c", name="Studio Sample", commission_percent=9)])
        orders.count()
