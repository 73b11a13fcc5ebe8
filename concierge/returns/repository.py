"""Every query on returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pymongo.client_session import ClientSession

from concierge.core.mongo import Mongo, Row
from concierge.returns.models import RETURNS, Return, ReturnStatus


class ReturnsRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._returns = mongo.collection(RETURNS)

    def unit_of_work(self, write: Callable[[ClientSession], bool]) -> bool:
        """All that `write` does, or nothing; it may be run again."""
        return self._mongo.unit_of_work(write)

    def insert(self, filed: Return, session: ClientSession) -> None:
        self._returns.insert_one(filed.to_mongo(), session=session)

    def call_off(self, rma: str, session: ClientSession) -> bool:
        """False unless it is still to be sent."""
        result = self._returns.update_one(
            {"rma": rma, "active": True, "status": ReturnStatus.REQUESTED.value},
            {"$set": {"active": False, "status": ReturnStatus.CANCELLED.value}},
            session=session,
        )
        return result.modified_count == 1

    def others(self, order_number: str, rma: str, session: ClientSession) -> bool:
        """Whether another return of the order is under way."""
        wanted = {"orderNumber": order_number, "rma": {"$ne": rma}, "active": True}
        return self._returns.find_one(wanted, {"_id": 1}, session=session) is not None

    def get(self, rma: str, session: ClientSession | None = None) -> Return | None:
        row = self._returns.find_one({"rma": rma}, session=session)
        return None if row is None else Return.from_mongo(row)

    def in_the_way(
        self, order_number: str, line_id: str, rma: str, session: ClientSession
    ) -> list[Return]:
        """The line's return that is under way, and the one that has this number already."""
        of_line = {"orderNumber": order_number, "lineId": line_id, "active": True}
        rows = self._returns.find({"$or": [of_line, {"rma": rma}]}, session=session)
        return [Return.from_mongo(row) for row in rows]

    def of_orders(self, numbers: Sequence[str], *, simulated: bool) -> list[Return]:
        """Newest first; with `simulated` those of simulated conversations, too."""
        wanted: Row = {"orderNumber": {"$in": list(numbers)}}
        if not simulated:
            wanted["simulated"] = False
        rows = self._returns.find(wanted)
        found = [Return.from_mongo(row) for row in rows]
        return sorted(found, key=lambda one: (one.created_at, one.rma), reverse=True)
