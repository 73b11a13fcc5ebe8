"""`doctor` and `config`: what works, what does not, what is in force."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from concierge.cli.ending import FAILED
from concierge.cli.output import AsJson, for_machines, write_json, write_table

if TYPE_CHECKING:
    from concierge.core.config import Settings


def config(as_json: AsJson = False) -> None:
    """The configuration in force, secrets masked."""
    from concierge.core.config import load_settings

    settings = load_settings()
    shown = settings.masked() | _made_up(settings)
    if for_machines(as_json):
        write_json(shown)
    else:
        rows = [(name, value, settings.source(name)) for name, value in shown.items()]
        write_table(["variable", "value", "from"], rows)


def _made_up(settings: Settings) -> dict[str, object]:
    """What is in force where a setting that is absent says what another makes of it."""
    from concierge.core.embedded import NoServerBinary, find_binary
    from concierge.core.folders import DATA_FOLDER
    from concierge.core.policies import Policies

    found: dict[str, object] = {
        "CONCIERGE_DEMO": settings.demo,
        "CONCIERGE_PUBLIC_URL": settings.base_url,
        "CONCIERGE_TIMEZONE": Policies.load(DATA_FOLDER)
        .in_zone(settings.timezone)
        .business_hours.timezone,
    }
    if settings.embedded:
        found["MONGODB_URI"] = "own server"
        with suppress(NoServerBinary):  # the doctor says what to do about it
            found["CONCIERGE_MONGOD"] = str(find_binary(settings.mongod_path).path)
    return found


def doctor(as_json: AsJson = False) -> None:
    """What works, what does not, and what to do; exit 1 when something must be done."""
    from concierge.cli.checks import State, examine
    from concierge.cli.running import quiet_logging

    quiet_logging()
    findings = examine()
    failed = any(finding.state is State.FAILED for finding in findings)
    if for_machines(as_json):
        write_json(
            {
                "ok": not failed,
                "checks": [
                    {
                        "name": finding.name,
                        "state": finding.state.value,
                        "seen": finding.seen,
                        "todo": finding.todo,
                    }
                    for finding in findings
                ],
            }
        )
    else:
        write_table(
            ["", "check", "seen", "to do"],
            [(SIGNS[f.state], f.name, f.seen, f.todo) for f in findings],
        )
    if failed:
        raise typer.Exit(FAILED)


SIGNS = {"ok": "✓", "warning": "!", "failed": "✗"}
