"""Rules by priority: loaded from `rules.yaml`, refused with file and line, matched by word."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from concierge.detection.models import Blocked, DetectionContext, Intent
from concierge.detection.patterns import Choice, Phrase
from concierge.detection.source import Place, read
from concierge.detection.text import Words
from concierge.detection.vocabulary import Vocabulary, phrase, phrases

Span = tuple[int, int]

DEFAULT_STRENGTH = 0.9
LAST = "last"
NEGATED = "negated"
"""Why a rule did not count: the message asks not to do it."""
MAX_BLOCKED = 20
"""How many rules that did not count a trace keeps."""

# After these a "do not want" reaches no further: "don't want it anymore please cancel".
_NEW_CLAUSE = frozenset(["but", "please", "anymore", "just", "instead", "i", "so", "then"])
_ALWAYS_COVERED = frozenset({"#order", "#email", "#phone", "#postal", "#money", "#size"})


@dataclass(frozen=True)
class Settings:
    """`min_clarity`: below it a reading does not count. `also_clarity`: the same for second
    intents. `negation_reach`: how many words a "do not want to" reaches.
    """

    min_clarity: float
    also_clarity: float
    negation_reach: int


@dataclass(frozen=True, eq=False)
class Pattern:
    """One way to fit: all of `every` in any order, or a regular expression over the words."""

    every: tuple[Phrase, ...] = ()
    regex: re.Pattern[str] | None = None

    @property
    def says_no(self) -> bool:
        return any(phrase.says_no for phrase in self.every)

    def spans(self, words: Words, joined: str) -> list[Span]:
        if self.regex is not None:
            found = []
            for match in self.regex.finditer(joined):
                fitting = match.group()
                lead = len(fitting) - len(fitting.lstrip())
                first = joined.count(" ", 0, match.start() + lead)
                if length := len(fitting.split()):
                    found.append((first, first + length))
            return found
        if len(self.every) == 1:
            return self.every[0].find_all(words)
        spans = [phrase.find(words) for phrase in self.every]
        return [span for span in spans if span] if all(spans) else []

    def tightened(self, span: Span, words: Words) -> Span:
        """The shortest stretch within that still fits: of "I need help with my order and show me
        rings" the rings are asked for by "show me rings", though "need" stands before them too.
        """
        if self.regex is None and len(self.every) == 1:
            while (inner := self.every[0].find(words, span[0] + 1)) and inner[1] <= span[1]:
                span = inner
        return span


@dataclass(frozen=True, eq=False)
class When:
    """The situation a rule belongs to; every field that is given must fit."""

    awaiting: frozenset[str] = frozenset()
    last: frozenset[Intent] = frozenset()
    page: tuple[str, ...] = ()

    def fits(self, context: DetectionContext) -> bool:
        if self.awaiting and context.awaiting not in self.awaiting:
            return False
        if self.last and context.last_intent not in self.last:
            return False
        return not self.page or (context.page or "").startswith(self.page)


@dataclass(frozen=True, eq=False)
class Rule:
    """One entry of `rules.yaml`. `intent` None means: the intent of the turn before."""

    name: str
    intent: Intent | None
    otherwise: Intent
    priority: int
    strength: float
    patterns: tuple[Pattern, ...]
    unless: tuple[Phrase, ...]
    when: When | None
    bare: bool
    line: int

    def meant(self, context: DetectionContext) -> Intent:
        if self.intent is not None:
            return self.intent
        last = context.last_intent
        return last if last is not None and last is not Intent.UNMATCHED else self.otherwise


@dataclass(frozen=True)
class Hit:
    """A rule that fits: where, and how clearly (0..1)."""

    rule: Rule
    intent: Intent
    score: float
    span: Span

    @property
    def layer(self) -> str:
        return "context" if self.rule.when else "rule"


@dataclass
class Outcome:
    hits: list[Hit] = field(default_factory=list)
    unclear: list[Hit] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    negated: bool = False


class RuleSet:
    """All rules, with an index from words to the patterns that need them."""

    def __init__(self, settings: Settings, rules: Iterable[Rule], vocabulary: Vocabulary) -> None:
        self.settings = settings
        self.rules = tuple(rules)
        self._vocabulary = vocabulary
        self._by_word: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._by_prefix: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._always: list[tuple[int, int]] = []
        for rule_at, rule in enumerate(self.rules):
            for pattern_at, pattern in enumerate(rule.patterns):
                self._index((rule_at, pattern_at), pattern)
        self._prefix_lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def _index(self, key: tuple[int, int], pattern: Pattern) -> None:
        every = pattern.every[0] if pattern.every else None
        if every is None or not (every.keys or every.key_prefixes):
            self._always.append(key)
            return
        for word in every.keys:
            self._by_word[word].append(key)
        for prefix in every.key_prefixes:
            self._by_prefix[prefix].append(key)

    @classmethod
    def load(cls, file: Path, vocabulary: Vocabulary) -> RuleSet:
        """Raises `BadRules` with file and line."""
        parts = read(file).fields(("settings", "rules"))
        rules: dict[str, Rule] = {}
        for place in parts["rules"].items():
            rule = _rule(place, vocabulary.groups)
            if rule.name in rules:
                raise place.refuse(f"rule '{rule.name}' is already in line {rules[rule.name].line}")
            rules[rule.name] = rule
        if not rules:
            raise parts["rules"].refuse("there are no rules")
        return cls(_settings(parts["settings"]), rules.values(), vocabulary)

    def known(self) -> set[str]:
        """Every word that a rule looks for."""
        return {
            word
            for rule in self.rules
            for phrase in (*(one for each in rule.patterns for one in each.every), *rule.unless)
            for part in phrase.parts
            for word in part.choice.words
        }

    def match(self, words: Words, context: DetectionContext) -> Outcome:
        """Every rule that fits, the best first."""
        outcome = Outcome()
        if not words.tokens:
            return outcome
        joined = " ".join(words.tokens)
        negations = self._vocabulary.spans("negators", words)
        content = self._content(words)
        outcome.negated = bool(negations)
        for rule_at, patterns in self._possible(words).items():
            rule = self.rules[rule_at]
            if rule.when is not None and not rule.when.fits(context):
                continue
            spans: list[Span] = []
            by: list[Pattern] = []
            negated = False
            for at in patterns:
                pattern = rule.patterns[at]
                for span in pattern.spans(words, joined):
                    if self._negated(span, pattern.says_no, negations, words):
                        negated = True
                    else:
                        spans.append(span)
                        by.append(pattern)
            if spans or negated:
                tight = [one.tightened(at, words) for one, at in zip(by, spans, strict=True)]
                self._judge(rule, spans, tight, words, context, negations, content, outcome)
        outcome.hits.sort(key=lambda hit: (-hit.rule.priority, -hit.score, hit.span))
        outcome.unclear.sort(key=lambda hit: -hit.score)
        return outcome

    def touches(self, words: Words) -> bool:
        """Whether the words of one of the rules might be there; no rule fits where this is not."""
        return bool(self._possible(words))

    def _possible(self, words: Words) -> dict[int, list[int]]:
        keys = set(self._always)
        for token in set(words.tokens):
            keys.update(self._by_word.get(token, ()))
            for length in self._prefix_lengths:
                if length > len(token):
                    break
                keys.update(self._by_prefix.get(token[:length], ()))
        found: dict[int, list[int]] = defaultdict(list)
        for rule_at, pattern_at in sorted(keys):
            found[rule_at].append(pattern_at)
        return found

    def _judge(
        self,
        rule: Rule,
        spans: list[Span],
        tight: list[Span],
        words: Words,
        context: DetectionContext,
        negations: list[Span],
        content: frozenset[int],
        outcome: Outcome,
    ) -> None:
        intent = rule.meant(context)

        def block(why: str) -> None:
            if len(outcome.blocked) < MAX_BLOCKED:
                outcome.blocked.append(Blocked(intent=intent, rule=rule.name, why=why))

        for exception in rule.unless:
            if any(
                not self._negated(span, exception.says_no, negations, words)
                for span in exception.find_all(words)
            ):
                block(f"unless: {exception.source}")
                return
        if not spans:
            block(NEGATED)
            return
        covered = {at for start, end in spans for at in range(start, end)}
        coverage = len(content & covered) / len(content) if content else 1.0
        if rule.bare and coverage < 1.0:
            block("more was said")
            return
        score = max(0.0, rule.strength - (1 - rule.strength) * (1 - coverage))
        hit = Hit(rule, intent, round(score, 4), min(tight))
        if score >= self.settings.min_clarity:
            outcome.hits.append(hit)
        else:
            outcome.unclear.append(hit)
            block("unclear")

    def _negated(self, span: Span, says_no: bool, negations: Sequence[Span], words: Words) -> bool:
        """Whether a "do not want to" stands before what a pattern saw, in the same sentence.

        A pattern that says no itself and begins with the negation means it.
        """
        for start, end in negations:
            before = start < span[0] or (start == span[0] and not says_no)
            if before and span[0] < end + self.settings.negation_reach:
                between = range(end, span[0] + 1)
                if not any(
                    at in words.hard or at in words.soft or words.tokens[at] in _NEW_CLAUSE
                    for at in between
                ):
                    return True
        return False

    def _content(self, words: Words) -> frozenset[int]:
        """The places of words that carry meaning and are not themselves recognised things."""
        filler = self._vocabulary.filler
        return frozenset(
            at
            for at, token in enumerate(words.tokens)
            if token not in filler and token not in _ALWAYS_COVERED
        )


def _settings(place: Place) -> Settings:
    fields = place.fields(("min_clarity", "also_clarity", "negation_reach"))
    return Settings(
        min_clarity=fields["min_clarity"].number(0, 1),
        also_clarity=fields["also_clarity"].number(0, 1),
        negation_reach=int(fields["negation_reach"].number(0, 10)),
    )


def _rule(place: Place, groups: Mapping[str, Choice]) -> Rule:
    fields = place.fields(
        ("name", "intent", "priority", "patterns"),
        ("otherwise", "strength", "unless", "when", "bare"),
    )
    is_last = fields["intent"].text() == LAST
    if is_last and "otherwise" not in fields:
        raise fields["intent"].refuse("'last' needs 'otherwise', for when nothing came before")
    if not is_last and "otherwise" in fields:
        raise fields["otherwise"].refuse("'otherwise' goes with 'intent: last' only")
    intent = None if is_last else _intent(fields["intent"])
    patterns = tuple(_pattern(item, groups) for item in fields["patterns"].items())
    if not patterns:
        raise fields["patterns"].refuse("a rule needs at least one pattern")
    return Rule(
        name=fields["name"].text(),
        intent=intent,
        otherwise=intent or _intent(fields["otherwise"]),
        priority=int(fields["priority"].number(0, 100)),
        strength=fields["strength"].number(0, 1) if "strength" in fields else DEFAULT_STRENGTH,
        patterns=patterns,
        unless=phrases(fields["unless"], groups) if "unless" in fields else (),
        when=_when(fields["when"]) if "when" in fields else None,
        bare=fields["bare"].flag() if "bare" in fields else False,
        line=place.line,
    )


def _pattern(place: Place, groups: Mapping[str, Choice]) -> Pattern:
    if not place.is_mapping:
        return Pattern(every=(phrase(place, groups),))
    fields = place.fields((), ("all", "regex"))
    if len(fields) != 1:
        raise place.refuse("a pattern is a phrase, 'all: [...]' or 'regex: ...'")
    if "all" in fields:
        every = phrases(fields["all"], groups)
        if not every:
            raise fields["all"].refuse("'all' needs at least one phrase")
        return Pattern(every=every)
    try:
        return Pattern(regex=re.compile(fields["regex"].text()))
    except re.error as error:
        raise fields["regex"].refuse(f"not a regular expression: {error}") from error


def _when(place: Place) -> When:
    fields = place.fields((), ("awaiting", "last", "page"))
    if not fields:
        raise place.refuse("'when' needs awaiting, last or page")

    def texts(name: str) -> list[str]:
        return [item.text() for item in fields[name].items()] if name in fields else []

    return When(
        awaiting=frozenset(texts("awaiting")),
        last=frozenset(
            _intent(item) for item in (fields["last"].items() if "last" in fields else ())
        ),
        page=tuple(texts("page")),
    )


def _intent(place: Place) -> Intent:
    try:
        return Intent(place.text())
    except ValueError:
        known = ", ".join(intent.value for intent in Intent)
        raise place.refuse(f"'{place.text()}' is not an intent, known: {known}") from None
