"""Two wishes in one message: none of them is lost."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.parts import of_search, of_two_orders
from concierge.replies.models import ProductGrid, QuickReplies, ReturnForm, StylistForm
from tests.talk import Talk


def test_a_wish_about_a_second_order_waits_for_its_turn(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is GG-12001, ada@example.com")
    said = talk.say("cancel GG-12001 and text me when GG-12003 ships")
    assert said.intent == "order_change"
    assert said.has(StylistForm)
    assert "no updates switched on" not in said.text.lower()
    buttons = [
        one
        for reply in said.result.replies
        if isinstance(reply, QuickReplies)
        for one in reply.options
    ]
    assert buttons[-1].text == "text me when GG-12003 ships"
    assert "not forgotten" in said.text
    assert talk.transcript()[-2].text == "cancel GG-12001 and text me when GG-12003 ships"
    assert talk.say(buttons[-1].text).intent == "order_updates"
    assert "To which mobile number" in talk.say("dee@example.com").text


def test_earrings_beside_a_return_are_shown_and_the_return_goes_on(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is GG-12002, ada@example.com")
    said = talk.say("I want to return my ring and also need earrings for my mom")
    assert said.intent == "returns"
    assert {card.category for card in said.one(ProductGrid).cards} == {"earrings"}
    assert said.has(ReturnForm)
    assert "Your return number is" in talk.say("too small").text


@pytest.mark.parametrize(
    "text",
    [
        "track GG-12001 and GG-12003",
        "I ordered GG-12001 and then I ordered GG-12003",
        "cancel GG-12001 and text me when it is done",
        "cancel GG-12001 and refund GG-12001",
        "return my ring and send me my money back",
    ],
)
def test_a_message_of_one_wish_is_read_whole(text: str) -> None:
    assert of_two_orders(text) is None
    assert of_search(text) is None


def test_a_message_that_is_long_is_read_whole() -> None:
    assert of_two_orders("cancel GG-12001 and text me when GG-12003 ships" + " x" * 200) is None


def test_what_is_urgent_is_read_whole(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("cancel GG-12001 and tell my lawyer why GG-12003 is late")
    assert said.intent == "stylist"
