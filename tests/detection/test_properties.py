"""What holds for every text there is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.detection import Detection, DetectionContext, Detector, Intent

WORDS = st.sampled_from(
    [
        "where",
        "is",
        "my",
        "order",
        "GG-12001",
        "#12001",
        "ring",
        "rings",
        "under",
        "$300",
        "1.5k",
        "size",
        "6½",
        "UK",
        "M",
        "EU",
        "52",
        "16.5",
        "mm",
        "refund",
        "return",
        "don't",
        "want",
        "to",
        "cancel",
        "ada@example.com",
        "zip",
        "10001",
        "SW1A",
        "1AA",
        "+1",
        "555",
        "010",
        "0199",
        "/",
        "/track",
        "/gift",
        "the",
        "second",
        "one",
        "stop",
        "great",
        "5",
        "for",
        "my",
        "wife",
        "too",
        "big",
        "😡",
        "\x00",
        "\u202e",
        "١٢٣",
        "٫",
        "İ",
        "ß",
        "ǅ",
        "½",
        "between",
        "200",
        "and",
        "400",
        "-",
        ",",
        ".",
        "!",
        "?",
        "\n",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=25).map(" ".join))
AWAITING = st.sampled_from(
    [
        None,
        "order_number",
        "identity",
        "postal_code",
        "csat",
        "return_reason",
        "ring_size",
        "stylist_contact",
        "order_updates",
        "budget",
        "something else",
    ]
)
CONTEXTS = st.builds(
    DetectionContext,
    awaiting=AWAITING,
    last_intent=st.one_of(st.none(), st.sampled_from(Intent)),
    page=st.one_of(st.none(), st.text(max_size=20)),
)


@settings(max_examples=400, deadline=None)
@given(text=TEXTS, context=CONTEXTS)
def test_no_text_raises_and_every_answer_is_sound(
    detector: Detector, text: str, context: DetectionContext
) -> None:
    found = detector.detect(text, context)
    slots = found.slots

    assert 0 <= found.confidence <= 1
    if slots.email is not None:
        assert slots.email in text.lower()
    if slots.order_number is not None:
        assert slots.order_number.removeprefix("GG-").isascii()
        assert slots.order_number.removeprefix("GG-").isdigit()
    for cents in (slots.budget_min_cents, slots.budget_max_cents):
        assert cents is None or 0 < cents < 2**53
    if slots.budget_min_cents and slots.budget_max_cents:
        assert slots.budget_min_cents <= slots.budget_max_cents
    assert slots.ring_size is None or 0 <= slots.ring_size.us <= 18
    if slots.name is not None and text.isascii():
        assert slots.name.split()[0].lower() in text.lower()
    assert found.intent not in found.also
    assert Detection.from_mongo(found.to_mongo()) == found


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, context=CONTEXTS)
def test_the_same_message_is_read_the_same(
    detector: Detector, text: str, context: DetectionContext
) -> None:
    first, second = detector.detect(text, context), detector.detect(text, context)

    assert (first.intent, first.slots, first.candidates) == (
        second.intent,
        second.slots,
        second.candidates,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "\ud800 lone surrogate",
        "‮where is my order‬",
        "🙂" * 3000,
        "a" * 100_000,
        "where is my order " * 5000,
        "1" * 5000,
        "1 " * 2500,
        "<script>alert('x')</script>",
        "'; DROP TABLE orders; --",
        "GG-" * 2000,
        "a@" * 2500,
        "size " * 1000,
        "between 1 and " * 400,
        "((((((((((" * 500,
        "+1 " * 1600,
    ],
)
def test_hostile_texts_are_read_in_a_blink(detector: Detector, text: str) -> None:
    began = time.thread_time()
    detector.detect(text)

    assert time.thread_time() - began < 0.5


def test_right_to_left_marks_and_invisible_signs_do_not_hide_words(detector: Detector) -> None:
    assert detector.detect("‮wh​ere is my or​der‬").intent is Intent.ORDER_TRACKING


def test_nobody_can_type_what_only_we_recognise(detector: Detector) -> None:
    assert detector.detect("#order").slots.order_number is None
    assert detector.detect("#money #order").intent is not Intent.PRODUCT_SEARCH


def test_text_beyond_the_limit_is_not_looked_at(detector: Detector) -> None:
    found = detector.detect("x" * 5000 + " ada@example.com where is my order")

    assert found.trace.cut
    assert found.slots.email is None
    assert found.intent is Intent.UNMATCHED


def test_a_message_is_read_within_a_millisecond_of_processor_time(detector: Detector) -> None:
    texts = [
        "where is my order GG-12001",
        "I don't want to return it, I want a different size",
        "show me ready to ship rings under $300 in rose gold for my wife's birthday",
        "hi, could you please tell me how long delivery to Canada takes and what it costs?",
        "thanks",
    ]
    spent = []
    for text in texts * 40:
        began = time.thread_time()
        detector.detect(text)
        spent.append((time.thread_time() - began) * 1000)

    assert sorted(spent)[int(len(spent) * 0.95)] < 3.0  # three times the aim: machines differ
