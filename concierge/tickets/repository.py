"""Every query on tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from concierge.core.documents import to_bson
from concierge.core.mongo import Mongo, Row
from concierge.tickets.models import (
    ACTIVE,
    STYLIST_TICKETS,
    Sort,
    Status,
    StatusEntry,
    Ticket,
    TicketFilter,
    TicketRow,
    View,
)
from concierge.tickets.sla import NOTHING_OWED

DUE_SOON = timedelta(minutes=60)
QueuePosition = tuple[int, datetime, str]
TimePosition = tuple[datetime, str]

_QUEUE_ORDER = [("rank", 1), ("slaDueAt", 1), ("_id", 1)]
_TIMES = {Sort.NEWEST: "createdAt", Sort.UPDATED: "updatedAt"}
_ROW_FIELDS = {
    "ticketId": 1,
    "version": 1,
    "subject": 1,
    "status": 1,
    "priority": 1,
    "rank": 1,
    "tags": 1,
    "intent": 1,
    "source": 1,
    "customer": 1,
    "orderNumber": 1,
    "sessionId": 1,
    "assignee": 1,
    "createdAt": 1,
    "updatedAt": 1,
    "lastMessageAt": 1,
    "slaDueAt": 1,
    "firstReplyAt": 1,
    "resolvedAt": 1,
}


class Found:
    """A row with its place in the queue and in time, to go on from."""

    def __init__(self, stored: Row) -> None:
        self.identity: str = stored["_id"]
        self.rank: int = stored["rank"]
        self.due_at: datetime = stored["slaDueAt"]
        self.times = {sort: stored[field] for sort, field in _TIMES.items()}
        customer = stored["customer"]
        dropped = {"_id", "rank", "slaDueAt", "customer"}
        self.row = TicketRow.from_mongo(
            {
                **{key: value for key, value in stored.items() if key not in dropped},
                "customerName": customer.get("name"),
                "customerEmail": customer.get("email"),
                "tier": customer["tier"],
                "dueAt": self.due_at if self.rank < NOTHING_OWED else None,
            }
        )

    @property
    def place(self) -> QueuePosition:
        return self.rank, self.due_at, self.identity


class TicketsRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._tickets = mongo.collection(STYLIST_TICKETS)

    # -- one ticket ------------------------------------------------------------------------

    def insert(self, ticket: Ticket, session: ClientSession) -> None:
        self._tickets.insert_one(ticket.to_mongo(), session=session)

    def get(self, ticket_id: str, session: ClientSession | None = None) -> Ticket | None:
        row = self._tickets.find_one({"ticketId": ticket_id}, session=session)
        return None if row is None else Ticket.from_mongo(row)

    def exists(self, ticket_id: str, session: ClientSession) -> bool:
        found = self._tickets.find_one({"ticketId": ticket_id}, {"_id": 1}, session=session)
        return found is not None

    def replace(self, ticket: Ticket, version: int, session: ClientSession) -> bool:
        """Writes it over that version; False when there is another one by now."""
        result = self._tickets.replace_one(
            {"_id": ticket.id, "version": version}, ticket.to_mongo(), session=session
        )
        return result.modified_count == 1

    def claim(self, ticket_id: str, assignee: str, now: datetime) -> Ticket | None:
        """Gives it to `assignee` if nobody has it; one atomic step for each way it may stand."""
        nobodys: Row = {"ticketId": ticket_id, "assignee": None}
        started = self._take({**nobodys, "status": Status.OPEN.value}, assignee, now, starts=True)
        if started is not None:
            return started
        others = [status.value for status in ACTIVE if status is not Status.OPEN]
        return self._take({**nobodys, "status": {"$in": others}}, assignee, now, starts=False)

    def claim_next(self, filter_: TicketFilter, assignee: str, now: datetime) -> Ticket | None:
        """Takes the first open one of the queue that nobody has, in one atomic step."""
        wanted = {**_conditions(filter_), "status": Status.OPEN.value, "assignee": None}
        return self._take(wanted, assignee, now, starts=True)

    def _take(self, wanted: Row, assignee: str, now: datetime, *, starts: bool) -> Ticket | None:
        update: Row = {"$set": {"assignee": assignee, "updatedAt": now}, "$inc": {"version": 1}}
        if starts:
            entry = StatusEntry(status=Status.IN_PROGRESS, at=now, by=assignee)
            update["$set"]["status"] = Status.IN_PROGRESS.value
            update["$push"] = {"statusHistory": entry.to_mongo()}
        row = self._tickets.find_one_and_update(
            wanted, update, sort=_QUEUE_ORDER, return_document=ReturnDocument.AFTER
        )
        return None if row is None else Ticket.from_mongo(row)

    # -- the queue -------------------------------------------------------------------------

    def queue_page(
        self,
        filter_: TicketFilter,
        viewer: str,
        now: datetime,
        after: QueuePosition | None,
        limit: int,
    ) -> list[Found]:
        """By rank and due time, behind `after`.

        In two steps, the rest of one rank and then the ranks behind it: each is one narrow range
        of the index, however deep the page lies.
        """
        wanted = _viewed(filter_, viewer, now)
        if after is None:
            return self._rows(wanted, _QUEUE_ORDER, limit)
        rank, due_at, identity = after
        same_rank = {
            "$and": [
                wanted,
                {"rank": rank, "slaDueAt": {"$gte": due_at}},
                {"$or": [{"slaDueAt": {"$gt": due_at}}, {"_id": {"$gt": identity}}]},
            ]
        }
        # Without the rank, which is one here: sorting by it too would be done in memory.
        rows = self._rows(same_rank, _QUEUE_ORDER[1:], limit)
        if len(rows) < limit:
            behind = {"$and": [wanted, {"rank": {"$gt": rank}}]}
            rows += self._rows(behind, _QUEUE_ORDER, limit - len(rows))
        return rows

    def time_page(
        self,
        filter_: TicketFilter,
        viewer: str,
        now: datetime,
        sort: Sort,
        before: TimePosition | None,
        limit: int,
    ) -> list[Found]:
        """Newest first by the time that `sort` names."""
        field = _TIMES[sort]
        wanted = _viewed(filter_, viewer, now)
        if before is not None:
            at, identity = before
            older = [{field: {"$lt": at}}, {"_id": {"$lt": identity}}]
            wanted = {"$and": [wanted, {field: {"$lte": at}}, {"$or": older}]}
        return self._rows(wanted, [(field, -1), ("_id", -1)], limit)

    def search(
        self, filter_: TicketFilter, words: str, viewer: str, now: datetime, limit: int
    ) -> list[Found]:
        """The first `limit` matches the text index gives, in no order: sorting all matches of a
        common word by score costs seconds on a large queue."""
        return self._rows({**_viewed(filter_, viewer, now), "$text": {"$search": words}}, [], limit)

    def exact(self, text: str, limit: int, *, simulated: bool) -> list[Found]:
        """Tickets whose number, e-mail address or order number is this text; live ones unless
        `simulated`. Each alternative has its index."""
        either = [
            {"ticketId": text.upper()},
            {"customer.email": text.lower()},
            {"orderNumber": {"$in": [text, text.upper()]}},
            {"mentionedOrderNumber": {"$in": [text, text.upper()]}},
        ]
        return self._rows({"$or": either, **_live(simulated=simulated)}, [], limit)

    def count(self, filter_: TicketFilter, viewer: str, now: datetime, at_most: int) -> int:
        return self._tickets.count_documents(_viewed(filter_, viewer, now), limit=at_most)

    # -- by what they belong to ------------------------------------------------------------

    def of_orders(self, numbers: Sequence[str], *, simulated: bool) -> list[Found]:
        wanted = {"orderNumber": {"$in": list(numbers)}, **_live(simulated=simulated)}
        return self._rows(wanted, [], 0)

    def of_email(self, email: str, limit: int, *, simulated: bool) -> list[Found]:
        wanted = {"customer.email": email, **_live(simulated=simulated)}
        return self._rows(wanted, [("createdAt", -1)], limit)

    def of_session(self, session_id: str, limit: int) -> list[Ticket]:
        rows = self._tickets.find({"sessionId": session_id}).sort("createdAt", -1).limit(limit)
        return [Ticket.from_mongo(row) for row in rows]

    def of_rating(self, rating_id: str, session: ClientSession | None = None) -> Ticket | None:
        row = self._tickets.find_one({"ratingId": rating_id}, session=session)
        return None if row is None else Ticket.from_mongo(row)

    def unresolved_of(self, session_id: str, session: ClientSession | None = None) -> Ticket | None:
        """The one written on last."""
        row = self._tickets.find_one(
            {"sessionId": session_id, "status": {"$in": to_bson(ACTIVE)}},
            sort=[("lastMessageAt", -1)],
            session=session,
        )
        return None if row is None else Ticket.from_mongo(row)

    def _rows(self, wanted: Row, order: list[tuple[str, int]], limit: int) -> list[Found]:
        rows = self._tickets.find(wanted, _ROW_FIELDS).limit(limit)
        return [Found(row) for row in (rows.sort(order) if order else rows)]


def _viewed(filter_: TicketFilter, viewer: str, now: datetime) -> Row:
    """The view and its filters as one query; a status is always bounded, as indexes begin there."""
    view = filter_.view
    wanted = _conditions(filter_)
    statuses: Sequence[Status] = ACTIVE
    if view is View.MINE:
        wanted["assignee"] = viewer
    elif view is View.UNASSIGNED:
        wanted["assignee"] = None
    elif view is View.LATE:
        wanted["rank"] = {"$lt": NOTHING_OWED}
        wanted["slaDueAt"] = {"$lt": now}
    elif view is View.DUE_SOON:
        wanted["rank"] = {"$lt": NOTHING_OWED}
        wanted["slaDueAt"] = {"$gte": now, "$lte": now + DUE_SOON}
    elif view is View.WAITING:
        statuses = (Status.WAITING, Status.ON_HOLD)
    elif view is View.RESOLVED:
        statuses = (Status.RESOLVED,)
    if filter_.status is not None:
        chosen = view is View.ALL or filter_.status in statuses
        statuses = (filter_.status,) if chosen else ()
    wanted["status"] = {"$in": to_bson(statuses)}
    return wanted


def _conditions(filter_: TicketFilter) -> Row:
    given: dict[str, Any] = {
        "priority": filter_.priority,
        "customer.tier": filter_.tier,
        "tags": filter_.tag,
        "intent": filter_.intent,
        "assignee": filter_.assignee,
        "orderNumber": filter_.order_number,
        "customer.email": filter_.email.lower() if filter_.email else None,
    }
    asked = {field: to_bson(value) for field, value in given.items() if value is not None}
    return {**asked, **_live(simulated=filter_.simulated)}


def _live(*, simulated: bool) -> Row:
    """Leaves simulated tickets out, unless they are asked for."""
    return {} if simulated else {"simulated": False}
