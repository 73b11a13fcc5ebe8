"""Rating in the chat: by word, number and form; low ones are followed up, once."""

from __future__ import annotations

import pytest
from pymongo.errors import DuplicateKeyError

from concierge.bootstrap import Services
from concierge.chat.handlers.people import rating_in
from concierge.chat.models import CsatSubmission, StylistSubmission
from concierge.core.actor import Actor, Role
from concierge.core.errors import NotFound
from concierge.csat.models import Csat, CsatFilter, CsatKind
from concierge.events.catalog import EventName
from concierge.replies.models import CsatPrompt, StylistForm, TicketOpened
from concierge.tickets.models import Source, Status, TicketFilter
from tests.talk import SYSTEM, Talk

AGENT = Actor.staff("agent", {Role.AGENT})
WORDS = {"great": 5, "good": 4, "okay": 3, "poor": 2, "bad": 1}


def asked(shop: Services, *first: str) -> Talk:
    """A customer who was just asked how it went."""
    talk = Talk.begin(shop)
    for text in (*first, "show me rings"):
        talk.say(text)
    assert talk.say("thanks").has(CsatPrompt)
    return talk


def rated(shop: Services, talk: Talk) -> Csat:
    kept = shop.csat.find(SYSTEM, CsatKind.CONCIERGE, session_id=talk.session_id)
    assert kept is not None
    return kept


def follow_ups(shop: Services) -> list[str]:
    tickets = [
        shop.tickets.get(SYSTEM, row.ticket_id)
        for row in shop.tickets.queue(SYSTEM, TicketFilter()).items
    ]
    return [ticket.ticket_id for ticket in tickets if ticket.source is Source.RATING]


def served(shop: Services, *, order: str = "GG-12002 ada@example.com") -> tuple[Talk, str]:
    """A ticket that an agent has resolved."""
    talk = Talk.begin(shop)
    talk.say(order)
    form = StylistSubmission(name="Ada Example", email="ada@example.com", message="It is loose")
    ticket = shop.tickets.get(SYSTEM, talk.form(form).one(TicketOpened).ticket_id)
    ticket = shop.tickets.reply(AGENT, ticket.ticket_id, "Tightened.", ticket.version, "r")
    shop.survey.resolve_and_ask(
        AGENT, ticket.ticket_id, version=ticket.version, request_id="resolve"
    )
    return talk, ticket.ticket_id


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("great", 5),
        ("Good!", 4),
        ("okay", 3),
        ("it was ok", 3),
        ("poor", 2),
        ("bad", 1),
        ("2", 2),
        ("5 stars", 5),
        ("4 out of 5", 4),
        ("3/5", 3),
    ],
)
def test_a_rating_by_word_or_number_is_a_number(shop: Services, text: str, score: int) -> None:
    talk = asked(shop)
    assert talk.say(text).intent == "feedback"
    assert rated(shop, talk).score == score


def test_a_rating_that_is_none_is_asked_for_again(shop: Services) -> None:
    talk = asked(shop)
    said = talk.say("10 out of 10")
    assert "Please choose one" in said.text
    assert said.has(CsatPrompt)
    talk.say("5")
    assert rated(shop, talk).score == 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it was great", "great"),
        ("I give it 2 out of 5", "2"),
        ("not great", "not great"),
        ("good and bad", "good and bad"),
        ("ok", "okay"),
        ("⭐", "⭐"),
    ],
)
def test_one_rating_is_read_out_of_a_sentence_and_only_one(text: str, found: str) -> None:
    assert rating_in(text, WORDS) == found


def test_no_leaves_the_question_and_something_else_is_something_else(shop: Services) -> None:
    talk = asked(shop)
    talk.say("no thanks")
    assert shop.csat.find(SYSTEM, CsatKind.CONCIERGE, session_id=talk.session_id) is None
    assert asked(shop).say("show me necklaces").intent == "product_search"


def test_notes_follow_the_rating(shop: Services) -> None:
    talk = asked(shop)
    assert "add a word on why" in talk.say("good").text
    assert "kept your words" in talk.say("because you were quick").text
    kept = rated(shop, talk)
    assert (kept.score, kept.notes) == (4, "because you were quick")
    summary = shop.csat.summary(SYSTEM, CsatFilter(kind=CsatKind.CONCIERGE))
    assert (summary.n, summary.asked, summary.mean) == (1, 1, 4.0)


def test_no_word_is_needed(shop: Services) -> None:
    talk = asked(shop)
    talk.say("good")
    talk.say("no")
    assert rated(shop, talk).notes is None


def test_a_rating_carries_the_order_the_session_has_proven(shop: Services) -> None:
    talk = asked(shop, "GG-12002 ada@example.com")
    talk.say("great")
    kept = rated(shop, talk)
    assert (kept.order_number, kept.session_id, kept.kind) == (
        "GG-12002",
        talk.session_id,
        CsatKind.CONCIERGE,
    )
    assert shop.csat.for_orders(SYSTEM, ["GG-12002"])["GG-12002"].score == 5


def test_a_low_rating_opens_one_follow_up_however_often_it_is_given(shop: Services) -> None:
    talk = asked(shop, "GG-12002 ada@example.com")
    said = talk.say("2")
    (follow_up,) = follow_ups(shop)
    assert follow_up in said.text
    ticket = shop.tickets.get(SYSTEM, follow_up)
    assert (ticket.customer.email, ticket.order_number) == ("ada@example.com", "GG-12002")
    assert ticket.session_id == talk.session_id
    assert "2 of 5" in ticket.subject
    session = talk.session()
    assert session.handoff_at is None, "a follow-up is no escalation"
    for rating in ("bad", 2, "1"):
        talk.form(CsatSubmission(rating=rating))
    assert follow_ups(shop) == [follow_up]
    assert len(rated(shop, talk).history) == 3


def test_a_rating_that_goes_up_and_down_has_one_follow_up(shop: Services) -> None:
    talk = asked(shop, "GG-12002 ada@example.com")
    for rating in (1, 5, 1, 5, 1):
        said = talk.form(CsatSubmission(rating=rating))
    (follow_up,) = follow_ups(shop)
    assert follow_up in said.text
    assert talk.session().ticket_ids == [follow_up]
    assert len(shop.tickets.get(SYSTEM, follow_up).messages) == 1
    talk.form(CsatSubmission(rating=2, notes="Still loose"))
    texts = [message.text for message in shop.tickets.get(SYSTEM, follow_up).messages]
    assert texts[1:] == ["Still loose"]


def test_a_rating_that_is_low_again_opens_its_resolved_follow_up_again(shop: Services) -> None:
    talk = asked(shop, "GG-12002 ada@example.com")
    talk.form(CsatSubmission(rating=1))
    (follow_up,) = follow_ups(shop)
    ticket = shop.tickets.get(SYSTEM, follow_up)
    shop.survey.resolve_and_ask(AGENT, follow_up, version=ticket.version, request_id="resolve")
    assert talk.session().open_ticket_id is None
    talk.form(CsatSubmission(rating=5))
    assert shop.tickets.get(SYSTEM, follow_up).status is Status.RESOLVED
    said = talk.form(CsatSubmission(rating=2))
    assert follow_up in said.text
    again = shop.tickets.get(SYSTEM, follow_up)
    assert again.status is Status.OPEN
    assert "2 of 5" in again.messages[-1].text
    assert talk.session().open_ticket_id == follow_up
    assert follow_ups(shop) == [follow_up]


def test_a_stranger_who_rates_low_again_with_an_address_is_followed_up(shop: Services) -> None:
    talk = asked(shop)
    talk.form(CsatSubmission(rating=1))
    assert follow_ups(shop) == []
    talk.say("no")
    talk.say("my e-mail is bo@example.com")
    talk.form(CsatSubmission(rating=2))
    assert len(follow_ups(shop)) == 1


def test_the_database_itself_keeps_a_rating_to_one_follow_up(shop: Services) -> None:
    talk = asked(shop, "GG-12002 ada@example.com")
    talk.form(CsatSubmission(rating=1))
    tickets = shop.mongo.db["stylistTickets"]
    kept = tickets.find_one({"ratingId": rated(shop, talk).id})
    assert kept is not None
    with pytest.raises(DuplicateKeyError):
        tickets.insert_one({**kept, "_id": "another", "ticketId": "STY-ANOTHER"})


def test_a_low_rating_of_a_stranger_is_followed_up_once_they_leave_an_address(
    shop: Services,
) -> None:
    talk = asked(shop)
    said = talk.say("1")
    assert "If you leave an e-mail address" in said.text
    assert follow_ups(shop) == []
    assert "your ticket is" in talk.say("bo@example.com, it took ages").text
    (follow_up,) = follow_ups(shop)
    assert shop.tickets.get(SYSTEM, follow_up).customer.email == "bo@example.com"
    assert rated(shop, talk).notes == "bo@example.com, it took ages"


def test_a_complaint_offers_a_human_and_takes_a_rating_too(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("this is useless")
    assert "bring in a stylist at once" in said.text
    assert said.has(CsatPrompt)
    talk.say("2")
    assert rated(shop, talk).score == 2
    other = Talk.begin(shop)
    other.say("this is useless")
    assert other.say("yes").has(StylistForm)


def test_praise_is_thanked_for(shop: Services) -> None:
    assert "that is kind" in Talk.begin(shop).say("love it").text


def test_the_agents_rating_goes_to_the_ticket_and_the_follow_up_links_back(shop: Services) -> None:
    talk, ticket_id = served(shop)
    said = talk.say("2")
    kept = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket_id)
    assert kept is not None
    assert (kept.score, kept.order_number, kept.session_id) == (2, "GG-12002", talk.session_id)
    (follow_up,) = follow_ups(shop)
    assert follow_up in said.text
    assert shop.tickets.get(SYSTEM, follow_up).follow_up_of == ticket_id
    assert shop.csat.find(SYSTEM, CsatKind.CONCIERGE, session_id=talk.session_id) is None


def test_an_agents_rating_is_about_the_tickets_order_whatever_was_proven_since(
    shop: Services,
) -> None:
    talk, ticket_id = served(shop)
    talk.say("can I return GG-12005")
    talk.say("fay@example.com")
    assert talk.session().order_number == "GG-12005"
    talk.form(CsatSubmission(survey="agent", rating=2, ticket_id=ticket_id))
    kept = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket_id)
    assert kept is not None
    assert kept.order_number == "GG-12002"
    assert list(shop.csat.for_orders(SYSTEM, ["GG-12002", "GG-12005"])) == ["GG-12002"]
    (follow_up,) = follow_ups(shop)
    assert shop.tickets.get(SYSTEM, follow_up).order_number == "GG-12002"
    told = [
        event.order_number
        for entry in talk.transcript()
        for event in entry.events
        if event.event == EventName.CSAT_SUBMITTED.value
    ]
    assert told == ["GG-12002"]


@pytest.mark.parametrize("rating", [1, "1", "bad"])
def test_by_form_word_number_and_text_are_one(shop: Services, rating: str | int) -> None:
    talk, ticket_id = served(shop)
    form = CsatSubmission(survey="agent", rating=rating, ticket_id=ticket_id, notes="too late")
    talk.form(form)
    kept = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket_id)
    assert kept is not None
    assert (kept.score, kept.notes) == (1, "too late")


def test_concierge_and_agent_are_rated_apart(shop: Services) -> None:
    talk, ticket_id = served(shop)
    talk.say("great")
    talk.say("no")
    talk.form(CsatSubmission(rating="good"))
    agents = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket_id)
    assert agents is not None
    assert (agents.score, rated(shop, talk).score) == (5, 4)


def test_another_customers_ticket_cannot_be_rated(shop: Services) -> None:
    _, ticket_id = served(shop)
    stranger = Talk.begin(shop)
    form = CsatSubmission(survey="agent", rating=1, ticket_id=ticket_id)
    with pytest.raises(NotFound):
        stranger.form(form, strict=True)
    assert stranger.form(form).intent == "feedback", "in the chat it is said, not raised"
    assert shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket_id) is None
    assert follow_ups(shop) == []


def test_a_rating_is_stored_once_when_its_answer_was_lost(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = asked(shop, "GG-12002 ada@example.com")

    def dies(*_: object) -> bool:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(shop.sessions, "write_turn", dies)
        with pytest.raises(RuntimeError):
            talk.say("2", request_id="lost")
    said = talk.say("2", request_id="lost")
    (follow_up,) = follow_ups(shop)
    assert follow_up in said.text
    assert rated(shop, talk).history == []
