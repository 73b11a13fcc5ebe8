"""A draft over every stored turn: what changes, what it would mean, and who sees whose words."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from concierge.bootstrap import Services
from concierge.bootstrap.services import INTENTS_FOLDER
from concierge.core.actor import Actor, Role
from concierge.core.errors import Forbidden
from concierge.core.ids import derived_id
from concierge.core.mongo import Row
from concierge.core.privacy import MASK
from concierge.detection.models import Intent
from concierge.insights.turns import TurnStream, turns_of
from concierge.rehearsal import whatif
from concierge.rehearsal.whatif import WhatIfFailed, WhatIfReport, WhatIfService
from concierge.rules.files import Workshop
from concierge.rules.models import RuleDraft, RuleFile
from concierge.sessions.models import (
    SESSION_PAGES,
    WIDGET_SESSIONS,
    Author,
    Channel,
    SessionPage,
    TranscriptEntry,
    WidgetSession,
)
from tests.conftest import NOW
from tests.explain import no_collection_scans
from tests.rules.conftest import ADMIN, PM, RULES, Desk
from tests.talk import Talk


def quiet(done: int, total: int) -> None:
    """Nobody looks."""


def report(services: Services, number: int, actor: Actor = PM, **more: Any) -> WhatIfReport:
    return services.what_if.what_if(actor, number, quiet, **more)


def moves(found: WhatIfReport) -> dict[tuple[str, str], int]:
    return {(one.before.value, one.after.value): one.count for one in found.changes}


def stored(services: Services, texts: list[tuple[str, Intent]], **more: Any) -> WidgetSession:
    """A conversation as an older release left it: no trace, only what was counted."""
    entries = [
        TranscriptEntry(
            seq=at + 1,
            at=NOW + timedelta(seconds=at),
            author=Author.CUSTOMER,
            text=text,
            intent=intent.value,
        )
        for at, (text, intent) in enumerate(texts)
    ]
    session = WidgetSession(
        id=derived_id("stored", texts, more),
        channel=Channel.WIDGET,
        opened_at=NOW,
        last_at=NOW,
        day="2026-11-18",
        turn_seq=len(entries),
        transcript=entries,
        **more,
    )
    services.mongo.collection(WIDGET_SESSIONS).insert_one(session.to_mongo())
    return session


def test_turns_that_change_are_counted_with_where_from_and_where_to(shop: Services) -> None:
    talk = Talk.begin(shop)
    for text in ("my flurb please", "show me rings", "flurb flurb", "where is my order"):
        talk.say(text)
    found = report(shop, Desk(shop).draft("flurb", "gift", "flurb").number)
    assert moves(found) == {("unmatched", "gift"): 2}
    assert (found.sessions, found.turns, found.changed) == (1, 4, 2)
    assert (found.newly_matched, found.newly_unmatched) == (2, 0)
    [change] = found.changes
    assert [one.text for one in change.examples] == ["flurb flurb", "my flurb please"]
    assert {one.session_id for one in change.examples} == {talk.session_id}


def test_what_is_no_longer_understood_is_told(shop: Services) -> None:
    Desk(shop).published("flurb", "gift", "flurb")
    talk = Talk.begin(shop)
    talk.say("my flurb please")
    undone = shop.rules.texts(PM, 0)[RULES]
    files = [RuleFile(path=RULES, text=undone)]
    draft = shop.rules.save_draft(PM, RuleDraft(files=files), "undo")
    found = report(shop, draft.number)
    assert (found.live_number, found.newly_unmatched) == (1, 1)
    assert moves(found) == {("gift", "unmatched"): 1}


def test_nothing_stored_is_changed_by_asking(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my flurb please")
    number = Desk(shop).draft("flurb", "gift", "flurb").number
    before = list(shop.mongo.collection(WIDGET_SESSIONS).find())
    report(shop, number)
    assert list(shop.mongo.collection(WIDGET_SESSIONS).find()) == before
    assert talk.say("my flurb please").intent == "unmatched"


def test_escalations_are_wishes_for_a_human_and_every_second_miss(shop: Services) -> None:
    gone = Intent.UNMATCHED
    stored(shop, [("flurb one", gone), ("flurb two", gone), ("flurb three", gone)])
    stored(shop, [("talk to a human", Intent.STYLIST), ("quibblet", gone)])
    stored(shop, [("quibblet", gone), ("show me rings", Intent.PRODUCT_SEARCH), ("quibblet", gone)])
    desk = Desk(shop)
    before = report(shop, desk.draft("nothing", "gift", "zzz").number).escalations
    assert (before.turns_before, before.sessions_before) == (2, 2)
    assert (before.turns_after, before.sessions_after) == (2, 2)
    fewer = report(shop, desk.draft("flurb", "gift", "flurb").number).escalations
    assert (fewer.turns_after, fewer.sessions_after) == (1, 1)
    more = report(shop, desk.draft("quibblet", "stylist", "quibblet").number).escalations
    assert (more.turns_after, more.sessions_after) == (5, 3)


def test_a_message_is_read_in_the_situation_it_was_written_in(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("i want to return my ring")
    talk.say("GG-12001")
    found = report(shop, Desk(shop).draft("flurb", "gift", "flurb").number)
    assert found.changed == 0, "the bare number was an answer, and still is"
    turns = next(iter(TurnStream(shop.mongo).sessions((talk.session_id, talk.session_id)))).turns
    state = turns[1].state
    assert (state.awaiting, state.pending_intent) == ("identity", "returns")
    assert (state.last_intent, turns[1].rules_version) == ("returns", 0)


def test_an_older_turn_is_understood_by_the_form_before_it() -> None:
    asked: Row = {"kind": "track_form", "purpose": "returns"}
    entries: list[Row] = [
        {"seq": 1, "at": NOW, "author": "customer", "text": "return it", "intent": "returns"},
        {"seq": 2, "at": NOW, "author": "concierge", "replies": [{"kind": "text"}, asked]},
        {"seq": 3, "at": NOW, "author": "customer", "text": "GG-12001", "intent": "returns"},
        {"seq": 4, "at": NOW, "author": "customer", "text": "and now?", "intent": "unmatched"},
    ]
    first, second, third = turns_of("s", "/rings", entries).turns
    assert (first.state.awaiting, first.state.last_intent) == (None, None)
    assert (second.state.awaiting, second.state.pending_intent) == ("identity", "returns")
    assert third.state.awaiting is None
    assert second.page == "/rings"


def test_forms_are_no_typed_turns_and_anonymised_ones_are_counted_apart(shop: Services) -> None:
    stored(shop, [("", Intent.RETURNS), ("flurb", Intent.UNMATCHED)])
    found = report(shop, Desk(shop).draft("flurb", "gift", "flurb").number)
    assert (found.turns, found.without_text, found.changed) == (1, 1, 1)


def test_older_pages_of_a_long_conversation_are_read_too(shop: Services) -> None:
    session = stored(shop, [("flurb new", Intent.UNMATCHED)], pages=1)
    old = [
        TranscriptEntry(seq=at, at=NOW, author=Author.CUSTOMER, text="flurb", intent="unmatched")
        for at in (1, 2)
    ]
    page = SessionPage(id="p", session_id=session.id, number=1, transcript=old)
    shop.mongo.collection(SESSION_PAGES).insert_one(page.to_mongo())
    found = report(shop, Desk(shop).draft("flurb", "gift", "flurb").number)
    assert (found.sessions, found.turns, found.changed) == (1, 3, 3)


def test_simulated_conversations_are_left_out_unless_asked_for(shop: Services) -> None:
    stored(shop, [("flurb", Intent.UNMATCHED)], simulated=True)
    number = Desk(shop).draft("flurb", "gift", "flurb").number
    assert report(shop, number).turns == 0
    assert report(shop, number, simulated=True).changed == 1


def test_a_product_manager_sees_the_words_without_the_person(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("flurb, this is ada@example.com at +1 212 555 0101")
    number = Desk(shop).draft("flurb", "gift", "flurb").number
    [change] = report(shop, number).changes
    assert "ada@example.com" not in change.examples[0].text
    assert "0101" not in change.examples[0].text
    assert MASK in change.examples[0].text
    [whole] = report(shop, number, ADMIN).changes
    assert "ada@example.com" in whole.examples[0].text


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
def test_asking_is_for_those_who_draft(shop: Services, role: Role) -> None:
    number = Desk(shop).draft("flurb", "gift", "flurb").number
    with pytest.raises(Forbidden):
        report(shop, number, Actor.staff("somebody", {role}))


def test_examples_are_the_newest_five(shop: Services) -> None:
    stored(shop, [(f"flurb {at}", Intent.UNMATCHED) for at in range(12)])
    [change] = report(shop, Desk(shop).draft("flurb", "gift", "flurb").number).changes
    assert change.count == 12
    assert [one.text for one in change.examples] == [f"flurb {at}" for at in (11, 10, 9, 8, 7)]


# -- many conversations ------------------------------------------------------------------------

SessionMaker = Callable[[int], None]


@pytest.fixture
def many(shop: Services) -> SessionMaker:
    def make(count: int) -> None:
        said = [
            ("my flurb please", Intent.UNMATCHED),
            ("show me rings", Intent.PRODUCT_SEARCH),
            ("talk to a human", Intent.STYLIST),
        ]
        for at in range(count):
            stored(shop, [*said, (f"blarg number {at}", Intent.UNMATCHED)])

    return make


def parallel(services: Services, **more: int) -> WhatIfService:
    return WhatIfService(
        mongo=services.mongo,
        rules=services.rules,
        workshop=Workshop(INTENTS_FOLDER),
        processes=2,
        here_below=0,
        **more,
    )


def test_the_time_it_took_counts_the_rules_that_were_made_ready_first(
    shop: Services, many: SessionMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(1)
    number = Desk(shop).draft("flurb", "gift", "(flurb|blarg)").number
    prepare = Workshop.prepare

    def slowly(*given: Any) -> None:
        time.sleep(0.2)
        prepare(*given)

    monkeypatch.setattr(Workshop, "prepare", slowly)
    began = time.monotonic()
    found = report(shop, number)
    waited = time.monotonic() - began
    assert 0.4 <= found.compiling_seconds <= found.seconds <= waited + 0.01


def test_processes_of_their_own_find_the_same(
    shop: Services, many: SessionMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(30)
    monkeypatch.setattr(whatif, "RANGE", 7)
    number = Desk(shop).draft("flurb", "gift", "(flurb|blarg)").number
    seen: list[tuple[int, int]] = []
    apart = parallel(shop).what_if(PM, number, lambda done, total: seen.append((done, total)))
    here = report(shop, number)
    took = {"seconds": 0, "compiling_seconds": 0}
    assert apart.model_copy(update=took) == here.model_copy(update=took)
    assert moves(here) == {("unmatched", "gift"): 60}
    assert seen[0] == (0, 30)
    assert seen[-1] == (30, 30)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) >= 6


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[str]]:
    """The processes that were started."""
    found: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def start(*given: Any, **more: Any) -> subprocess.Popen[str]:
        found.append(popen(*given, **more))
        return found[-1]

    monkeypatch.setattr(whatif.subprocess, "Popen", start)
    return found


def test_a_run_that_is_stopped_leaves_no_process_behind(
    shop: Services, many: SessionMaker, started: list[subprocess.Popen[str]]
) -> None:
    many(5)
    number = Desk(shop).draft("flurb", "gift", "flurb").number

    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        parallel(shop).what_if(PM, number, stop)
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


def test_a_process_that_cannot_go_on_is_told_of_and_not_waited_for(
    shop: Services, many: SessionMaker, started: list[subprocess.Popen[str]]
) -> None:
    many(3)
    number = Desk(shop).draft("flurb", "gift", "flurb").number
    service = WhatIfService(
        mongo=shop.mongo,
        rules=shop.rules,
        workshop=Workshop(Path("/nowhere")),
        processes=2,
        here_below=0,
    )
    with pytest.raises(WhatIfFailed):
        service.what_if(PM, number, quiet)
    assert all(process.poll() is not None for process in started)


def test_a_wide_change_and_a_narrow_one_find_the_same(shop: Services, many: SessionMaker) -> None:
    """Whether turns are skipped because no changed rule can fit must not show."""
    many(4)
    talk = Talk.begin(shop)
    for text in ("my flurb please", "is it real gold", "flurb", "nothing i know", "what now"):
        talk.say(text)
    narrow = Desk(shop).draft("flurb", "stylist", "flurb")
    vocabulary = shop.rules.texts(PM, 0)["vocabulary.yaml"]
    wide = vocabulary.replace("\n  by_sms:\n", "\n  by_sms:\n    - zzyzx <metal>\n", 1)
    assert wide != vocabulary
    text = shop.rules.texts(PM, narrow.number)[RULES]
    files = [RuleFile(path=RULES, text=text), RuleFile(path="vocabulary.yaml", text=wide)]
    both = shop.rules.save_draft(PM, RuleDraft(files=files), "wide")
    one, other = report(shop, narrow.number), report(shop, both.number)
    left_out = {"draft_number": 0, "seconds": 0.0, "compiling_seconds": 0.0}
    assert one.model_copy(update=left_out) == other.model_copy(update=left_out)
    assert one.changed == 6


def test_no_query_reads_a_whole_collection(shop: Services, many: SessionMaker) -> None:
    many(3)
    stored(shop, [("flurb", Intent.UNMATCHED)], pages=1)
    shop.mongo.collection(SESSION_PAGES).insert_one(
        SessionPage(id="p", session_id="s", number=1, transcript=[]).to_mongo()
    )
    number = Desk(shop).draft("flurb", "gift", "flurb").number
    with no_collection_scans(shop.mongo):
        report(shop, number)


def test_ids_come_from_the_index_in_ranges(shop: Services, many: SessionMaker) -> None:
    many(10)
    ranges, total = TurnStream(shop.mongo).ranges(4)
    ids = sorted(row["_id"] for row in shop.mongo.collection(WIDGET_SESSIONS).find({}, {"_id": 1}))
    assert total == 10
    assert ranges == [(ids[0], ids[3]), (ids[4], ids[7]), (ids[8], ids[9])]
    assert TurnStream(shop.mongo).ranges(5)[0] == [(ids[0], ids[4]), (ids[5], ids[9])]


def test_an_empty_shop_has_an_empty_report(services: Services) -> None:
    found = report(services, Desk(services).draft("flurb", "gift", "flurb").number)
    assert (found.sessions, found.turns, found.changes) == (0, 0, [])
