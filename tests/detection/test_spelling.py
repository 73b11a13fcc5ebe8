"""Typos are repaired, and nothing else is."""

from __future__ import annotations

import pytest

from concierge.detection import Detector, Intent
from concierge.detection.spelling import Speller
from concierge.detection.text import Words

SPELLER = Speller(
    known=["opal", "fiance", "opals", "orders"],
    targets=["finance", "order", "oval", "bracelet", "delivery", "parcel"],
)


def said(*tokens: str) -> tuple[str, ...]:
    return SPELLER.repair(Words(tokens, frozenset(), frozenset()))[0].tokens


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bracelt", "bracelet"),
        ("oredr", "order"),
        ("parcle", "parcel"),
        ("dilivry", "dilivry"),  # two slips in a short word are too many
        ("deilvrey", "delivery"),
        ("barcelet", "bracelet"),
    ],
)
def test_a_slip_is_repaired_where_one_word_is_very_near(typed: str, meant: str) -> None:
    assert said(typed) == (meant,)


@pytest.mark.parametrize(
    "word", ["opal", "fiance", "orders", "ordr", "#order", "straße", "gg12001"]
)
def test_known_words_short_words_and_what_is_no_word_are_left(word: str) -> None:
    assert said(word) == (word,)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("spending", "spending"), ("chatting", "chatting"), ("followers", "followers")],
)
def test_a_form_of_a_known_word_is_no_typo_of_another(typed: str, meant: str) -> None:
    speller = Speller(known=["spend", "chat", "follow"], targets=["sending", "changing", "flowers"])
    assert speller.repair(Words((typed,), frozenset(), frozenset()))[0].tokens == (meant,)


def test_a_form_of_a_known_word_may_be_read_as_that_word() -> None:
    speller = Speller(known=[], targets=["deposit"])
    assert speller.repair(Words(("deposits",), frozenset(), frozenset()))[0].tokens == ("deposit",)


def test_the_first_letter_stands() -> None:
    assert said("rorder", "xarcel") == ("rorder", "xarcel")


def test_repairs_are_counted_and_a_message_without_any_is_the_same() -> None:
    words = Words(("my", "bracelt", "parcle"), frozenset({0}), frozenset())
    repaired, count = SPELLER.repair(words)
    assert (repaired.tokens, repaired.hard, count) == (
        ("my", "bracelet", "parcel"),
        frozenset({0}),
        2,
    )
    same, none = SPELLER.repair(Words(("my", "parcel"), frozenset(), frozenset()))
    assert (same.tokens, none) == (("my", "parcel"), 0)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i wnat to cnacel my oredr", Intent.ORDER_CHANGE),
        ("do you have neckalces", Intent.PRODUCT_SEARCH),
        ("can you engrvae a rign", Intent.CUSTOM_DESIGN),
        ("opal earrings", Intent.PRODUCT_SEARCH),
    ],
)
def test_a_message_with_typos_is_understood(detector: Detector, text: str, intent: Intent) -> None:
    assert detector.detect(text).intent is intent


def test_the_trace_counts_repairs_and_slots_read_what_was_meant(detector: Detector) -> None:
    found = detector.detect("emreald pendnat")

    assert found.trace.repaired == 2
    assert (found.slots.category, found.slots.stone) == ("pendant", "emerald")


def test_names_emails_and_order_numbers_stay_as_typed(detector: Detector) -> None:
    found = detector.detect("my name is Retrun Ordder, retrun@example.com, order GG-12001")

    assert found.slots.email == "retrun@example.com"
    assert found.slots.order_number == "GG-12001"
    assert found.slots.name == "Retrun Ordder"
