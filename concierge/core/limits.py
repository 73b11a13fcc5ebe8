"""Rate limits, counted in MongoDB so that all processes count together.

The counting is the `limits` package's; here it is only given our client (it would open its own
from a URI and lose an embedded server that moved) and our error.
"""

from __future__ import annotations

import time
from typing import Any

from limits import RateLimitItemPerSecond
from limits.storage import MongoDBStorage
from limits.strategies import FixedWindowRateLimiter

from concierge.core.documents import Document, UtcDatetime
from concierge.core.errors import RateLimited
from concierge.core.ids import derived_id
from concierge.core.mongo import Mongo
from concierge.core.schema import CollectionSpec, Index


class RateCounter(Document):
    """Written by the `limits` package: the hits of one key in its running window."""

    count: int
    expireAt: UtcDatetime  # noqa: N815  the package's own spelling


RATE_COUNTERS = CollectionSpec(
    name="rateCounters",
    model=RateCounter,
    indexes=(Index((("expireAt", 1),), "expireAt_1", ttl_seconds=0),),
    validate=False,
)


class _SharedClientStorage(MongoDBStorage):
    """The package's storage over the process's one client."""

    def __init__(self, mongo: Mongo) -> None:
        self._shared = mongo.client
        super().__init__(
            mongo.uri,
            database_name=mongo.db.name,
            counter_collection_name=RATE_COUNTERS.name,
            window_collection_name=RATE_COUNTERS.name,
        )

    def _init_mongo_client(self, uri: str | None, **options: Any) -> Any:  # noqa: ARG002
        return self._shared

    def __del__(self) -> None:
        """The package closes its client here; this one belongs to the whole process."""


class RateLimiter:
    """At most so many hits of a name and key within a window."""

    def __init__(self, mongo: Mongo) -> None:
        self._limiter = FixedWindowRateLimiter(_SharedClientStorage(mongo))

    def hit(self, name: str, key: str, limit: int, window_seconds: int) -> None:
        """Counts one; raises `RateLimited` when it is more than `limit` in this window.

        `key` (an address, a user name, an order number) is stored only as a hash.
        """
        item = RateLimitItemPerSecond(limit, window_seconds)
        hashed = derived_id("rate", key)
        if not self._limiter.hit(item, name, hashed):
            stats = self._limiter.get_window_stats(item, name, hashed)
            raise RateLimited(max(int(stats.reset_time - time.time()), 1))

    def check(self, name: str, key: str, limit: int, window_seconds: int) -> None:
        """Raises `RateLimited` when the window is used up; counts nothing.

        For limits on failures: look before, and `hit` only when it failed.
        """
        item = RateLimitItemPerSecond(limit, window_seconds)
        hashed = derived_id("rate", key)
        if not self._limiter.test(item, name, hashed):
            stats = self._limiter.get_window_stats(item, name, hashed)
            raise RateLimited(max(int(stats.reset_time - time.time()), 1))

    def clear(self, name: str, key: str, limit: int, window_seconds: int) -> None:
        """Forgets the current window, as after a sign-in that succeeded."""
        item = RateLimitItemPerSecond(limit, window_seconds)
        self._limiter.clear(item, name, derived_id("rate", key))
