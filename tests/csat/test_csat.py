"""Ratings on the real database: one per session or ticket, replaced with their history kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import DuplicateKeyError

from concierge.core.actor import Actor, Role
from concierge.core.audit import AUDIT_LOG, AuditLog
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden, IdempotencyMismatch, InvalidInput, NotFound
from concierge.core.idempotency import IDEMPOTENCY_KEYS, IdempotencyStore
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo
from concierge.core.policies import Policies
from concierge.core.privacy import MASK
from concierge.csat.models import COLLECTIONS, Csat, CsatFilter, CsatKind
from concierge.csat.repository import CsatRepository
from concierge.csat.service import CsatService
from tests.explain import no_collection_scans

AGENT = Actor.staff("agent", {Role.AGENT})
ANALYST = Actor.staff("analyst", {Role.ANALYST})
PM = Actor.staff("pm", {Role.PM})


@pytest.fixture
def csat(mongo: Mongo, clock: ManualClock, policies: Policies) -> CsatService:
    mongo.apply([*COLLECTIONS, IDEMPOTENCY_KEYS, AUDIT_LOG])
    return CsatService(
        repository=CsatRepository(mongo),
        clock=clock,
        policies=policies,
        idempotency=IdempotencyStore(mongo, clock),
        audit=AuditLog(mongo, clock),
    )


def rate(csat: CsatService, session_id: str = "s1", rating: str | int = "great", **more) -> Csat:
    return csat.rate(
        Actor.customer(session_id),
        kind=more.pop("kind", CsatKind.CONCIERGE),
        rating=rating,
        session_id=session_id,
        request_id=more.pop("request_id", None) or new_id(),
        **more,
    )


def test_a_rating_is_kept_as_said_and_as_a_number(csat: CsatService, clock: ManualClock) -> None:
    stored = rate(
        csat, rating="great", notes=" so kind ", order_number="GG-12002", intent="returns"
    )
    assert (stored.rating, stored.score, stored.notes) == ("great", 5, "so kind")
    assert stored.created_at == stored.asked_at == clock.now()
    assert csat.for_orders(AGENT, ["GG-12002", "GG-1"]) == {"GG-12002": stored}


def test_rating_again_replaces_the_last_and_keeps_the_history(
    csat: CsatService, clock: ManualClock
) -> None:
    first = rate(csat, rating="great", notes="lovely", order_number="GG-12002")
    clock.advance(timedelta(minutes=5))
    second = rate(csat, rating=2, notes="no")
    clock.advance(timedelta(minutes=5))
    third = rate(csat, rating="okay")
    assert first.id == second.id == third.id
    assert (third.score, third.notes, third.order_number) == (3, None, "GG-12002")
    assert [(e.score, e.notes) for e in third.history] == [(5, "lovely"), (2, "no")]
    assert third.history[0].at == first.created_at
    assert csat.summary(AGENT, CsatFilter()).n == 1


def test_the_same_score_again_without_words_keeps_the_words(csat: CsatService) -> None:
    rate(csat, rating="bad", notes="broken")
    again = rate(csat, rating=1)
    assert again.notes == "broken"
    assert again.history == []


def test_a_repeated_request_rates_once_and_another_with_its_key_is_refused(
    csat: CsatService,
) -> None:
    rate(csat, rating="great", request_id="r1")
    rate(csat, rating="bad", request_id="r2")
    assert rate(csat, rating="great", request_id="r1").score == 1
    with pytest.raises(IdempotencyMismatch):
        rate(csat, rating="poor", request_id="r1")


def test_sixteen_ratings_at_once_of_one_session_make_one_with_all_changes_in_its_history(
    csat: CsatService,
) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: rate(csat, rating=n % 5 + 1, notes=str(n)), range(16)))
    found = csat.find(AGENT, CsatKind.CONCIERGE, session_id="s1")
    assert found is not None
    told = {entry.notes for entry in found.history} | {found.notes}
    assert told == {str(n) for n in range(16)}


def test_the_database_itself_refuses_a_second_rating_of_a_session_or_ticket(
    csat: CsatService, mongo: Mongo, clock: ManualClock
) -> None:
    def stored(kind: CsatKind, session_id: str, ticket_id: str) -> Csat:
        now = clock.now()
        return Csat(
            id=new_id(),
            kind=kind,
            session_id=session_id,
            ticket_id=ticket_id,
            rating=5,
            score=5,
            created_at=now,
            updated_at=now,
        )

    repository = CsatRepository(mongo)
    mongo.unit_of_work(lambda s: repository.insert(stored(CsatKind.CONCIERGE, "s", "t"), s))
    mongo.unit_of_work(lambda s: repository.insert(stored(CsatKind.AGENT, "s", "t"), s))
    mongo.unit_of_work(lambda s: repository.insert(stored(CsatKind.AGENT, "s", "t2"), s))
    mongo.unit_of_work(lambda s: repository.insert(stored(CsatKind.CONCIERGE, "s2", "t"), s))
    for again in (stored(CsatKind.CONCIERGE, "s", "t3"), stored(CsatKind.AGENT, "s3", "t")):
        with pytest.raises(DuplicateKeyError):
            mongo.unit_of_work(lambda s, again=again: repository.insert(again, s))


def test_concierge_and_agent_ratings_are_two_numbers(csat: CsatService) -> None:
    rate(csat, rating="great", order_number="GG-1")
    csat.asked(CsatKind.AGENT, session_id="s1", ticket_id="STY-1")
    rate(csat, rating="bad", kind=CsatKind.AGENT, ticket_id="STY-1")
    assert csat.summary(AGENT, CsatFilter(kind=CsatKind.CONCIERGE)).mean == 5
    assert csat.summary(AGENT, CsatFilter(kind=CsatKind.AGENT)).mean == 1
    with pytest.raises(InvalidInput, match="kind"):
        csat.summary(AGENT, CsatFilter(kind=None))
    assert len(csat.comments(AGENT, CsatFilter(kind=None)).items) == 2


def test_an_order_shows_the_newest_of_its_ratings(csat: CsatService, clock: ManualClock) -> None:
    rate(csat, "s1", "bad", order_number="GG-1")
    clock.advance(timedelta(minutes=1))
    rate(csat, "s2", "great", order_number="GG-1")
    clock.advance(timedelta(minutes=1))
    assert csat.for_orders(ANALYST, ["GG-1"])["GG-1"].score == 5
    rate(csat, "s1", "okay")
    assert csat.for_orders(ANALYST, ["GG-1"])["GG-1"].score == 3


def test_a_customer_rates_only_what_is_theirs(csat: CsatService) -> None:
    csat.asked(CsatKind.AGENT, session_id="s1", ticket_id="STY-1")
    attempts: list[Callable[[], object]] = [
        lambda: csat.rate(
            Actor.customer("s2"),
            kind=CsatKind.CONCIERGE,
            rating=5,
            session_id="s1",
            request_id="a",
        ),
        lambda: rate(csat, "s2", 5, kind=CsatKind.AGENT, ticket_id="STY-1"),
        lambda: rate(csat, "s2", 5, kind=CsatKind.AGENT, ticket_id="STY-2"),
        lambda: csat.find(Actor.customer("s2"), CsatKind.CONCIERGE, session_id="s1"),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


def test_another_sessions_agent_rating_is_not_found_by_its_ticket(csat: CsatService) -> None:
    csat.asked(CsatKind.AGENT, session_id="s1", ticket_id="STY-1")
    rate(csat, "s1", 5, kind=CsatKind.AGENT, ticket_id="STY-1")
    eve = Actor.customer("s2")
    assert csat.find(eve, CsatKind.AGENT, session_id="s2", ticket_id="STY-1") is None


def test_who_may_not_read_ratings_is_refused(csat: CsatService) -> None:
    for actor in (PM, Actor.customer("s1")):
        for attempt in (
            lambda actor=actor: csat.summary(actor, CsatFilter()),
            lambda actor=actor: csat.comments(actor, CsatFilter()),
            lambda actor=actor: csat.for_orders(actor, ["GG-1"]),
        ):
            with pytest.raises(Forbidden):
                attempt()
    with pytest.raises(Forbidden):
        csat.rate(ANALYST, kind=CsatKind.CONCIERGE, rating=5, session_id="s", request_id="r")


def test_an_analyst_sees_that_there_are_notes_but_not_the_words(csat: CsatService) -> None:
    rate(csat, notes="Ada Example was nice")
    rate(csat, rating="bad", notes="call me at +1 212 555 0123")
    (seen,) = csat.comments(ANALYST, CsatFilter()).items
    assert seen.notes == MASK
    assert [entry.notes for entry in seen.history] == [MASK]
    (full,) = csat.comments(AGENT, CsatFilter()).items
    assert full.notes == "call me at +1 212 555 0123"


def test_the_summary_counts_scores_days_of_the_shop_and_surveys(
    csat: CsatService, clock: ManualClock
) -> None:
    clock.set(datetime(2026, 11, 19, 4, 30, tzinfo=UTC))  # 23:30 on the 18th in New York
    rate(csat, "s1", 5)
    rate(csat, "s2", 1)
    clock.advance(timedelta(hours=1))
    rate(csat, "s3", 4)
    csat.asked(CsatKind.CONCIERGE, session_id="s4")
    assert csat.asked(CsatKind.CONCIERGE, session_id="s4") is False
    rate(csat, "s5", 1, simulated=True)
    summary = csat.summary(AGENT, CsatFilter())
    assert (summary.n, summary.asked, summary.response_rate) == (3, 4, 0.75)
    assert summary.mean == pytest.approx(10 / 3)
    assert summary.score == pytest.approx(200 / 3)
    assert summary.distribution == {1: 1, 2: 0, 3: 0, 4: 1, 5: 1}
    assert [(d.day, d.n, d.mean, d.score) for d in summary.trend] == [
        ("2026-11-18", 2, 3.0, 50.0),
        ("2026-11-19", 1, 4.0, 100.0),
    ]
    after = CsatFilter(start=datetime(2026, 11, 19, 5, tzinfo=UTC))
    assert csat.summary(AGENT, after).n == 1
    before = CsatFilter(end=datetime(2026, 11, 19, 5, tzinfo=UTC))
    assert csat.summary(AGENT, before).n == 2
    assert csat.summary(AGENT, CsatFilter(simulated=True)).n == 4


def test_nothing_to_divide_by_is_none_and_never_zero(csat: CsatService) -> None:
    summary = csat.summary(AGENT, CsatFilter())
    assert (summary.n, summary.mean, summary.score, summary.response_rate) == (0, None, None, None)


def test_low_ratings_are_those_the_policies_name(csat: CsatService) -> None:
    assert [csat.is_low(score) for score in (1, 2, 3, 4, 5)] == [True, True, False, False, False]


def test_notes_have_a_limit(csat: CsatService) -> None:
    with pytest.raises(InvalidInput, match="notes"):
        rate(csat, notes="x" * 2001)


def test_pages_of_comments_meet_and_no_query_scans(
    csat: CsatService, mongo: Mongo, clock: ManualClock
) -> None:
    for n in range(9):
        rate(csat, f"s{n}", n % 5 + 1, notes="a" if n % 2 else None, order_number="GG-1")
        if n % 3 == 0:
            clock.advance(timedelta(seconds=1))
    seen: list[str] = []
    cursor = None
    with no_collection_scans(mongo):
        while True:
            page = csat.comments(AGENT, CsatFilter(), cursor, limit=2)
            seen += [rating.id for rating in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        low = csat.comments(AGENT, CsatFilter(kind=None, scores=frozenset({1, 2}))).items
        told = csat.comments(AGENT, CsatFilter(with_notes=True)).items
        csat.summary(AGENT, CsatFilter(start=clock.now(), end=clock.now()))
        csat.summary(AGENT, CsatFilter(intent="returns", channel="widget"))
        csat.for_orders(AGENT, ["GG-1"])
        csat.find(AGENT, CsatKind.AGENT, ticket_id="STY-1")
        rate(csat, "s1", 3)
    assert len(seen) == len(set(seen)) == 9
    assert {rating.score for rating in low} == {1, 2}
    assert len(told) == 4
