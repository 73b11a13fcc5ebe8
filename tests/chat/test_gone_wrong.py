"""Payments that failed, returns under way elsewhere, and small words beside a ticket or a form."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.replies.models import ReturnConfirmed, StylistForm
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
