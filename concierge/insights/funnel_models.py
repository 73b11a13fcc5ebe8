"""What is asked of the funnel and what it answers."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from concierge.core.clock import whole_milliseconds
from concierge.core.documents import Embedded, Payload, UtcDatetime
from concierge.core.errors import InvalidInput
from concierge.events.catalog import FUNNEL_STEPS, EventName
from concierge.sessions.models import MARKS

E = TypeVar("E", bound=StrEnum)

MARK_OF: dict[EventName, str] = dict(zip(FUNNEL_STEPS, MARKS, strict=True))
"""Which first time of a session belongs to which step."""

DEFAULT_DAYS = 30
MAX_DAYS = 3660
DEFAULT_WINDOW_SECONDS = 24 * 3600
MAX_WINDOW_SECONDS = 90 * 24 * 3600
_WINDOW = re.compile(r"(\d{1,9})\s*([smhd])")
_WHICH_STEPS = "choose from these, in this order: " + ", ".join(FUNNEL_STEPS)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Dimension(StrEnum):
    """What a funnel can be broken down by; all are first touch."""

    INTENT = "intent"
    VARIANT = "variant"
    CHANNEL = "channel"
    TIER = "tier"
    CATEGORY = "category"
    DAY = "day"


class FunnelOrder(StrEnum):
    SEQUENTIAL = "sequential"
    STRICT = "strict"
    ANY = "any"


ORDER_MEANING: dict[FunnelOrder, str] = {
    FunnelOrder.SEQUENTIAL: "each step at or after the one before; others may lie between",
    FunnelOrder.STRICT: "each step at or after the one before, "
    "and no other of the five first reached between two of them",
    FunnelOrder.ANY: "the steps in whatever order",
}


class FunnelQuery(Payload):
    """Days are the shop's, both included, and filter when a session reached the first step."""

    from_day: date | None = Field(default=None, alias="from")
    to_day: date | None = Field(default=None, alias="to")
    by: tuple[Dimension, ...] = ()
    window_seconds: int = Field(default=DEFAULT_WINDOW_SECONDS, ge=1, le=MAX_WINDOW_SECONDS)
    order: FunnelOrder = FunnelOrder.SEQUENTIAL
    steps: tuple[EventName, ...] = FUNNEL_STEPS
    include_simulated: bool = False

    @field_validator("steps")
    @classmethod
    def _in_funnel_order(cls, steps: tuple[EventName, ...]) -> tuple[EventName, ...]:
        if not _runs_down_the_funnel(steps):
            raise ValueError(_WHICH_STEPS)
        return steps

    @field_validator("by")
    @classmethod
    def _each_once(cls, by: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
        return tuple(dict.fromkeys(by))

    @classmethod
    def of_texts(
        cls,
        *,
        from_day: str | None = None,
        to_day: str | None = None,
        by: str | None = None,
        window: str | None = None,
        order: str | None = None,
        steps: str | None = None,
        include_simulated: bool = False,
    ) -> Self:
        """From what a command line or a link says; raises `InvalidInput` that names the field.

        `by` and `steps` are comma lists; a step is an event's name or its mark's (`shown`);
        `window` is `24h`, `90m`, `7d` or a number of seconds.
        """
        events = {mark: event for event, mark in MARK_OF.items()}
        names = [events.get(name, name) for name in _list(steps)]
        return cls(
            from_day=_day("from", from_day),
            to_day=_day("to", to_day),
            by=tuple(_member(Dimension, "by", name) for name in _list(by)),
            window_seconds=parse_window(window),
            order=_member(FunnelOrder, "order", order) if order else FunnelOrder.SEQUENTIAL,
            steps=_steps(names) if names else FUNNEL_STEPS,
            include_simulated=include_simulated,
        )


class Period(Embedded):
    """Shop days, both included, and the moments they begin and end (`end` excluded)."""

    from_day: date
    to_day: date
    start: UtcDatetime
    end: UtcDatetime


class StepCount(Embedded):
    """One step. Shares are of one; None where there is nothing to divide by."""

    event: EventName
    count: int
    median_seconds_from_previous: float | None = None
    share_of_first: float | None = None
    share_of_previous: float | None = None
    drop_off: float | None = None


class TimeToConvert(Embedded):
    """First to last step in seconds, of the sessions that reached the last one."""

    n: int
    median_seconds: float | None = None
    p90_seconds: float | None = None


class FunnelGroup(Embedded):
    """The funnel of one value of each dimension; a missing value is None."""

    key: dict[str, str | None]
    steps: list[StepCount]
    incomplete: int
    time_to_convert: TimeToConvert


class FunnelDefinition(Embedded):
    """What the numbers mean, to be shown beside them."""

    from_day: date = Field(alias="from")
    to_day: date = Field(alias="to")
    timezone: str
    unit: str = "session"
    window_seconds: int
    order: FunnelOrder
    by: tuple[Dimension, ...]
    include_simulated: bool
    computed_at: UtcDatetime
    sentences: list[str]


class AuditStep(Embedded):
    """A step by session marks and by the exact chain over raw events."""

    event: EventName
    by_marks: int
    by_events: int
    difference: int


class FunnelAudit(Embedded):
    """The same funnel over raw events; `sessions` is how many entered there."""

    steps: list[AuditStep]
    sessions: int
    definition: str


class Funnel(Embedded):
    """The answer; `groups` is empty unless a breakdown was asked for."""

    steps: list[StepCount]
    groups: list[FunnelGroup]
    incomplete: int
    time_to_convert: TimeToConvert
    definition: FunnelDefinition
    audit: FunnelAudit | None = None


def parse_window(text: str | None) -> int:
    """`24h`, `90m`, `7d`, `3600`: seconds; raises `InvalidInput`."""
    if not text:
        return DEFAULT_WINDOW_SECONDS
    match = _WINDOW.fullmatch(text.strip().lower())
    if match is None and not text.strip().isdecimal():
        raise InvalidInput("window", "say it as 24h, 90m or 7d")
    amount, unit = match.groups() if match else (text, "s")
    seconds = int(amount) * _UNIT_SECONDS[unit]
    if not 1 <= seconds <= MAX_WINDOW_SECONDS:
        raise InvalidInput("window", "must be between 1 second and 90 days")
    return seconds


def period(from_day: date | None, to_day: date | None, now: datetime, zone: ZoneInfo) -> Period:
    """The days asked for, by default the last 30 with today; raises `InvalidInput`."""
    last = to_day or now.astimezone(zone).date()
    first = from_day or last - timedelta(days=DEFAULT_DAYS - 1)
    if first > last:
        raise InvalidInput("from", "must not be after the last day")
    if (last - first).days >= MAX_DAYS:
        raise InvalidInput("from", f"ask for at most {MAX_DAYS} days at once")
    return Period(
        from_day=first,
        to_day=last,
        start=day_start(first, zone),
        end=day_start(last + timedelta(days=1), zone),
    )


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The moment a shop day begins; a day may have 23 or 25 hours."""
    return whole_milliseconds(datetime.combine(day, time.min, zone))


def _list(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _day(field: str, text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(field, "write the day as 2026-11-18") from error


def _member(kind: type[E], field: str, name: str) -> E:
    try:
        return kind(name)
    except ValueError as error:
        choices = ", ".join(member.value for member in kind)
        raise InvalidInput(field, f"choose from {choices}") from error


def _steps(names: list[str]) -> tuple[EventName, ...]:
    steps = tuple(_member(EventName, "steps", name) for name in names)
    if not _runs_down_the_funnel(steps):
        raise InvalidInput("steps", _WHICH_STEPS)
    return steps


def _runs_down_the_funnel(steps: tuple[EventName, ...]) -> bool:
    places = [FUNNEL_STEPS.index(step) for step in steps if step in MARK_OF]
    return len(places) == len(steps) > 0 and places == sorted(set(places))
