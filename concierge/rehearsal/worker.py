"""A process that reads its share of the stored turns: `python -m concierge.rehearsal.worker`.

One job comes as a line of JSON on standard input, so that the database's address stands in no list
of processes. Lines of JSON go back: how many sessions were read, and at the end the tally. Of its
own program, and no fork: the parent has threads and is not always the program it was started as.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel

from concierge.core.errors import ConciergeError, Unavailable
from concierge.core.mongo import OUTAGE, Mongo
from concierge.detection.difference import Difference
from concierge.detection.training import Tell, nobody
from concierge.insights.turns import Range, TurnStream
from concierge.rehearsal.reading import Reader, Tally
from concierge.rules.files import Workshop, read_folder

Progress = Callable[[int], None]
"""Told after each range how many sessions it had."""


class Job(BaseModel):
    """What to read, and by which files. `live` and `draft` are the texts that differ from those
    of the folder."""

    uri: str
    database: str
    folder: Path
    kept: Path | None
    urgent_words: list[str]
    live_number: int
    live: dict[str, str]
    draft: dict[str, str]
    simulated: bool
    ranges: list[Range]


def reader_of(job: Job, tell: Tell = nobody) -> Reader:
    """Both detectors; `tell` hears of phrases being compiled. Raises `BadRules`, `NotCompiled`."""
    workshop = Workshop(job.folder, tuple(job.urgent_words), job.kept)
    own = read_folder(job.folder)
    live = workshop.detector(job.live, tell)
    draft = workshop.detector(job.draft, tell)
    difference = Difference(live, {**own, **job.live}, draft, {**own, **job.draft})
    return Reader(live, draft, difference, job.live_number)


def read(
    stream: TurnStream, reader: Reader, ranges: Iterable[Range], simulated: bool, tell: Progress
) -> Tally:
    """Reads the ranges one after the other."""
    tally = Tally()
    for each in ranges:
        before = tally.sessions
        reader.read(stream.sessions(each, simulated=simulated), tally)
        tell(tally.sessions - before)
    return tally


def main() -> None:
    job = Job.model_validate_json(sys.stdin.readline())
    mongo = Mongo(job.uri, job.database)
    try:
        reader = reader_of(job)
        gc.collect()
        gc.freeze()  # what is loaded stays; looking through it again and again would take longer
        tally = read(
            TurnStream(mongo),
            reader,
            job.ranges,
            job.simulated,
            lambda sessions: _say({"sessions": sessions}),
        )
        _say({"tally": tally.to_plain()})
    except ConciergeError as error:
        _say({"fault": str(error)})
    except OUTAGE:
        _say({"fault": str(Unavailable("The database"))})
    finally:
        mongo.close()


def _say(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
