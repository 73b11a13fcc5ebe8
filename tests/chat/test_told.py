"""What the human who takes over reads first."""

from __future__ import annotations

from concierge.bootstrap import Services
from concierge.replies.models import StylistForm, TicketOpened
from concierge.tickets.models import Ticket
from tests.talk import SYSTEM, Said, Talk


def ticket_of(shop: Services, said: Said) -> Ticket:
    return shop.tickets.get(SYSTEM, said.one(TicketOpened).ticket_id)


def test_the_subject_is_the_wish_and_not_the_words_that_asked_for_a_human(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my ring arrived broken!!! I am furious")
    talk.say("talk to a human")
    ticket = ticket_of(shop, talk.say("ada@example.com"))
    assert ticket.subject == "my ring arrived broken!!! I am furious"
    assert ticket.messages[0].text == "my ring arrived broken!!! I am furious"


def test_the_message_is_all_that_was_typed_for_the_wish(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("i ordered the wrong size, GG-12001")
    talk.say("ada@example.com")
    ticket = ticket_of(shop, talk.say("size 7 please, ada@example.com"))
    assert ticket.subject == "i ordered the wrong size, GG-12001"
    assert ticket.messages[0].text.splitlines() == [
        "i ordered the wrong size, GG-12001",
        "size 7 please",
    ]


def test_words_typed_into_the_open_form_are_kept_until_an_address_comes(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    talk.say("my ring hums when it rains")
    talk.say("what are your hours")
    ticket = ticket_of(shop, talk.say("ada@example.com"))
    assert ticket.subject == "my ring hums when it rains"
    assert "hours" not in ticket.messages[0].text


def test_the_form_holds_what_was_told_before(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("i ordered the wrong size, GG-12001")
    assert talk.say("talk to a human").one(StylistForm).message == (
        "i ordered the wrong size, GG-12001"
    )
    assert Talk.begin(shop).say("talk to a human").one(StylistForm).message is None


def test_what_was_looked_at_before_does_not_stand_over_a_question(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings under $300")
    talk.say("talk to a human")
    ticket = ticket_of(shop, talk.say("Ada, ada@example.com, does the ring come in platinum?"))
    assert ticket.messages[0].text == "does the ring come in platinum?"
