"""The queue: its views, filters, search and pages, each from an index and none sorted in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from concierge.core.actor import Actor
from concierge.core.errors import InvalidInput
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo
from concierge.customers.models import Tier
from concierge.tickets.models import Priority, Sort, Status, Ticket, TicketFilter, View
from concierge.tickets.reading import COUNT_CAP, SEARCH_CAP
from concierge.tickets.repository import TicketsRepository
from tests.explain import no_collection_scans
from tests.tickets.conftest import ADMIN, AGENT, COLLEAGUE, Desk


def names(desk: Desk, limit: int = 200, sort: Sort | None = None, **wanted) -> list[str]:
    page = desk.tickets.queue(AGENT, TicketFilter(**wanted), limit=limit, sort=sort)
    return [row.ticket_id for row in page.items]


def walk(desk: Desk, limit: int, sort: Sort | None = None, **wanted) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        page = desk.tickets.queue(AGENT, TicketFilter(**wanted), cursor, limit, sort)
        assert len(page.items) <= limit
        seen += [row.ticket_id for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return seen


@contextmanager
def nothing_sorted_in_memory(mongo: Mongo) -> Iterator[None]:
    mongo.db.command("profile", 2)
    try:
        yield
    finally:
        mongo.db.command("profile", 0)
        sorted_ones = list(mongo.db["system.profile"].find({"hasSortStage": True}))
        looked = mongo.db["system.profile"].count_documents({"op": "query"})
        mongo.db.drop_collection("system.profile")
    assert looked
    assert not [(entry["planSummary"], entry["command"]) for entry in sorted_ones]


def fill(desk: Desk, count: int, seed: int = 1) -> list[Ticket]:
    """Many tickets in every state, written past the service for speed."""
    chance = random.Random(seed)
    first = desk.open(tags=["gift"])
    repository = TicketsRepository(desk.mongo)
    tickets = []
    for n in range(count):
        priority = chance.choice(list(Priority))
        status = chance.choice(list(Status))
        # Few different moments, so that many tickets share one and only the id tells them apart.
        at = desk.clock.now() + timedelta(hours=chance.randrange(5))
        owed = status not in (Status.WAITING, Status.RESOLVED)
        ranks = {Priority.URGENT: 0, Priority.VIP: 1, Priority.STANDARD: 2}
        tickets.append(
            first.model_copy(
                update={
                    "id": new_id(),
                    "ticket_id": f"STY-{n:06}",
                    "priority": priority,
                    "rank": ranks[priority] if owed else 3,
                    "status": status,
                    "assignee": chance.choice([None, "sam", "kim"]),
                    "tags": chance.choice([[], ["gift"], ["gift", "ring"]]),
                    "sla_due_at": at,
                    "created_at": at,
                    "updated_at": at,
                }
            )
        )
    desk.mongo.unit_of_work(lambda s: [repository.insert(ticket, s) for ticket in tickets])
    return [first, *tickets]


def test_views_show_what_they_say_and_counts_agree(desk: Desk) -> None:
    free = desk.open()
    mine = desk.tickets.claim(AGENT, desk.open().ticket_id)
    theirs = desk.tickets.claim(COLLEAGUE, desk.open().ticket_id)
    waiting = desk.tickets.reply(AGENT, desk.open().ticket_id, "hello", 1, "r")
    held = desk.tickets.set_status(AGENT, desk.open().ticket_id, Status.ON_HOLD, 1)
    done = desk.tickets.resolve(AGENT, desk.open().ticket_id, 1, "x")
    urgent = desk.open(urgent=True)
    shown = {view: set(names(desk, view=view)) for view in View}
    assert shown == {
        View.MINE: {mine.ticket_id, waiting.ticket_id},
        View.UNASSIGNED: {free.ticket_id, held.ticket_id, urgent.ticket_id},
        View.LATE: set(),
        View.DUE_SOON: {urgent.ticket_id},
        View.WAITING: {waiting.ticket_id, held.ticket_id},
        View.ALL: {t.ticket_id for t in (free, mine, theirs, waiting, held, urgent)},
        View.RESOLVED: {done.ticket_id},
    }
    assert desk.tickets.counts(AGENT) == {view: len(found) for view, found in shown.items()}
    desk.clock.advance(timedelta(hours=3, minutes=30))
    soon = set(names(desk, view=View.DUE_SOON))
    assert soon == {t.ticket_id for t in (free, mine, theirs, held)}
    assert names(desk, view=View.LATE) == [urgent.ticket_id]


def test_what_is_late_is_no_longer_due_soon_and_each_ticket_is_counted_once(desk: Desk) -> None:
    ticket = desk.open(urgent=True)
    key, due = [ticket.ticket_id], ticket.sla_due_at
    for away, soon, late in (
        (timedelta(minutes=-61), [], []),
        (timedelta(minutes=-60), key, []),
        (timedelta(0), key, []),
        (timedelta(seconds=1), [], key),
        (timedelta(days=3), [], key),
    ):
        desk.clock.advance(due + away - desk.clock.now())
        assert names(desk, view=View.DUE_SOON) == soon, away
        assert names(desk, view=View.LATE) == late, away
        counts = desk.tickets.counts(AGENT)
        assert (counts[View.DUE_SOON], counts[View.LATE]) == (len(soon), len(late))
    desk.tickets.reply(AGENT, ticket.ticket_id, "hello", 1, "r")
    assert names(desk, view=View.LATE) == []


def test_the_queue_begins_with_who_is_to_be_answered_first(desk: Desk) -> None:
    standard = desk.open()
    waiting = desk.tickets.reply(AGENT, desk.open(urgent=True).ticket_id, "hello", 1, "r")
    vip = desk.open(customer={"email": "vera@example.com"})
    desk.clock.advance(timedelta(minutes=1))
    later = desk.open()
    urgent = desk.open(urgent=True)
    expected = [urgent, vip, standard, later, waiting]
    assert names(desk) == [ticket.ticket_id for ticket in expected]
    rows = desk.tickets.queue(AGENT).items
    assert rows[-1].due_at is None
    assert rows[0].due_at == urgent.sla_due_at


def test_pages_of_any_size_show_every_ticket_once_and_in_order(desk: Desk) -> None:
    tickets = fill(desk, 150)
    active = [t for t in tickets if t.status is not Status.RESOLVED]
    queue = [t.ticket_id for t in sorted(active, key=lambda t: (t.rank, t.sla_due_at, t.id))]
    newest = [t.ticket_id for t in sorted(active, key=lambda t: (t.created_at, t.id), reverse=True)]
    for limit in (1, 7, 200):
        assert walk(desk, limit) == queue
        assert walk(desk, limit, Sort.NEWEST) == newest
    mine = [t.ticket_id for t in tickets if t.assignee == "sam"]
    assert walk(desk, 10, view=View.MINE) == [name for name in queue if name in mine]
    resolved = [t for t in tickets if t.status is Status.RESOLVED]
    by_change = sorted(resolved, key=lambda t: (t.updated_at, t.id), reverse=True)
    assert walk(desk, 10, view=View.RESOLVED) == [t.ticket_id for t in by_change]


def test_no_page_count_claim_or_lookup_scans_the_collection(desk: Desk) -> None:
    fill(desk, 60)
    deep = desk.tickets.queue(AGENT, limit=20).next_cursor
    newer = desk.tickets.queue(AGENT, limit=20, sort=Sort.NEWEST).next_cursor
    with no_collection_scans(desk.mongo):
        for view in View:
            names(desk, view=view)
        desk.tickets.queue(AGENT, cursor=deep, limit=20)
        desk.tickets.queue(AGENT, cursor=newer, limit=20, sort=Sort.NEWEST)
        desk.tickets.counts(AGENT)
        names(desk, tag="gift", priority=Priority.VIP, tier=Tier.NEW, intent="returns")
        names(desk, status=Status.RESOLVED, assignee="sam")
        names(desk, order_number="GG-1", email="ada@example.com")
        for text in ("ring", "halo ring", "STY-000001", "ada@example.com", "GG-12001"):
            names(desk, text=text)
        desk.tickets.for_orders(AGENT, ["GG-1", "GG-2"])
        desk.tickets.for_customer(AGENT, "ADA@example.com")
        desk.tickets.for_session(AGENT, "s1")
        taken = desk.tickets.claim_next(AGENT)
        assert taken is not None
        desk.tickets.claim(AGENT, taken.ticket_id)
        desk.tickets.note(AGENT, taken.ticket_id, "hm", taken.version, "r")
        desk.tickets.history(AGENT, taken.ticket_id)
        desk.open()


def test_no_large_view_is_sorted_in_memory(desk: Desk) -> None:
    fill(desk, 60)
    deep = desk.tickets.queue(AGENT, limit=20).next_cursor
    with nothing_sorted_in_memory(desk.mongo):
        for view in (View.MINE, View.UNASSIGNED, View.ALL, View.WAITING):
            names(desk, view=view, limit=10)
        names(desk, view=View.ALL, limit=10, sort=Sort.NEWEST)
        names(desk, view=View.RESOLVED, limit=10)
        names(desk, tag="gift", limit=10)
        desk.tickets.queue(AGENT, cursor=deep, limit=20)


def test_filters_narrow_the_view(desk: Desk) -> None:
    plain = desk.open(intent="returns", tags=["gift"], order_number="GG-12002")
    vip = desk.open(customer={"email": "vera@example.com"})
    done = desk.tickets.resolve(AGENT, desk.open().ticket_id, 1, "x")
    only = [plain.ticket_id]
    assert names(desk, intent="returns") == only
    assert names(desk, tag="gift") == only
    assert names(desk, order_number="GG-12002") == only
    assert names(desk, priority=Priority.VIP) == names(desk, tier=Tier.VIP) == [vip.ticket_id]
    assert names(desk, email="VERA@example.com") == [vip.ticket_id]
    assert names(desk, status=Status.RESOLVED) == [done.ticket_id]
    assert names(desk, view=View.MINE, status=Status.RESOLVED) == []
    desk.tickets.assign(AGENT, vip.ticket_id, "kim", 1)
    assert names(desk, assignee="kim") == [vip.ticket_id]


def test_simulated_tickets_stay_out_of_the_queue_unless_asked_for(desk: Desk) -> None:
    live = desk.open()
    rehearsed = desk.open(simulated=True)

    def shown(*, simulated: bool) -> set[str]:
        page = desk.tickets.queue(AGENT, TicketFilter(simulated=simulated))
        return {row.ticket_id for row in page.items}

    assert shown(simulated=False) == {live.ticket_id}
    assert shown(simulated=True) == {live.ticket_id, rehearsed.ticket_id}
    assert desk.tickets.counts(AGENT)[View.ALL] == 1
    assert desk.tickets.counts(AGENT, simulated=True)[View.ALL] == 2
    claimed = desk.tickets.claim_next(AGENT)
    assert claimed is not None
    assert claimed.ticket_id == live.ticket_id
    assert desk.tickets.claim_next(AGENT) is None


def test_words_are_found_in_messages_transcript_subject_and_name(desk: Desk) -> None:
    halo = desk.open("My halo rings are too large", customer={"name": "Bea Example"})
    drops = desk.open("About the vesper drops")
    desk.tickets.note(AGENT, drops.ticket_id, "asked the workshop", 1, "r")
    assert names(desk, text="halo") == [halo.ticket_id]
    assert names(desk, text="ring") == [halo.ticket_id]
    assert names(desk, text="bea") == [halo.ticket_id]
    assert names(desk, text="workshop") == [drops.ticket_id]
    assert names(desk, text="halo large") == [halo.ticket_id]
    assert names(desk, text="halo workshop") == []
    assert names(desk, text='"-!?') == []
    assert names(desk, text="halo", priority=Priority.VIP) == []
    assert set(names(desk, text="  ")) == {halo.ticket_id, drops.ticket_id}


def test_a_number_or_address_finds_its_tickets_in_whatever_view(desk: Desk) -> None:
    done = desk.open(order_number="GG-12002")
    desk.tickets.resolve(AGENT, done.ticket_id, 1, "x")
    typed = desk.open(mentioned_order_number="GG-12002", customer={"email": "bea@example.com"})
    assert names(desk, text=done.ticket_id.lower(), view=View.MINE) == [done.ticket_id]
    assert set(names(desk, text=" gg-12002 ")) == {done.ticket_id, typed.ticket_id}
    assert names(desk, text="Bea@Example.com", view=View.RESOLVED) == [typed.ticket_id]
    assert names(desk, text="STY-NOSUCH") == []


def test_a_search_with_too_many_matches_says_so_and_pages_through_what_it_has(desk: Desk) -> None:
    count = SEARCH_CAP + 20
    fill(desk, count)
    desk.mongo.db["stylistTickets"].update_many({}, {"$set": {"status": "open", "rank": 2}})
    page = desk.tickets.queue(AGENT, TicketFilter(text="ring"), limit=50)
    assert (page.total, page.total_capped) == (SEARCH_CAP, True)
    seen = walk(desk, 50, text="ring")
    assert len(seen) == len(set(seen)) == SEARCH_CAP
    newest = walk(desk, 50, Sort.NEWEST, text="ring")
    assert len(newest) == len(set(newest)) == SEARCH_CAP


def test_counts_stop_at_their_cap(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert COUNT_CAP == 1_000
    monkeypatch.setattr("concierge.tickets.reading.COUNT_CAP", 3)
    for _ in range(5):
        desk.open()
    assert desk.tickets.counts(AGENT)[View.ALL] == 3


@pytest.mark.parametrize("cursor", ["nonsense", "WzFd", "WzEsMiwzXQ", "bnVsbA"])
def test_a_cursor_we_did_not_make_is_refused(desk: Desk, cursor: str) -> None:
    desk.open()
    for sort in Sort:
        with pytest.raises(InvalidInput, match="cursor"):
            desk.tickets.queue(AGENT, cursor=cursor, sort=sort)
    for limit in (0, 201):
        with pytest.raises(InvalidInput, match="limit"):
            desk.tickets.queue(AGENT, limit=limit)


def test_orders_and_customers_know_their_tickets_newest_first(desk: Desk) -> None:
    first = desk.open(order_number="GG-1")
    desk.clock.advance(timedelta(minutes=1))
    second = desk.open(order_number="GG-1")
    desk.open(mentioned_order_number="GG-1", customer={"email": "bea@example.com"})
    found = desk.tickets.for_orders(ADMIN, ["GG-1", "GG-2"])
    expected = [second.ticket_id, first.ticket_id]
    assert [row.ticket_id for row in found.pop("GG-1")] == expected
    assert found == {}
    rows = desk.tickets.for_customer(AGENT, "ada@example.com")
    assert [row.ticket_id for row in rows] == expected


def test_a_session_knows_its_tickets(desk: Desk) -> None:
    ticket = desk.open()
    own = Actor.customer(str(ticket.session_id))
    (seen,) = desk.tickets.for_session(own, str(ticket.session_id))
    assert seen.ticket_id == ticket.ticket_id
    assert desk.tickets.for_session(AGENT, str(ticket.session_id)) == [seen]
