"""Budgets: `under 300`, `between 200 and 400`, `£200`, `around 1.5k`, `two hundred bucks`. Integer
cents throughout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

Bound = Literal["max", "min", "range", "plain"]

MAX_CENTS = 10_000_000_00
"""Nobody's budget is above ten million; such numbers are something else."""

_AROUND = Decimal("0.2")  # "around 250" is read as 200 to 300

_SYMBOLS = {"$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR"}
_CODES = {
    **dict.fromkeys(("usd", "us$", "dollar", "dollars", "buck", "bucks"), "USD"),
    **dict.fromkeys(("gbp", "pound", "pounds", "quid"), "GBP"),
    **dict.fromkeys(("eur", "euro", "euros"), "EUR"),
    **dict.fromkeys(("cad", "c$", "ca$"), "CAD"),
    **dict.fromkeys(("aud", "a$", "au$"), "AUD"),
    **dict.fromkeys(("inr", "rs", "rs.", "rupee", "rupees"), "INR"),
    **dict.fromkeys(("jpy", "yen"), "JPY"),
    **_SYMBOLS,
}
_BEFORE = r"(?:us\$|ca\$|au\$|c\$|a\$|[$£€¥₹]|usd|gbp|eur|cad|aud|inr|rs\.?)"
_AFTER = r"(?:dollars?|bucks?|usd|quid|pounds?|gbp|euros?|eur|cad|aud|inr|rupees?|jpy|yen|[$£€¥₹])"
_ONES = {
    **dict.fromkeys(("a", "one"), 1),
    **dict.fromkeys(("two", "a couple", "a couple of"), 2),
    **dict.fromkeys(("three", "a few"), 3),
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_ONE = "|".join(sorted(_ONES, key=len, reverse=True))
_TEN = "|".join(_TENS)
_SPELLED = (
    rf"(?:{_ONE}) hundred(?:(?: and)? (?:{_TEN})|(?!(?: and)? (?:{_TEN})))(?![a-z])"
    rf"|(?:{_TEN})(?![a-z])"
    rf"|(?:{_ONE})(?= (?:grand|thousand)(?![a-z]))"
)
_IN_WORDS = re.compile(rf"(?<![a-z])(?:hundred|thousand|grand|{_TEN})(?![a-z])")
_NUMBER = rf"\d{{1,3}}(?:[ ]\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)|\d+(?:[.,]\d+)*|{_SPELLED}"


def _amount(name: str) -> str:
    return (
        rf"(?P<{name}_before>(?<![a-z]){_BEFORE})?\s?(?P<{name}>{_NUMBER})"
        rf"\s?(?P<{name}_k>k|grand(?! (?:total|opening|finale))|thousand)?"
        rf"(?P<{name}_ish>\s?-?ish)?(?![a-z\d])"
        rf"\s?(?P<{name}_after>{_AFTER}(?![a-z]))?"
    )


_MAX_WORDS = (
    r"under|undr|unde|udner|uner|unnder|below|belw|bellow|"
    r"less th[ae]n|cheaper th[ae]n|lower th[ae]n|up ?to|max(?:imum)?(?: of| is)?|"
    r"at most|(?:no|not) more th[ae]n|not (?:over|above)|within|beneath|<=?|"
    r"not exceed(?:ing)?|budget(?: is| of| would be| around)?:?|to spend|spend(?:ing)?|for under"
)
_MIN_WORDS = (
    r"over|above|more th[ae]n|at least|min(?:imum)?(?: of| is)?|starting (?:at|from)|"
    r"upwards? of|higher th[ae]n|greater th[ae]n|>=?"
)
_ABOUT_WORDS = (
    r"around|arround|arond|aroud|about|abuot|roughly|approx(?:imately|\.)?|circa|close to|near|~"
)
_GLUE = r"\s*(?:an |like |a (?!hundred|couple|few|grand|thousand))?"
_RANGE = re.compile(
    r"(?P<cue>(?:between|betwen|bewteen|beetween|from|range(?: of)?|budget(?: is| of)?:?)\s+)?"
    r"(?<![\w.,#-])"
    rf"{_amount('low')}"
    rf"\s*(?:-|to|and|&)\s*{_amount('high')}"
)
_CUED = re.compile(
    rf"(?<![\w])(?:(?P<max>{_MAX_WORDS})|(?P<min>{_MIN_WORDS})|(?P<about>{_ABOUT_WORDS}))"
    rf"{_GLUE}{_amount('one')}"
)
_PLAIN = re.compile(rf"(?<![\w.,#-]){_amount('one')}")
_TAIL = re.compile(
    r"\s*(?:(?P<max>or (?:less|under|below|cheaper)|max(?:imum)?\b|tops\b|at most|budget\b)"
    r"|(?P<min>or (?:more|above|over|up)|and (?:up|above|over)|\+|plus\b|minimum\b))"
)
# What a number counts when it is not money.
_UNIT = re.compile(
    r"\s?-?(?:%|°|\"|days?|weeks?|hours?|hrs?|minutes?|mins?|months?|years?|yrs?|carats?|ct\b|cts\b|"
    r"karats?|kt\b|gold\b|mm\b|cm\b|inch|"
    r"in\b(?! (?:[a-z]+ )?(?:gold|silver|platinum|stock))|am\b|pm\b|stars?\b|times?\b|people|"
    r"pieces|items?\b|"
    r"rings?\b|pairs?\b|oz\b|g\b|grams?|points?\b|st\b|nd\b|rd\b|th\b|o'?clock|business|working|"
    r"/|:)"
)
_KARATS = frozenset({9, 10, 14, 18, 22, 24})


_LEAST_CENTS = 20_00
"""A bare number below that is seldom money: "less than 3"."""
_NUMBERED_CENTS = 10_000_00
"""From here a bare number is rather an order's: "a question about 12001"."""
_MEASURED_CENTS, _NEAR_CENTS = 100_00, 10_00
"""Bare pairs below and this near each other are sizes or lengths: "ring 50-52"."""
_YEARS = (1900_00, 2100_00)
_ROUGH_WORDS = 8
"""In a longer message a bare "300ish" may count anything."""
_FEW = re.compile(
    r"(?<![\w])(?:under|below|less th[ae]n|cheaper th[ae]n|for under|max(?:imum)?"
    r"|budget(?: is| of)?:?)"
    rf"\s*{_amount('one')}"
    r"(?=\s*(?:$|[.?!,;]|please\b|pls\b|for\b|instead\b|then\b|too\b))"
)
"""What may be a small budget, where a piece is looked for or nothing else is said."""
_BESIDE = re.compile(
    r"^\W*(?:(?:and|or|but|no|ok|okay|maybe|anything|something|everything|what about|how about"
    r"|make it|rather|my|all|only|please|pls|show me|do you have)\W+)*$"
)
_AFTER_ALL = re.compile(r"^\W*(?:please|pls|instead|then|too)?\W*$")
_NOT = re.compile(r"(?:\b(?:not|nothing|never)|n't)\s+$")


@dataclass(frozen=True)
class Money:
    """An amount in a message. `plain` is one that says neither more nor less than."""

    start: int
    end: int
    bound: Bound
    low_cents: int | None
    high_cents: int | None
    currency: str | None
    refused: bool = False
    """Said with a "not" before it, and turned round: "not under 500" is at least 500."""


_SIZE_BEFORE = re.compile(r"siz\w*\s*(?:is|are|of)?\s*$")
_ORDER_BEFORE = re.compile(r"\b(?:orders?|order (?:numbers?|nos?\.?))\s*:?\s*$")
_GOES_ON = re.compile(r"\s?[-x]\s?\d")
""" "2026-11-20" and "20-30-40" are no pair."""


def find_money(text: str, *, looking: bool = False) -> list[Money]:
    """Every amount of money in cleaned text, from the left, not overlapping.

    `looking` says that a piece is looked for: then "under 10" is a budget too.
    """
    if not any(character.isdigit() for character in text) and not _IN_WORDS.search(text):
        return []
    found: list[Money] = []
    ranges = _ranges(text, looking=looking)
    for amounts in (ranges, _cued(text), _plain(text, looking=looking)):
        for money in amounts:
            money = _turned(money, text)
            if money.currency is None and _SIZE_BEFORE.search(text, 0, money.start):
                continue  # "size between 50 and 52"
            if all(money.end <= other.start or money.start >= other.end for other in found):
                found.append(money)
    if not found and (few := _few(text, looking=looking)):
        found.append(few)
    return sorted(found, key=lambda money: money.start)


def budget_of(found: Sequence[Money]) -> Money | None:
    """The amount that bounds a search: "over 100" and "under 500" together, a plain one where no
    other is. A bound that was only refused yields: "not under 500, under 200"."""
    bounds = [money for money in found if money.bound != "plain"]
    said = [money for money in bounds if not money.refused] or bounds
    if not said:
        return found[0] if found else None
    first = said[0]
    if first.bound == "range":
        return first
    for other in [*said[1:], *(money for money in bounds if money.refused)]:
        low = first.low_cents or other.low_cents
        high = first.high_cents or other.high_cents
        if {first.bound, other.bound} == {"min", "max"} and low and high and low < high:
            return replace(first, bound="range", low_cents=low, high_cents=high)
    return first


def parse_budget(text: str) -> Money | None:
    """A budget where one is expected, so that a bare `300` is one too: at most 300."""
    if found := find_money(text, looking=True):
        return found[0]
    if (match := _PLAIN.search(text)) is None:
        return None
    cents = _cents(match, "one")
    if cents is None:
        return None
    return Money(match.start(), match.end(), "plain", None, cents, None)


def _turned(money: Money, text: str) -> Money:
    """ "Nothing over 200" is at most 200."""
    if money.bound not in {"min", "max"}:
        return money
    beginning = text[: money.start]
    refuses = _NOT.search(beginning) or (
        beginning.endswith("no ") and text.startswith("less", money.start)
    )
    if not refuses:
        return money
    low, high = money.high_cents, money.low_cents
    turned: Bound = "min" if money.bound == "max" else "max"
    return replace(money, bound=turned, low_cents=low, high_cents=high, refused=True)


def _few(text: str, *, looking: bool) -> Money | None:
    """A budget below what bare numbers are read as."""
    match = _FEW.search(text)
    if match is None or _SIZE_BEFORE.search(text, 0, match.start()):
        return None
    alone = _BESIDE.match(text[: match.start()]) and _AFTER_ALL.match(text[match.end() :])
    cents = _cents(match, "one")
    if cents is None or not (looking or alone):
        return None
    return Money(match.start(), match.end(), "max", None, cents, None)


def _ranges(text: str, *, looking: bool) -> list[Money]:
    found = []
    for match in _RANGE.finditer(text):
        currency = _currency(match, "low") or _currency(match, "high")
        low, high = _cents(match, "low"), _cents(match, "high")
        if low is None or high is None or (not currency and _UNIT.match(text, match.end())):
            continue
        sure = currency is not None or match["low_k"] or match["high_k"]
        if not sure and (min(low, high) < _LEAST_CENTS or _are_sizes(text, low, high)):
            continue
        if not (sure or match["cue"] or (looking and _is_bare_range(match, low, high))):
            continue
        if match["high_k"] and not match["low_k"] and low < 1000_00 <= high:
            low *= 1000  # "1-2k"
            if low > high:
                continue
        low, high = min(low, high), max(low, high)
        found.append(Money(match.start(), match.end(), "range", low, high, currency))
    return found


def _is_bare_range(match: re.Match[str], low: int, high: int) -> bool:
    """Whether two bare numbers may be a budget: "rings 200-400". Near each other and small they
    are sizes or lengths, in one century years, and large ones are order numbers."""
    text = match.string
    if " and " in match[0] or "&" in match[0] or low >= high or low >= _NUMBERED_CENTS:
        return False
    if _GOES_ON.match(text, match.end()) or _ORDER_BEFORE.search(text, 0, match.start()):
        return False
    if high < _MEASURED_CENTS and high - low < _NEAR_CENTS:
        return False
    return not (_YEARS[0] <= low and high <= _YEARS[1])


def _are_sizes(text: str, low: int, high: int) -> bool:
    return "siz" in text and max(low, high) < _MEASURED_CENTS


def _around(cents: int) -> tuple[int, int]:
    spread = int(cents * _AROUND)
    return cents - spread, cents + spread


def _cued(text: str) -> list[Money]:
    found = []
    for match in _CUED.finditer(text):
        cents, currency = _cents(match, "one"), _currency(match, "one")
        if cents is None or (not currency and _UNIT.match(text, match.end())):
            continue
        sure = currency is not None or match["one_k"] is not None
        if not sure and (cents < _LEAST_CENTS or (match["about"] and cents >= _NUMBERED_CENTS)):
            continue  # "less than 3", "a question about 12001"
        start, end = match.start(), match.end()
        if match["max"]:
            found.append(Money(start, end, "max", None, cents, currency))
        elif match["min"]:
            found.append(Money(start, end, "min", cents, None, currency))
        else:
            found.append(Money(start, end, "range", *_around(cents), currency))
    return found


def _plain(text: str, *, looking: bool) -> list[Money]:
    found = []
    brief = looking and len(text.split()) <= _ROUGH_WORDS
    for match in _PLAIN.finditer(text):
        cents, currency = _cents(match, "one"), _currency(match, "one")
        tail = _TAIL.match(text, match.end())
        if cents is None:
            continue
        karat = match["one_k"] == "k" and cents // 1000_00 in _KARATS
        sure = currency is not None or (match["one_k"] is not None and not karat)
        about = match["one_ish"] is not None
        rough = about and brief and cents < _NUMBERED_CENTS
        said = tail is not None or rough
        if not sure and (not said or cents < _LEAST_CENTS or karat):
            continue
        if _UNIT.match(text, match.end()) and currency is None:
            continue
        end = tail.end() if tail else match.end()
        if tail and tail["min"]:
            found.append(Money(match.start(), end, "min", cents, None, currency))
        elif tail:
            found.append(Money(match.start(), end, "max", None, cents, currency))
        elif about:
            found.append(Money(match.start(), end, "range", *_around(cents), currency))
        else:
            found.append(Money(match.start(), end, "plain", None, cents, currency))
    return found


def _currency(match: re.Match[str], name: str) -> str | None:
    written = match[f"{name}_before"] or match[f"{name}_after"]
    return _CODES.get(written) if written else None


def _cents(match: re.Match[str], name: str) -> int | None:
    amount = _spelled(match[name])
    if amount is None:
        digits = match[name].replace(" ", "")
        amount = _decimal(digits) if len(digits) <= 15 else None
    if amount is None:
        return None
    if match[f"{name}_k"]:
        amount *= 1000
    cents = int(amount * 100)
    return cents if 0 < cents <= MAX_CENTS else None


def _spelled(words: str) -> Decimal | None:
    """`two hundred and fifty`; None for what is written in digits."""
    hundreds, _, rest = words.rpartition(" hundred")
    tens = rest.split()[-1:] if hundreds else [words]
    total = 100 * _ONES.get(hundreds, 0)
    if tens:
        total += _TENS.get(tens[0], 0) or (0 if hundreds else _ONES.get(tens[0], 0))
    return Decimal(total) if total else None


def _decimal(digits: str) -> Decimal | None:
    """`1,299.99`, `1.299,99`, `1.500` and `1.5`: three digits after a lone mark are thousands."""
    if not digits.isascii():
        return None
    marks = [character for character in digits if character in ".,"]
    if not marks:
        return Decimal(digits)
    last = max(digits.rfind("."), digits.rfind(","))
    whole, rest = digits[:last], digits[last + 1 :]
    thousands = len(rest) == 3 and len(set(marks)) == 1
    if not thousands and (len(rest) > 2 or (len(marks) > 1 and len(set(marks)) == 1)):
        return None
    plain = whole.replace(".", "").replace(",", "")
    return Decimal(plain + rest) if thousands else Decimal(f"{plain}.{rest}")
