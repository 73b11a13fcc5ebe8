"""The small language of the rule files, and its matcher.

    track              this word                 track*      any word that begins so
    (text|let me know) one of these              [please]    may be left out
    <order>            a group of the vocabulary [<metal>]   the same, may be left out
    ~                  up to three other words   ~6          up to six
    ^  $               begin, end of the message *           any one word
    #order #email #phone #money #number #size #postal        what was recognised beforehand

Words are compared after spelling has been made one (`wheres` is `where is`), without apostrophes.
A gap never runs over the end of a sentence. A matcher over words was chosen over regular
expressions because groups are shared sets: nothing is expanded, so loading takes milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from concierge.detection.text import Words

DEFAULT_GAP = 3
KINDS = frozenset({"order", "email", "phone", "money", "number", "size", "postal"})
_PIECE = re.compile(r"\s*(\^|\$|~\d*|\(([^()\[\]]*)\)|\[([^\[\]()]*)\]|[^\s()\[\]~]+)")
_WORD = re.compile(r"(?:[^\W_]+\*?|#[a-z]+|[^\w\s]|\*)\Z")


class BadPattern(ValueError):
    """A pattern that cannot be read; the message says why."""


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several words, beginnings of words, or phrases (`loose`: with beginnings in them)."""

    singles: frozenset[str]
    prefixes: tuple[str, ...] = ()
    phrases: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    loose: tuple[tuple[str, ...], ...] = ()
    anything: bool = False

    def ends(self, tokens: tuple[str, ...], at: int) -> Sequence[int]:
        """Where this choice may end when it begins at word `at`, the longest first."""
        if at >= len(tokens):
            return ()
        token = tokens[at]
        single = (
            token in self.singles
            or self.anything
            or (bool(self.prefixes) and token.startswith(self.prefixes))
        )
        phrases = self.phrases.get(token)
        if phrases is None and not self.loose:
            return (at + 1,) if single else ()
        found = [
            at + len(phrase) for phrase in phrases or () if tokens[at : at + len(phrase)] == phrase
        ]
        found += [at + len(phrase) for phrase in self.loose if _fits(phrase, tokens, at)]
        return [*found, at + 1] if single else found

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word in it, also those inside phrases."""
        inside = (phrase for same in self.phrases.values() for phrase in same)
        return self.singles | {word for phrase in (*inside, *self.loose) for word in phrase}

    @cached_property
    def first_words(self) -> frozenset[str] | None:
        """All words it can begin with, beside `prefixes`; None when it can begin with any."""
        if self.anything or self.loose:
            return None
        return self.singles | frozenset(self.phrases)


def _fits(phrase: tuple[str, ...], tokens: tuple[str, ...], at: int) -> bool:
    stretch = tokens[at : at + len(phrase)]
    return len(stretch) == len(phrase) and all(
        token.startswith(word[:-1]) if word[-1] == "*" else token == word
        for word, token in zip(phrase, stretch, strict=True)
    )


Groups = Mapping[str, Choice]


@dataclass(frozen=True, eq=False)
class Part:
    """A choice with what may stand before it: `gap` other words; or it is left out."""

    choice: Choice
    gap: int = 0
    optional: bool = False


@dataclass(frozen=True, eq=False)
class Phrase:
    """A compiled pattern. `keys` are words of which at least one must be there."""

    source: str
    parts: tuple[Part, ...]
    at_start: bool = False
    at_end: bool = False
    keys: frozenset[str] = field(default=frozenset())
    key_prefixes: tuple[str, ...] = ()
    says_no: bool = False

    def find(self, words: Words, begin: int = 0) -> tuple[int, int] | None:
        """The first stretch of words that fits, as (first, one after the last)."""
        tokens = words.tokens
        if self.at_start:
            starts: Iterable[int] = (0,) if begin == 0 and tokens else ()
        else:
            starts = range(begin, len(tokens))
        first = self.parts[0]
        first_words = None if first.optional else first.choice.first_words
        prefixes = first.choice.prefixes
        for at in starts:
            token = tokens[at]
            if (
                first_words is not None
                and token not in first_words
                and not (prefixes and token.startswith(prefixes))
            ):
                continue
            end = self._match(words, 0, at)
            if end > at:
                return at, end
        return None

    def find_all(self, words: Words) -> list[tuple[int, int]]:
        """Every stretch that fits, not overlapping, from the left."""
        found: list[tuple[int, int]] = []
        at = 0
        while (span := self.find(words, at)) is not None:
            found.append(span)
            at = span[1]
        return found

    def _match(self, words: Words, index: int, at: int) -> int:
        if index == len(self.parts):
            return at if not self.at_end or at == len(words.tokens) else -1
        part = self.parts[index]
        for skipped in range(part.gap + 1):
            here = at + skipped
            if here > len(words.tokens) or (part.gap and here in words.hard):
                break
            for end in part.choice.ends(words.tokens, here):
                if (matched := self._match(words, index + 1, end)) >= 0:
                    return matched
        if part.optional:
            return self._match(words, index + 1, at)
        return -1


def compile_phrase(source: str, groups: Groups) -> Phrase:
    """Read one pattern. Raises `BadPattern`."""
    parts: list[Part] = []
    at_start = at_end = False
    gap = 0
    position = 0
    stripped = source.strip()
    while position < len(stripped):
        piece = _PIECE.match(stripped, position)
        if piece is None:
            raise BadPattern(f"cannot read '{stripped[position:]}'")
        position = piece.end()
        word = piece.group(1)
        if at_end:
            raise BadPattern("nothing may follow $")
        if word == "^":
            if parts or at_start:
                raise BadPattern("^ belongs at the beginning")
            at_start = True
        elif word == "$":
            at_end = True
        elif word.startswith("~"):
            if not parts:
                raise BadPattern("a gap needs a word before it")
            gap = int(word[1:]) if word[1:] else DEFAULT_GAP
        else:
            inner = piece.group(2) if piece.group(2) is not None else piece.group(3)
            choice = make_choice(inner.split("|") if inner is not None else [word], groups)
            parts.append(Part(choice, gap, optional=piece.group(3) is not None))
            gap = 0
    if gap:
        raise BadPattern("a gap needs a word after it")
    if not any(not part.optional for part in parts):
        raise BadPattern("at least one word must not be optional")
    keys, prefixes = _keys(parts)
    says_no = any(not NO_WORDS.isdisjoint(part.choice.words) for part in parts)
    return Phrase(stripped, tuple(parts), at_start, at_end, keys, prefixes, says_no)


def make_choice(alternatives: Iterable[str], groups: Groups) -> Choice:
    """One of these words, phrases, beginnings and groups. Raises `BadPattern`."""
    alternatives = list(alternatives)
    if len(alternatives) == 1 and " " not in (only := alternatives[0].strip()):
        # Most are one word or one group: shared, and not put together anew for each pattern.
        if (group := _group_of(only, groups)) is not None:
            return group
        if only.isalpha() and only.islower():
            return _word(only)
    singles: set[str] = set()
    prefixes: list[str] = []
    phrases: list[tuple[str, ...]] = []
    loose: list[tuple[str, ...]] = []
    anything = False
    for alternative in alternatives:
        words = alternative.split()
        if not words:
            raise BadPattern("an alternative is empty")
        if len(words) == 1 and (group := _group_of(words[0], groups)) is not None:
            singles |= group.singles
            prefixes.extend(group.prefixes)
            phrases.extend(phrase for same in group.phrases.values() for phrase in same)
            loose.extend(group.loose)
            continue
        for word in words:
            if not _WORD.match(word) or word != word.lower():
                raise BadPattern(f"'{word}' is not a word in lower case")
            if word.startswith("#") and word[1:] not in KINDS:
                raise BadPattern(f"'{word}' is none of {', '.join(f'#{k}' for k in sorted(KINDS))}")
        if len(words) > 1:
            (loose if any(word.endswith("*") for word in words) else phrases).append(tuple(words))
        elif words[0] == "*":
            anything = True
        elif words[0].endswith("*"):
            prefixes.append(words[0][:-1])
        else:
            singles.add(words[0])
    return Choice(
        frozenset(singles),
        tuple(sorted(set(prefixes))),
        _by_first_word(phrases),
        _longest_first(loose),
        anything,
    )


@lru_cache(maxsize=4096)
def _word(word: str) -> Choice:
    return Choice(frozenset((word,)))


def _group_of(word: str, groups: Groups) -> Choice | None:
    """What `<name>` stands for; None for any other word. Raises `BadPattern`."""
    if not (word.startswith("<") and word.endswith(">")):
        return None
    group = groups.get(word[1:-1])
    if group is None:
        raise BadPattern(f"there is no group {word}")
    return group


def _by_first_word(
    phrases: Iterable[tuple[str, ...]],
) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in _longest_first(phrases):
        found[phrase[0]] = (*found.get(phrase[0], ()), phrase)
    return found


def _longest_first(phrases: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)))


def _keys(parts: Sequence[Part]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The rarest part that must be there: without one of its words the pattern cannot fit."""
    best: tuple[frozenset[str], tuple[str, ...]] = (frozenset(), ())
    best_weight = 10**9
    for part in parts:
        if part.optional or part.choice.anything:
            continue
        keys = part.choice.singles | set(part.choice.phrases)
        prefixes = set(part.choice.prefixes)
        for phrase in part.choice.loose:
            if phrase[0].endswith("*"):
                prefixes.add(phrase[0][:-1])
            else:
                keys |= {phrase[0]}
        if "" in prefixes:
            continue  # a phrase that begins with any word is no key
        weight = len(keys) + len(prefixes) + 40 * len(keys & _COMMON)
        if weight < best_weight:
            best, best_weight = (frozenset(keys), tuple(sorted(prefixes))), weight
    return best


NO_WORDS = frozenset(["not", "no", "never", "nothing", "without"])
"""What makes of a pattern one that says no itself."""
_COMMON = frozenset(
    [
        "i",
        "a",
        "an",
        "the",
        "my",
        "your",
        "you",
        "it",
        "is",
        "are",
        "to",
        "of",
        "in",
        "on",
        "for",
        "and",
        "do",
        "does",
        "can",
        "me",
        "we",
        "this",
        "that",
        "be",
        "have",
        "has",
        "not",
        "no",
        "how",
        "what",
        "when",
        "where",
        "which",
        "with",
        "from",
        "was",
        "will",
        "would",
    ]
)
