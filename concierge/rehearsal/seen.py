"""What a step made visible, and the looks at it: plain values, compared one by one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from concierge.core.texts import Texts
from concierge.detection.models import Intent
from concierge.rehearsal.models import Expectation, Step
from concierge.replies.models import QuickReplies, Reply
from concierge.sessions.models import TurnTrace

NONE = "none"
_ABOUT_RETURNS = {Intent.RETURNS.value, Intent.RESIZE.value}
"""Here it matters as much that no RMA was made."""


@dataclass(frozen=True)
class TicketSeen:
    ticket_id: str
    status: str
    priority: str


@dataclass(frozen=True)
class Look:
    """One thing that was expected, and what was there."""

    name: str
    expected: Any
    seen: Any
    ok: bool

    def __str__(self) -> str:
        return f"{self.name}: expected {_short(self.expected)}, saw {_short(self.seen)}"


@dataclass(frozen=True)
class Seen:
    """The state after a step. `said` is all that could be read, forms and buttons left out;
    `answer` is what came of a message, `agent` whether the words are a human's."""

    step: Step
    at: datetime
    text: str = ""
    intent: str | None = None
    replies: list[Reply] = field(default_factory=list)
    said: str = ""
    agent: str | None = None
    trace: TurnTrace | None = None
    slots: dict[str, str] = field(default_factory=dict)
    awaiting: str | None = None
    order: str | None = None
    statuses: dict[str, str] = field(default_factory=dict)
    rmas: list[str] = field(default_factory=list)
    tickets: list[TicketSeen] = field(default_factory=list)
    updates: list[str] = field(default_factory=list)
    shortlist: list[str] = field(default_factory=list)
    new_session: bool = False
    fault: str | None = None
    looks: list[Look] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return [reply.kind for reply in self.replies]

    @property
    def offers(self) -> list[str]:
        """The labels of the buttons."""
        rows = [reply for reply in self.replies if isinstance(reply, QuickReplies)]
        return [option.label for row in rows for option in row.options]

    @property
    def ticket(self) -> TicketSeen | None:
        """The newest."""
        return self.tickets[-1] if self.tickets else None

    @property
    def ok(self) -> bool:
        return self.fault is None and all(look.ok for look in self.looks)

    @property
    def difference(self) -> str | None:
        """The first, in words; None when all is as expected."""
        if self.fault is not None:
            return self.fault
        return next((str(look) for look in self.looks if not look.ok), None)


def looks(expected: Expectation, seen: Seen, texts: Texts) -> list[Look]:
    """Every look that the expectation asks for, in the order of its words."""
    return list(_looks(expected, seen, texts))


def _looks(expected: Expectation, seen: Seen, texts: Texts) -> Iterator[Look]:
    if expected.intent is not None:
        yield _same("intent", expected.intent.value, seen.intent)
    if expected.kinds is not None:
        yield _same("kinds", list(expected.kinds), seen.kinds)
    for kind in expected.shows:
        yield Look("shows", kind, seen.kinds, kind in seen.kinds)
    for kind in expected.hides:
        yield Look("hides", f"no {kind}", seen.kinds, kind not in seen.kinds)
    folded = _folded(seen.said)
    for words in expected.says:
        yield Look("says", words, seen.said, _folded(words) in folded)
    for words in expected.never:
        yield Look("never", f"not {words}", seen.said, _folded(words) not in folded)
    for key in expected.sentences:
        yield Look("sentences", _template(key, texts), seen.said, _sentence(key, seen.said, texts))
    for label in expected.offers:
        yield Look("offers", label, seen.offers, label in seen.offers)
    for slot, value in expected.slots.items():
        yield _same(f"slot {slot}", value, seen.slots.get(slot, NONE))
    if expected.awaiting is not None:
        yield _same("awaiting", expected.awaiting, seen.awaiting or NONE)
    if expected.order is not None:
        yield _same("order", expected.order, seen.order or NONE)
    for number, status in expected.status.items():
        yield _same(f"status of {number}", status.value, seen.statuses.get(number, NONE))
    if expected.rma is not None:
        there = seen.rmas[-1] if seen.rmas else NONE
        yield Look(
            "rma", "an RMA" if expected.rma else NONE, there, bool(seen.rmas) == expected.rma
        )
    if expected.ticket is not None:
        stands = seen.ticket.status if seen.ticket else NONE
        yield _same("ticket", expected.ticket, stands if stands in {NONE, "resolved"} else "open")
    if expected.priority is not None:
        priority = seen.ticket.priority if seen.ticket else NONE
        yield _same("priority", expected.priority.value, priority)
    if expected.updates is not None:
        yield _same("updates", sorted(expected.updates), sorted(seen.updates))
    if expected.shortlist is not None:
        yield _same("shortlist", list(expected.shortlist), seen.shortlist)
    if expected.new_session is not None:
        yield _same("new_session", expected.new_session, seen.new_session)


def observed(seen: Seen, before: Seen | None) -> Expectation | None:
    """What a run that was played live is to see again: what it was understood as, what kinds of
    replies came, and what it changed. No sentence of the concierge, so that texts may be edited.
    """
    if seen.step.move_clock is not None:
        return None
    was = before or Seen(step=seen.step, at=seen.at)
    found: dict[str, Any] = {}
    if seen.intent is not None:
        found["intent"] = seen.intent
        found["kinds"] = seen.kinds
    if seen.order != was.order:
        found["order"] = seen.order or NONE
    moved = {n: s for n, s in seen.statuses.items() if was.statuses.get(n, s) != s}
    if moved:
        found["status"] = moved
    if bool(seen.rmas) != bool(was.rmas) or seen.intent in _ABOUT_RETURNS:
        found["rma"] = bool(seen.rmas)
    if seen.tickets != was.tickets and seen.ticket is not None:
        found["ticket"] = "resolved" if seen.ticket.status == "resolved" else "open"
        found["priority"] = seen.ticket.priority
    if seen.updates != was.updates:
        found["updates"] = seen.updates
    if seen.shortlist != was.shortlist:
        found["shortlist"] = seen.shortlist
    if seen.new_session:
        found["new_session"] = True
    return Expectation.model_validate(found) if found else None


def _same(name: str, expected: Any, seen: Any) -> Look:
    return Look(name, expected, seen, expected == seen)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _template(key: str, texts: Texts) -> str:
    """The sentence with its placeholders in braces; an unknown key reads as itself."""
    if key not in texts:
        return f"a sentence called {key}"
    return texts.say(key, **{name: f"{{{name}}}" for name in texts.placeholders(key)})


def _sentence(key: str, said: str, texts: Texts) -> bool:
    if key not in texts:
        return False
    mark = "\x00"
    template = texts.say(key, **dict.fromkeys(texts.placeholders(key), mark))
    parts = (re.escape(_folded(part)) for part in template.split(mark))
    return re.search(r"\s?.+?\s?".join(parts), _folded(said)) is not None


def _short(value: Any) -> str:
    text = (
        value
        if isinstance(value, str)
        else ", ".join(map(str, value))
        if isinstance(value, list)
        else str(value)
    )
    text = " ".join(text.split()) or "nothing"
    return text if len(text) <= 300 else text[:300] + "…"
