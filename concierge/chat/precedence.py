"""What comes before the rest of a message: urgent words, a wrong piece. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from concierge.chat.awaiting import CONTACT, CSAT_NOTES
from concierge.chat.dialogue import ALTERS, Decision
from concierge.chat.promised import CAME_BROKEN, SENDS_BACK, WRONG_PIECE
from concierge.core.privacy import EMAIL
from concierge.detection.models import Detection, Intent
from concierge.sessions.models import DialogueState

_HARMLESS = re.compile(
    r"\b(?:(?i:safety (?:clasp|chain|catch|lock|bar|pin)s?|privacy polic(?:y|ies)"
    r"|legal (?:name|age)|(?:tennis|basketball) court)|(?<=\w )Sue)\b"
)
""" "Sue" within a sentence is somebody's name."""
_NOT = (
    r"\b(?:not|no|never|without|don'?t|do not|won'?t|isn'?t|wasn'?t|nothing|aren'?t|didn'?t)"
    r"(?:\W+\w+){{0,3}}?\W+{word}\b"
)
_TAKEN_FOR = {
    Intent.ORDER_CHANGE,
    Intent.ORDER_TRACKING,
    Intent.PRODUCT_SEARCH,
    Intent.UNMATCHED,
    Intent.SHORTLIST,
}
_LOOKS_LIKE = {
    Intent.ORDER_CHANGE,
    Intent.ORDER_TRACKING,
    Intent.ORDER_UPDATES,
    Intent.UNMATCHED,
}
"""As what the wish to send a piece back is read beside an order's number."""
_MINE = re.compile(r"\b(?:my|it|this|that|order)\b", re.I)


def overruled(
    decision: Decision,
    detection: Detection,
    state: DialogueState,
    text: str,
    urgent_words: Sequence[str],
) -> Decision:
    """The decision, or what comes before it."""
    if detection.layer == "command":
        return decision
    if state.awaiting not in {CONTACT, CSAT_NOTES} and hurries(text, urgent_words):
        return Decision(Intent.STYLIST)
    if decision.refused or decision.idle:
        return decision
    faulty = WRONG_PIECE.search(text) or CAME_BROKEN.search(text)
    if decision.intent in _TAKEN_FOR and not decision.continued and faulty:
        return Decision(Intent.RETURNS)
    if not decision.continued and decision.intent in _LOOKS_LIKE and SENDS_BACK.search(text):
        return replace(decision, intent=Intent.RETURNS)
    sized = decision.intent is Intent.SIZING and detection.slots.ring_size is not None
    if sized and ALTERS.search(text) and _MINE.search(text):
        return replace(decision, intent=Intent.RESIZE)
    return decision


def hurries(text: str, urgent_words: Sequence[str]) -> bool:
    """Whether one of the shop's urgent words is meant: not in an address or a name, and not to say
    that it is not so."""
    said = _HARMLESS.sub("", EMAIL.sub("", text))
    for word in urgent_words:
        plain = re.escape(word).replace(r"\ ", r"[\s-]+")
        if re.search(rf"\b{plain}\b", said, re.I) and not re.search(
            _NOT.format(word=plain), said, re.I
        ):
            return True
    return False
