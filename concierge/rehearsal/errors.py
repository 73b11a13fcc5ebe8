"""What can be wrong with a scenario or a run."""

from __future__ import annotations

from concierge.core.errors import Conflict, InvalidInput, NotFound


class ScenarioFault(InvalidInput):
    """A scenario that cannot be read: which file, which line, and why."""

    code = "scenario_fault"
    title = "This scenario cannot be read"

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__("", f"{file}, line {line}: {reason}")
        self.file = file
        self.line = line


class ScenarioNotFound(NotFound):
    code = "scenario_not_found"

    def __init__(self, name: str) -> None:
        super().__init__("scenario", name)


class ScenarioNameTaken(Conflict):
    """The scenarios of data/scenarios are files; what is saved needs another name."""

    code = "scenario_name_taken"
    title = "This name is taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is a scenario that ships with the product. Choose another name.")
        self.name = name


class StagesTaken(Conflict):
    code = "stages_taken"
    title = "All stages are taken"

    def __init__(self, stages: int) -> None:
        super().__init__(f"All {stages} stages have a run on them. Try again in a few minutes.")


class RunOver(Conflict):
    """Nobody touched the run for an hour, so its stage was cleared."""

    code = "run_over"
    title = "This run is over"

    def __init__(self) -> None:
        super().__init__("This run rested for too long and its stage was cleared. Begin it again.")


class StoreRefused(Conflict):
    """The server does not let our user write into the store of the rehearsal."""

    code = "rehearsal_store_refused"
    title = "Rehearsal has no store"

    def __init__(self, database: str) -> None:
        super().__init__(
            f"The database user may not write into {database}. "
            "Grant it readWrite and dbAdmin there."
        )
        self.database = database
