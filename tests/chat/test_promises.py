"""Questions that the shop's policies answer, asked at any time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concierge.bootstrap import Services, build
from concierge.bootstrap import services as bootstrap_services
from concierge.chat.promised import Promised, promise_asked
from concierge.replies.models import ReturnConfirmed, StylistForm, TicketOpened, TrackForm
from tests.conftest import DATA
from tests.talk import SYSTEM, Talk

HOURS = "Monday – Friday 9:00 AM – 6:00 PM (New York)"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("phone number?", Promised.CALL),
        ("can i call you", Promised.CALL),
        ("do i pay for the return shipping", Promised.WAY_BACK),
        ("who pays for sending it back?", Promised.WAY_BACK),
        ("how long do refunds take", Promised.REFUND),
        ("wheres my refund", Promised.REFUND),
        ("how do i return something", Promised.HOW_TO),
        ("can I get a refund if I don't like it?", Promised.TERMS),
        ("who is the carrier", Promised.CARRIER),
        ("I want to return my ring", None),
        ("I want a refund", None),
        ("can I return it?", None),
        ("I have waited 4 business hours already", None),
        ("where is my order", None),
        ("does the ring come in platinum?", None),
        ("are you open to a trade-in", None),
        ("how much is the halo ring", None),
    ],
)
def test_a_question_about_a_promise_is_told_from_a_wish(text: str, asked: Promised | None) -> None:
    assert promise_asked(text) is asked


def test_late_and_where_to_are_asked_of_a_return_that_is_spoken_of() -> None:
    assert promise_asked("and after 30 days?") is None
    assert promise_asked("and after 30 days?", returning=True) is Promised.TOO_LATE
    assert promise_asked("where do i send it") is None
    assert promise_asked("where do i send it", returning=True) is Promised.WHERE_TO


def test_the_hours_are_told_in_words_and_a_human_is_offered(shop: Services) -> None:
    talk = Talk.begin(shop)
    told = talk.say("what are your hours")
    assert HOURS in told.text
    assert "quick_replies" in told.kinds
    assert not told.has(StylistForm)
    assert "a stylist can tell you" in talk.say("can i come by on saturday").text
    assert "A stylist can call you" in talk.say("phone number?").text
    assert talk.say("yes").has(StylistForm)


def test_a_question_in_the_midst_of_the_contact_form_leaves_it_open(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my ring arrived broken")
    talk.say("talk to a human")
    assert HOURS in talk.say("what are your hours").text
    assert "within 30 days of its delivery" in talk.say("what is your return policy").text
    assert talk.say("show me earrings").intent == "product_search"
    opened = talk.say("ada@example.com").one(TicketOpened)
    ticket = shop.tickets.get(SYSTEM, opened.ticket_id)
    assert ticket.customer.email == "ada@example.com"


@pytest.mark.parametrize("asked", ["do i pay for the return shipping", "is return shipping free?"])
def test_who_pays_the_way_back_is_said_before_the_order_is_asked_for(
    shop: Services, asked: str
) -> None:
    said = Talk.begin(shop).say(asked)
    assert said.text.startswith("If a piece is faulty or not what you ordered, we pay")
    assert said.has(TrackForm)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("always", "We pay the way back, whatever"),
        ("never", "The postage of the way back is"),
    ],
)
def test_who_pays_is_the_shops_own_setting(
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    words: str,
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    monkeypatch.setattr(bootstrap_services, "DATA_FOLDER", folder)
    policies = folder / "policies.yaml"
    text = policies.read_text("utf-8")
    assert "pay_way_back: faulty" in text
    policies.write_text(text.replace("pay_way_back: faulty", f"pay_way_back: {setting}"), "utf-8")
    built = build(services.settings, services.clock, services.mongo)
    assert words in Talk.begin(built).say("is return shipping free?").text
    page = Talk.begin(built).say("how long does shipping take").result.replies[1]
    assert words in " ".join(page.points)  # type: ignore[union-attr]
    built.events.stop()


def test_what_comes_after_the_window_is_answered_within_the_talk_of_returns(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    talk.say("what is your return policy")
    said = talk.say("and after 30 days?")
    assert said.intent == "returns"
    assert "After 30 days I cannot take a piece back myself" in said.text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("wheres my refund for GG-12007 gus@example.org", "was cancelled and refunded"),
        ("when will my refund arrive GG-12017 sol@example.org", "A return is under way"),
        ("where is my refund, GG-12018 uma@example.org", "was refunded, the way it was paid"),
        ("when do I get my money back GG-12002 ada@example.com", "No return is open"),
    ],
)
def test_a_refund_is_told_as_far_as_it_is_and_files_nothing(
    shop: Services, said: str, words: str
) -> None:
    talk = Talk.begin(shop)
    assert words in talk.say(said).text
    assert talk.session().state.awaiting is None
    assert shop.mongo.db["returns"].count_documents({"sessionId": talk.session().id}) == 0


def test_a_refund_that_was_asked_for_first_is_told_once_the_order_is_proven(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    assert "within 5 business days" in talk.say("when will my refund arrive").text
    assert "was cancelled and refunded" in talk.say("GG-12007 gus@example.org").text


def test_after_the_rma_the_refund_the_address_and_the_next_step_are_told(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    rma = talk.say("too big").one(ReturnConfirmed).rma
    assert rma in talk.say("how long do refunds take").text
    assert talk.say("where do i send it").one(ReturnConfirmed).rma == rma
    assert talk.say("how do i send it back").one(ReturnConfirmed).rma == rma
    assert rma in talk.say("what happens now?").text


def test_a_question_is_no_reason_for_the_return_that_was_begun(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    said = talk.say("is return shipping free?")
    assert "we pay the way back" in said.text
    assert not said.has(ReturnConfirmed)
    assert talk.say("too big").has(ReturnConfirmed)


def test_with_a_ticket_what_comes_next_is_told_and_a_never_mind_is_heard(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    talk.say("Ada, ada@example.com, my ring hums")
    assert "There is nothing you need to do" in talk.say("what happens now?").text
    assert "I have told the stylist" in talk.say("never mind").text


def test_the_carrier_of_a_proven_order_is_named(shop: Services) -> None:
    talk = Talk.begin(shop)
    assert talk.say("who is the carrier").intent == "shipping_info"
    talk.say("GG-12003 dee@example.com")
    assert "FedEx carries GG-12003" in talk.say("who is the carrier").text
