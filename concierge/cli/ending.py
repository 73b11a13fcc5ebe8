"""How a command ends when something is in its way: one line on standard error and a number."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Context

FAILED = 1
BAD_INPUT = 2
NOBODY_READS = 128 + signal.SIGPIPE
"""What a shell reports of any program whose reader went away, as in `... | head`."""


class Commands(TyperGroup):
    """Faults that are meant for people end in one line; our own mistakes keep their traceback."""

    def invoke(self, ctx: Context) -> Any:
        _speak_utf8()
        try:
            result = super().invoke(ctx)
            # Here and not at the interpreter's end, where a broken pipe could not be caught.
            sys.stdout.flush()
        except BrokenPipeError:
            _discard_output()
            raise typer.Exit(NOBODY_READS) from None
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except Exception as error:
            told = told_as(error)
            if told is None:
                raise
            line, code = told
            sys.stderr.write(line + "\n")
            raise typer.Exit(code) from None
        return result


def told_as(error: Exception) -> tuple[str, int] | None:
    """The line and the exit code of a fault meant for people; None for our own mistakes."""
    from concierge.core.errors import ConciergeError, ConfigError

    if isinstance(error, ConciergeError):
        bad_input = isinstance(error, ConfigError) or error.status == 422
        return _one_line(str(error)), BAD_INPUT if bad_input else FAILED
    if type(error).__module__.partition(".")[0] not in {"pymongo", "bson"}:
        return None
    from concierge.core.mongo import OUTAGE

    says = "does not answer" if isinstance(error, OUTAGE) else "refuses"
    return _one_line(f"The database {says}: {error}")[:400], FAILED


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _speak_utf8() -> None:
    """Half a surrogate pair, which JSON can carry and UTF-8 cannot, goes out as JSON's escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _discard_output() -> None:
    """What is still buffered has no reader; without this the interpreter would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
