"""The way of a turn: one write, repeats, two tabs, crashes, events."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import (
    CsatSubmission,
    StylistSubmission,
    Submission,
    TrackSubmission,
    Turn,
)
from concierge.chat.record import fingerprint
from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden, IdempotencyMismatch, VersionConflict
from concierge.core.privacy import Hasher
from concierge.events.models import ANALYTICS_EVENTS
from concierge.replies.models import ProductGrid, ReturnConfirmed, TicketOpened
from concierge.sessions.errors import SessionBusy, SessionEnded, SessionNotFound
from concierge.sessions.models import Author, Channel
from tests.conftest import NOW
from tests.explain import no_collection_scans
from tests.talk import SYSTEM, Talk

AGENT = Actor.staff("agent", {Role.AGENT})


def stored(shop: Services, talk: Talk) -> dict[str, Any]:
    found = shop.mongo.db["widgetSessions"].find_one({"_id": talk.session_id})
    assert found is not None
    return found


def events(shop: Services, talk: Talk | None = None) -> list[dict[str, Any]]:
    assert shop.events.flush()
    wanted = {"sessionId": talk.session_id} if talk else {}
    return list(shop.mongo.db[ANALYTICS_EVENTS.name].find(wanted).sort([("ts", 1), ("_id", 1)]))


class Writes:
    """Counts what the server is told to write, by collection."""

    def __init__(self, shop: Services) -> None:
        self._db = shop.mongo.db

    def of(self, act: Any) -> list[tuple[str, str]]:
        self._db.command("profile", 0)
        self._db.drop_collection("system.profile")
        self._db.command("profile", 2)
        try:
            act()
        finally:
            self._db.command("profile", 0)
        seen = self._db["system.profile"].find({"op": {"$in": ["update", "insert", "remove"]}})
        own = [(e["op"], e["ns"].split(".", 1)[1]) for e in seen if "system." not in e["ns"]]
        self._db.drop_collection("system.profile")
        return own


def test_a_turn_is_one_write(shop: Services) -> None:
    talk = Talk.begin(shop)
    assert shop.events.flush()
    wrote = Writes(shop).of(lambda: talk.say("show me rings"))
    assert [name for op, name in wrote if op != "insert"] == ["widgetSessions"]
    assert {name for op, name in wrote if op == "insert"} <= {ANALYTICS_EVENTS.name}


def test_a_repeated_request_answers_the_same_and_writes_nothing(shop: Services) -> None:
    talk = Talk.begin(shop)
    first = talk.say("show me rings under $300", request_id="r1")
    talk.say("save the first one", request_id="r2")
    for number in range(8):
        talk.say("show me earrings", request_id=f"more{number}")
    before = stored(shop, talk)
    assert shop.events.flush()
    said = {
        "r1": "show me rings under $300",
        "r2": "save the first one",
        "more0": "show me earrings",
    }
    for repeated, text in said.items():
        wrote = Writes(shop).of(lambda r=repeated, t=text: talk.say(t, request_id=r))
        assert wrote == []
    again = talk.say("show me rings under $300", request_id="r1")
    assert again.result.replies == first.result.replies
    assert (again.result.repeated, first.result.repeated) == (True, False)
    assert again.intent == first.intent
    assert stored(shop, talk) == before


def test_another_message_under_a_used_request_id_is_refused_and_not_lost(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings", request_id="r1")
    before = stored(shop, talk)
    with pytest.raises(IdempotencyMismatch):
        talk.say("talk to a human", request_id="r1")
    assert stored(shop, talk) == before


def test_one_key_for_two_different_forms_is_refused_when_strict(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.form(CsatSubmission(rating=4), request_id="k", strict=True)
    talk.form(CsatSubmission(rating=4), request_id="k", strict=True)
    with pytest.raises(IdempotencyMismatch):
        talk.form(CsatSubmission(rating=1), request_id="k", strict=True)


FORMS: list[tuple[Submission, dict[str, str]]] = [
    (StylistSubmission(name="Bo", email="bo@example.com"), {"email": "eve@example.com"}),
    (StylistSubmission(name="Bo", email="bo@example.com"), {"phone": "+1 212 555 0102"}),
    (TrackSubmission(order_number="GG-12002", email="ada@example.com"), {"email": "x@example.com"}),
    (TrackSubmission(order_number="GG-12002", postal_code="10001"), {"postal_code": "94016"}),
]


@pytest.mark.parametrize(("form", "other"), FORMS)
def test_one_key_for_two_addresses_is_refused_when_strict_and_keeps_neither(
    shop: Services, form: Submission, other: dict[str, str]
) -> None:
    talk = Talk.begin(shop)
    for _ in range(2):
        talk.form(form, request_id="k", strict=True)
    with pytest.raises(IdempotencyMismatch):
        talk.form(form.model_copy(update=other), request_id="k", strict=True)
    (kept,) = [entry.fingerprint for entry in talk.transcript() if entry.fingerprint]
    assert kept == fingerprint(Turn(session_id="s", request_id="k", form=form), shop.hasher)
    another_house = Hasher("another secret, just as long as ours")
    assert kept != fingerprint(Turn(session_id="s", request_id="k", form=form), another_house)


def test_two_tabs_typing_at_once_lose_nothing_and_keep_the_order_of_each(shop: Services) -> None:
    talk = Talk.begin(shop)
    wishes = ["show me rings", "show me earrings", "in silver", "under $200", "GG-12002"]
    together = Barrier(2)

    def tab(name: str) -> None:
        together.wait()
        for number in range(10):
            talk.say(f"{wishes[number % 5]} #{name}{number}", request_id=f"{name}{number}")

    with ThreadPoolExecutor(2) as tabs:
        list(tabs.map(tab, ("a", "b")))
    session = shop.sessions.read(SYSTEM, talk.session_id)
    entries = session.transcript
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert session.turn_seq == len(entries)
    said = [entry for entry in entries if entry.author is Author.CUSTOMER]
    assert len(said) == 20
    for name in ("a", "b"):
        kept = [e.request_id for e in said if (e.request_id or "").startswith(name)]
        assert kept == [f"{name}{number}" for number in range(10)]
    for place, entry in enumerate(entries[:-1]):
        if entry.author is Author.CUSTOMER:
            assert entries[place + 1].request_id == entry.request_id, "an answer follows its words"
    counters = session.counters
    assert counters.customer_messages == 20
    assert counters.matched + counters.unmatched == 20
    assert session.slots.order_number == "GG-12002"
    last_search = [e for e in said if e.trace and e.trace.query][-1]
    assert last_search.trace is not None
    # Which search was last, and whether it still had a category, is up to how the tabs raced.
    assert session.slots.category == last_search.trace.query.get("category")


def test_an_agent_who_writes_between_turns_is_kept_in_order(shop: Services) -> None:
    talk = Talk.begin(shop)
    form = StylistSubmission(name="Bo", email="bo@example.com", message="loose")
    ticket_id = talk.form(form).one(TicketOpened).ticket_id

    def agent() -> None:
        for number in range(6):
            version = shop.tickets.get(SYSTEM, ticket_id).version
            while True:
                try:
                    shop.tickets.reply(AGENT, ticket_id, f"agent {number}", version, f"a{number}")
                    break
                except VersionConflict:  # the customer wrote first: look again, then repeat
                    version = shop.tickets.get(SYSTEM, ticket_id).version

    def customer() -> None:
        for number in range(6):
            talk.say(f"qwertz {number}", request_id=f"c{number}")

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(agent), both.submit(customer)]:
            done.result()
    entries = shop.sessions.read(SYSTEM, talk.session_id).transcript
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    agents = [entry.text for entry in entries if entry.author is Author.AGENT]
    customers = [e.text for e in entries if e.author is Author.CUSTOMER and "qwertz" in e.text]
    assert agents == [f"agent {number}" for number in range(6)]
    assert customers == [f"qwertz {number}" for number in range(6)]
    texts = [m.text for m in shop.tickets.get(SYSTEM, ticket_id).messages]
    assert sorted(texts[1:]) == sorted(agents + customers)


def test_too_many_rivals_are_told_to_repeat_and_nothing_is_half_done(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk.begin(shop)
    with monkeypatch.context() as rivals:
        rivals.setattr(shop.sessions, "write_turn", lambda *_: False)
        with pytest.raises(SessionBusy):
            talk.say("return GG-12002 ada@example.com", request_id="r")
    assert talk.session().turn_seq == 1
    assert "not right with Halo Ring" in talk.say("return GG-12002 ada@example.com").text


def test_a_turn_that_lost_the_race_is_decided_again_over_what_the_other_wrote(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    _rival_first(shop, monkeypatch, lambda: talk.say("show me earrings", request_id="tab2"))
    refined = talk.say("under $200", request_id="tab1").one(ProductGrid)
    assert {card.category for card in refined.cards} == {"earrings"}


def test_what_was_done_is_told_although_another_tab_wrote_in_between(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the other tab's words "too big" alone would be a resize; it has been a return."""
    talk = Talk.begin(shop)
    talk.say("return GG-12002 ada@example.com")
    _rival_first(shop, monkeypatch, lambda: talk.say("show me earrings", request_id="tab2"))
    told = talk.say("too big", request_id="tab1").one(ReturnConfirmed)
    (filed,) = shop.returns.for_orders(SYSTEM, ["GG-12002"])["GG-12002"]
    assert filed.rma == told.rma
    session = talk.session()
    assert [entry.seq for entry in session.transcript] == list(range(1, session.turn_seq + 1))
    assert session.slots.category == "earrings"


def _rival_first(shop: Services, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Another tab gets its whole turn in, just before the next one is written."""
    write, raced = shop.sessions.write_turn, []

    def slower(*args: Any) -> bool:
        if not raced:
            raced.append(True)
            act()
        return write(*args)

    monkeypatch.setattr(shop.sessions, "write_turn", slower)


def test_the_end_of_a_session_and_another_session_are_errors(
    shop: Services, clock: ManualClock
) -> None:
    talk, other = Talk.begin(shop), Talk.begin(shop)
    for actor in (other.actor, AGENT, Actor.visitor()):
        with pytest.raises(SessionNotFound):
            shop.chat.handle(actor, Turn(session_id=talk.session_id, text="hello", request_id="r1"))
    with pytest.raises(Forbidden):
        shop.chat.open(Actor.staff("ana", {Role.ANALYST}), channel=Channel.STAFF_CHAT)
    clock.advance(timedelta(hours=24, seconds=1))
    with pytest.raises(SessionEnded):
        talk.say("hello")
    assert talk.session().turn_seq == 1


def test_every_turn_leaves_its_events_with_derived_ids(shop: Services, clock: ManualClock) -> None:
    talk = Talk.begin(shop)
    for text in (
        "show me rings",
        "save the first one",
        "qwertz asdf",
        "GG-12002 wrong@example.com",
        "GG-12002 ada@example.com",
        "send it back",
        "too big",
    ):
        clock.advance(timedelta(seconds=5))
        talk.say(text)
    names = [(event["event"], event["success"]) for event in events(shop, talk)]
    for expected in (
        ("aurora_widget_open", True),
        ("aurora_products_shown", True),
        ("aurora_product_shortlisted", True),
        ("aurora_intent_unmatched", True),
        ("aurora_order_tracked", False),
        ("aurora_order_tracked", True),
        ("aurora_return_requested", True),
    ):
        assert expected in names
    assert names.count(("aurora_message_sent", True)) == 7
    assert names.count(("aurora_intent_detected", True)) == 6
    saved = next(e for e in events(shop, talk) if e["event"] == "aurora_product_shortlisted")
    assert saved["productId"] == shop.shortlists.get(SYSTEM, talk.session_id).product_ids[0]
    done = next(e for e in events(shop, talk) if e["event"] == "aurora_return_requested")
    assert (done["orderNumber"], done["intent"], done["channel"]) == (
        "GG-12002",
        "returns",
        "widget",
    )


def test_emitting_again_writes_nothing_twice_and_brings_back_what_is_missing(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    form = StylistSubmission(name="Bo", email="bo@example.com", message="loose")
    ticket = shop.tickets.get(SYSTEM, talk.form(form).one(TicketOpened).ticket_id)
    ticket = shop.tickets.reply(AGENT, ticket.ticket_id, "I see.", ticket.version, "r1")
    shop.survey.resolve_and_ask(
        AGENT, ticket.ticket_id, version=ticket.version, request_id="resolve"
    )
    talk.say("great")
    since = NOW - timedelta(minutes=30)
    assert shop.chat.emit_missing(since) > 0
    whole = events(shop)
    assert {"aurora_ticket_replied", "aurora_ticket_resolved", "aurora_csat_requested"} <= {
        event["event"] for event in whole
    }
    shop.chat.emit_missing(since)
    assert events(shop) == whole
    shop.mongo.db[ANALYTICS_EVENTS.name].delete_many({"event": "aurora_csat_submitted"})
    shop.chat.emit_missing(since)
    assert events(shop) == whole


def test_no_event_holds_a_person_or_free_text(shop: Services) -> None:
    talk = Talk.begin(shop, address="192.0.2.9")
    talk.say("my name is Ada Example, call +1 212 555 0101")
    talk.say("where is GG-12001, my e-mail is ada@example.com, zip 10001")
    talk.say("text me when it ships")
    talk.say("+1 212 555 0101")
    talk.form(
        StylistSubmission(
            name="Ada Example", email="ada@example.com", message="secret words, qwertz"
        )
    )
    talk.form(CsatSubmission(rating="bad", notes="more secret words"))
    talk.form(TrackSubmission(order_number="GG-12001", email="bo@example.com"))
    shop.chat.emit_missing(NOW - timedelta(hours=1))
    kept = events(shop)
    assert len(kept) > 10
    allowed = {
        *("_id", "event", "ts", "sessionId", "requestId", "intent", "orderNumber"),
        *("productId", "variant", "channel", "simulated", "success"),
    }
    for event in kept:
        assert set(event) <= allowed
        assert re.fullmatch(r"[0-9a-f]{32,64}", event["_id"])
        random = {"_id", "sessionId", "requestId"}  # hexadecimal, and now and then it spells "ada"
        told = " ".join(str(v) for name, v in event.items() if name not in random).casefold()
        for secret in ("ada", "example", "@", "555", "10001", "secret", "qwertz", "192.0.2"):
            assert secret not in told
        if event["event"] == "aurora_order_tracked" and not event["success"]:
            assert "orderNumber" not in event, "a number that was only typed is no order"


def test_marks_are_set_once_and_by_the_earliest(shop: Services, clock: ManualClock) -> None:
    talk = Talk.begin(shop)
    clock.advance(timedelta(seconds=10))
    talk.say("show me rings")
    first = talk.session().first_at
    clock.advance(timedelta(seconds=10))
    talk.say("show me earrings")
    talk.say("save the first one")
    session = talk.session()
    assert (session.first_at.opened, session.first_at.understood) == (NOW, first.understood)
    assert session.first_at.shown == first.shown == NOW + timedelta(seconds=10)
    assert session.first_at.saved == clock.now()
    assert session.depth == 4


def test_a_greeting_is_no_first_touch(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("hello")
    assert talk.session().intent is None
    talk.say("show me rings")
    talk.say("where is my order")
    assert talk.session().intent == "product_search"


def test_simulated_sessions_say_so_in_every_event(shop: Services) -> None:
    talk = Talk.begin(shop, simulated=True)
    talk.say("show me rings")
    assert all(event["simulated"] for event in events(shop, talk))


def test_a_piece_that_was_opened_is_an_event_and_no_turn(shop: Services) -> None:
    talk = Talk.begin(shop)
    for _ in range(2):
        shop.chat.view_product(talk.actor, talk.session_id, "halo-ring")
    seen = [e["productId"] for e in events(shop, talk) if e["event"] == "aurora_product_viewed"]
    assert seen == ["halo-ring"]
    assert talk.session().turn_seq == 1


def test_a_turn_reads_no_whole_collection(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    talk.say("save the first one")
    with no_collection_scans(shop.mongo):
        assert talk.say("rings under $300").has(ProductGrid)
        for text in (
            "GG-12001 ada@example.com",
            "ada@example.com 10001",
            "GG-99999 nobody@example.com",
            "return GG-12002 ada@example.com",
            "too big",
            "show my list",
            "/rings under $1",
            "love it",
            "5",
        ):
            talk.say(text)
