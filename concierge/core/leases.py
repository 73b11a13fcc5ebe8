"""Who does a thing that only one process should do, and how far a job has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo.errors import DuplicateKeyError

from concierge.core.clock import Clock
from concierge.core.documents import Document, UtcDatetime
from concierge.core.mongo import Mongo
from concierge.core.schema import CollectionSpec


class Lease(Document):
    """`id` is the thing's name. `reached` is a job's mark, `done_at` says that it is over."""

    holder: str | None = None
    expires_at: UtcDatetime | None = None
    reached: UtcDatetime | None = None
    done_at: UtcDatetime | None = None


LEASES = CollectionSpec(name="leases", model=Lease)


class Leases:
    """One document a name; every step is one atomic update."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._leases = mongo.collection(LEASES)
        self._clock = clock

    def find(self, name: str) -> Lease | None:
        row = self._leases.find_one({"_id": name})
        return None if row is None else Lease.from_mongo(row)

    def acquire(self, name: str, holder: str, lasting: timedelta) -> bool:
        """Takes what is free, run out, or already this holder's; never what is done."""
        now = self._clock.now()
        free = {
            "_id": name,
            "doneAt": None,
            "$or": [{"holder": None}, {"holder": holder}, {"expiresAt": {"$lte": now}}],
        }
        taken = {"$set": {"holder": holder, "expiresAt": now + lasting}}
        try:
            return self._leases.update_one(free, taken, upsert=True).acknowledged
        except DuplicateKeyError:  # it exists and does not fit: somebody has it, or it is done
            return False

    def finish(self, name: str, holder: str) -> None:
        """It is done, for ever; only its holder can say so."""
        done = {"$set": {"doneAt": self._clock.now()}, "$unset": {"holder": "", "expiresAt": ""}}
        self._leases.update_one({"_id": name, "holder": holder}, done)

    def reached(self, name: str) -> datetime | None:
        """How far a job has come, in any process."""
        found = self.find(name)
        return found.reached if found else None

    def reach(self, name: str, moment: datetime) -> None:
        """Moves the mark on, never back."""
        self._leases.update_one({"_id": name}, {"$max": {"reached": moment}}, upsert=True)
