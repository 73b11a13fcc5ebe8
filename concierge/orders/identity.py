"""Whether somebody who names an order may see it. Pure."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_NUMBER = 64


def spellings(typed: str) -> list[str]:
    """Order numbers that what was typed may mean, the likeliest first.

    `gg 12001` finds `GG-12001`; `2611340` finds `#2611340`.
    """
    text = " ".join(typed.split())[:LONGEST_NUMBER]
    digits = re.sub(r"\D", "", text)
    wanted = [text, text.upper()]
    if digits:
        wanted += [f"GG-{digits}", f"#{digits}", digits]
    return list(dict.fromkeys(number for number in wanted if number))


def limit_key(typed: str) -> str:
    """One key for all spellings, so that another spelling is no fresh set of tries."""
    return re.sub(r"\D", "", typed) or typed.strip().casefold()[:LONGEST_NUMBER]


def postal_key(postal_code: str) -> str:
    """Without space, dashes, case, or the apostrophe spreadsheets add; ZIP+4 is its ZIP."""
    plain = re.sub(r"[^0-9a-z]", "", postal_code.casefold())
    if re.fullmatch(r"\s*'?\d{5}-\d{4}\s*", postal_code):
        return plain[:5]
    return plain


@dataclass(frozen=True)
class Proof:
    """The parts of an order that prove who asks."""

    order_number: str
    email: str
    postal_code: str


# Compared with when there is no such order, so that a missing one costs what a wrong pair costs.
_NOBODY = Proof("", "nobody@example.invalid", "-")


def proven(candidates: Iterable[Proof], email: str | None, postal_code: str | None) -> str | None:
    """The number of the first order that the e-mail or the postal code fits."""
    for candidate in [*candidates, _NOBODY]:
        by_email = _same((email or "").strip().casefold(), candidate.email.strip().casefold())
        by_postal = _same(postal_key(postal_code or ""), postal_key(candidate.postal_code))
        if (by_email or by_postal) and candidate is not _NOBODY:
            return candidate.order_number
    return None


def _same(given: str, kept: str) -> bool:
    """Equal and not empty, in a time that does not tell how far they agree."""
    equal = hmac.compare_digest(given.encode("utf-8", "replace"), kept.encode("utf-8", "replace"))
    return equal and given != ""
