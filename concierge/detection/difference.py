"""Which messages a change of the files can reach at all, found out without reading them whole.

Most changes are a rule, a phrase or a spelling more or less. A message in which no changed rule
could fit, that is near no changed phrase and in which no word is read otherwise, is read alike by
both; finding that out costs a fraction of two readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from concierge.core.batches import batches
from concierge.detection.changes import Changes, differing
from concierge.detection.combine import FILE as WEIGHTS
from concierge.detection.detector import Detector
from concierge.detection.features import plain
from concierge.detection.rules import RuleSet
from concierge.detection.semantic import mark
from concierge.detection.slots import words_in
from concierge.detection.spelling import repairable, within_reach
from concierge.detection.text import squeezed, typed

_MOST_WORDS = 1000
"""Where more words are read otherwise, looking for them costs as much as reading."""
_AT_ONCE = 512

Asked = tuple[str, str | None]
"""A text, and what had been asked before it."""


class Difference:
    """`texts` are all files of a detector by path; both must have been loaded from them."""

    def __init__(
        self,
        before: Detector,
        before_texts: Mapping[str, str],
        after: Detector,
        after_texts: Mapping[str, str],
    ) -> None:
        changes = Changes.between(before_texts, after_texts)
        apart = after.meaning.apart_from(before.meaning)
        # A word that only one of them knows may be repaired by the other.
        known = [*filter(repairable, before.speller.known ^ after.speller.known)]
        typed_otherwise = {
            squeezed(word) for word in (*known, *(changes.spelled if changes else ()))
        }
        self._vocabulary, self._speller = after.vocabulary, after.speller
        self._meaning = after.meaning
        self._meant = before.speller.targets ^ after.speller.targets
        self._typed = tuple(typed_otherwise)
        self._begins_alike = (
            differing(before_texts, after_texts) <= {WEIGHTS} and not known and not self._meant
        )
        narrow = changes is not None and apart is not None and len(self._typed) <= _MOST_WORDS
        self._changes = changes if narrow else None
        self._apart = apart if apart is not None and not apart.nowhere else None
        words = changes.words if changes else frozenset()
        self._words = frozenset(word for word in words if not word.endswith("*"))
        self._beginnings = tuple(word[:-1] for word in words if word.endswith("*"))
        self._rules = tuple(
            RuleSet(
                one.rules.settings,
                [rule for rule in one.rules.rules if rule.name in changes.rules],
                one.vocabulary,
            )
            for one in ((before, after) if changes and changes.rules else ())
            if changes
        )

    @property
    def narrow(self) -> bool:
        """Whether the change is such that some messages cannot be reached by it."""
        return self._changes is not None

    @property
    def begins_alike(self) -> bool:
        """Whether both make the same of every message up to its meaning."""
        return self._begins_alike

    def reaches(self, text: str, awaiting: str | None) -> bool:
        """False only where both read the message alike, whatever came before it."""
        return self.reached([(text, awaiting)])[0]

    def reached(self, messages: Sequence[Asked]) -> list[bool]:
        """The same for many at once."""
        if self._changes is None:
            return [True] * len(messages)
        found: list[bool] = []
        said: dict[int, list[str]] = {}
        for at, (text, awaiting) in enumerate(messages):
            words = self._unless_reached(text, awaiting, self._changes)
            found.append(words is None)
            if words:
                said[at] = words
        if self._apart is not None:
            for part in batches(said.items(), _AT_ONCE):
                directions = self._meaning.directions([words for _, words in part])
                closeness = directions @ self._apart.directions.T
                for (at, words), close in zip(part, closeness, strict=True):
                    found[at] = self._apart.reaches(mark(words), close)
        return found

    def _unless_reached(
        self, text: str, awaiting: str | None, changes: Changes
    ) -> list[str] | None:
        """The words to compare with changed phrases, none where no phrase changed; None where the
        message is reached by its words or by a rule."""
        if self._typed or changes.commands:
            as_typed = typed(text)
            if changes.commands and as_typed.lstrip().startswith("/"):
                return None
            flat = squeezed(as_typed)
            if any(word in flat for word in self._typed):
                return None
        if not (self._rules or self._meant or changes.words or self._apart):
            return []
        words = words_in(text, self._vocabulary, awaiting)
        if self._meant and self._may_be_meant(words.tokens):
            return None
        words, _ = self._speller.repair(words)
        if changes.words and self._holds(words.tokens):
            return None
        if any(rules.touches(words) for rules in self._rules):
            return None
        return plain(words) if self._apart else []

    def _holds(self, tokens: Iterable[str]) -> bool:
        """Whether a word of a changed entry is there."""
        return any(token in self._words or token.startswith(self._beginnings) for token in tokens)

    def _may_be_meant(self, tokens: Iterable[str]) -> bool:
        """Whether a typo could be one of a word that only one of them takes for meant."""
        known = self._speller.known
        return any(
            repairable(token)
            and token not in known
            and any(within_reach(token, word) for word in self._meant)
            for token in tokens
        )
