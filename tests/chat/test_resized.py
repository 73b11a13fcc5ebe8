"""A resize that is filed, and a wish that is with a human: what is said of them next."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.listening import corrects_size
from concierge.chat.promised import asks_if_done, asks_if_passed_on
from concierge.replies.models import ReturnConfirmed, ReturnKind, StylistForm, TicketOpened
from concierge.returns.models import Return
from tests.talk import SYSTEM, Talk


def resized(shop: Services) -> Talk:
    talk = Talk.begin(shop)
    talk.say("my ring is too big")
    talk.say("GG-12002 10001")
    assert talk.say("size 5 1/2").one(ReturnConfirmed).new_size == "US 5.5"
    return talk


def active(shop: Services, number: str) -> list[Return]:
    return [r for r in shop.returns.for_orders(SYSTEM, [number]).get(number, []) if r.active]


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("sorry, i meant 6", "US 6"),
        ("i meant size 8", "US 8"),
        ("UK N", "UK N"),
        ("actually 6.5 please", "US 6.5"),
        ("no, make it a 7", "US 7"),
    ],
)
def test_another_size_takes_the_place_of_the_one_filed(
    shop: Services, words: str, size: str
) -> None:
    talk = resized(shop)
    said = talk.say(words)
    assert said.one(ReturnConfirmed).new_size == size
    assert "is called off, and this takes its place" in said.text
    (one,) = active(shop, "GG-12002")
    assert (one.kind, one.new_size) == (ReturnKind.RESIZE, size)


def test_the_same_size_again_changes_nothing(shop: Services) -> None:
    talk = resized(shop)
    (before,) = active(shop, "GG-12002")
    assert "will become US 5.5 already" in talk.say("size 5.5").text
    assert [one.rma for one in active(shop, "GG-12002")] == [before.rma]


def test_what_another_conversation_filed_is_changed_by_a_stylist(shop: Services) -> None:
    resized(shop)
    talk = Talk.begin(shop)
    talk.say("resize GG-12002 10001")
    said = talk.say("i meant size 8")
    assert "A stylist can change it to US 8" in said.text
    assert [one.new_size for one in active(shop, "GG-12002")] == ["US 5.5"]
    assert talk.say("yes").has(StylistForm)


def test_a_received_ring_is_changed_by_a_stylist(shop: Services) -> None:
    talk = resized(shop)
    shop.mongo.db["returns"].update_many({}, {"$set": {"status": "received"}})
    assert "A stylist can change it to US 6" in talk.say("make it 6").text


def test_only_a_size_corrects_one() -> None:
    assert all(map(corrects_size, ["sorry, i meant 6", "size 8", "UK N", "it should be a 7"]))
    others = ["show me rings in size 6", "what is 6 in UK", "5 stars", "what about 7 days", "2"]
    assert not any(map(corrects_size, others))


def test_a_search_after_a_resize_is_a_search(shop: Services) -> None:
    talk = resized(shop)
    assert talk.say("show me rings in size 6").intent == "product_search"
    assert [one.new_size for one in active(shop, "GG-12002")] == ["US 5.5"]


def test_how_long_a_resize_takes_is_told_of_the_resize(shop: Services) -> None:
    talk = resized(shop)
    (filed,) = active(shop, "GG-12002")
    said = talk.say("how long does that take")
    assert said.intent == "resize"
    assert filed.rma in said.text
    assert "free of charge" in talk.say("how much is it").text


def test_cancel_that_means_the_return_that_was_filed(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12008 mia@example.com")
    rma = talk.say("too big").one(ReturnConfirmed).rma
    talk.say("where is my order")
    assert f"{rma} is called off" in talk.say("cancel that").text
    assert active(shop, "GG-12008") == []


def test_cancel_that_of_another_conversations_return_is_for_a_human(shop: Services) -> None:
    first = Talk.begin(shop)
    first.say("return GG-12008 mia@example.com")
    first.say("too big")
    talk = Talk.begin(shop)
    talk.say("GG-12008 mia@example.com")
    assert "A stylist can call off an earlier one" in talk.say("cancel that").text
    assert len(active(shop, "GG-12008")) == 1


@pytest.mark.parametrize(
    "asked", ["is it cancelled?", "did you pass that on", "has it gone through"]
)
def test_a_change_that_was_passed_on_is_told_so(shop: Services, asked: str) -> None:
    talk = Talk.begin(shop)
    talk.say("cancel GG-12010")
    talk.say("hana@example.com")
    ticket = talk.say("yes").one(TicketOpened).ticket_id
    said = talk.say(asked)
    assert f"GG-12010 was passed on: it stands on your ticket {ticket}" in said.text
    assert "within" in said.text
    assert not said.has(StylistForm)
    assert ticket in talk.say("did you pass that on").text


def test_another_change_is_asked_about_as_before(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("cancel GG-12010")
    talk.say("hana@example.com")
    talk.say("yes")
    assert "shall I pass it on" in talk.say("can you change the address").text


def test_a_change_that_was_declined_was_not_passed_on(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("cancel GG-12010")
    talk.say("hana@example.com")
    talk.say("no")
    assert "was passed on" not in talk.say("is it cancelled?").text


def test_questions_on_what_became_of_a_wish() -> None:
    assert all(map(asks_if_passed_on, ["did you pass that on", "have you told the stylist?"]))
    assert not any(map(asks_if_passed_on, ["did you send my order", "can you pass it on"]))
    assert all(map(asks_if_done, ["is it cancelled?", "did you change the address?"]))
    assert not any(map(asks_if_done, ["can you change the address?", "is it shipped"]))
