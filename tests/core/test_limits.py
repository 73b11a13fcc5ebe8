from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from concierge.core.errors import RateLimited
from concierge.core.limits import RATE_COUNTERS, RateLimiter
from concierge.core.mongo import Mongo

HOUR = 3600  # longer than any test runs, so that no window ends in its middle


@pytest.fixture
def limiter(mongo: Mongo) -> RateLimiter:
    mongo.apply([RATE_COUNTERS])
    return RateLimiter(mongo)


def test_as_many_as_allowed_pass_and_the_next_is_told_when_to_come_back(
    limiter: RateLimiter,
) -> None:
    for _ in range(3):
        limiter.hit("login", "203.0.113.7", 3, HOUR)
    with pytest.raises(RateLimited) as caught:
        limiter.hit("login", "203.0.113.7", 3, HOUR)
    assert 1 <= caught.value.retry_after_seconds <= HOUR


def test_another_key_and_another_name_have_their_own_count(limiter: RateLimiter) -> None:
    limiter.hit("login", "203.0.113.7", 1, HOUR)
    limiter.hit("login", "203.0.113.8", 1, HOUR)
    limiter.hit("orders", "203.0.113.7", 1, HOUR)


def test_a_cleared_window_counts_from_nothing(limiter: RateLimiter) -> None:
    limiter.hit("login", "sam", 1, HOUR)
    limiter.clear("login", "sam", 1, HOUR)
    limiter.hit("login", "sam", 1, HOUR)


def test_the_count_is_shared_by_all_who_use_the_database(mongo: Mongo) -> None:
    RateLimiter(mongo).hit("login", "sam", 1, HOUR)
    with pytest.raises(RateLimited):
        RateLimiter(mongo).hit("login", "sam", 1, HOUR)


def test_a_limiter_that_is_gone_leaves_the_client_open(mongo: Mongo) -> None:
    limiter = RateLimiter(mongo)
    limiter.hit("login", "sam", 1, HOUR)
    del limiter
    gc.collect()
    mongo.ping()


def test_looking_counts_nothing_until_the_window_is_used_up(limiter: RateLimiter) -> None:
    for _ in range(3):
        limiter.check("login", "sam", 1, HOUR)
    limiter.hit("login", "sam", 1, HOUR)
    with pytest.raises(RateLimited):
        limiter.check("login", "sam", 1, HOUR)


def test_of_sixteen_at_once_exactly_the_allowed_pass(limiter: RateLimiter) -> None:
    gate = threading.Barrier(16)

    def once(_: int) -> bool:
        gate.wait()
        try:
            limiter.hit("login", "sam", 5, HOUR)
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(once, range(16))) == 5


def test_the_key_is_stored_only_as_a_hash(limiter: RateLimiter, mongo: Mongo) -> None:
    limiter.hit("login", "ada@example.com", 5, HOUR)
    rows = list(mongo.collection(RATE_COUNTERS).find())
    assert len(rows) == 1
    assert "ada" not in str(rows)


def test_a_window_that_is_over_is_removed_by_the_database(
    limiter: RateLimiter, mongo: Mongo
) -> None:
    limiter.hit("login", "sam", 5, HOUR)
    [row] = mongo.collection(RATE_COUNTERS).find()
    assert row["expireAt"] is not None
    indexes = mongo.collection(RATE_COUNTERS).index_information().values()
    assert any(index.get("expireAfterSeconds") == 0 for index in indexes)
