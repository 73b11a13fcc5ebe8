"""What is named only to be left out: "not gold", "without any diamonds", "no hoops". Pure."""

from __future__ import annotations

import re

_NO = (
    r"(?:not|no|(?<!there )(?<!have )(?<!got )nothing(?! but)|without|except"
    r"|excluding|anything but|other than|hates?|dislikes?|avoid"
    r"|allerg(?:ic|y|ies) to|(?:not|isn'?t) (?:a (?:big )?fan of|into|keen on|fond of)"
    r"|(?:do(?:es)?n'?t|do(?:es)? not|can(?:no|')?t|never|won'?t)"
    r" (?:want|need|show|like|love|wear|wears|stand|suit)(?: her| him| me)?)"
)
_WITHOUT = (
    rf"{_NO}"
    r"(?: in| any| the| of| made of)* (?:\w+ ){{0,1}}?{word}s?\b"
    r"|{word}s? (?:allerg|intoleran)\w*"
)
_DROPPED = (
    r"\b(?:forget|drop(?! earrings?)|skip|ignore|never ?mind|leave out|without the filter"
    r"|no need for|remove)(?: about)?(?: the| that| it being| being)* (?:\w+ )??{word}s?\b"
    r"|\b(?:does ?n'?t|does not|needn'?t|need not)(?: have| need)?(?: to)? be (?:\w+ )??{word}\b"
    r"|\b{word}s? (?:does ?n'?t|does not|do not|don'?t) matter\b"
)


_LEFT_OUT = re.compile(
    rf"\b(?:{_NO})"
    r"(?: in| any| the| of| made of| with| a| an| those| these| big| small| too)*"
    r" ([a-z]{3,20})(?:,? (?:and|or|nor) (?:any |the |no )?([a-z]{3,20}))?",
    re.I,
)


def words_left_out(text: str) -> list[str]:
    """Every word that stands right behind a no, as typed: hoops and studs in "but no hoops or
    studs". Whether they name anything is for the reader to say."""
    found = [word for match in _LEFT_OUT.finditer(text) for word in match.groups() if word]
    return list(dict.fromkeys(word.casefold() for word in found))


def unwanted(text: str, word: str | None) -> bool:
    """Whether the word is named only to leave it out."""
    if word is None:
        return False
    left_out = stretches_left_out(text, word)
    *before, _ = word.split()
    whole = " ".join([*map(re.escape, before), _last(word)])
    named = re.finditer(rf"\b{whole}s?\b", text, re.I)
    return bool(left_out) and all(is_within(each.span(), left_out) for each in named)


def dropped(text: str, word: str | None) -> bool:
    """Whether the word is a wish that is taken back, and no dislike: "forget the silver"."""
    if word is None:
        return False
    return re.search(_DROPPED.format(word=_last(word)), text, re.I) is not None


def stretches_left_out(text: str, word: str) -> list[tuple[int, int]]:
    """Where the text says no to the word, from the "no" to the word."""
    pattern = rf"\b(?:{_WITHOUT.format(word=_last(word))})"
    return [match.span() for match in re.finditer(pattern, text, re.I)]


def is_within(span: tuple[int, int], stretches: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in stretches)


def _last(word: str) -> str:
    """A pattern of the last word, of one or of several: "ruby" and "rubies"."""
    last = re.escape(word.split()[-1].removesuffix("s"))
    return rf"{last[:-1]}(?:y|ie)" if last.endswith("y") else last
