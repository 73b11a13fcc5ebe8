"""Money, dates and durations as people read them; one place, so that all screens agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta, get_day_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_name

DEFAULT_LOCALE = "en_US"


def money(cents: int, currency: str = "USD", locale: str = DEFAULT_LOCALE) -> str:
    """`28900` is `$289.00`; whole amounts keep their cents so that columns align."""
    return str(format_currency(Decimal(cents) / 100, currency, locale=locale))


@lru_cache(maxsize=4_096)  # prices repeat, and the locale's rules are slow to apply
def short_money(cents: int, currency: str = "USD", locale: str = DEFAULT_LOCALE) -> str:
    """`28900` is `$289`; cents appear only when there are some."""
    pattern = "¤#,##0" if cents % 100 == 0 else None
    if pattern is None:
        return money(cents, currency, locale)
    return str(
        format_currency(
            Decimal(cents) / 100, currency, pattern, locale=locale, currency_digits=False
        )
    )


def currency_name(currency: str, locale: str = DEFAULT_LOCALE) -> str:
    """`USD` is `US dollars`."""
    return str(get_currency_name(currency, count=2, locale=locale))


def listed(
    words: Sequence[str],
    style: Literal["standard", "or"] = "standard",
    locale: str = DEFAULT_LOCALE,
) -> str:
    """`US 5, US 6, and US 7`; nothing for none."""
    return str(format_list(words, style, locale)) if words else ""


def number(value: float, locale: str = DEFAULT_LOCALE) -> str:
    """With thousands separators."""
    return str(format_decimal(value, locale=locale))


def percent(share: float | None) -> str:
    """A share of one as `74 %`; nothing to divide by is a dash, never 0 %."""
    return "–" if share is None else f"{share * 100:.0f} %"


def date_text(moment: datetime, zone: str, locale: str = DEFAULT_LOCALE) -> str:
    """`Dec 3, 2026` in that zone."""
    return str(format_date(moment.astimezone(ZoneInfo(zone)).date(), "medium", locale=locale))


def time_text(moment: datetime, zone: str, locale: str = DEFAULT_LOCALE) -> str:
    """`14:22` in that zone."""
    return str(format_time(moment, "HH:mm", tzinfo=ZoneInfo(zone), locale=locale))


def datetime_text(moment: datetime, zone: str, locale: str = DEFAULT_LOCALE) -> str:
    """`Dec 3, 2026, 14:22 EST`: always names the zone."""
    return str(format_datetime(moment, "MMM d, y, HH:mm z", tzinfo=ZoneInfo(zone), locale=locale))


def opening_text(moment: datetime, zone: str, locale: str = DEFAULT_LOCALE) -> str:
    """`Monday, Nov 23, 9:00 AM EST`"""
    pattern = "EEEE, MMM d, h:mm a z"
    return str(format_datetime(moment, pattern, tzinfo=ZoneInfo(zone), locale=locale))


def week_text(week: Sequence[Sequence[tuple[int, int]]], locale: str = DEFAULT_LOCALE) -> str:
    """`Monday – Friday 9:00 AM – 6:00 PM`, of each weekday's open minutes, Monday first; 1440 is
    the midnight that ends the day. Days that are the same stand together, closed ones are left out.
    """
    names = get_day_names("wide", locale=locale)
    told: list[str] = []
    for spans, days in groupby(range(len(week)), key=lambda day: tuple(week[day])):
        run = list(days)
        if not spans:
            continue
        times = [f"{_minute_text(a, locale)} – {_minute_text(b, locale)}" for a, b in spans]
        ends = dict.fromkeys((names[run[0]], names[run[-1]]))
        when = " – ".join(ends)
        told.append(f"{when} {listed(times, locale=locale)}")
    return "; ".join(told)


def _minute_text(minute: int, locale: str) -> str:
    hour, rest = divmod(minute % 1440, 60)
    return str(format_time(time(hour, rest), "h:mm a", locale=locale))


def relative(moment: datetime, now: datetime, locale: str = DEFAULT_LOCALE) -> str:
    """`2 minutes ago`, `in 3 hours`, `12 days ago`; within half a minute it is `just now`."""
    delta = moment - now
    if abs(delta) < timedelta(seconds=30):
        return "just now"
    if timedelta(days=1) <= abs(delta) < timedelta(days=60):  # windows are counted in days
        days = timedelta(days=round(delta / timedelta(days=1)))
        return str(
            format_timedelta(
                days, granularity="day", threshold=60, add_direction=True, locale=locale
            )
        )
    return str(format_timedelta(delta, add_direction=True, threshold=1.1, locale=locale))


def duration(seconds: float | None) -> str:
    """`3 h 10 min`, `45 min`, `12 s`, two units at most; none is a dash."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def due_text(due_at: datetime, now: datetime) -> str:
    """How a promise stands: `due in 35 min`, `due now` in its last minute, `2 h 10 min late`."""
    seconds = (due_at - now).total_seconds()
    if seconds < 0:
        return f"{duration(max(-seconds, 60))} late"  # late from its first second on
    return "due now" if seconds < 60 else f"due in {duration(seconds)}"
