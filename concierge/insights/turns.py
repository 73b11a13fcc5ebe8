"""Stored customer turns, streamed, each with the situation in which it was read.

A conversation keeps what was typed and what was made of it, not its whole state at each turn. Newer
turns carry in their trace what had been asked; for older ones it is told from the answer before
them (a form, a survey). The intent before, the last order number named, and whether pieces had been
shown come from the turns before. The page is the session's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from concierge.core.mongo import Mongo, Row
from concierge.detection.models import Intent
from concierge.sessions.models import SESSION_PAGES, WIDGET_SESSIONS, Author, DialogueState

Range = tuple[str, str]
"""First and last session id, both included."""

_ENTRY = (
    "seq",
    "at",
    "author",
    "text",
    "intent",
    "replies.kind",
    "replies.purpose",
    "replies.returnKind",
    "trace.rulesVersion",
    "trace.awaiting",
    "trace.pendingIntent",
    "trace.detection.slots.orderNumber",
    "trace.detection.trace.words",
)
_FIELDS = {f"transcript.{name}": 1 for name in _ENTRY}
_ASKED_BY = {
    "track_form": ("identity", Intent.ORDER_TRACKING),
    "return_form": ("return_line", Intent.RETURNS),
    "updates_form": ("order_updates", Intent.ORDER_UPDATES),
    "stylist_form": ("stylist_contact", Intent.STYLIST),
    "csat_prompt": ("csat", Intent.FEEDBACK),
}
"""What a form in an answer waits for, and whose question it is."""


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One typed message. `intent` is how it was counted, by the version `rules_version` of the
    rules (None: from before that was kept). `state` is shared and must not be changed.
    `order_number` is the last one named before it."""

    session_id: str
    seq: int
    at: datetime
    text: str
    intent: Intent
    rules_version: int | None
    state: DialogueState
    order_number: str | None
    page: str | None


@dataclass(slots=True)
class SessionTurns:
    """A session's typed messages, oldest first. `without_text` were anonymised."""

    session_id: str
    turns: list[StoredTurn] = field(default_factory=list)
    without_text: int = 0


class TurnStream:
    """Reads session by session; at no time is more than a batch of them in memory."""

    def __init__(self, mongo: Mongo) -> None:
        self._sessions = mongo.collection(WIDGET_SESSIONS)
        self._pages = mongo.collection(SESSION_PAGES)

    def ranges(self, size: int) -> tuple[list[Range], int]:
        """All sessions in ranges of at most `size`, and how many there are; from the index."""
        found: list[Range] = []
        total = 0
        first = last = ""
        for row in self._sessions.find({}, {"_id": 1}).sort("_id", 1):
            last = row["_id"]
            if total % size == 0:
                first = last
            total += 1
            if total % size == 0:
                found.append((first, last))
        if total % size:
            found.append((first, last))
        return found, total

    def sessions(self, within: Range, *, simulated: bool = False) -> Iterator[SessionTurns]:
        """Sessions by id; simulated ones only when they are asked for."""
        wanted: Row = {"_id": {"$gte": within[0], "$lte": within[1]}}
        if not simulated:
            wanted["simulated"] = False
        rows = self._sessions.find(wanted, {"context.page": 1, "pages": 1, **_FIELDS})
        for row in rows.sort("_id", 1):
            entries = row.get("transcript", [])
            if row.get("pages"):
                entries = [*self._older(row["_id"]), *entries]
            yield turns_of(row["_id"], row.get("context", {}).get("page"), entries)

    def _older(self, session_id: str) -> list[Row]:
        pages = self._pages.find({"sessionId": session_id}, {"number": 1, **_FIELDS})
        return [entry for page in pages.sort("number", 1) for entry in page["transcript"]]


def turns_of(session_id: str, page: str | None, entries: Iterable[Row]) -> SessionTurns:
    """The turns of a stored transcript, each with what came before it."""
    found = SessionTurns(session_id)
    last_intent: str | None = None
    order_number: str | None = None
    shown = False
    asked: tuple[str | None, str | None] = (None, None)
    for entry in entries:
        if entry["author"] != Author.CUSTOMER:
            kinds = [reply.get("kind") for reply in entry.get("replies", ())]
            shown = shown or "product_grid" in kinds
            asked = _asked(entry.get("replies", ()))
            continue
        intent = entry.get("intent")
        if intent is None:
            continue  # written past the dialogue, by the link of a mail
        trace = entry.get("trace", {})
        detection = trace.get("detection", {})
        version = trace.get("rulesVersion")
        if version is not None:
            asked = (trace.get("awaiting"), trace.get("pendingIntent"))
        text = entry.get("text", "")
        if not text:
            found.without_text += 1
        elif detection.get("trace", {}).get(
            "words", 1
        ):  # none by a form or button: no rule reads it
            found.turns.append(
                StoredTurn(
                    session_id=session_id,
                    seq=entry["seq"],
                    at=entry["at"],
                    text=text,
                    intent=Intent(intent),
                    rules_version=version,
                    state=_state(*asked, last_intent, shown),
                    order_number=order_number,
                    page=page,
                )
            )
        last_intent = intent
        order_number = detection.get("slots", {}).get("orderNumber") or order_number
        asked = (None, None)
    return found


@lru_cache(maxsize=4096)
def _state(
    awaiting: str | None, pending: str | None, last_intent: str | None, shown: bool
) -> DialogueState:
    """One for all turns in the same situation, for making one costs more than reading the turn."""
    return DialogueState.model_construct(
        awaiting=awaiting,
        pending_intent=pending,
        last_intent=last_intent,
        shown_product_ids=["shown"] if shown else [],
    )


def _asked(replies: Iterable[Row]) -> tuple[str | None, str | None]:
    for reply in replies:
        if reply.get("kind") in _ASKED_BY:
            awaiting, pending = _ASKED_BY[reply["kind"]]
            meant = reply.get("purpose") or pending.value
            if reply.get("returnKind") == Intent.RESIZE:
                meant = Intent.RESIZE.value
            return awaiting, meant
    return None, None
