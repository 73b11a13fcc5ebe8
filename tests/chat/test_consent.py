"""Nothing is sent off without a yes, or an answer that can be nothing else."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.consent import (
    agrees,
    asks,
    calls_off,
    calls_off_what_was_done,
    flat_no,
    names_pieces,
    pauses,
    says_why,
    stops_messages,
    takes_back,
)
from concierge.replies.models import ReturnConfirmed, ReturnForm, TicketOpened
from tests.talk import SYSTEM, Talk

RETRACTIONS = [
    "ok nevermind",
    "please don't",
    "yeah no, leave it as it is",
    "of course not",
    "ok forget it",
    "no just asking",
    "actually keep the order",
    "don't cancel it, I still want it",
    "oh wait, don’t",
    "sure, never mind",
    "never mind, my husband loves it",
    "I don't want to cancel it anymore",
    "I changed my mind",
    "please leave my order as it is",
    "no, thank you",
    "yes but no",
    "nah it's fine",
]
AGREEMENTS = [
    "yes",
    "Yes!",
    "ok",
    "sure, why not",
    "yes, no problem",
    "please do",
    "go ahead",
    "ok do it",
    "of course",
    "okay then",
]
REASONS = [
    "too big",
    "no longer needed",
    "it is not my style",
    "the clasp broke",
    "changed my mind",
    "I don't want it anymore",
    "no reason",
    "the stone sits too high for my work",
    "does not fit",
    "is scratched",
    "my fiancee hates it",
]
NO_REASONS = [
    "no just asking",
    "wait, what is your return policy",
    "I need to think",
    "can you wait",
    "do I pay for shipping",
    "let me ask my wife",
    "I have a question",
    "not sure",
    "too big?",
    "hello",
    "yes",
    "the charm",
    "can I return it if it is worn",
]


@pytest.mark.parametrize("text", RETRACTIONS)
def test_what_takes_back_is_never_a_yes(text: str) -> None:
    assert takes_back(text)
    assert not agrees(text)


@pytest.mark.parametrize("text", AGREEMENTS)
def test_a_yes_is_a_yes(text: str) -> None:
    assert agrees(text)
    assert not takes_back(text)


@pytest.mark.parametrize("text", REASONS)
def test_a_reason_says_why_and_is_neither_no_nor_question(text: str) -> None:
    assert says_why(text)
    assert not takes_back(text, reason_asked=True)
    assert not flat_no(text) or text == "changed my mind"
    assert not asks(text)


@pytest.mark.parametrize("text", NO_REASONS)
def test_questions_and_doubts_are_no_reasons(text: str) -> None:
    assert not says_why(text)


def test_of_an_order_that_is_to_be_cancelled_cancel_it_says_so_once_more() -> None:
    assert takes_back("cancel it")
    assert not takes_back("cancel it", of_an_order=True)
    assert agrees("yes, cancel it please", of_an_order=True)
    assert takes_back("don't cancel it", of_an_order=True)


def test_who_wants_time_says_neither_yes_nor_no() -> None:
    for text in ("wait", "I need to think", "can you wait", "let me ask my wife", "not sure yet"):
        assert pauses(text), text
        assert not agrees(text), text
    for text in ("wait, the studs", "a bit big", "the wait was long", "I need it bigger"):
        assert not pauses(text), text


def test_stop_means_messages_only_when_nothing_else_is_named() -> None:
    for text in ("stop", "STOP!", "please stop", "unsubscribe me from everything", "opt out"):
        assert stops_messages(text), text
    for text in ("stop showing rings", "can I stop by your shop", "non-stop shipping"):
        assert not stops_messages(text), text


def test_a_return_is_called_off_by_name_or_just_after_it_was_filed() -> None:
    for text in ("cancel the return", "please withdraw my return request", "cancel rma-1234abcd"):
        assert calls_off(text), text
    for text in ("cancel my order", "I want to return it", "can I cancel the return?"):
        assert not calls_off(text), text
    for text in ("cancel it", "undo", "I'll keep it after all", "I don't want to return it"):
        assert calls_off_what_was_done(text), text
    assert not calls_off_what_was_done("can I keep it?")


def test_pieces_are_named_and_searches_are_not() -> None:
    for text in ("the charm", "both", "both of them", "my pendant"):
        assert names_pieces(text), text
    for text in ("show me the charms", "charms under $50", "it is too big"):
        assert not names_pieces(text), text


def filed(shop: Services, number: str) -> list[str]:
    return [one.rma for one in shop.returns.for_orders(SYSTEM, [number]).get(number, [])]


@pytest.mark.parametrize("words", RETRACTIONS)
def test_no_change_of_an_order_goes_out_after_a_retraction(shop: Services, words: str) -> None:
    talk = Talk.begin(shop)
    talk.say("cancel order GG-12001, ada@example.com")
    said = talk.say(words)
    assert not said.has(TicketOpened)
    assert "Nothing was changed" in said.text
    assert talk.session().ticket_ids == []


def test_a_yes_passes_the_change_on(shop: Services) -> None:
    for words in ("yes please", "yes, cancel it", "sure, why not"):
        talk = Talk.begin(shop)
        talk.say("cancel order GG-12001, ada@example.com")
        assert talk.say(words).has(TicketOpened), words


def test_a_question_passes_no_change_on_and_the_yes_after_it_does(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("cancel order GG-12001, ada@example.com")
    asked = talk.say("what happens then?")
    assert "shall I pass it on?" in asked.text
    assert talk.session().ticket_ids == []
    assert talk.say("ok cancel it").has(TicketOpened)


def test_a_proof_by_postal_code_does_not_ask_for_ever(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12001 10001")
    talk.say("cancel it")
    assert "Nothing was changed" in talk.say("ok never mind").text
    assert talk.say("hello").intent == "greeting"


def test_an_offered_human_is_left_with_ok_forget_it(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("you are useless, worst service ever")
    assert "Nothing was changed" in talk.say("ok forget it").text


@pytest.mark.parametrize(
    "words",
    [
        "wait, what is your return policy",
        "I need to think",
        "can you wait",
        "hello",
        "yes",
        "do I have to wear it?",
        "hm ok",
    ],
)
def test_no_return_is_filed_on_words_that_are_no_reason(shop: Services, words: str) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    talk.say(words)
    assert filed(shop, "GG-12002") == []
    assert talk.say("too big").has(ReturnConfirmed), "the question is still open"


def test_words_that_may_be_a_reason_are_one_with_a_yes(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    asked = talk.say("the wedding")
    assert "Shall I arrange the return of Halo Ring?" in asked.text
    assert filed(shop, "GG-12002") == []
    assert talk.say("yes").has(ReturnConfirmed)
    (kept,) = shop.returns.for_orders(SYSTEM, ["GG-12002"])["GG-12002"]
    assert kept.reason == "the wedding"


@pytest.mark.parametrize("question", ["can I return it?", "can i return it"])
def test_a_question_is_answered_and_files_nothing_by_itself(shop: Services, question: str) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12002 ada@example.com")
    asked = talk.say(question)
    assert "Halo Ring can come back until" in asked.text
    assert "Shall I arrange the return of Halo Ring?" in asked.text
    assert "Nothing was changed" in talk.say("no just asking").text
    assert filed(shop, "GG-12002") == []


def test_a_question_with_a_yes_goes_on_to_the_reason(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("can I return my ring?")
    asked = talk.say("GG-12002 ada@example.com")
    assert "Shall I arrange the return of Halo Ring?" in asked.text
    assert "May I ask what was not right" in talk.say("yes please").text
    assert talk.say("too small").has(ReturnConfirmed)


def test_a_size_of_something_else_is_confirmed_before_a_resize(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings in size 8")
    asked = talk.say("resize my ring GG-12002, ada@example.com")
    assert asked.has(ReturnForm)
    assert "Shall I arrange the resize of Halo Ring to US 8?" in asked.text
    assert "Nothing was changed" in talk.say("ok never mind").text
    assert filed(shop, "GG-12002") == []
    talk.say("resize my ring")
    assert talk.say("yes").one(ReturnConfirmed).new_size == "US 8"


def test_a_size_in_a_question_is_no_order_for_it(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("resize GG-12002, ada@example.com")
    asked = talk.say("is US 7 possible?")
    assert "Shall I arrange the resize of Halo Ring to US 7?" in asked.text
    assert filed(shop, "GG-12002") == []
    assert talk.say("yes").one(ReturnConfirmed).new_size == "US 7"


def test_why_a_piece_is_left_out_is_said(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12020, bo@example.com")
    talk.say("the second one")
    first = talk.say("unwanted").one(ReturnConfirmed)
    again = talk.say("return GG-12020")
    assert "Little Star Charm I leave out: A return is already open" in again.text
    assert first.rma in again.text
    for words in ("both", "the charm"):
        said = talk.say(words)
        assert said.intent == "returns"
        assert "Little Star Charm I leave out" in said.text
    assert len(filed(shop, "GG-12020")) == 1


def test_both_pieces_go_one_after_the_other(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12020, bo@example.com")
    assert "one piece at a time" in talk.say("both").text
    assert talk.say("unwanted").one(ReturnConfirmed).item == "Little Sun Hoops"
    talk.say("return the other one")
    assert talk.say("unwanted").one(ReturnConfirmed).item == "Little Star Charm"
