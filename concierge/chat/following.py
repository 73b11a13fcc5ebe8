"""Words that mean something only in a chat, or only after what was said last. Pure."""

from __future__ import annotations

import re

from concierge.chat.asked import CHEAPEST, DEAREST, Asked, asked_of_piece
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
REPLY_WHEN = re.compile(
    r"\b(?:when|how (?:long|soon))\b.{0,20}\b(?:call|answer|reply|respond|write|hear|contact"
    r"|get back|come back|be in touch)\b",
    re.I,
)
"""Of the stylist who has the ticket."""
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
    r"(?:how much|what (?:does|will|would|do)|what(?:'?s| is) the (?:price|cost)|how long|when"
    r"|(?:do|will|would) you charge|is (?:it|that|this) free|does (?:it|that|this) cost)"
    r"(?:\W+(?:is|does|will|would|do|it|that|this|be|costs?|take|usually|ready|done|charge|you|for|of"
    r"|roughly|about))*\W*$",
    re.I,
)
"""The price or the time of what was just spoken of, and no other word."""
TO_PLACE = re.compile(
    r"^\W*(?:and|or|what about|how about|also)\W+(?:to|for|in)\s+[^\W_][\w .'-]{1,40}\W*$", re.I
)
"""After shipping was told: another country or postal code."""
_CHARGES = re.compile(r"\b(?:charge|free|cost)\b", re.I)
FOLLOWED = {
    Intent.CUSTOM_DESIGN,
    Intent.CARE_REPAIR,
    Intent.RESIZE,
    Intent.SHIPPING_INFO,
    Intent.STYLIST,
}
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
APPRAISED = re.compile(
    r"\b(?:apprais\w*|valuations?|insurance value"
    r"|(?:do|can|could|would|will) (?:you|u|someone|anyone) (?:value|evaluate|estimate)\b)",
    re.I,
)
ASKS_HUMAN = re.compile(
    r"\b(?:talk|speak|chat|connect|bring|call|get|put|ask)\b.{0,30}"
    r"\b(?:humans?|persons?|people|stylists?|agents?|someone|somebody|experts?|jewell?ers?)\b",
    re.I,
)
CERTIFIED = re.compile(
    r"\b(?:certificat\w*|certified|gia|igi|grading(?: reports?)?|proof of authenticity)\b", re.I
)
"""What no policy of the shop tells of."""
BACK_AGAIN = re.compile(
    r"\bwhen\b.{0,40}\b(?:back|again|restock\w*)\b"
    r"|\b(?:be|come|get|coming) back in stock\b|\brestock\w*\b"
    r"|^\W*(?:please |can you |could you )?(?:notify|tell|text|e-?mail|message) me"
    r"(?: (?:when|if|once)\b.{0,40}\b(?:back|again|in stock|available|there))?\W*$",
    re.I,
)
"""Of a piece that is sold out: when there is one again."""
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
ANY_STYLE = re.compile(
    r"\b(?:any|all|every|whatever|no (?:particular|special|specific)) (?:kind of )?"
    r"(?:style|design)s?\b"
    r"|\b(?:forget|drop|ignore|remove|never ?mind|without)\b.{0,12}\bstyles?\b"
    r"|\bstyles? (?:is not important|does ?n'?t matter|does not matter)",
    re.I,
)
"""The style of a wish is taken back."""
CHOICE_RULE = "choice-of-shown"
"""The rule of data/intents that reads a place by what came last: "the cheapest ring" is none."""
_MEANT = re.compile(r"\b(?:that|it|this|size|convert)\b", re.I)
_LOOKED = {Intent.PRODUCT_SEARCH, Intent.GIFT}
_MANNERS = {Intent.UNMATCHED, Intent.GREETING, Intent.THANKS_GOODBYE}


def said_of_last(
    detection: Detection, last_intent: str | None, text: str, *, filed: bool = False
) -> Intent | None:
    """What the words mean here, whatever they mean alone; None where that is the same. `filed`:
    a return or a resize was, in this conversation."""
    heard, slots = detection.intent, detection.slots
    if PRESENT.search(text) and heard in _MANNERS:
        return Intent.GREETING
    if WAITED.search(text) and heard in {*_MANNERS, Intent.ORDER_TRACKING}:
        return Intent.GREETING
    if heard is Intent.UNMATCHED and (HOURS.search(text) or PLACE.search(text)):
        return Intent.STYLIST
    if APPRAISED.search(text) and heard in {Intent.UNMATCHED, Intent.CUSTOM_DESIGN}:
        return Intent.STYLIST
    if LEGIT.search(text) and heard in {*_MANNERS, Intent.FEEDBACK}:
        return Intent.GREETING
    best = CHEAPEST.search(text) or DEAREST.search(text)
    if best and slots.category and detection.rule == CHOICE_RULE:
        return Intent.PRODUCT_SEARCH
    if RATES.match(text) and heard is Intent.UNMATCHED:
        return Intent.FEEDBACK
    last = Intent(last_intent) if last_intent else None
    if last in _LOOKED and heard in {*_MANNERS, Intent.FEEDBACK} and NOT_THAT.match(text):
        return Intent.PRODUCT_SEARCH
    of_stock = {Intent.RETURNS, Intent.ORDER_UPDATES, Intent.ORDER_TRACKING, Intent.UNMATCHED}
    if last in _LOOKED and heard in of_stock and not slots.order_number and BACK_AGAIN.search(text):
        return Intent.PRODUCT_SEARCH
    taken_back = any(dropped(text, word) for word in (slots.metal, slots.stone, slots.style))
    freed = NO_LIMIT.search(text) or ANY_STYLE.search(text)
    if last in _LOOKED and (taken_back or (heard in _MANNERS and freed)):
        return last
    if last in {*_LOOKED, Intent.RESIZE} and IN_SYSTEM.match(text) and _MEANT.search(text):
        return Intent.SIZING
    if last is Intent.SIZING and IN_SYSTEM.match(text):
        return Intent.SIZING
    if last is Intent.STYLIST and ON_DAYS.match(text):
        return Intent.STYLIST
    if last is Intent.SHIPPING_INFO and TO_PLACE.match(text) and slots.category is None:
        return last
    if last in FOLLOWED and FOLLOWS_UP.match(text):
        # Of a resize the price is known, and the time asked for once it is filed; of an answer the
        # time alone.
        price = asked_of_piece(text) is Asked.PRICE or _CHARGES.search(text) is not None
        wanted = {Intent.RESIZE: price or filed, Intent.STYLIST: not price}
        return last if wanted.get(last, True) else None
    return None
