"""All scenarios replayed, and what is kept of it."""

from __future__ import annotations

from contextlib import closing

import pytest

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.core.errors import Forbidden
from concierge.rehearsal.models import Scenario, Step
from tests.rules.conftest import Desk

PM = Actor.staff("kim", {Role.PM})
GOOD = {"name": "good", "title": "Good", "steps": [{"say": "hi", "expect": {"intent": "greeting"}}]}
BAD = {"name": "bad", "title": "Bad", "steps": [{"say": "hi", "expect": {"rma": True}}]}


@pytest.fixture
def two(live: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Two saved scenarios and none that ship."""
    monkeypatch.setattr(live.rehearsal, "_folder", live.rehearsal._folder / "none")
    live.mongo.db["ruleVersions"].delete_many({})
    live.live_rules.look()
    for scenario in (GOOD, BAD):
        live.rehearsal.save(PM, Scenario.model_validate(scenario))
    return live


def test_before_the_first_replay_there_is_none_and_all_are_still_to_be_played(
    two: Services,
) -> None:
    health = two.rehearsal.health(PM)
    assert (health.rules, health.replay, health.changed) == (0, None, 2)


def test_a_replay_is_kept_with_what_differed_and_read_without_playing(two: Services) -> None:
    told = [(n, of, one.name) for n, of, one in two.rehearsal.replay_all(PM)]
    assert told == [(1, 2, "bad"), (2, 2, "good")]
    health = two.rehearsal.health(PM)
    assert health.replay is not None
    assert health.changed == 0
    assert [one.name for one in health.replay.failing] == ["bad"]
    assert health.replay.failing[0].difference == "step 1: rma: expected an RMA, saw none"
    assert (health.replay.played_by, health.replay.played_at) == ("kim", two.clock.now())


def test_a_replay_that_is_stopped_keeps_what_was_played(two: Services) -> None:
    with closing(two.rehearsal.replay_all(PM)) as played:
        next(played)
    health = two.rehearsal.health(PM)
    assert health.replay is not None
    assert [one.name for one in health.replay.outcomes] == ["bad"]
    assert health.changed == 1


def test_what_was_saved_since_counts_as_not_played_and_what_is_gone_not_at_all(
    two: Services,
) -> None:
    list(two.rehearsal.replay_all(PM))
    two.rehearsal.save(PM, Scenario.model_validate(GOOD))
    two.rehearsal.save(PM, Scenario(name="third", title="Third", steps=[Step(say="hi")]))
    two.rehearsal.remove(PM, "bad")
    health = two.rehearsal.health(PM)
    assert health.replay is not None
    assert [one.name for one in health.replay.outcomes] == ["good"]
    assert health.changed == 2


def test_a_run_is_read_by_the_live_rules_and_its_replay_is_theirs(two: Services) -> None:
    scenario = Scenario.model_validate(
        {"name": "flurb", "title": "F", "steps": [{"say": "flurb", "expect": {"intent": "gift"}}]}
    )
    two.rehearsal.remove(PM, "bad")
    two.rehearsal.save(PM, scenario)
    list(two.rehearsal.replay_all(PM))
    before = two.rehearsal.health(PM)
    assert before.replay is not None
    assert [one.name for one in before.replay.failing] == ["flurb"]

    live = Desk(two).published("flurb", "gift", "flurb").number
    two.live_rules.look()
    assert two.rehearsal.health(PM).replay is None, "these rules were not rehearsed yet"
    list(two.rehearsal.replay_all(PM))
    after = two.rehearsal.health(PM)
    assert after.rules == live
    assert after.replay is not None
    assert after.replay.failing == []
    two.mongo.db["ruleVersions"].delete_many({})
    two.live_rules.look()


def test_rules_published_meanwhile_leave_no_replay_under_either_number(two: Services) -> None:
    for number, _, _ in two.rehearsal.replay_all(PM):
        if number == 1:
            Desk(two).published("blarg", "gift", "blarg")
            two.live_rules.look()
    assert two.rehearsal.health(PM).replay is None
    two.mongo.db["ruleVersions"].delete_many({})
    two.live_rules.look()
    assert two.rehearsal.health(PM).replay is None


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
def test_health_is_for_those_who_rehearse(two: Services, role: Role) -> None:
    with pytest.raises(Forbidden):
        two.rehearsal.health(Actor.staff("x", {role}))
