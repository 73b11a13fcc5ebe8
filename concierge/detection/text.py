"""From what was typed to words that can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAX_CHARACTERS = 5000
"""Longer messages are cut for detection; what is stored is not our business."""

_FRACTIONS = str.maketrans({"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⁄": "/"})
_QUOTES = str.maketrans(dict.fromkeys("’‘ʼ`´′＇", "'") | dict.fromkeys("“”„", '"'))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-"))
_INNER_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_IT_IS = re.compile(r"\bit's\b")  # its own spelling entry would spoil "on its way"
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|\n")
_STRETCHED = re.compile(r"(.)\1{2,}")
_REPEATED = re.compile(r"(.)\1+")
_HARD = frozenset(".!?;\n…")
_SOFT = frozenset(',:()[]{}<>|"-/')


@dataclass(frozen=True)
class Mark:
    """A stretch of the cleaned text that is one thing: an e-mail, an order number, money."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Words:
    """The words of a message. What was recognised stands as `#email`, `#order`, `#money`, ...

    `hard` and `soft` hold the places of words that follow the end of a sentence, or a comma.
    """

    tokens: tuple[str, ...]
    hard: frozenset[int]
    soft: frozenset[int]


def clean(text: str) -> str:
    """Lower case, one spelling for quotes, dashes and fractions, nothing invisible."""
    text = text[:MAX_CHARACTERS].translate(_FRACTIONS)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_FRACTIONS)
        text = text.translate(_QUOTES).translate(_DASHES)
        text = "".join(_visible(character) for character in text)
    else:
        text = text.translate(_QUOTES)
        if not text.isprintable():
            text = "".join(_visible(character) for character in text)
    return text.lower()


def _visible(character: str) -> str:
    if character in "\n\t\r ":
        return "\n" if character == "\n" else " "
    category = unicodedata.category(character)
    if category in {"Cf", "Mn", "Sk"} and character != "^":
        return ""
    if category == "Nd":  # digits of every script are digits
        return str(unicodedata.decimal(character))
    return " " if category[0] in "CZ" else character


def typed(text: str) -> str:
    """A message in which every word it is split into stands as it was typed."""
    return _joined(clean(text))


def squeezed(text: str) -> str:
    """Without repeated letters: a stretched word and the word it is read as are then alike."""
    return _REPEATED.sub(r"\1", text)


def _joined(cleaned: str) -> str:
    return _INNER_APOSTROPHE.sub("", _IT_IS.sub("it is", cleaned))


def words_of(text: str, marks: Sequence[Mark], spelling: Mapping[str, tuple[str, ...]]) -> Words:
    """Split cleaned text into words, with every mark as one word and spellings made one.

    `spelling` maps a word as people type it to the words that are meant.
    """
    tokens: list[str] = []
    hard: set[int] = set()
    soft: set[int] = set()
    at = 0
    for mark in sorted(marks, key=lambda each: each.start):
        _split(text[at : mark.start], spelling, tokens, hard, soft)
        tokens.append(f"#{mark.kind}")
        at = mark.end
    _split(text[at:], spelling, tokens, hard, soft)
    return Words(tuple(tokens), frozenset(hard), frozenset(soft))


def _split(
    text: str,
    spelling: Mapping[str, tuple[str, ...]],
    tokens: list[str],
    hard: set[int],
    soft: set[int],
) -> None:
    for token in _TOKEN.findall(_joined(text)):
        if token in _HARD:
            hard.add(len(tokens))
        elif token in _SOFT:
            soft.add(len(tokens))
        elif token.isalnum():
            tokens.extend(spelling.get(token) or _shrunk(token, spelling))
        elif ord(token[0]) > 0x2000:  # an emoji says something, other signs do not
            tokens.append(token)


def _shrunk(token: str, spelling: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """`heeelp` is help and `helllo` is hello: letters typed three times or more."""
    if not _STRETCHED.search(token) or token.isdigit():
        return (token,)
    once = _STRETCHED.sub(r"\1", token)
    twice = _STRETCHED.sub(r"\1\1", token)
    return spelling.get(twice) or spelling.get(once) or (once,)
