"""A message to a customer, stored before anybody tries to send it.

It is written in the transaction of what it speaks of, so that there is never an RMA without its
mail nor a mail without its RMA. Sending comes later and may repeat.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.schema import CollectionSpec, Index


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class MailStatus(StrEnum):
    """`kept`: stored and shown only: no way to send it is configured, or it is simulated, or of
    the demo's past."""

    QUEUED = "queued"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"


class Attachment(Embedded):
    """A text file that travels with the mail, such as a label to print: `text/<subtype>`."""

    filename: str
    subtype: str = "html"
    content: str


class Mail(Document):
    """`due_at` is when it may be tried (again); while somebody sends it, when they lose it.

    `claim` names the attempt that is under way: only that attempt may say how it ended. A
    `simulated` one belongs to a walk of `verify` or a rehearsal and never leaves the house.
    """

    kind: str
    channel: Channel
    to: str
    subject: str = ""
    body: str
    attachments: list[Attachment] = Field(default_factory=list)
    dedupe_key: str
    order_number: str | None = None
    ticket_id: str | None = None
    session_id: str | None = None
    rma: str | None = None
    simulated: bool = False
    status: MailStatus = MailStatus.QUEUED
    attempts: int = 0
    claim: str | None = None
    error: str | None = None
    created_at: UtcDatetime
    due_at: UtcDatetime
    sent_at: UtcDatetime | None = None


OUTBOX = CollectionSpec(
    name="outbox",
    model=Mail,
    indexes=(
        Index((("dedupeKey", 1),), "dedupe", unique=True),
        Index((("status", 1), ("dueAt", 1), ("_id", 1)), "status_due"),
        Index((("status", 1), ("createdAt", -1), ("_id", -1)), "status_created"),
        Index((("createdAt", -1), ("_id", -1)), "created"),
        Index((("ticketId", 1), ("createdAt", -1), ("_id", -1)), "ticket", sparse=True),
        Index((("orderNumber", 1), ("createdAt", -1), ("_id", -1)), "order", sparse=True),
        Index((("to", 1), ("createdAt", -1)), "to"),
    ),
)
COLLECTIONS = [OUTBOX]
