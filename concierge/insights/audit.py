"""The exact chain over raw events, to set beside what the session marks say.

Marks keep the first time of each step. A step that was first reached too early and again in its
turn counts here and not there; this module measures that difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from concierge.core.mongo import Mongo, Row
from concierge.events.catalog import FUNNEL_STEPS, EventName
from concierge.events.models import ANALYTICS_EVENTS, EVENTS_DAYS
from concierge.insights.funnel_models import (
    AuditStep,
    FunnelAudit,
    FunnelOrder,
    FunnelQuery,
    Period,
    StepCount,
)

SESSIONS_AT_ONCE = 1_000

Times = Mapping[EventName, Sequence[datetime]]
"""All times of each step's event in one session, ascending."""


class FunnelAuditor:
    def __init__(self, mongo: Mongo) -> None:
        self._events = mongo.collection(ANALYTICS_EVENTS)

    def compare(
        self, query: FunnelQuery, days: Period, by_marks: Sequence[StepCount]
    ) -> FunnelAudit:
        """Counts the same sessions' raw events; slow for long periods, so asked for by hand."""
        reached = [0] * len(query.steps)
        sessions = 0
        for times in self._sessions(query, days):
            depth = depth_of(times, query)
            sessions += depth > 0
            for place in range(depth):
                reached[place] += 1
        return FunnelAudit(
            steps=[
                AuditStep(
                    event=step.event,
                    by_marks=step.count,
                    by_events=exact,
                    difference=step.count - exact,
                )
                for step, exact in zip(by_marks, reached, strict=True)
            ],
            sessions=sessions,
            definition=_definition(query),
        )

    def _sessions(self, query: FunnelQuery, days: Period) -> Iterator[Times]:
        """The funnel's events of every session whose first step-1 event lies in the period."""
        live = {} if query.include_simulated else {"simulated": False}
        entered = self._events.aggregate(
            [
                {
                    "$match": {
                        "event": query.steps[0].value,
                        "ts": {"$gte": days.start, "$lt": days.end},
                        **live,
                    }
                },
                {"$group": {"_id": "$sessionId"}},
            ],
            allowDiskUse=True,
        )
        for batch in _batches(entered, SESSIONS_AT_ONCE):
            rows = self._events.find(
                {
                    "sessionId": {"$in": [row["_id"] for row in batch]},
                    "event": {"$in": [step.value for step in FUNNEL_STEPS]},
                    **live,
                },
                {"_id": 0, "sessionId": 1, "event": 1, "ts": 1},
            ).sort([("sessionId", 1), ("ts", 1)])
            for _, events in groupby(rows, key=lambda row: row["sessionId"]):
                times: dict[EventName, list[datetime]] = {}
                for event in events:
                    times.setdefault(EventName(event["event"]), []).append(event["ts"])
                if days.start <= times[query.steps[0]][0] < days.end:
                    yield times


def depth_of(times: Times, query: FunnelQuery) -> int:
    """How many of the steps one session reached, by all of its events."""
    if query.order is FunnelOrder.SEQUENTIAL:
        return _sequential(times, query)
    return _by_first_times({event: all_[0] for event, all_ in times.items() if all_}, query)


def _sequential(times: Times, query: FunnelQuery) -> int:
    """From the first step 1, always the earliest next step that is not before the last."""
    begun = next(iter(times.get(query.steps[0], ())), None)
    if begun is None:
        return 0
    ends = begun + timedelta(seconds=query.window_seconds)
    at, depth = begun, 1
    for step in query.steps[1:]:
        following = next((t for t in times.get(step, ()) if t >= at), None)
        if following is None or following > ends:
            break
        at, depth = following, depth + 1
    return depth


def _by_first_times(first: Mapping[EventName, datetime], query: FunnelQuery) -> int:
    window = timedelta(seconds=query.window_seconds)
    depth = 0
    for place, step in enumerate(query.steps):
        if step not in first:
            break
        so_far = [first[s] for s in query.steps[: place + 1]]
        if max(so_far) - min(so_far) > window:
            break
        if (
            query.order is FunnelOrder.STRICT
            and place
            and not _next_to(query.steps[place - 1], step, first)
        ):
            break
        depth += 1
    return depth


def _next_to(before: EventName, step: EventName, first: Mapping[EventName, datetime]) -> bool:
    """Whether `step` follows `before` with no other of the five between; ties in step order."""
    ranked = sorted(first, key=lambda event: (first[event], FUNNEL_STEPS.index(event)))
    return ranked.index(step) == ranked.index(before) + 1


def _definition(query: FunnelQuery) -> str:
    how = (
        "from its first step 1, the earliest event of each next step not before the last one"
        if query.order is FunnelOrder.SEQUENTIAL
        else "first times, read from the events instead of the session"
    )
    return (
        f"Every event of each session: {how}. Events are kept {EVENTS_DAYS} days, "
        "so older days can only be counted by marks."
    )


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
