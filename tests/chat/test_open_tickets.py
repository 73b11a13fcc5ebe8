"""A conversation that has a ticket already: what is urgent, what is promised, what escalates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import CsatSubmission, StylistSubmission
from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.events.catalog import EventName
from concierge.replies.models import TicketOpened
from concierge.sessions.models import WidgetSession
from concierge.tickets.models import Priority, Source, Status, Ticket
from tests.conftest import NOW
from tests.talk import SYSTEM, Said, Talk

AGENT = Actor.staff("agent", {Role.AGENT})
AT_ONCE = timedelta(minutes=15)


def form(message: str = "My ring is loose", **more: object) -> StylistSubmission:
    given = {"name": "Bo Sample", "email": "bo@example.com", "message": message, **more}
    return StylistSubmission(**given)  # type: ignore[arg-type]


def ticket_of(shop: Services, said: Said) -> Ticket:
    return shop.tickets.get(SYSTEM, said.one(TicketOpened).ticket_id)


def handed_over(shop: Services, **more: object) -> tuple[Talk, Ticket]:
    talk = Talk.begin(shop)
    return talk, ticket_of(shop, talk.form(form(**more)))


def now(shop: Services, ticket: Ticket) -> Ticket:
    return shop.tickets.get(SYSTEM, ticket.ticket_id)


def escalations(session: WidgetSession) -> int:
    events = [event.event for entry in session.transcript for event in entry.events]
    return events.count(EventName.STYLIST_ESCALATED.value)


def followed_up(shop: Services) -> tuple[Talk, Ticket]:
    """A talk whose only ticket is the follow-up of its low rating."""
    talk = Talk.begin(shop)
    talk.say("my e-mail is bo@example.com")
    talk.form(CsatSubmission(rating=1))
    session = talk.session()
    follow_up = shop.tickets.get(SYSTEM, session.open_ticket_id or "")
    assert follow_up.source is Source.RATING
    assert (session.handoff_at, escalations(session)) == (None, 0)
    return talk, follow_up


# -- urgent --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"message": "I was charged twice"},
        {"message": "Please hurry", "urgent": True},
        {"message": "", "urgent": True},
    ],
)
def test_what_is_urgent_makes_the_open_ticket_urgent(
    shop: Services, more: dict[str, object]
) -> None:
    talk, ticket = handed_over(shop)
    assert ticket.priority is Priority.STANDARD
    card = talk.form(form(**more)).one(TicketOpened)
    after = now(shop, ticket)
    assert (after.priority, after.rank, after.sla_due_at) == (Priority.URGENT, 0, NOW + AT_ONCE)
    assert (card.promise, card.promised_by) == ("at once", after.sla_due_at)
    assert not talk.session().state.urgent


def test_an_urgent_word_in_the_chat_makes_the_open_ticket_urgent(shop: Services) -> None:
    talk, ticket = handed_over(shop)
    talk.say("it gave me an allergic reaction")
    assert now(shop, ticket).priority is Priority.URGENT
    assert not talk.session().state.urgent, "a human has it"
    history = shop.tickets.history(AGENT, ticket.ticket_id)
    changed = [(c.field, c.before, c.after) for entry in history for c in entry.changes]
    assert ("priority", "standard", "urgent") in changed


def test_an_urgent_word_by_the_link_makes_the_ticket_urgent(shop: Services) -> None:
    talk, ticket = handed_over(shop)
    token = shop.links.token(talk.session_id, ticket.ticket_id)
    shop.linked.reply(token, "My lawyer will write to you", "k")
    assert now(shop, ticket).priority is Priority.URGENT


def test_an_urgent_message_on_a_ticket_that_waited_long_is_due_soon_and_not_in_the_past(
    shop: Services, clock: ManualClock
) -> None:
    talk, ticket = handed_over(shop)
    clock.advance(timedelta(hours=3))
    card = talk.form(form("I was charged twice")).one(TicketOpened)
    after = now(shop, ticket)
    assert after.sla_due_at == clock.now() + AT_ONCE / 10
    assert card.promised_by == after.sla_due_at


def test_the_promise_of_an_urgent_ticket_stays_when_something_calm_is_added(
    shop: Services,
) -> None:
    talk, _ = handed_over(shop, message="I was charged twice")
    again = talk.form(form("And the box was dented"))
    assert again.one(TicketOpened).promise == "at once"
    assert "at once" in again.text


def test_a_typed_address_reveals_no_tier_when_something_is_added(
    shop: Services, clock: ManualClock
) -> None:
    told = []
    for email in ("ada@example.com", "nobody@example.com"):
        talk, ticket = handed_over(shop, email=email)
        told.append((ticket.priority, talk))
    assert [priority for priority, _ in told] == [Priority.VIP, Priority.STANDARD]
    clock.advance(timedelta(minutes=50))
    cards = [talk.form(form("More")).one(TicketOpened) for _, talk in told]
    assert len({(card.promise, card.promised_by) for card in cards}) == 1
    assert cards[0].promise == "within 4 business hours"


def test_a_ticket_that_is_not_the_sessions_is_never_opened_again_by_its_words(
    shop: Services,
) -> None:
    _, other = handed_over(shop)
    shop.survey.resolve_and_ask(AGENT, other.ticket_id, version=1, request_id="d")
    for ticket_id in (other.ticket_id, "STY-NONE00"):
        talk = Talk.begin(shop)
        talk.form(CsatSubmission(survey="agent", rating="banana", ticket_id=ticket_id))
        assert talk.say("qwertz asdf").intent == "unmatched"
    assert now(shop, other).status is Status.RESOLVED


# -- escalation ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["words", "form", "form without words", "yes to the offer"])
def test_asking_for_a_human_escalates_also_where_only_a_follow_up_is_open(
    shop: Services, clock: ManualClock, how: str
) -> None:
    talk, follow_up = followed_up(shop)
    talk.say("no")
    clock.advance(timedelta(minutes=1))

    def ask() -> None:
        if how == "words":
            talk.say("I want to talk to a human")
        elif how == "form":
            talk.form(form("Please call me"))
        elif how == "form without words":
            talk.form(form(""))
        else:
            talk.say("cancel order GG-12002 ada@example.com")
            talk.say("yes")

    ask()
    session = talk.session()
    assert session.handoff_at == clock.now()
    assert session.handoff_ticket_id == session.open_ticket_id == follow_up.ticket_id
    assert escalations(session) == 1
    assert len(now(shop, follow_up).messages) > 1, "the agent reads that they are asked for"
    ask()
    assert escalations(talk.session()) == 1, "once for one ticket"


def test_words_to_a_follow_up_that_ask_for_nobody_are_no_escalation(shop: Services) -> None:
    talk, follow_up = followed_up(shop)
    talk.say("the clasp was loose, qwertz")
    assert "qwertz" in now(shop, follow_up).messages[-1].text
    assert (talk.session().handoff_at, escalations(talk.session())) == (None, 0)


def test_an_escalation_whose_answer_was_lost_is_told_again_and_counted_once(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, follow_up = followed_up(shop)
    talk.say("no")

    def dies(*_: object) -> bool:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(shop.sessions, "write_turn", dies)
        with pytest.raises(RuntimeError):
            talk.say("talk to a human", request_id="lost")
    assert escalations(talk.session()) == 0
    talk.say("talk to a human", request_id="lost")
    assert escalations(talk.session()) == 1
    texts = [message.text for message in now(shop, follow_up).messages]
    assert texts.count("talk to a human") == 1
