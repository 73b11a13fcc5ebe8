"""The reading of one message: commands, then rules and context by priority, then meaning.

Pure: the same text, context and files give the same answer; nothing is read or written after
`load`. How rules and meaning are weighed against each other is in `combine.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from concierge.detection.combine import FILE as WEIGHTS_FILE
from concierge.detection.combine import Weighed, Weights, weigh
from concierge.detection.commands import Command, CommandBook, CommandFound
from concierge.detection.models import (
    Candidate,
    Detection,
    DetectionContext,
    Intent,
    LayerTime,
    Slots,
    Trace,
)
from concierge.detection.ordinals import ORDINALS
from concierge.detection.patterns import BadPattern, Phrase, compile_phrase
from concierge.detection.phrases import PhraseBook
from concierge.detection.rules import NEGATED, Hit, Outcome, RuleSet
from concierge.detection.semantic import Meaning, Reading
from concierge.detection.slots import Read, read_message
from concierge.detection.spelling import Speller
from concierge.detection.store import meaning_of
from concierge.detection.text import Words
from concierge.detection.training import Tell, nobody
from concierge.detection.vocabulary import Vocabulary

_NOTHING = DetectionContext()
# Said beside every other wish; never a second intent of their own.
_PLEASANTRIES = frozenset({Intent.GREETING, Intent.THANKS_GOODBYE, Intent.UNMATCHED})
_SEARCHES = frozenset({Intent.PRODUCT_SEARCH, Intent.GIFT})
BY_MEANING = "nearest phrases"
"""What stands in the place of a rule's name, where none decided."""
_LIKELY = 4
_POINTING = 6
"""A message of more words than that says more than which of the things shown it means."""
_POSSIBLE = 0.05
_OF_PAYMENTS = {"payment-failed", "payment-went-wrong", "charged-twice"}
"""Rules that hand over a payment which failed or was taken twice: always urgent."""
_JOINTS = frozenset({"and", "also", "but", "plus", "then", "or", "another"})


@dataclass(frozen=True)
class _Begun:
    """A message when all is read but its meaning."""

    message: Read
    context: DetectionContext
    command: CommandFound | None
    outcome: Outcome
    layers: list[LayerTime]
    began: float


class Detector:
    """Reads messages by the files of one folder. Safe to share between threads."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        commands: CommandBook,
        rules: RuleSet,
        meaning: Meaning,
        weights: Weights,
        urgent_words: Sequence[Phrase] = (),
    ) -> None:
        self._vocabulary = vocabulary
        self._commands = commands
        self._rules = rules
        self._meaning = meaning
        self._weights = weights.calibrated(meaning.thresholds)
        self._speller = Speller(
            {*meaning.known, *vocabulary.known(), *rules.known(), *ORDINALS}, meaning.meant
        )
        self._urgent_words = tuple(urgent_words)

    @classmethod
    def load(
        cls,
        folder: Path,
        urgent_words: Iterable[str] = (),
        *,
        kept: Path | None = None,
        tell: Tell = nobody,
    ) -> Detector:
        """Read the files of a folder: vocabulary, commands, rules, phrases and their weights.

        `urgent_words` are the shop's own trigger words beside those of the vocabulary. Phrases
        that were edited since they were compiled are compiled now, which takes some seconds, and
        kept in `kept`; `tell` hears how far it is. Raises `BadRules` with file, line and reason,
        and `NotCompiled`.
        """
        vocabulary = Vocabulary.load(folder / "vocabulary.yaml")
        commands = CommandBook.load(folder / "commands.yaml", vocabulary)
        rules = RuleSet.load(folder / "rules.yaml", vocabulary)
        weights = Weights.load(folder / WEIGHTS_FILE)
        meaning = meaning_of(folder, vocabulary, kept, tell)
        return cls(vocabulary, commands, rules, meaning, weights, _trigger_phrases(urgent_words))

    @staticmethod
    def check(folder: Path) -> None:
        """Raises `BadRules` for files that `load` would refuse; compiles nothing."""
        vocabulary = Vocabulary.load(folder / "vocabulary.yaml")
        CommandBook.load(folder / "commands.yaml", vocabulary)
        RuleSet.load(folder / "rules.yaml", vocabulary)
        Weights.load(folder / WEIGHTS_FILE)
        PhraseBook.load(folder)

    @property
    def commands(self) -> tuple[Command, ...]:
        """All slash commands, for `/help` and for suggestions."""
        return self._commands.commands

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    @property
    def rules(self) -> RuleSet:
        return self._rules

    @property
    def speller(self) -> Speller:
        return self._speller

    @property
    def meaning(self) -> Meaning:
        return self._meaning

    def detect(self, text: str, context: DetectionContext | None = None) -> Detection:
        """Read one message. Never raises; text beyond 5,000 characters is not looked at."""
        began = self._begin(text, context or _NOTHING)
        if began.command is not None:
            return self._by_command(began, began.command)
        meaning_began = perf_counter()
        reading = self._meaning.read(began.message.words)
        return self._weighed(began, reading, meaning_began)

    def detect_all(self, messages: Sequence[tuple[str, DetectionContext]]) -> list[Detection]:
        """The same for many at once, their meaning read together: for what nobody waits for.

        What each layer took is not told. Where phrases are equally near, another one of them may
        have its say than when the message is read alone.
        """
        begun = self._begun(messages)
        return self._ended(begun, self._meaning.read_all([each.message.words for each in begun]))

    @staticmethod
    def detect_both(
        one: Detector,
        other: Detector,
        messages: Sequence[tuple[str, DetectionContext]],
        *,
        begin_alike: bool,
    ) -> tuple[list[Detection], list[Detection]]:
        """By two detectors; what is the same to both is made out once. `begin_alike` says that
        they differ in nothing that comes before meaning."""
        begun = one._begun(messages)
        readings = one._meaning.read_all([each.message.words for each in begun])
        if begin_alike:
            then = [replace(each, layers=[*each.layers]) for each in begun]
        else:
            then = other._begun(messages)
        apart = one._meaning.apart_from(other._meaning)
        alike = apart is not None and apart.nowhere
        anew = [
            at
            for at, (first, second) in enumerate(zip(begun, then, strict=True))
            if not alike or first.message.words != second.message.words
        ]
        others = dict(
            zip(
                anew,
                other._meaning.read_all([then[at].message.words for at in anew]),
                strict=True,
            )
        )
        theirs = [others.get(at, reading) for at, reading in enumerate(readings)]
        return one._ended(begun, readings), other._ended(then, theirs)

    def _begun(self, messages: Sequence[tuple[str, DetectionContext]]) -> list[_Begun]:
        return [self._begin(text, context) for text, context in messages]

    def _ended(
        self, begun: Sequence[_Begun], readings: Sequence[Reading | None]
    ) -> list[Detection]:
        return [
            self._weighed(each, reading, perf_counter())
            if each.command is None
            else self._by_command(each, each.command)
            for each, reading in zip(begun, readings, strict=True)
        ]

    def _begin(self, text: str, context: DetectionContext) -> _Begun:
        """What comes before meaning."""
        began = perf_counter()
        searched = context.last_intent in _SEARCHES
        message = read_message(
            text, self._vocabulary, context.awaiting, self._speller, searched=searched
        )
        found = self._commands.find(text, message.slots, context)
        layers = [
            LayerTime(
                layer="command",
                candidates=0 if found is None else 1,
                elapsed_ms=_milliseconds_since(began),
            )
        ]
        if found is not None:
            return _Begun(message, context, found, Outcome(), layers, began)
        rules_began = perf_counter()
        outcome = self._rules.match(message.words, context)
        layers.append(
            LayerTime(
                layer="rule",
                candidates=len({hit.intent for hit in outcome.hits}),
                elapsed_ms=_milliseconds_since(rules_began),
            )
        )
        return _Begun(message, context, None, outcome, layers, began)

    def _by_command(self, begun: _Begun, found: CommandFound) -> Detection:
        candidate = Candidate(
            intent=found.intent, score=1.0, layer="command", rule=f"command:{found.command.name}"
        )
        return self._result(begun, found.slots, [candidate])

    def _weighed(self, begun: _Begun, reading: Reading | None, meaning_began: float) -> Detection:
        message, outcome = begun.message, begun.outcome
        hits, also = self._order(outcome.hits, message.words)
        unwanted = [each.intent for each in outcome.blocked if each.why == NEGATED]
        points = message.slots.choice is not None and len(message.words.tokens) <= _POINTING
        pointed_at = begun.context.last_intent if points else None
        weighed = (
            weigh(hits, reading, self._weights, unwanted, also, pointed_at)
            if reading
            else Weighed.by_rules(hits)
        )
        candidates = _candidates(hits, weighed, outcome.unclear)
        begun.layers.append(
            LayerTime(
                layer="meaning",
                candidates=sum(each.layer == "meaning" for each in candidates),
                elapsed_ms=_milliseconds_since(meaning_began),
            )
        )
        also = also if hits and weighed.intent is hits[0].intent else []
        return self._result(begun, message.slots, candidates, also, weighed, reading)

    def _result(
        self,
        begun: _Begun,
        slots: Slots,
        candidates: list[Candidate],
        also: Sequence[Intent] = (),
        weighed: Weighed | None = None,
        reading: Reading | None = None,
    ) -> Detection:
        winner = candidates[0] if candidates else None
        wins = weighed is None or (winner is not None and winner.intent is weighed.intent)
        message, outcome = begun.message, begun.outcome
        words = message.words
        needed = weighed.needed if weighed else None
        chance = max(weighed.chances.values()) if weighed and needed is not None else None
        if winner is not None and wins:
            result = Detection(
                intent=winner.intent,
                confidence=winner.score,
                layer=winner.layer,
                rule=winner.rule,
            )
        else:
            sure = weighed.chances.get(Intent.UNMATCHED) if weighed else None
            near = winner.score if winner else 0.0
            result = Detection(
                intent=Intent.UNMATCHED,
                confidence=round(1 - near if sure is None else sure, 4),
                layer="none",
            )
        return result.model_copy(
            update={
                "slots": slots,
                "candidates": candidates,
                "also": list(also),
                "negated": outcome.negated,
                "angry": self._vocabulary.has("angry", words),
                "urgent": self._is_urgent(words) or _pays_in_vain(result, outcome.hits),
                "elapsed_ms": _milliseconds_since(begun.began),
                "trace": Trace(
                    layers=begun.layers,
                    blocked=outcome.blocked,
                    nearest=list(reading.nearest) if reading else [],
                    chance=None if chance is None else round(chance, 4),
                    needed=needed,
                    repaired=message.repaired,
                    words=len(words.tokens),
                    cut=message.cut,
                ),
            }
        )

    def _order(self, hits: list[Hit], words: Words) -> tuple[list[Hit], list[Intent]]:
        """The rules that fit, the decisive one first, and the further intents of the message."""
        also = self._also(hits, words)
        if not also or hits[0].intent is not Intent.UNMATCHED:
            return hits, also
        # One half of the message is not ours; the other half still is.
        lead = next(hit for hit in hits if hit.intent is also[0])
        return [lead, *(hit for hit in hits if hit is not lead)], also[1:]

    def _is_urgent(self, words: Words) -> bool:
        return self._vocabulary.has("urgent", words) or any(
            each.find(words) is not None for each in self._urgent_words
        )

    def _also(self, hits: Sequence[Hit], words: Words) -> list[Intent]:
        """Further intents of the message, in its order: each clear, and in a part of its own."""
        if not hits:
            return []
        winner = hits[0]
        others: dict[Intent, Hit] = {}
        for hit in hits[1:]:
            if (
                hit.intent not in _PLEASANTRIES
                and hit.intent is not winner.intent
                and hit.intent not in others
                and hit.score >= self._rules.settings.also_clarity
                and hit.layer == "rule"
                and all(_apart(hit.span, other.span, words) for other in (winner, *others.values()))
            ):
                others[hit.intent] = hit
        return [hit.intent for hit in sorted(others.values(), key=lambda hit: hit.span)]


def _apart(one: tuple[int, int], other: tuple[int, int], words: Words) -> bool:
    """Whether two stretches stand in different parts of the message."""
    left, right = sorted((one, other))
    if left[1] > right[0]:
        return False
    return any(
        at in words.hard or at in words.soft or words.tokens[at] in _JOINTS
        for at in range(left[1], right[0] + 1)
    )


def _candidates(hits: Sequence[Hit], weighed: Weighed, unclear: Sequence[Hit]) -> list[Candidate]:
    """Every reading that was considered, the winner first; for a miss, what came near."""
    best: dict[Intent, Candidate] = {}
    for hit in hits:
        best.setdefault(hit.intent, _by_rule(hit))
    for intent, chance in sorted(weighed.chances.items(), key=lambda each: -each[1])[:_LIKELY]:
        if intent is weighed.intent or (chance >= _POSSIBLE and intent is not Intent.UNMATCHED):
            best.setdefault(
                intent,
                Candidate(intent=intent, score=round(chance, 4), layer="meaning", rule=BY_MEANING),
            )
    if weighed.intent is Intent.UNMATCHED:
        for hit in unclear:
            best.setdefault(hit.intent, _by_rule(hit))
    return sorted(best.values(), key=lambda candidate: candidate.intent is not weighed.intent)


def _by_rule(hit: Hit) -> Candidate:
    return Candidate(intent=hit.intent, score=hit.score, layer=hit.layer, rule=hit.rule.name)


def _trigger_phrases(words: Iterable[str]) -> list[Phrase]:
    found = []
    for word in words:
        plain = " ".join(
            "".join(character for character in part if character.isalnum())
            for part in word.lower().replace("-", " ").split()
        )
        try:
            found.append(compile_phrase(plain, {}))
        except BadPattern:
            continue  # a word without letters can trigger nothing
    return found


def _milliseconds_since(began: float) -> float:
    return round((perf_counter() - began) * 1000, 4)


def _pays_in_vain(found: Detection, hits: Iterable[Hit]) -> bool:
    return found.intent is Intent.STYLIST and any(hit.rule.name in _OF_PAYMENTS for hit in hits)
