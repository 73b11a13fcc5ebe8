"""The funnel as an aggregation over session marks, answered from one covering index.

A session becomes a handful of `(part, seconds)` pairs, and these are counted: the result is a
histogram per part, from which counts, medians and percentiles all follow. The server has no
median of its own, and a list of a million waits would not fit into one of its answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from concierge.core.mongo import Row
from concierge.events.catalog import EventName
from concierge.insights.funnel_models import MARK_OF, Dimension, FunnelOrder, FunnelQuery, Period
from concierge.sessions.models import MARKS

Expression = Any
INCOMPLETE = 0
CONVERTED = -1
"""The parts that are no step: sessions whose window is open, and seconds from first to last."""


def counting(query: FunnelQuery, days: Period, now: datetime, timezone: str) -> list[Row]:
    """Rows `{_id: {g: {dimension: value}, p: part, s: whole seconds}, n: sessions}`."""
    return [
        {"$match": entering(query, days)},
        # Plain fields first: with expressions here the server would fetch whole conversations.
        {"$project": {"_id": 0, **_covered(query.by)}},
        {"$project": _marks_and_dimensions(query, query.by, timezone)},
        {"$set": {"reached": reached(query)}},
        {"$project": {"g": 1, "parts": _parts(query, now)}},
        {"$unwind": "$parts"},
        {
            "$group": {
                "_id": {"g": "$g", "p": "$parts.p", "s": "$parts.s"},
                "n": {"$sum": 1},
            }
        },
    ]


def stopped_at(
    query: FunnelQuery,
    days: Period,
    timezone: str,
    *,
    step: int,
    group: Mapping[str, str | None] | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Row]:
    """`{_id, at}` of sessions that got to `step` (from 1) and no further, newest entry first."""
    entered = f"firstAt.{MARK_OF[query.steps[0]]}"
    match: Row = {"$and": [entering(query, days)]}
    if after is not None:
        at, session_id = after
        match["$and"] += [
            {entered: {"$lte": at}},
            {"$or": [{entered: {"$lt": at}}, {"_id": {"$lt": session_id}}]},
        ]
    dimensions = tuple(Dimension(name) for name in group or ())
    wanted: Row = {"reached": step}
    for name, value in (group or {}).items():
        wanted[f"g.{name}"] = value
    return [
        {"$match": match},
        {"$sort": {entered: -1, "_id": -1}},
        {"$project": {"_id": 1, **_covered(dimensions)}},
        {"$project": _marks_and_dimensions(query, dimensions, timezone)},
        {"$set": {"reached": reached(query)}},
        {"$match": wanted},
        {"$limit": limit},
        {"$project": {"_id": 1, "at": "$t1"}},
    ]


def entering(query: FunnelQuery, days: Period) -> Row:
    """Sessions whose first step lies in the period.

    Nothing of a session comes before its opening, so that a later first step is still found
    through the index on openings.
    """
    within = {"$gte": days.start, "$lt": days.end}
    first = MARK_OF[query.steps[0]]
    match: Row = {"firstAt.opened": within}
    if first != MARKS[0]:
        match = {"firstAt.opened": {"$lt": days.end}, f"firstAt.{first}": within}
    if not query.include_simulated:
        match["simulated"] = False
    return match


def reached(query: FunnelQuery) -> Expression:
    """How many of the steps, 1 to n, a session reached, over the projected `t1..tn`."""
    expression: Expression = len(query.steps)
    for place in range(len(query.steps), 1, -1):
        expression = {"$cond": [{"$and": _step_holds(query, place)}, expression, place - 1]}
    return expression


def _step_holds(query: FunnelQuery, place: int) -> list[Expression]:
    """Whether step `place` (from 2) holds, given that the ones before it do."""
    window = query.window_seconds * 1000
    here, before = f"$t{place}", f"$t{place - 1}"
    happened = {"$gt": [here, None]}
    if query.order is FunnelOrder.ANY:
        times = _times(place)
        return [
            happened,
            {"$lte": [{"$subtract": [{"$max": times}, {"$min": times}]}, window]},
        ]
    holds = [
        happened,
        {"$gte": [here, before]},
        {"$lte": [{"$subtract": [here, "$t1"]}, window]},
    ]
    if query.order is FunnelOrder.STRICT:
        holds += [{"$not": [between]} for between in _intruders(query.steps, place)]
    return holds


def _intruders(steps: Sequence[EventName], place: int) -> list[Expression]:
    """For each other mark: does it lie between the two steps? Equal times go in step order."""
    here, before = MARK_OF[steps[place - 1]], MARK_OF[steps[place - 2]]
    found = []
    for mark in MARKS:
        if mark in (here, before):
            continue
        at = f"$m.{mark}"
        after_before = "$gte" if MARKS.index(mark) > MARKS.index(before) else "$gt"
        ahead_of_here = "$lte" if MARKS.index(mark) < MARKS.index(here) else "$lt"
        found.append(
            {
                "$and": [
                    {"$gt": [at, None]},
                    {after_before: [at, f"$t{place - 1}"]},
                    {ahead_of_here: [at, f"$t{place}"]},
                ]
            }
        )
    return found


def _parts(query: FunnelQuery, now: datetime) -> Expression:
    """The pairs of one session; a step not reached leaves a null that is filtered out."""
    last = len(query.steps)
    window = timedelta(seconds=query.window_seconds)
    parts: list[Expression] = [{"p": 1, "s": 0}]
    for place in range(2, last + 1):
        waited = _seconds(_reached_at(query, place), _reached_at(query, place - 1))
        parts.append(_when({"$gte": ["$reached", place]}, place, waited))
    if last > 1:
        begun = {"$min": _times(last)} if query.order is FunnelOrder.ANY else "$t1"
        took = _seconds(_reached_at(query, last), begun)
        parts.append(_when({"$eq": ["$reached", last]}, CONVERTED, took))
    parts.append(_when({"$gte": ["$t1", now - window]}, INCOMPLETE, 0))
    return {"$filter": {"input": parts, "cond": {"$ne": ["$$this", None]}}}


def _covered(dimensions: Sequence[Dimension]) -> Row:
    fields = {f"firstAt.{mark}": 1 for mark in MARKS}
    return {**fields, **{d.value: 1 for d in dimensions if d is not Dimension.DAY}}


def _marks_and_dimensions(
    query: FunnelQuery, dimensions: Sequence[Dimension], timezone: str
) -> Row:
    fields: Row = {
        f"t{place}": f"$firstAt.{MARK_OF[step]}" for place, step in enumerate(query.steps, 1)
    }
    if query.order is FunnelOrder.STRICT:
        fields["m"] = {mark: f"$firstAt.{mark}" for mark in MARKS}
    if dimensions:
        fields["g"] = {
            d.value: _day(query, timezone)
            if d is Dimension.DAY
            else {"$ifNull": [f"${d.value}", None]}
            for d in dimensions
        }
    return fields


def _day(query: FunnelQuery, timezone: str) -> Expression:
    """The shop's day of entry, by the same clock that filters it."""
    entered = f"$firstAt.{MARK_OF[query.steps[0]]}"
    return {"$dateToString": {"date": entered, "format": "%Y-%m-%d", "timezone": timezone}}


def _reached_at(query: FunnelQuery, place: int) -> Expression:
    """When a session had `place` steps; in any order, when the latest of them came."""
    return {"$max": _times(place)} if query.order is FunnelOrder.ANY else f"$t{place}"


def _times(place: int) -> list[str]:
    return [f"$t{number}" for number in range(1, place + 1)]


def _seconds(later: Expression, earlier: Expression) -> Expression:
    return {"$toInt": {"$floor": {"$divide": [{"$subtract": [later, earlier]}, 1000]}}}


def _when(condition: Expression, part: int, seconds: Expression) -> Expression:
    return {"$cond": [condition, {"p": part, "s": seconds}, None]}
