"""Places in what was shown, in words: "the third one", "8th", "the last"."""

from __future__ import annotations

import re

ORDINALS: dict[str, int] = {
    word: place
    for place, words in enumerate(
        (
            ("first", "1st"),
            ("second", "2nd"),
            ("third", "3rd"),
            ("fourth", "4th"),
            ("fifth", "5th"),
            ("sixth", "6th"),
            ("seventh", "7th"),
            ("eighth", "8th"),
        ),
        start=1,
    )
    for word in words
} | {"last": -1}
"""Each word and its place: 1 is the first, -1 the last. No grid shows more than eight."""

_HOW_MANY = {
    word: count
    for count, words in enumerate(
        (("2", "two"), ("3", "three"), ("4", "four"), ("5", "five"), ("6", "six")), start=2
    )
    for word in words
}
_ORDINAL = re.compile(
    rf"\b(?P<place>{'|'.join(ORDINALS)})(?:\s+(?P<many>{'|'.join(_HOW_MANY)}))?\b", re.I
)
_ALL = re.compile(
    r"\b(?:all|everything|every (?:one|piece)|each(?: one| of them)?"
    r"|the (?:whole|entire) (?:list|lot)|clear (?:it|(?:the|my|this) (?:\w+ )?\w*list))\b",
    re.I,
)
_BOTH = re.compile(r"\b(?:both|the two|these two|those two)\b", re.I)


def places_in(text: str, count: int) -> list[int]:
    """ "The second and the last" of `count`, "the first two": every place that is named and there,
    each once."""
    places: list[int] = []
    for match in _ORDINAL.finditer(text):
        place = ORDINALS[match["place"].casefold()]
        many = _HOW_MANY[match["many"].casefold()] if match["many"] else 1
        begin = count + 1 - many if place < 0 else place
        places += range(begin, begin + many)
    return [place for place in dict.fromkeys(places) if 1 <= place <= count]


def all_of(text: str, count: int) -> bool:
    """ "All of them", and "both" of two."""
    return bool(count and (_ALL.search(text) or (count == 2 and both_of(text))))


def both_of(text: str) -> bool:
    """ "Both", "these two": of two that stand alone."""
    return _BOTH.search(text) is not None
