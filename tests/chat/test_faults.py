"""What came broken, or is not what was ordered."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.replies.models import Article, ReturnConfirmed, ReturnForm, StylistForm, TrackForm
from tests.talk import Talk


def test_who_tells_of_a_fault_hears_sorry_and_chooses(shop: Services) -> None:
    talk = Talk.begin(shop)
    first = talk.say("my ring arrived broken!!!")
    assert first.text.startswith("I am sorry")
    assert "We pay the way back" in first.text
    assert first.has(TrackForm)
    choice = talk.say("GG-12002 ada@example.com")
    assert "I am sorry Halo Ring is not as it should be" in choice.text
    assert not choice.has(ReturnForm)
    assert talk.say("yes").has(StylistForm)


def test_who_would_rather_send_it_back_may(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my ring arrived broken GG-12002 ada@example.com")
    done = talk.say("I want to return it")
    assert done.text.startswith("I am sorry it was not as it should be. We pay the way back.")
    assert done.has(ReturnConfirmed)


@pytest.mark.parametrize(
    "order", ["return GG-12006 eli@example.org", "return GG-12016, wren@example.org"]
)
def test_a_fault_is_repaired_also_where_nothing_can_come_back(shop: Services, order: str) -> None:
    talk = Talk.begin(shop)
    assert "I am sorry about the fault" not in talk.say(order).text
    said = talk.say("but it is defective, the stone fell out")
    assert "Making faults are repaired free of charge for two years" in said.text
    assert not said.has(Article)
    assert talk.say("yes please").has(StylistForm)


def test_a_reason_of_taste_is_no_fault(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    assert "I am sorry" not in talk.say("it does not suit me").text


def test_who_asks_whether_it_can_go_back_is_asked_for_a_yes_and_not_why(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my ring arrived broken GG-12002 ada@example.com")
    asked = talk.say("can I return it?")
    assert "Shall I arrange the return of Halo Ring?" in asked.text
    assert talk.say("yes").has(ReturnConfirmed)
    filed = shop.mongo.db["returns"].find_one({"orderNumber": "GG-12002"})
    assert filed is not None
    assert "arrived broken" in filed["reason"]


def test_the_piece_that_came_broken_is_known_by_its_name(shop: Services) -> None:
    talk = Talk.begin(shop)
    choice = talk.say("my star charm arrived broken GG-12020 bo@example.com")
    assert "Little Star Charm is not as it should be" in choice.text
    done = talk.say("send it back please").one(ReturnConfirmed)
    assert done.item == "Little Star Charm"


def test_a_piece_that_came_broken_is_heard_beside_an_order_number(shop: Services) -> None:
    said = Talk.begin(shop).say("my necklace came broken GG-12020 bo@example.com")
    assert said.intent == "returns"


def test_a_reason_told_with_the_wish_is_not_asked_for_again(shop: Services) -> None:
    talk = Talk.begin(shop)
    asked = talk.say("I want to return GG-12024, they do not suit me, vic@example.com")
    assert "Shall I arrange the return of Fern Climbers?" in asked.text
    assert talk.say("yes").has(ReturnConfirmed)


def test_a_wish_that_says_no_reason_is_asked_why(shop: Services) -> None:
    asked = Talk.begin(shop).say("I want to return GG-12024, vic@example.com")
    assert "what was not right with Fern Climbers" in asked.text


def test_a_piece_to_send_back_is_no_change_of_an_order(shop: Services) -> None:
    said = Talk.begin(shop).say("wrong size, send it back GG-12024 vic@example.com")
    assert said.intent == "returns"


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("GG-12007 gus@example.org", "What was paid has been refunded"),
        ("GG-12030 dee@example.com", "What was paid has been refunded"),
    ],
)
def test_who_sends_back_what_was_cancelled_hears_of_the_money(
    shop: Services, order: str, told: str
) -> None:
    talk = Talk.begin(shop)
    said = talk.say(f"return {order}")
    assert "there is nothing to send back" in said.text
    assert told in said.text
    assert talk.say("yes please").has(StylistForm)


@pytest.mark.parametrize(
    ("paid", "told"),
    [
        ("paid", "usually within 5 business days"),
        ("partially_refunded", "A part of what was paid was refunded"),
    ],
)
def test_of_a_cancelled_order_it_is_told_how_far_the_money_is(
    shop: Services, paid: str, told: str
) -> None:
    shop.mongo.db["orders"].update_one(
        {"orderNumber": "GG-12007"}, {"$set": {"payment.status": paid}}
    )
    talk = Talk.begin(shop)
    assert told in talk.say("return GG-12007 gus@example.org").text
    assert told in Talk.begin(shop).say("cancel GG-12007 gus@example.org").text
