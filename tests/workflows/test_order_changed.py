"""An order moves on, and who asked to hear of it does, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from concierge.bootstrap import Services, process
from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden
from concierge.core.mongo import Row
from concierge.orders.errors import OrderNotFound
from concierge.orders.models import OrderDraft, OrderLine, OrderStatus, Shipping
from concierge.replies.models import OrderTimeline
from tests.conftest import NOW
from tests.explain import no_collection_scans
from tests.talk import SYSTEM, Talk


def subscribed(shop: Services) -> Talk:
    talk = Talk.begin(shop)
    talk.say("GG-12001 ada@example.com")
    for address in ("ada@example.com", "+1 212 555 0101"):
        talk.say("send me updates")
        talk.say(address)
    return talk


def moved(shop: Services, status: OrderStatus, request_id: str = "n1") -> None:
    shop.order_changed.record(
        SYSTEM,
        "GG-12001",
        status,
        at=NOW,
        request_id=request_id,
        carrier="UPS",
        tracking_number="1Z999",
    )


def test_everybody_who_asked_gets_one_message_by_their_channel(shop: Services) -> None:
    talk = subscribed(shop)
    for _ in range(2):
        moved(shop, OrderStatus.SHIPPED)
    sent = list(shop.mongo.db["outbox"].find({"kind": "order_status"}))
    assert sorted((mail["channel"], mail["to"]) for mail in sent) == [
        ("email", "ada@example.com"),
        ("sms", "+12125550101"),
    ]
    assert all("GG-12001" in mail["body"] for mail in sent)
    by_mail = next(mail for mail in sent if mail["channel"] == "email")
    assert "UPS 1Z999" in by_mail["body"]
    token = by_mail["body"].split("/c/")[1].split()[0]
    assert shop.links.read(token).session_id == talk.session_id
    view = talk.say("where is my order").one(OrderTimeline)
    assert (view.status, view.carrier, view.tracking_number) == ("shipped", "UPS", "1Z999")


def test_each_step_is_told_and_nobody_who_stopped_hears_more(shop: Services) -> None:
    talk = subscribed(shop)
    moved(shop, OrderStatus.SHIPPED)
    talk.say("stop the texts")
    moved(shop, OrderStatus.DELIVERED, "n2")
    kinds = [mail["kind"] for mail in shop.mongo.db["outbox"].find()]
    assert kinds.count("order_status") == 2, "both were told of the shipping, nobody of the rest"


def test_only_the_shop_moves_orders(shop: Services) -> None:
    for actor in (Actor.customer("s"), Actor.staff("sam", {Role.AGENT})):
        with pytest.raises(Forbidden):
            shop.order_changed.record(
                actor, "GG-12001", OrderStatus.SHIPPED, at=NOW, request_id="n"
            )
    with pytest.raises(OrderNotFound):
        shop.order_changed.record(
            SYSTEM, "GG-1", OrderStatus.SHIPPED, at=NOW - timedelta(days=1), request_id="n"
        )


# -- orders that others move: the job ------------------------------------------------------------


def imported(shop: Services, status: OrderStatus, **shipping: object) -> None:
    """The shop's file says that this is how the order stands."""
    draft = OrderDraft(
        order_number="#1001",
        external_id="1",
        status=status,
        lines=(OrderLine(line_id="1", name="Halo ring", price_cents=28_900),),
        shipping=Shipping.model_validate(shipping),
        customer_email="ada@example.com",
        placed_at=NOW - timedelta(days=3),
    )
    shop.orders.upsert_from("shopify", [draft])


def waiting(shop: Services, *, simulated: bool = False) -> Talk:
    """A customer who wants to hear of an imported order that is being prepared."""
    imported(shop, OrderStatus.PROCESSING)
    talk = Talk.begin(shop, simulated=simulated)
    for text in ("#1001, ada@example.com", "send me updates", "ada@example.com"):
        talk.say(text)
    assert [s.address for s in shop.subscriptions.active_for("#1001")] == ["ada@example.com"]
    return talk


def run_job(shop: Services) -> object:
    [job] = [job for job in process._jobs(shop) if job.name == "order updates"]
    return job.run()


def messages(shop: Services) -> list[Row]:
    return list(shop.mongo.db["outbox"].find({"kind": "order_status"}))


def test_an_order_that_an_import_moved_is_told_of_once(shop: Services) -> None:
    talk = waiting(shop)
    assert run_job(shop) == 0
    sent = NOW - timedelta(days=1)
    imported(shop, OrderStatus.SHIPPED, shipped_at=sent, carrier="UPS", tracking_number="1Z999")
    assert [run_job(shop) for _ in range(3)] == [1, 0, 0]
    [mail] = messages(shop)
    assert mail["subject"] == "Order #1001: Shipped"
    assert "Nov 17, 2026" in mail["body"]
    assert "UPS 1Z999" in mail["body"]
    assert (mail["sessionId"], mail["status"]) == (talk.session_id, "queued")


def test_what_changed_between_the_answer_and_the_first_look_is_told_too(shop: Services) -> None:
    waiting(shop)
    imported(shop, OrderStatus.SHIPPED)
    assert run_job(shop) == 1


def test_two_processes_that_look_at_once_tell_it_once(shop: Services) -> None:
    waiting(shop)
    imported(shop, OrderStatus.SHIPPED)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: run_job(shop), range(8)))
    assert sum(map(int, map(str, told))) == 1
    assert len(messages(shop)) == 1


def test_a_subscription_from_before_anybody_looked_is_only_taken_note_of(shop: Services) -> None:
    waiting(shop)
    shop.mongo.db["widgetOrderSubscriptions"].update_many({}, {"$unset": {"notifiedStatus": ""}})
    imported(shop, OrderStatus.SHIPPED)
    assert run_job(shop) == 0
    assert messages(shop) == []
    imported(shop, OrderStatus.DELIVERED, delivered_at=NOW)
    assert run_job(shop) == 1


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (OrderStatus.DELIVERED, "Delivered"),
        (OrderStatus.CANCELLED, "Cancelled"),
        (OrderStatus.RETURNED, "Returned"),
    ],
)
def test_the_last_news_is_told_and_the_subscription_ends_without_a_word(
    shop: Services, status: OrderStatus, word: str
) -> None:
    waiting(shop)
    imported(shop, status)
    assert [run_job(shop), run_job(shop)] == [1, 0]
    assert [mail["subject"] for mail in messages(shop)] == [f"Order #1001: {word}"]
    assert shop.subscriptions.active_for("#1001") == []
    [kept] = shop.subscriptions.for_orders(SYSTEM, ["#1001"])["#1001"]
    assert kept.ended_at == NOW
    assert shop.mongo.db["outbox"].count_documents({"kind": "order_updates_off"}) == 0


def test_a_delivery_that_is_only_estimated_is_not_told_and_ends_it_when_it_is_long_past(
    shop: Services, clock: ManualClock
) -> None:
    waiting(shop)
    imported(shop, OrderStatus.SHIPPED, delivery_estimate_at=NOW + timedelta(days=5))
    run_job(shop)
    clock.advance(timedelta(days=6))
    assert run_job(shop) == 0
    assert [mail["subject"] for mail in messages(shop)] == ["Order #1001: Shipped"]
    assert len(shop.subscriptions.active_for("#1001")) == 1
    clock.advance(timedelta(days=14))
    assert run_job(shop) == 0
    assert shop.subscriptions.active_for("#1001") == []
    assert len(messages(shop)) == 1


def test_a_simulated_customer_is_told_by_mail_that_stays(shop: Services) -> None:
    waiting(shop, simulated=True)
    imported(shop, OrderStatus.SHIPPED)
    run_job(shop)
    [mail] = messages(shop)
    assert (mail["simulated"], mail["status"]) == (True, "kept")


def test_a_subscription_to_an_order_that_was_taken_out_ends(shop: Services) -> None:
    waiting(shop)
    shop.orders.remove(SYSTEM, ["#1001"])
    assert run_job(shop) == 0
    assert shop.subscriptions.active_for("#1001") == []
    assert messages(shop) == []


def test_who_stopped_while_the_job_looked_is_left_alone(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = waiting(shop)
    imported(shop, OrderStatus.SHIPPED)
    look = shop.orders.get_many

    def stops_meanwhile(*given: object) -> object:
        monkeypatch.undo()
        talk.say("stop the updates")
        return look(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(shop.orders, "get_many", stops_meanwhile)
    assert run_job(shop) == 0
    assert messages(shop) == []


def test_looking_for_news_reads_no_whole_collection(shop: Services) -> None:
    waiting(shop)
    imported(shop, OrderStatus.SHIPPED)
    with no_collection_scans(shop.mongo):
        assert run_job(shop) == 1
