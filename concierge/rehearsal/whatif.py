"""What would have happened: a draft of the rules over every stored customer turn."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from concierge.core.actor import Actor, Permission
from concierge.core.config import child_environment
from concierge.core.documents import Embedded, UtcDatetime
from concierge.core.errors import ConciergeError
from concierge.core.folders import PROJECT_ROOT
from concierge.core.mongo import Mongo
from concierge.core.privacy import Masker
from concierge.detection.models import Intent
from concierge.detection.training import Tell, nobody
from concierge.insights.people import SESSION_FIELDS, People
from concierge.insights.turns import Range, TurnStream
from concierge.rehearsal.reading import Example, Move, Tally
from concierge.rehearsal.worker import Job, read, reader_of
from concierge.rules.files import Workshop
from concierge.rules.service import RulesService
from concierge.sessions.models import WIDGET_SESSIONS

RANGE = 200
"""Sessions read between two looks at the progress."""
HERE_BELOW = 1_000
"""So few sessions are read before another process would have started."""
LONGEST_EXAMPLE = 200

Progress = Callable[[int, int], None]
"""Sessions done, sessions in all. What it raises ends the run."""


class WhatIfFailed(ConciergeError):
    """A process that was to read a share of the turns could not."""

    status = 503
    code = "what_if_failed"
    title = "The comparison could not be finished"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The stored turns could not all be read: {reason}")
        self.reason = reason


class ChangedTurn(Embedded):
    """One turn that would be read differently; the person is taken out for those who may not see
    people."""

    session_id: str
    at: UtcDatetime
    text: str


class IntentChange(Embedded):
    """All turns that go from one intent to another, and the newest of them."""

    before: Intent
    after: Intent
    count: int
    examples: list[ChangedTurn]


class Escalations(Embedded):
    """Turns that ask for a human, or are the second in a row not understood, which offers one;
    and conversations with such a turn."""

    turns_before: int
    turns_after: int
    sessions_before: int
    sessions_after: int


class WhatIfReport(Embedded):
    """Most frequent change first. `turns` are typed messages that could be read; `without_text`
    were anonymised since. `seconds` is how long it took from the request on, `compiling_seconds`
    the part of it before the first message was read: rules and changed phrases made ready."""

    draft_number: int
    draft_revision: int
    live_number: int
    simulated: bool
    sessions: int
    turns: int
    without_text: int
    changed: int
    newly_matched: int
    newly_unmatched: int
    escalations: Escalations
    changes: list[IntentChange]
    seconds: float
    compiling_seconds: float = 0.0


class WhatIfService:
    """`processes` read in parallel once there are `here_below` sessions or more."""

    def __init__(
        self,
        *,
        mongo: Mongo,
        rules: RulesService,
        workshop: Workshop,
        processes: int | None = None,
        here_below: int = HERE_BELOW,
    ) -> None:
        self._mongo = mongo
        self._rules = rules
        self._workshop = workshop
        self._processes = processes or min(4, os.cpu_count() or 1)
        self._here_below = here_below
        self._people = People(mongo)

    def what_if(
        self,
        actor: Actor,
        number: int,
        progress: Progress,
        *,
        simulated: bool = False,
        compiling: Tell = nobody,
    ) -> WhatIfReport:
        """Reads each stored message by the draft and by the live version.

        The situation is that of the stored turn: what a changed answer would have led the customer
        to say next, nobody knows. Simulated conversations are left out unless asked for.
        `compiling` hears of changed phrases that nobody compiled yet. Raises `Forbidden`,
        `NoSuchVersion`, `BadRules`, `NotCompiled`, `WhatIfFailed`, and what `progress` raises.
        """
        actor.require(Permission.RULES_DRAFT)
        began = time.monotonic()
        draft = self._rules.get(actor, number)
        live = self._rules.live(actor).number
        ranges, total = TurnStream(self._mongo).ranges(RANGE)
        job = Job(
            uri=self._mongo.uri,
            database=self._mongo.db.name,
            folder=self._workshop.folder,
            kept=self._workshop.kept,
            urgent_words=list(self._workshop.urgent_words),
            live_number=live,
            live=self._rules.changed_texts(actor, live),
            draft={file.path: file.text for file in draft.files},
            simulated=simulated,
            ranges=ranges,
        )
        for changed in (job.live, job.draft):
            # Here and once, so that the reading processes find it made.
            self._workshop.prepare(changed, compiling)
        ready = time.monotonic()
        progress(0, total)
        run = self._here if total < self._here_below else self._in_processes
        tally = run(job, _Counting(progress, total))
        progress(total, total)
        moved = {pair: move.count for pair, move in tally.moves.items()}
        return WhatIfReport(
            draft_number=number,
            draft_revision=draft.revision,
            live_number=live,
            simulated=simulated,
            sessions=tally.sessions,
            turns=tally.turns,
            without_text=tally.without_text,
            changed=sum(moved.values()),
            newly_matched=sum(n for pair, n in moved.items() if pair[0] is Intent.UNMATCHED),
            newly_unmatched=sum(n for pair, n in moved.items() if pair[1] is Intent.UNMATCHED),
            escalations=Escalations(
                turns_before=tally.escalations[0],
                turns_after=tally.escalations[1],
                sessions_before=tally.escalated_sessions[0],
                sessions_after=tally.escalated_sessions[1],
            ),
            changes=self._changes(actor, tally),
            seconds=round(time.monotonic() - began, 2),
            compiling_seconds=round(ready - began, 2),
        )

    def _here(self, job: Job, tell: Callable[[int], None]) -> Tally:
        return read(TurnStream(self._mongo), reader_of(job), job.ranges, job.simulated, tell)

    def _in_processes(self, job: Job, tell: Callable[[int], None]) -> Tally:
        shares = [job.ranges[at :: self._processes] for at in range(self._processes)]
        tally = Tally()
        with _workers(job, shares) as lines:
            for line in lines:
                if "fault" in line:
                    raise WhatIfFailed(str(line["fault"]))
                if "tally" in line:
                    tally.add(Tally.from_plain(line["tally"]))
                else:
                    tell(int(line["sessions"]))
        return tally

    def _changes(self, actor: Actor, tally: Tally) -> list[IntentChange]:
        maskers: dict[str, Masker] = {}
        if not actor.may(Permission.PEOPLE_SEE):
            shown = {one[1] for move in tally.moves.values() for one in move.examples}
            fields = {**SESSION_FIELDS, "transcript.trace.detection.slots": 1}
            rows = self._mongo.collection(WIDGET_SESSIONS).find(
                {"_id": {"$in": sorted(shown)}}, fields
            )
            maskers = self._people.maskers(list(rows))

        def shown_as(example: Example) -> ChangedTurn:
            at, session_id, _, text = example
            if not actor.may(Permission.PEOPLE_SEE):
                # A conversation that was taken away meanwhile is masked by what looks personal.
                text = maskers.get(session_id, Masker([])).mask(text)
            return ChangedTurn(session_id=session_id, at=at, text=text[:LONGEST_EXAMPLE])

        def by_count(item: tuple[tuple[Intent, Intent], Move]) -> tuple[int, str, str]:
            (before, after), move = item
            return -move.count, before.value, after.value

        return [
            IntentChange(
                before=before,
                after=after,
                count=move.count,
                examples=[shown_as(example) for example in move.examples],
            )
            for (before, after), move in sorted(tally.moves.items(), key=by_count)
        ]


class _Counting:
    """Adds up what single ranges tell. Simulated sessions that are left out count as read."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def __call__(self, sessions: int) -> None:
        self._done += sessions
        self._progress(min(self._done, self._total), self._total)


@contextmanager
def _workers(job: Job, shares: Sequence[list[Range]]) -> Iterator[Iterator[dict[str, Any]]]:
    """Their lines as they come, from all at once; none of them outlives the block."""
    lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
    started: list[tuple[subprocess.Popen[str], threading.Thread]] = []

    def listen(worker: subprocess.Popen[str]) -> None:
        ended_well = False
        for line in worker.stdout or ():
            told = json.loads(line)
            ended_well = ended_well or "tally" in told or "fault" in told
            lines.put(told)
        if not ended_well:
            lines.put({"fault": f"a reading process ended early ({worker.wait()})"})
        lines.put(None)

    def told() -> Iterator[dict[str, Any]]:
        waiting = len(started)
        while waiting:
            line = lines.get()
            if line is None:
                waiting -= 1
            else:
                yield line

    try:
        for share in shares:
            worker = subprocess.Popen(
                [sys.executable, "-m", "concierge.rehearsal.worker"],
                cwd=PROJECT_ROOT,
                # The processes share the cores; threads of each would only wait for each other.
                env=child_environment(OPENBLAS_NUM_THREADS="1"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            listener = threading.Thread(target=listen, args=(worker,), daemon=True)
            started.append((worker, listener))
            listener.start()
            if worker.stdin is not None:
                worker.stdin.write(job.model_copy(update={"ranges": share}).model_dump_json())
                worker.stdin.write("\n")
                worker.stdin.close()
        yield told()
    finally:
        for worker, listener in started:
            worker.kill()
            worker.wait()
            listener.join()
            if worker.stdout is not None:
                worker.stdout.close()
