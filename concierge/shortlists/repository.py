"""Every query on shortlists."""

from __future__ import annotations

from pymongo.client_session import ClientSession

from concierge.core.mongo import Mongo
from concierge.shortlists.models import WIDGET_SHORTLISTS, Shortlist


class ShortlistsRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._shortlists = mongo.collection(WIDGET_SHORTLISTS)

    def find(self, session_id: str, session: ClientSession | None = None) -> Shortlist | None:
        row = self._shortlists.find_one({"sessionId": session_id}, session=session)
        return None if row is None else Shortlist.from_mongo(row)

    def put(self, shortlist: Shortlist, session: ClientSession) -> None:
        self._shortlists.replace_one(
            {"_id": shortlist.id}, shortlist.to_mongo(), upsert=True, session=session
        )
