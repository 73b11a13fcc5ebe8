"""Sessions: whose they are, how long they last, what is written once, and what moves to pages."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden, InvalidInput
from concierge.replies.models import Text
from concierge.sessions.errors import SessionEnded, SessionNotFound
from concierge.sessions.links import LINK_DAYS, ConversationLinks, LinkTarget, Purpose
from concierge.sessions.models import (
    NEWEST_ENTRIES,
    WIDGET_SESSIONS,
    Author,
    Channel,
    SessionContext,
    TranscriptEntry,
)
from concierge.sessions.service import Opened, TurnWrite
from tests.conftest import NOW
from tests.explain import no_collection_scans

AGENT = Actor.staff("sam", {Role.AGENT})
PM = Actor.staff("pam", {Role.PM})
ANALYST = Actor.staff("ana", {Role.ANALYST})
SYSTEM = Actor.system("tests")


def opened(services: Services, actor: Actor | None = None, **more: object) -> Opened:
    channel = Channel.STAFF_CHAT if actor else Channel.WIDGET
    return services.sessions.open(
        actor or Actor.visitor(),
        channel=channel,
        greeting=[Text(text="Hello")],
        **more,  # type: ignore[arg-type]
    )


def write(services: Services, session_id: str, request_id: str, text: str, **more: object) -> bool:
    """One plain turn, as the chat writes it."""
    before = services.sessions.for_turn(SYSTEM, session_id, request_id)
    now = services.clock.now()
    entries = [
        TranscriptEntry(
            seq=before.turn_seq + 1,
            at=now,
            author=Author.CUSTOMER,
            text=text,
            request_id=request_id,
        ),
        TranscriptEntry(
            seq=before.turn_seq + 2,
            at=now,
            author=Author.CONCIERGE,
            text=f"about {text}",
            request_id=request_id,
        ),
    ]
    turn = TurnWrite(entries=entries, **more)  # type: ignore[arg-type]
    return services.sessions.write_turn(before, request_id, turn)


def test_a_token_opens_its_own_session_and_is_kept_only_as_a_hash(services: Services) -> None:
    one, two = opened(services), opened(services)
    holder = services.sessions.authenticate(one.token)
    assert holder == Actor.customer(one.session.id)
    assert services.sessions.authenticate(two.token) == Actor.customer(two.session.id)
    assert services.sessions.authenticate("not a token") is None
    assert services.sessions.authenticate("\ud800") is None
    stored = services.mongo.db["widgetSessions"].find_one({"_id": one.session.id})
    assert one.token not in str(stored)


def test_a_token_ends_with_its_session(services: Services, clock: ManualClock) -> None:
    one = opened(services)
    lasts = timedelta(hours=services.policies.session_hours)
    clock.advance(lasts)
    assert services.sessions.authenticate(one.token) == Actor.customer(one.session.id)
    services.sessions.append_agent_message(
        one.session.id, text="Hello", author_name="Sam", ticket_id="STY-1", message_id="m"
    )
    clock.advance(lasts)
    assert services.sessions.authenticate(one.token), "it is counted from the last message"
    clock.advance(timedelta(milliseconds=1))
    assert services.sessions.authenticate(one.token) is None


def test_the_day_is_the_shops_and_the_opening_is_the_first_mark(
    services: Services, clock: ManualClock
) -> None:
    clock.set(NOW.replace(hour=3))  # still the evening before in New York
    session = opened(services, context=SessionContext(page="/rings")).session
    assert session.day == "2026-11-17"
    assert (session.first_at.opened, session.depth) == (clock.now(), 1)
    assert session.context.page == "/rings"


def test_another_customers_session_is_not_found_like_one_that_is_not_there(
    services: Services,
) -> None:
    mine, other = opened(services), opened(services)
    me = Actor.customer(mine.session.id)
    for session_id in (other.session.id, "no-such-session"):
        for use in (
            lambda s: services.sessions.for_turn(me, s, "r"),
            lambda s: services.sessions.history(me, s),
            lambda s: services.sessions.changes(me, s, 0),
        ):
            with pytest.raises(SessionNotFound) as refused:
                use(session_id)
            assert session_id not in str(refused.value)


def test_staff_take_part_only_in_a_chat_of_their_own(services: Services) -> None:
    own = opened(services, AGENT).session.id
    customers = opened(services).session.id
    assert services.sessions.history(AGENT, own).owner == "sam"
    for actor, session_id in ((PM, own), (AGENT, customers), (ANALYST, customers)):
        with pytest.raises(SessionNotFound):
            services.sessions.history(actor, session_id)
        with pytest.raises(SessionNotFound):
            services.sessions.changes(actor, session_id, 0)
    with pytest.raises(Forbidden):
        opened(services, ANALYST)


def test_reading_anybodys_conversation_is_for_those_who_may(services: Services) -> None:
    session = opened(services).session
    assert services.sessions.read(ANALYST, session.id).id == session.id
    for actor in (Actor.customer(session.id), Actor.visitor()):
        with pytest.raises(Forbidden):
            services.sessions.read(actor, session.id)
    with pytest.raises(SessionNotFound):
        services.sessions.read(ANALYST, "no-such-session")


def test_staff_go_on_with_their_newest_chat_until_it_has_ended(
    services: Services, clock: ManualClock
) -> None:
    opened(services, AGENT)
    clock.advance(timedelta(minutes=1))
    newest = opened(services, AGENT).session.id
    opened(services, PM)
    assert services.sessions.latest_of(AGENT) == newest
    clock.advance(timedelta(hours=24, milliseconds=1))
    assert services.sessions.latest_of(AGENT) is None
    with pytest.raises(Forbidden):
        services.sessions.latest_of(ANALYST)


def test_a_session_ends_24_hours_after_its_last_message_and_can_still_be_read(
    services: Services, clock: ManualClock
) -> None:
    session_id = opened(services).session.id
    me = Actor.customer(session_id)
    clock.advance(timedelta(hours=24))
    assert write(services, session_id, "r1", "just in time")
    clock.advance(timedelta(hours=24))
    services.sessions.for_turn(me, session_id, "r2")
    clock.advance(timedelta(milliseconds=1))
    with pytest.raises(SessionEnded):
        services.sessions.for_turn(me, session_id, "r2")
    assert [e.text for e in services.sessions.history(me, session_id).transcript][1] == (
        "just in time"
    )


def test_a_request_is_written_once_and_only_over_what_was_read(services: Services) -> None:
    session_id = opened(services).session.id
    assert write(services, session_id, "r1", "one")
    assert not write(services, session_id, "r1", "one again")
    before = services.sessions.for_turn(SYSTEM, session_id, "r2")
    assert write(services, session_id, "r3", "somebody was first")
    late = TurnWrite(
        entries=[TranscriptEntry(seq=before.turn_seq + 1, at=NOW, author=Author.CUSTOMER)]
    )
    assert not services.sessions.write_turn(before, "r2", late)
    session = services.sessions.read(SYSTEM, session_id)
    assert [entry.seq for entry in session.transcript] == [1, 2, 3, 4, 5]
    assert session.turn_seq == 5


def test_marks_keep_their_first_time_and_depth_counts_steps_in_order(
    services: Services, clock: ManualClock
) -> None:
    session_id = opened(services).session.id
    clock.advance(timedelta(seconds=10))
    write(services, session_id, "r1", "a", marks={"understood", "saved"})
    first = clock.now()
    session = services.sessions.read(SYSTEM, session_id)
    assert session.depth == 2, "saved without shown is not a step further"
    clock.advance(timedelta(seconds=10))
    write(services, session_id, "r2", "b", marks={"understood", "shown"})
    session = services.sessions.read(SYSTEM, session_id)
    assert session.first_at.understood == first
    assert session.first_at.shown == clock.now()
    assert session.depth == 3, "the earlier save came before the pieces were shown"


def test_a_purchase_is_the_last_mark_and_only_the_shop_reports_it(
    services: Services, clock: ManualClock
) -> None:
    session_id = opened(services).session.id
    write(services, session_id, "r1", "a", marks={"understood", "shown", "saved"})
    clock.advance(timedelta(hours=1))
    services.sessions.record_purchase(SYSTEM, session_id, clock.now())
    services.sessions.record_purchase(SYSTEM, session_id, clock.now() + timedelta(hours=1))
    session = services.sessions.read(SYSTEM, session_id)
    assert (session.first_at.bought, session.depth) == (clock.now(), 5)
    with pytest.raises(InvalidInput):
        services.sessions.record_purchase(Actor.customer(session_id), session_id, clock.now())
    with pytest.raises(SessionNotFound):
        services.sessions.record_purchase(SYSTEM, "no-such-session", clock.now())


def test_an_agents_message_appears_once_and_counts(services: Services) -> None:
    session_id = opened(services).session.id
    words = {"text": "$set {a: 1} is my name", "author_name": "Sam", "ticket_id": "STY-1"}
    for _ in range(2):
        services.sessions.append_agent_message(session_id, message_id="m1", **words)
    services.sessions.append_agent_message(session_id, message_id="m2", **words)
    session = services.sessions.read(SYSTEM, session_id)
    assert [(e.seq, e.author, e.text) for e in session.transcript[1:]] == [
        (2, Author.AGENT, "$set {a: 1} is my name"),
        (3, Author.AGENT, "$set {a: 1} is my name"),
    ]
    assert session.counters.agent_messages == 2
    assert session.turn_seq == 3


def test_a_session_of_an_earlier_version_is_read_and_written_on(services: Services) -> None:
    session_id = opened(services).session.id
    collection = services.mongo.collection(WIDGET_SESSIONS)
    collection.update_one({"_id": session_id}, {"$set": {"counters.errors": 2}})
    assert services.sessions.append_agent_message(
        session_id, text="Hi", author_name="Sam", ticket_id="STY-1", message_id="m1"
    )
    read = services.sessions.history(Actor.customer(session_id), session_id)
    assert (read.counters.agent_messages, read.transcript[-1].text) == (1, "Hi")


def test_changes_are_what_came_after_what_was_seen(services: Services) -> None:
    session_id = opened(services).session.id
    me = Actor.customer(session_id)
    write(services, session_id, "r1", "hello")
    view = services.sessions.changes(me, session_id, 1)
    assert [entry.seq for entry in view.entries] == [2, 3]
    services.sessions.attach_ticket(session_id, "STY-1", handed_over=True)
    services.sessions.append_prompt(session_id, replies=[Text(text="How was it?")], message_id="p")
    view = services.sessions.changes(me, session_id, view.turn_seq)
    assert ([e.text for e in view.entries], view.open_ticket_id) == (["How was it?"], "STY-1")
    assert services.sessions.changes(me, session_id, view.turn_seq).entries == []


def test_an_agent_writing_between_customer_turns_leaves_no_gap_and_loses_nothing(
    services: Services,
) -> None:
    session_id = opened(services).session.id
    turns = 12

    def customer() -> None:
        for number in range(turns):
            while not write(services, session_id, f"c{number}", f"customer {number}"):
                pass

    def agent() -> None:
        for number in range(turns):
            services.sessions.append_agent_message(
                session_id,
                text=f"agent {number}",
                author_name="Sam",
                ticket_id="STY-1",
                message_id=f"a{number}",
            )

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(customer), both.submit(agent)]:
            done.result()
    entries = services.sessions.read(SYSTEM, session_id).transcript
    assert [entry.seq for entry in entries] == list(range(1, 3 * turns + 2))
    for who in ("customer", "agent"):
        said = [entry.text for entry in entries if entry.text.startswith(who)]
        assert said == [f"{who} {number}" for number in range(turns)]


def test_a_long_conversation_moves_to_pages_and_is_read_whole(services: Services) -> None:
    session_id = opened(services).session.id
    turns = NEWEST_ENTRIES
    for number in range(turns):
        assert write(services, session_id, f"r{number}", f"message {number}")
    stored = services.mongo.db["widgetSessions"].find_one({"_id": session_id})
    assert stored is not None
    assert len(stored["transcript"]) <= NEWEST_ENTRIES
    assert stored["pages"] == 3
    session = services.sessions.read(SYSTEM, session_id)
    assert [entry.seq for entry in session.transcript] == list(range(1, 2 * turns + 2))
    assert session.transcript[1].text == "message 0"
    again = services.sessions.for_turn(SYSTEM, session_id, "r3")
    assert [e.text for e in again.transcript if e.request_id == "r3"] == [
        "message 3",
        "about message 3",
    ], "a request is recognised even when its answer has moved to a page"


def test_a_request_whose_entries_lie_apart_is_recognised_whole(services: Services) -> None:
    session_id = opened(services).session.id
    for number in range(NEWEST_ENTRIES // 2):
        assert write(services, session_id, f"r{number}", f"message {number}")
    (page,) = services.mongo.db["widgetSessionPages"].find({"sessionId": session_id})
    last = page["transcript"][-1]
    assert (last["author"], last["text"]) == ("customer", "message 9")
    again = services.sessions.for_turn(SYSTEM, session_id, "r9")
    assert [entry.text for entry in again.transcript if entry.request_id == "r9"] == [
        "message 9",
        "about message 9",
    ]


def test_events_of_entries_that_have_moved_since_are_emitted_again_too(
    services: Services, clock: ManualClock
) -> None:
    session_id = opened(services).session.id
    for number in range(NEWEST_ENTRIES):
        clock.advance(timedelta(minutes=1))
        services.sessions.append_agent_message(
            session_id, text="hi", author_name="Sam", ticket_id="STY-1", message_id=f"m{number}"
        )
    assert write(services, session_id, "r", "hello")
    assert services.mongo.db["widgetSessionPages"].count_documents({"sessionId": session_id}) == 1
    (found,) = services.sessions.with_events(clock.now() - timedelta(minutes=NEWEST_ENTRIES - 2))
    told = [entry.seq for entry in found.transcript if entry.events]
    assert told == list(range(2, NEWEST_ENTRIES + 2))


def test_a_request_far_back_is_still_recognised(services: Services) -> None:
    session_id = opened(services).session.id
    for number in range(10):
        write(services, session_id, f"r{number}", f"message {number}")
    session = services.sessions.for_turn(SYSTEM, session_id, "r0")
    assert next(e.text for e in session.transcript if e.request_id == "r0") == "message 0"
    assert len(session.transcript) < 12, "and the rest is not read for it"


def test_no_query_reads_all_sessions(services: Services, clock: ManualClock) -> None:
    own = opened(services, AGENT).session.id
    fresh = opened(services)
    session_id, me = fresh.session.id, Actor.customer(fresh.session.id)
    with no_collection_scans(services.mongo):
        write(services, session_id, "r1", "hello", fields={"orderNumber": "GG-1"})
        services.sessions.authenticate(fresh.token)
        services.sessions.latest_of(AGENT)
        services.sessions.changes(me, session_id, 0)
        services.sessions.history(AGENT, own)
        services.sessions.read(ANALYST, session_id)
        services.sessions.for_orders(ANALYST, ["GG-1"])
        assert services.sessions.any_since(clock.now() - timedelta(hours=1))
        list(services.sessions.with_events(clock.now() - timedelta(hours=1)))
        services.sessions.append_agent_message(
            session_id, text="hi", author_name="Sam", ticket_id="STY-1", message_id="m"
        )
        services.sessions.attach_ticket(session_id, "STY-1", handed_over=True)
        services.sessions.detach_ticket(session_id, "STY-1")
        services.sessions.record_purchase(SYSTEM, session_id, clock.now())


def test_sessions_of_orders_come_newest_first_and_without_texts(
    services: Services, clock: ManualClock
) -> None:
    ids = []
    for _ in range(2):
        session_id = opened(services).session.id
        write(services, session_id, "r", "secret words", fields={"orderNumber": "GG-1"})
        ids.append(session_id)
        clock.advance(timedelta(minutes=1))
    mentioned = opened(services).session.id
    write(services, mentioned, "r", "x", fields={"mentionedOrderNumber": "GG-1"})
    found = services.sessions.for_orders(ANALYST, ["GG-1", "GG-2"])
    assert [session.id for session in found["GG-1"]] == ids[::-1]
    assert "GG-2" not in found
    assert found["GG-1"][0].transcript == []
    with pytest.raises(Forbidden):
        services.sessions.for_orders(PM, ["GG-1"])


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "WyJhIiwiYiJd.x.y", "\ud800", "🙂" * 50])
def test_a_link_that_is_not_ours_finds_nothing(token: str) -> None:
    links = ConversationLinks("a secret for tests only, long enough", "https://desk.example.com")
    with pytest.raises(SessionNotFound):
        links.read(token)


def test_a_link_carries_session_and_ticket_and_only_our_own_signature_counts() -> None:
    ours = ConversationLinks("a secret for tests only, long enough", "https://desk.example.com")
    theirs = ConversationLinks("another secret, just as long as ours", "https://desk.example.com")
    token = ours.token("s1", "STY-1")
    assert ours.read(token) == LinkTarget(Purpose.CONVERSATION, "s1", "STY-1")
    stop = ours.read(ours.updates_token("sub-1"))
    assert stop == LinkTarget(Purpose.UPDATES, subscription_id="sub-1")
    assert ours.updates_url("sub-1").startswith("https://desk.example.com/c/")
    with pytest.raises(SessionNotFound):
        theirs.read(ours.updates_token("sub-1"))
    assert ours.url("s1").startswith("https://desk.example.com/c/")
    with pytest.raises(SessionNotFound):
        theirs.read(token)
    with pytest.raises(SessionNotFound):
        ours.read(token[:-2])


def test_a_labels_link_opens_that_label_and_nothing_else() -> None:
    ours = ConversationLinks("a secret for tests only, long enough", "https://desk.example.com")
    theirs = ConversationLinks("another secret, just as long as ours", "https://desk.example.com")
    base, _, rma = ours.label_url("RMA-1").rpartition("/label/")
    token = base.removeprefix("https://desk.example.com/c/")
    assert rma == "RMA-1"
    assert ours.opens_label(token, "RMA-1")
    assert not ours.opens_label(token, "RMA-2")
    assert not theirs.opens_label(token, "RMA-1")
    assert not ours.opens_label(ours.token("RMA-1"), "RMA-1")
    with pytest.raises(SessionNotFound):
        ours.read(token)


def test_a_link_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    links = ConversationLinks("a secret for tests only, long enough", "https://desk.example.com")
    token, made = links.token("s1"), time.time()
    for days, still in ((LINK_DAYS - 1, True), (LINK_DAYS + 1, False)):
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda d=days: made + d * 86_400)
        if still:
            assert links.read(token).session_id == "s1"
        else:
            with pytest.raises(SessionNotFound):
                links.read(token)
