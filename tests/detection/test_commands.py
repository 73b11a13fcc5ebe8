"""Slash commands: the surest way to be understood."""

from __future__ import annotations

import pytest

from concierge.detection import DetectionContext, Detector, Intent, Slots


@pytest.mark.parametrize(
    ("text", "intent", "fields"),
    [
        ("/track GG-12001", "order_tracking", {"order_number": "GG-12001"}),
        ("/track 125", "order_tracking", {"order_number": "125"}),
        ("/track", "order_tracking", {"order_number": None}),
        ("/trac gg12001", "order_tracking", {"order_number": "GG-12001"}),
        ("/gift 300", "gift", {"budget_max_cents": 300_00}),
        ("/gift 200-400 for my wife", "gift", {"recipient": "wife"}),
        ("/gift £50", "gift", {"budget_max_cents": 50_00, "currency": "GBP"}),
        ("/size 6", "sizing", {}),
        ("/size 6 1/2", "sizing", {}),
        ("/resize 7", "resize", {}),
        ("/ready to ship", "product_search", {"ready_to_ship": True}),
        ("/rings", "product_search", {"category": "ring", "budget_max_cents": None}),
        ("/rings under $500", "product_search", {"category": "ring", "budget_max_cents": 500_00}),
        ("/rings gold 500", "product_search", {"metal": "gold", "budget_max_cents": 500_00}),
        ("/Earrings", "product_search", {"category": "earrings"}),
        ("/hoops", "product_search", {"category": "earrings"}),
        ("/stylist", "stylist", {}),
        ("/returns", "returns", {}),
        ("/returns GG-12003", "returns", {"order_number": "GG-12003"}),
        ("/shortlist", "shortlist", {}),
        ("/help", "greeting", {}),
        ("  / stylist", "stylist", {}),
    ],
)
def test_a_command_is_its_intent_and_fills_its_argument(
    detector: Detector, text: str, intent: str, fields: dict[str, object]
) -> None:
    found = detector.detect(text)
    slots = found.slots.model_dump()

    assert (found.intent, found.layer, found.confidence) == (intent, "command", 1.0)
    assert {name: slots[name] for name in fields} == fields


def test_every_command_works_as_its_usage_says(detector: Detector) -> None:
    for command in detector.commands:
        found = detector.detect(command.usage)

        assert (found.intent, found.rule) == (command.intent, f"command:{command.name}")


def test_every_category_has_its_command(detector: Detector) -> None:
    for category in (
        "rings",
        "earrings",
        "necklaces",
        "bracelets",
        "pendants",
        "watches",
        "charms",
    ):
        assert detector.detect(f"/{category}").intent is Intent.PRODUCT_SEARCH


def test_size_with_an_order_known_is_a_resize(detector: Detector) -> None:
    known = DetectionContext(known=Slots(order_number="GG-12001"))
    found = detector.detect("/size 6", known)

    assert found.intent is Intent.RESIZE
    assert found.slots.ring_size is not None
    assert found.slots.ring_size.us == 6


def test_an_unknown_command_is_read_as_words(detector: Detector) -> None:
    assert detector.detect("/where is my package").layer in {"command", "rule"}
    assert detector.detect("/engravings cost?").intent is Intent.CUSTOM_DESIGN
    assert detector.detect("/zzz").intent is Intent.UNMATCHED


def test_a_path_is_no_command(detector: Detector) -> None:
    assert detector.detect("https://shop.example.com/track/12001").layer != "command"
