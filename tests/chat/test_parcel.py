"""Who fears for a parcel hears more than where it is."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.replies.models import OrderTimeline, StylistForm
from tests.talk import Talk


def test_a_parcel_that_is_late_is_told_so_and_a_human_is_offered(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("GG-12022 ola@example.com")
    assert "later than expected" in said.text
    ahead = [one for one in said.one(OrderTimeline).entries if one.status == "ahead"]
    assert [(one.label, one.date) for one in ahead] == [("Delivered", None)]
    assert talk.say("yes").has(StylistForm)


@pytest.mark.parametrize(
    ("order", "fear", "words"),
    [
        ("GG-12022 ola@example.com", "is it lost", "later than expected"),
        ("GG-12003 dee@example.com", "why is it taking so long", "not late yet"),
        ("GG-12002 ada@example.com", "it says delivered but I never got it", "with neighbours"),
        ("GG-12001 ada@example.com", "is it lost", "has not left us yet"),
    ],
)
def test_a_fear_is_answered_without_the_same_card_again(
    shop: Services, order: str, fear: str, words: str
) -> None:
    talk = Talk.begin(shop)
    assert talk.say(order).has(OrderTimeline)
    said = talk.say(fear)
    assert said.intent == "order_tracking"
    assert words in said.text
    assert not said.has(OrderTimeline)
    assert talk.say("yes").has(StylistForm)


def test_an_order_just_placed_can_still_be_changed_in_plain_words(shop: Services) -> None:
    said = Talk.begin(shop).say("cancel GG-12010 hana@example.com")
    assert said.text.startswith("GG-12010 has not left us yet, so it can still be changed.")
