"""Keeping people out of places they do not belong: keyed hashes and masks."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(
    r"(?<![\w-])(?!\d{4}-\d{2}-\d{2}(?!\d))\+?\(?\d[\d\s().-]{7,}\d(?![\w-])"
    r"|(?<![\w.,#$€£-])\d{3}(?:\s?[.-]\s?|\s)\d{4}"
    r"(?![\w-]|[.,]\d|\s?(?:[$€£]|usd|eur|gbp))",
    re.IGNORECASE,
)
"""What may be a telephone number, with its country or as short as `555 0134`; see `_is_phone`."""
_DAY = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}")
_LEAST_DIGITS = 8
_OF_AN_ORDER = re.compile(
    r"(?:\b(?:order|item|sku|ref(?:erence)?)(?:\s+(?:number|no\.?))?[\s:#]*|#)$", re.IGNORECASE
)
_OF_A_PRICE = re.compile(
    r"(?:\b(?:under|below|over|above|from|between|around|about|budget|max|up to|for|costs?|usd|eur"
    r"|gbp)\s*:?|[$€£])\s*$",
    re.IGNORECASE,
)
_NOT_OF_A_STREET = (
    r"(?:a|an|and|at|by|for|from|i|if|in|is|it|my|of|on|or|the|to|with|hours?|minutes?|days?|weeks?"
    r"|miles?|km|carats?|rings?|pieces?|stones?)\b"
)
_STATE = r"""(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI
    |S[CD]|T[NX]|UT|V[AT]|W[AIVY]
    |(?i:a[kzr]|c[aot]|dc|fl|ga|i[al]|k[sy]|m[adinost]|n[cdehjmvy]|ri|s[cd]|t[nx]|ut|v[at]|w[aivy]
    |alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii
    |idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan
    |minnesota|mississippi|missouri|montana|nebraska|nevada|ohio|oklahoma|oregon|pennsylvania|utah
    |tennessee|texas|vermont|virginia|washington|wisconsin|wyoming
    |(?:new|north|south|west|rhode|district)[ ]
     (?:hampshire|jersey|mexico|york|carolina|dakota|virginia|island|of[ ]columbia)))"""
"""Those that are words ("in", "or", "me") only in capitals."""
_TOWN = rf"""
    (?:\.?,?\s+(?i:apt|apartment|unit|suite|ste|flat|floor|fl|\#)\.?\s*(?:\w?\d\w{{0,4}}|[a-z])\b)?
    (?:
      \.?,?\s+ (?:[^\W\d_][\w'’-]*\.?,?\s+){{0,4}}
      (?:{_STATE}\.?,?\s+\d{{5}}(?:-\d{{4}})?|(?i:[A-Z]{{1,2}}\d[A-Z\d]?\s?\d[A-Z]{{2}}))\b
    )?"""
"""After a street: the flat, and what leads up to a state with its ZIP code, or a UK postcode."""
STREET_ADDRESS = re.compile(
    rf"""(?<![\w$€£.,#-])\d{{1,5}}[A-Za-z]?,?\s+
    (?:
      (?:(?!(?i:{_NOT_OF_A_STREET}))[^\W\d_][\w'’.-]*\s+){{1,3}}
      (?i:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|highway|hwy|parkway|pkwy)
      |
      (?:[A-Z][\w'’.-]*\s+){{1,3}}
      (?:Court|Place|Square|Terrace|Crescent|Way|Close|Circle|Gardens)
    )
    \b(?!\s+(?i:rings?|christopher|anthony|michael|benedict|patrick|jude)\b)
    {_TOWN}""",
    re.VERBOSE,
)
"""`14 Elm Street`, with town and code where both follow. Ways that are ordinary words in a shop
(a square cut) only in capitals."""
_NAME = r"[A-ZÀ-Þ][a-zà-ÿ'’]+(?:-[A-ZÀ-Þ]?[a-zà-ÿ'’]+)*"
_NO_NAME = rf"(?:{_NOT_OF_A_STREET}|not|please|spelled|engraved|here|there|what|missing)"
_INTRODUCED = re.compile(
    rf"""\b(?i:this\s+is|it\s+is|it['’]s|i\s+am|i['’]m)\s+
      (?P<full>{_NAME}(?:\s+{_NAME}){{1,2}}|{_NAME}(?=\s+(?:here|speaking|calling|again|from)\b))
    |\b(?i:call\s+me|i\s+am\s+called)\s+(?P<called>{_NAME}(?:\s+{_NAME}){{0,2}})
    |\b(?i:(?:my\s+)?name(?:\s+is|['’]s))\s+
      (?P<named>{_NAME}(?:\s+{_NAME}){{0,2}}
      |(?!{_NO_NAME})[a-zà-ÿ'’-]+(?:\s+(?!{_NO_NAME})[a-zà-ÿ'’-]+)?)""",
    re.VERBOSE,
)
MASK = "•••"


class Hasher:
    """HMAC-SHA256 under the installation's secret: a leaked table cannot be guessed backwards."""

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()

    def hash(self, value: str) -> str:
        """64 hexadecimal digits; case and surrounding space do not matter."""
        return hmac.new(self._key, value.strip().casefold().encode(), hashlib.sha256).hexdigest()


def mask_email(email: str) -> str:
    """`ada@example.com` becomes `a•••@•••`."""
    return f"{email[:1]}{MASK}@{MASK}" if "@" in email else MASK


def mask_phone(phone: str) -> str:
    """Only the last two digits stay."""
    digits = re.sub(r"\D", "", phone)
    return f"{MASK}{digits[-2:]}" if len(digits) > 4 else MASK


def introduced(text: str) -> list[str]:
    """The names by which somebody introduces themselves: "this is Ada Example", "my name is Ada".

    A name that is only said in passing is not found: nothing but a list of all names could.
    """
    return [match[match.lastgroup or 0] for match in _INTRODUCED.finditer(text)]


def _is_phone(match: re.Match[str]) -> bool:
    """No order number, no day, no price or range of round prices."""
    found, before = match[0], match.string[: match.start()]
    if _OF_AN_ORDER.search(before) or _DAY.fullmatch(found):
        return False
    digits = re.sub(r"\D", "", found)
    if len(digits) >= _LEAST_DIGITS:
        return True
    first, second = digits[:-4], digits[-4:]
    if second.startswith("0"):
        return True
    round_prices = int(first) % 50 == 0 and int(second) % 50 == 0
    return not round_prices and not _OF_A_PRICE.search(before)


class Masker:
    """Takes known personal values, and all that looks like an e-mail address, a telephone number
    or a street address, out of a text.

    `values` are names and the like, masked word by word; those shorter than three letters are
    ignored, as masking them would eat ordinary words. `phrases`, such as a town, are masked only
    as a whole: "new" and "york" alone are ordinary words.
    """

    def __init__(self, values: Iterable[str | None], *, phrases: Iterable[str | None] = ()) -> None:
        wanted: set[str] = {phrase.strip() for phrase in phrases if phrase}
        for value in values:
            if value:
                wanted.add(value.strip())
                wanted.update(value.split())
        long_enough = sorted((v for v in wanted if len(v) >= 3), key=len, reverse=True)
        self._known = (
            re.compile("|".join(rf"\b{re.escape(v)}\b" for v in long_enough), re.IGNORECASE)
            if long_enough
            else None
        )

    def mask(self, text: str) -> str:
        text = EMAIL.sub(MASK, text)
        text = STREET_ADDRESS.sub(MASK, text)
        text = PHONE.sub(lambda found: MASK if _is_phone(found) else found[0], text)
        return self._known.sub(MASK, text) if self._known else text
