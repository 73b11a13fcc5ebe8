"""Leases: one process at a time, and marks that only move on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from concierge.core.clock import ManualClock
from concierge.core.leases import LEASES, Leases
from concierge.core.mongo import Mongo

HELD = timedelta(seconds=30)


@pytest.fixture
def leases(mongo: Mongo, clock: ManualClock) -> Leases:
    mongo.apply([LEASES])
    return Leases(mongo, clock)


def test_of_sixteen_that_ask_at_once_one_gets_the_lease(leases: Leases) -> None:
    with ThreadPoolExecutor(16) as pool:
        got = list(pool.map(lambda n: leases.acquire("seed", f"p{n}", HELD), range(16)))
    assert got.count(True) == 1


def test_its_holder_may_renew_it_and_others_wait_until_it_runs_out(
    leases: Leases, clock: ManualClock
) -> None:
    assert leases.acquire("seed", "a", HELD)
    clock.advance(timedelta(seconds=20))
    assert leases.acquire("seed", "a", HELD)
    clock.advance(timedelta(seconds=20))
    assert not leases.acquire("seed", "b", HELD)
    clock.advance(timedelta(seconds=10))
    assert leases.acquire("seed", "b", HELD)
    assert not leases.acquire("seed", "a", HELD)


def test_what_is_done_is_never_taken_again(leases: Leases, clock: ManualClock) -> None:
    leases.acquire("seed", "a", HELD)
    leases.finish("seed", "b")
    found = leases.find("seed")
    assert found is not None
    assert found.done_at is None
    leases.finish("seed", "a")
    clock.advance(timedelta(days=1))
    assert not leases.acquire("seed", "a", HELD)
    assert not leases.acquire("seed", "b", HELD)


def test_a_mark_moves_on_and_never_back(leases: Leases, clock: ManualClock) -> None:
    assert leases.reached("events") is None
    now = clock.now()
    leases.reach("events", now)
    leases.reach("events", now - timedelta(hours=1))
    assert leases.reached("events") == now
