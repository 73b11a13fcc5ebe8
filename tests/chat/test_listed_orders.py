"""Who gives an e-mail address and a postal code sees a list, and can point at it."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.replies.models import OrderList, OrderTimeline, ReturnForm
from tests.talk import Talk


@pytest.mark.parametrize(
    "words", ["ada@example.com 10001", "ada@example.com zip 10001", "10001, ada@example.com"]
)
def test_both_in_one_message_are_the_list(shop: Services, words: str) -> None:
    talk = Talk.begin(shop)
    talk.say("where is my order")
    listed = [order.order_number for order in talk.say(words).one(OrderList).orders]
    assert listed == ["GG-12001", "GG-12002", "GG-12004"]
    session = talk.session()
    assert session.slots.order_number is None
    assert session.mentioned_order_number is None


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("the second one", "GG-12002"),
        ("2", "GG-12002"),
        ("12002", "GG-12002"),
        ("GG-12004", "GG-12004"),
        ("the last one", "GG-12004"),
        ("last one", "GG-12004"),
        ("the latest", "GG-12001"),
        ("my oldest order", "GG-12004"),
        ("the halo ring", "GG-12002"),
        ("the one with the studs", "GG-12004"),
        ("the drops", "GG-12001"),
        ("the processing one", "GG-12001"),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_an_order_of_the_list_is_pointed_at(
    shop: Services, words: str, number: str, together: bool
) -> None:
    talk = Talk.begin(shop)
    talk.say("where is my order")
    if together:
        talk.say("ada@example.com 10001")
    else:
        talk.say("ada@example.com")
        talk.say("10001")
    said = talk.say(words)
    assert said.one(OrderTimeline).order_number == number
    assert talk.session().order_number == number


@pytest.mark.parametrize(
    "words", ["the delivered one", "the earrings one", "the tiara one", "the ninth one"]
)
def test_what_may_be_several_or_none_is_asked_again(shop: Services, words: str) -> None:
    talk = Talk.begin(shop)
    talk.say("where is my order")
    talk.say("ada@example.com 10001")
    assert talk.say(words).has(OrderList)
    assert talk.say("the first one").one(OrderTimeline).order_number == "GG-12001"


def test_what_was_wanted_goes_on_with_the_order_that_is_chosen(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("I want to return something")
    talk.say("ada@example.com 10001")
    assert talk.say("the second one").one(ReturnForm).order_number == "GG-12002"


def test_pieces_shown_after_the_list_are_nearer(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is my order")
    talk.say("ada@example.com 10001")
    talk.say("show me necklaces under $300")
    assert talk.say("the second one").intent == "product_search"
    assert talk.say("never mind").intent != "returns"


def test_a_wrong_pair_is_told_nothing_and_may_be_given_again(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is my order")
    wrong = talk.say("ada@example.com 99999")
    assert "cannot find an order" in wrong.text
    assert not wrong.has(OrderList)
    assert talk.say("ada@example.com 10001").has(OrderList)
