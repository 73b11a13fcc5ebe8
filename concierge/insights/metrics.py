"""The figures of the front page: how much was asked, understood, solved and handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from concierge.core.actor import Actor, Permission
from concierge.core.clock import Clock
from concierge.core.documents import Embedded
from concierge.core.mongo import Mongo, Row
from concierge.detection.models import Intent
from concierge.insights.statistics import ratio
from concierge.sessions.models import WIDGET_SESSIONS

HANDOFF_WITHIN = timedelta(hours=24)
NOT_SOLVING = (Intent.GREETING, Intent.THANKS_GOODBYE, Intent.FEEDBACK, Intent.UNMATCHED)
"""Intents that solve nothing for the customer, so that matching one deflects nothing."""


class FigureKey(StrEnum):
    CONVERSATIONS = "conversations"
    MATCH_RATE = "match_rate"
    DEFLECTION = "deflection"
    ESCALATION_RATE = "escalation_rate"


DEFINITIONS: dict[FigureKey, str] = {
    FigureKey.CONVERSATIONS: "Sessions with at least one customer message.",
    FigureKey.MATCH_RATE: "Customer turns understood as an intent / customer turns.",
    FigureKey.DEFLECTION: "Sessions with a matched intent other than greeting, thanks and feedback "
    "and no handoff within 24 h / sessions with a customer message.",
    FigureKey.ESCALATION_RATE: "Sessions handed over to a human (follow-ups of ratings not "
    "counted) / sessions with a customer message.",
}


@dataclass(frozen=True)
class Totals:
    """Sums over the sessions of some days."""

    sessions: int = 0
    spoke: int = 0
    matched_turns: int = 0
    turns: int = 0
    deflected: int = 0
    handed_over: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(*(a + b for a, b in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[int, ...]:
        return (
            self.sessions,
            self.spoke,
            self.matched_turns,
            self.turns,
            self.deflected,
            self.handed_over,
        )


class Figure(Embedded):
    """A number with its terms. Rates are shares of one; `n` is what a rate divides by.

    `before` and `before_n` are the same over the days compared with; a count is per day there.
    """

    key: FigureKey
    value: float | None
    n: int
    before: float | None
    before_n: int
    definition: str


class Overview(Embedded):
    """A day against the week before it."""

    day: date
    week_from: date
    week_to: date
    timezone: str
    figures: list[Figure]


class MetricsService:
    def __init__(self, *, mongo: Mongo, clock: Clock, timezone: str) -> None:
        self._sessions = mongo.collection(WIDGET_SESSIONS)
        self._clock = clock
        self._timezone = timezone
        self._zone = ZoneInfo(timezone)

    def overview(self, actor: Actor, day: date | None = None) -> Overview:
        """A day, by default yesterday, against the seven days before it."""
        actor.require(Permission.INSIGHTS_READ)
        day = day or self._today() - timedelta(days=1)
        first, last = day - timedelta(days=7), day - timedelta(days=1)
        by_day = self._by_day(first, day)
        that, week = by_day.get(day, Totals()), Totals()
        for one in (last - timedelta(days=back) for back in range(7)):
            week += by_day.get(one, Totals())
        return Overview(
            day=day,
            week_from=first,
            week_to=last,
            timezone=self._timezone,
            figures=[_figure(key, that, week, days_before=7) for key in FigureKey],
        )

    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    def _by_day(self, first: date, last: date) -> dict[date, Totals]:
        match: Row = {
            "day": {"$gte": first.isoformat(), "$lte": last.isoformat()},
            "simulated": False,
        }
        rows = self._sessions.aggregate(
            [{"$match": match}, {"$group": {"_id": "$day", **_SUMS}}], allowDiskUse=True
        )
        return {
            date.fromisoformat(row.pop("_id")): Totals(**{k: int(v) for k, v in row.items()})
            for row in rows
        }


def _figure(key: FigureKey, now: Totals, before: Totals, *, days_before: int) -> Figure:
    if key is FigureKey.CONVERSATIONS:
        return Figure(
            key=key,
            value=now.spoke,
            n=now.sessions,
            before=before.spoke / days_before,
            before_n=before.sessions,
            definition=DEFINITIONS[key],
        )
    part, whole = _terms(key, now)
    part_before, whole_before = _terms(key, before)
    return Figure(
        key=key,
        value=ratio(part, whole),
        n=whole,
        before=ratio(part_before, whole_before),
        before_n=whole_before,
        definition=DEFINITIONS[key],
    )


def _terms(key: FigureKey, totals: Totals) -> tuple[int, int]:
    if key is FigureKey.MATCH_RATE:
        return totals.matched_turns, totals.turns
    if key is FigureKey.DEFLECTION:
        return totals.deflected, totals.spoke
    return totals.handed_over, totals.spoke


_SPOKE = {"$gt": ["$counters.customerMessages", 0]}
_HANDED_OVER = {"$gt": ["$handoffAt", None]}
_IN_TIME = {
    "$lte": [
        {"$subtract": ["$handoffAt", "$openedAt"]},
        int(HANDOFF_WITHIN.total_seconds() * 1000),
    ]
}
_SOLVING = {
    # First touch answers for nearly all; only sessions that began otherwise are looked through.
    "$or": [
        {
            "$and": [
                {"$gt": ["$intent", None]},
                {"$not": [{"$in": ["$intent", [intent.value for intent in NOT_SOLVING]]}]},
            ]
        },
        {
            "$anyElementTrue": {
                "$map": {
                    "input": {"$setDifference": [{"$ifNull": ["$transcript.intent", []]}, [None]]},
                    "in": {"$not": [{"$in": ["$$this", [intent.value for intent in NOT_SOLVING]]}]},
                }
            }
        },
    ]
}


def _count(condition: Any) -> Row:
    return {"$sum": {"$cond": [condition, 1, 0]}}


_SUMS: Row = {
    "sessions": {"$sum": 1},
    "spoke": _count(_SPOKE),
    "matched_turns": {"$sum": "$counters.matched"},
    "turns": {"$sum": {"$add": ["$counters.matched", "$counters.unmatched"]}},
    "deflected": _count(
        {"$and": [_SPOKE, _SOLVING, {"$not": [{"$and": [_HANDED_OVER, _IN_TIME]}]}]}
    ),
    "handed_over": _count({"$and": [_SPOKE, _HANDED_OVER]}),
}
