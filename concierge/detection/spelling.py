"""Repair of typos, before rules and meaning look.

Careful on purpose: only a word that nobody knows is touched, and only where one well-known word
is very near. Known is what our phrases and rules use and what the table of word vectors has as a
word of its own, some fifteen thousand, so that "opal" stays an opal and "fiance" no finance.
What is known by its shape, an order number or an e-mail, and names are read before.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from concierge.detection.text import Words

SHORTEST = 5
"""Shorter words have too many neighbours."""
LONG = 8
"""From this length on two slips are repaired, below it one."""
_SHORTEST_BASE = 4
_MOST = 40
"""So many words of a message are looked at; more unknown ones are no typos but another language."""


class Speller:
    """Reads unknown words as the known one that is meant. Safe to share between threads."""

    def __init__(self, known: Iterable[str], targets: Iterable[str]) -> None:
        """`targets` are the words that may be meant; they are known as well."""
        wanted = sorted({word for word in targets if len(word) >= SHORTEST and word.isalpha()})
        self._known = frozenset({*known, *wanted})
        self._targets = frozenset(wanted)
        # The first letter is seldom wrong; the others are not compared.
        self._by_letter: dict[str, list[str]] = {}
        for word in wanted:
            self._by_letter.setdefault(word[0], []).append(word)

    @property
    def known(self) -> frozenset[str]:
        """Words that are left as they are."""
        return self._known

    @property
    def targets(self) -> frozenset[str]:
        """Words that a typo may mean."""
        return self._targets

    def repair(self, words: Words) -> tuple[Words, int]:
        """The words as meant, and how many were read as another one."""
        repaired = 0
        tokens = list(words.tokens)
        for at, token in enumerate(tokens[:_MOST]):
            if token in self._known or not repairable(token):
                continue
            meant = self._meant(token)
            if meant is not None:
                tokens[at] = meant
                repaired += 1
        return (Words(tuple(tokens), words.hard, words.soft), repaired) if repaired else (words, 0)

    def _meant(self, token: str) -> str | None:
        found = process.extract(
            token,
            self._by_letter.get(token[0], ()),
            scorer=DamerauLevenshtein.distance,
            score_cutoff=_slips(token),
            limit=1,
        )
        if not found:
            return None
        meant = found[0][0]
        bases = [base for base in _bases(token) if base in self._known]
        # "Spending" is a form of "spend" and no typo of "sending"; "deposits" may be a "deposit".
        return meant if not bases or meant.startswith(tuple(bases)) else None


def _bases(token: str) -> list[str]:
    """What a word may be a form of: "notice" of "noticing", "chat" of "chatting"."""
    found = []
    for ending in ("s", "ed", "er", "ers", "ing"):
        base = token.removesuffix(ending)
        if base != token and len(base) >= _SHORTEST_BASE:
            found += [base, base + "e"]
            if base[-1] == base[-2]:
                found.append(base[:-1])
    return found


def repairable(token: str) -> bool:
    """Whether it is looked at when nobody knows it."""
    return len(token) >= SHORTEST and token.isascii() and token.isalpha()


def within_reach(token: str, meant: str) -> bool:
    """Whether the one may be a typo of the other."""
    slips = _slips(token)
    return token[0] == meant[0] and (
        DamerauLevenshtein.distance(token, meant, score_cutoff=slips) <= slips
    )


def _slips(token: str) -> int:
    return 2 if len(token) >= LONG else 1
