"""JSON lines on standard input. A line that cannot be used is named and stops nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import typer

from concierge.cli.ending import BAD_INPUT
from concierge.cli.output import complain


class JsonLines:
    """The objects of standard input, one a line; blank lines are passed over."""

    def __init__(self) -> None:
        self._number = 0
        self._faults = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for line in sys.stdin.buffer:
            self._number += 1
            if not line.strip():
                continue
            try:
                value = json.loads(line.decode("utf-8"))
            except UnicodeDecodeError:
                self.fault("is not UTF-8 text")
                continue
            except (ValueError, RecursionError):
                self.fault("is not JSON")
                continue
            if isinstance(value, dict):
                yield value
            else:
                self.fault('is not an object like {"text": "..."}')

    def fault(self, reason: str) -> None:
        """Says what is wrong with the line that was read last."""
        self._faults += 1
        complain(f"line {self._number}: {reason}")

    def end(self) -> None:
        """Exit 2 when a line could not be used."""
        if self._faults:
            raise typer.Exit(BAD_INPUT)
