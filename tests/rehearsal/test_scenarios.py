"""Every scenario that ships, replayed: the regression of the whole dialogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.bootstrap import Services
from concierge.core.actor import Actor
from concierge.core.folders import DATA_FOLDER
from concierge.rehearsal import files

FILES = sorted((DATA_FOLDER / "scenarios").glob("*.yaml"))
TESTS = Actor.system("tests")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_comes_out_as_it_says(live: Services, path: Path) -> None:
    scenario = files.load(path)
    run = live.rehearsal.play(TESTS, scenario)
    assert run.difference is None, str(run.difference)
    assert run.progress == (len(scenario.steps), len(scenario.steps))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_looks_at_what_it_plays(path: Path) -> None:
    scenario = files.load(path)
    said = [step for step in scenario.steps if step.move_clock is None]
    assert len(said) >= 3
    assert sum(1 for step in said if step.expect is not None) >= len(said) * 2 / 3


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_is_the_same_after_it_was_written_again(path: Path) -> None:
    scenario = files.load(path)
    assert files.loads(files.dumps(scenario)) == scenario
