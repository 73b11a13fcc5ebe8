"""A conversation by its signed link, also long after the session has ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import StylistSubmission
from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.core.errors import Conflict, InvalidInput, NotFound
from concierge.csat.models import CsatKind
from concierge.replies.models import ReturnConfirmed, TicketOpened
from concierge.sessions.errors import SessionNotFound
from concierge.sessions.links import ConversationLinks
from concierge.tickets.models import (
    Source,
    Status,
    Ticket,
    TicketCustomerDraft,
    TicketDraft,
    TicketFilter,
)
from tests.conftest import NOW
from tests.talk import SYSTEM, Talk

AGENT = Actor.staff("agent", {Role.AGENT})


def open_ticket(
    shop: Services, first: str = "GG-12003 dee@example.com"
) -> tuple[Talk, Ticket, str]:
    """A talk with a ticket, and its link's token."""
    talk = Talk.begin(shop)
    talk.say(first)
    form = StylistSubmission(name="Dee Specimen", email="dee@example.com", message="When?")
    card = talk.form(form).one(TicketOpened)
    assert card.conversation_url is not None
    token = card.conversation_url.rsplit("/", 1)[1]
    return talk, shop.tickets.get(SYSTEM, card.ticket_id), token


def resolve(shop: Services, ticket: Ticket) -> None:
    ticket = shop.tickets.reply(AGENT, ticket.ticket_id, "Tomorrow.", ticket.version, "r1")
    shop.survey.resolve_and_ask(
        AGENT, ticket.ticket_id, version=ticket.version, request_id="resolve"
    )


def test_the_link_shows_the_conversation_after_the_session_has_ended(
    shop: Services, clock: ManualClock
) -> None:
    _, ticket, token = open_ticket(shop)
    clock.advance(timedelta(days=3))
    shop.tickets.reply(AGENT, ticket.ticket_id, "Tomorrow.", ticket.version, "r1")
    clock.advance(timedelta(days=10))
    seen = shop.linked.view(token)
    assert [(line.author, line.name) for line in seen.lines][-1] == ("agent", "Agent")
    assert "GG-12003 dee@example.com" in [line.text for line in seen.lines]
    assert (seen.status, seen.ask, seen.agent_name) == (Status.WAITING, False, "Agent")
    newest = seen.lines[-1].number
    assert shop.linked.view(token, after=newest).lines == []
    assert shop.linked.view(token, after=newest - 1).lines == seen.lines[-1:]


def test_an_answer_by_the_link_reaches_ticket_and_session_once(
    shop: Services, clock: ManualClock
) -> None:
    talk, ticket, token = open_ticket(shop)
    clock.advance(timedelta(days=2))
    for _ in range(2):
        shop.linked.reply(token, "  Thank you. ", "click")
    kept = shop.tickets.get(SYSTEM, ticket.ticket_id)
    assert [m.text for m in kept.messages] == ["When?", "Thank you."]
    assert talk.lines()[-1] == ("customer", "Thank you.")
    assert len([line for line in talk.lines() if line[1] == "Thank you."]) == 1
    with pytest.raises(InvalidInput):
        shop.linked.reply(token, "   ", "empty")


def test_an_answer_opens_a_resolved_ticket_again(shop: Services) -> None:
    talk, ticket, token = open_ticket(shop)
    resolve(shop, ticket)
    assert shop.linked.view(token).ask
    shop.linked.reply(token, "It is not here", "k1")
    assert shop.tickets.get(SYSTEM, ticket.ticket_id).status is Status.IN_PROGRESS
    assert talk.session().open_ticket_id == ticket.ticket_id
    assert not shop.linked.view(token).ask


def test_a_rating_by_the_link_is_the_agents_and_carries_the_order(shop: Services) -> None:
    _, ticket, token = open_ticket(shop)
    resolve(shop, ticket)
    for _ in range(2):
        shop.linked.rate(token, "2", "too late", "click")
    kept = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket.ticket_id)
    assert kept is not None
    assert (kept.score, kept.notes, kept.order_number) == (2, "too late", "GG-12003")
    assert shop.linked.view(token).score == 2
    tickets = shop.tickets.queue(SYSTEM, TicketFilter()).items
    followed = [shop.tickets.get(SYSTEM, row.ticket_id) for row in tickets]
    (follow_up,) = [one for one in followed if one.source is Source.RATING]
    assert follow_up.follow_up_of == ticket.ticket_id
    shop.linked.rate(token, 5, "", "another click")
    again = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket.ticket_id)
    assert again is not None
    assert (again.score, [h.score for h in again.history]) == (5, [2])


def test_a_rating_by_the_link_is_told_in_the_conversation_and_counted_once(
    shop: Services,
) -> None:
    talk, ticket, token = open_ticket(shop)
    resolve(shop, ticket)
    for _ in range(2):
        shop.linked.rate(token, "good", "quick", "click")
    told = [e for e in talk.transcript() if e.text == "My rating: good quick"]
    assert [(e.author.value, e.ticket_id) for e in told] == [("customer", ticket.ticket_id)]
    shop.chat.emit_missing(NOW - timedelta(days=1))
    shop.events.flush()
    submitted = list(
        shop.mongo.db["analyticsEvents"].find(
            {"sessionId": talk.session_id, "event": "aurora_csat_submitted"}
        )
    )
    assert [event["orderNumber"] for event in submitted] == ["GG-12003"]


def test_a_word_in_the_chat_after_a_rating_by_the_link_rates_nothing(shop: Services) -> None:
    talk, ticket, token = open_ticket(shop)
    resolve(shop, ticket)
    assert talk.session().state.awaiting == "csat"
    shop.linked.rate(token, "bad", "awful", "click")
    state = talk.session().state
    assert (state.awaiting, state.pending_intent) == (None, None)
    talk.say("good")
    kept = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket.ticket_id)
    assert kept is not None
    assert (kept.score, kept.notes, kept.history) == (1, "awful", [])


def test_a_rating_by_an_old_link_leaves_the_question_about_another_ticket(shop: Services) -> None:
    talk, first, token = open_ticket(shop)
    resolve(shop, first)
    form = StylistSubmission(name="Dee Specimen", email="dee@example.com", message="Another")
    second = shop.tickets.get(SYSTEM, talk.form(form).one(TicketOpened).ticket_id)
    resolve(shop, second)
    shop.linked.rate(token, 5, "", "click")
    assert talk.session().state.awaiting == "csat"
    talk.say("okay")
    kept = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=second.ticket_id)
    assert kept is not None
    assert kept.score == 3


def test_updates_are_stopped_by_the_link_and_only_its_own(shop: Services) -> None:
    talk, _, token = open_ticket(shop)
    talk.say("send me updates")
    talk.say("dee@example.com")
    assert shop.linked.view(token).updates_for == "GG-12003"
    _, _, stranger = open_ticket(shop, "GG-12003 80201")
    assert shop.linked.view(stranger).updates_for is None
    shop.linked.stop_updates(stranger, "k")
    assert len(shop.subscriptions.active_for("GG-12003")) == 1
    shop.linked.stop_updates(token, "k")
    assert shop.subscriptions.active_for("GG-12003") == []
    assert shop.linked.view(token).updates_for is None


def test_updates_about_all_orders_of_the_conversation_are_stopped_by_its_link(
    shop: Services,
) -> None:
    talk, _, token = open_ticket(shop)
    for words in ("send me updates", "dee@example.com", "GG-12001 ada@example.com"):
        talk.say(words)
    assert shop.linked.view(token).updates_for == "GG-12003"
    talk.say("send me updates by e-mail")
    talk.say("ada@example.com")
    assert shop.linked.view(token).updates_for == "GG-12001, GG-12003"
    shop.linked.stop_updates(token, "k")
    assert shop.linked.view(token).updates_for is None
    for number in ("GG-12001", "GG-12003"):
        assert shop.subscriptions.active_for(number) == []


def test_a_label_is_opened_by_its_link_which_opens_nothing_else(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002 10001")
    confirmed = talk.say("too big").one(ReturnConfirmed)
    token, _, rma = confirmed.label_url.split("/c/")[1].split("/")
    assert rma == confirmed.rma
    assert rma in shop.linked.slip(token, rma)
    for act in (
        lambda: shop.linked.view(token),
        lambda: shop.linked.reply(token, "hello", "k"),
        lambda: shop.linked.rate(token, 5, "", "k"),
        lambda: shop.linked.stop_updates(token, "k"),
        lambda: shop.linked.slip(token, "RMA-NONE0000"),
    ):
        with pytest.raises(SessionNotFound):
            act()


def test_the_slip_is_for_the_conversation_that_filed_the_return(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002 ada@example.com")
    confirmed = talk.say("too big").one(ReturnConfirmed)
    token, rma = shop.links.token(talk.session_id), confirmed.rma
    assert confirmed.rma in shop.linked.slip(token, confirmed.rma)
    other = shop.links.token(Talk.begin(shop).session_id)
    for wrong in ((other, confirmed.rma), (token, "RMA-NONE0000"), (shop.links.token("x"), rma)):
        with pytest.raises(NotFound):
            shop.linked.slip(*wrong)


def test_a_ticket_that_never_had_a_session_is_read_and_answered_too(shop: Services) -> None:
    draft = TicketDraft(
        customer=TicketCustomerDraft(name="Bo", email="bo@example.com"),
        message="Wrote a letter",
        source=Source.AGENT,
        order_number="GG-12003",
    )
    ticket = shop.tickets.open(AGENT, draft, "by-hand")
    ticket = shop.tickets.reply(AGENT, ticket.ticket_id, "Hello Bo", ticket.version, "r")
    token = shop.links.token("", ticket.ticket_id)
    assert [line.text for line in shop.linked.view(token).lines] == ["Hello Bo"], "no notes"
    for _ in range(2):
        shop.linked.reply(token, "Hello back", "k")
    assert [line.text for line in shop.linked.view(token).lines] == ["Hello Bo", "Hello back"]
    shop.survey.resolve_and_ask(
        AGENT,
        ticket.ticket_id,
        version=shop.tickets.get(SYSTEM, ticket.ticket_id).version,
        request_id="resolve",
    )
    shop.linked.rate(token, 1, "", "k")
    assert shop.linked.view(token).score == 1
    assert shop.csat.for_orders(SYSTEM, ["GG-12003"])["GG-12003"].score == 1


def test_a_link_without_a_ticket_is_for_reading(shop: Services) -> None:
    talk = Talk.begin(shop)
    token = shop.links.token(talk.session_id)
    assert shop.linked.view(token).ticket_id is None
    with pytest.raises(Conflict):
        shop.linked.reply(token, "hello", "k")
    with pytest.raises(NotFound):
        shop.linked.rate(token, 5, "", "k")
    with pytest.raises(NotFound):
        shop.linked.stop_updates(token, "k")


def test_a_forged_link_opens_nothing(shop: Services) -> None:
    talk, ticket, _ = open_ticket(shop)
    forged = ConversationLinks("another secret, just as long as ours", "https://x.example.com")
    token = forged.token(talk.session_id, ticket.ticket_id)
    for act in (
        lambda: shop.linked.view(token),
        lambda: shop.linked.reply(token, "hello", "k"),
        lambda: shop.linked.rate(token, 5, "", "k"),
        lambda: shop.linked.stop_updates(token, "k"),
        lambda: shop.linked.slip(token, "RMA-1"),
    ):
        with pytest.raises(SessionNotFound):
            act()
