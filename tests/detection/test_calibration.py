"""From which chance on an intent is answered: read off phrases that the model did not know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concierge.detection import DetectionContext, Detector, Intent
from concierge.detection.calibration import STEPS, Judged, calibrated, held_out, thresholds
from concierge.detection.combine import FILE, Weights, weigh
from concierge.detection.commands import CommandBook
from concierge.detection.phrases import PhraseBook
from concierge.detection.rules import RuleSet
from concierge.detection.semantic import COMPILED, Meaning, Model, Reading
from concierge.detection.slots import read_message
from concierge.detection.store import word_vectors
from concierge.detection.vocabulary import Vocabulary
from tests.detection.conftest import write


def judged(meant: Intent, found: Intent, *chances: float | None) -> list[Judged]:
    return [Judged(meant, found, chance) for chance in chances]


def test_a_threshold_stands_where_it_parts_what_is_ours_from_what_is_not() -> None:
    rows = [
        *judged(Intent.GIFT, Intent.GIFT, 0.9, 0.8, 0.72, 0.71),
        *judged(Intent.UNMATCHED, Intent.GIFT, 0.68, 0.5, 0.4),
        *judged(Intent.UNMATCHED, Intent.UNMATCHED, *[None] * 20),
        *judged(Intent.RESIZE, Intent.RESIZE, 0.31, 0.32, 0.9),
    ]
    found = thresholds(rows, 0.45)

    assert found[Intent.GIFT] == 0.575, "half the way to 0.7"
    assert found[Intent.RESIZE] == 0.375, "nothing that is not ours came near it: 0.3"
    assert found[Intent.RETURNS] == 0.45, "nothing is known: the usual one"
    assert Intent.UNMATCHED not in found


def test_what_a_rule_settled_moves_no_threshold() -> None:
    by_rule = [
        *judged(Intent.GIFT, Intent.GIFT, *[None] * 50),
        *judged(Intent.UNMATCHED, Intent.GIFT, *[None] * 50),
    ]

    assert thresholds(by_rule, 0.45)[Intent.GIFT] == 0.45


def test_every_phrase_is_read_once_by_a_model_that_does_not_know_it(folder: Path) -> None:
    write(folder, "gift", "".join(f"  - present number {at} for auntie\n" for at in range(30)))
    book = PhraseBook.load(folder)
    rows = list(held_out(folder, book, Weights.load(folder / FILE)))

    assert len(rows) == len(book)
    assert sum(row.meant is Intent.GIFT for row in rows) == 30
    assert all(row.chance is None or 0 <= row.chance <= 1 for row in rows)


def test_of_a_few_phrases_nothing_is_read_off(folder: Path) -> None:
    assert calibrated(folder, PhraseBook.load(folder)) == {}


def test_the_shipped_thresholds_are_kept_in_the_compiled_file(intents_folder: Path) -> None:
    kept = Model.load(intents_folder / COMPILED).thresholds

    assert set(kept) == set(Intent) - {Intent.UNMATCHED}
    assert all(STEPS[0] <= value <= STEPS[-1] for value in kept.values())
    assert len(set(kept.values())) > 1


def test_thresholds_survive_being_saved(intents_folder: Path, tmp_path: Path) -> None:
    model = Model.load(intents_folder / COMPILED)
    changed = replace(model, thresholds={Intent.GIFT: 0.35})
    changed.save(tmp_path / "kept.npz")

    read = Model.load(tmp_path / "kept.npz")
    assert dict(read.thresholds) == {Intent.GIFT: 0.35}
    assert np.array_equal(read.vectors, model.vectors)


def test_a_threshold_written_by_hand_goes_before_a_calibrated_one(intents_folder: Path) -> None:
    weights = replace(Weights.load(intents_folder / FILE), thresholds={Intent.GIFT: 0.9})
    both = weights.calibrated({Intent.GIFT: 0.2, Intent.RESIZE: 0.25})

    assert (both.needed(Intent.GIFT), both.needed(Intent.RESIZE)) == (0.9, 0.25)
    assert both.needed(Intent.STYLIST) == weights.threshold


def test_a_detector_answers_from_the_compiled_thresholds_on(
    intents_folder: Path, detector: Detector
) -> None:
    text = "could i chip in a bit every payday"
    model = Model.load(intents_folder / COMPILED)
    vocabulary = Vocabulary.load(intents_folder / "vocabulary.yaml")
    strict = Detector(
        vocabulary,
        CommandBook.load(intents_folder / "commands.yaml", vocabulary),
        detector.rules,
        Meaning(replace(model, thresholds={Intent.FINANCING: 1.0}), word_vectors()),
        Weights.load(intents_folder / FILE),
    )
    found = strict.detect(text)

    assert detector.detect(text).intent is Intent.FINANCING
    assert found.intent is Intent.UNMATCHED
    assert found.trace.needed == 1.0
    assert Intent.FINANCING in {one.intent for one in found.candidates}, "it came near"


def test_the_trace_tells_what_was_needed_unless_a_rule_settled_it(detector: Detector) -> None:
    by_meaning = detector.detect("could i chip in a bit every payday")
    by_rule = detector.detect("where is my order")
    asked = detector.detect("great", DetectionContext(awaiting="csat"))

    assert by_meaning.trace.chance is not None
    assert by_meaning.trace.needed is not None
    assert by_meaning.trace.chance >= by_meaning.trace.needed
    assert (by_rule.trace.chance, by_rule.trace.needed) == (None, None)
    assert asked.trace.needed is None


@pytest.mark.parametrize(("chance", "wins"), [(0.5, False), (0.8, True)])
def test_a_bare_word_does_not_lift_a_message_over_its_threshold(
    intents_folder: Path, chance: float, wins: bool
) -> None:
    vocabulary = Vocabulary.load(intents_folder / "vocabulary.yaml")
    rules = RuleSet.load(intents_folder / "rules.yaml", vocabulary)
    hits = rules.match(read_message("my bracelet", vocabulary).words, DetectionContext()).hits
    weights = Weights.load(intents_folder / FILE)
    weights = replace(weights, other_rule=1, thresholds={Intent.PRODUCT_SEARCH: 0.6})
    rest = (1 - chance) / (len(Intent) - 1)
    chances = {one: chance if one is Intent.PRODUCT_SEARCH else rest for one in Intent}
    found = weigh(hits, Reading(chances, ()), weights)

    assert hits[0].rule.priority < weights.sure_from
    assert (found.intent is Intent.PRODUCT_SEARCH) is wins
