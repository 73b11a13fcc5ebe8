"""How people can be reached: one spelling of every e-mail address and telephone number.

One spelling, because a subscription, a ticket and an order find each other by it.
"""

from __future__ import annotations

import re

from concierge.core.errors import InvalidInput
from concierge.core.privacy import EMAIL

MAX_EMAIL = 254
_SEPARATORS = re.compile(r"[\s().\-/]")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{7,14}")


def email_address(typed: str, field: str = "email") -> str:
    """Trimmed and lowercased; raises `InvalidInput` when it cannot be an address."""
    address = typed.strip().lower()
    if len(address) > MAX_EMAIL or not EMAIL.fullmatch(address) or ".." in address:
        raise InvalidInput(field, "does not look like an e-mail address, such as ada@example.com")
    return address


def same_address(one: str | None, other: str | None) -> bool:
    """Whether two e-mail addresses are known and one; sources spell them as they like."""
    if one is None or other is None:
        return False
    return one.strip().casefold() == other.strip().casefold()


def phone_number(typed: str, field: str = "phone") -> str:
    """As E.164, `+12125550123`; ten digits without a country code are taken as North American.

    Raises `InvalidInput` for anything that has no country code otherwise, or no plausible length.
    """
    compact = _SEPARATORS.sub("", typed.strip())
    if compact.startswith("00"):
        compact = "+" + compact[2:]
    if re.fullmatch(r"[2-9]\d{9}", compact):
        compact = "+1" + compact
    elif re.fullmatch(r"1[2-9]\d{9}", compact):
        compact = "+" + compact
    if not _INTERNATIONAL.fullmatch(compact):
        raise InvalidInput(field, "needs a number with its country code, such as +1 212 555 0123")
    return compact
