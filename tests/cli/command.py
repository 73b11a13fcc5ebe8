"""Running commands in tests: in this process by Typer's runner, or as processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from typer.testing import CliRunner, Result

from concierge.bootstrap import Services
from concierge.cli.app import app
from concierge.core.clock import ManualClock, SystemClock
from concierge.core.config import child_environment

ROOT = Path(__file__).resolve().parents[2]
# What a developer's own shell may carry must not reach the command under test.
CLEARED = dict.fromkeys(
    (
        "MONGODB_URI",
        "CONCIERGE_DB",
        "CONCIERGE_DATA_DIR",
        "CONCIERGE_DEMO",
        "CONCIERGE_MODE",
        "CONCIERGE_MONGOD",
        "CONCIERGE_PUBLIC_URL",
        "CONCIERGE_SECRET_KEY",
        "CONCIERGE_SMTP_HOST",
        "CONCIERGE_TIMEZONE",
    ),
    "",
)


class Command:
    """`python -m concierge` on the database of `services`; `folder` is its data folder."""

    def __init__(self, services: Services, folder: Path) -> None:
        self.services = services
        self.folder = folder
        # Commands ask the machine for the time; who looks at what they did should agree.
        assert isinstance(services.clock, ManualClock)
        services.clock.set(SystemClock().now())
        self.environment = {
            **CLEARED,
            "MONGODB_URI": services.mongo.uri,
            "CONCIERGE_DB": services.mongo.db.name,
            "CONCIERGE_DATA_DIR": str(folder),
            "CONCIERGE_SECRET_KEY": services.settings.secret_key or "",
        }

    def run(self, *arguments: str, given: str = "", **changed: str) -> Result:
        """In this process; `given` is standard input, `changed` the environment."""
        with _logging_as_it_was():
            return CliRunner().invoke(
                app, list(arguments), input=given, env={**self.environment, **changed}
            )

    def json(self, *arguments: str, given: str = "", **changed: str) -> Any:
        """What a command that must succeed answers."""
        result = self.run(*arguments, given=given, **changed)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def lines(self, *arguments: str, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """JSON lines in, JSON lines out."""
        text = "".join(json.dumps(line) + "\n" for line in given)
        result = self.run(*arguments, given=text)
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    def process(self, *arguments: str, **changed: str) -> subprocess.Popen[str]:
        """As a process, to be talked to; the caller waits for its end."""
        return start(*arguments, **{**self.environment, **changed})


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "concierge", *arguments],
        cwd=ROOT,
        env=child_environment(**{**CLEARED, **environment}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def one_line(text: str) -> str:
    """The only line of a text; fails when there are more or none."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]


@contextmanager
def _logging_as_it_was() -> Iterator[None]:
    before = structlog.get_config()
    try:
        yield
    finally:
        structlog.configure(**before)
