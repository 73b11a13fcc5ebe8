"""Conversations to browse and read; for those who may not see people, with the person taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from pydantic import Field

from concierge.core.actor import Actor, Permission
from concierge.core.documents import Embedded, Payload, UtcDatetime
from concierge.core.errors import InvalidInput
from concierge.core.mongo import Mongo, Row
from concierge.core.paging import Page, decode_moment, encode_cursor
from concierge.core.privacy import MASK, Masker
from concierge.csat.models import CSAT_FEEDBACK, CsatKind
from concierge.insights.people import SESSION_FIELDS, People, masked_trace
from concierge.replies.models import plain_text
from concierge.sessions.errors import SessionNotFound
from concierge.sessions.models import (
    SESSION_PAGES,
    WIDGET_SESSIONS,
    Author,
    Channel,
    SessionCounters,
    TranscriptEntry,
    TurnTrace,
    of_any_order,
)
from concierge.sessions.service import SessionsService

PAGE = 50
MAX_PAGE = 200
SNIPPET = 140
_EVER = datetime.min.replace(tzinfo=UTC)


class ConversationFilter(Payload):
    """`session_id` may be the beginning of one; `intent` is first touch."""

    intent: str | None = None
    channel: Channel | None = None
    order_number: str | None = None
    session_id: str | None = None
    unmatched_only: bool = False
    handed_over_only: bool = False
    include_simulated: bool = False


class ConversationRow(Embedded):
    """One line of the list. `score` is the customer's rating of the concierge, 1 to 5."""

    session_id: str
    opened_at: UtcDatetime
    last_at: UtcDatetime
    channel: str
    customer: str | None = None
    first_text: str | None = None
    intent: str | None = None
    tier: str | None = None
    order_number: str | None = None
    counters: SessionCounters = Field(default_factory=SessionCounters)
    handed_over: bool = False
    open_ticket_id: str | None = None
    score: int | None = None
    anonymized: bool = False


class Line(Embedded):
    """One bubble, as plain text. `trace` only for those who may see it."""

    seq: int
    at: UtcDatetime
    author: Author
    author_name: str | None = None
    text: str
    intent: str | None = None
    ticket_id: str | None = None
    trace: TurnTrace | None = None


class Conversation(Embedded):
    """A whole conversation, oldest line first, older pages included."""

    session_id: str
    opened_at: UtcDatetime
    last_at: UtcDatetime
    channel: str
    variant: str
    simulated: bool
    customer: str | None = None
    customer_email: str | None = None
    intent: str | None = None
    category: str | None = None
    tier: str | None = None
    order_number: str | None = None
    mentioned_order_number: str | None = None
    page: str | None = None
    ticket_ids: list[str] = Field(default_factory=list)
    handoff_at: UtcDatetime | None = None
    counters: SessionCounters
    depth: int
    score: int | None = None
    anonymized_at: UtcDatetime | None = None
    person_taken_out: bool
    lines: list[Line]


class ConversationsService:
    """Every reader but the participant comes through here."""

    def __init__(self, *, mongo: Mongo, sessions: SessionsService) -> None:
        self._stored = mongo.collection(WIDGET_SESSIONS)
        self._pages = mongo.collection(SESSION_PAGES)
        self._csat = mongo.collection(CSAT_FEEDBACK)
        self._sessions = sessions
        self._people = People(mongo)

    def page(
        self,
        actor: Actor,
        filter_: ConversationFilter,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[ConversationRow]:
        """By last message, newest first."""
        actor.require(Permission.CONVERSATIONS_READ)
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInput("limit", f"must be between 1 and {MAX_PAGE}")
        rows = list(
            self._stored.aggregate(
                [
                    {"$match": _matching(filter_, decode_moment(cursor))},
                    {"$sort": {"lastAt": -1, "_id": -1}},
                    {"$limit": limit + 1},
                    {"$project": {**_ROW_FIELDS, **SESSION_FIELDS, "said": _FIRST_SAID}},
                ]
            )
        )
        more, rows = len(rows) > limit, rows[:limit]
        moved = self._said_first([row["_id"] for row in rows if row.get("pages")])
        for row in rows:
            row["said"] = moved.get(row["_id"]) or row.get("said") or {}
            row["transcript"] = [row["said"]] if row["said"] else []
        maskers = {} if actor.may(Permission.PEOPLE_SEE) else self._people.maskers(rows)
        scores = self._scores(actor, [row["_id"] for row in rows])
        return Page(
            items=[_row(row, maskers.get(row["_id"]), scores.get(row["_id"])) for row in rows],
            next_cursor=encode_cursor(rows[-1]["lastAt"], rows[-1]["_id"]) if more else None,
        )

    def get(self, actor: Actor, session_id: str) -> Conversation:
        """The whole conversation; raises `SessionNotFound`."""
        session = self._sessions.read(actor, session_id)
        masker = None
        if not actor.may(Permission.PEOPLE_SEE):
            masker = self._people.maskers([session.to_mongo()])[session.id]
        traced = actor.may(Permission.TRACE_SEE)
        return Conversation(
            session_id=session.id,
            opened_at=session.opened_at,
            last_at=session.last_at,
            channel=session.channel.value,
            variant=session.variant,
            simulated=session.simulated,
            customer=_covered(session.customer_name, masker),
            customer_email=_covered(session.customer_email, masker),
            intent=session.intent,
            category=session.category,
            tier=session.tier,
            order_number=session.order_number,
            mentioned_order_number=session.mentioned_order_number,
            page=_masked(unquote(session.context.page or ""), masker) or None,
            ticket_ids=session.ticket_ids,
            handoff_at=session.handoff_at,
            counters=session.counters,
            depth=session.depth,
            score=self._scores(actor, [session.id]).get(session.id),
            anonymized_at=session.anonymized_at,
            person_taken_out=masker is not None,
            lines=[_line(entry, masker, traced=traced) for entry in session.transcript],
        )

    def messages(self, actor: Actor) -> Iterator[dict[str, str | int | datetime | None]]:
        """Every message of every live conversation, for exports; newest conversation first."""
        cursor: str | None = None
        while True:
            found = self.page(actor, ConversationFilter(), cursor, MAX_PAGE)
            for row in found.items:
                try:
                    read = self.get(actor, row.session_id)
                except SessionNotFound:  # removed since its page was read
                    continue
                for line in read.lines:
                    yield {
                        "sessionId": read.session_id,
                        "channel": read.channel,
                        "openedAt": read.opened_at,
                        "customer": read.customer,
                        "orderNumber": read.order_number,
                        "seq": line.seq,
                        "at": line.at,
                        "author": line.author.value,
                        "intent": line.intent,
                        "text": line.text,
                    }
            cursor = found.next_cursor
            if cursor is None:
                return

    def _said_first(self, ids: Sequence[str]) -> dict[str, Row]:
        """What customers wrote first, of sessions whose beginning has moved to a page."""
        if not ids:
            return {}
        wanted = {"sessionId": {"$in": list(ids)}, "number": 1}
        pages = self._pages.find(wanted, {"sessionId": 1, "said": _FIRST_SAID})
        return {page["sessionId"]: page["said"] for page in pages if "said" in page}

    def _scores(self, actor: Actor, ids: Sequence[str]) -> dict[str, int]:
        if not ids or not actor.may(Permission.CSAT_READ):
            return {}
        rated = self._csat.find(
            {"sessionId": {"$in": list(ids)}, "kind": CsatKind.CONCIERGE.value},
            {"sessionId": 1, "score": 1},
        )
        return {row["sessionId"]: int(row["score"]) for row in rated}


_ROW_FIELDS: dict[str, Any] = {
    "openedAt": 1,
    "lastAt": 1,
    "channel": 1,
    "intent": 1,
    "tier": 1,
    "counters": 1,
    "handoffAt": 1,
    "openTicketId": 1,
    "anonymizedAt": 1,
}
_FIRST_SAID = {
    "$first": {
        "$filter": {
            "input": "$transcript",
            "cond": {"$eq": ["$$this.author", Author.CUSTOMER.value]},
        }
    }
}
"""What the customer wrote first, with what was heard in it."""


def _matching(filter_: ConversationFilter, after: tuple[datetime, str] | None) -> Row:
    """The last message is always bounded, so that its index carries the order."""
    wanted: Row = {"lastAt": {"$gt": _EVER}}
    if filter_.intent:
        wanted["intent"] = filter_.intent
    if filter_.channel:
        wanted["channel"] = filter_.channel.value
    if filter_.order_number:
        wanted |= of_any_order([filter_.order_number.strip().upper()])
    if filter_.session_id:
        begins = filter_.session_id.strip().lower()
        wanted["_id"] = {"$gte": begins, "$lt": begins + "\uffff"}
    if filter_.unmatched_only:
        wanted["counters.unmatched"] = {"$gt": 0}
    if filter_.handed_over_only:
        wanted["handoffAt"] = {"$exists": True}
    if not filter_.include_simulated:
        wanted["simulated"] = False
    if after is not None:
        at, session_id = after
        wanted["$and"] = [
            {"lastAt": {"$lte": at}},
            {"$or": [{"lastAt": {"$lt": at}}, {"_id": {"$lt": session_id}}]},
        ]
    return wanted


def _row(row: Row, masker: Masker | None, score: int | None) -> ConversationRow:
    said = " ".join(row["said"].get("text", "").split())
    if masker is not None:
        said = masker.mask(said)
    return ConversationRow(
        session_id=row["_id"],
        opened_at=row["openedAt"],
        last_at=row["lastAt"],
        channel=row["channel"],
        customer=_covered(row.get("customerName") or row.get("customerEmail"), masker),
        first_text=said[:SNIPPET] + "…" if len(said) > SNIPPET else said or None,
        intent=row.get("intent"),
        tier=row.get("tier"),
        order_number=row.get("orderNumber"),
        counters=SessionCounters.from_mongo(row["counters"]),
        handed_over="handoffAt" in row,
        open_ticket_id=row.get("openTicketId"),
        score=score,
        anonymized="anonymizedAt" in row,
    )


def _line(entry: TranscriptEntry, masker: Masker | None, *, traced: bool) -> Line:
    text = entry.text or plain_text(entry.replies)
    trace = entry.trace if traced else None
    if masker is not None:
        text = masker.mask(text)
        trace = masked_trace(trace, masker) if trace else None
    return Line(
        seq=entry.seq,
        at=entry.at,
        author=entry.author,
        author_name=entry.author_name,
        text=text,
        intent=entry.intent,
        ticket_id=entry.ticket_id,
        trace=trace,
    )


def _masked(text: str, masker: Masker | None) -> str:
    return text if masker is None else masker.mask(text)


def _covered(value: str | None, masker: Masker | None) -> str | None:
    """A person's own value: shown, or only that there is one."""
    return value if value is None or masker is None else MASK
