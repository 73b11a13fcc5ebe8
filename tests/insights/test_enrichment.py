"""What the chat writes about an order, the orders' screen reads: both faults of old stay fixed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from concierge.bootstrap import Services
from concierge.core.actor import Actor
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden
from concierge.core.mongo import Mongo
from concierge.core.privacy import MASK
from concierge.csat.models import Csat, CsatFilter, CsatKind
from concierge.csat.scoring import Tone, tone
from concierge.insights.enrichment import Happening, OrderRow
from concierge.orders.errors import OrderNotFound
from concierge.orders.models import OrderFilter
from concierge.replies.models import ReturnKind
from concierge.tickets.models import Source, Status, TicketCustomerDraft, TicketDraft
from tests.explain import no_collection_scans
from tests.insights.conftest import ADMIN, AGENT, ANALYST, PM
from tests.insights.sessions import order, session, store, store_orders

SYSTEM = Actor.system("test")
NUMBER = "GG-12002"


def know(services: Services, number: str, at: datetime) -> str:
    """Everything the concierge can write about one order, through the services that write it."""
    talked = order(number, at - timedelta(days=10))
    store_orders(services.mongo, talked)
    one = session(at - timedelta(hours=3), order_number=number, intent="returns", handoff_at=at)
    store(services.mongo, one)
    services.subscriptions.opt_in(
        SYSTEM,
        order_number=number,
        session_id=one.id,
        email="ada@example.com",
        origin_intent="order_tracking",
        request_id=f"s-{number}",
    )
    services.returns.request(
        SYSTEM,
        order=talked,
        line_id="1",
        kind=ReturnKind.RESIZE,
        reason="too big",
        new_size="6",
        session_id=one.id,
        request_id=f"r-{number}",
    )
    ticket = services.tickets.open(
        SYSTEM,
        TicketDraft(
            customer=TicketCustomerDraft(name="Ada Example", email="ada@example.com"),
            message="Please hurry",
            source=Source.CHAT,
            order_number=number,
            session_id=one.id,
        ),
        request_id=f"t-{number}",
    )
    rate(services, "great", number, one.id)
    return ticket.ticket_id


def rate(services: Services, word: str, number: str, session_id: str, **fields: Any) -> None:
    values = {"kind": CsatKind.CONCIERGE, "notes": f"{word}, says Ada", **fields}
    services.csat.rate(
        SYSTEM,
        rating=word,
        order_number=number,
        session_id=session_id,
        request_id=f"c-{word}-{number}",
        **values,
    )


def row_of(services: Services, actor: Actor, number: str = NUMBER) -> OrderRow:
    page = services.enrichment.page(actor, OrderFilter())
    return next(row for row in page.items if row.order_number == number)


def test_a_word_that_was_said_is_read_as_a_number(services: Services, clock: ManualClock) -> None:
    ticket_id = know(services, NUMBER, clock.now())
    row = row_of(services, AGENT)
    assert row.has_concierge
    assert (row.csat_score, row.csat_kind) == (5, CsatKind.CONCIERGE)
    assert tone(row.csat_score or 0) is Tone.GREEN
    assert (row.ticket_id, row.ticket_status, row.tickets) == (ticket_id, Status.OPEN, 1)
    assert (row.return_kind, row.return_status) == ("resize", "requested")
    assert (row.sessions, row.updates) == (1, 1)


def test_a_number_that_was_only_typed_badges_nothing(
    services: Services, clock: ManualClock
) -> None:
    store_orders(services.mongo, order(NUMBER))
    store(services.mongo, session(clock.now(), mentioned_order_number=NUMBER))
    row = row_of(services, AGENT)
    assert (row.has_concierge, row.sessions, row.csat_score) == (False, 0, None)


def test_the_newest_rating_stands_on_the_row_and_names_its_kind(
    services: Services, clock: ManualClock
) -> None:
    ticket_id = know(services, NUMBER, clock.now())
    clock.advance(timedelta(hours=1))
    rate(services, "bad", NUMBER, "other", kind=CsatKind.AGENT, ticket_id=ticket_id)
    row = row_of(services, AGENT)
    assert (row.csat_score, row.csat_kind) == (1, CsatKind.AGENT)


def test_the_detail_tells_everything_in_order_of_time(
    services: Services, clock: ManualClock
) -> None:
    know(services, NUMBER, clock.now())
    detail = services.enrichment.detail(AGENT, "12002")
    told = [entry.what for entry in detail.entries]
    assert set(told) == {
        Happening.ORDER,
        Happening.CONVERSATION,
        Happening.HANDED_OVER,
        Happening.RETURN,
        Happening.TICKET_OPENED,
        Happening.RATED,
        Happening.UPDATES_ON,
    }
    assert [e.at for e in detail.entries] == sorted(e.at for e in detail.entries)
    labels = [entry.label for entry in detail.entries]
    assert "RMA created" not in labels  # the return tells it, once, with its number
    assert [e.rma for e in detail.entries if e.what is Happening.RETURN] == [detail.row.rma]
    assert detail.sessions


def test_a_reader_who_may_not_see_people_gets_all_but_them(
    services: Services, clock: ManualClock
) -> None:
    know(services, NUMBER, clock.now())
    detail = services.enrichment.detail(ANALYST, NUMBER)
    everything = detail.model_dump_json()
    for value in ("Ada", "ada@example.com", "10001", "New York", "too big"):
        assert value not in everything
    assert MASK in everything
    assert Happening.TICKET_OPENED not in [entry.what for entry in detail.entries]
    assert detail.row.ticket_id is None
    assert detail.person_taken_out


def test_a_page_costs_one_query_a_collection(
    services: Services, desk: Mongo, clock: ManualClock
) -> None:
    for n in range(12):
        know(services, f"GG-{12100 + n}", clock.now())
    with no_collection_scans(desk):
        services.enrichment.page(AGENT, OrderFilter())
    desk.db.command("profile", 2)
    page = services.enrichment.page(AGENT, OrderFilter(), limit=10)
    desk.db.command("profile", 0)
    queries = [
        entry["ns"].split(".", 1)[1]
        for entry in desk.db["system.profile"].find({"op": {"$in": ["query", "command"]}})
        if "find" in entry.get("command", {})
    ]
    desk.db.drop_collection("system.profile")
    assert len(page.items) == 10
    assert sorted(queries) == [
        "csatFeedback",
        "orders",
        "returns",
        "stylistTickets",
        "widgetOrderSubscriptions",
        "widgetSessions",
    ]


def test_no_query_of_detail_and_ratings_scans_a_collection(
    services: Services, desk: Mongo, clock: ManualClock
) -> None:
    ticket_id = know(services, NUMBER, clock.now())
    rate(services, "bad", NUMBER, "x", kind=CsatKind.AGENT, ticket_id=ticket_id)
    with no_collection_scans(desk):
        services.enrichment.detail(AGENT, NUMBER)
        services.enrichment.ratings(AGENT, CsatFilter(kind=CsatKind.AGENT))


def follow_up(services: Services, rating: Csat, **more: Any) -> str:
    draft = TicketDraft(
        customer=TicketCustomerDraft(name="Ada Example", email="ada@example.com"),
        message="Low rating",
        source=Source.RATING,
        tags=["low-rating"],
        session_id=rating.session_id,
        follow_up_of=rating.ticket_id,
        **more,
    )
    return services.tickets.open(SYSTEM, draft, request_id=f"follow-up {more}").ticket_id


def test_a_low_rating_shows_what_became_of_its_follow_up(
    services: Services, clock: ManualClock
) -> None:
    one = session(clock.now())
    store(services.mongo, one)
    rate(services, "poor", NUMBER, one.id)
    rated = services.enrichment.ratings(AGENT, CsatFilter()).items[0]
    assert (rated.low, rated.follow_up) == (True, None)
    opened = follow_up(services, rated.rating, rating_id=rated.rating.id)
    with no_collection_scans(services.mongo):
        rated = services.enrichment.ratings(AGENT, CsatFilter()).items[0]
    assert rated.follow_up is not None
    assert (rated.follow_up.ticket_id, rated.follow_up.status) == (opened, Status.OPEN)


def test_each_rating_shows_its_own_follow_up_and_no_other_of_the_session(
    services: Services, clock: ManualClock
) -> None:
    one = session(clock.now())
    store(services.mongo, one)
    rate(services, "bad", NUMBER, one.id)
    rate(services, "poor", NUMBER, one.id, kind=CsatKind.AGENT, ticket_id="STY-AAAAAA")
    every = CsatFilter(kind=None)
    ratings = [row.rating for row in services.enrichment.ratings(AGENT, every).items]
    opened = {rating.id: follow_up(services, rating, rating_id=rating.id) for rating in ratings}
    follow_up(services, ratings[0])  # of a rating that is gone
    found = services.enrichment.ratings(AGENT, every).items
    assert {r.rating.id: r.follow_up.ticket_id for r in found if r.follow_up} == opened


def test_a_rating_without_a_session_finds_its_follow_up_too(services: Services) -> None:
    rating = services.csat.rate(
        SYSTEM,
        kind=CsatKind.AGENT,
        rating=1,
        session_id=None,
        ticket_id="STY-AAAAAA",
        request_id="c",
    )
    opened = follow_up(services, rating, rating_id=rating.id)
    row = services.enrichment.ratings(AGENT, CsatFilter(kind=CsatKind.AGENT)).items[0]
    assert row.follow_up is not None
    assert row.follow_up.ticket_id == opened


def test_orders_are_for_who_may_read_them(services: Services) -> None:
    for actor in (PM, Actor.customer("s1")):
        with pytest.raises(Forbidden):
            services.enrichment.page(actor, OrderFilter())
        with pytest.raises(Forbidden):
            services.enrichment.detail(actor, NUMBER)
        with pytest.raises(Forbidden):
            services.enrichment.ratings(actor, CsatFilter())
    with pytest.raises(OrderNotFound):
        services.enrichment.detail(ADMIN, NUMBER)
