"""Rules and meaning together: one chance for each intent, and what wins by it.

A rule was written by someone who knew a case; the model has seen many. So a rule that fits
multiplies the chance that the model gives to its intent, the clearer it fits the more. A sure
rule is overruled only where the model is far surer of something else; a weak one gives way sooner.
Two kinds of rules are not weighed at all: those that read a message by what was asked last, which
only the conversation knows, and those whose priority says that they settle the matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from concierge.detection.models import Intent
from concierge.detection.rules import Hit
from concierge.detection.semantic import Reading
from concierge.detection.source import Place, read

FILE = "meaning.yaml"
_NEEDED = ("rule", "sure_from", "settles_from", "other_rule", "not_ours", "threshold")


@dataclass(frozen=True)
class Weights:
    """How rules and meaning are weighed; read from `meaning.yaml`.

    `rule` multiplies the chance of the winning rule's intent when it fits perfectly, `other_rule`
    that of further rules and of rules with a priority below `sure_from` (bare words), `not_ours`
    that of a rule that says the message is not ours. From the priority `settles_from` on a rule
    decides alone.
    `threshold` is the least chance with which an intent is answered that no sure rule found, and
    `thresholds` where it differs.
    """

    rule: float
    sure_from: int
    settles_from: int
    other_rule: float
    not_ours: float
    threshold: float
    thresholds: Mapping[Intent, float]

    @classmethod
    def load(cls, file: Path) -> Weights:
        """Raises `BadRules` with file and line."""
        parts = read(file).fields(_NEEDED, ("thresholds",))
        special = parts["thresholds"].entries() if "thresholds" in parts else []
        return cls(
            rule=parts["rule"].number(1, 1e6),
            sure_from=int(parts["sure_from"].number(0, 100)),
            settles_from=int(parts["settles_from"].number(0, 100)),
            other_rule=parts["other_rule"].number(1, 1e6),
            not_ours=parts["not_ours"].number(1, 1e6),
            threshold=parts["threshold"].number(0, 1),
            thresholds={_wish(name, place): place.number(0, 1) for name, place in special},
        )

    def calibrated(self, thresholds: Mapping[Intent, float]) -> Weights:
        """With these thresholds, where the file names none of its own."""
        return replace(self, thresholds={**thresholds, **self.thresholds})

    def needed(self, intent: Intent) -> float:
        return self.thresholds.get(intent, self.threshold)


@dataclass(frozen=True)
class Weighed:
    """The outcome: which intent wins, and the chances of all that were weighed.

    `needed` is the chance that the likeliest had to have; None where a rule settled it.
    """

    intent: Intent
    chances: Mapping[Intent, float]
    needed: float | None = None

    @classmethod
    def by_rules(cls, hits: Sequence[Hit]) -> Weighed:
        """Where there is nothing to read the meaning of."""
        return cls(hits[0].intent if hits else Intent.UNMATCHED, {})


def weigh(
    hits: Sequence[Hit],
    reading: Reading,
    weights: Weights,
    unwanted: Iterable[Intent] = (),
    also: Iterable[Intent] = (),
    pointed_at: Intent | None = None,
) -> Weighed:
    """Which intent wins.

    `hits` are the rules that fit, the best first; `unwanted` are intents that the message says no
    to, which the model, deaf to a "not", may well propose; `also` are second wishes of a message,
    each clear and in a part of its own. `pointed_at` is what the last turn was about, for a message
    that points at what it showed ("remove the second one"); it wins where no rule fits.
    """
    if hits and (hits[0].layer == "context" or hits[0].rule.priority >= weights.settles_from):
        return Weighed(hits[0].intent, reading.chances)
    if pointed_at is not None and not hits:
        return Weighed(pointed_at, reading.chances)
    factors: dict[Intent, float] = {}
    for place, hit in enumerate(hits):
        if place and hit.intent is Intent.UNMATCHED:
            continue  # half of a message is not ours; the other half decides
        sure = place == 0 and hit.rule.priority >= weights.sure_from
        most = weights.rule if sure else weights.other_rule
        if hit.intent is Intent.UNMATCHED:
            most = weights.not_ours
        factors[hit.intent] = max(factors.get(hit.intent, 1.0), most**hit.score)
    weighed = {
        intent: chance * factors.get(intent, 1.0) for intent, chance in reading.chances.items()
    }
    for intent in {*unwanted} - {Intent.UNMATCHED}:
        if not hits or intent is not hits[0].intent:
            refused = weighed.pop(intent)
            if not hits:  # nothing else is known, and what is left should not seem sure
                weighed[Intent.UNMATCHED] += refused
    if hits:
        # A second wish in a part of its own speaks for the message, not against its first wish.
        weighed[hits[0].intent] += sum(weighed.pop(intent, 0.0) for intent in also)
    total = sum(weighed.values())
    chances = {intent: chance / total for intent, chance in weighed.items()}
    best = max(chances, key=lambda intent: chances[intent])
    by_rule = bool(hits) and best is hits[0].intent
    if best is Intent.UNMATCHED or (by_rule and hits[0].rule.priority >= weights.sure_from):
        return Weighed(best, chances)
    needed = weights.needed(best)
    return Weighed(best if chances[best] >= needed else Intent.UNMATCHED, chances, needed)


def _wish(name: str, place: Place) -> Intent:
    if name not in {intent.value for intent in Intent} - {Intent.UNMATCHED.value}:
        raise place.refuse(f"'{name}' is not an intent that can be answered")
    return Intent(name)
