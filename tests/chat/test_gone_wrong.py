"""Payments that failed, returns under way elsewhere, and small words beside a ticket or a form."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.replies.models import CsatPrompt, ReturnConfirmed, StylistForm, TicketOpened
from tests.talk import Talk

# ------------------------------------------------------------------------ payments


@pytest.mark.parametrize(
    "text",
    [
        "my card was declined",
        "payment failed",
        "charged twice",
        "my credit card got declined",
        "you charged me twice",
        "my card was declined at checkout",
        "can't pay",
    ],
)
def test_a_payment_that_went_wrong_is_urgent_for_a_stylist(shop: Services, text: str) -> None:
    said = Talk.begin(shop).say(text)
    assert said.intent == "stylist"
    assert said.one(StylistForm).urgent


@pytest.mark.parametrize(
    "text",
    [
        "my card was declined at an ATM",
        "my transfer failed",
        "my virtual card was declined",
        "activate my card",
    ],
)
def test_a_banks_business_is_none_of_ours(shop: Services, text: str) -> None:
    said = Talk.begin(shop).say(text)
    assert said.intent == "unmatched"
    assert not said.has(StylistForm)


# ------------------------------------------------------------------------ returns


def test_an_order_that_is_on_its_way_back_gets_no_second_rma(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("return GG-12038, uma@example.org")
    if "has been under way since" not in said.text:
        said = talk.say("too heavy")
    assert "A return of GG-12038 has been under way since" in said.text
    assert not said.has(ReturnConfirmed)
    assert shop.mongo.db["returns"].count_documents({"orderNumber": "GG-12038"}) == 0
    assert talk.say("yes").has(StylistForm)


@pytest.mark.parametrize("text", ["why not", "but why?", "why"])
def test_why_not_after_a_refusal_is_told_the_reason_again(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    refused = talk.say("return GG-12038, uma@example.org")
    assert "has been under way since" in refused.text
    again = talk.say(text)
    assert again.intent == "returns"
    assert "has been under way since" in again.text
    assert "A stylist may still find a way" in again.text
    assert talk.say("yes").has(StylistForm)


def test_why_not_alone_is_no_question_of_a_refusal(shop: Services) -> None:
    assert Talk.begin(shop).say("why not").intent == "unmatched"


# ------------------------------------------------------------------------ a form, a ticket


@pytest.mark.parametrize("text", ["any news?", "any news", "how long does it take"])
def test_a_question_beside_the_contact_form_files_no_ticket(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    talk.say("where is GG-12003, dee@example.com")
    talk.say("talk to a human")
    said = talk.say(text)
    assert not said.has(TicketOpened)
    assert shop.mongo.db["stylistTickets"].count_documents({}) == 0


def test_after_a_question_a_yes_still_sends_the_form(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is GG-12003, dee@example.com")
    talk.say("talk to a human")
    said = talk.say("any news?")
    assert "Nothing has been sent yet" in said.text
    assert "dee@example.com" not in said.text
    assert said.has(StylistForm)
    assert talk.say("yes").has(TicketOpened)


@pytest.mark.parametrize("text", ["thanks", "thank you so much", "ok thanks"])
def test_thanks_beside_an_open_ticket_are_answered_and_not_added(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    talk.say("Ada, ada@example.com, my ring is loose")
    before = shop.mongo.db["stylistTickets"].find_one({})["messages"]
    said = talk.say(text)
    assert "With pleasure" in said.text
    assert "added" not in said.text
    assert shop.mongo.db["stylistTickets"].find_one({})["messages"] == before


def test_thanks_with_more_to_say_are_added(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    talk.say("Ada, ada@example.com, my ring is loose")
    assert "With pleasure" not in talk.say("thanks, but the stone is missing too").text


@pytest.mark.parametrize("text", ["WHY SO SLOW", "why is this so slow", "you are so slow"])
def test_who_finds_us_slow_is_told_that_we_are_sorry(shop: Services, text: str) -> None:
    said = Talk.begin(shop).say(text)
    assert said.intent == "feedback"
    assert "I am sorry" in said.text
    assert said.has(CsatPrompt)
