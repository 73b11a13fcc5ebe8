"""Ring sizes as people write them, and what they are in US sizes.

Inner circumference C in millimetres: EU is C itself (ISO 8653); UK letter A is 37.5 and each letter
1.25 more (BS 6820); US size s has the inner diameter 11.63 + 0.8128 s.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from concierge.detection.models import RingSize, RingSystem

_SYSTEMS = {
    **dict.fromkeys(("us", "u.s.", "usa", "american"), RingSystem.US),
    **dict.fromkeys(("uk", "u.k.", "british", "aus", "australian"), RingSystem.UK),
    **dict.fromkeys(("eu", "e.u.", "eur", "european", "iso", "french", "german"), RingSystem.EU),
}
_SYSTEM = "|".join(sorted((re.escape(word) for word in _SYSTEMS), key=len, reverse=True))
_HALF = r"(?:\s?(?P<half{0}>1/2|1/4|3/4|(?:and )?a (?:half|quarter)))?"
_NUMBER = r"(?P<number{0}>\d{{1,2}}(?:[.,]\d{{1,2}})?)" + _HALF
_LETTER = r"(?P<letter{0}>[a-z])(?:\s?(?P<letterhalf{0}>1/2|\.5))?(?![\w'.])"


def _value(name: str) -> str:
    return rf"(?:{_NUMBER.format(name)}(?![\w/])|{_LETTER.format(name)})"


_JOIN = r"\s*(?:(?:is|of|was|a|an|in|to|about|around|number|no\.?)\s+|[:=#]\s*)?(?:a |an )?"
_SIZE_WORD = re.compile(
    rf"(?<!\w)(?:(?P<front>{_SYSTEM})\s+)?(?:ring |finger )?sized?(?![a-z])"
    rf"(?:\s+from\s+(?:a |an )?\S{{1,4}}\s+to)?{_JOIN}(?:(?P<back>{_SYSTEM})\s*)?{_value('v')}"
    rf"(?:\s?(?P<after>{_SYSTEM}|mm)(?!\w))?"
)
_SYSTEM_FIRST = re.compile(rf"(?<!\w)(?P<front>us|uk|eu)\s+(?:ring )?{_value('v')}")
_SYSTEM_LAST = re.compile(rf"(?<![\w.,$£€-]){_NUMBER.format('v')}\s?(?P<front>us|uk|eu)(?!\w)")
_FROM_TO = re.compile(
    rf"(?<!\w)from\s+(?:a |an |size )*\d{{1,2}}(?:[.,]\d+)?\s+(?:up |down )?to\s+(?:a |an |size )*"
    rf"{_NUMBER.format('v')}(?![\w/])"
)
_RESIZED = re.compile(
    r"(?<!\w)resiz(?:e|ed|ing)\s+(?:(?:it|this|that|them|my|the|a|ring|one|band|from|in|of|order)\s+"
    r"|\0+[\s,]*)*"
    rf"(?:up |down )?to\s+(?:a |an |size )*{_NUMBER.format('v')}(?![\w/])"
)
_WEARS = re.compile(rf"(?<!\w)(?:wear|wears|take|takes)\s+(?:a |an ){_NUMBER.format('v')}(?![\w/])")
_MILLIMETRES = re.compile(
    r"(?<![\w.,])(?P<mm>\d{2}(?:[.,]\d{1,2})?)\s?(?:mm|millimet(?:er|re)s?)(?!\w)"
)
_BARE = re.compile(
    r"^\W*(?:(?:to|a|an|it is|it'?s|i am|i'?m|i (?:wear|take|have|think|guess)|my size is|mine is"
    r"|about|around|maybe|probably|usually|normally|roughly|size|and|so|ok|okay|well|then"
    r"|no(?=,|\s(?:i|it|make|sorry|actually|wait)\b)|sorry|oops|oh|wait|actually"
    r"|rather|i (?:meant|mean|said)|make (?:it|that)"
    r"|(?:it|that) should be|let'?s (?:say|do|make it))[\s,]+)*"
    rf"{_value('v')}(?:\W+(?:please|pls|thanks|thank you|then|i think|i guess|probably"
    r"|usually|actually|instead|sorry))*\W*$"
)
_NO_LETTERS = frozenset("knuy")
""" "Ok", "no", "you", "yes": alone they are words, and sizes only where one was asked for."""
_IN_A_SIZE = re.compile(
    r"(?:^\W*(?:and |or |but |maybe |please |what about |how about )?"
    r"|(?<!\w)(?:have|has|got|comes?|make|made|available|stock|is|are|it|this|that|them|these|ones?"
    r"|rings?|bands?)\b[^.?!,;]{0,60}?(?<!\w))"
    rf"in (?:a |an )?{_NUMBER.format('v')}(?![\w/])"
    r"(?:\s+(?:please|pls|too|instead|as well|then|for me))*\W*$"
)
"""Where a message ends with "in 6.5": said of a piece, or by itself."""
_LENGTHS = re.compile(
    r"(?<!\w)(?:pay|paid|paying|payments?|split|spread|instal\w*|parts|chain|necklace|bracelet|bangle"
    r"|anklet|choker|pendant|strap|watch|earrings?|hoops?|studs?)"
)
"""What comes "in 4" and is no ring: instalments, and pieces that are measured otherwise."""
SMALLEST, LARGEST = 3, 13.5
"""US sizes that a bare number may be: "in 2" and "in 14" are something else."""
_OTHER_MEASURE = re.compile(
    r"\s*(?:-?\s*(?:inch|cm|\"|carats?\b|ct\b|wide|width|thick|long|length|chain|band\b|"
    r"beads?|pearls?|stones?|diamonds?|drop|%|days?|weeks?|stars?|items?|people|x\d))"
)
_SHOES = re.compile(r"(?:shoe|shoes|dress|shirt|clothes|clothing|hat|glove)\s*$")


@dataclass(frozen=True)
class SizeFound:
    start: int
    end: int
    size: RingSize


def find_size(text: str, *, expected: bool = False) -> SizeFound | None:
    """The ring size a cleaned message names; `expected` when it was just asked for."""
    for pattern in (_FROM_TO, _RESIZED) if "siz" in text else ():
        match = pattern.search(text)
        if match is None or _OTHER_MEASURE.match(text, match.end()):
            continue
        if size := _size(match, None):
            # What was recognised in between keeps its own mark.
            start = match.start("numberv") if "\0" in match[0] else match.start()
            return SizeFound(start, match.end(), size)
    for pattern in (_SIZE_WORD, _SYSTEM_FIRST, _SYSTEM_LAST, _WEARS):
        for match in pattern.finditer(text):
            if _OTHER_MEASURE.match(text, match.end()) or _SHOES.search(text[: match.start()]):
                continue
            if size := _size(match, _system(match)):
                return SizeFound(match.start(), match.end(), size)
    for match in _MILLIMETRES.finditer(text):
        if not _OTHER_MEASURE.match(text, match.end()) and (
            size := make_size(RingSystem.MM, match["mm"])
        ):
            return SizeFound(match.start(), match.end(), size)
    if (match := _IN_A_SIZE.search(text)) and not _LENGTHS.search(text):
        size = _size(match, None)
        american = size is not None and size.system is RingSystem.US
        if size and (not american or SMALLEST <= size.us <= LARGEST):
            return SizeFound(match.start("numberv"), match.end(), size)
    if expected and (match := _BARE.match(text)) and (size := _size(match, None)):
        return SizeFound(match.start(), match.end(), size)
    return None


def parse_size(text: str) -> RingSize | None:
    """A size where one is expected: `6`, `6.5`, `M`, `EU 52`, `16.5 mm`."""
    found = find_size(text, expected=True)
    return found.size if found else None


def bare_size(text: str) -> RingSize | None:
    """A cleaned message that is nothing but a size: "7", "its 7", "I'm a 7 and a half"."""
    match = _BARE.match(text)
    if match is None or match["letterv"] in _NO_LETTERS:
        return None
    return _size(match, None)


def make_size(system: RingSystem | None, written: str) -> RingSize | None:
    """A size from its system and value; None when there is no such size.

    Without a system 0.5 to 16 is US, 38 to 76 is EU, 12 to 26 millimetres, a letter UK.
    """
    letter = written[0].upper()
    if letter.isalpha():
        if system not in {RingSystem.UK, None}:
            return None
        half = 0.5 if len(written) > 1 else 0.0
        circumference = 37.5 + 1.25 * (ord(letter) - ord("A") + half)
        return _ring(RingSystem.UK, letter + ("½" if half else ""), circumference)
    number = float(written.replace(",", "."))
    if system is None:
        system = RingSystem.US if number <= 16 else RingSystem.MM if number <= 26 else RingSystem.EU
    value = f"{number:g}"
    if system is RingSystem.US and 0 < number <= 16:
        return RingSize(system=system, value=value, us=number)
    if system is RingSystem.EU and 38 <= number <= 76:
        return _ring(system, value, number)
    if system is RingSystem.MM and 12 <= number <= 26:
        return _ring(system, value, number * math.pi)
    if system is RingSystem.MM and 38 <= number <= 76:
        return _ring(system, value, number)
    return None


def _ring(system: RingSystem, value: str, circumference_mm: float) -> RingSize:
    us = (circumference_mm / math.pi - 11.63) / 0.8128
    return RingSize(system=system, value=value, us=max(0.0, round(us * 4) / 4))


def _system(match: re.Match[str]) -> RingSystem | None:
    names = match.groupdict()
    written = names.get("after") or names.get("back") or names.get("front")
    if written == "mm":
        return RingSystem.MM
    return _SYSTEMS.get(written) if written else None


def _size(match: re.Match[str], system: RingSystem | None) -> RingSize | None:
    names = match.groupdict()
    if letter := names.get("letterv"):
        # "what size a ..." and "size I need" are words, "UK A" is a size.
        if letter in "aistu" and system is None:
            return None
        return make_size(system, letter + ("½" if names.get("letterhalfv") else ""))
    number = names["numberv"]
    if half := names.get("halfv"):
        part = "25" if ("4" in half and half[0] == "1") or "quarter" in half else "5"
        part = "75" if half == "3/4" else part
        number = f"{number.split('.')[0]}.{part}"
    return make_size(system, number)
