"""A session is one document: transcript, slots, marks, counters.

One document makes a turn one acknowledged write (measured 1.2 times a bare insert while
designing, against 2.5 for a transaction over several).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field, field_validator

from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.schema import CollectionSpec, Index
from concierge.detection.models import Detection, RingSize, Slots
from concierge.replies.models import Reply

NEWEST_ENTRIES = 40
"""Entries kept in the session itself (20 turns: a message and its answer); older ones move.

A turn rewrites the session, so this bounds what a turn of a long conversation costs; a screen
shows the newest 20, which are always here.
"""

MARKS = ("opened", "understood", "shown", "saved", "bought")
"""The funnel's marks in step order."""


class Channel(StrEnum):
    """Where the customer writes."""

    WIDGET = "widget"
    STAFF_CHAT = "staff_chat"
    API = "api"
    CLI = "cli"
    LINK = "link"


class Author(StrEnum):
    CUSTOMER = "customer"
    CONCIERGE = "concierge"
    AGENT = "agent"
    SYSTEM = "system"


class TurnEvent(Embedded):
    """An event of a turn as the turn remembers it, so that it can be emitted again."""

    event: str
    product_id: str | None = None
    order_number: str | None = None
    success: bool = True


class TurnTrace(Embedded):
    """Why a message was understood as it was, and what was done: shown beside each turn.

    `rules_version` is the version of the detection files it was read by (0: the product's own),
    `awaiting` and `pending_intent` what had been asked before it. A trace without a version is
    from before these were kept.
    """

    detection: Detection
    handled_by: str
    rules_version: int | None = None
    awaiting: str | None = None
    pending_intent: str | None = None
    query: dict[str, str] = Field(default_factory=dict)
    detect_ms: float = 0.0
    total_ms: float = 0.0


class TranscriptEntry(Embedded):
    """One bubble. `seq` orders them; `message_id` makes an agent's message appear once,
    `fingerprint` tells one request key used for two requests."""

    seq: int
    at: UtcDatetime
    author: Author
    text: str = ""
    request_id: str | None = None
    fingerprint: str | None = None
    message_id: str | None = None
    author_name: str | None = None
    ticket_id: str | None = None
    intent: str | None = None
    replies: list[Reply] = Field(default_factory=list)
    trace: TurnTrace | None = None
    events: list[TurnEvent] = Field(default_factory=list)


class SessionContext(Embedded):
    """Where the customer comes from: the shop page, the piece on it, the cart.

    Of the page only its path is kept: what follows it may name the customer.
    """

    page: str | None = Field(default=None, max_length=500)
    product_id: str | None = Field(default=None, max_length=200)
    cart: list[str] = Field(default_factory=list, max_length=50)
    timezone: str | None = Field(default=None, max_length=64)

    @field_validator("page", mode="before")
    @classmethod
    def _path_only(cls, page: object) -> object:
        if not isinstance(page, str):
            return page
        without_host = _HOST.sub("", page.strip())
        return _AFTER_PATH.split(without_host, maxsplit=1)[0] or None


_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", re.IGNORECASE)
_AFTER_PATH = re.compile(r"[?#;]|%3f|%23|%3b", re.IGNORECASE)


class DialogueState(Embedded):
    """What was last asked and shown, so that "yes", "5" or "the second one" mean something.

    `urgent` holds from the first urgent word until a human has it. `aside` says that what is
    awaited was asked before something else was answered. `about_product_id` is the piece that was
    spoken of last, which "it" means; `listed_orders` are those that "the second one" means;
    `filed_rma` is the return or resize this session filed last; `subscribed` says that it switched
    messages on; `wished_size`, `wished_styles` and those `without` are filters of the last search,
    as slots remember the others; `budget_measured` says that its budget was worked out from prices
    ("cheaper") and not named.
    """

    awaiting: str | None = None
    aside: bool = False
    pending_intent: str | None = None
    return_line_id: str | None = None
    return_reason: str | None = None
    filed_rma: str | None = None
    listed_orders: list[str] = Field(default_factory=list)
    subscribed: bool = False
    shown_product_ids: list[str] = Field(default_factory=list)
    about_product_id: str | None = None
    wished_size: RingSize | None = None
    wished_styles: list[str] = Field(default_factory=list)
    without_categories: list[str] = Field(default_factory=list)
    without_metals: list[str] = Field(default_factory=list)
    without_stones: list[str] = Field(default_factory=list)
    without_words: list[str] = Field(default_factory=list)
    budget_measured: bool = False
    last_intent: str | None = None
    misses_in_row: int = 0
    survey: str | None = None
    survey_ticket_id: str | None = None
    thanked: bool = False
    urgent: bool = False


class FirstAt(Embedded):
    """First times of the funnel's steps; each is set once, by `$min`."""

    opened: UtcDatetime | None = None
    understood: UtcDatetime | None = None
    shown: UtcDatetime | None = None
    saved: UtcDatetime | None = None
    bought: UtcDatetime | None = None

    def depth(self, reached: Mapping[str, datetime] | None = None) -> int:
        """How many of the steps were reached one after the other, with what was `reached` now."""
        depth = 0
        last: datetime | None = None
        for mark in MARKS:
            at = getattr(self, mark) or (reached or {}).get(mark)
            if at is None or (last is not None and at < last):
                break
            depth += 1
            last = at
        return depth


class SessionCounters(Embedded):
    """Counted as they happen; they outlive the texts.

    Sessions stored by earlier versions carry a counter that is no more (`errors`): they are read
    without it, and may be written with it.
    """

    model_config = ConfigDict(extra="ignore")

    customer_messages: int = 0
    matched: int = 0
    unmatched: int = 0
    agent_messages: int = 0


class WidgetSession(Document):
    """`day` is the shop's calendar day of the opening; `intent` and `category` are first touch.

    `order_number` is set only once a proof fitted; a number that was only typed is
    `mentioned_order_number` and reveals nothing. It is the last of `proven_orders`, each of which
    holds until the session ends. `handoff_ticket_id` is the ticket it was handed
    over with last; the follow-up of a rating is not, until its customer asks for a human.
    `moved_requests` are marks (`sessions.repository.request_mark`) of the requests whose entries
    have moved to pages: a request that is not among them need not be looked for there.
    """

    channel: Channel
    variant: str = "default"
    simulated: bool = False
    owner: str | None = None
    token_hash: str | None = None
    opened_at: UtcDatetime
    last_at: UtcDatetime
    day: str
    tier: str | None = None
    intent: str | None = None
    category: str | None = None
    order_number: str | None = None
    mentioned_order_number: str | None = None
    proven_orders: list[str] = Field(default_factory=list)
    customer_email: str | None = None
    customer_name: str | None = None
    context: SessionContext = Field(default_factory=SessionContext)
    state: DialogueState = Field(default_factory=DialogueState)
    slots: Slots = Field(default_factory=Slots)
    turn_seq: int = 0
    transcript: list[TranscriptEntry] = Field(default_factory=list)
    pages: int = 0
    moved_requests: list[int] = Field(default_factory=list)
    first_at: FirstAt = Field(default_factory=FirstAt)
    depth: int = 0
    counters: SessionCounters = Field(default_factory=SessionCounters)
    shown_items: list[str] = Field(default_factory=list)
    ticket_ids: list[str] = Field(default_factory=list)
    open_ticket_id: str | None = None
    answered_ticket_id: str | None = None
    handoff_at: UtcDatetime | None = None
    handoff_ticket_id: str | None = None
    anonymized_at: UtcDatetime | None = None

    @property
    def orders(self) -> list[str]:
        """Every order proven in it, the current one first. Sessions stored by earlier versions
        know that one alone."""
        earlier = [number for number in self.proven_orders if number != self.order_number]
        return [self.order_number, *reversed(earlier)] if self.order_number else []


class SessionPage(Document):
    """Older entries of a long conversation; `number` counts from 1, oldest first."""

    session_id: str
    number: int
    transcript: list[TranscriptEntry]


class SessionView(Embedded):
    """What changed for somebody who looks on: the entries after what they have seen."""

    session_id: str
    turn_seq: int
    entries: list[TranscriptEntry]
    open_ticket_id: str | None = None


def of_any_order(numbers: Sequence[str]) -> dict[str, Any]:
    """The query for sessions in which one of these orders was proven, at any time."""
    among = {"$in": list(numbers)}
    return {"$or": [{"orderNumber": among}, {"provenOrders": among}]}


FUNNEL_KEYS = (
    ("firstAt.opened", 1),
    ("_id", 1),
    ("simulated", 1),
    *((f"firstAt.{mark}", 1) for mark in MARKS[1:]),
    ("intent", 1),
    ("variant", 1),
    ("channel", 1),
    ("tier", 1),
    ("category", 1),
)
"""All that the funnel reads, so that it never fetches a conversation to count it."""

WIDGET_SESSIONS = CollectionSpec(
    name="widgetSessions",
    model=WidgetSession,
    indexes=(
        Index((("day", 1), ("intent", 1), ("variant", 1), ("depth", 1)), "day_intent"),
        Index((("orderNumber", 1),), "order", sparse=True),
        Index((("provenOrders", 1),), "proven_orders"),
        Index((("lastAt", -1), ("_id", -1)), "last"),
        Index((("tokenHash", 1),), "token", unique=True, partial={"tokenHash": {"$exists": True}}),
        Index((("owner", 1), ("lastAt", -1)), "owner", partial={"owner": {"$exists": True}}),
        Index(FUNNEL_KEYS, "funnel"),
    ),
)
SESSION_PAGES = CollectionSpec(
    name="widgetSessionPages",
    model=SessionPage,
    indexes=(Index((("sessionId", 1), ("number", 1)), "session_number", unique=True),),
)
COLLECTIONS = [WIDGET_SESSIONS, SESSION_PAGES]
