"""Time, asked of an object and never of the machine, so that rehearsal and tests can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


def whole_milliseconds(moment: datetime) -> datetime:
    """Aware UTC, cut to milliseconds: what MongoDB keeps, so that a value read equals it."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be compared")
    if moment.tzinfo is UTC and moment.microsecond % 1000 == 0:
        return moment  # as all are that come from the database
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The moment, aware UTC, in whole milliseconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return whole_milliseconds(datetime.now(UTC))


class ManualClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = whole_milliseconds(start)

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = whole_milliseconds(moment)

    def advance(self, by: timedelta) -> datetime:
        self._now = whole_milliseconds(self._now + by)
        return self._now
