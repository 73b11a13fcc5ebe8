"""Every scenario, shipped and saved, replayed in a store of its own."""

from __future__ import annotations

from contextlib import closing

from concierge.verify.walk import Walk
from concierge.verify.world import VERIFIER


def scenarios(walk: Walk) -> None:
    """Every scenario comes out as it says, and nothing of it reaches the live store."""
    rehearsal = walk.services.rehearsal
    known = [rehearsal.get(VERIFIER, entry.name) for entry in rehearsal.entries(VERIFIER)]
    walk.check_that("there are scenarios", bool(known), "one or more", len(known))
    # Closed at the first difference, too: the stage is free and empty again.
    with closing(rehearsal.play_all(VERIFIER, known)) as runs:
        for run in runs:
            difference = run.difference
            name = f"{run.scenario.name}, {run.looked} looks"
            walk.check(name, str(difference) if difference else "as expected", "as expected")
