"""`evaluate`: how well labelled messages are understood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from concierge.cli.output import AsJson, for_machines, progress, write_json, write_line, write_table

if TYPE_CHECKING:
    from concierge.detection.evaluation import Evaluation, Labelled, Score
    from concierge.detection.models import Detection


def evaluate(
    file: Annotated[
        Path, typer.Argument(help="JSON lines: text, intent, also_ok?, core?, source?")
    ],
    as_json: AsJson = False,
) -> None:
    """How well the labelled messages of a file are understood.

    Reads the files in data/ and no database. A file with a row that cannot be used is refused.
    """
    from concierge.core.folders import DATA_FOLDER
    from concierge.core.policies import Policies
    from concierge.detection.detector import Detector
    from concierge.detection.evaluation import evaluate as measure

    rows = list(_rows(file))
    detector = Detector.load(DATA_FOLDER / "intents", Policies.load(DATA_FOLDER).urgent_words)
    with progress("Reading messages") as done:
        read = 0

        def detect(text: str) -> Detection:
            nonlocal read
            read += 1
            if read % 100 == 0 or read == len(rows):
                done(read, len(rows))
            return detector.detect(text)

        found = measure(rows, detect)
    if for_machines(as_json):
        write_json(found.model_dump(mode="json", by_alias=True))
    else:
        _show(found)


def _rows(file: Path) -> Iterator[Labelled]:
    from concierge.cli.given import text_of
    from concierge.core.errors import InvalidInput
    from concierge.detection.evaluation import Labelled

    for number, line in enumerate(text_of(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise InvalidInput("file", f"line {number} is not JSON") from None
        if not isinstance(row, dict):
            raise InvalidInput("file", f"line {number} is not an object")
        try:
            yield Labelled.of_row(row)
        except InvalidInput as error:
            raise InvalidInput("file", f"line {number}: {error}") from error


def _show(found: Evaluation) -> None:
    scores: dict[str, Score] = {"all": found.all, "core": found.core, **found.by_source}
    write_table(
        ["source", "messages", "accuracy", "macro recall", "false triggers"],
        [
            (
                name,
                score.messages,
                _percent(score.accuracy),
                _percent(score.macro_recall),
                _percent(score.false_triggers),
            )
            for name, score in scores.items()
        ],
    )
    write_line("")
    write_table(
        ["intent", "meant", "found", "precision", "recall", "read instead as"],
        [
            (
                name,
                score.meant,
                score.found,
                _percent(score.precision),
                _percent(score.recall),
                ", ".join(
                    f"{other} {count}"
                    for other, count in list(found.confusion.get(name, {}).items())[:4]
                ),
            )
            for name, score in found.by_intent.items()
        ],
    )
    write_line("")
    write_table(
        ["meant", "found", "sure", "layer", "message"],
        [
            (miss.intent.value, miss.found.value, _percent(miss.confidence), miss.layer, miss.text)
            for miss in found.worst
        ],
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
