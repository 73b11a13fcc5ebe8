"""What a mail's link opens, when its address was only typed: anybody's may have been."""

from __future__ import annotations

import re
from typing import Any

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import ReturnSubmission, StylistSubmission, UpdatesSubmission
from concierge.core.actor import Actor, Role
from concierge.core.errors import Conflict, NotFound
from concierge.csat.models import CsatKind
from concierge.orders.models import OrderStatus
from concierge.replies.models import ReturnConfirmed, TicketOpened
from concierge.sessions.links import Purpose
from concierge.tickets.models import Status, Ticket
from tests.conftest import NOW
from tests.talk import SYSTEM, Talk

AGENT = Actor.staff("agent", {Role.AGENT})
STRANGER = "eve@example.org"


def proven(shop: Services) -> Talk:
    """A conversation that has proven an order of ada@example.com."""
    talk = Talk.begin(shop)
    talk.say("where is GG-12002, ada@example.com")
    return talk


def asked(shop: Services, talk: Talk, email: str, **more: str) -> Ticket:
    form = StylistSubmission(name="Ada Example", email=email, message="It is loose", **more)
    return shop.tickets.get(SYSTEM, talk.form(form).one(TicketOpened).ticket_id)


def mails(shop: Services, kind: str, to: str) -> list[dict[str, Any]]:
    return list(shop.mongo.db["outbox"].find({"kind": kind, "to": to}))


def token_of(shop: Services, kind: str, to: str) -> str:
    (mail,) = mails(shop, kind, to)
    (token,) = re.findall(r"/c/(\S+)", mail["body"])
    return str(token)


def test_a_typed_address_gets_the_ticket_alone(shop: Services) -> None:
    talk = proven(shop)
    ticket = asked(shop, talk, STRANGER)
    ticket = shop.tickets.note(AGENT, ticket.ticket_id, "calm", ticket.version, "n")
    shop.tickets.reply(AGENT, ticket.ticket_id, "Tomorrow.", ticket.version, "r")
    ticket = shop.tickets.get(SYSTEM, ticket.ticket_id)
    shop.survey.resolve_and_ask(AGENT, ticket.ticket_id, version=ticket.version, request_id="d")
    for kind in ("ticket_opened", "agent_reply", "survey"):
        token = token_of(shop, kind, STRANGER)
        target = shop.links.read(token)
        assert (target.session_id, target.ticket_id) == ("", ticket.ticket_id)
        seen = shop.linked.view(token)
        assert [line.text for line in seen.lines] == ["It is loose", "Tomorrow."]
        assert "GG-12002" not in seen.model_dump_json()
        assert seen.updates_for is None


def test_the_proven_address_gets_the_whole_conversation(shop: Services) -> None:
    talk = proven(shop)
    ticket = asked(shop, talk, "Ada@Example.com")
    shop.tickets.reply(AGENT, ticket.ticket_id, "Tomorrow.", ticket.version, "r")
    ticket = shop.tickets.get(SYSTEM, ticket.ticket_id)
    shop.survey.resolve_and_ask(AGENT, ticket.ticket_id, version=ticket.version, request_id="d")
    for kind in ("ticket_opened", "agent_reply", "survey"):
        token = token_of(shop, kind, "ada@example.com")
        assert shop.links.read(token).session_id == talk.session_id
        assert "GG-12002" in shop.linked.view(token).model_dump_json()


def test_an_address_proven_with_the_form_itself_gets_the_whole_conversation(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    asked(shop, talk, "ada@example.com", order_number="GG-12002")
    token = token_of(shop, "ticket_opened", "ada@example.com")
    assert shop.links.read(token).session_id == talk.session_id


def test_an_address_that_the_conversation_proves_no_longer_gets_the_ticket_alone(
    shop: Services,
) -> None:
    talk = proven(shop)
    ticket = asked(shop, talk, "ada@example.com")
    talk.say("and where is GG-12003, dee@example.com")
    shop.tickets.reply(AGENT, ticket.ticket_id, "Tomorrow.", now(shop, ticket).version, "r")
    token = token_of(shop, "agent_reply", "ada@example.com")
    assert shop.links.read(token).session_id == ""


def test_words_by_a_tickets_link_go_to_ticket_and_conversation_once(shop: Services) -> None:
    talk = proven(shop)
    ticket = asked(shop, talk, STRANGER)
    shop.survey.resolve_and_ask(AGENT, ticket.ticket_id, version=1, request_id="d")
    token = token_of(shop, "ticket_opened", STRANGER)
    for _ in range(2):
        shop.linked.reply(token, "It is here", "click")
    after = now(shop, ticket)
    assert [message.text for message in after.messages] == ["It is loose", "It is here"]
    assert after.status is Status.OPEN
    assert [text for _, text in talk.lines()].count("It is here") == 1
    assert talk.session().open_ticket_id == ticket.ticket_id


def test_a_rating_by_a_tickets_link_is_told_in_the_conversation(shop: Services) -> None:
    talk = proven(shop)
    ticket = asked(shop, talk, STRANGER)
    shop.survey.resolve_and_ask(AGENT, ticket.ticket_id, version=1, request_id="d")
    token = token_of(shop, "survey", STRANGER)
    shop.linked.rate(token, "good", "", "click")
    kept = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket.ticket_id)
    assert kept is not None
    assert (kept.score, kept.session_id) == (4, talk.session_id)
    assert talk.lines()[-1] == ("customer", "My rating: good")
    assert talk.session().state.awaiting is None


def test_a_tickets_link_opens_neither_slip_nor_updates(shop: Services) -> None:
    talk = proven(shop)
    order = shop.orders.get(SYSTEM, "GG-12002")
    form = ReturnSubmission(
        order_number="GG-12002",
        line_id=order.lines[0].line_id,
        return_kind="return",  # type: ignore[arg-type]
        reason="too big",
    )
    filed = talk.form(form).one(ReturnConfirmed)
    asked(shop, talk, STRANGER)
    token = token_of(shop, "ticket_opened", STRANGER)
    with pytest.raises(NotFound):
        shop.linked.slip(token, filed.rma)
    with pytest.raises(NotFound):
        shop.linked.stop_updates(token, "k")


# -- order updates -------------------------------------------------------------------------------


def subscribed(shop: Services, email: str) -> Talk:
    talk = Talk.begin(shop)
    talk.say("where is GG-12003, dee@example.com")
    talk.form(UpdatesSubmission(order_number="GG-12003", email=email))
    return talk


def test_updates_to_a_typed_address_can_be_stopped_and_nothing_else(shop: Services) -> None:
    subscribed(shop, "dee@example.com")
    subscribed(shop, STRANGER)
    shop.order_changed.record(SYSTEM, "GG-12003", OrderStatus.DELIVERED, at=NOW, request_id="n")
    for kind in ("order_updates_on", "order_status"):
        assert shop.links.read(token_of(shop, kind, STRANGER)).purpose is Purpose.UPDATES


def test_a_link_that_stops_updates_does_that_and_nothing_else(shop: Services) -> None:
    subscribed(shop, "dee@example.com")
    talk = subscribed(shop, STRANGER)
    token = token_of(shop, "order_updates_on", STRANGER)
    seen = shop.linked.view(token)
    assert (seen.lines, seen.ticket_id, seen.ask) == ([], None, False)
    assert (seen.updates_for, seen.only_updates) == ("GG-12003", True)
    with pytest.raises(Conflict):
        shop.linked.reply(token, "hello", "k")
    with pytest.raises(NotFound):
        shop.linked.rate(token, 5, "", "k")
    with pytest.raises(NotFound):
        shop.linked.slip(token, "RMA-1")
    for _ in range(2):
        shop.linked.stop_updates(token, "k")
    assert [s.address for s in shop.subscriptions.active_for("GG-12003")] == ["dee@example.com"]
    assert shop.linked.view(token).updates_for is None
    assert shop.chat.changes(talk.actor, talk.session_id, 0).entries, "the conversation goes on"


def test_updates_to_the_proven_address_lead_back_to_the_conversation(shop: Services) -> None:
    talk = subscribed(shop, "dee@example.com")
    target = shop.links.read(token_of(shop, "order_updates_on", "dee@example.com"))
    assert (target.purpose, target.session_id) == (Purpose.CONVERSATION, talk.session_id)


def now(shop: Services, ticket: Ticket) -> Ticket:
    return shop.tickets.get(SYSTEM, ticket.ticket_id)
