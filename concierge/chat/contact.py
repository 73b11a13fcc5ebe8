"""How to be reached: given unasked, or where the form for a stylist waits. Pure."""

from __future__ import annotations

import re

from concierge.core.privacy import EMAIL, PHONE
from concierge.detection.models import Detection, Intent

_AROUND = re.compile(
    r"(?:\b(?:my|the|an?|e-?mail|mail|phone|tel|telephone|mobile|cell|number|address|is|it|its|it's"
    r"|that's|here|here's|and|or|also|again|sorry|ok|okay|hi|hello|please|yes|at|on|under)\b|\W)*",
    re.I,
)
_COMMANDS = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|i want to|i'?d like to|i need to|ok|okay|and|also|now"
    r"|just|actually|wait)\W+)*(?:track|trace|find|check|show|locate|where(?:'s| is)|status|return"
    r"|resize|exchange|cancel|change|send back|stop)\b",
    re.I,
)
_COMMAND_WORDS = 8
_THANKS = re.compile(
    r"^\W*(?:(?:ok|okay|alright|all right|fine|got it|great|perfect|oh|and)\W+)*"
    r"(?:thanks?|thank you|thx|ty|cheers|gracias|merci|danke|grazie|obrigad[oa])"
    r"(?:\W+(?:you|so|very|much|a lot|again|muchas|beaucoup|mille|for|your|help|that))*\W*$",
    re.I,
)
_SPEAKS = {Intent.ORDER_TRACKING, Intent.RETURNS, Intent.RESIZE, Intent.ORDER_CHANGE}
_SPEAKS |= {Intent.ORDER_UPDATES}
_THANKS_WORDS = 4
_NOTHING_WORDS = 2
FREE_TEXT_RULE = "free-text-when-asked"
"""The rule of data/intents that takes any words where words of one's own were asked for."""


def bare_contact(text: str) -> bool:
    """An e-mail address, a telephone number or both, and not a word of what it is for."""
    rest, emails = EMAIL.subn(" ", text)
    rest, phones = PHONE.subn(" ", rest)
    return emails + phones > 0 and _AROUND.fullmatch(rest) is not None


def commands(detection: Detection, text: str) -> bool:
    """ "Track GG-12002": a wish about an order by its number, and no words for a stylist."""
    short = len(text.split()) <= _COMMAND_WORDS
    named = detection.slots.order_number is not None and detection.slots.email is None
    return short and named and detection.intent in _SPEAKS and _COMMANDS.match(text) is not None


def only_thanks(detection: Detection, text: str) -> bool:
    """ "Gracias": nothing for a stylist to answer."""
    if detection.slots.email or detection.slots.phone or len(text.split()) > _THANKS_WORDS:
        return False
    return _THANKS.match(text) is not None


def says_nothing(detection: Detection, text: str) -> bool:
    """A word or two that mean nothing here: a slip of the fingers, or too little to file."""
    slots = detection.slots
    told = slots.email or slots.phone or slots.order_number or detection.urgent or detection.angry
    unread = detection.intent is Intent.UNMATCHED or detection.rule == FREE_TEXT_RULE
    return not told and unread and len(text.split()) <= _NOTHING_WORDS
