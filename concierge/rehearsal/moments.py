"""Spans and moments as scenario files write them: `31 days`, `12 days ago`, `2026-11-18 10:00`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

_SPAN = re.compile(r"(-?\d+(?:\.\d+)?)\s*(minute|hour|day|week)s?", re.I)
_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}
LONGEST = timedelta(days=3_660)


def span_of(text: object) -> timedelta:
    """`31 days`, `2 hours`, `90 minutes`. Raises `ValueError`."""
    if isinstance(text, timedelta):
        return text
    match = _SPAN.fullmatch(str(text).strip())
    if match is None:
        raise ValueError("is a number of minutes, hours, days or weeks, such as `31 days`")
    span = timedelta(hours=float(match[1]) * _HOURS[match[2].lower()])
    if abs(span) > LONGEST:
        raise ValueError("is at most ten years")
    return span


def ago_of(text: object) -> timedelta:
    """`12 days ago`, or `now`; how long before the run begins. Raises `ValueError`."""
    if isinstance(text, timedelta):
        return text
    said = str(text).strip()
    if said == "now":
        return timedelta(0)
    if not said.endswith(" ago"):
        raise ValueError("is a time before the run, such as `12 days ago`, or `now`")
    return span_of(said.removesuffix(" ago"))


def span_text(span: timedelta) -> str:
    """The shortest that means the same: `31 days`."""
    minutes = span.total_seconds() / 60
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes and minutes % size == 0:
            return _counted(minutes / size, unit)
    return _counted(minutes, "minute")


def zone_of(name: str) -> str:
    """The name of a time zone. Raises `ValueError`."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is a time zone such as America/New_York") from error
    return name


def clock_of(text: object) -> str:
    """`2026-11-18 10:00`, on the customer's own clock. Raises `ValueError`."""
    try:
        read = datetime.fromisoformat(str(text).strip())
    except ValueError as error:
        raise ValueError("is a date and a time such as `2026-11-18 10:00`") from error
    if read.tzinfo is not None:
        raise ValueError("is the device's own time; its zone stands under `timezone`")
    return read.isoformat(sep=" ", timespec="minutes")


def _counted(number: float, unit: str) -> str:
    shown = f"{number:g}"
    return f"{shown} {unit}" if shown == "1" else f"{shown} {unit}s"


Span = Annotated[timedelta, BeforeValidator(span_of), PlainSerializer(span_text)]
Ago = Annotated[
    timedelta,
    BeforeValidator(ago_of),
    PlainSerializer(lambda span: f"{span_text(span)} ago" if span else "now"),
]
Zone = Annotated[str, AfterValidator(zone_of)]
DeviceClock = Annotated[str, BeforeValidator(clock_of)]
