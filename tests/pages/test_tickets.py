"""The ticket that is open in the queue, and opening one for somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.chat.models import StylistSubmission
from concierge.core.actor import Role
from concierge.tickets.models import STYLIST_TICKETS, Status, Ticket, View
from tests.pages.conftest import OpenScreen, text_of, words_of
from tests.talk import SYSTEM, Talk


@pytest.fixture
def talk(services: Services) -> Talk:
    return Talk.begin(services)


@pytest.fixture
def ticket(services: Services, talk: Talk) -> Ticket:
    form = StylistSubmission(name="Bo Sample", email="bo@example.com", message="The clasp broke")
    talk.form(form)
    return services.tickets.get(SYSTEM, talk.session().open_ticket_id or "")


def pressed(screen: AppTest, label: str) -> None:
    (button,) = [button for button in screen.button if button.label == label]
    button.click().run()
    assert not screen.exception, screen.exception


def test_a_ticket_is_resolved_and_opened_again_and_its_chat_goes_along(
    services: Services, open_screen: OpenScreen, talk: Talk, ticket: Ticket
) -> None:
    screen = open_screen(Role.AGENT, "tickets", ticket=ticket.ticket_id)
    pressed(screen, "Resolve")
    assert services.tickets.get(SYSTEM, ticket.ticket_id).status is Status.RESOLVED
    assert talk.session().open_ticket_id is None
    assert talk.session().state.awaiting == "csat"
    screen = open_screen(Role.AGENT, "tickets", ticket=ticket.ticket_id)
    pressed(screen, "Open again")
    assert services.tickets.get(SYSTEM, ticket.ticket_id).status is Status.OPEN
    assert talk.session().open_ticket_id == ticket.ticket_id
    assert "Resolved" not in text_of(screen)


def test_an_address_that_was_only_typed_is_marked_and_one_that_was_proven_is_not(
    services: Services, shop: Services, open_screen: OpenScreen
) -> None:
    typed, proven = Talk.begin(services), Talk.begin(services)
    proven.say("GG-12002 ada@example.com")
    for talk in (typed, proven):
        talk.form(StylistSubmission(name="Ada", email="ada@example.com", message="It hums"))

    def seen(talk: Talk) -> str:
        ticket_id = talk.session().open_ticket_id or ""
        return text_of(open_screen(Role.AGENT, "tickets", ticket=ticket_id))

    assert "only typed, not proven" in seen(typed)
    assert "only typed, not proven" not in seen(proven)


def test_a_reply_and_a_note_are_two_drafts_and_neither_is_lost(
    services: Services, open_screen: OpenScreen, ticket: Ticket
) -> None:
    screen = open_screen(Role.AGENT, "tickets", ticket=ticket.ticket_id)

    def message() -> str:
        (box,) = [area for area in screen.text_area if area.label == "Message"]
        return str(box.value or "")

    def types(text: str) -> None:
        (box,) = [area for area in screen.text_area if area.label == "Message"]
        box.input(text).run()

    def turns_to(kind: str) -> None:
        screen.button_group(key=f"kind-{ticket.ticket_id}").set_value(kind).run()
        assert not screen.exception, screen.exception

    types("We put a new clasp on it")
    turns_to("Note")
    assert message() == ""
    types("Her third clasp")
    turns_to("Reply")
    assert message() == "We put a new clasp on it"
    turns_to("Note")
    assert message() == "Her third clasp"
    pressed(screen, "Keep note")
    assert message() == ""
    turns_to("Reply")
    assert message() == "We put a new clasp on it"
    (note,) = [m for m in services.tickets.get(SYSTEM, ticket.ticket_id).messages if not m.public]
    assert note.text == "Her third clasp"


@pytest.mark.parametrize(
    ("away", "words", "view"),
    [
        (timedelta(hours=-2, minutes=-10, seconds=-20), "2 h 10 min late", View.LATE),
        (timedelta(minutes=35, seconds=25), "due in 35 min", View.DUE_SOON),
    ],
)
def test_how_late_a_ticket_is_reads_the_same_on_home_in_the_queue_and_in_the_ticket(
    services: Services,
    open_screen: OpenScreen,
    ticket: Ticket,
    away: timedelta,
    words: str,
    view: View,
) -> None:
    services.mongo.collection(STYLIST_TICKETS).update_one(
        {"ticketId": ticket.ticket_id}, {"$set": {"slaDueAt": services.clock.now() + away}}
    )
    assert words in words_of(open_screen(Role.AGENT))
    queue = open_screen(Role.AGENT, "tickets", view=view.value)
    (due,) = queue.dataframe[0].value["Due"]
    assert due.removeprefix("⚠ ") == words
    assert due.startswith("⚠") is (view is View.LATE)
    said = words_of(open_screen(Role.AGENT, "tickets", ticket=ticket.ticket_id))
    assert f"First reply {words}, promised by" in said
    assert not open_screen(Role.AGENT, "tickets", view=_other(view).value).dataframe


def _other(view: View) -> View:
    return View.LATE if view is View.DUE_SOON else View.DUE_SOON
