"""What the next message is listened for, which decides what bare digits and words are. Pure."""

from __future__ import annotations

import re

from concierge.chat.awaiting import (
    COMPLAINT,
    CSAT,
    HUMAN,
    IDENTITY,
    ORDER_PICK,
    RETURN_CONFIRM,
    RETURN_REASON,
    RING_SIZE,
)
from concierge.chat.dialogue import LOOKED
from concierge.detection.models import Intent
from concierge.detection.sizes import LARGEST, SMALLEST, bare_size, find_size
from concierge.detection.text import clean
from concierge.sessions.models import DialogueState

_LEADS = re.compile(
    r"^\W*(?:(?:no|nope|sorry|oops|oh|wait|hold on|actually|please|pls|i (?:meant|mean|said|wanted"
    r"|want|need)(?: to say)?|(?:can|could) you|make (?:it|that)|rather|better|not that"
    r"|(?:(?:it|that) )?should (?:be|have been)|let'?s (?:say|do|make it)"
    r"|change (?:it|that|the size) to|to)\W+)*",
    re.I,
)
_TRAILS = re.compile(r"(?:\W+(?:please|pls|instead|thanks|thank you|sorry|then|rather))*\W*$", re.I)


def after_resize(state: DialogueState) -> bool:
    """Right after a resize was filed, or was found to be under way."""
    return state.last_intent == Intent.RESIZE.value and state.awaiting in {None, HUMAN}


def corrects_size(text: str) -> bool:
    """ "Sorry, I meant 6": nothing but a size a ring may have."""
    said = _TRAILS.sub("", clean(_LEADS.sub("", text)))
    found = find_size(said, expected=True)
    if found is None or (found.start, found.end) != (0, len(said)):
        return False
    return SMALLEST <= found.size.us <= LARGEST


def listens_for(state: DialogueState, text: str = "") -> str | None:
    """What detection is told to expect: beside an offered human, a rating; of a list of orders, a
    number; beside a yes, a reason; after the answer on sizes, a bare one."""
    corrects = state.last_intent in LOOKED and state.wished_size is not None
    if state.awaiting is None and (state.last_intent == Intent.SIZING.value or corrects):
        size = bare_size(clean(text))
        return RING_SIZE if size and (not corrects or SMALLEST <= size.us <= LARGEST) else None
    filed = state.filed_rma is not None or state.awaiting == HUMAN
    if filed and after_resize(state) and corrects_size(text):
        return RING_SIZE
    alike = {COMPLAINT: CSAT, ORDER_PICK: IDENTITY, RETURN_CONFIRM: RETURN_REASON}
    return alike.get(state.awaiting or "", state.awaiting)
