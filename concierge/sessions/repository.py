"""Every query on sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic.alias_generators import to_camel
from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from concierge.core.documents import to_bson
from concierge.core.mongo import Mongo, Row
from concierge.detection.models import Intent
from concierge.sessions.models import (
    NEWEST_ENTRIES,
    SESSION_PAGES,
    WIDGET_SESSIONS,
    Author,
    SessionPage,
    SessionView,
    TranscriptEntry,
    WidgetSession,
    of_any_order,
)

MOVED_AT_ONCE = NEWEST_ENTRIES // 2
_ALL = {to_camel(name): 1 for name in WidgetSession.model_fields if name != "id"}
_SHORT = ("seq", "at", "author", "text", "requestId", "ticketId", "intent")
"""Of an entry that only says what went before: who spoke, and about what."""


class SessionsRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._sessions = mongo.collection(WIDGET_SESSIONS)
        self._pages = mongo.collection(SESSION_PAGES)

    def insert(self, session: WidgetSession) -> None:
        self._sessions.insert_one(session.to_mongo())

    def get(
        self, session_id: str, *, newest: int | None = None, session: ClientSession | None = None
    ) -> WidgetSession | None:
        """With `newest`, only that many entries of the transcript are read."""
        projection = None if newest is None else {"transcript": {"$slice": -newest}}
        row = self._sessions.find_one({"_id": session_id}, projection, session=session)
        return None if row is None else WidgetSession.from_mongo(row)

    def for_turn(self, session_id: str, newest: int, request_id: str) -> WidgetSession | None:
        """With its newest entries in short, and whole those this request made before, however old
        they are."""
        own = {"$eq": ["$$this.requestId", request_id]}
        recent = {"$gt": ["$$this.seq", {"$subtract": ["$turnSeq", newest]}]}
        entries = {
            "$map": {
                "input": {"$filter": {"input": "$transcript", "cond": {"$or": [own, recent]}}},
                "in": {"$cond": [own, "$$this", {name: f"$$this.{name}" for name in _SHORT}]},
            }
        }
        row = self._sessions.find_one({"_id": session_id}, {**_ALL, "transcript": entries})
        if row is None:
            return None
        read = WidgetSession.from_mongo(row)
        if read.pages and _might_have_moved(read, request_id):
            here = {entry.seq for entry in read.transcript}  # what was read may move meanwhile
            moved = self._moved_entries(session_id, request_id)
            read.transcript = [one for one in moved if one.seq not in here] + read.transcript
        return read

    def _moved_entries(self, session_id: str, request_id: str) -> list[TranscriptEntry]:
        """What a request made so long ago that it has moved to a page."""
        page = self._pages.find_one({"sessionId": session_id, "transcript.requestId": request_id})
        entries = SessionPage.from_mongo(page).transcript if page is not None else []
        return [entry for entry in entries if entry.request_id == request_id]

    def by_token_hash(self, token_hash: str, since: datetime) -> str | None:
        """The session whose token this is, if its last message is not older than `since`."""
        row = self._sessions.find_one(
            {"tokenHash": token_hash, "lastAt": {"$gte": since}}, {"_id": 1}
        )
        return None if row is None else str(row["_id"])

    def customer_email(self, session_id: str, session: ClientSession | None) -> str | None:
        row = self._sessions.find_one({"_id": session_id}, {"customerEmail": 1}, session=session)
        return None if row is None else row.get("customerEmail")

    def latest_of_owner(self, owner: str, since: datetime) -> str | None:
        row = self._sessions.find_one(
            {"owner": owner, "lastAt": {"$gte": since}}, {"_id": 1}, sort=[("lastAt", -1)]
        )
        return None if row is None else str(row["_id"])

    def changes(self, session_id: str, after_seq: int) -> SessionView | None:
        """The entries after `after_seq`; an empty view when nothing is new; None: no session."""
        row = self._sessions.find_one(
            {"_id": session_id},
            {
                "turnSeq": 1,
                "openTicketId": 1,
                "transcript": {
                    "$filter": {
                        "input": "$transcript",
                        "cond": {"$gt": ["$$this.seq", after_seq]},
                    }
                },
            },
        )
        if row is None:
            return None
        return SessionView(
            session_id=session_id,
            turn_seq=row["turnSeq"],
            entries=[TranscriptEntry.from_mongo(entry) for entry in row["transcript"]],
            open_ticket_id=row.get("openTicketId"),
        )

    def write_turn(
        self,
        before: WidgetSession,
        entries: Sequence[TranscriptEntry],
        *,
        set_: Mapping[str, Any],
        increments: Mapping[str, int],
        first_times: Mapping[str, datetime],
        shown_items: Sequence[str] = (),
    ) -> bool:
        """One acknowledged conditional write; False when another writer was first.

        The condition is the heart of it: `turnSeq` has not moved since `before` was read by
        `for_turn`, which would have found what this request wrote earlier. So it is not in yet, and
        the server need not look through the transcript for it.
        """
        update: Row = {
            "$push": {"transcript": {"$each": [entry.to_mongo() for entry in entries]}},
            "$inc": {"turnSeq": len(entries), **increments},
        }
        values = {path: to_bson(value) for path, value in set_.items() if value is not None}
        cleared = {path: "" for path, value in set_.items() if value is None}
        if values:
            update["$set"] = values
        if cleared:
            update["$unset"] = cleared
        if first_times:
            update["$min"] = {f"firstAt.{mark}": at for mark, at in first_times.items()}
        added: Row = {}
        if shown_items:
            added["shownItems"] = {"$each": list(shown_items)}
        if values.get("orderNumber"):  # whatever another tab has proven meanwhile stays in it
            added["provenOrders"] = values["orderNumber"]
        if added:
            update["$addToSet"] = added
        unmoved = {"_id": before.id, "turnSeq": before.turn_seq}
        return self._sessions.update_one(unmoved, update).modified_count == 1

    def append(
        self, session_id: str, entry: TranscriptEntry, session: ClientSession | None = None
    ) -> bool:
        """Appends with the next `seq`, once per `message_id`, in one atomic update.

        A pipeline, because only the server knows the next number when a customer writes too.
        """
        numbered = {
            "$mergeObjects": [
                {"$literal": entry.to_mongo()},
                {"seq": {"$add": ["$turnSeq", 1]}},
            ]
        }
        fields: Row = {
            "transcript": {"$concatArrays": ["$transcript", [numbered]]},
            "turnSeq": {"$add": ["$turnSeq", 1]},
            "lastAt": {"$max": ["$lastAt", entry.at]},
        }
        if entry.author is Author.AGENT:
            fields["counters.agentMessages"] = {"$add": ["$counters.agentMessages", 1]}
            fields["answeredTicketId"] = {"$literal": entry.ticket_id}
        result = self._sessions.update_one(
            {"_id": session_id, "transcript.messageId": {"$ne": entry.message_id}},
            [{"$set": fields}],
            session=session,
        )
        return result.modified_count == 1

    def set_fields(
        self,
        session_id: str,
        *,
        set_: Mapping[str, Any] | None = None,
        first_times: Mapping[str, datetime] | None = None,
        session: ClientSession | None = None,
    ) -> bool:
        update: Row = {}
        if set_:
            update["$set"] = {path: to_bson(value) for path, value in set_.items()}
        if first_times:
            update["$min"] = {f"firstAt.{mark}": at for mark, at in first_times.items()}
        result = self._sessions.update_one({"_id": session_id}, update, session=session)
        return result.matched_count == 1

    def leave_survey(self, session_id: str, ticket_id: str, session: ClientSession) -> None:
        """Forgets the question, where it is this ticket's rating or its comment."""
        self._sessions.update_one(
            {
                "_id": session_id,
                "state.pendingIntent": Intent.FEEDBACK.value,
                "state.surveyTicketId": ticket_id,
            },
            {"$unset": {"state.awaiting": "", "state.pendingIntent": ""}},
            session=session,
        )

    def attach_ticket(
        self,
        session_id: str,
        ticket_id: str,
        *,
        handed_over_at: datetime | None = None,
        session: ClientSession | None = None,
    ) -> None:
        """Adds the ticket, and opens it only if none is open: in one atomic step."""
        ticket = {"$literal": ticket_id}
        added = {"$concatArrays": ["$ticketIds", [ticket]]}
        fields: Row = {
            "openTicketId": {"$ifNull": ["$openTicketId", ticket]},
            "ticketIds": {"$cond": [{"$in": [ticket, "$ticketIds"]}, "$ticketIds", added]},
        }
        if handed_over_at is not None:
            fields |= {"handoffAt": handed_over_at, "handoffTicketId": ticket}
        self._sessions.update_one({"_id": session_id}, [{"$set": fields}], session=session)

    def replace_open_ticket(
        self,
        session_id: str,
        ticket_id: str,
        instead: str | None,
        session: ClientSession | None = None,
    ) -> None:
        """Where this ticket is the open one, `instead` is from now on, or none."""
        opened = {"openTicketId": instead}
        self._sessions.update_one(
            {"_id": session_id, "openTicketId": ticket_id},
            {"$set": opened} if instead else {"$unset": opened},
            session=session,
        )

    def move_oldest(self, before: WidgetSession) -> None:
        """Moves the oldest entries of an overlong transcript into a page, in one transaction."""

        def move(session: ClientSession) -> None:
            row = self._sessions.find_one(
                {"_id": before.id}, {"transcript": 1, "pages": 1}, session=session
            )
            if row is None or len(row["transcript"]) <= NEWEST_ENTRIES:
                return
            oldest = row["transcript"][:MOVED_AT_ONCE]
            number = row["pages"] + 1
            page = SessionPage(
                id=f"{before.id}:{number}", session_id=before.id, number=number, transcript=[]
            )
            asked = {entry["requestId"] for entry in oldest if "requestId" in entry}
            marks = sorted(request_mark(request_id) for request_id in asked)
            # As they are stored: they were checked when they were written.
            self._pages.insert_one({**page.to_mongo(), "transcript": oldest}, session=session)
            self._sessions.update_one(
                {"_id": before.id},
                {
                    "$pull": {"transcript": {"seq": {"$lte": oldest[-1]["seq"]}}},
                    "$set": {"pages": number},
                    "$push": {"movedRequests": {"$each": marks}},
                },
                session=session,
            )

        self._mongo.unit_of_work(move)

    def moved(
        self,
        session_id: str,
        before: Sequence[TranscriptEntry],
        *,
        most_pages: int = 0,
        session: ClientSession | None = None,
    ) -> list[TranscriptEntry]:
        """What has moved to pages, oldest first; at most of the newest `most_pages`, 0 for all.

        Of what `before` holds nothing, which was read first and may have moved meanwhile.
        """
        first = before[0].seq if before else None
        rows = self._pages.find({"sessionId": session_id}, session=session)
        pages = [SessionPage.from_mongo(row) for row in rows.sort("number", -1).limit(most_pages)]
        entries = (entry for page in reversed(pages) for entry in page.transcript)
        return [entry for entry in entries if first is None or entry.seq < first]

    def any_since(self, since: datetime) -> bool:
        return self._sessions.find_one({"lastAt": {"$gte": since}}, {"_id": 1}) is not None

    def with_events(self, since: datetime) -> Iterator[WidgetSession]:
        """Sessions touched since, oldest first, with the entries that hold events and no text.

        Entries that have moved to pages since are among them.
        """
        kept = ("seq", "at", "author", "requestId", "intent", "events")
        entry = {name: f"$$this.{name}" for name in kept}
        rows = self._sessions.aggregate(
            [
                {"$match": {"lastAt": {"$gte": since}}},
                {"$sort": {"lastAt": 1, "_id": 1}},
                {
                    "$set": {
                        "transcript": {
                            "$map": {
                                "input": {
                                    "$filter": {
                                        "input": "$transcript",
                                        "cond": {"$ne": ["$$this.events", []]},
                                    }
                                },
                                "in": entry,
                            }
                        }
                    }
                },
            ]
        )
        for row in rows:
            session = WidgetSession.from_mongo(row)
            if session.pages:
                session.transcript = self._moved_since(session.id, since) + session.transcript
            yield session

    def _moved_since(self, session_id: str, since: datetime) -> list[TranscriptEntry]:
        pages = self._pages.find({"sessionId": session_id, "transcript.at": {"$gte": since}})
        moved = [SessionPage.from_mongo(row) for row in pages.sort("number", 1)]
        return [entry for page in moved for entry in page.transcript if entry.events]

    def of_orders(
        self, numbers: Sequence[str], *, simulated: bool, limit: int = 500
    ) -> list[WidgetSession]:
        """Sessions verified for these orders, newest first, without their texts; live ones unless
        `simulated`."""
        wanted: Row = of_any_order(numbers)
        if not simulated:
            wanted["simulated"] = False
        rows = self._sessions.find(wanted, {"transcript": 0}).sort("lastAt", -1).limit(limit)
        return [WidgetSession.from_mongo({**row, "transcript": []}) for row in rows]

    def live(self, session_ids: Sequence[str]) -> list[WidgetSession]:
        """Those of them that exist and are not simulated, without their texts."""
        wanted = {"_id": {"$in": list(session_ids)}, "simulated": False}
        rows = self._sessions.find(wanted, {"transcript": 0})
        return [WidgetSession.from_mongo({**row, "transcript": []}) for row in rows]

    def record_purchase(self, session_id: str, at: datetime) -> WidgetSession | None:
        row = self._sessions.find_one_and_update(
            {"_id": session_id},
            {"$min": {"firstAt.bought": at}},
            projection={"transcript": 0},
            return_document=ReturnDocument.AFTER,
        )
        return None if row is None else WidgetSession.from_mongo({**row, "transcript": []})


def request_mark(request_id: str) -> int:
    """A number that tells, all but certainly, one request from another."""
    digest = hashlib.sha256(request_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _might_have_moved(session: WidgetSession, request_id: str) -> bool:
    return request_mark(request_id) in session.moved_requests
