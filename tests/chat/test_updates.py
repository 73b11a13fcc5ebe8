"""Messages about an order: where they go, and that they stop at any time."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.replies.models import TicketOpened, UpdatesForm
from tests.talk import Talk

ORDER = "GG-12003"


def on(shop: Services, number: str = ORDER) -> list[str]:
    return sorted(one.address for one in shop.subscriptions.active_for(number))


def switched_on(shop: Services) -> Talk:
    talk = Talk.begin(shop)
    talk.say(f"{ORDER} dee@example.com")
    assert "Say stop at any time" in talk.say("text me at 2125550147").text
    assert len(on(shop)) == 1
    return talk


@pytest.mark.parametrize(
    "before", ["show me rings", "talk to a human", "I want to leave feedback", "what is my size"]
)
@pytest.mark.parametrize("words", ["stop", "stop the emails", "unsubscribe me from everything"])
def test_stop_ends_the_messages_whatever_is_open(shop: Services, before: str, words: str) -> None:
    talk = switched_on(shop)
    talk.say(before)
    said = talk.say(words)
    assert said.intent == "order_updates"
    assert f"No more messages about {ORDER}" in said.text
    assert on(shop) == []


def test_stop_ends_the_messages_of_every_order_that_were_switched_on_here(shop: Services) -> None:
    talk = switched_on(shop)
    talk.say("GG-12001 ada@example.com")
    talk.say("email me about it at ada@example.com")
    assert on(shop, "GG-12001")
    said = talk.say("stop")
    assert ORDER in said.text
    assert "GG-12001" in said.text
    assert on(shop) == on(shop, "GG-12001") == []


def test_stop_means_nothing_special_where_no_message_is_on(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    assert "Nothing was changed" in talk.say("stop").text
    assert talk.say("stop").intent == "unmatched"


def test_an_opt_out_is_not_answered_as_if_messages_were_wanted(shop: Services) -> None:
    switched_on(shop)
    talk = Talk.begin(shop)
    said = talk.say("unsubscribe me from everything")
    assert "the link in each message stops them" in said.text
    assert "Before I send" not in said.text
    assert "all is quiet" in talk.say(f"{ORDER} dee@example.com").text
    assert len(on(shop)) == 1, "a telephone number that was not named stays"


def test_an_address_that_proved_the_order_is_taken_off_in_another_conversation(
    shop: Services,
) -> None:
    Talk.begin(shop).say(f"email me about {ORDER} dee@example.com")
    assert on(shop) == ["dee@example.com"]
    said = Talk.begin(shop).say(f"stop the emails about {ORDER} dee@example.com")
    assert "No more messages" in said.text
    assert on(shop) == []


def test_the_address_given_is_not_asked_for_again(shop: Services) -> None:
    said = Talk.begin(shop).say(f"email me about {ORDER} dee@example.com")
    assert not said.has(UpdatesForm)
    assert on(shop) == ["dee@example.com"]


def test_a_few_digits_are_told_that_they_are_no_number(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say(f"{ORDER} dee@example.com")
    talk.say("text me")
    said = talk.say("555")
    assert "does not look like a telephone number" in said.text
    assert "by text message" in talk.say("2125550147").text


def test_another_address_takes_the_place_of_the_first(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say(f"email me about {ORDER} dee@example.com")
    said = talk.say("change that to bob@example.com")
    assert said.intent == "order_updates"
    assert not said.has(TicketOpened)
    assert on(shop) == ["bob@example.com"]


def test_the_number_of_the_wish_outlives_the_question_whose_order_it_is(shop: Services) -> None:
    for words in ("sms me updates for GG-12009 at", "send me updates about GG-12009 to"):
        talk = Talk.begin(shop)
        talk.say(f"{words} +1 312 555 0188")
        said = talk.say("bo@example.com")
        assert "by text message" in said.text
        assert on(shop, "GG-12009") == ["+13125550188"]
        talk.say("stop")


def test_who_wants_to_be_texted_is_asked_for_the_number_and_gets_no_mail(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say(f"text me when {ORDER} ships")
    asked = talk.say("dee@example.com")
    assert "To which mobile number" in asked.text
    assert asked.one(UpdatesForm).email is None
    assert on(shop) == []
    assert "by text message" in talk.say("212 555 0147").text
    assert on(shop) == ["+12125550147"]


def test_who_wants_to_be_texted_may_still_choose_a_mail(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say(f"text me when {ORDER} ships")
    talk.say("dee@example.com")
    talk.say("dee@example.com then")
    assert on(shop) == ["dee@example.com"]


def test_a_proof_beside_the_wish_to_be_texted_is_no_address_for_it(shop: Services) -> None:
    talk = Talk.begin(shop)
    asked = talk.say(f"text me updates about {ORDER}, dee@example.com")
    assert "To which mobile number" in asked.text
    assert on(shop) == []


def test_a_number_given_for_something_else_is_no_place_for_messages(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my phone number is 212 555 0199")
    talk.say(f"keep me posted about {ORDER}")
    talk.say("dee@example.com")
    assert on(shop) == ["dee@example.com"]
