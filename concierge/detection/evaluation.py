"""How well messages are understood, measured on messages whose meaning is known. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import Field, ValidationError

from concierge.core.documents import Payload
from concierge.core.errors import InvalidInput
from concierge.detection.models import Detection, Intent

OUT_OF_SCOPE = "out_of_scope"
"""What labelled messages call what is not ours; our `unmatched`."""
WORST = 50


class Labelled(Payload):
    """One message and what it means.

    `also_ok` are further readings that count as right. `core` marks messages whose label is
    beyond doubt; a row without it counts as one. `source` is where it comes from.
    """

    text: str
    intent: Intent
    also_ok: list[Intent] = Field(default_factory=list)
    core: bool = True
    source: str = "unnamed"

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Labelled:
        """Read a row, whatever else it holds. Raises `InvalidInput`."""
        known = {
            "text": row.get("text"),
            "intent": _named(row.get("intent")),
            "also_ok": [_named(each) for each in row.get("also_ok") or []],
            "core": row.get("core", True),
            "source": row.get("source") or "unnamed",
        }
        try:
            # A message may be blank, and its blanks are part of it.
            return cls.model_validate(known).model_copy(update={"text": known["text"]})
        except ValidationError as error:
            first = error.errors()[0]
            raise InvalidInput(str(first["loc"][0]), first["msg"]) from error


class Score(Payload):
    """Shares are 0..1, and None where nothing was there to share.

    `macro_recall` is the mean of the recalls of all intents but `unmatched`; `false_triggers` the
    share of messages that are not ours and were answered as if they were.
    """

    messages: int
    accuracy: float | None
    macro_recall: float | None
    false_triggers: float | None


class IntentScore(Payload):
    """How often an intent was meant, found, and found rightly."""

    meant: int
    found: int
    precision: float | None
    recall: float | None


class Miss(Payload):
    """A message that was read wrongly; `confidence` is how sure the wrong reading was."""

    text: str
    intent: Intent
    found: Intent
    confidence: float
    layer: str
    source: str


class Evaluation(Payload):
    """`confusion` counts, by what was meant, what was found instead."""

    all: Score
    core: Score
    by_source: dict[str, Score]
    by_intent: dict[str, IntentScore]
    confusion: dict[str, dict[str, int]]
    worst: list[Miss]


def evaluate(rows: Iterable[Labelled], detect: Callable[[str], Detection]) -> Evaluation:
    """Read every message and compare. Messages of several rows are read as often."""
    read = [(row, detect(row.text)) for row in rows]
    by_source = defaultdict(list)
    for row, found in read:
        by_source[row.source].append((row, found))
    misses = [
        Miss(
            text=row.text,
            intent=row.intent,
            found=found.intent,
            confidence=found.confidence,
            layer=found.layer,
            source=row.source,
        )
        for row, found in read
        if not _right(row, found)
    ]
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    for miss in misses:
        confusion[miss.intent.value][miss.found.value] += 1
    return Evaluation(
        all=_score(read),
        core=_score([each for each in read if each[0].core]),
        by_source={name: _score(by_source[name]) for name in sorted(by_source)},
        by_intent=_by_intent(read),
        confusion={name: dict(found.most_common()) for name, found in sorted(confusion.items())},
        worst=sorted(misses, key=lambda miss: (-miss.confidence, miss.text))[:WORST],
    )


def _right(row: Labelled, found: Detection) -> bool:
    return found.intent is row.intent or found.intent in row.also_ok


def _score(read: list[tuple[Labelled, Detection]]) -> Score:
    right: dict[Intent, list[bool]] = defaultdict(list)
    for row, found in read:
        right[row.intent].append(_right(row, found))
    ours = [_share(found) or 0.0 for intent, found in right.items() if intent.value != "unmatched"]
    not_ours = _share(right[Intent.UNMATCHED]) if Intent.UNMATCHED in right else None
    return Score(
        messages=len(read),
        accuracy=_share([each for found in right.values() for each in found]),
        macro_recall=round(sum(ours) / len(ours), 4) if ours else None,
        false_triggers=None if not_ours is None else round(1 - not_ours, 4),
    )


def _by_intent(read: list[tuple[Labelled, Detection]]) -> dict[str, IntentScore]:
    scores = {}
    for intent in Intent:
        meant = [_right(row, found) for row, found in read if row.intent is intent]
        given = [_right(row, found) for row, found in read if found.intent is intent]
        if meant or given:
            scores[intent.value] = IntentScore(
                meant=len(meant), found=len(given), precision=_share(given), recall=_share(meant)
            )
    return scores


def _share(right: list[bool]) -> float | None:
    return round(sum(right) / len(right), 4) if right else None


def _named(intent: object) -> object:
    return Intent.UNMATCHED.value if intent == OUT_OF_SCOPE else intent
