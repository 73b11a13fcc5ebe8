"""Every query on ratings and surveys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo.client_session import ClientSession

from concierge.core.mongo import Mongo, Row
from concierge.csat.models import (
    CSAT_FEEDBACK,
    CSAT_SURVEYS,
    Csat,
    CsatFilter,
    CsatKind,
    Survey,
)

_NEWEST_FIRST = [("createdAt", -1), ("_id", -1)]


class CsatRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._ratings = mongo.collection(CSAT_FEEDBACK)
        self._surveys = mongo.collection(CSAT_SURVEYS)

    def find(
        self, kind: CsatKind, subject: str, session: ClientSession | None = None
    ) -> Csat | None:
        """The one rating of a session (concierge) or of a ticket (agent)."""
        row = self._ratings.find_one(_of(kind, subject), session=session)
        return None if row is None else Csat.from_mongo(row)

    def get(self, rating_id: str) -> Csat | None:
        row = self._ratings.find_one({"_id": rating_id})
        return None if row is None else Csat.from_mongo(row)

    def insert(self, rating: Csat, session: ClientSession) -> None:
        self._ratings.insert_one(rating.to_mongo(), session=session)

    def replace(self, rating: Csat, session: ClientSession) -> None:
        self._ratings.replace_one({"_id": rating.id}, rating.to_mongo(), session=session)

    def of_orders(self, numbers: Sequence[str], *, simulated: bool) -> list[Csat]:
        """In no order; live ones unless `simulated`."""
        wanted: Row = {"orderNumber": {"$in": list(numbers)}}
        if not simulated:
            wanted["simulated"] = False
        rows = self._ratings.find(wanted)
        return [Csat.from_mongo(row) for row in rows]

    def survey(self, survey_id: str, session: ClientSession | None = None) -> Survey | None:
        row = self._surveys.find_one({"_id": survey_id}, session=session)
        return None if row is None else Survey.from_mongo(row)

    def add_survey(self, survey: Survey, session: ClientSession | None = None) -> bool:
        """False when it was asked before."""
        fields = survey.to_mongo()
        result = self._surveys.update_one(
            {"_id": fields.pop("_id")}, {"$setOnInsert": fields}, upsert=True, session=session
        )
        return result.upserted_id is not None

    def count_surveys(self, filter_: CsatFilter) -> int:
        return self._surveys.count_documents(_matching(filter_, "askedAt", of_ratings=False))

    def distribution_by_day(self, filter_: CsatFilter, zone: str) -> list[tuple[str, int, int]]:
        """`(day, score, n)`, by day of that zone."""
        day = {"$dateToString": {"date": "$createdAt", "format": "%Y-%m-%d", "timezone": zone}}
        rows = self._ratings.aggregate(
            [
                {"$match": _matching(filter_, "createdAt")},
                {"$group": {"_id": {"day": day, "score": "$score"}, "n": {"$sum": 1}}},
                {"$sort": {"_id.day": 1, "_id.score": 1}},
            ]
        )
        return [(row["_id"]["day"], row["_id"]["score"], row["n"]) for row in rows]

    def page(
        self, filter_: CsatFilter, before: tuple[datetime, str] | None, limit: int
    ) -> list[Csat]:
        wanted = _matching(filter_, "createdAt")
        if before is not None:
            at, name = before
            wanted["$and"] = [
                {"createdAt": {"$lte": at}},
                {"$or": [{"createdAt": {"$lt": at}}, {"_id": {"$lt": name}}]},
            ]
        rows = self._ratings.find(wanted).sort(_NEWEST_FIRST).limit(limit)
        return [Csat.from_mongo(row) for row in rows]


def _of(kind: CsatKind, subject: str) -> Row:
    field = "sessionId" if kind is CsatKind.CONCIERGE else "ticketId"
    return {"kind": kind.value, field: subject}


def _matching(filter_: CsatFilter, moment: str, *, of_ratings: bool = True) -> Row:
    """The filter as a query; the moment is always bounded, so that an index carries it."""
    bounds: Row = {"$exists": True}
    if filter_.start is not None:
        bounds = {"$gte": filter_.start}
    if filter_.end is not None:
        bounds["$lt"] = filter_.end
    wanted: Row = {moment: bounds}
    if filter_.kind is not None:
        wanted["kind"] = filter_.kind.value
    if filter_.intent is not None:
        wanted["intent"] = filter_.intent
    if filter_.channel is not None:
        wanted["channel"] = filter_.channel
    if not filter_.simulated:
        wanted["simulated"] = False
    if of_ratings and filter_.scores is not None:
        wanted["score"] = {"$in": sorted(filter_.scores)}
    if of_ratings and filter_.with_notes:
        wanted["notes"] = {"$exists": True}
    return wanted
