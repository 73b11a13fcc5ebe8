"""Agents take, edit, answer and resolve; nothing is taken twice, lost or done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from concierge.core.actor import Actor, Role
from concierge.core.errors import Forbidden, InvalidInput, NotFound, VersionConflict
from concierge.core.ids import new_id
from concierge.sessions.models import Channel
from concierge.tickets.errors import AlreadyClaimed, ResolveInstead, TicketResolved
from concierge.tickets.models import (
    Priority,
    Status,
    Ticket,
    TicketCustomerDraft,
    TicketDraft,
    TicketFilter,
)
from tests.tickets.conftest import ADMIN, AGENT, ANALYST, COLLEAGUE, PM, SYSTEM, Desk


def reply(desk: Desk, ticket: Ticket, text: str = "On its way.", **more) -> Ticket:
    given = {"version": ticket.version, "request_id": new_id(), **more}
    return desk.tickets.reply(AGENT, ticket.ticket_id, text, **given)


def customer_writes(desk: Desk, ticket: Ticket, text: str = "And now?") -> Ticket:
    actor = Actor.customer(str(ticket.session_id))
    return desk.tickets.customer_message(actor, ticket.ticket_id, text, new_id())


# -- claiming ------------------------------------------------------------------------------------


def test_sixteen_agents_empty_one_queue_and_no_ticket_goes_twice(desk: Desk) -> None:
    session_id = desk.chat()
    opened = {desk.open(f"Question {n}", session_id=session_id).ticket_id for n in range(40)}

    def work(n: int) -> list[str]:
        actor = Actor.staff(f"agent{n}", {Role.AGENT})
        taken = []
        while (ticket := desk.tickets.claim_next(actor)) is not None:
            assert ticket.assignee == actor.id
            taken.append(ticket.ticket_id)
        return taken

    with ThreadPoolExecutor(16) as pool:
        taken = [name for names in pool.map(work, range(16)) for name in names]
    assert Counter(taken) == Counter(opened)
    stored = desk.mongo.db["stylistTickets"].find()
    assert all(t["version"] == 2 and t["status"] == "in_progress" for t in stored)


def test_sixteen_agents_claim_one_ticket_and_fifteen_hear_who_has_it(desk: Desk) -> None:
    ticket = desk.open()

    def claim(n: int) -> str:
        actor = Actor.staff(f"agent{n}", {Role.AGENT})
        try:
            return str(desk.tickets.claim(actor, ticket.ticket_id).assignee)
        except AlreadyClaimed as error:
            return f"lost to {error.assignee}"

    with ThreadPoolExecutor(16) as pool:
        answers = Counter(pool.map(claim, range(16)))
    winner = desk.tickets.get(AGENT, ticket.ticket_id).assignee
    assert answers == {winner: 1, f"lost to {winner}": 15}


def test_the_next_ticket_is_the_one_to_be_answered_first(desk: Desk) -> None:
    standard = desk.open()
    vip = desk.open(customer={"email": "vera@example.com"})
    urgent = desk.open(urgent=True, intent="returns")
    only = desk.tickets.claim_next(AGENT, TicketFilter(intent="returns"))
    assert only is not None
    assert only.ticket_id == urgent.ticket_id
    order = [desk.tickets.claim_next(AGENT) for _ in range(3)]
    assert [t.ticket_id if t else None for t in order] == [vip.ticket_id, standard.ticket_id, None]


def test_claiming_ones_own_again_changes_nothing(desk: Desk) -> None:
    ticket = desk.open()
    first = desk.tickets.claim(AGENT, ticket.ticket_id)
    assert first.status_history[-1].by == "sam"
    assert desk.tickets.claim(AGENT, ticket.ticket_id) == first
    assert desk.audited(ticket) == ["ticket.claim", "ticket.open"]


def test_what_is_resolved_or_unknown_cannot_be_claimed(desk: Desk) -> None:
    ticket = desk.open()
    desk.tickets.resolve(AGENT, ticket.ticket_id, 1, new_id())
    with pytest.raises(TicketResolved):
        desk.tickets.claim(AGENT, ticket.ticket_id)
    with pytest.raises(NotFound):
        desk.tickets.claim(AGENT, "STY-NONE")


def test_a_claim_of_a_waiting_ticket_leaves_it_waiting(desk: Desk) -> None:
    ticket = reply(desk, desk.open())
    free = desk.tickets.assign(AGENT, ticket.ticket_id, None, ticket.version)
    assert free.assignee is None
    taken = desk.tickets.claim(COLLEAGUE, ticket.ticket_id)
    assert (taken.assignee, taken.status) == ("kim", Status.WAITING)


# -- answering -----------------------------------------------------------------------------------


def test_a_reply_reaches_ticket_chat_and_outbox_and_waits_for_the_customer(desk: Desk) -> None:
    ticket = desk.open()
    desk.clock.advance(timedelta(minutes=20))
    answered = reply(desk, ticket, "It ships today.")
    assert (answered.status, answered.assignee, answered.version) == (Status.WAITING, "sam", 2)
    assert answered.first_reply_at == desk.clock.now()
    assert answered.awaiting_since is None
    assert answered.rank == 3
    message = answered.messages[-1]
    assert (message.author, message.author_name, message.public) == ("sam", "Sam", True)
    assert desk.texts_in_chat(str(ticket.session_id)) == [("agent", "It ships today.")]
    (mail,) = desk.mails("agent_reply")
    assert mail["subject"] == f"Sam has replied ({ticket.ticket_id})"
    assert "It ships today." in mail["body"]
    assert desk.audited(ticket) == ["ticket.open", "ticket.reply"]


def test_a_reply_sent_sixteen_times_with_one_key_is_said_once(desk: Desk) -> None:
    ticket = desk.open()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: reply(desk, ticket, request_id="r1"), range(16)))
    assert len({a.model_dump_json() for a in answers}) == 1
    assert len(answers[0].messages) == 2
    assert len(desk.texts_in_chat(str(ticket.session_id))) == 1
    assert len(desk.mails("agent_reply")) == 1


def test_a_reply_to_a_ticket_that_moved_on_is_refused_and_loses_nothing(desk: Desk) -> None:
    ticket = desk.open()
    heard = customer_writes(desk, ticket, "I found it, thank you!")
    for attempt in (
        lambda: reply(desk, ticket, "We are looking for it", request_id="r1"),
        lambda: desk.tickets.note(AGENT, ticket.ticket_id, "look", ticket.version, "n1"),
        lambda: desk.tickets.set_status(AGENT, ticket.ticket_id, Status.ON_HOLD, ticket.version),
        lambda: desk.tickets.resolve(AGENT, ticket.ticket_id, ticket.version, "x1"),
        lambda: desk.tickets.assign(AGENT, ticket.ticket_id, "kim", ticket.version),
        lambda: desk.tickets.tag(AGENT, ticket.ticket_id, ticket.version, add=["a"]),
        lambda: desk.tickets.set_priority(AGENT, ticket.ticket_id, Priority.URGENT, ticket.version),
    ):
        with pytest.raises(VersionConflict):
            attempt()
    assert desk.tickets.get(AGENT, ticket.ticket_id) == heard
    assert desk.texts_in_chat(str(ticket.session_id)) == []
    assert desk.mails("agent_reply") == []
    # The draft is the agent's still; with the version they have now seen it goes out, same key.
    sent = reply(desk, heard, "We are looking for it", request_id="r1")
    assert [m.text for m in sent.messages][1:] == [
        "I found it, thank you!",
        "We are looking for it",
    ]


def test_sixteen_different_notes_on_one_version_keep_one_and_name_the_conflict(desk: Desk) -> None:
    ticket = desk.open()

    def note(n: int) -> str:
        try:
            desk.tickets.note(AGENT, ticket.ticket_id, f"note {n}", 1, f"r{n}")
        except VersionConflict:
            return "conflict"
        return "kept"

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(note, range(16))) == {"kept": 1, "conflict": 15}
    assert len(desk.tickets.get(AGENT, ticket.ticket_id).messages) == 2


def test_messages_of_customer_and_agents_at_once_are_all_kept(desk: Desk) -> None:
    ticket = desk.open()

    def note(n: int) -> None:
        while True:
            version = desk.tickets.get(AGENT, ticket.ticket_id).version
            try:
                desk.tickets.note(AGENT, ticket.ticket_id, f"n{n}", version, f"n{n}")
            except VersionConflict:
                continue
            return

    with ThreadPoolExecutor(8) as pool:
        notes = [pool.submit(note, n) for n in range(4)]
        wrote = [pool.submit(customer_writes, desk, ticket, f"c{n}") for n in range(8)]
        for future in [*notes, *wrote]:
            future.result()
    texts = {message.text for message in desk.tickets.get(AGENT, ticket.ticket_id).messages[1:]}
    assert texts == {f"n{n}" for n in range(4)} | {f"c{n}" for n in range(8)}


def test_when_the_chat_cannot_be_written_nothing_of_the_reply_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.open()

    def breaks(*args: object, **more: object) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(desk.sessions, "append_agent_message", breaks)
        with pytest.raises(RuntimeError):
            reply(desk, ticket, request_id="r1")
    assert desk.tickets.get(AGENT, ticket.ticket_id) == ticket
    assert desk.mails("agent_reply") == []
    assert len(reply(desk, ticket, request_id="r1").messages) == 2


def test_a_note_is_the_teams_and_moves_no_clock(desk: Desk) -> None:
    ticket = desk.open()
    noted = desk.tickets.note(AGENT, ticket.ticket_id, " call the workshop ", 1, "r1")
    assert (noted.status, noted.first_reply_at, noted.version) == (Status.OPEN, None, 2)
    assert noted.messages[-1].text == "call the workshop"
    own = Actor.customer(str(ticket.session_id))
    (seen,) = desk.tickets.for_session(own, str(ticket.session_id))
    assert [message.text for message in seen.messages] == ["Where is my ring?"]
    assert desk.texts_in_chat(str(ticket.session_id)) == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001])
def test_empty_and_endless_messages_are_refused(desk: Desk, text: str) -> None:
    ticket = desk.open()
    with pytest.raises(InvalidInput, match="text"):
        reply(desk, ticket, text)


def test_a_ticket_without_chat_is_answered_by_mail_and_one_without_mail_by_chat(
    desk: Desk,
) -> None:
    only_chat = desk.open(customer={"email": None})
    reply(desk, only_chat)
    assert desk.mails("agent_reply") == []
    assert len(desk.texts_in_chat(str(only_chat.session_id))) == 1


# -- the customer writes -------------------------------------------------------------------------


def test_a_customers_answer_brings_a_waiting_ticket_back_to_its_agent(desk: Desk) -> None:
    waiting = reply(desk, desk.open())
    desk.clock.advance(timedelta(hours=3))
    back = customer_writes(desk, waiting)
    assert (back.status, back.assignee) == (Status.IN_PROGRESS, "sam")
    assert back.awaiting_since == desk.clock.now()
    # Wednesday 13:00 in New York and four business hours.
    assert back.sla_due_at == datetime(2026, 11, 18, 22, tzinfo=UTC)
    assert back.first_reply_due_at == waiting.first_reply_due_at


def test_a_customers_answer_on_a_ticket_nobody_has_opens_it(desk: Desk) -> None:
    waiting = reply(desk, desk.open())
    free = desk.tickets.assign(AGENT, waiting.ticket_id, None, waiting.version)
    assert customer_writes(desk, free).status is Status.OPEN


def test_the_clock_runs_from_the_oldest_message_nobody_answered(desk: Desk) -> None:
    ticket = desk.open()
    desk.clock.advance(timedelta(hours=1))
    again = customer_writes(desk, ticket)
    assert again.awaiting_since == ticket.created_at
    assert again.sla_due_at == ticket.sla_due_at


def test_a_message_on_a_resolved_ticket_opens_it_again_and_owes_nothing_in_the_past(
    desk: Desk,
) -> None:
    ticket = desk.open()
    resolved = desk.tickets.resolve(AGENT, ticket.ticket_id, 1, new_id())
    desk.clock.advance(timedelta(days=3))
    again = customer_writes(desk, resolved)
    assert (again.status, again.resolved_at) == (Status.OPEN, None)
    assert again.sla_due_at > desk.clock.now()
    assert [e.status for e in again.status_history] == [Status.OPEN, Status.RESOLVED, Status.OPEN]


def test_a_customer_message_is_taken_once(desk: Desk) -> None:
    ticket = desk.open()
    actor = Actor.customer(str(ticket.session_id))
    for _ in range(3):
        desk.tickets.customer_message(actor, ticket.ticket_id, "hello", "r1")
    assert len(desk.tickets.get(AGENT, ticket.ticket_id).messages) == 2


# -- status, priority, tags ----------------------------------------------------------------------


def test_waiting_time_is_added_when_no_answer_was_given(desk: Desk) -> None:
    ticket = desk.open()
    desk.clock.advance(timedelta(hours=1))
    paused = desk.tickets.set_status(AGENT, ticket.ticket_id, Status.WAITING, 1)
    assert paused.rank == 3
    desk.clock.advance(timedelta(hours=2))
    back = desk.tickets.set_status(AGENT, ticket.ticket_id, Status.IN_PROGRESS, paused.version)
    assert back.sla_due_at == ticket.sla_due_at + timedelta(hours=2)
    assert back.rank == 2


def test_resolving_keeps_the_time_and_opening_again_is_counted_from_then(desk: Desk) -> None:
    ticket = desk.open()
    desk.clock.advance(timedelta(days=2))
    resolved = desk.tickets.resolve(AGENT, ticket.ticket_id, 1, "r1")
    assert (resolved.status, resolved.resolved_at) == (Status.RESOLVED, desk.clock.now())
    assert desk.tickets.resolve(AGENT, ticket.ticket_id, 1, "r1") == resolved
    with pytest.raises(TicketResolved):
        reply(desk, resolved)
    again = desk.reopen(resolved)
    assert again.resolved_at is None
    assert again.sla_due_at > desk.clock.now()


def test_a_status_by_hand_neither_resolves_nor_opens_again(desk: Desk) -> None:
    ticket = desk.open()
    with pytest.raises(ResolveInstead, match="has to be resolved"):
        desk.tickets.set_status(AGENT, ticket.ticket_id, Status.RESOLVED, 1)
    resolved = desk.tickets.resolve(AGENT, ticket.ticket_id, 1, "r1")
    with pytest.raises(TicketResolved):
        desk.tickets.set_status(AGENT, ticket.ticket_id, Status.OPEN, resolved.version)
    assert desk.tickets.get(AGENT, ticket.ticket_id) == resolved


def test_resolving_joins_a_transaction(desk: Desk) -> None:
    ticket = desk.open()

    def fails(session):
        done = desk.tickets.resolve(AGENT, ticket.ticket_id, 1, "r1", session=session)
        assert done.status is Status.RESOLVED
        raise InvalidInput("x", "no")

    with pytest.raises(InvalidInput):
        desk.mongo.unit_of_work(fails)
    assert desk.tickets.get(AGENT, ticket.ticket_id).status is Status.OPEN


def test_a_higher_priority_is_due_sooner_but_never_already(desk: Desk) -> None:
    ticket = desk.open()
    desk.clock.advance(timedelta(minutes=30))
    vip = desk.tickets.set_priority(AGENT, ticket.ticket_id, Priority.VIP, 1)
    assert vip.sla_due_at == ticket.created_at + timedelta(hours=1)
    assert (vip.rank, vip.first_reply_due_at) == (1, vip.sla_due_at)
    urgent = desk.tickets.set_priority(AGENT, ticket.ticket_id, Priority.URGENT, vip.version)
    assert urgent.sla_due_at == desk.clock.now() + timedelta(minutes=1.5)
    same = desk.tickets.set_priority(AGENT, ticket.ticket_id, Priority.URGENT, urgent.version)
    assert same.version == urgent.version


def test_tags_are_added_and_removed_in_one_spelling(desk: Desk) -> None:
    ticket = desk.open()
    tagged = desk.tickets.tag(AGENT, ticket.ticket_id, 1, add=["Gift  Card", "gift card", "VIP"])
    assert tagged.tags == ["gift card", "vip"]
    less = desk.tickets.tag(AGENT, ticket.ticket_id, tagged.version, remove=["VIP"])
    assert less.tags == ["gift card"]
    for bad in ([""], ["x" * 41], [f"t{n}" for n in range(21)]):
        with pytest.raises(InvalidInput, match="tags"):
            desk.tickets.tag(AGENT, ticket.ticket_id, less.version, add=bad)


def test_only_agents_are_assigned_tickets(desk: Desk) -> None:
    ticket = desk.open()
    assigned = desk.tickets.assign(AGENT, ticket.ticket_id, "kim", 1)
    assert assigned.assignee == "kim"
    with pytest.raises(InvalidInput, match="assignee"):
        desk.tickets.assign(AGENT, ticket.ticket_id, "analyst", assigned.version)


def test_the_history_says_who_did_what_without_the_words(desk: Desk) -> None:
    ticket = desk.open()
    reply(desk, ticket, "a secret remark")
    desk.tickets.set_priority(ADMIN, ticket.ticket_id, Priority.VIP, 2)
    history = desk.tickets.history(AGENT, ticket.ticket_id)
    assert {(e.actor_id, e.action) for e in history} == {
        (ticket.session_id, "ticket.open"),
        ("sam", "ticket.reply"),
        ("admin", "ticket.priority"),
    }
    assert "secret" not in str(list(desk.mongo.db["auditLog"].find()))


# -- who may -------------------------------------------------------------------------------------


def test_who_may_not_work_on_tickets_is_refused_everywhere(desk: Desk) -> None:
    ticket = desk.open()
    name, session_id = ticket.ticket_id, str(ticket.session_id)
    attempts: list[Callable[[Actor], object]] = [
        lambda a: desk.tickets.get(a, name),
        lambda a: desk.tickets.queue(a),
        lambda a: desk.tickets.counts(a),
        lambda a: desk.tickets.history(a, name),
        lambda a: desk.tickets.for_orders(a, ["GG-1"]),
        lambda a: desk.tickets.for_customer(a, "ada@example.com"),
        lambda a: desk.tickets.claim(a, name),
        lambda a: desk.tickets.claim_next(a),
        lambda a: desk.tickets.assign(a, name, "sam", 1),
        lambda a: desk.tickets.set_status(a, name, Status.RESOLVED, 1),
        lambda a: desk.reopen(ticket, a),
        lambda a: desk.tickets.set_priority(a, name, Priority.VIP, 1),
        lambda a: desk.tickets.tag(a, name, 1, add=["x"]),
        lambda a: desk.tickets.note(a, name, "x", 1, "r"),
        lambda a: desk.tickets.reply(a, name, "x", 1, "r"),
        lambda a: desk.tickets.resolve(a, name, 1, "r"),
    ]
    for actor in (ANALYST, PM, Actor.customer(session_id)):
        for attempt in attempts:
            with pytest.raises(Forbidden):
                attempt(actor)
    assert desk.tickets.get(AGENT, name) == ticket


def test_a_customer_sees_and_writes_only_on_the_own_ticket(desk: Desk) -> None:
    ticket = desk.open()
    own, other = Actor.customer(str(ticket.session_id)), Actor.customer(desk.chat())
    assert [t.ticket_id for t in desk.tickets.for_session(own, str(ticket.session_id))] == [
        ticket.ticket_id
    ]
    for attempt in (
        lambda: desk.tickets.customer_message(other, ticket.ticket_id, "hi", "r"),
        lambda: desk.tickets.for_session(other, str(ticket.session_id)),
        lambda: desk.tickets.customer_message(AGENT, ticket.ticket_id, "hi", "r"),
        lambda: desk.tickets.for_session(PM, str(ticket.session_id)),
    ):
        with pytest.raises(NotFound):
            attempt()
    link = desk.tickets.customer_message(SYSTEM, ticket.ticket_id, "by the link", "r")
    assert link.messages[-1].author == "Ada Example"


def test_staff_are_the_customer_of_their_own_chat(desk: Desk) -> None:
    session = desk.sessions.open(PM, channel=Channel.STAFF_CHAT, greeting=[]).session
    draft = TicketDraft(
        customer=TicketCustomerDraft(email="ada@example.com"), message="Hi", session_id=session.id
    )
    ticket = desk.tickets.open(PM, draft, "r1")
    assert desk.tickets.customer_message(PM, ticket.ticket_id, "me", "r2").version == 2
    (seen,) = desk.tickets.for_session(PM, session.id)
    assert seen.ticket_id == ticket.ticket_id


def test_the_customer_sees_neither_notes_nor_what_we_think_of_them(desk: Desk) -> None:
    ticket = reply(desk, desk.open(customer={"email": "vera@example.com"}))
    own = Actor.customer(str(ticket.session_id))
    (seen,) = desk.tickets.for_session(own, str(ticket.session_id))
    assert seen.agent_name == "Sam"
    assert "vip" not in seen.model_dump_json()
