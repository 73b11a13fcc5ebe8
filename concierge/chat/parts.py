"""Two wishes in one message that stand apart: each is read alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from concierge.chat.awaiting import OFFERS
from concierge.chat.models import Turn
from concierge.chat.precedence import hurries
from concierge.detection.models import Detection, Intent
from concierge.sessions.models import WidgetSession

LONGEST = 300
"""Characters of a message that is divided; longer ones tell a story."""
_JOINT = re.compile(r"[\s,;]+(?:and|then|plus)\s+(?:also\s+)?", re.I)
_NUMBER = re.compile(r"(?:\bGG-?\s?|#)(\d{4,})\b", re.I)
_ASKING = r"^\W*(?:(?:please|pls|also|can|could|would|you|i|i'd|i'll|we|like|want|need|to|now)\s+)*"
_WISH = re.compile(
    rf"{_ASKING}(?:text|sms|e-?mail|mail|send|notify|tell|let|keep|cancel|return|refund|resize"
    r"|track|find|change|stop|exchange|where|when)\b",
    re.I,
)
_BACK = re.compile(rf"{_ASKING}(?:return|refund|resize|exchange|cancel|send)\b", re.I)
_SEEKS = re.compile(
    r"^\W*(?:also\s+)?(?:(?:i|i'd|i'm|we)\s+(?:also\s+)?)?(?:(?:am|are)\s+)?(?:also\s+)?"
    r"(?:need|want|like|would like|looking for|look for|show me|see)\b",
    re.I,
)
_SHOWING = {Intent.PRODUCT_SEARCH, Intent.GIFT}


@dataclass(frozen=True)
class Parts:
    """What is read first, and what is left; `found` is how the rest reads where it can be answered
    beside the first."""

    first: str
    rest: str
    found: Detection | None = None


def divided(
    turn: Turn,
    session: WidgetSession,
    urgent_words: Sequence[str],
    detect: Callable[[str], Detection],
) -> Parts | None:
    """The two wishes of a message; None for a message that is read whole.

    What answers a question of ours, goes to a human or is urgent is never divided, nor a form.
    """
    text, awaited = turn.text, session.state.awaiting
    asked = awaited is not None and awaited not in OFFERS
    if turn.form is not None or session.open_ticket_id or asked:
        return None
    parts = of_two_orders(text) or of_search(text)
    if parts is None or hurries(text, urgent_words):
        return None
    if of_two_orders(text):
        return Parts(*parts)
    found = detect(parts[1])
    return Parts(*parts, found) if is_other_piece(detect(parts[0]), found) else None


def of_two_orders(text: str) -> tuple[str, str] | None:
    """ "Cancel GG-12001 and text me when GG-12003 ships": a wish about each of two orders."""
    for first, rest in _divided(text):
        one, other = _NUMBER.findall(first), _NUMBER.findall(rest)
        apart = one and other and set(one).isdisjoint(other)
        if apart and _WISH.match(first) and _WISH.match(rest):
            return first, rest
    return None


def of_search(text: str) -> tuple[str, str] | None:
    """ "I want to return my ring and also need earrings": what may be a search beside an order's
    wish, for `is_other_piece` to confirm."""
    for first, rest in _divided(text):
        if _BACK.match(first) and _SEEKS.match(rest):
            return first, rest
    return None


def is_other_piece(first: Detection, rest: Detection) -> bool:
    """Whether the second part looks for pieces of another kind than the first speaks of."""
    kind = rest.slots.category
    return rest.intent in _SHOWING and kind is not None and kind != first.slots.category


def _divided(text: str) -> list[tuple[str, str]]:
    if len(text) > LONGEST:
        return []
    return [(text[: at.start()], text[at.end() :].strip()) for at in _JOINT.finditer(text)]
