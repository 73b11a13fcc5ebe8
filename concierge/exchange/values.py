"""Values as other systems write them, made ours. What cannot be understood is a `BadValue`."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from html.parser import HTMLParser
from typing import Any

from babel.numbers import list_currencies

LONGEST_TEXT = 20_000
LONGEST_NAME = 500
_MOST_CENTS = 10**12
_MOST_PIECES = 10**6

_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|[+-]?\.\d+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_OFFSET = re.compile(r"\s*(?:(?P<utc>UTC|GMT|Z)|(?P<sign>[+-])(?P<h>\d\d):?(?P<m>\d\d))$")


class BadValue(Exception):
    """`str(error)` completes "the value ..."."""


def text(value: Any, longest: int = LONGEST_NAME) -> str:
    """Clean text without surrounding space; characters that no text holds are left out."""
    return _UNPRINTABLE.sub("", "" if value is None else str(value)).strip()[:longest]


def number(value: Any) -> Decimal:
    """`1,299.50` and `12.5`; never NaN, never an exponent, never a comma for a point."""
    if isinstance(value, bool):
        raise BadValue("is not a number")
    if isinstance(value, int | Decimal):
        found = Decimal(value)
    else:
        written = str(value).strip()
        if not _NUMBER.fullmatch(written):
            raise BadValue("is not a number")
        found = Decimal(written.replace(",", ""))
    if not found.is_finite():
        raise BadValue("is not a number")
    return found


def cents(value: Any) -> int:
    """Integer cents, rounded half up; nothing written is 0."""
    if value is None or str(value).strip() == "":
        return 0
    try:
        found = int((number(value) * 100).to_integral_value(ROUND_HALF_UP))
    except InvalidOperation as error:
        raise BadValue("is too large") from error
    if found < 0:
        raise BadValue("must not be negative")
    if found > _MOST_CENTS:
        raise BadValue("is too large")
    return found


def whole(value: Any) -> int:
    """A whole number, `3` or `3.0`; may be negative."""
    found = number(value)
    if abs(found) > _MOST_PIECES:
        raise BadValue("is too large")
    if found != found.to_integral_value():
        raise BadValue("is not a whole number")
    return int(found)


def quantity(value: Any) -> int:
    """A whole number of one or more."""
    found = whole(value)
    if found < 1:
        raise BadValue("must be at least 1")
    return found


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def currency(value: Any) -> str:
    """An ISO 4217 code in capitals."""
    code = text(value).upper()
    if not code:
        raise BadValue("is missing")
    if code not in _currencies():
        raise BadValue("is not a currency")
    return code


def email(value: Any) -> str | None:
    """In lower case; None when nothing is written."""
    written = text(value).lower()
    if not written:
        return None
    if len(written) > 254 or not _EMAIL.fullmatch(written):
        raise BadValue("is not an e-mail address")
    return written


def postal_code(value: Any) -> str | None:
    """Without the apostrophe that keeps leading zeros in spreadsheets."""
    return text(value).lstrip("'").strip()[:20] or None


def moment(value: Any) -> datetime | None:
    """`2026-08-01 09:28:00 -0400` or ISO 8601; without an offset it is UTC. None when empty."""
    written = text(value)
    if not written:
        return None
    offset = _OFFSET.search(written)
    if offset is not None:
        tail = "+00:00" if offset["utc"] else f"{offset['sign']}{offset['h']}:{offset['m']}"
        written = written[: offset.start()] + tail
    try:
        found = datetime.fromisoformat(written)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadValue("is not a date") from error
    if not 1990 <= found.year <= 2200:
        raise BadValue("is not a likely date")
    return found


def yes(value: Any) -> bool:
    return str(value).strip().casefold() in {"true", "yes", "1"}


class _Text(HTMLParser):
    """Collects the words; blocks become lines, scripts and styles nothing."""

    _BLOCKS = frozenset(
        {"p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
    )
    _SILENT = frozenset({"script", "style", "head", "title", "template"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in self._SILENT
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT and self._silent:
            self._silent -= 1
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def plain_text(markup: Any) -> str:
    """HTML as text: one line for a block, entities as characters."""
    parser = _Text()
    parser.feed(_UNPRINTABLE.sub("", "" if markup is None else str(markup)))
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)[:LONGEST_TEXT]


def name(value: Any) -> str:
    """A name without entities, on one line."""
    return " ".join(html.unescape(text(value)).split())[:LONGEST_NAME]


def web_address(value: Any) -> str | None:
    """An http(s) address, else None."""
    written = text(value, 2_000)
    return written if re.match(r"https?://[^\s]+$", written) else None
