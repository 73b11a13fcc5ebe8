"""How to be reached: given where nobody asked for it, and where the form for a stylist waits."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.consent import stops_order
from concierge.chat.contact import bare_contact
from concierge.chat.told import without_address
from concierge.replies.models import OrderTimeline, StylistForm, TicketOpened
from tests.talk import SYSTEM, Talk


def tickets(shop: Services) -> int:
    return int(shop.mongo.db["tickets"].count_documents({}))


def waiting(shop: Services) -> Talk:
    """With the form open, and an address known."""
    talk = Talk.begin(shop)
    asked = talk.say("my ring is bent, talk to a human. zelda@quux.example")
    assert asked.has(StylistForm)
    return talk


@pytest.mark.parametrize(
    "text",
    ["bo@example.com", "bo@example.com +1 415 555 0100", "it's bo@example.com", "415-555-0100"],
)
def test_a_bare_address_is_told_from_words(text: str) -> None:
    assert bare_contact(text)
    assert not bare_contact(f"{text} my ring is bent")


@pytest.mark.parametrize("again", ["bo@example.com", "bo@example.com +1 415 555 0100"])
def test_a_repeated_address_shows_the_order_again(shop: Services, again: str) -> None:
    talk = Talk.begin(shop)
    talk.say("where is GG-12009 bo@example.com")
    said = talk.say(again)
    assert said.has(OrderTimeline)
    assert not said.has(StylistForm)
    assert "nothing more is needed for GG-12009" in said.text
    before = tickets(shop)
    assert talk.say("do you buy old coins").intent == "unmatched"
    assert tickets(shop) == before


def test_an_address_after_updates_were_switched_on_opens_no_form(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is GG-12009 bo@example.com")
    talk.say("send me updates")
    assert "You will hear from us" in talk.say("bo@example.com").text
    assert not talk.say("bo@example.com").has(StylistForm)


def test_an_address_to_begin_with_asks_for_the_order(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("bo@example.com")
    assert "order number" in said.text
    assert not said.has(StylistForm)
    assert talk.say("GG-12009").has(OrderTimeline)


def test_a_number_nobody_asked_for_opens_no_form(shop: Services) -> None:
    said = Talk.begin(shop).say("+1 415 555 0100")
    assert "What is it about?" in said.text
    assert not said.has(StylistForm)


def test_an_address_goes_onto_the_ticket_that_is_open(shop: Services) -> None:
    talk = waiting(shop)
    ticket = talk.say("yes").one(TicketOpened).ticket_id
    assert ticket in talk.say("+1 415 555 0100").text


def test_a_command_is_no_answer_to_the_form(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my name is Zelda Quux and my email is zelda@quux.example, call me +1 415 555 0100")
    before = tickets(shop)
    said = talk.say("track GG-12002 for Zelda Quux")
    assert (said.intent, tickets(shop)) == ("order_tracking", before)
    assert shop.sessions.history(SYSTEM, talk.session_id).slots.name == "Zelda Quux"


@pytest.mark.parametrize("thanks", ["gracias", "merci beaucoup", "ok thanks", "thank you so much"])
def test_thanks_are_thanks_beside_the_form(shop: Services, thanks: str) -> None:
    talk = waiting(shop)
    before = tickets(shop)
    assert talk.say(thanks).intent == "thanks_goodbye"
    assert tickets(shop) == before


def test_a_word_that_says_nothing_is_filed_by_a_yes_alone(shop: Services) -> None:
    talk = waiting(shop)
    before = tickets(shop)
    assert "Shall I pass that on" in talk.say("zxcv").text
    assert tickets(shop) == before
    assert talk.say("yes").has(TicketOpened)


@pytest.mark.parametrize(
    "words",
    [
        "please call me tomorrow",
        "it belonged to my late husband and means a lot to me",
        "urgent",
        "GG-12002 came from my aunt and she wants it to become two rings",
        "thanks, it is about my grandmother's brooch",
    ],
)
def test_plain_words_reach_the_stylist(shop: Services, words: str) -> None:
    assert waiting(shop).say(words).has(TicketOpened)


def test_an_address_leaves_no_stump_in_what_was_said() -> None:
    said = "my name is Zelda Quux and my email is zelda@quux.example, call me +1 415 555 0100"
    assert without_address(said) == "call me +1 415 555 0100"
    assert without_address("my ring is bent, zelda@quux.example") == "my ring is bent"


def test_stop_with_an_order_is_a_wish_about_it(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12003 80201")
    assert talk.say("talk to a human").has(StylistForm)
    said = talk.say("stop it from shipping")
    assert said.intent == "order_change"
    assert "GG-12003 has already left us" in said.text


@pytest.mark.parametrize("words", ["stop", "stop it", "stop that"])
def test_stop_alone_leaves_the_form(shop: Services, words: str) -> None:
    assert "we leave it there" in waiting(shop).say(words).text


def test_stop_is_read_with_its_object() -> None:
    assert all(
        map(stops_order, ["stop it from shipping", "please stop my order", "stop the parcel"])
    )
    others = ["stop", "stop it", "stop order updates", "stop the order updates", "stop asking me"]
    assert not any(map(stops_order, others))
