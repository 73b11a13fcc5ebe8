"""Written by the chat, read by the dashboards: two faults that once kept every badge away.

The first: conversations, ratings, returns, tickets and subscriptions were stored without the
order's number, and looked for by it. The second: a rating was stored as a word, and compared as a
number. Here one side writes as customers do, and the other reads as the screens do.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import CsatSubmission, StylistSubmission
from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.csat.models import CsatFilter, CsatKind
from concierge.csat.scoring import Tone, tone
from concierge.orders.models import OrderFilter
from concierge.replies.models import ReturnConfirmed, TicketOpened
from concierge.tickets.models import Status
from tests.explain import no_collection_scans
from tests.talk import Talk

AGENT = Actor.staff("agent", {Role.AGENT})
ANALYST = Actor.staff("ana", {Role.ANALYST})
NUMBER = "GG-12002"


@pytest.fixture
def told(shop: Services) -> Talk:
    """A customer who proved an order and then did everything one can do."""
    talk = Talk.begin(shop)
    talk.say(f"{NUMBER} ada@example.com")
    talk.say("send it back")
    filed = talk.say("too big").one(ReturnConfirmed)
    assert filed.order_number == NUMBER
    form = StylistSubmission(name="Ada Example", email="ada@example.com", message="Is it well?")
    opened = talk.form(form).one(TicketOpened)
    ticket = shop.tickets.get(AGENT, opened.ticket_id)
    ticket = shop.tickets.reply(AGENT, ticket.ticket_id, "It is.", ticket.version, "r")
    shop.survey.resolve_and_ask(
        AGENT, ticket.ticket_id, version=ticket.version, request_id="resolve"
    )
    talk.form(CsatSubmission(rating="poor", notes="slow"))
    return talk


def test_every_collection_a_proven_session_writes_carries_its_order(
    shop: Services, told: Talk
) -> None:
    shop.events.flush()
    shipped = Talk.begin(shop)
    shipped.say("GG-12003 dee@example.com")
    shipped.say("send me updates")
    shipped.say("dee@example.com")
    for name, number in (
        ("widgetSessions", NUMBER),
        ("csatFeedback", NUMBER),
        ("returns", NUMBER),
        ("stylistTickets", NUMBER),
        ("outbox", NUMBER),
        ("analyticsEvents", NUMBER),
        ("widgetOrderSubscriptions", "GG-12003"),
    ):
        found = shop.mongo.db[name].count_documents({"orderNumber": number})
        assert found >= 1, f"{name} forgot the order"


def test_the_dashboards_find_by_order_what_the_chat_has_written(shop: Services, told: Talk) -> None:
    read: dict[str, Any] = {
        "sessions": shop.sessions.for_orders(ANALYST, [NUMBER]),
        "csat": shop.csat.for_orders(ANALYST, [NUMBER]),
        "returns": shop.returns.for_orders(ANALYST, [NUMBER]),
        "tickets": shop.tickets.for_orders(AGENT, [NUMBER]),
    }
    for name, found in read.items():
        assert NUMBER in found, f"{name} does not find the order"
    assert [session.id for session in read["sessions"][NUMBER]] == [told.session_id]
    assert shop.orders.get(AGENT, NUMBER).concierge_session_id == told.session_id


def test_the_orders_page_shows_badge_rating_return_and_ticket(shop: Services, told: Talk) -> None:
    with no_collection_scans(shop.mongo):
        page = shop.enrichment.page(AGENT, OrderFilter(), limit=100)
    rows = {row.order_number: row for row in page.items}
    row = rows[NUMBER]
    assert row.has_concierge
    assert (row.csat_score, row.csat_kind, row.sessions) == (2, CsatKind.CONCIERGE, 1)
    assert row.return_kind == "return"
    assert row.ticket_id is not None
    untouched = rows["GG-12004"]
    assert (untouched.has_concierge, untouched.csat_score) == (False, None)
    detail = shop.enrichment.detail(AGENT, NUMBER)
    assert detail.sessions == [told.session_id]
    assert {entry.what.value for entry in detail.entries} >= {
        *("conversation", "return", "ticket_opened", "ticket_resolved", "rated"),
    }


@pytest.mark.parametrize(
    ("rating", "score", "colour"),
    [
        ("great", 5, Tone.GREEN),
        ("good", 4, Tone.GREEN),
        ("okay", 3, Tone.YELLOW),
        ("poor", 2, Tone.RED),
        ("bad", 1, Tone.RED),
        ("4", 4, Tone.GREEN),
        (1, 1, Tone.RED),
    ],
)
def test_a_word_is_stored_with_its_number_and_the_number_is_what_is_compared(
    shop: Services, rating: str | int, score: int, colour: Tone
) -> None:
    talk = Talk.begin(shop)
    talk.say(f"{NUMBER} ada@example.com")
    talk.form(CsatSubmission(rating=rating))
    (stored,) = shop.mongo.db["csatFeedback"].find({"orderNumber": NUMBER})
    assert (stored["score"], type(stored["score"])) == (score, int)
    assert stored["rating"] == rating, "as it was given"
    (row,) = shop.enrichment.page(ANALYST, OrderFilter(text=NUMBER)).items
    assert row.csat_score == score
    assert tone(row.csat_score) is colour
    assert shop.csat.for_orders(ANALYST, [NUMBER])[NUMBER].score == score
    summary = shop.csat.summary(ANALYST, CsatFilter(kind=CsatKind.CONCIERGE))
    assert (summary.mean, summary.score) == (score, 100.0 if score >= 4 else 0.0)
    low = shop.csat.comments(ANALYST, CsatFilter(scores=frozenset({1, 2}))).items
    assert len(low) == (score <= 2)


def test_the_newest_rating_of_an_order_wins_and_names_its_kind(
    shop: Services, told: Talk, clock: ManualClock
) -> None:
    (row,) = shop.enrichment.page(AGENT, OrderFilter(text=NUMBER)).items
    assert row.csat_kind is CsatKind.CONCIERGE
    clock.advance(timedelta(seconds=1))
    rated = next(t for t in _tickets(shop) if t.status is Status.RESOLVED)
    told.form(CsatSubmission(survey="agent", rating="great", ticket_id=rated.ticket_id))
    (row,) = shop.enrichment.page(AGENT, OrderFilter(text=NUMBER)).items
    assert (row.csat_score, row.csat_kind) == (5, CsatKind.AGENT)


def test_a_low_rating_stands_out_with_its_follow_up(shop: Services, told: Talk) -> None:
    (row,) = shop.enrichment.ratings(AGENT, CsatFilter(kind=CsatKind.CONCIERGE)).items
    assert row.low
    assert row.follow_up is not None
    assert row.follow_up.ticket_id in [t.ticket_id for t in _tickets(shop)]


def _tickets(shop: Services) -> list[Any]:
    return shop.tickets.for_orders(AGENT, [NUMBER])[NUMBER]
