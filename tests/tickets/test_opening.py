"""A ticket is opened once, with the right priority, promise and words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from concierge.core.actor import Actor
from concierge.core.errors import Forbidden, IdempotencyMismatch, InvalidInput, NotFound
from concierge.core.ids import new_id
from concierge.tickets.models import (
    AuthorKind,
    Priority,
    Source,
    Status,
    TicketCustomerDraft,
    TicketDraft,
)
from tests.orders.drafts import order_draft
from tests.tickets.conftest import AGENT, ANALYST, PM, SYSTEM, Desk


def test_a_ticket_keeps_who_wrote_what_and_until_when_we_answer(desk: Desk) -> None:
    ticket = desk.open("Where is my ring?\nIt should be here.", order_number="GG-12003")
    assert ticket.ticket_id.startswith("STY-")
    assert (ticket.version, ticket.status, ticket.priority) == (1, Status.OPEN, Priority.STANDARD)
    assert ticket.subject == "Where is my ring?"
    assert ticket.customer.email == "ada@example.com"
    (message,) = ticket.messages
    assert (message.author, message.author_kind) == ("Ada Example", AuthorKind.CUSTOMER)
    assert message.public
    assert ticket.awaiting_since == ticket.created_at == desk.clock.now()
    # Wednesday 10:00 in New York and four business hours.
    assert ticket.sla_due_at == ticket.first_reply_due_at == datetime(2026, 11, 18, 19, tzinfo=UTC)
    assert [(e.status, e.by) for e in ticket.status_history] == [(Status.OPEN, ticket.session_id)]
    assert desk.tickets.get(AGENT, ticket.ticket_id) == ticket


def test_the_customer_is_told_by_mail_with_the_promise_and_a_signed_link(desk: Desk) -> None:
    ticket = desk.open()
    (mail,) = desk.mails("ticket_opened")
    assert mail["to"] == "ada@example.com"
    assert mail["ticketId"] == ticket.ticket_id
    assert "Dear Ada," in mail["body"]
    assert "within 4 business hours" in mail["body"]
    assert "https://desk.example.com/c/" in mail["body"]


def test_priority_comes_from_flag_words_and_the_tier_on_record(desk: Desk) -> None:
    vip = {"email": "Vera@Example.com"}
    assert desk.open(customer=vip).priority is Priority.VIP
    assert desk.open(urgent=True).priority is Priority.URGENT
    assert desk.open("You charged twice, my lawyer knows", customer=vip).rank == 0
    assert desk.open(customer=vip).customer.tier == "vip"


@pytest.mark.parametrize(
    ("typed", "number", "mentioned"),
    [
        ("GG-12001", "GG-12001", None),
        (" gg 12001", "GG-12001", None),
        ("12001", "GG-12001", None),
        ("gg 99999", None, "gg 99999"),
        (None, None, None),
    ],
)
def test_an_order_an_agent_names_is_the_real_one_or_only_a_mention(
    desk: Desk, typed: str | None, number: str | None, mentioned: str | None
) -> None:
    desk.orders.upsert_from("t", [order_draft("GG-12001")])
    draft = TicketDraft.of(
        customer=TicketCustomerDraft(name="Ada Example", email="ada@example.com"),
        message="Called about the clasp",
        source=Source.AGENT,
        order_number=typed,
    )
    ticket = desk.tickets.open(AGENT, draft, new_id())
    assert (ticket.order_number, ticket.mentioned_order_number) == (number, mentioned)
    found = desk.tickets.for_orders(AGENT, ["GG-12001"])
    assert [row.ticket_id for row in found.get("GG-12001", [])] == (
        [ticket.ticket_id] if number else []
    )


def test_sixteen_requests_with_one_key_open_one_ticket_and_send_one_mail(desk: Desk) -> None:
    session_id = desk.chat()
    with ThreadPoolExecutor(16) as pool:
        opened = list(
            pool.map(lambda _: desk.open(session_id=session_id, request_id="r1"), range(16))
        )
    assert len({ticket.model_dump_json() for ticket in opened}) == 1
    assert desk.mongo.db["stylistTickets"].count_documents({}) == 1
    assert len(desk.mails("ticket_opened")) == 1
    assert desk.audited(opened[0]) == ["ticket.open"]
    with pytest.raises(IdempotencyMismatch):
        desk.open("Something else", session_id=session_id, request_id="r1")


def test_the_same_key_of_another_session_is_another_request(desk: Desk) -> None:
    assert desk.open(request_id="r1").ticket_id != desk.open(request_id="r1").ticket_id


def test_a_ticket_joins_a_transaction_and_leaves_no_trace_when_that_fails(desk: Desk) -> None:
    draft = TicketDraft(
        customer=TicketCustomerDraft(email="ada@example.com"), message="Hello", session_id="s"
    )

    def fails(session):
        desk.tickets.open(SYSTEM, draft, "r1", session=session)
        raise InvalidInput("x", "no")

    with pytest.raises(InvalidInput):
        desk.mongo.unit_of_work(fails)
    assert desk.mongo.db["stylistTickets"].count_documents({}) == 0
    assert desk.mails("ticket_opened") == []
    opened = desk.mongo.unit_of_work(lambda s: desk.tickets.open(SYSTEM, draft, "r1", session=s))
    assert desk.tickets.get(AGENT, opened.ticket_id) == opened


def test_an_agent_opens_a_ticket_that_starts_with_their_note(desk: Desk) -> None:
    draft = TicketDraft(
        customer=TicketCustomerDraft(name="Bea Example", email="bea@example.com"),
        message="Rang about an appraisal",
        source=Source.AGENT,
        tags=["Appraisal ", "phone"],
    )
    ticket = desk.tickets.open(AGENT, draft, new_id())
    (message,) = ticket.messages
    assert (message.author, message.author_kind, message.public) == ("sam", AuthorKind.AGENT, False)
    assert ticket.tags == ["appraisal", "phone"]
    for actor in (ANALYST, PM, Actor.customer("s1")):
        with pytest.raises(Forbidden):
            desk.tickets.open(actor, draft, new_id())


def test_a_follow_up_of_a_rating_sends_no_thanks_for_writing(desk: Desk) -> None:
    first = desk.open()
    ticket = desk.open(
        "Rated 2", source=Source.RATING, follow_up_of=first.ticket_id, customer={"email": None}
    )
    assert ticket.follow_up_of == first.ticket_id
    assert ticket.customer.email is None
    assert len(desk.mails("ticket_opened")) == 1


def test_a_customer_opens_tickets_only_out_of_their_own_session(desk: Desk) -> None:
    draft = TicketDraft(
        customer=TicketCustomerDraft(email="eve@example.com"), message="Hi", session_id="s1"
    )
    with pytest.raises(NotFound):
        desk.tickets.open(Actor.customer("s2"), draft, new_id())
    with pytest.raises(Forbidden):
        desk.tickets.open(ANALYST, draft, new_id())


@pytest.mark.parametrize(
    ("customer", "field"),
    [({"email": "nonsense"}, "email"), ({"phone": "12"}, "phone")],
)
def test_an_address_that_cannot_be_one_is_refused(
    desk: Desk, customer: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.open(customer=customer)
    assert caught.value.field == field


def test_a_ticket_nobody_could_answer_is_refused(desk: Desk) -> None:
    draft = TicketDraft(customer=TicketCustomerDraft(name="Ada"), message="Hi", source=Source.AGENT)
    with pytest.raises(InvalidInput, match="email"):
        desk.tickets.open(AGENT, draft, new_id())


def test_a_long_message_becomes_a_short_subject(desk: Desk) -> None:
    ticket = desk.open("word " * 100)
    assert len(ticket.subject) <= 81
    assert ticket.subject.endswith("word…")


def test_a_ticket_opened_at_night_is_due_in_the_morning(desk: Desk) -> None:
    desk.clock.advance(timedelta(hours=12))  # Wednesday 22:00 in New York
    ticket = desk.open(customer={"email": "vera@example.com"})
    assert ticket.sla_due_at == datetime(2026, 11, 19, 15, tzinfo=UTC)  # Thursday 10:00
