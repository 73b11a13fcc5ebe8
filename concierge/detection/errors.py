"""What can be wrong with the files detection reads."""

from __future__ import annotations

from pathlib import Path

from concierge.core.errors import ConciergeError


class BadRules(ConciergeError):
    """A file of `data/intents/` that cannot be used; names the place so that it can be mended.

    `line` counts from 1; 0 means the file as a whole.
    """

    status = 422
    code = "bad_rules"
    title = "A detection file cannot be used"

    def __init__(self, file: Path, line: int, reason: str) -> None:
        where = f"{file.name}, line {line}" if line else file.name
        super().__init__(f"{where}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


class NotCompiled(ConciergeError):
    """The process that was to compile changed phrases ended without a result."""

    status = 503
    code = "phrases_not_compiled"
    title = "The phrases could not be compiled"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The changed phrases could not be compiled: {reason}")
        self.reason = reason
