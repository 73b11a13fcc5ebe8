"""Where events go; repeats are ignored."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo.errors import BulkWriteError
from pymongo.write_concern import WriteConcern

from concierge.core.mongo import Mongo
from concierge.events.models import ANALYTICS_EVENTS, Event

DUPLICATE_KEY = 11000


class EventsRepository:
    def __init__(self, mongo: Mongo) -> None:
        # Events may be re-emitted from stored turns, so they need not wait for the journal.
        self._events = mongo.collection(ANALYTICS_EVENTS).with_options(
            write_concern=WriteConcern(w=1)
        )

    def insert(self, events: Sequence[Event]) -> tuple[int, int]:
        """Returns how many were written and how many were there already."""
        try:
            self._events.insert_many([event.to_mongo() for event in events], ordered=False)
        except BulkWriteError as error:
            faults = error.details["writeErrors"]
            if any(fault["code"] != DUPLICATE_KEY for fault in faults):
                raise
            return len(events) - len(faults), len(faults)
        return len(events), 0

    def of_session(self, session_id: str) -> list[Event]:
        """Oldest first."""
        rows = self._events.find({"sessionId": session_id}).sort("ts", 1)
        return [Event.from_mongo(row) for row in rows]
