"""From which chance on each intent is answered, read off the phrases themselves.

Every phrase is read by a model that was made without it, and by the rules. Then each intent gets
the threshold at which it gains most: the share of its own phrases that it answers, against the
share of what is not ours that it answers as well. A threshold touches only what its own intent
would have won, so each can be sought by itself. Half the way there from the usual threshold is
taken: of all that is not ours, our phrases are what lies near to our business, and people type
farther from it. What `meaning.yaml` names goes before.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from concierge.detection.building import build
from concierge.detection.combine import FILE, Weights
from concierge.detection.commands import CommandBook
from concierge.detection.detector import Detector
from concierge.detection.features import WordVectors
from concierge.detection.models import DetectionContext, Intent
from concierge.detection.phrases import PhraseBook
from concierge.detection.rules import RuleSet
from concierge.detection.semantic import Meaning
from concierge.detection.vocabulary import Vocabulary

FOLDS = 3
FEWEST = 100
"""With fewer phrases of any intent nothing is read off: all keep the threshold of the file."""
COST = 1.0
"""What answering a share of what is not ours costs, in shares of what is ours."""
SHARE = 0.5
"""How far to go from the usual threshold to the best one."""
STEPS = tuple(round(at / 100, 2) for at in range(25, 80, 5))
_NOTHING = DetectionContext()


@dataclass(frozen=True)
class Judged:
    """One phrase read without itself: what it means, what won, and how likely that was.

    `chance` is None where a rule or a command settled it, whatever the threshold.
    """

    meant: Intent
    found: Intent
    chance: float | None


def calibrated(folder: Path, book: PhraseBook) -> dict[Intent, float]:
    """The thresholds of a folder's intents, by its phrases and rules; none for those of few."""
    weights = Weights.load(folder / FILE)
    if min(map(len, book.phrases.values())) < FEWEST:
        return {}
    return thresholds(held_out(folder, book, weights), weights.threshold)


def held_out(folder: Path, book: PhraseBook, weights: Weights) -> Iterable[Judged]:
    """Every phrase, read by a model of the other ones."""
    vocabulary, vectors = Vocabulary.load(folder / "vocabulary.yaml"), WordVectors.load()
    commands = CommandBook.load(folder / "commands.yaml", vocabulary)
    rules = RuleSet.load(folder / "rules.yaml", vocabulary)
    free = replace(weights, threshold=0.0, thresholds={})
    phrases = list(book)
    random.Random(len(phrases)).shuffle(phrases)
    for fold in range(FOLDS):
        left_out = phrases[fold::FOLDS]
        model = build(_without(book, {text for text, _ in left_out}), vocabulary, vectors)
        detector = Detector(vocabulary, commands, rules, Meaning(model, vectors), free)
        found = detector.detect_all([(text, _NOTHING) for text, _ in left_out])
        for (_, meant), one in zip(left_out, found, strict=True):
            yield Judged(meant, one.intent, one.trace.chance)


def thresholds(judged: Iterable[Judged], usual: float) -> dict[Intent, float]:
    """Each intent's threshold; of several that are as good, the one nearest to the usual."""
    rows = list(judged)
    wishes = [intent for intent in Intent if intent is not Intent.UNMATCHED]
    counts = {intent: sum(row.meant is intent for row in rows) for intent in Intent}
    nearest_first = sorted(STEPS, key=lambda step: abs(step - usual))
    found: dict[Intent, float] = {}
    for intent in wishes:
        right = _chances(rows, meant=intent, found=intent)
        wrong = _chances(rows, meant=Intent.UNMATCHED, found=intent)
        gains: Mapping[float, float] = {
            step: np.count_nonzero(right >= step) / max(1, counts[intent]) / len(wishes)
            - COST * np.count_nonzero(wrong >= step) / max(1, counts[Intent.UNMATCHED])
            for step in nearest_first
        }
        best = max(gains, key=lambda step: gains[step])
        found[intent] = round(usual + SHARE * (best - usual), 3)
    return found


def _chances(rows: Sequence[Judged], *, meant: Intent, found: Intent) -> np.ndarray:
    return np.array(
        [
            row.chance
            for row in rows
            if row.meant is meant and row.found is found and row.chance is not None
        ],
        np.float64,
    )


def _without(book: PhraseBook, left_out: set[str]) -> PhraseBook:
    phrases = {
        intent: tuple(text for text in texts if text not in left_out)
        for intent, texts in book.phrases.items()
    }
    return replace(book, phrases=phrases)
