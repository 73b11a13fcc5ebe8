"""Words that mean something only in a chat, or only after what was said last. Pure."""

from __future__ import annotations

import re

from concierge.chat.asked import Asked, asked_of_piece
from concierge.detection.models import Detection, Intent
from concierge.detection.unwanted import dropped

_SYSTEM = r"(?:us|u\.s\.|american|uk|british|eu|european|mm|millimet(?:er|re)s?)"
IN_SYSTEM = re.compile(
    r"^\W*(?:(?:and|so|ok|what|what's|whats|which|how|about|is|would|be|does|it|that|this|in|the|as"
    rf"|convert|to|into|size|for|an?|ring)\W+)*{_SYSTEM}(?:\W+(?:sizes?|sizing|then|please))*\W*$",
    re.I,
)
"""The size that was told, in another system."""
PRESENT = re.compile(
    r"\b(?:any ?(?:one|body)|some ?(?:one|body)) (?:there|here|around|home|online|awake)\b"
    r"|\bdo(?:es)? any ?(?:one|body) work here\b"
    r"|\bcan any ?(?:one|body) (?:hear|see|help) me\b|\bare you (?:still )?(?:there|here|awake)\b",
    re.I,
)
WAITED = re.compile(
    r"\bwait(?:ing|ed)(?: here)?(?: for)?(?: about| over| more than)? [\w-]+ min(?:ute)?s?\b", re.I
)
"""In the chat itself: parcels are waited for in days."""
HOURS = re.compile(
    r"\b(?:when|what time|until when|how late|what days?|which days?)\b.{0,25}"
    r"\b(?:open|closed?)\b"
    r"|\b(?:are|is|were|will) (?:you|the \w+|it|they)(?: guys)?(?: be)?(?: still| already)?"
    r" (?:open|closed)\b"
    r"|\b(?:opening|business|working|office|store|shop|your) (?:hours|times)\b"
    r"|\bdo you (?:open|close|work) (?:on|at)\b",
    re.I,
)
ON_DAYS = re.compile(
    r"^\W*(?:(?:and|so|what|how|about|on|at|the|are|you|also|open)\W+)*(?:(?:mon|tues?|wednes|thurs?|fri"
    r"|satur|sun)days?|week ?ends?|(?:public |bank )?holidays?|today|tomorrow|tonight|now)\W*$",
    re.I,
)
"""After the hours were told: of those days."""
PLACE = re.compile(
    r"\b(?:do you have|is there|have you(?: got)?|where(?:'s| is| are| can i find)|got)\b.{0,25}"
    r"\b(?:store|shop|showroom|boutique|branch|branches|location)s?\b"
    r"|\bwhere are you(?: guys)?(?: based| located)?\W*$"
    r"|\b(?:can|could|may) (?:i|we) (?:visit|come (?:by|in|over|to))\b|\bphysical (?:store|shop)\b"
    r"|\bvisit (?:you|your)\b",
    re.I,
)
FOLLOWS_UP = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|but|roughly|about)\W+)*"
    r"(?:how much|what (?:does|will|would|do)|what(?:'?s| is) the (?:price|cost)|how long|when)"
    r"(?:\W+(?:is|does|will|would|do|it|that|this|be|costs?|take|usually|ready|done|charge|you|for|of"
    r"|roughly|about))*\W*$",
    re.I,
)
"""The price or the time of what was just spoken of, and no other word."""
FOLLOWED = {Intent.CUSTOM_DESIGN, Intent.CARE_REPAIR, Intent.RESIZE, Intent.STYLIST}
"""What one asks the price of, or how long it takes, without naming it again."""
NOT_THAT = re.compile(
    r"^\W*(?:(?:no|hmm|nah|sorry|ok|okay)\W+)*not (?:that|this)(?: one)?(?:\W+please)?\W*$", re.I
)
"""Of what was shown: another one, please."""
RATES = re.compile(
    r"^\W*(?:i'?d |i would |i )?(?:rate|rating)"
    r"(?: (?:it|you|this|your|the)(?: (?:chat|service|help))?)?\W*"
    r"(?:a |with |is )?[1-5](?:\W*(?:stars?|points?|out of 5|/5))?\W*$",
    re.I,
)
LEGIT = re.compile(
    r"\b(?:(?:are you|is this|is it|is your \w+|you guys)\b.{0,20}\b(?:legit\w*|a scam|trustworthy"
    r"|reliable)|(?:are you|is this|is your \w+) (?:a )?(?:real|genuine|fake)"
    r" (?:company|shop|store|business|site|website))\b",
    re.I,
)
"""Whether the shop can be trusted; asked of it, and no complaint."""
NO_LIMIT = re.compile(
    r"\b(?:forget|drop|ignore|remove|never ?mind|without)\b.{0,12}\b(?:budget|price|limit|amount)\b"
    r"|\b(?:the )?(?:price|money|budget|cost)\b (?:is no object|is not important|does ?n'?t matter"
    r"|does not matter)|\bno (?:budget|(?:price |upper )?limit)\b|\bany price\b",
    re.I,
)
"""The budget of a wish is taken back."""
_MEANT = re.compile(r"\b(?:that|it|this|size|convert)\b", re.I)
_LOOKED = {Intent.PRODUCT_SEARCH, Intent.GIFT}
_MANNERS = {Intent.UNMATCHED, Intent.GREETING, Intent.THANKS_GOODBYE}


def said_of_last(detection: Detection, last_intent: str | None, text: str) -> Intent | None:
    """What the words mean here, whatever they mean alone; None where that is the same."""
    heard = detection.intent
    if PRESENT.search(text) and heard in _MANNERS:
        return Intent.GREETING
    if WAITED.search(text) and heard in {*_MANNERS, Intent.ORDER_TRACKING}:
        return Intent.GREETING
    if heard is Intent.UNMATCHED and (HOURS.search(text) or PLACE.search(text)):
        return Intent.STYLIST
    if LEGIT.search(text) and heard in {*_MANNERS, Intent.FEEDBACK}:
        return Intent.GREETING
    if RATES.match(text) and heard is Intent.UNMATCHED:
        return Intent.FEEDBACK
    last = Intent(last_intent) if last_intent else None
    if last in _LOOKED and heard in {*_MANNERS, Intent.FEEDBACK} and NOT_THAT.match(text):
        return Intent.PRODUCT_SEARCH
    slots = detection.slots
    taken_back = dropped(text, slots.metal) or dropped(text, slots.stone)
    if last in _LOOKED and (taken_back or (heard in _MANNERS and NO_LIMIT.search(text))):
        return last
    if last in {*_LOOKED, Intent.RESIZE} and IN_SYSTEM.match(text) and _MEANT.search(text):
        return Intent.SIZING
    if last is Intent.SIZING and IN_SYSTEM.match(text):
        return Intent.SIZING
    if last is Intent.STYLIST and ON_DAYS.match(text):
        return Intent.STYLIST
    if last in FOLLOWED and FOLLOWS_UP.match(text):
        # Of a resize the price is known and the time is not, of an answer the other way round.
        price = asked_of_piece(text) is Asked.PRICE
        wanted = {Intent.RESIZE: price, Intent.STYLIST: not price}
        return last if wanted.get(last, True) else None
    return None
