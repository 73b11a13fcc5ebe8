"""Writing results: tables and bars for people, JSON for machines.

A terminal is read by people. With `--json`, into a pipe or into a file it is one line of JSON.
Progress goes to standard error, and only to a terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

AsJson = Annotated[
    bool, typer.Option("--json", help="One line of JSON, as into a pipe, also on a terminal.")
]

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


def for_machines(as_json: bool) -> bool:
    return as_json or not sys.stdout.isatty()


def write_json(value: Any) -> None:
    """One line, written at once: whoever reads a pipe waits for it."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def write_line(text: str) -> None:
    sys.stdout.write(text + "\n")


def complain(text: str) -> None:
    sys.stderr.write(" ".join(text.split()) + "\n")


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")  # whole values, on a second line if need be
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(file=sys.stdout, markup=False, highlight=False).print(table)


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """A bar on standard error when that is a terminal; nothing otherwise."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(file=sys.stderr)
    with Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bars:
        task = bars.add_task(title, total=None)

        def tell(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield tell
