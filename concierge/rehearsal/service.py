"""Rehearsal for product managers, for tests and for `verify`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from concierge.core.actor import Actor, Permission
from concierge.core.audit import AuditLog
from concierge.core.clock import Clock
from concierge.core.errors import Conflict
from concierge.core.ids import derived_id
from concierge.rehearsal import files
from concierge.rehearsal.errors import ScenarioNameTaken, ScenarioNotFound
from concierge.rehearsal.models import Outcome, Replay, SavedScenario, Scenario
from concierge.rehearsal.player import Run
from concierge.rehearsal.repository import ScenariosRepository
from concierge.rehearsal.setting import begins_at
from concierge.rehearsal.stage import Stages
from concierge.rules.live import RulesSource

ATTEMPTS = 5
MOST_TOLD = 500
"""Characters of a difference that are kept."""


@dataclass(frozen=True)
class Entry:
    """A scenario in the list; `version` is None for one that ships with the product."""

    name: str
    title: str
    steps: int
    version: int | None = None
    saved_by: str | None = None
    saved_at: datetime | None = None

    @property
    def shipped(self) -> bool:
        return self.version is None


@dataclass(frozen=True)
class Health:
    """What the newest replay by the live rules said; `replay` is None before the first.

    `changed` counts scenarios that were saved, changed or added since and were not played.
    """

    rules: int
    replay: Replay | None
    changed: int


class RehearsalService:
    """`folder` holds the scenarios that ship, one file each; `rules` are those chats read by."""

    def __init__(
        self,
        *,
        repository: ScenariosRepository,
        stages: Stages,
        clock: Clock,
        audit: AuditLog,
        folder: Path,
        rules: RulesSource,
    ) -> None:
        self._rules = rules
        self._repository = repository
        self._stages = stages
        self._clock = clock
        self._audit = audit
        self._folder = folder
        self._read: dict[Path, tuple[int, Scenario]] = {}

    # -- scenarios -------------------------------------------------------------------------

    def shipped(self) -> list[Scenario]:
        """By name. Raises `ScenarioFault` for the first file that cannot be read."""
        return [self._load(path) for path in sorted(self._folder.glob("*.yaml"))]

    def entries(self, actor: Actor) -> list[Entry]:
        """What can be played: what was saved, then what ships."""
        actor.require(Permission.SCENARIOS_PLAY)
        saved = [
            Entry(
                kept.name,
                kept.title,
                len(files.loads(kept.source, kept.name).steps),
                kept.version,
                kept.saved_by,
                kept.saved_at,
            )
            for kept in self._repository.all_newest()
        ]
        return saved + [Entry(s.name, s.title, len(s.steps)) for s in self.shipped()]

    def get(self, actor: Actor, name: str, version: int | None = None) -> Scenario:
        """A shipped scenario, or a saved one in its newest version or the one that is named."""
        actor.require(Permission.SCENARIOS_PLAY)
        path = self._folder / f"{name}.yaml"
        if version is None and path.parent == self._folder and path.is_file():
            return self._load(path)
        kept = (
            self._repository.newest(name)
            if version is None
            else self._repository.version(name, version)
        )
        if kept is None:
            raise ScenarioNotFound(name)
        return files.loads(kept.source, kept.name)

    def versions(self, actor: Actor, name: str) -> list[SavedScenario]:
        """Newest first; none of a shipped one."""
        actor.require(Permission.SCENARIOS_PLAY)
        return self._repository.versions(name)

    def save(self, actor: Actor, scenario: Scenario) -> SavedScenario:
        """Keeps a scenario as the next version of its name. Raises `ScenarioNameTaken`."""
        actor.require(Permission.SCENARIOS_PLAY)
        if (self._folder / f"{scenario.name}.yaml").is_file():
            raise ScenarioNameTaken(scenario.name)
        for _ in range(ATTEMPTS):
            newest = self._repository.newest(scenario.name)
            version = newest.version + 1 if newest else 1
            saved = SavedScenario(
                id=derived_id("scenario", scenario.name, version),
                name=scenario.name,
                version=version,
                title=scenario.title,
                source=files.dumps(scenario),
                saved_by=actor.id,
                saved_at=self._clock.now(),
            )
            if self._repository.add(saved):
                self._audit.record(actor, "scenario.save", f"scenario:{saved.name}@{version}")
                return saved
        raise Conflict("Several people save this scenario at once. Please try again.")

    def remove(self, actor: Actor, name: str) -> None:
        """Takes a saved scenario away with all its versions. Raises `ScenarioNotFound`."""
        actor.require(Permission.SCENARIOS_PLAY)
        if self._repository.remove(name) == 0:
            raise ScenarioNotFound(name)
        self._audit.record(actor, "scenario.remove", f"scenario:{name}")

    # -- runs ------------------------------------------------------------------------------

    def begin(self, actor: Actor, scenario: Scenario) -> Run:
        """A run that waits for its first step; whoever began it ends it with `end`.

        Raises `StagesTaken`, `StoreRefused`.
        """
        actor.require(Permission.SCENARIOS_PLAY)
        start = begins_at(scenario, self._clock.now())
        stage = self._stages.take(actor.id, start)
        try:
            return Run(scenario, stage)
        except Exception:
            self._stages.give_back(stage)
            raise

    def end(self, run: Run) -> None:
        """Clears the run's stage and frees it; repeating it is harmless."""
        self._stages.give_back(run.stage)

    def play(self, actor: Actor, scenario: Scenario) -> Run:
        """The whole script, up to the first difference; its stage is given back."""
        (run,) = self.play_all(actor, [scenario])
        return run

    def play_all(self, actor: Actor, scenarios: Iterable[Scenario]) -> Generator[Run, None, None]:
        """One after the other on one stage; each run is over when it is handed out. Who stops
        before the end closes the generator."""
        actor.require(Permission.SCENARIOS_PLAY)
        with self._one_stage(actor) as begin:
            for scenario in scenarios:
                yield begin(scenario).finish()

    def replay_all(self, actor: Actor) -> Generator[tuple[int, int, Outcome], None, None]:
        """Plays every scenario and hands out how many were played, of how many, and the newest.

        What came out is kept for `health`, also of a replay that is closed early; nothing is kept
        where other rules were published meanwhile.
        """
        known = self.entries(actor)
        number, outcomes = self._rules.current().number, list[Outcome]()
        versions = {entry.name: entry.version for entry in known}
        scenarios = (self.get(actor, entry.name) for entry in known)
        try:
            with closing(self.play_all(actor, scenarios)) as runs:
                for run in runs:
                    name, difference = run.scenario.name, run.difference
                    outcome = Outcome(
                        name=name,
                        title=run.scenario.title,
                        version=versions[name],
                        looked=run.looked,
                        difference=None if difference is None else str(difference)[:MOST_TOLD],
                    )
                    outcomes.append(outcome)
                    yield len(outcomes), len(known), outcome
        finally:
            if outcomes and self._rules.current().number == number:
                replay = Replay(
                    id=str(number),
                    known=len(known),
                    outcomes=outcomes,
                    played_by=actor.id,
                    played_at=self._clock.now(),
                )
                self._repository.keep_replay(replay)

    def health(self, actor: Actor) -> Health:
        """Whether the scenarios hold by the live rules, as it was last seen; plays nothing."""
        actor.require(Permission.SCENARIOS_PLAY)
        number = self._rules.current().number
        replay = self._repository.replay(number)
        now: dict[str, int | None] = dict.fromkeys(p.stem for p in self._folder.glob("*.yaml"))
        now |= self._repository.versions_now()
        if replay is None:
            return Health(number, None, len(now))
        # One that was taken away is no longer of interest.
        outcomes = [one for one in replay.outcomes if one.name in now]
        played = {one.name: one.version for one in outcomes}
        changed = sum(1 for name, version in now.items() if played.get(name, -1) != version)
        return Health(number, replay.model_copy(update={"outcomes": outcomes}), changed)

    def sweep(self) -> int:
        """A job: clears the stages of runs that nobody has touched for an hour."""
        return self._stages.sweep()

    def stop(self) -> None:
        """Ends what runs beside the stages; a process calls it at its end."""
        self._stages.stop()

    # -- inside ----------------------------------------------------------------------------

    @contextmanager
    def _one_stage(self, actor: Actor) -> Iterator[Callable[[Scenario], Run]]:
        stage = self._stages.take(actor.id, self._clock.now())

        def begin(scenario: Scenario) -> Run:
            self._stages.reset(stage, begins_at(scenario, self._clock.now()))
            return Run(scenario, stage)

        try:
            yield begin
        finally:
            self._stages.give_back(stage)

    def _load(self, path: Path) -> Scenario:
        """Read again only when the file has changed."""
        changed = path.stat().st_mtime_ns
        kept = self._read.get(path)
        if kept is None or kept[0] != changed:
            kept = self._read[path] = (changed, files.load(path))
        return kept[1]
