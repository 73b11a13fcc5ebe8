"""A return or a resize that its customer calls off again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.bootstrap import Services
from concierge.core.clock import ManualClock
from concierge.orders.models import OrderStatus
from concierge.replies.models import OrderTimeline, ReturnConfirmed
from concierge.returns.models import ReturnStatus
from tests.talk import SYSTEM, Talk


def returned(shop: Services) -> tuple[Talk, str]:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    return talk, talk.say("too big").one(ReturnConfirmed).rma


@pytest.mark.parametrize(
    "words",
    [
        "cancel the return",
        "please cancel my return",
        "cancel it",
        "I changed my mind",
        "I'll keep it after all",
        "I don't want to return it anymore",
    ],
)
def test_a_return_is_called_off_by_who_filed_it(shop: Services, words: str) -> None:
    talk, rma = returned(shop)
    said = talk.say(words)
    assert f"{rma} is called off" in said.text
    (kept,) = shop.returns.for_orders(SYSTEM, ["GG-12002"])["GG-12002"]
    assert (kept.status, kept.active) == (ReturnStatus.CANCELLED, False)
    assert shop.orders.get(SYSTEM, "GG-12002").status is OrderStatus.DELIVERED
    (mail,) = shop.mongo.db["outbox"].find({"kind": "rma_off"})
    assert rma in mail["subject"]


def test_the_timeline_tells_it_and_the_piece_can_be_returned_again(
    shop: Services, clock: ManualClock
) -> None:
    talk, rma = returned(shop)
    clock.advance(timedelta(minutes=1))
    talk.say("cancel the return")
    clock.advance(timedelta(minutes=1))
    steps = talk.say("where is my order").one(OrderTimeline)
    labels = [entry.label for entry in steps.entries]
    assert labels[-2:] == ["RMA created", "RMA called off"]
    assert [entry.note for entry in steps.entries][-2:] == [f"return {rma}"] * 2
    assert steps.status == "delivered"
    talk.say("return the halo ring")
    assert talk.say("too small").one(ReturnConfirmed).rma != rma


def test_a_resize_is_called_off_as_well(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("resize GG-12002, ada@example.com")
    rma = talk.say("7").one(ReturnConfirmed).rma
    assert f"{rma} is called off" in talk.say("cancel it").text
    assert f"{rma} is called off" in talk.say("cancel it").text
    assert shop.mongo.db["outbox"].count_documents({"kind": "rma_off"}) == 1


def test_another_return_of_the_order_stays_under_way(shop: Services, clock: ManualClock) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12020, bo@example.com")
    talk.say("the second one")
    talk.say("unwanted")
    clock.advance(timedelta(minutes=1))
    talk.say("return the other piece too")
    talk.say("too small")
    talk.say("cancel it")
    assert shop.orders.get(SYSTEM, "GG-12020").status is OrderStatus.RETURN_PENDING
    active = [
        one.item for one in shop.returns.for_orders(SYSTEM, ["GG-12020"])["GG-12020"] if one.active
    ]
    assert active == ["Little Star Charm"]


def test_what_another_conversation_filed_is_for_a_human(shop: Services) -> None:
    _, rma = returned(shop)
    talk = Talk.begin(shop)
    talk.say("GG-12002 ada@example.com")
    said = talk.say("cancel the return")
    assert "A stylist can call off an earlier one" in said.text
    assert rma not in said.text
    assert shop.orders.get(SYSTEM, "GG-12002").status is OrderStatus.RETURN_PENDING
    assert talk.say("yes please").intent == "stylist"


def test_what_has_been_received_is_for_a_human(shop: Services) -> None:
    talk, rma = returned(shop)
    shop.mongo.db["returns"].update_one({"rma": rma}, {"$set": {"status": "received"}})
    assert "has reached us already" in talk.say("cancel the return").text
    assert shop.orders.get(SYSTEM, "GG-12002").status is OrderStatus.RETURN_PENDING


def test_an_open_form_is_left_and_nothing_filed_is_called_off(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    assert "Nothing was changed" in talk.say("cancel the return").text
    assert "I see no return" in talk.say("cancel the return").text
