"""Asking how it went, and what a rating sets in motion: in one transaction or not at all."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import StylistSubmission
from concierge.core.actor import Actor, Role
from concierge.core.errors import Forbidden, IdempotencyMismatch, VersionConflict
from concierge.csat.models import CsatFilter, CsatKind
from concierge.replies.models import TicketOpened
from concierge.tickets.models import Source, Status, Ticket, TicketFilter
from tests.talk import SYSTEM, Talk

AGENT = Actor.staff("agent", {Role.AGENT})


def answered(shop: Services) -> tuple[Talk, Ticket]:
    talk = Talk.begin(shop)
    form = StylistSubmission(name="Bo Sample", email="bo@example.com", message="It is loose")
    ticket = shop.tickets.get(SYSTEM, talk.form(form).one(TicketOpened).ticket_id)
    return talk, shop.tickets.reply(AGENT, ticket.ticket_id, "Fixed.", ticket.version, "r")


def test_a_resolve_is_refused_over_another_version_and_to_others(shop: Services) -> None:
    talk, ticket = answered(shop)
    seen = talk.session().turn_seq
    with pytest.raises(VersionConflict):
        shop.survey.resolve_and_ask(
            AGENT, ticket.ticket_id, version=ticket.version - 1, request_id="k"
        )
    for actor in (Actor.customer(talk.session_id), Actor.staff("ana", {Role.ANALYST})):
        with pytest.raises(Forbidden):
            shop.survey.resolve_and_ask(
                actor, ticket.ticket_id, version=ticket.version, request_id="k2"
            )
    assert shop.tickets.get(SYSTEM, ticket.ticket_id).status is Status.WAITING
    assert talk.session().turn_seq == seen
    assert shop.mongo.db["outbox"].count_documents({"kind": "survey"}) == 0


def test_when_a_part_fails_nothing_of_it_is_done(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, ticket = answered(shop)

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("the mail cannot be written")

    with monkeypatch.context() as broken:
        broken.setattr(shop.notifications, "queue", breaks)
        with pytest.raises(RuntimeError):
            shop.survey.resolve_and_ask(
                AGENT, ticket.ticket_id, version=ticket.version, request_id="k"
            )
    assert shop.tickets.get(SYSTEM, ticket.ticket_id) == ticket
    session = talk.session()
    assert session.open_ticket_id == ticket.ticket_id
    assert session.state.awaiting is None
    assert shop.csat.summary(SYSTEM, CsatFilter(kind=CsatKind.AGENT)).asked == 0
    done = shop.survey.resolve_and_ask(
        AGENT, ticket.ticket_id, version=ticket.version, request_id="k"
    )
    assert done.status is Status.RESOLVED


def test_a_key_is_for_one_version(shop: Services) -> None:
    _, ticket = answered(shop)
    shop.survey.resolve_and_ask(AGENT, ticket.ticket_id, version=ticket.version, request_id="k")
    with pytest.raises(IdempotencyMismatch):
        shop.survey.resolve_and_ask(AGENT, ticket.ticket_id, version=1, request_id="k")


def test_an_anonymous_low_rating_without_a_way_to_reach_anybody_opens_nothing(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    rated = shop.survey.rate(
        talk.actor,
        talk.session(),
        survey="concierge",
        rating="bad",
        notes="",
        ticket_id=None,
        request_id="k",
    )
    assert (rated.score, rated.follow_up_ticket_id) == (1, None)
    assert shop.tickets.queue(SYSTEM, TicketFilter()).items == []


def test_a_follow_up_is_rated_low_without_an_escalation(shop: Services) -> None:
    talk, ticket = answered(shop)
    handed_over_at = talk.session().handoff_at
    shop.survey.resolve_and_ask(AGENT, ticket.ticket_id, version=ticket.version, request_id="k")
    talk.say("bad")
    session = talk.session()
    assert session.handoff_at == handed_over_at
    follow_up = shop.tickets.get(SYSTEM, session.open_ticket_id or "")
    assert (follow_up.source, follow_up.follow_up_of) == (Source.RATING, ticket.ticket_id)
    assert "low-rating" in follow_up.tags
