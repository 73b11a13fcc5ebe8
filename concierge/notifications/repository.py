"""Every query on the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from concierge.core.mongo import Mongo, Row
from concierge.notifications.models import OUTBOX, Mail, MailStatus


class NotificationsRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._mails = mongo.collection(OUTBOX)

    def add(self, mail: Mail, session: ClientSession | None = None) -> Mail:
        """Stores it unless its name is there already; answers what is stored."""
        fields = mail.to_mongo()
        name = fields.pop("_id")
        row = self._mails.find_one_and_update(
            {"_id": name},
            {"$setOnInsert": fields},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return Mail.from_mongo(cast(Row, row))

    def claim_due(self, now: datetime, claim: str, lost_at: datetime) -> Mail | None:
        """Takes the mail that waits longest, for one attempt; nobody else gets it meanwhile."""
        row = self._mails.find_one_and_update(
            {"status": MailStatus.QUEUED.value, "dueAt": {"$lte": now}},
            {"$set": {"claim": claim, "dueAt": lost_at}, "$inc": {"attempts": 1}},
            sort=[("dueAt", 1), ("_id", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return None if row is None else Mail.from_mongo(row)

    def settle(
        self,
        mail_id: str,
        claim: str,
        status: MailStatus,
        *,
        sent_at: datetime | None = None,
        due_at: datetime | None = None,
        error: str | None = None,
    ) -> bool:
        """How the attempt ended; False when the claim was lost to somebody else."""
        given = {"sentAt": sent_at, "dueAt": due_at, "error": error}
        fields = {key: value for key, value in given.items() if value is not None}
        cleared = {"claim": "", **({} if error else {"error": ""})}
        result = self._mails.update_one(
            {"_id": mail_id, "claim": claim},
            {"$set": {"status": status.value, **fields}, "$unset": cleared},
        )
        return result.modified_count == 1

    def page(
        self,
        *,
        status: MailStatus | None,
        order_number: str | None,
        ticket_id: str | None,
        simulated: bool,
        before: tuple[datetime, str] | None,
        limit: int,
    ) -> list[Mail]:
        """Newest first, those older than `before`; live ones unless `simulated`."""
        wanted: Row = {} if simulated else {"simulated": False}
        if status is not None:
            wanted["status"] = status.value
        if order_number is not None:
            wanted["orderNumber"] = order_number
        if ticket_id is not None:
            wanted["ticketId"] = ticket_id
        if before is not None:
            at, name = before
            wanted["createdAt"] = {"$lte": at}
            wanted["$or"] = [{"createdAt": {"$lt": at}}, {"_id": {"$lt": name}}]
        rows = self._mails.find(wanted).sort([("createdAt", -1), ("_id", -1)]).limit(limit)
        return [Mail.from_mongo(row) for row in rows]
