"""`verify`: every journey walked on the configured database, with evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from concierge.cli.ending import FAILED
from concierge.cli.output import AsJson, complain, for_machines, write_json, write_line
from concierge.cli.running import services


def verify(
    out: Annotated[
        Path | None, typer.Option(help="Where evidence.json goes; without, a new folder.")
    ] = None,
    flow: Annotated[list[str] | None, typer.Option(help="Only this flow; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Walks every customer and agent journey and stops at the first difference with exit 1.

    It works on orders of its own, marks its conversations as simulated, and takes all of it away
    again.
    """
    from concierge.verify.run import run, write_evidence

    machines = for_machines(as_json)
    with services() as ready:
        now = ready.clock.now()
        folder = out or ready.settings.data_dir / "verify" / now.strftime("%Y%m%dT%H%M%SZ")
        evidence = run(ready, only=flow or (), told=None if machines else write_line)
    path = write_evidence(evidence, folder)
    if machines:
        write_json({**evidence.summary(), "evidence": str(path)})
    else:
        write_line(f"Evidence: {path}")
    failed = evidence.difference
    if failed is not None:
        sys.stdout.flush()
        complain(f"verify: {failed}")
        raise typer.Exit(FAILED)
