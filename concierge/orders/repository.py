"""Every query on orders and creators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from pymongo import DESCENDING, InsertOne, ReplaceOne
from pymongo.client_session import ClientSession

from concierge.core.mongo import Mongo, Row
from concierge.orders.identity import Proof
from concierge.orders.models import (
    CREATORS,
    ORDERS,
    Creator,
    Order,
    OrderFilter,
    OrderStatus,
    StatusEntry,
)

Decide = Callable[[dict[str, Order]], tuple[Sequence[Order], Sequence[Order]]]
"""From the stored orders by number: what to insert, what to replace."""

NEWEST_FIRST = [("placedAt", DESCENDING), ("_id", DESCENDING)]


class OrdersRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._orders = mongo.collection(ORDERS)
        self._creators = mongo.collection(CREATORS)

    def get(self, order_number: str, *, session: ClientSession | None = None) -> Order | None:
        row = self._orders.find_one({"orderNumber": order_number}, session=session)
        return None if row is None else Order.from_mongo(row)

    def get_many(self, order_numbers: Iterable[str]) -> dict[str, Order]:
        rows = self._orders.find({"orderNumber": {"$in": list(order_numbers)}})
        return {row["orderNumber"]: Order.from_mongo(row) for row in rows}

    def proofs(self, order_numbers: Sequence[str]) -> list[Proof]:
        """Only what proves who asks, in the sequence of the numbers asked for."""
        rows = self._orders.find(
            {"orderNumber": {"$in": list(order_numbers)}},
            {"orderNumber": 1, "customerEmail": 1, "shipping.postalCode": 1},
        )
        found = {
            row["orderNumber"]: Proof(
                row["orderNumber"],
                row.get("customerEmail", ""),
                row.get("shipping", {}).get("postalCode", ""),
            )
            for row in rows
        }
        return [found[number] for number in order_numbers if number in found]

    def by_email(self, email: str, limit: int) -> list[Order]:
        """The newest orders of an e-mail address."""
        rows = self._orders.find({"customerEmail": email}).sort(NEWEST_FIRST).limit(limit)
        return [Order.from_mongo(row) for row in rows]

    def page(
        self,
        wanted: OrderFilter,
        numbers: Sequence[str] | None,
        now: datetime,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list[Order]:
        """The newest first, from the row after `after`."""
        filters = _filters(wanted, numbers, now)
        if after is not None:
            placed, last_id = after
            # Two bounds that together say "behind this row": the first one serves the index.
            filters.setdefault("$and", []).extend(
                [
                    {"placedAt": {"$lte": placed}},
                    {"$or": [{"placedAt": {"$lt": placed}}, {"_id": {"$lt": last_id}}]},
                ]
            )
        rows = self._orders.find(filters).sort(NEWEST_FIRST).limit(limit)
        return [Order.from_mongo(row) for row in rows]

    def count(
        self, wanted: OrderFilter, numbers: Sequence[str] | None, now: datetime, cap: int
    ) -> int:
        """At most `cap`."""
        if filters := _filters(wanted, numbers, now):
            return self._orders.count_documents(filters, limit=cap)
        return min(self.count_all(), cap)

    def count_all(self) -> int:
        return self._orders.estimated_document_count()

    def remove(self, order_numbers: Sequence[str]) -> int:
        return self._orders.delete_many({"orderNumber": {"$in": list(order_numbers)}}).deleted_count

    def push_status(
        self,
        order_number: str,
        status: OrderStatus,
        entry: StatusEntry,
        now: datetime,
        *,
        more: Row | None = None,
        session: ClientSession | None = None,
    ) -> bool:
        """Sets the status and appends to the history; False when there is no such order."""
        result = self._orders.update_one(
            {"orderNumber": order_number},
            {
                "$set": {"status": status.value, "updatedAt": now, **(more or {})},
                "$push": {"statusHistory": entry.to_mongo()},
            },
            session=session,
        )
        return result.matched_count == 1

    def link_session(
        self, order_number: str, session_id: str, now: datetime, session: ClientSession | None
    ) -> None:
        """Writes nothing when the link stands already."""
        self._orders.update_one(
            {"orderNumber": order_number, "conciergeSessionId": {"$ne": session_id}},
            {"$set": {"conciergeSessionId": session_id, "updatedAt": now}},
            session=session,
        )

    def write_batch(self, order_numbers: Sequence[str], decide: Decide) -> None:
        """Reads the stored orders and writes what `decide` says, in one transaction.

        A return filed at the same moment conflicts, and the batch is decided again on what the
        return left: nothing of ours is ever overwritten by an older reading.
        """

        def once(session: ClientSession) -> None:
            rows = self._orders.find({"orderNumber": {"$in": list(order_numbers)}}, session=session)
            inserts, replacements = decide({r["orderNumber"]: Order.from_mongo(r) for r in rows})
            writes: list[Any] = [InsertOne(order.to_mongo()) for order in inserts]
            writes += [ReplaceOne({"_id": o.id}, o.to_mongo()) for o in replacements]
            if writes:
                self._orders.bulk_write(writes, ordered=False, session=session)

        self._mongo.unit_of_work(once)

    def in_transaction(self, fn: Callable[[ClientSession], Order]) -> Order:
        return self._mongo.unit_of_work(fn)

    def creators(self) -> list[Creator]:
        """All of them, by id: a handful, kept by hand."""
        return [
            Creator.from_mongo(row) for row in self._creators.find().sort("_id", 1).hint("_id_")
        ]

    def put_creators(self, creators: Sequence[Creator]) -> None:
        if creators:
            self._creators.bulk_write(
                [ReplaceOne({"_id": c.id}, c.to_mongo(), upsert=True) for c in creators]
            )


def _filters(wanted: OrderFilter, numbers: Sequence[str] | None, now: datetime) -> Row:
    filters: Row = {}
    if numbers is not None:
        filters["orderNumber"] = {"$in": list(numbers)}
    if wanted.email is not None:
        filters["customerEmail"] = wanted.email
    if wanted.creator_id is not None:
        filters["creatorId"] = wanted.creator_id
    if wanted.session_id is not None:
        filters["conciergeSessionId"] = wanted.session_id
    elif wanted.with_concierge:
        filters["conciergeSessionId"] = {"$exists": True}
    placed = {"$gte": wanted.placed_from, "$lt": wanted.placed_before}
    if asked := {operator: at for operator, at in placed.items() if at is not None}:
        filters["placedAt"] = asked
    if wanted.status is not None:
        filters.update(_status_filter(wanted.status, now))
    return filters


def _status_filter(status: OrderStatus, now: datetime) -> Row:
    """What reads as this status now: a delivery that was only estimated counts from its time."""
    if status is OrderStatus.SHIPPED:
        return {"status": "shipped", "shipping.deliveryEstimateAt": {"$not": {"$lte": now}}}
    if status is OrderStatus.DELIVERED:
        passed = {"status": "shipped", "shipping.deliveryEstimateAt": {"$lte": now}}
        return {"$or": [{"status": "delivered"}, passed]}
    return {"status": status.value}
