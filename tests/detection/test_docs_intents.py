"""docs/intents.md keeps the borders: what it says is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from concierge.detection import DetectionContext, Detector, Intent

PAGE = (Path(__file__).parents[2] / "docs" / "intents.md").read_text(encoding="utf-8")
CELL = re.compile(r"`(?P<intent>[a-z_]+)`[ |]+(?P<quotes>\"[^|]+)")
EXAMPLES = [
    (quote, match["intent"])
    for line in PAGE.splitlines()
    if line.startswith("|")
    for match in CELL.finditer(line)
    for quote in re.findall(r'"([^"]+)"', match["quotes"])
]
ASKED = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in PAGE.partition("## Read by what was asked")[2].partition("## Slots")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| typed")
]


def test_the_page_names_every_intent_with_examples() -> None:
    assert {intent for _, intent in EXAMPLES} == {intent.value for intent in Intent}
    assert len(EXAMPLES) > 90
    assert len(ASKED) > 10


@pytest.mark.parametrize(("text", "intent"), EXAMPLES)
def test_an_example_of_the_page_is_read_as_it_says(
    detector: Detector, text: str, intent: str
) -> None:
    assert detector.detect(text).intent == intent


@pytest.mark.parametrize(("text", "awaiting", "last", "intent"), ASKED)
def test_an_answer_of_the_page_is_read_as_it_says(
    detector: Detector, text: str, awaiting: str, last: str, intent: str
) -> None:
    context = DetectionContext(
        awaiting=awaiting or None, last_intent=Intent(last) if last else None
    )

    assert detector.detect(text, context).intent == intent
