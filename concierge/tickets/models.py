"""A ticket is one document: messages, the conversation it came from, clocks."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from concierge.core.documents import Document, Embedded, Payload, UtcDatetime
from concierge.core.schema import CollectionSpec, Index
from concierge.customers.models import Tier

MAX_TEXT = 10_000


class Status(StrEnum):
    """`waiting`: for the customer. `on_hold`: for somebody else. Only `waiting` stops the clock."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"


ACTIVE = (Status.OPEN, Status.IN_PROGRESS, Status.WAITING, Status.ON_HOLD)


class Priority(StrEnum):
    URGENT = "urgent"
    VIP = "vip"
    STANDARD = "standard"


class Source(StrEnum):
    """Who opened it: the concierge, a caller of the API, an agent, or a low rating."""

    CHAT = "chat"
    API = "api"
    AGENT = "agent"
    RATING = "rating"


class AuthorKind(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class View(StrEnum):
    """The queue's tabs; all but the last show only tickets that are not resolved."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    LATE = "late"
    DUE_SOON = "due_soon"
    WAITING = "waiting"
    ALL = "all"
    RESOLVED = "resolved"


class Sort(StrEnum):
    """`queue`: who is to be answered first. `newest`: opened last. `updated`: touched last."""

    QUEUE = "queue"
    NEWEST = "newest"
    UPDATED = "updated"


class TicketCustomer(Embedded):
    """`tier` is the shop's own record, never what somebody typed."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    tier: Tier = Tier.NEW
    timezone: str | None = None


class TicketMessage(Embedded):
    """`public` ones the customer reads; the others are notes of the team.

    `author` is a user name for agents; `author_name` is how the customer knows them.
    """

    message_id: str
    at: UtcDatetime
    author: str
    author_name: str | None = None
    author_kind: AuthorKind
    public: bool
    text: str


class TranscriptLine(Embedded):
    """One line of the conversation before the ticket, as it was when it was handed over."""

    at: UtcDatetime
    author: str
    text: str
    intent: str | None = None


class StatusEntry(Embedded):
    """Since when a status holds, and by whom; clocks are computed from these."""

    status: Status
    at: UtcDatetime
    by: str


class Ticket(Document):
    """`version` moves with every change; an edit names the version it was made against.

    `awaiting_since` is the oldest customer message nobody has answered; `sla_due_at` is when the
    answer to it is due, `first_reply_due_at` when the first one was. `rank` orders the queue:
    0 urgent, 1 vip, 2 standard, 3 nobody waits for an answer of ours. `rating_id` is the low
    rating it follows, which has one follow-up.
    """

    ticket_id: str
    version: int = 1
    subject: str
    status: Status = Status.OPEN
    priority: Priority
    rank: int = Field(ge=0, le=3)
    tags: list[str] = Field(default_factory=list)
    intent: str | None = None
    source: Source
    customer: TicketCustomer
    order_number: str | None = None
    mentioned_order_number: str | None = None
    session_id: str | None = None
    follow_up_of: str | None = None
    rating_id: str | None = None
    assignee: str | None = None
    messages: list[TicketMessage] = Field(default_factory=list)
    transcript: list[TranscriptLine] = Field(default_factory=list)
    shortlist: list[str] = Field(default_factory=list)
    simulated: bool = False
    created_at: UtcDatetime
    updated_at: UtcDatetime
    last_message_at: UtcDatetime
    awaiting_since: UtcDatetime | None = None
    sla_due_at: UtcDatetime
    first_reply_due_at: UtcDatetime
    first_reply_at: UtcDatetime | None = None
    resolved_at: UtcDatetime | None = None
    status_history: list[StatusEntry] = Field(default_factory=list)


class TicketCustomerDraft(Payload):
    name: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    timezone: str | None = Field(default=None, max_length=64)


class TicketDraft(Payload):
    """A ticket to be opened. Its subject is the message's beginning unless given.

    `order_number` is a verified one, or as an agent typed it; one that a customer only typed is
    `mentioned_order_number`. `proven_email` is the address on an order that the conversation has
    proven, as by this very request.
    """

    customer: TicketCustomerDraft
    message: str = Field(min_length=1, max_length=MAX_TEXT)
    subject: str | None = Field(default=None, max_length=200)
    urgent: bool = False
    intent: str | None = None
    source: Source = Source.CHAT
    order_number: str | None = Field(default=None, max_length=64)
    mentioned_order_number: str | None = Field(default=None, max_length=64)
    session_id: str | None = None
    follow_up_of: str | None = None
    rating_id: str | None = None
    proven_email: str | None = None
    tags: list[str] = Field(default_factory=list, max_length=20)
    transcript: list[TranscriptLine] = Field(default_factory=list)
    shortlist: list[str] = Field(default_factory=list, max_length=100)
    simulated: bool = False


class TicketFilter(BaseModel):
    """`text` searches words; a ticket id, an e-mail address or an order number typed alone finds
    exactly its tickets, in whatever view. Without `simulated` only live tickets are seen."""

    model_config = ConfigDict(frozen=True)

    view: View = View.ALL
    status: Status | None = None
    priority: Priority | None = None
    tier: Tier | None = None
    tag: str | None = None
    intent: str | None = None
    assignee: str | None = None
    order_number: str | None = None
    email: str | None = None
    text: str | None = None
    simulated: bool = False


class TicketRow(Embedded):
    """A ticket in a list. `due_at` is absent while nobody waits for an answer of ours."""

    model_config = ConfigDict(frozen=True)

    ticket_id: str
    version: int
    subject: str
    status: Status
    priority: Priority
    tags: list[str]
    intent: str | None = None
    source: Source
    customer_name: str | None = None
    customer_email: str | None = None
    tier: Tier
    order_number: str | None = None
    session_id: str | None = None
    assignee: str | None = None
    created_at: UtcDatetime
    updated_at: UtcDatetime
    last_message_at: UtcDatetime
    due_at: UtcDatetime | None = None
    first_reply_at: UtcDatetime | None = None
    resolved_at: UtcDatetime | None = None


class CustomerTicket(Embedded):
    """What its customer may see of a ticket: no notes, no tags, no priority, no tier."""

    model_config = ConfigDict(frozen=True)

    ticket_id: str
    subject: str
    status: Status
    messages: list[TicketMessage]
    agent_name: str | None = None
    created_at: UtcDatetime
    resolved_at: UtcDatetime | None = None


STYLIST_TICKETS = CollectionSpec(
    name="stylistTickets",
    model=Ticket,
    indexes=(
        Index((("ticketId", 1),), "ticketId", unique=True),
        Index((("status", 1), ("rank", 1), ("slaDueAt", 1), ("_id", 1)), "queue"),
        Index(
            (("status", 1), ("assignee", 1), ("rank", 1), ("slaDueAt", 1), ("_id", 1)),
            "queue_assignee",
        ),
        Index((("status", 1), ("tags", 1), ("rank", 1), ("slaDueAt", 1), ("_id", 1)), "queue_tags"),
        Index((("status", 1), ("createdAt", -1), ("_id", -1)), "status_created"),
        Index((("status", 1), ("updatedAt", -1), ("_id", -1)), "status_updated"),
        Index((("customer.email", 1), ("createdAt", -1)), "email"),
        Index((("orderNumber", 1),), "order", sparse=True),
        Index((("mentionedOrderNumber", 1),), "mentioned_order", sparse=True),
        Index((("sessionId", 1), ("createdAt", -1)), "session", sparse=True),
        Index(
            (("ratingId", 1),),
            "one_per_rating",
            unique=True,
            partial={"ratingId": {"$exists": True}},
        ),
        Index(
            (
                ("subject", "text"),
                ("customer.name", "text"),
                ("messages.text", "text"),
                ("transcript.text", "text"),
            ),
            "words",
        ),
    ),
)
COLLECTIONS = [STYLIST_TICKETS]
