"""Of several tickets of one conversation, the one that the customer's words go to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import CsatSubmission, StylistSubmission
from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden
from concierge.replies.models import TicketOpened
from concierge.tickets.models import Source, Status, Ticket
from tests.talk import SYSTEM, Talk

AGENT = Actor.staff("agent", {Role.AGENT})


def asked(talk: Talk, message: str = "The clasp broke") -> Ticket:
    form = StylistSubmission(name="Bo Sample", email="bo@example.com", message=message)
    return talk.services.tickets.get(SYSTEM, talk.form(form).one(TicketOpened).ticket_id)


def resolved(shop: Services, ticket: Ticket) -> Ticket:
    now = shop.tickets.get(SYSTEM, ticket.ticket_id)
    return shop.survey.resolve_and_ask(
        AGENT, now.ticket_id, version=now.version, request_id=f"resolve {now.version}"
    )


def words_on(shop: Services, ticket_id: str) -> list[str]:
    return [message.text for message in shop.tickets.get(SYSTEM, ticket_id).messages]


def test_a_low_rating_leaves_the_chat_with_the_human_who_has_the_ticket(shop: Services) -> None:
    talk = Talk.begin(shop)
    ticket = asked(talk)
    shop.tickets.claim(AGENT, ticket.ticket_id)
    talk.say("my e-mail is bo@example.com")
    talk.form(CsatSubmission(rating=1))
    session = talk.session()
    assert session.open_ticket_id == ticket.ticket_id
    first, follow_up = session.ticket_ids
    assert first == ticket.ticket_id
    assert shop.tickets.get(SYSTEM, follow_up).source is Source.RATING
    talk.say("qwertz, the clasp is silver")
    assert words_on(shop, ticket.ticket_id)[-1] == "qwertz, the clasp is silver"
    assert "qwertz, the clasp is silver" not in words_on(shop, follow_up)


def test_an_old_link_leaves_the_chat_with_the_newer_ticket(
    shop: Services, clock: ManualClock
) -> None:
    talk = Talk.begin(shop)
    old = asked(talk, "About the first")
    resolved(shop, old)
    new = asked(talk, "About the second")
    clock.advance(timedelta(minutes=5))
    shop.linked.reply(shop.links.token(talk.session_id, old.ticket_id), "The first again", "k")
    assert shop.tickets.get(SYSTEM, old.ticket_id).status is Status.OPEN
    assert talk.session().open_ticket_id == new.ticket_id
    assert talk.session().ticket_ids == [old.ticket_id, new.ticket_id]
    talk.say("qwertz asdf")
    assert words_on(shop, new.ticket_id)[-1] == "qwertz asdf"


def test_when_the_ticket_is_resolved_another_that_is_not_has_the_chat(
    shop: Services, clock: ManualClock
) -> None:
    talk = Talk.begin(shop)
    old = asked(talk, "About the first")
    resolved(shop, old)
    new = asked(talk, "About the second")
    clock.advance(timedelta(minutes=5))
    shop.linked.reply(shop.links.token(talk.session_id, old.ticket_id), "The first again", "k")
    resolved(shop, new)
    assert talk.session().open_ticket_id == old.ticket_id
    talk.say("qwertz asdf")
    assert words_on(shop, old.ticket_id)[-1] == "qwertz asdf"
    resolved(shop, old)
    assert talk.session().open_ticket_id is None


def test_resolving_a_ticket_that_has_not_the_chat_takes_it_from_nobody(shop: Services) -> None:
    talk = Talk.begin(shop)
    old = asked(talk, "About the first")
    resolved(shop, old)
    new = asked(talk, "About the second")
    shop.linked.reply(shop.links.token(talk.session_id, old.ticket_id), "The first again", "k")
    resolved(shop, old)
    assert talk.session().open_ticket_id == new.ticket_id


def moved(shop: Services, ticket: Ticket, status: Status, key: str = "move") -> Ticket:
    now = shop.tickets.get(SYSTEM, ticket.ticket_id)
    return shop.moving.move(
        AGENT, ticket.ticket_id, status, version=now.version, request_id=f"{key} {now.version}"
    )


def test_a_ticket_that_an_agent_opens_again_has_the_chat_again(shop: Services) -> None:
    talk = Talk.begin(shop)
    ticket = asked(talk)
    resolved(shop, ticket)
    assert talk.session().open_ticket_id is None
    assert moved(shop, ticket, Status.IN_PROGRESS).status is Status.IN_PROGRESS
    assert talk.session().open_ticket_id == ticket.ticket_id
    talk.say("qwertz asdf")
    assert words_on(shop, ticket.ticket_id)[-1] == "qwertz asdf"


def test_a_ticket_opened_again_leaves_the_chat_with_a_newer_one(shop: Services) -> None:
    talk = Talk.begin(shop)
    old = asked(talk, "About the first")
    resolved(shop, old)
    new = asked(talk, "About the second")
    moved(shop, old, Status.OPEN)
    assert talk.session().open_ticket_id == new.ticket_id


def test_a_move_into_resolved_asks_how_it_went_once(shop: Services) -> None:
    talk = Talk.begin(shop)
    ticket = asked(talk)
    now = shop.tickets.get(SYSTEM, ticket.ticket_id)
    for _ in range(2):
        done = shop.moving.move(
            AGENT, ticket.ticket_id, Status.RESOLVED, version=now.version, request_id="k"
        )
        assert done.status is Status.RESOLVED
    session = talk.session()
    assert (session.open_ticket_id, session.state.awaiting) == (None, "csat")
    assert len([e for e in session.transcript if e.ticket_id == ticket.ticket_id]) == 1


def test_a_move_among_the_others_is_only_a_move(shop: Services) -> None:
    talk = Talk.begin(shop)
    ticket = asked(talk)
    seen = talk.session()
    assert moved(shop, ticket, Status.ON_HOLD).status is Status.ON_HOLD
    assert talk.session() == seen


def test_nobody_moves_tickets_who_may_not_work_on_them(shop: Services) -> None:
    talk = Talk.begin(shop)
    ticket = asked(talk)
    for actor in (talk.actor, Actor.staff("ana", {Role.ANALYST}), Actor.staff("pam", {Role.PM})):
        for status in Status:
            with pytest.raises(Forbidden):
                shop.moving.move(actor, ticket.ticket_id, status, version=1, request_id="k")
