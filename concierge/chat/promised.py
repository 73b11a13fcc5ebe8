"""What a message asks of the shop's promises, and what it says of a fault. Pure.

Detection says that a message is about returns, or a human; here it is read for the question that
can be answered at once, before anything is asked back.
"""

from __future__ import annotations

import re
from enum import StrEnum

from concierge.chat.asked import POLICY, QUESTION


class Promised(StrEnum):
    """What the shop's policies answer."""

    CALL = "call"
    WAY_BACK = "way_back"
    REFUND = "refund"
    WHERE_TO = "where_to"
    HOW_TO = "how_to"
    TOO_LATE = "too_late"
    TERMS = "terms"
    NEXT = "next"
    CARRIER = "carrier"


_REFUND_WORDS = r"refund\w*|money back|reimburs\w*"
_BACK = (
    rf"(?:{_REFUND_WORDS}|return(?:s|ed|ing)?"
    r"|(?:sen[dt](?:ing)?|(?:ship|mail|post|give|bring)(?:ping|ing)?) (?:[\w']+ ){0,3}?back"
    r"|way back|back shipping)"
)
_GOES_BACK = re.compile(rf"\b{_BACK}\b", re.I)
_CALL = re.compile(
    r"^\W*(?:(?:the|your|a|what|is|what'?s) )*(?:tele)?phone number\W*$"
    r"|\byour (?:tele)?phone(?: number)?\b|\b(?:number|phone) (?:to call|i can call)\b"
    r"|\b(?:can|could|may) i (?:call|phone|ring) you\b",
    re.I,
)
_PAYS = re.compile(
    r"\b(?:pays?|paying|costs?|free|charged?|charges|fees?|covers?|postage|prepaid|expense)\b", re.I
)
_WHEN = re.compile(
    r"\b(?:how (?:long|soon|quick\w*|fast|many days)|when|where(?: is|'?s| are)?|status|arriv\w*"
    r"|yet|still|take)\b",
    re.I,
)
_REFUND = re.compile(rf"\b(?:{_REFUND_WORDS}|my money)\b", re.I)
_WHERE_TO = re.compile(
    r"\bwhere (?:do|does|should|shall|can|must|to)\b.*\b(?:send|ship|mail|post|return|go)\b"
    r"|\b(?:return|which|what) address\b",
    re.I,
)
_POSTED = re.compile(r"ship|\bpost(?:age|ing)?\b|\blabel\b", re.I)
_SENDS_IT = re.compile(r"\b(?:send|ship|mail|post) (?:it|this|that|them)\b", re.I)
_HOW_TO = re.compile(
    r"\bhow (?:do|does|can|could|would|should|shall|to|is|are)\b(?! (?:long|much))", re.I
)
_IF = re.compile(
    r"\b(?:can|could|may|do|will|would)\b.*\bif\b|\bwhat (?:if|happens if)\b"
    r"|\bdo you (?:accept|take|offer|allow|have|do|give)\b",
    re.I,
)
_MADE_FOR_ONE = re.compile(
    r"\b(?:an?|any|your|something|things|pieces|items|rings?|jewell?e?ry)\W+(?:\w+ )?"
    r"(?:engraved|custom\w*|personali[sz]ed|bespoke|made[- ]to[- ]order)\b"
    r"|\b(?:engraved|custom|personali[sz]ed) (?:pieces|items|rings|jewell?e?ry)\b",
    re.I,
)
_LATE = re.compile(
    r"\b(?:after|past|beyond|over|more than|later than|older than|outside)\b"
    r"(?:\W+\w+){0,2}?\W+(?:days?|weeks?|months?|window|deadline)\b|\btoo late\b",
    re.I,
)
_NEXT = re.compile(
    r"^\W*(?:(?:ok|okay|and|so|then)\W+)*(?:what(?:'?s| is| happens| comes| do i do)?(?: happens)?"
    r" (?:now|next)|what now|now what|and now|how does it go on)\W*$",
    re.I,
)
FAULT = re.compile(
    r"\b(?:broke|broken|damaged?|defect\w*|faulty|cracked|snapped|shattered|chipped|bent|dented"
    r"|(?:stone|diamond|pearl|clasp|prong|claw)s? (?:\w+ ){0,2}(?:fell|fallen|came|missing|loose)"
    r"|missing (?:a |the |one )?(?:stone|diamond|pearl|earring)|fell (?:out|off|apart)"
    r"|came (?:apart|loose)|scratched)\b",
    re.I,
)
SENDS_BACK = re.compile(
    r"\b(?:send|sending|ship|mail|post) (?:it|this|that|them|these|those"
    r"|(?:the|my) \w+(?: \w+)?) back\b(?! (?:my|the) money)"
    r"|\b(?:want to|wanna|need to|like to|can i|could i|may i|going to|gonna)"
    r" (?:give|send|bring|hand|ship)(?: \w+){0,3}? back\b",
    re.I,
)
CAME_BROKEN = re.compile(
    r"\b(?:arrived|came|comes|received|delivered|opened|turned up)\b(?:\W+\w+){0,3}?\W+"
    r"(?:broke|broken|damaged?|defect\w*|faulty|cracked|snapped|shattered|chipped|bent|dented|scratched"
    r"|in (?:\w+ )?pieces)\b",
    re.I,
)
WRONG_PIECE = re.compile(
    r"\b(?:wrong (?:item|piece|one|thing|product|colou?r|metal|stone|ring|necklace|bracelet"
    r"|earrings?|order)\b.{0,20}\b(?:sent|arrived|came|received|got|delivered)"
    r"|(?:sent|received|got|delivered|arrived)\b.{0,20}\bwrong (?:item|piece|one|thing|product"
    r"|colou?r|metal|stone|ring|necklace|bracelet|earrings?)"
    r"|not what i (?:ordered|bought|paid for)"
    r"|ordered\b.{1,40}\b(?:and|but)\b.{0,12}\b(?:got|received|you sent|it'?s|came))\b",
    re.I,
)
"""What came is not what was ordered; "the wrong size" is, as it may have been chosen so."""


_MISFITS = re.compile(
    r"\b(?:(?:is|are|was|were|'?s|way|far|much|bit) too (?!late)\w+"
    r"|too (?:big|small|tight|loose|large|heavy|long|short|wide|narrow|thin|thick)"
    r"|(?:does|did|do)(?:n'?t| not) (?:really )?(?:fit|suit|like|match|look)"
    r"|(?:she|he|they|i) (?:hates?|dislikes?)|changed (?:my|her|his) mind"
    r"|not (?:what|as) i (?:expected|imagined)|wrong size|allergic)\b",
    re.I,
)
_FEARS = re.compile(
    r"\b(?:lost|missing|stuck|delayed|(?:is|so|too|very|running) late|overdue|stolen"
    r"|(?:taking|takes|took) (?:so|too|this|forever|ages)(?: long)?|what'?s taking"
    r"|(?:never|not|hasn'?t|haven'?t|didn'?t|still no)\b(?:\W+\w+){0,2}?\W+"
    r"(?:got|get|gotten|arrived?|come|came|receive[ds]?|here|moved|shipped|delivered))\b",
    re.I,
)
_CARRIER = re.compile(
    r"\b(?:who|which|what)\b.{0,25}\b"
    r"(?:carrier|courier|delivery (?:company|service)|shipping company)\b"
    r"|\bwho (?:delivers|ships|brings|is (?:delivering|shipping|bringing)) (?:it|my|this|the)\b",
    re.I,
)


_DID = (
    r"^\W*(?:(?:and|so|ok|okay|hi|hello|but|wait|please)\W+)*"
    r"(?:did|have|has|is|was|were|are|will)\b"
)
_PASSED_ON = re.compile(
    rf"{_DID}.{{0,40}}\b(?:pass(?:ed)?|forward(?:ed)?|hand(?:ed)?|told|tell|let|inform(?:ed)?|sen[dt])"
    r"\b.{0,30}\b(?:on|along|over|stylists?|team|them|somebody|someone|human|know|colleague)\b",
    re.I,
)
_DONE = re.compile(
    rf"{_DID}\W+(?:it|that|this|you|they"
    r"|(?:my|the) (?:\w+ )?(?:order|wish|change|address|cancellation|request))\b.{0,20}"
    r"\b(?:cancel(?:l?ed)?|changed?|stop(?:ped)?|done|go through|gone through|processed|updated)\b",
    re.I,
)


def asks_if_passed_on(text: str) -> bool:
    """ "Did you pass that on?", of a wish that is with a human."""
    return _PASSED_ON.search(text) is not None


def asks_if_done(text: str) -> bool:
    """ "Is it cancelled?", "did you change the address?"."""
    return _DONE.search(text) is not None


def fears_for_parcel(text: str) -> bool:
    """ "Is it lost", "I never got it": more than where it is."""
    return _FEARS.search(text) is not None


def promise_asked(text: str, *, returning: bool = False) -> Promised | None:
    """The question; `returning` says that a return is what the conversation is about."""
    if _NEXT.match(text):
        return Promised.NEXT
    if _CALL.search(text):
        return Promised.CALL
    if _CARRIER.search(text):
        return Promised.CARRIER
    if not QUESTION.search(text):
        return None
    back = _GOES_BACK.search(text) is not None
    if not (back or returning):
        return None
    if _PAYS.search(text) and (back or _POSTED.search(text)):
        return Promised.WAY_BACK
    if asks_of_refund(text):
        return Promised.REFUND
    if _WHERE_TO.search(text):
        return Promised.WHERE_TO
    if _LATE.search(text):
        return Promised.TOO_LATE
    if (back or _SENDS_IT.search(text)) and _HOW_TO.search(text):
        return Promised.HOW_TO
    if back and _MADE_FOR_ONE.search(text) and not re.search(r"\d{4}", text):
        return Promised.TERMS
    if back and (POLICY.search(text) or _IF.search(text)):
        return Promised.TERMS
    return None


def asks_of_refund(text: str) -> bool:
    """ "Where is my refund", "how long do refunds take"; "I want a refund" asks for one."""
    return bool(QUESTION.search(text) and _REFUND.search(text) and _WHEN.search(text))


def tells_reason(text: str) -> bool:
    """Why a piece goes back, said with the wish to send it."""
    return tells_of_fault(text) or _MISFITS.search(text) is not None


def tells_of_fault(text: str) -> bool:
    """Broken, or not what was ordered."""
    return bool(FAULT.search(text) or WRONG_PIECE.search(text))
