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
    assert talk.say("I want to return it").has(ReturnForm)
    done = talk.say("it snapped")
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
