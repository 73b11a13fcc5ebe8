"""When an answer is due, in the shop's opening hours. Pure.

Vectors, on Mon-Fri 09:00-17:00: Fri 16:30 + 1 h is Mon 09:30; Fri 16:55 + 24 h is Wed 16:55.
All moments are aware; results are UTC. Hours are local and their length is the real one, so a day
on which the clocks change may open an hour longer or shorter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from concierge.core.policies import BusinessHours, Policies
from concierge.core.texts import Texts
from concierge.customers.models import Tier
from concierge.tickets.models import Priority, Status, StatusEntry

SEARCHED_DAYS = 3_660
"""A calendar without an opening in ten years is a mistake, not a promise."""
_RANKS = {Priority.URGENT: 0, Priority.VIP: 1, Priority.STANDARD: 2}
NOTHING_OWED = 3


def open_spans(start: datetime, hours: BusinessHours) -> Iterator[tuple[datetime, datetime]]:
    """The open hours from `start` on, as UTC spans; the first may begin in the middle."""
    zone = ZoneInfo(hours.timezone)
    first = start.astimezone(zone).date()
    for offset in range(SEARCHED_DAYS):
        day = first + timedelta(days=offset)
        if day in hours.holiday_dates:
            continue
        for opens, closes in hours.intervals(day.weekday()):
            span = (max(_at(day, opens, zone), start), _at(day, closes, zone))
            if span[0] < span[1]:
                yield span
                start = span[1]  # intervals that overlap are not counted twice


def add_business(start: datetime, minutes: float, hours: BusinessHours) -> datetime:
    """The moment at which that many open minutes have passed since `start`.

    A time that is used up exactly at closing is due at closing, not at the next opening. Raises
    `ValueError` for a calendar that never opens.
    """
    left = timedelta(minutes=minutes)
    for opens, closes in open_spans(start.astimezone(UTC), hours):
        if opens + left <= closes:
            return opens + left
        left -= closes - opens
    raise ValueError("the business hours never open")


def business_minutes(start: datetime, end: datetime, hours: BusinessHours) -> float:
    """Open minutes between two moments; none when `end` is not after `start`."""
    passed = timedelta()
    for opens, closes in open_spans(start.astimezone(UTC), hours):
        if opens >= end:
            break
        passed += min(closes, end) - opens
    return passed / timedelta(minutes=1)


def target_minutes(priority: Priority, policies: Policies) -> int:
    """Of the promise: business minutes, for urgent minutes of the clock."""
    promise = policies.reply_promise
    return {
        Priority.URGENT: promise.urgent_minutes,
        Priority.VIP: promise.vip_minutes,
        Priority.STANDARD: promise.standard_minutes,
    }[priority]


def due(
    start: datetime, priority: Priority, policies: Policies, paused_minutes: float = 0
) -> datetime:
    """When an answer to a message of `start` is due; paused time is added to the target."""
    minutes = target_minutes(priority, policies) + paused_minutes
    return _add(start, minutes, priority, policies)


def due_after_change(
    start: datetime,
    priority: Priority,
    policies: Policies,
    now: datetime,
    paused_minutes: float = 0,
) -> datetime:
    """Due under another priority. A time already past would be a breach nobody could have
    avoided: it becomes a tenth of the target from now."""
    moment = due(start, priority, policies, paused_minutes)
    if moment > now:
        return moment
    return _add(now, target_minutes(priority, policies) / 10, priority, policies)


def paused_minutes(
    history: Sequence[StatusEntry],
    start: datetime,
    now: datetime,
    priority: Priority,
    policies: Policies,
) -> float:
    """Minutes since `start` in which we waited for the customer, in the priority's own measure."""
    total = 0.0
    for index, entry in enumerate(history):
        if entry.status is not Status.WAITING:
            continue
        until = history[index + 1].at if index + 1 < len(history) else now
        begin, end = max(entry.at, start), min(until, now)
        if end <= begin:
            continue
        if priority is Priority.URGENT:
            total += (end - begin) / timedelta(minutes=1)
        else:
            total += business_minutes(begin, end, policies.business_hours)
    return total


def rank_of(priority: Priority, status: Status, awaiting_since: datetime | None) -> int:
    """The queue's order: urgent, vip, standard, and last those who wait for nothing of ours."""
    owed = awaiting_since is not None and status not in (Status.WAITING, Status.RESOLVED)
    return _RANKS[priority] if owed else NOTHING_OWED


def priority_of(*, urgent: bool, text: str, tier: Tier, policies: Policies) -> Priority:
    """Urgent by flag or by one of the shop's trigger words; else by the customer's tier."""
    if urgent or is_urgent(text, policies.urgent_words):
        return Priority.URGENT
    return Priority.VIP if tier is Tier.VIP else Priority.STANDARD


def is_urgent(text: str, words: Sequence[str]) -> bool:
    """Whole words, so that "issue" does not sue."""
    plain = text.replace("\u2019", "'")
    return any(re.search(rf"(?<!\w){re.escape(w)}(?!\w)", plain, re.IGNORECASE) for w in words)


def promise_text(priority: Priority, policies: Policies, texts: Texts) -> str:
    """What the customer is told, with the words of chat.yaml: "within 4 business hours"."""
    if priority is Priority.URGENT:
        return texts.say("promise_at_once")
    hours = target_minutes(priority, policies) / 60
    if hours == 1:
        return texts.say("promise_within_hour")
    return texts.say("promise_within_hours", hours=f"{hours:g}")


def _add(start: datetime, minutes: float, priority: Priority, policies: Policies) -> datetime:
    if priority is Priority.URGENT:
        return start.astimezone(UTC) + timedelta(minutes=minutes)
    return add_business(start, minutes, policies.business_hours)


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A local minute of a day as UTC; 1440 is the midnight that ends it."""
    if minute == 24 * 60:
        day, minute = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    return local.astimezone(UTC)
