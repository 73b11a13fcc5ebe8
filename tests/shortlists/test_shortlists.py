"""Shortlists on the real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden, InvalidInput, NotFound
from concierge.core.mongo import Mongo
from concierge.core.policies import Policies
from concierge.shortlists.models import COLLECTIONS
from concierge.shortlists.repository import ShortlistsRepository
from concierge.shortlists.service import MAX_ITEMS, ShortlistsService
from tests.explain import no_collection_scans

ADA = Actor.customer("s1")
AGENT = Actor.staff("agent", {Role.AGENT})
ANALYST = Actor.staff("analyst", {Role.ANALYST})


@pytest.fixture
def shortlists(mongo: Mongo, clock: ManualClock, policies: Policies) -> ShortlistsService:
    mongo.apply(COLLECTIONS)
    return ShortlistsService(
        repository=ShortlistsRepository(mongo), mongo=mongo, clock=clock, policies=policies
    )


def test_pieces_are_kept_in_the_order_they_were_added_and_only_once(
    shortlists: ShortlistsService, clock: ManualClock
) -> None:
    assert shortlists.get(ADA, "s1").items == []
    shortlists.add(ADA, "s1", ["halo-ring", "vesper-drops", "halo-ring"])
    first = clock.now()
    clock.advance(timedelta(minutes=1))
    kept = shortlists.add(ADA, "s1", ["crescent", "halo-ring"])
    assert kept.product_ids == ["halo-ring", "vesper-drops", "crescent"]
    assert kept.items[0].added_at == first
    assert shortlists.get(ADA, "s1") == kept


def test_a_piece_can_be_let_go_and_one_that_is_not_there_does_not_matter(
    shortlists: ShortlistsService,
) -> None:
    shortlists.add(ADA, "s1", ["a", "b"])
    assert shortlists.remove(ADA, "s1", ["a", "z"]).product_ids == ["b"]
    assert shortlists.remove(ADA, "s1", ["a"]).product_ids == ["b"]


def test_nobody_elses_shortlist_is_seen_or_changed(shortlists: ShortlistsService) -> None:
    shortlists.add(ADA, "s1", ["a"])
    eve = Actor.customer("s2")
    for attempt in (
        lambda: shortlists.get(eve, "s1"),
        lambda: shortlists.add(eve, "s1", ["b"]),
        lambda: shortlists.remove(eve, "s1", ["a"]),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Forbidden):
        shortlists.add(ANALYST, "s1", ["b"])
    assert shortlists.get(AGENT, "s1").product_ids == ["a"]
    assert shortlists.get(ANALYST, "s1").product_ids == ["a"]


def test_sixteen_tabs_adding_at_once_lose_nothing(shortlists: ShortlistsService) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: shortlists.add(ADA, "s1", [f"piece-{n}", "same"]), range(16)))
    kept = shortlists.get(ADA, "s1").product_ids
    assert sorted(kept) == sorted(["same", *(f"piece-{n}" for n in range(16))])


def test_after_its_days_a_shortlist_is_empty_and_starts_anew(
    shortlists: ShortlistsService, clock: ManualClock, policies: Policies
) -> None:
    shortlists.add(ADA, "s1", ["a"])
    clock.advance(timedelta(days=policies.shortlist_days) - timedelta(milliseconds=1))
    assert shortlists.get(ADA, "s1").product_ids == ["a"]
    clock.advance(timedelta(milliseconds=1))
    assert shortlists.get(ADA, "s1").product_ids == []
    assert shortlists.add(ADA, "s1", ["b"]).product_ids == ["b"]


def test_the_database_lets_go_of_expired_shortlists_by_itself(
    shortlists: ShortlistsService, mongo: Mongo
) -> None:
    shortlists.add(ADA, "s1", ["a"])
    index = mongo.db["widgetShortlists"].index_information()["expires"]
    assert index["key"] == [("expiresAt", 1)]
    assert index["expireAfterSeconds"] == 0


def test_a_shortlist_has_a_length(shortlists: ShortlistsService) -> None:
    shortlists.add(ADA, "s1", [f"p{n}" for n in range(MAX_ITEMS)])
    for too_much in (
        ["one more"],
        [f"q{n}" for n in range(MAX_ITEMS + 1)],
        [],
        ["  "],
        ["x" * 201],
    ):
        with pytest.raises(InvalidInput, match="items"):
            shortlists.add(ADA, "s1", too_much)
    assert len(shortlists.get(ADA, "s1").items) == MAX_ITEMS


def test_no_query_of_shortlists_scans_them(shortlists: ShortlistsService, mongo: Mongo) -> None:
    shortlists.add(Actor.customer("s0"), "s0", ["a"])
    with no_collection_scans(mongo):
        shortlists.add(ADA, "s1", ["a"])
        shortlists.add(ADA, "s1", ["b"])
        shortlists.remove(ADA, "s1", ["a"])
        shortlists.get(ADA, "s1")
