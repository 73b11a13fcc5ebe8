"""What a customer has told so far, as the human who takes over needs it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from concierge.chat.following import HOURS
from concierge.chat.promised import Promised, promise_asked
from concierge.core.privacy import EMAIL
from concierge.detection.models import Intent
from concierge.sessions.models import Author, TranscriptEntry

SUBJECT_LENGTH = 80
_ASIDE = {Promised.CALL, Promised.NEXT}
"""Asked beside a wish and answered at once."""
_KEPT = 6
"""Messages of one wish that go into the ticket; the whole conversation lies beside it."""
_MANNERS = {
    Intent.GREETING.value,
    Intent.THANKS_GOODBYE.value,
    Intent.FEEDBACK.value,
    None,
}
_UNNAMED = {Intent.UNMATCHED.value, Intent.STYLIST.value}
"""Words that belong to the wish they stand beside."""
_LOOKING = {Intent.PRODUCT_SEARCH.value, Intent.GIFT.value, Intent.SHORTLIST.value}
_BARE = re.compile(
    r"^\W*(?:/\w+|(?:(?:please|can|could|i|want|need|would|like|to|let|me|just|a|an|the|with|get|hi"
    r"|hello|ok|okay|yes|y|yeah|sure|no|talk|speak|chat|connect|call|give|bring|in|is|there|someone"
    r"|somebody|human|person|real|live|agent|stylist|representative|people|help|thanks|you|u|now"
    r"|yep|nope|please|pls|ask|fine|then|alright|rather|instead|actual|actually)\W*)+)$",
    re.I,
)
"""Nothing but the wish for a human, or a yes."""
_HALF = re.compile(r"[\w.+-]+\s?@(?:\s?[\w.,-]+)?")
_AROUND_ADDRESS = re.compile(
    r"(?:\b(?:my|the|an?|new|right|correct|other|e-?mail|mail|address|is|it|its|it's|that's|actually|at"
    r"|reach|me|on|to|use|write|send|contact|sorry|no|oh|oops|wait|and|yes|ok|okay|hi|hello|please"
    r"|try|i|mean|meant|i'm|name)\b|\W)*",
    re.I,
)
_ADDRESS = re.compile(
    rf"(?:\b(?:and |or )?(?:my |the )?(?:e-?mail|mail)(?: address)?(?: is|:)? )?{EMAIL.pattern}",
    re.I,
)
"""An e-mail address with the words that only lead to it."""
_NAMED = re.compile(r"^\W*my name is [\w'’-]+(?: [\w'’-]+)? and (?=my )", re.I)
_NUMBERS = re.compile(r"#?\b(?:gg-?\s?)?\d[\d-]*\b", re.I)
_WORD = re.compile(r"[^\W\d_]{3,}")


def wish_told(transcript: Sequence[TranscriptEntry], *, beside: bool = False) -> list[str]:
    """The last wish in the customer's own words, and what was said about it, oldest first.

    Addresses, proofs, manners, the bare wish for a human and questions on hours and visits are
    left out; `beside` says that there are newer words than these.
    """
    found: list[str] = []
    wish: str | None = None
    for entry in reversed(transcript):
        if len(found) == _KEPT:
            break
        if entry.author is not Author.CUSTOMER or entry.intent in _MANNERS:
            continue
        if promise_asked(entry.text) in _ASIDE or HOURS.search(entry.text):
            continue
        if entry.intent not in _UNNAMED:
            if wish is not None and entry.intent != wish:
                break
            if entry.intent in _LOOKING and (found or beside):
                break  # what was looked at before is seldom what the human is for
            wish = entry.intent
        words = without_address(entry.text)
        if only_half_address(words):
            continue
        if _WORD.search(_NUMBERS.sub("", words)) and not _BARE.match(words):
            found.append(words)
    return list(dict.fromkeys(reversed(found)))


def without_address(text: str) -> str:
    """The words but for an e-mail address, and "my name is ... and my e-mail is" before it."""
    named = _NAMED.sub("", text) if EMAIL.search(text) else text
    return _ADDRESS.sub("", named).strip(" ,;:-\n")


def is_bare(text: str) -> bool:
    """Nothing but "talk to a human"."""
    return _BARE.match(text) is not None


def half_address(text: str) -> bool:
    """Whether there is what reads like an e-mail address and is no whole one."""
    return EMAIL.search(text) is None and _HALF.search(text) is not None


def only_half_address(text: str) -> bool:
    """Nothing else: an address was being given, and slipped."""
    around = _HALF.sub(" ", text, count=1)
    return half_address(text) and _AROUND_ADDRESS.fullmatch(around) is not None


def beginning(text: str) -> str:
    """The first line, cut at a word."""
    line = text.strip().splitlines()[0].strip()
    if len(line) <= SUBJECT_LENGTH:
        return line
    return line[:SUBJECT_LENGTH].rsplit(" ", 1)[0] + "…"
