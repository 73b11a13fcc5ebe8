"""Runs: apart from all that is live and from each other, and over after an hour's rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from concierge import bootstrap
from concierge.bootstrap import ALL_COLLECTIONS, Services
from concierge.core.actor import Actor, Role
from concierge.core.audit import AUDIT_LOG
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden
from concierge.detection.detector import Detector
from concierge.detection.models import Detection, DetectionContext, Intent
from concierge.rehearsal import files
from concierge.rehearsal.errors import (
    RunOver,
    ScenarioNameTaken,
    ScenarioNotFound,
    StagesTaken,
    StoreRefused,
)
from concierge.rehearsal.models import (
    REHEARSAL_STAGES,
    CustomerSetting,
    Expectation,
    OrderSetting,
    Scenario,
    Step,
)
from concierge.rehearsal.repository import StagesRepository
from concierge.rehearsal.stage import MOST_STAGES
from concierge.replies.models import ReturnConfirmed

PM = Actor.staff("pm", {Role.PM})
COLLEAGUE = Actor.staff("colleague", {Role.PM})
ADA = CustomerSetting(orders=[OrderSetting(number="GG-12002", delivered=timedelta(days=2))])
RETURN = Scenario(
    name="return_in_time",
    title="A return in time",
    customer=ADA,
    steps=[
        Step(say="I want to return GG-12002, ada@example.com"),
        Step(say="too heavy", expect=Expectation(rma=True, shows=["return_confirmed"])),
    ],
)


def stored(services: Services, database: str | None = None) -> dict[str, list[Any]]:
    db = services.mongo.client[database] if database else services.mongo.db
    return {
        spec.name: [row["_id"] for row in db[spec.name].find({}, {"_id": 1})]
        for spec in ALL_COLLECTIONS
        if spec.name not in {AUDIT_LOG.name, REHEARSAL_STAGES.name}
    }


def test_a_played_return_touches_nothing_live(live: Services) -> None:
    before = stored(live)
    live.events.flush()
    run = live.rehearsal.play(PM, RETURN)
    assert run.ok
    assert run.seen[-1].statuses == {"GG-12002": "return_pending"}
    live.events.flush()
    assert stored(live) == before
    assert live.mongo.collection(REHEARSAL_STAGES).count_documents({}) == 0


def test_a_run_that_ended_leaves_its_stage_empty_but_for_the_catalogue(live: Services) -> None:
    live.rehearsal.play(PM, RETURN)
    left = stored(live, f"{live.mongo.db.name}_rehearsal")
    assert {name for name, rows in left.items() if rows} == {"products"}


def test_all_that_a_run_makes_is_marked_as_simulated(live: Services) -> None:
    run = live.rehearsal.begin(PM, RETURN)
    run.next()
    db = live.mongo.client[f"{live.mongo.db.name}_rehearsal"]
    assert [row["simulated"] for row in db["widgetSessions"].find()] == [True]
    live.rehearsal.end(run)


def test_two_runs_of_the_same_order_do_not_meet(live: Services) -> None:
    mine = live.rehearsal.begin(PM, RETURN)
    theirs = live.rehearsal.begin(COLLEAGUE, RETURN)
    assert mine.finish().ok
    assert theirs.seen[-1].statuses == {"GG-12002": "delivered"}
    assert theirs.finish().ok
    confirmed = [run.seen[-1].replies[1] for run in (mine, theirs)]
    assert len({reply.rma for reply in confirmed if isinstance(reply, ReturnConfirmed)}) == 2
    for run in (mine, theirs):
        live.rehearsal.end(run)


def test_each_run_has_its_own_time(live: Services) -> None:
    late = live.rehearsal.begin(PM, RETURN)
    early = live.rehearsal.begin(COLLEAGUE, RETURN)
    late.take(Step(move_clock="31 days"))
    assert late.now - early.now == timedelta(days=31)
    assert early.now == live.clock.now()
    assert str(late.finish().difference).startswith("step 3: rma: expected an RMA, saw none") or (
        str(late.difference).startswith("step 3: shows: expected return_confirmed")
    )
    assert early.finish().ok
    live.rehearsal.end(late)
    live.rehearsal.end(early)


def test_a_run_that_rested_for_an_hour_is_swept_and_says_so(live: Services) -> None:
    run = live.rehearsal.begin(PM, RETURN)
    run.next()
    assert isinstance(live.clock, ManualClock)
    live.clock.advance(timedelta(minutes=59))
    assert live.rehearsal.sweep() == 0
    live.clock.advance(timedelta(minutes=2))
    assert live.rehearsal.sweep() == 1
    with pytest.raises(RunOver):
        run.next()
    left = stored(live, f"{live.mongo.db.name}_rehearsal")
    assert {name for name, rows in left.items() if rows} == {"products"}
    live.rehearsal.end(run)


def test_a_rested_run_makes_room_and_does_not_disturb_who_came_after(live: Services) -> None:
    first = live.rehearsal.begin(PM, RETURN)
    assert isinstance(live.clock, ManualClock)
    live.clock.advance(timedelta(hours=2))
    second = live.rehearsal.begin(COLLEAGUE, RETURN)
    assert second.stage.number == first.stage.number
    second.next()
    with pytest.raises(RunOver):
        first.next()
    live.rehearsal.end(first)
    assert second.finish().ok
    live.rehearsal.end(second)


def test_when_every_stage_is_taken_the_next_is_told_so(live: Services) -> None:
    now = live.clock.now()
    stages = StagesRepository(live.mongo, MOST_STAGES)
    for number in range(MOST_STAGES):
        stages.claim(f"run-{number}", "somebody", now, now + timedelta(hours=1))
    with pytest.raises(StagesTaken, match="All 12 stages"):
        live.rehearsal.begin(PM, RETURN)
    stages.release(3, "run-2")
    live.rehearsal.play(PM, RETURN)


def test_a_run_played_live_is_saved_replayed_and_turns_red_by_a_broken_rule(
    live: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = RETURN.model_copy(update={"steps": []})
    run = live.rehearsal.begin(PM, free)
    for text in ("I want to return GG-12002, ada@example.com", "it is too heavy"):
        run.take(Step(say=text))
    scenario = run.as_scenario("too_heavy", "Too heavy")
    live.rehearsal.end(run)
    saved = live.rehearsal.save(PM, scenario)
    assert (saved.version, saved.saved_by) == (1, "pm")
    assert scenario.steps[-1].expect is not None
    assert scenario.steps[-1].expect.rma is True
    again = live.rehearsal.get(COLLEAGUE, "too_heavy")
    assert again == files.loads(saved.source) == scenario
    assert live.rehearsal.play(PM, again).ok

    whole = Detector.detect

    def broken(self: Detector, text: str, context: DetectionContext | None = None) -> Detection:
        found = whole(self, text, context)
        if found.intent is Intent.RETURNS:
            return found.model_copy(update={"intent": Intent.UNMATCHED})
        return found

    monkeypatch.setattr(Detector, "detect", broken)
    red = live.rehearsal.play(PM, again)
    assert str(red.difference) == "step 1: intent: expected returns, saw unmatched"
    assert red.progress == (1, 2)


def test_saving_again_makes_the_next_version_and_keeps_the_old(live: Services) -> None:
    live.rehearsal.save(PM, RETURN)
    newer = RETURN.model_copy(update={"title": "In time, again"})
    assert live.rehearsal.save(COLLEAGUE, newer).version == 2
    assert live.rehearsal.get(PM, RETURN.name).title == "In time, again"
    assert live.rehearsal.get(PM, RETURN.name, 1).title == RETURN.title
    assert [kept.version for kept in live.rehearsal.versions(PM, RETURN.name)] == [2, 1]
    listed = [entry for entry in live.rehearsal.entries(PM) if not entry.shipped]
    assert [(entry.name, entry.version, entry.saved_by) for entry in listed] == [
        (RETURN.name, 2, "colleague")
    ]
    live.rehearsal.remove(PM, RETURN.name)
    with pytest.raises(ScenarioNotFound):
        live.rehearsal.get(PM, RETURN.name)
    with pytest.raises(ScenarioNotFound):
        live.rehearsal.remove(PM, RETURN.name)


def test_the_name_of_a_shipped_scenario_is_taken(live: Services) -> None:
    name = live.rehearsal.shipped()[0].name
    with pytest.raises(ScenarioNameTaken):
        live.rehearsal.save(PM, RETURN.model_copy(update={"name": name}))


@pytest.mark.parametrize("name", ["", "..", "../intents/rules", "no_such_thing"])
def test_an_unknown_name_is_not_found(live: Services, name: str) -> None:
    with pytest.raises(ScenarioNotFound):
        live.rehearsal.get(PM, name)


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
def test_rehearsal_is_for_product_managers(live: Services, role: Role) -> None:
    other = Actor.staff("somebody", {role})
    rehearsal = live.rehearsal
    for asked in (
        lambda: rehearsal.entries(other),
        lambda: rehearsal.get(other, RETURN.name),
        lambda: rehearsal.versions(other, RETURN.name),
        lambda: rehearsal.save(other, RETURN),
        lambda: rehearsal.remove(other, RETURN.name),
        lambda: rehearsal.begin(other, RETURN),
        lambda: rehearsal.play(other, RETURN),
    ):
        with pytest.raises(Forbidden):
            asked()


def test_a_database_user_without_rights_on_the_store_is_told_so(
    live: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StagesRepository, "database", lambda *_: "local")  # nobody may write there
    services = bootstrap.build(live.settings, live.clock, live.mongo)
    with pytest.raises(StoreRefused, match="may not write into local"):
        services.rehearsal.begin(PM, RETURN)
    services.events.stop()
    assert live.mongo.collection(REHEARSAL_STAGES).count_documents({}) == 0


def test_the_order_of_somebody_else_is_there_and_not_shown(live: Services) -> None:
    bo = CustomerSetting(
        name="Bo Sample", email="bo@example.com", orders=[OrderSetting(number="GG-12003")]
    )
    run = live.rehearsal.begin(PM, RETURN.model_copy(update={"others": [bo]}))
    seen = run.take(Step(say="track GG-12003 ada@example.com"))
    assert seen.order is None
    assert run.take(Step(say="track GG-12003 bo@example.com")).order == "GG-12003"
    live.rehearsal.end(run)


def test_every_expectation_can_fail(live: Services) -> None:
    """A look that never fails would be worth nothing."""
    wrong: dict[str, Any] = {
        "intent": "gift",
        "kinds": ["text"],
        "shows": "csat_prompt",
        "hides": "return_form",
        "says": "what nobody said",
        "never": "HALO\n  ring",
        "sentences": "return_window_closed",
        "offers": "Fly to the moon",
        "slots": {"email": "none"},
        "awaiting": "none",
        "order": "none",
        "status": {"GG-12002": "returned"},
        "rma": True,
        "ticket": "open",
        "priority": "vip",
        "updates": ["email"],
        "shortlist": ["halo-ring"],
        "new_session": True,
    }
    assert set(wrong) == set(Expectation.model_fields)
    for name, value in wrong.items():
        expect = Expectation.model_validate({name: value})
        step = Step(say="I want to return GG-12002, ada@example.com", expect=expect)
        run = live.rehearsal.play(PM, RETURN.model_copy(update={"steps": [step]}))
        assert [look.ok for look in run.seen[-1].looks] == [False], name
