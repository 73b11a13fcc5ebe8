"""What differs between two sets of files, as far as it tells which messages it can reach. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from concierge.detection.patterns import NO_WORDS
from concierge.detection.phrases import CARRIERS, FOLDER

RULES, VOCABULARY, COMMANDS = "rules.yaml", "vocabulary.yaml", "commands.yaml"
# As the files are read: "no" is a word and no truth.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN = re.compile(r"[a-z0-9*()|\[\]~^$ ]+")
"""A pattern that says by its own words what it looks for: no group, nothing recognised."""
_WORD = re.compile(r"[a-z0-9]+\*?")
_ANY = re.compile(r"(?<![a-z0-9])\*")

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Changes:
    """`rules` are names of rules that are new, gone or different; `spelled` what people type that
    is read otherwise; `words` what must stand in a message for a changed entry of the vocabulary to
    count, with a star after the beginnings of words. `commands` says that those may differ.

    Phrases and carriers are left out: they are compared by what they were compiled to.
    """

    rules: frozenset[str]
    spelled: frozenset[str]
    words: frozenset[str]
    commands: bool

    @classmethod
    def between(cls, before: Texts, after: Texts) -> Changes | None:
        """None where any message may be read otherwise."""
        rules: set[str] | None = set()
        spelled: set[str] = set()
        words: set[str] | None = set()
        commands = False
        for path in differing(before, after):
            one, other = _parsed(before, path), _parsed(after, path)
            if path == RULES:
                rules = _changed_rules(one, other)
            elif path == VOCABULARY:
                spelled = {word for word, _ in {*_spelled(one)} ^ {*_spelled(other)}}
                words = _changed_words(one, other)
                commands = True  # they have spellings and categories of their own
            elif path == COMMANDS:
                commands = True
            else:
                return None
        if rules is None or words is None:
            return None
        return cls(frozenset(rules), frozenset(spelled), frozenset(words), commands)


def differing(before: Texts, after: Texts) -> set[str]:
    """Files that say something else, but those that are compared by what they were compiled to."""
    return {
        path
        for path in {*before, *after}
        if path != CARRIERS
        and not path.startswith(f"{FOLDER}/")
        and before.get(path) != after.get(path)
        and _parsed(before, path) != _parsed(after, path)
    }


def _changed_rules(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str] | None:
    """None when something else differs too."""
    if {**one, "rules": None} != {**other, "rules": None}:
        return None
    mine, theirs = (
        {rule["name"]: rule for rule in rules} for rules in (one["rules"], other["rules"])
    )
    changed = {name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name)}
    # Where two rules tie, the first of the file wins: their order counts.
    kept = [[name for name in rules if name not in changed] for rules in (mine, theirs)]
    return changed if kept[0] == kept[1] else None


def _spelled(vocabulary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for meant, variants in vocabulary["spelling"].items():
        for word in [variants] if isinstance(variants, str) else variants:
            yield str(word), str(meant)


_Entry = tuple[tuple[str, ...], str]
"""Where in the vocabulary, and what."""


def _changed_words(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str] | None:
    """None where a changed entry could count in a message with none of its own words."""
    mine, theirs = list(_entries(one)), list(_entries(other))
    changed = {*mine} ^ {*theirs}
    kept = [[entry for entry in entries if entry not in changed] for entries in (mine, theirs)]
    if kept[0] != kept[1]:
        return None  # the first that fits may win
    if not all(_PLAIN.fullmatch(text) and not _ANY.search(text) for _, text in changed):
        return None
    words = {word for _, text in changed for word in _WORD.findall(text)}
    return None if words & NO_WORDS else words


def _entries(tree: Any, path: tuple[str, ...] = ()) -> Iterator[_Entry]:
    """Every entry but spellings; in lists of names, a name counts as one of its own words."""
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, dict):
        for name, inner in tree.items():
            if path or name != "spelling":
                if path and path[0] not in {"groups", "signals"}:
                    yield path, name
                yield from _entries(inner, (*path, name))
    else:
        for inner in tree if isinstance(tree, Iterable) else ():
            yield from _entries(inner, path)


def _parsed(texts: Texts, path: str) -> Any:
    """Without comments and layout, which change nothing."""
    return yaml.load(texts[path], Loader=_Loader) if path in texts else None  # noqa: S506
