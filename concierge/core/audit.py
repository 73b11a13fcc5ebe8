"""The append-only record of who changed what.

Values of personal fields and free text are never kept, only that they changed, so that erasing a
person needs no rewriting of history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.client_session import ClientSession

from concierge.core.actor import Actor
from concierge.core.clock import Clock
from concierge.core.documents import Document, Embedded, UtcDatetime, to_bson
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo
from concierge.core.schema import CollectionSpec, Index
from concierge.core.telemetry import current_request_id

PERSONAL_FIELDS = frozenset(
    {
        "address",
        "body",
        "customer",
        "customerEmail",
        "customerName",
        "email",
        "message",
        "name",
        "notes",
        "password",
        "passwordHash",
        "phone",
        "reason",
        "text",
    }
)


class Change(Embedded):
    """One field; `before` and `after` as text, or both "changed" for personal fields."""

    field: str
    before: str | None = None
    after: str | None = None


class AuditEntry(Document):
    at: UtcDatetime
    actor_kind: str
    actor_id: str
    action: str
    subject: str
    changes: list[Change] = []
    request_id: str | None = None


AUDIT_LOG = CollectionSpec(
    name="auditLog",
    model=AuditEntry,
    indexes=(Index((("subject", 1), ("at", -1)), "subject_at"),),
)


class AuditLog:
    """Writes entries, inside the caller's transaction where there is one."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._entries = mongo.collection(AUDIT_LOG)
        self._clock = clock

    def record(
        self,
        actor: Actor,
        action: str,
        subject: str,
        changes: Mapping[str, tuple[Any, Any]] | None = None,
        *,
        request_id: str | None = None,
        session: ClientSession | None = None,
    ) -> None:
        """`action` is `ticket.claim`, `subject` is `ticket:STY-8F3K2Q`."""
        entry = AuditEntry(
            id=new_id(),
            at=self._clock.now(),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            action=action,
            subject=subject,
            changes=[_change(field, *values) for field, values in (changes or {}).items()],
            request_id=request_id or current_request_id(),
        )
        self._entries.insert_one(entry.to_mongo(), session=session)

    def of(self, subject: str, limit: int = 100) -> list[AuditEntry]:
        """The newest entries about a subject."""
        rows = self._entries.find({"subject": subject}).sort("at", -1).limit(limit)
        return [AuditEntry.from_mongo(row) for row in rows]


def _change(field: str, before: Any, after: Any) -> Change:
    if field in PERSONAL_FIELDS:
        return Change(field=field, before="changed", after="changed")
    return Change(field=field, before=_text(before), after=_text(after))


def _text(value: Any) -> str | None:
    return None if value is None else str(to_bson(value))
