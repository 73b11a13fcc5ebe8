"""From the concierge to a human and back: in words and by form."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import StylistSubmission
from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.core.errors import InvalidInput
from concierge.replies.models import CsatPrompt, ProductGrid, StylistForm, TicketOpened
from concierge.sessions.models import Author, Channel
from concierge.sessions.service import READ_FOR_A_TURN
from concierge.tickets.models import Status, Ticket, TicketFilter
from tests.conftest import NOW
from tests.explain import no_collection_scans
from tests.talk import SYSTEM, Said, Talk

AGENT = Actor.staff("agent", {Role.AGENT})


def form(**more: object) -> StylistSubmission:
    given = {"name": "Bo Sample", "email": "bo@example.com", "message": "My ring is loose", **more}
    return StylistSubmission(**given)  # type: ignore[arg-type]


def ticket_of(shop: Services, said: Said) -> Ticket:
    return shop.tickets.get(SYSTEM, said.one(TicketOpened).ticket_id)


def all_tickets(shop: Services) -> list[str]:
    return [row.ticket_id for row in shop.tickets.queue(SYSTEM, TicketFilter()).items]


def handed_over(shop: Services) -> tuple[Talk, Ticket]:
    talk = Talk.begin(shop)
    return talk, ticket_of(shop, talk.form(form()))


def replied(shop: Services, ticket: Ticket, text: str = "I can tighten it.") -> Ticket:
    return shop.tickets.reply(AGENT, ticket.ticket_id, text, ticket.version, f"reply:{text}")


def resolved(shop: Services, ticket: Ticket) -> Ticket:
    return shop.survey.resolve_and_ask(
        AGENT, ticket.ticket_id, version=ticket.version, request_id="resolve"
    )


def test_an_address_that_opens_many_tickets_is_asked_to_wait_and_others_are_not(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concierge.workflows.handoff._PER_ADDRESS", (2, 3600))
    for number in range(2):
        talk = Talk.begin(shop, address="192.0.2.7")
        opened = talk.form(form(email=f"x{number}@example.com"), request_id="r1")
        again = talk.form(form(email=f"x{number}@example.com"), request_id="r1")
        assert ticket_of(shop, again) == ticket_of(shop, opened)
    late = Talk.begin(shop, address="192.0.2.7")
    assert re.search(r"Please wait \d+ minutes\.", late.form(form()).text)
    assert len(all_tickets(shop)) == 2
    elsewhere = Talk.begin(shop, address="192.0.2.8")
    assert ticket_of(shop, elsewhere.form(form()))
    added = elsewhere.form(form(message="One more thing"))
    assert added.one(TicketOpened).ticket_id == ticket_of(shop, added).ticket_id


def test_staff_and_simulated_customers_open_as_many_as_they_try(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concierge.workflows.handoff._PER_RECIPIENT", (1, 3600))
    ticket_of(shop, Talk.begin(shop).form(form()))
    for _ in range(2):
        ticket_of(shop, Talk.begin(shop, simulated=True).form(form()))
        own = shop.chat.open(AGENT, channel=Channel.STAFF_CHAT).session
        ticket_of(shop, Talk(shop, own.id, AGENT).form(form()))


def test_in_words_a_human_gets_transcript_shortlist_order_and_what_it_is_about(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12002 ada@example.com")
    talk.say("show me rings under $300")
    talk.say("save the first one")
    asked = talk.say("can I talk to a human please")
    known = asked.one(StylistForm)
    assert (known.name, known.email, known.order_number) == (
        "Ada Example",
        "ada@example.com",
        "GG-12002",
    )
    said = talk.say("Ada Example, ada@example.com, does the ring come in platinum?")
    ticket = ticket_of(shop, said)
    assert ticket.customer.name == "Ada Example"
    assert ticket.messages[0].text == "does the ring come in platinum?"
    assert (ticket.order_number, ticket.session_id) == ("GG-12002", talk.session_id)
    assert ticket.shortlist == shop.shortlists.get(SYSTEM, talk.session_id).product_ids
    lines = [(line.author, line.text) for line in ticket.transcript]
    assert ("customer", "show me rings under $300") in lines
    assert ("customer", "can I talk to a human please") in lines
    assert lines[0][0] == "concierge"
    assert ticket.intent == "shortlist", "what it was about before the human was asked for"
    session = talk.session()
    assert (session.open_ticket_id, session.ticket_ids) == (ticket.ticket_id, [ticket.ticket_id])
    assert session.handoff_at == NOW


def test_by_form_the_ticket_is_open_at_once_and_the_link_leads_back(shop: Services) -> None:
    talk = Talk.begin(shop)
    card = talk.form(form(phone="+1 212 555 0102")).one(TicketOpened)
    ticket = shop.tickets.get(SYSTEM, card.ticket_id)
    assert ticket.customer.phone == "+12125550102"
    assert card.promised_by == ticket.sla_due_at
    assert card.conversation_url is not None
    target = shop.links.read(card.conversation_url.rsplit("/", 1)[1])
    assert (target.session_id, target.ticket_id) == (talk.session_id, ticket.ticket_id)
    (mail,) = shop.mongo.db["outbox"].find({"kind": "ticket_opened"})
    assert mail["to"] == "bo@example.com"


@pytest.mark.parametrize(
    ("words", "name", "message"),
    [
        ("Ada Example, ada@example.com, my ring is loose", "Ada Example", "my ring is loose"),
        ("ada@example.com my ring is loose", "ada", "my ring is loose"),
        ("my name is Bo Sample, bo@example.com. It broke", "Bo Sample", "It broke"),
        ("bo@example.com", "bo", "talk to a human"),
        ("Bo Sample bo@example.com +1 212 555 0102", "Bo Sample", "talk to a human"),
    ],
)
def test_contact_in_words_is_taken_apart(
    shop: Services, words: str, name: str, message: str
) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    ticket = ticket_of(shop, talk.say(words))
    assert ticket.customer.name == name
    assert ticket.messages[0].text.strip(" .") == message


def test_without_an_e_mail_it_is_asked_for(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    asked = talk.say("Bo Sample")
    assert "e-mail address" in asked.text
    assert ticket_of(shop, talk.say("bo@example.com")).customer.email == "bo@example.com"


def test_never_mind_leaves_no_ticket(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    talk.say("never mind")
    assert all_tickets(shop) == []


def test_an_address_that_cannot_be_one_is_told_in_the_chat_and_refused_when_strict(
    shop: Services,
) -> None:
    bad = form(email="not an address")
    assert "e-mail" in Talk.begin(shop).form(bad).text
    with pytest.raises(InvalidInput):
        Talk.begin(shop).form(bad, strict=True)
    assert all_tickets(shop) == []


@pytest.mark.parametrize(
    ("proof", "message", "promise", "due"),
    [
        ("", "my ring is loose", "within 4 business hours", timedelta(hours=4)),
        ("GG-12009 bo@example.com", "loose", "within 4 business hours", timedelta(hours=4)),
        ("GG-12001 ada@example.com", "loose", "within 1 business hour", timedelta(hours=1)),
        ("", "I was charged twice", "at once", timedelta(minutes=15)),
        ("", "I will call my lawyer", "at once", timedelta(minutes=15)),
    ],
)
def test_the_promise_follows_the_proven_tier_and_urgent_words(
    shop: Services, proof: str, message: str, promise: str, due: timedelta
) -> None:
    talk = Talk.begin(shop)
    if proof:
        talk.say(proof)
    email = proof.split()[-1] if proof else "nobody@example.com"
    card = talk.form(form(email=email, message=message)).one(TicketOpened)
    assert (card.promise, card.promised_by - NOW) == (promise, due)
    assert shop.tickets.get(SYSTEM, card.ticket_id).sla_due_at == NOW + due


def test_an_urgent_word_said_before_makes_the_hand_over_urgent(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my earrings gave me an allergic reaction")
    assert "at once" in talk.say("talk to a human").text
    said = talk.say("Bo Sample, bo@example.com")
    assert "marked it urgent" in said.text
    assert ticket_of(shop, said).priority.value == "urgent"
    assert not talk.session().state.urgent


def test_a_second_hand_over_adds_to_the_open_ticket(shop: Services) -> None:
    talk, ticket = handed_over(shop)
    assert ticket.ticket_id in talk.say("I need to talk to a human").text
    again = talk.form(form(message="And it is scratched"))
    assert again.one(TicketOpened).ticket_id == ticket.ticket_id
    texts = [m.text for m in shop.tickets.get(SYSTEM, ticket.ticket_id).messages]
    assert texts == ["My ring is loose", "I need to talk to a human", "And it is scratched"]
    assert all_tickets(shop) == [ticket.ticket_id]


def test_two_tabs_that_ask_for_a_human_at_once_get_one_ticket(shop: Services) -> None:
    talk = Talk.begin(shop)
    together = Barrier(2)

    def ask(number: int) -> str:
        together.wait()
        said = talk.form(form(message=f"from tab {number}"), request_id=f"tab{number}")
        return said.one(TicketOpened).ticket_id

    with ThreadPoolExecutor(2) as tabs:
        one, two = tabs.map(ask, (1, 2))
    assert one == two
    assert all_tickets(shop) == [one]
    texts = {m.text for m in shop.tickets.get(SYSTEM, one).messages}
    assert texts == {"from tab 1", "from tab 2"}


def test_a_hand_over_whose_answer_was_lost_is_answered_again_and_made_once(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ticket was committed, the turn was not: the process died between."""
    for give in ("words", "form"):
        talk = Talk.begin(shop)
        talk.say("talk to a human")

        def turn(talk: Talk = talk, give: str = give) -> Said:
            if give == "form":
                return talk.form(form(), request_id="lost")
            return talk.say("Bo Sample, bo@example.com, it is loose", request_id="lost")

        with monkeypatch.context() as broken:
            broken.setattr(shop.sessions, "write_turn", _dies)
            with pytest.raises(RuntimeError):
                turn()
        first = talk.session().open_ticket_id
        ticket = ticket_of(shop, turn())
        assert ticket.ticket_id == first
        assert len(ticket.messages) == 1
        assert talk.session().ticket_ids == [first]


def _dies(*_: object) -> bool:
    raise RuntimeError("killed")


def test_what_the_customer_says_meanwhile_reaches_the_ticket(shop: Services) -> None:
    talk, ticket = handed_over(shop)
    for words in ("qwertz asdf", "and thank you"):
        assert f"added that to your ticket {ticket.ticket_id}" in talk.say(words).text
    shown = talk.say("show me earrings under $200")
    assert shown.has(ProductGrid), "a clear question is still answered"
    texts = [m.text for m in shop.tickets.get(SYSTEM, ticket.ticket_id).messages]
    assert texts[1:] == [
        "qwertz asdf",
        "and thank you",
        "show me earrings under $200",
    ]


@pytest.mark.parametrize("first", ["text me when it ships", "show me rings", "hello", ""])
def test_until_a_human_has_written_no_message_goes_unanswered(shop: Services, first: str) -> None:
    talk, ticket = handed_over(shop)
    if first:
        talk.say(first)
    for words in ("this is useless", "qwertz"):
        said = talk.say(words)
        assert f"added that to your ticket {ticket.ticket_id}" in said.text
        assert said.result.left_to_human
    for words in ("are you there?", "talk to a human"):
        asked = talk.say(words)
        assert f"Your ticket {ticket.ticket_id} is open" in asked.text
        assert "A stylist answers within 4 business hours" in asked.text
        assert asked.result.left_to_human


def test_order_updates_are_switched_on_while_a_human_has_the_chat(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12003 dee@example.com")
    talk.form(StylistSubmission(name="Dee", email="dee@example.com", message="It is loose"))
    talk.say("text me when it ships")
    said = talk.say("+1 212 555 0101")
    assert not said.result.left_to_human
    (kept,) = shop.subscriptions.active_for("GG-12003")
    assert kept.session_id == talk.session_id


def test_an_agents_reply_appears_in_the_open_chat_and_the_concierge_keeps_quiet(
    shop: Services,
) -> None:
    talk, ticket = handed_over(shop)
    seen = talk.session().turn_seq
    replied(shop, ticket)
    view = shop.chat.changes(talk.actor, talk.session_id, seen)
    (entry,) = view.entries
    assert (entry.author, entry.author_name, entry.text) == (
        Author.AGENT,
        "Agent",
        "I can tighten it.",
    )
    quiet = talk.say("hello")
    assert quiet.kinds == [], "between two people the concierge keeps quiet"
    assert quiet.result.left_to_human
    assert talk.say("show me rings").has(ProductGrid), "a clear question is still answered"
    assert talk.say("thank you both").kinds == []
    for _ in range(READ_FOR_A_TURN):
        assert talk.say("hello").kinds == [], "nor does it speak up once that is long ago"
    (queued,) = shop.mongo.db["outbox"].find({"kind": "agent_reply"})
    assert queued["to"] == "bo@example.com"


def test_resolving_asks_in_the_chat_and_by_mail_how_it_was_and_only_once(shop: Services) -> None:
    talk, ticket = handed_over(shop)
    ticket = replied(shop, ticket)
    seen = talk.session().turn_seq
    for _ in range(2):
        resolved(shop, ticket)
    (entry,) = shop.chat.changes(talk.actor, talk.session_id, seen).entries
    prompt = entry.replies[-1]
    assert isinstance(prompt, CsatPrompt)
    assert (prompt.survey, prompt.ticket_id) == ("agent", ticket.ticket_id)
    assert "Agent" in prompt.question
    assert shop.mongo.db["outbox"].count_documents({"kind": "survey"}) == 1
    session = talk.session()
    assert session.open_ticket_id is None
    assert session.state.awaiting == "csat"


def test_a_word_after_the_resolve_that_only_a_human_understands_opens_the_ticket_again(
    shop: Services,
) -> None:
    talk, ticket = handed_over(shop)
    resolved(shop, replied(shop, ticket))
    said = talk.say("but the blue one hums on tuesdays")
    assert "is open again" in said.text
    kept = shop.tickets.get(SYSTEM, ticket.ticket_id)
    assert kept.status is Status.IN_PROGRESS
    assert kept.messages[-1].text == "but the blue one hums on tuesdays"
    assert talk.session().open_ticket_id == ticket.ticket_id
    assert talk.say("it really does").kinds in ([], ["text"])
    assert len(shop.tickets.get(SYSTEM, ticket.ticket_id).messages) == len(kept.messages) + 1


@pytest.mark.parametrize(
    "words",
    ["you people are useless", "I want to talk to a human", "and the one from june?"],
)
def test_after_the_resolve_a_complaint_or_a_call_for_a_human_opens_the_ticket_again(
    shop: Services, words: str
) -> None:
    talk, ticket = handed_over(shop)
    resolved(shop, replied(shop, ticket))
    assert f"{ticket.ticket_id} is open again" in talk.say(words).text
    kept = shop.tickets.get(SYSTEM, ticket.ticket_id)
    assert (kept.status, kept.messages[-1].text) == (Status.IN_PROGRESS, words)
    assert all_tickets(shop) == [ticket.ticket_id]
    assert talk.session().state.awaiting is None


@pytest.mark.parametrize(
    "words", ["thank you so much", "hello", "4", "it was great", "terrible", "love it", "bye"]
)
def test_after_the_resolve_thanks_greetings_and_ratings_open_nothing(
    shop: Services, words: str
) -> None:
    talk, ticket = handed_over(shop)
    resolved(shop, replied(shop, ticket))
    talk.say(words)
    assert shop.tickets.get(SYSTEM, ticket.ticket_id).status is Status.RESOLVED
    assert talk.session().open_ticket_id is None


def test_the_ticket_opens_again_after_it_was_rated_and_something_else_was_asked(
    shop: Services,
) -> None:
    talk, ticket = handed_over(shop)
    resolved(shop, replied(shop, ticket))
    talk.say("5")
    talk.say("she was quick")
    assert shop.tickets.get(SYSTEM, ticket.ticket_id).status is Status.RESOLVED
    talk.say("show me rings")
    talk.say("I want to leave feedback")
    assert "is open again" in talk.say("qwertz, the blue one wobbles").text
    assert talk.session().open_ticket_id == ticket.ticket_id


def test_after_the_resolve_the_concierge_answers_alone_again(shop: Services) -> None:
    talk, ticket = handed_over(shop)
    resolved(shop, replied(shop, ticket))
    assert talk.say("show me rings").has(ProductGrid)
    assert talk.say("hello").kinds == ["text", "quick_replies"]
    assert len(shop.tickets.get(SYSTEM, ticket.ticket_id).messages) == 2


def test_a_new_hand_over_after_a_resolve_is_a_new_ticket(
    shop: Services, clock: ManualClock
) -> None:
    talk, ticket = handed_over(shop)
    resolved(shop, replied(shop, ticket))
    clock.advance(timedelta(minutes=1))
    second = ticket_of(shop, talk.form(form(message="Something else")))
    assert second.ticket_id != ticket.ticket_id
    assert talk.session().ticket_ids == [ticket.ticket_id, second.ticket_id]


def test_staff_in_their_own_chat_hand_over_like_customers(shop: Services) -> None:
    from concierge.sessions.models import Channel

    opened = shop.chat.open(AGENT, channel=Channel.STAFF_CHAT)
    talk = Talk(shop, opened.session.id, AGENT)
    assert talk.say("show me rings").result.trace is not None
    ticket = ticket_of(shop, talk.form(form()))
    talk.say("it is the left one, qwertz")
    assert shop.tickets.get(SYSTEM, ticket.ticket_id).messages[-1].text.startswith("it is the left")


def test_a_hand_over_reads_no_whole_collection(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12002 ada@example.com")
    talk.say("show me rings")
    talk.say("save the first one")
    with no_collection_scans(shop.mongo):
        ticket = ticket_of(shop, talk.form(form()))
        talk.say("qwertz asdf")
        resolved(shop, replied(shop, shop.tickets.get(SYSTEM, ticket.ticket_id)))
        talk.say("2")


def test_the_promise_is_made_at_the_moment_of_the_hand_over(
    shop: Services, clock: ManualClock
) -> None:
    friday = datetime.fromisoformat("2026-11-20T16:30:00-05:00")
    clock.set(friday)
    card = Talk.begin(shop).form(form(email="nobody@example.com")).one(TicketOpened)
    assert card.promised_by == datetime.fromisoformat("2026-11-23T11:30:00-05:00")


def test_what_is_promised_is_the_tickets_clock_also_while_time_goes_on(
    shop: Services, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk.begin(shop)
    tick = clock.advance
    monkeypatch.setattr(clock, "now", lambda: tick(timedelta(milliseconds=1)))
    opened = talk.form(form()).one(TicketOpened)
    ticket = shop.tickets.get(AGENT, opened.ticket_id)
    assert opened.promised_by == ticket.first_reply_due_at
