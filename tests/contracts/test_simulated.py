"""What is simulated stays out of every live screen and figure, and never leaves the house."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import CsatSubmission, StylistSubmission
from concierge.core.actor import Actor, Role
from concierge.csat.models import CsatKind
from concierge.insights.enrichment import Happening
from concierge.notifications.models import MailStatus
from concierge.orders.models import OrderFilter, OrderStatus
from concierge.replies.models import ReturnConfirmed, TicketOpened
from concierge.tickets.models import TicketFilter
from tests.explain import no_collection_scans
from tests.talk import SYSTEM, Talk

AGENT = Actor.staff("agent", {Role.AGENT})
ADMIN = Actor.staff("admin", {Role.ADMIN})
RETURNED, MOVING = "GG-12002", "GG-12011"
ADA = "ada@example.com"


@pytest.fixture
def rehearsed(shop: Services) -> str:
    """Simulated customers did everything one can do to two live orders; the ticket's id."""
    talk = Talk.begin(shop, simulated=True)
    talk.say(f"{RETURNED} {ADA}")
    talk.say("send it back")
    talk.say("too big").one(ReturnConfirmed)
    form = StylistSubmission(name="Ada Example", email=ADA, message="Is it well?")
    opened = talk.form(form).one(TicketOpened)
    ticket = shop.tickets.reply(AGENT, opened.ticket_id, "It is.", 1, "r")
    shop.survey.resolve_and_ask(
        AGENT, ticket.ticket_id, version=ticket.version, request_id="resolve"
    )
    talk.form(CsatSubmission(rating="poor", notes="slow"))
    waiting = Talk.begin(shop, simulated=True)
    waiting.say(f"{MOVING} jun@example.com")
    waiting.say("send me updates")
    waiting.say("jun@example.com")
    shop.order_changed.record(
        SYSTEM, MOVING, OrderStatus.SHIPPED, at=shop.clock.now(), request_id="there"
    )
    return opened.ticket_id


def test_a_live_order_shows_nothing_of_what_was_simulated_on_it(
    shop: Services, rehearsed: str
) -> None:
    for number in (RETURNED, MOVING):
        (row,) = shop.enrichment.page(AGENT, OrderFilter(text=number)).items
        assert not row.has_concierge
        assert (row.sessions, row.csat_score, row.rma, row.updates) == (0, None, None, 0)
        assert (row.tickets, row.ticket_id) == (0, None)
        told = {entry.what for entry in shop.enrichment.detail(AGENT, number).entries}
        assert told == {Happening.ORDER}
    touched = shop.enrichment.page(AGENT, OrderFilter(with_concierge=True), limit=100).items
    assert not {RETURNED, MOVING} & {row.order_number for row in touched}
    assert shop.csat.for_orders(AGENT, [RETURNED]) == {}


def test_who_asks_for_the_simulated_sees_all_of_it(shop: Services, rehearsed: str) -> None:
    with no_collection_scans(shop.mongo):
        page = shop.enrichment.page(AGENT, OrderFilter(), limit=100, simulated=True)
    rows = {row.order_number: row for row in page.items}
    row = rows[RETURNED]
    assert row.has_concierge
    assert (row.sessions, row.csat_score, row.csat_kind) == (1, 2, CsatKind.CONCIERGE)
    assert row.rma is not None
    assert row.ticket_id is not None
    assert rows[MOVING].updates == 1
    told = {e.what for e in shop.enrichment.detail(AGENT, RETURNED, simulated=True).entries}
    assert told >= {Happening.CONVERSATION, Happening.RETURN, Happening.RATED}


@pytest.mark.parametrize("typed", ["the ticket", ADA, RETURNED])
def test_a_ticket_typed_exactly_is_found_only_with_the_switch(
    shop: Services, rehearsed: str, typed: str
) -> None:
    text = rehearsed if typed == "the ticket" else typed
    with no_collection_scans(shop.mongo):
        assert shop.tickets.queue(AGENT, TicketFilter(text=text)).items == []
        found = shop.tickets.queue(AGENT, TicketFilter(text=text, simulated=True)).items
    assert rehearsed in [row.ticket_id for row in found]


def test_a_customers_tickets_are_the_live_ones(shop: Services, rehearsed: str) -> None:
    assert shop.tickets.for_customer(AGENT, ADA) == []
    rows = shop.tickets.for_customer(AGENT, ADA, simulated=True)
    assert rehearsed in [row.ticket_id for row in rows]


def test_every_simulated_message_is_kept_and_none_is_ever_sent(
    shop: Services, rehearsed: str
) -> None:
    mails = shop.notifications.recent(ADMIN, simulated=True).items
    kinds = {mail.kind for mail in mails}
    assert kinds >= {"rma", "ticket_opened", "agent_reply", "survey"}
    assert kinds >= {"order_updates_on", "order_status"}
    assert {(mail.simulated, mail.status) for mail in mails} == {(True, MailStatus.KEPT)}
    assert shop.notifications.deliver_due().model_dump() == {
        "sent": 0,
        "kept": 0,
        "postponed": 0,
        "failed": 0,
    }
    assert shop.notifications.recent(ADMIN).items == []


def test_a_live_customer_takes_over_updates_that_were_only_simulated(
    shop: Services, rehearsed: str
) -> None:
    live = Talk.begin(shop)
    live.say("GG-12001 ada@example.com")
    simulated = Talk.begin(shop, simulated=True)
    for talk in (simulated, live):
        talk.say("GG-12001 ada@example.com")
        talk.say("send me updates")
        talk.say(ADA)
    (kept,) = shop.subscriptions.active_for("GG-12001")
    assert (kept.simulated, kept.session_id) == (False, live.session_id)
    (told,) = shop.notifications.recent(ADMIN, order_number="GG-12001").items
    assert told.status is MailStatus.QUEUED
