"""Every query on order subscriptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pymongo.client_session import ClientSession

from concierge.core.mongo import Mongo, Row
from concierge.notifications.models import Channel
from concierge.subscriptions.models import ORDER_SUBSCRIPTIONS, Subscription


class SubscriptionsRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._subscriptions = mongo.collection(ORDER_SUBSCRIPTIONS)

    def get(
        self, subscription_id: str, session: ClientSession | None = None
    ) -> Subscription | None:
        row = self._subscriptions.find_one({"_id": subscription_id}, session=session)
        return None if row is None else Subscription.from_mongo(row)

    def find(
        self, order_number: str, channel: Channel, address: str, session: ClientSession
    ) -> Subscription | None:
        row = self._subscriptions.find_one(
            {"orderNumber": order_number, "channel": channel.value, "address": address},
            session=session,
        )
        return None if row is None else Subscription.from_mongo(row)

    def put(self, subscription: Subscription, session: ClientSession) -> None:
        self._subscriptions.replace_one(
            {"_id": subscription.id}, subscription.to_mongo(), upsert=True, session=session
        )

    def note(
        self, before: Subscription, after: Subscription, session: ClientSession | None
    ) -> bool:
        """Writes what is known and whether it goes on; False unless it still is as `before`."""
        known = None if before.notified_status is None else before.notified_status.value
        fields = after.to_mongo()
        changed = ("notifiedStatus", "active", "endedAt")
        result = self._subscriptions.update_one(
            {"_id": before.id, "active": True, "notifiedStatus": known},
            {"$set": {name: fields[name] for name in changed if name in fields}},
            session=session,
        )
        return result.modified_count == 1

    def active(self) -> Iterator[Subscription]:
        """By order; read as a stream."""
        rows = self._subscriptions.find({"active": True}).sort([("orderNumber", 1), ("_id", 1)])
        return (Subscription.from_mongo(row) for row in rows)

    def of_orders(
        self,
        numbers: Sequence[str],
        session: ClientSession | None = None,
        *,
        simulated: bool = True,
    ) -> list[Subscription]:
        """With `simulated` those of simulated conversations, too."""
        wanted: Row = {"orderNumber": {"$in": list(numbers)}}
        if not simulated:
            wanted["simulated"] = False
        rows = self._subscriptions.find(wanted, session=session)
        return [Subscription.from_mongo(row) for row in rows.sort("orderNumber", 1)]
