"""A conversation so long that its beginning has moved to pages is still one conversation."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import CsatSubmission, StylistSubmission
from concierge.core.actor import Actor, Role
from concierge.insights.conversations import ConversationFilter
from concierge.replies.models import TicketOpened
from concierge.sessions import repository, service
from concierge.tickets.models import Source
from tests.talk import SYSTEM, Talk

AGENT = Actor.staff("agent", {Role.AGENT})
FIRST = "GG-12003 dee@example.com"
LATER = ("hello", "how do I clean silver", "show me rings", "thank you")


@pytest.fixture
def long(shop: Services, monkeypatch: pytest.MonkeyPatch) -> Talk:
    monkeypatch.setattr(service, "NEWEST_ENTRIES", 4)
    monkeypatch.setattr(repository, "NEWEST_ENTRIES", 4)
    monkeypatch.setattr(repository, "MOVED_AT_ONCE", 2)
    talk = Talk.begin(shop)
    for text in (FIRST, *LATER):
        talk.say(text)
    kept = talk.session()
    assert kept.pages > 1
    assert FIRST not in [entry.text for entry in kept.transcript]
    return talk


def _handed_over(talk: Talk) -> tuple[str, str]:
    form = StylistSubmission(name="Dee Specimen", email="dee@example.com", message="When?")
    card = talk.form(form).one(TicketOpened)
    assert card.conversation_url is not None
    return card.ticket_id, card.conversation_url.rsplit("/", 1)[1]


def test_a_ticket_gets_all_that_was_said(shop: Services, long: Talk) -> None:
    ticket_id, _ = _handed_over(long)
    said = [line.text for line in shop.tickets.get(SYSTEM, ticket_id).transcript]
    assert [text for text in said if text in (FIRST, *LATER)] == [FIRST, *LATER]


def test_the_follow_up_of_a_low_rating_gets_all_that_was_said(shop: Services, long: Talk) -> None:
    long.form(CsatSubmission(rating=1))
    (row,) = shop.tickets.for_customer(AGENT, "dee@example.com")
    ticket = shop.tickets.get(SYSTEM, row.ticket_id)
    assert ticket.source is Source.RATING
    said = [line.text for line in ticket.transcript]
    assert [text for text in said if text in (FIRST, *LATER)] == [FIRST, *LATER]


def test_the_signed_link_shows_it_from_its_beginning(shop: Services, long: Talk) -> None:
    _, token = _handed_over(long)
    lines = shop.linked.view(token).lines
    assert [line.text for line in lines if line.text in (FIRST, *LATER)] == [FIRST, *LATER]
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers))
    for seen in (0, 2, numbers[-2]):
        news = [line.number for line in shop.linked.view(token, after=seen).lines]
        assert news == [number for number in numbers if number > seen]


def test_who_looks_on_is_told_all_that_came_since(shop: Services, long: Talk) -> None:
    whole = shop.sessions.whole(long.actor, long.session_id).transcript
    for seen in (0, 2, whole[-2].seq):
        told = shop.sessions.changes(long.actor, long.session_id, seen).entries
        assert told == [entry for entry in whole if entry.seq > seen]


def test_the_list_tells_what_was_said_first_of_all(shop: Services, long: Talk) -> None:
    (row,) = shop.conversations.page(AGENT, ConversationFilter()).items
    assert row.first_text == FIRST


def test_a_whole_conversation_is_for_who_takes_part_and_has_its_bounds(
    shop: Services, long: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shop.sessions.whole(long.actor, long.session_id)
    assert [entry.seq for entry in whole.transcript] == list(range(1, whole.turn_seq + 1))
    monkeypatch.setattr(service, "PAGES_OF_WHOLE", 1)
    bounded = shop.sessions.whole(long.actor, long.session_id)
    assert len(bounded.transcript) == len(long.session().transcript) + 2
    assert bounded.transcript == whole.transcript[-len(bounded.transcript) :]
    with pytest.raises(service.SessionNotFound):
        shop.sessions.whole(Actor.customer("another"), long.session_id)
