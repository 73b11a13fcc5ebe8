"""From what a customer says to a number from 1 to 5. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from concierge.core.errors import InvalidInput

SATISFIED_FROM = 4
"""Ratings of 4 and 5 count as satisfied: CSAT = satisfied / all x 100."""


class Tone(StrEnum):
    """How a score is coloured."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


def score_of(rating: str | int, words: Mapping[str, int]) -> int:
    """`great` is 5 by the shop's words, `4` and `"4"` are 4; `InvalidInput` for all else."""
    if isinstance(rating, str):
        word = rating.strip().casefold()
        if word in words:
            return words[word]
        if word in {"1", "2", "3", "4", "5"}:
            return int(word)
    elif not isinstance(rating, bool) and rating in range(1, 6):
        return rating
    raise InvalidInput("rating", f"must be one of {', '.join(words)}, or a number from 1 to 5")


def tone(score: float) -> Tone:
    """Green from 4, yellow from 3, red below."""
    if score >= SATISFIED_FROM:
        return Tone.GREEN
    return Tone.YELLOW if score >= 3 else Tone.RED
