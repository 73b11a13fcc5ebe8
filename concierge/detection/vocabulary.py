"""The words of the shop: spellings, categories, metals, stones, people, occasions, signals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from concierge.detection.patterns import (
    BadPattern,
    Choice,
    Phrase,
    compile_phrase,
    make_choice,
)
from concierge.detection.source import Place, read
from concierge.detection.text import Words

LEXICONS = ("categories", "metals", "stones", "styles", "recipients", "occasions")
SIGNALS = (
    "negators",
    "angry",
    "urgent",
    "not_a_category",
    "for_somebody",
    "not_a_budget",
    "ready_to_ship",
    "opt_out",
    "by_sms",
    "by_email",
)
# A lexicon is also a group that rules can name.
_GROUP_OF = {
    "categories": "category",
    "metals": "metal",
    "stones": "stone",
    "styles": "style",
    "recipients": "recipient",
    "occasions": "occasion",
}


@dataclass(frozen=True)
class Lexicon:
    """Words and phrases with the one name each stands for."""

    names: Mapping[tuple[str, ...], str]
    longest: int
    first_words: frozenset[str]

    def find_all(
        self, words: Words, skip: frozenset[int] = frozenset()
    ) -> list[tuple[str, int, int]]:
        """Every name that the message holds outside `skip`, with the place of its first word and
        the one after its last; of two that begin alike the longer."""
        found: list[tuple[str, int, int]] = []
        at = 0
        while at < len(words.tokens):
            fits = words.tokens[at] in self.first_words and at not in skip
            for length in range(min(self.longest, len(words.tokens) - at), 0, -1) if fits else ():
                if (name := self.names.get(words.tokens[at : at + length])) is not None:
                    found.append((name, at, at + length))
                    at += length - 1
                    break
            at += 1
        return found

    def find_at(self, words: Words, at: int) -> str | None:
        """The name that begins exactly at word `at`."""
        for length in range(min(self.longest, len(words.tokens) - at), 0, -1):
            if (name := self.names.get(words.tokens[at : at + length])) is not None:
                return name
        return None


@dataclass(frozen=True)
class Vocabulary:
    """All of `vocabulary.yaml`."""

    spelling: Mapping[str, tuple[str, ...]]
    filler: frozenset[str]
    groups: Mapping[str, Choice]
    lexicons: Mapping[str, Lexicon]
    signals: Mapping[str, tuple[Phrase, ...]]

    @classmethod
    def load(cls, file: Path) -> Vocabulary:
        """Raises `BadRules` with file and line."""
        parts = read(file).fields(("spelling", "filler", "groups", "signals", *LEXICONS))
        lexicons = {name: _lexicon(parts[name]) for name in LEXICONS}
        groups: dict[str, Choice] = {
            _GROUP_OF[name]: make_choice((" ".join(words) for words in lexicon.names), {})
            for name, lexicon in lexicons.items()
        }
        for name, place in parts["groups"].entries():
            if name in groups:
                raise place.refuse(f"group '{name}' is already made from a list of its own")
            groups[name] = _group(place, groups)
        signals = parts["signals"].fields(SIGNALS)
        return cls(
            spelling=_spelling(parts["spelling"]),
            filler=frozenset(
                word for item in parts["filler"].items() for word in item.text().split()
            ),
            groups=groups,
            lexicons=lexicons,
            signals={name: phrases(signals[name], groups) for name in SIGNALS},
        )

    def known(self) -> set[str]:
        """Every word the files use or correct."""
        words = {*self.filler, *self.spelling}
        words.update(word for meant in self.spelling.values() for word in meant)
        for lexicon in self.lexicons.values():
            words.update(word for name in lexicon.names for word in name)
        for group in self.groups.values():
            words |= group.words
        for phrases in self.signals.values():
            words.update(
                word for phrase in phrases for part in phrase.parts for word in part.choice.words
            )
        return words

    def spans(self, signal: str, words: Words) -> list[tuple[int, int]]:
        """Where a signal's patterns stand in the message."""
        present = set(words.tokens)
        return [
            span
            for phrase in self.signals[signal]
            if possible(phrase, present)
            for span in phrase.find_all(words)
        ]

    def has(self, signal: str, words: Words) -> bool:
        present = set(words.tokens)
        return any(
            phrase.find(words) is not None
            for phrase in self.signals[signal]
            if possible(phrase, present)
        )


def possible(phrase: Phrase, present: Iterable[str]) -> bool:
    """Whether one of the words a pattern cannot do without is there; cheaper than looking."""
    if not phrase.keys and not phrase.key_prefixes:
        return True
    if not phrase.keys.isdisjoint(present):
        return True
    return bool(phrase.key_prefixes) and any(
        word.startswith(phrase.key_prefixes) for word in present
    )


def phrases(place: Place, groups: Mapping[str, Choice]) -> tuple[Phrase, ...]:
    """A list of patterns. Raises `BadRules` with the line of the one that cannot be read."""
    return tuple(phrase(item, groups) for item in place.items())


def phrase(place: Place, groups: Mapping[str, Choice]) -> Phrase:
    try:
        return compile_phrase(place.text(), groups)
    except BadPattern as error:
        raise place.refuse(str(error)) from error


def _group(place: Place, groups: Mapping[str, Choice]) -> Choice:
    try:
        return make_choice((item.text() for item in place.items()), groups)
    except BadPattern as error:
        raise place.refuse(str(error)) from error


def _lexicon(place: Place) -> Lexicon:
    names: dict[tuple[str, ...], str] = {}
    for name, variants in place.entries():
        if names.setdefault(tuple(name.split()), name) != name:
            raise place.refuse(f"'{name}' stands for '{names[tuple(name.split())]}' already")
        for item in variants.items():
            words = tuple(item.text().split())
            if any(not word.isalnum() or word != word.lower() for word in words):
                raise item.refuse(f"'{item.text()}' must be words in lower case")
            known = names.setdefault(words, name)
            if known != name:
                raise item.refuse(f"'{item.text()}' stands for '{known}' already")
    if not names:
        raise place.refuse("the list is empty")
    return Lexicon(
        names, max(len(words) for words in names), frozenset(words[0] for words in names)
    )


def _spelling(place: Place) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    meanings = {meant for meant, _ in place.entries()}
    for meant, variants in place.entries():
        for item in variants.items():
            typed = item.text()
            if not typed.isalnum() or typed != typed.lower():
                raise item.refuse(f"'{typed}' must be one word in lower case, no apostrophe")
            if typed in found:
                raise item.refuse(f"'{typed}' is already read as '{' '.join(found[typed])}'")
            if typed in meanings:
                raise item.refuse(f"'{typed}' is itself a word that others are read as")
            found[typed] = tuple(meant.split())
    return found
