"""What a message asks about one piece, or of what is shown. Pure, and no intent of its own.

Detection says what a message is about; here its words are read against what is on the screen.
"""

from __future__ import annotations

import re
from enum import StrEnum

from concierge.detection.models import RingSize, Slots
from concierge.detection.sizes import find_size
from concierge.detection.text import clean


class Asked(StrEnum):
    """Of one piece."""

    WHY = "why"
    SKIN = "skin"
    STOCK = "stock"
    MATERIAL = "material"
    PRICE = "price"
    BUY = "buy"
    DETAILS = "details"


_KIND = (
    r"(?:ring|band|earrings?|studs?|hoops?|necklace|chain|bracelet|bangle|cuff|pendant|charm"
    r"|watch|set|piece|one|item)"
)
_PATTERNS: dict[Asked, re.Pattern[str]] = {
    Asked.WHY: re.compile(
        r"^\W*(?:but |and |so )?why\b(?!.*\b(?:order|parcel|package|refund|delivery)\b)", re.I
    ),
    Asked.SKIN: re.compile(
        r"\b(?:nickel|hypo-?allergenic|allerg(?:y|ic|ies)|sensitive (?:skin|ears?))\b", re.I
    ),
    Asked.STOCK: re.compile(
        r"\b(?:in stock|out of stock|sold out|available|availability|any left"
        r"|(?:have|got|get|come|comes|is|are)\b.*\bin (?:a |my |the )?(?:size\b|\d|us\b|uk\b|eu\b)"
        r"|in my size|what sizes|which sizes)",
        re.I,
    ),
    Asked.MATERIAL: re.compile(
        r"\b(?:made (?:of|from|out of)|material|(?:what|which) (?:metal|stones?|gems?)"
        r"|real|solid|genuine|plated|what stones|karats?|carats?"
        r"|(?:have|got|come|comes) (?:it |this |that )?in\b"
        r"|(?:is|are) (?:it|this|that|they|these|those)(?: one)?(?: also)? in\b)",
        re.I,
    ),
    Asked.PRICE: re.compile(
        r"\b(?:how much|what (?:does|will|would|do) .{0,40}\bcost|price of|cost of|the price)\b",
        re.I,
    ),
    Asked.BUY: re.compile(
        r"\b(?:(?:how|where) (?:do|can|could|would|should) (?:i|we)"
        r" (?:buy|order(?! status)|purchase|pay for|place an order|check ?out)"
        r"|(?:i'?ll|i will|i want to|i'?d like to|i would like to|can i|could i|let me)"
        r" (?:take|buy|order|purchase) (?:it|this|that|these|them|the|one)"
        r"|(?:add|put) (?:it|this|that|these|them|one|the [\w ]{1,40}?) (?:to|in|into) (?:my|the)"
        r" (?:shopping )?(?:cart|bag|basket)"
        r"|^\W*(?:(?:ok|okay|yes|great|please|then|now)\W+)*(?:buy|order|purchase)"
        r" (?:it|this|that|these|them)(?: one)?(?: now| please| then)?(?=\W*$)"
        r"|check ?out)\b",
        re.I,
    ),
    Asked.DETAILS: re.compile(
        r"\b(?:tell me (?:more )?about|more about|details?|describe|more info\w*|know more"
        r"|what about|how about)\b",
        re.I,
    ),
}
_BY_WORD = re.compile(r"\b(?:it|its|this|that|they|them|these|those)\b", re.I)
_BY_KIND = re.compile(
    rf"\b(?:(?:this|that|these|those|my)\s+(?:\w+\s+)?|the\s+){_KIND}\b|^\W*why\W*$", re.I
)
_GOES_ON = re.compile(r"^\W*(?:and|or|what about|how about)\s+(?:in\s+)?", re.I)
MOST_WORDS = 5
_POINTS = re.compile(r"\b(?:this|that)\b", re.I)
CHEAPER = re.compile(
    r"\b(?:cheaper|less expensive|lower (?:price|priced)|less money|more affordable"
    r"|too (?:expensive|dear|pricey|much))\b",
    re.I,
)
DEARER = re.compile(
    r"\b(?:more expensive|pricier|dearer|higher (?:price|priced|end)|more luxurious)\b", re.I
)
CHEAPEST = re.compile(
    r"\b(?:cheapest|least expensive|lowest[- ]?(?:price\w*|cost\w*)|most affordable)\b", re.I
)
DEAREST = re.compile(
    r"\b(?:(?:most|the more) (?:expensive|luxurious|precious|valuable)|dearest|priciest|costliest"
    r"|highest[- ]?price\w*)\b",
    re.I,
)
LIKE = re.compile(r"\b(?:like|similar|than|instead|other|another|matching|goes with)\b", re.I)
"""A piece that is named is then a measure for others, not what is asked for."""
SIMILAR = re.compile(
    r"\b(?:similar|(?:something|anything|one|others?) like (?:it|that|this))\b", re.I
)
OF_LIST = re.compile(
    r"\b(one|order|purchase)\W*$|^\W*((the|my) )?(\w+ ){0,2}(first|second|third|last|latest|newest"
    r"|oldest|most recent)\W*$|^\W*\d\W*$",
    re.I,
)
"""Words that point at one of a list of orders: "the necklace one", "my last"."""
CHANGE = re.compile(
    r"\b(?:cancel\w*|call (?:it )?off|address|postcode|post code|zip|street|house number|size"
    r"|swap\w*|exchang\w*|replac\w*|instead|different|another|wrong|add(?:ing)?|remov\w*|engrav\w*"
    r"|colou?r|metal|name|phone|quantity|two|one more|earlier|later|hold|split|combine)\b",
    re.I,
)
"""What is to become of an order was said, not only that something shall."""
COMPARES = re.compile(
    r"\b(?:differen(?:ce|t)|compar\w+|versus|vs|(?:which|what|is)\b.{0,40}\b(?:better|nicer|cheaper|or))"
    r"\b",
    re.I,
)
"""Beside two places: the one against the other."""
WHICH_CHEAPER = re.compile(
    r"\bwhich\b.{0,40}\b(?:cheaper|less expensive|more affordable|costs? less|less money)\b", re.I
)
WHICH_DEARER = re.compile(
    r"\bwhich\b.{0,40}\b(?:more expensive|pricier|dearer|costs? more|more money)\b", re.I
)
"""Of what is on the screen, and not of all there is."""
_OTHERS = (
    r"(more|others?|(other|different|new) (ones?|pieces|options|things)|something (else|different)"
    r"|anything else|next( ones| page)?)"
)
MORE = re.compile(
    r"^\W*((no|hmm|ok|okay|sorry|thanks|please|just|but|and|what about|(can|could|may) (i|you)"
    r"|do you have|have you( got)?|got|are there|i want|i'?d like)\W+)*"
    r"((show|see|give|look at|any) )?((me|us) )?((some|any|the|a few) )?"
    rf"({_OTHERS}|(none|neither) of (these|those|them)|not (any of )?(these|those|them)"
    r"|not (that|this)( one)?|what else( (do you have|have you got|is there|can you show))?"
    r"|i (do not|don'?t) (like|want) (any of )?(these|those|them))"
    r"(\W+(please|pls|instead|then|thanks|options|pieces|ones|to (see|show)"
    rf"|((show|see|give) )?(me )?(some |any )?{_OTHERS}))*\W*$",
    re.I,
)
"""More of what was shown, or others instead of it; never the same again."""
LAB_GROWN = re.compile(r"\blab(?:oratory)?[- ]?(?:grown|made|created)\b", re.I)
NICKEL = re.compile(r"\b(?:nickel|hypo-?allergenic|sensitive (?:skin|ears?))\b", re.I)
MY_SIZE = re.compile(r"\b(?:my|that|this) size\b", re.I)
IN_IT = re.compile(r"\bin (?:it|that)\b", re.I)
"""After a size was told, that size."""
CART = re.compile(r"\b(?:my|the|this) (?:shopping )?(?:cart|bag|basket|trolley)\b", re.I)
CAN_DO = re.compile(
    r"\b(?:what (?:can|do|else can) you (?:do|help)|who are you|what are you"
    r"|how do(?:es)? (?:you|this) work|start over"
    r"|are you (?:a |an )?(?:\w+ )?(?:robot|bot|human|person|machine|ai|real))\b",
    re.I,
)
IS_PROGRAM = re.compile(
    r"\b(?:are you|you'?re|you are|is this|am i (?:talking|speaking|chatting) (?:to|with)|it'?s)\b"
    r".{0,20}\b(?:robot|bot|chatbot|human|person|machine|ai|real)"
    r"(?:\W+(?:right|or|not|an?|the|real|human|person|bot|robot|machine|here))*\W*$",
    re.I,
)
POLICY = re.compile(
    r"\b(?:polic(?:y|ies)|how (?:long|many days)|conditions?|deadline|rules? (?:for|on|about)"
    r"|time limit|until when)\b",
    re.I,
)
QUESTION = re.compile(
    r"\?|^\W*(?:(?:and|but|ok|okay|so|also|hi|hello|hey|wait|actually|please)\W+)*"
    r"(?:how|what|which|who|when|where|why|can|could|may|do|does|did|is|are|will|would|should|has"
    r"|have|must|any|tell me|wheres|whens|whats|whos)\b",
    re.I,
)
"""How a question looks. Whether it can be an answer nevertheless is `consent.asks`."""


def asked_of_piece(text: str) -> Asked | None:
    """What is asked, whatever piece it is about."""
    return next((asked for asked, fits in _PATTERNS.items() if fits.search(text)), None)


def goes_on(text: str) -> bool:
    """ "And the price", "what about in gold": a few words on what was just spoken of."""
    return _GOES_ON.match(text) is not None and len(text.split()) <= MOST_WORDS


def size_gone_on(text: str) -> RingSize | None:
    """ "And 9?": a bare number after "and", which is a size where a piece was spoken of."""
    lead = _GOES_ON.match(text)
    found = find_size(clean(text[lead.end() :]), expected=True) if lead and goes_on(text) else None
    return found.size if found else None


def also_of_piece(text: str, slots: Slots) -> Asked | None:
    """What a few words ask of the piece that was spoken of: another size, another metal."""
    if not goes_on(text) or slots.category is not None:
        return None
    if slots.ring_size is not None or size_gone_on(text) is not None:
        return Asked.STOCK
    return Asked.MATERIAL if slots.metal is not None else None


def points_at_piece(text: str, slots: Slots) -> bool:
    """Whether a word stands for a piece that was named or shown: "it", "that one", "this ring".

    In "rings that are in stock" the word stands for none.
    """
    if slots.choice is not None or _BY_KIND.search(text):
        return True
    return slots.category is None and _BY_WORD.search(text) is not None


def points_here(text: str) -> bool:
    """ "This ring", said on a ring's page, over what was shown last."""
    return _POINTS.search(text) is not None


def speaks_of_piece(text: str, slots: Slots) -> bool:
    """A question about a piece that is on the screen, or a place in what is shown."""
    asked = asked_of_piece(text)
    return slots.choice is not None or (asked is not None and points_at_piece(text, slots))
