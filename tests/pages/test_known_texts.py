"""What was read from messages is worded in one way, whether a slot, a trace or a run says it."""

from __future__ import annotations

import pytest

from concierge.detection.models import RingSize, RingSystem, Slots
from concierge.ui.components import known_text, known_texts


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("budget_max_cents", 30_000, "budget ≤ $300"),
        ("budget_min_cents", "30050", "budget ≥ $300.50"),
        ("ring_size", {"system": "EU", "value": "54", "us": 7.0}, "ring size US 7"),
        ("ring_size", "6.5", "ring size US 6.5"),
        ("size_us", "6.5", "ring size US 6.5"),
        ("ready_to_ship", True, "ready to ship"),
        ("ready_to_ship", "true", "ready to ship"),
        ("ready_to_ship", False, "made to order too"),
        ("engraved", False, "not engraved"),
        ("category", "ring", "category ring"),
        ("without", "gold, earrings", "without gold, earrings"),
    ],
)
def test_one_value_reads_the_same_from_a_slot_and_from_a_trace(
    name: str, value: object, words: str
) -> None:
    assert known_text(name, value) == words


def test_amounts_are_in_the_currency_that_was_named() -> None:
    slots = Slots(
        budget_max_cents=20_000,
        currency="EUR",
        category="ring",
        ring_size=RingSize(system=RingSystem.US, value="6", us=6.0),
    )
    heard = slots.model_dump(mode="json", exclude_none=True)
    assert known_texts(heard) == ["budget ≤ €200", "category ring", "ring size US 6"]
