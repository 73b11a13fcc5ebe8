"""Measuring detection on labelled messages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from concierge.core.errors import InvalidInput
from concierge.detection import Detection, Detector, Intent
from concierge.detection.evaluation import Labelled, evaluate
from concierge.detection.phrases import PhraseBook

FRESH = [
    Labelled.of_row(json.loads(line))
    for line in Path(__file__).with_name("fresh.jsonl").read_text(encoding="utf-8").splitlines()
]
"""Messages of a jeweller's customers that are no phrases of ours, and never may become any."""

READ = {
    "where is it": (Intent.ORDER_TRACKING, 0.9),
    "track it": (Intent.SHIPPING_INFO, 0.6),
    "refund": (Intent.RETURNS, 0.9),
    "weather": (Intent.UNMATCHED, 0.8),
    "pizza": (Intent.GIFT, 0.7),
}


def detect(text: str) -> Detection:
    intent, confidence = READ[text]
    return Detection(intent=intent, confidence=confidence, layer="rule")


def row(text: str, intent: str, **more: Any) -> Labelled:
    return Labelled.of_row({"text": text, "intent": intent, **more})


def test_shares_are_counted_by_hand() -> None:
    found = evaluate(
        [
            row("where is it", "order_tracking", source="a"),
            row("track it", "order_tracking", source="a"),
            row("refund", "returns", source="b"),
            row("weather", "out_of_scope", source="b"),
            row("pizza", "unmatched", source="b", core=False),
        ],
        detect,
    )

    assert found.all.accuracy == 0.6
    assert found.all.macro_recall == 0.75  # of one half and one
    assert found.all.false_triggers == 0.5
    assert (found.core.messages, found.core.false_triggers) == (4, 0.0)
    assert found.by_source["a"].accuracy == 0.5
    assert found.by_source["a"].false_triggers is None
    assert found.by_intent["order_tracking"].recall == 0.5
    assert found.by_intent["order_tracking"].precision == 1.0
    assert found.by_intent["gift"].precision == 0.0
    assert found.by_intent["gift"].recall is None
    assert found.confusion == {
        "order_tracking": {"shipping_info": 1},
        "unmatched": {"gift": 1},
    }
    assert [miss.text for miss in found.worst] == ["pizza", "track it"]


def test_a_reading_that_is_also_right_counts() -> None:
    found = evaluate([row("track it", "order_tracking", also_ok=["shipping_info"])], detect)

    assert found.all.accuracy == 1.0
    assert found.worst == []


def test_no_rows_have_no_shares() -> None:
    assert evaluate([], detect).all.accuracy is None


def test_a_label_may_stand_beside_more_and_blanks_stay() -> None:
    read = Labelled.of_row({"text": "  hi ", "intent": "greeting", "tags": "x", "also_ok": None})

    assert (read.text, read.source, read.core) == ("  hi ", "unnamed", True)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"intent": "gift"}, "text"),
        ({"text": 5, "intent": "gift"}, "text"),
        ({"text": "hi"}, "intent"),
        ({"text": "hi", "intent": "gifts"}, "intent"),
        ({"text": "hi", "intent": "gift", "also_ok": ["gifts"]}, "also_ok"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Labelled.of_row(given)

    assert field.replace("_", "").lower() in str(caught.value).replace("_", "").lower()


def test_messages_that_are_no_phrases_are_understood(detector: Detector) -> None:
    found = evaluate(FRESH, detector.detect)
    misses = "\n".join(f"{miss.intent} {miss.found}: {miss.text}" for miss in found.worst)

    assert len(FRESH) >= 120
    assert {row.intent for row in FRESH} == set(Intent)
    assert (found.all.accuracy or 0) >= 0.82, misses
    assert (found.all.macro_recall or 0) >= 0.80, misses
    assert (found.all.false_triggers or 0) <= 0.10, misses
    for intent, scores in found.by_intent.items():
        assert (scores.recall or 0) >= 0.60, f"{intent}\n{misses}"


def test_what_measures_us_is_none_of_our_phrases(intents_folder: Path) -> None:
    phrases = {_words(text) for text, _ in PhraseBook.load(intents_folder)}

    assert not [row.text for row in FRESH if _words(row.text) in phrases]


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower().replace("'", "")))
