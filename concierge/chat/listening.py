"""What the next message is listened for, which decides what bare digits and words are. Pure."""

from __future__ import annotations

from concierge.chat.awaiting import (
    COMPLAINT,
    CSAT,
    IDENTITY,
    ORDER_PICK,
    RETURN_CONFIRM,
    RETURN_REASON,
    RING_SIZE,
)
from concierge.chat.dialogue import LOOKED
from concierge.detection.models import Intent
from concierge.detection.sizes import LARGEST, SMALLEST, bare_size
from concierge.detection.text import clean
from concierge.sessions.models import DialogueState


def listens_for(state: DialogueState, text: str = "") -> str | None:
    """What detection is told to expect: beside an offered human, a rating; of a list of orders, a
    number; beside a yes, a reason; after the answer on sizes, a bare one."""
    corrects = state.last_intent in LOOKED and state.wished_size is not None
    if state.awaiting is None and (state.last_intent == Intent.SIZING.value or corrects):
        size = bare_size(clean(text))
        return RING_SIZE if size and (not corrects or SMALLEST <= size.us <= LARGEST) else None
    alike = {COMPLAINT: CSAT, ORDER_PICK: IDENTITY, RETURN_CONFIRM: RETURN_REASON}
    return alike.get(state.awaiting or "", state.awaiting)
