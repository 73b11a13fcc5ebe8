"""The funnel: how many sessions got how far, and which they were."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from concierge.core.actor import Actor, Permission
from concierge.core.clock import Clock
from concierge.core.formatting import duration
from concierge.core.mongo import Mongo, Row
from concierge.core.paging import Page
from concierge.events.catalog import EventName
from concierge.insights import funnel_pipeline as pipeline
from concierge.insights.audit import FunnelAuditor
from concierge.insights.funnel_models import (
    ORDER_MEANING,
    Dimension,
    Funnel,
    FunnelDefinition,
    FunnelGroup,
    FunnelOrder,
    FunnelQuery,
    Period,
    StepCount,
    TimeToConvert,
    period,
)
from concierge.insights.statistics import Histogram, median, percentile, ratio
from concierge.insights.stopped import StoppedReader, StoppedSession, StoppedSummary
from concierge.sessions.models import WIDGET_SESSIONS

PAGE = 50

Parts = dict[int, dict[int, int]]
"""Part (a step from 1, or one of the pipeline's own) to its histogram of whole seconds."""


class FunnelService:
    """Counts from session marks: exact but where steps repeat, which `audit` measures."""

    def __init__(self, *, mongo: Mongo, clock: Clock, timezone: str) -> None:
        self._sessions = mongo.collection(WIDGET_SESSIONS)
        self._auditor = FunnelAuditor(mongo)
        self._stopped = StoppedReader(mongo)
        self._clock = clock
        self._timezone = timezone
        self._zone = ZoneInfo(timezone)

    def compute(self, actor: Actor, query: FunnelQuery, *, audit: bool = False) -> Funnel:
        """The funnel of all sessions that entered in the period, and of each group."""
        actor.require(Permission.INSIGHTS_READ)
        now = self._clock.now()
        days = self._period(query, now)
        rows = self._sessions.aggregate(
            pipeline.counting(query, days, now, self._timezone), allowDiskUse=True
        )
        total, groups = _gather(rows, query)
        steps = _steps(total, query)
        return Funnel(
            steps=steps,
            groups=_in_order([_group(key, parts, query) for key, parts in groups]),
            incomplete=_count(total, pipeline.INCOMPLETE),
            time_to_convert=_converted(total),
            definition=self._define(query, days, now),
            audit=self._auditor.compare(query, days, steps) if audit else None,
        )

    def sessions_stopped_at(
        self,
        actor: Actor,
        query: FunnelQuery,
        step: EventName,
        *,
        group: Mapping[str, str | None] | None = None,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Page[StoppedSession]:
        """Sessions that reached `step` and not the next one, newest entry first.

        For the last step these are the converted ones. `group` narrows to one value of each of
        its dimensions, as in `FunnelGroup.key`.
        """
        actor.require(Permission.INSIGHTS_READ)
        days = self._period(query, self._clock.now())
        return self._stopped.page(query, days, self._timezone, step, group, cursor, limit)

    def summary_of_stopped(
        self,
        actor: Actor,
        query: FunnelQuery,
        step: EventName,
        *,
        group: Mapping[str, str | None] | None = None,
    ) -> StoppedSummary:
        """What the newest sessions behind a bar have in common."""
        actor.require(Permission.INSIGHTS_READ)
        days = self._period(query, self._clock.now())
        return self._stopped.summary(query, days, self._timezone, step, group)

    def _period(self, query: FunnelQuery, now: datetime) -> Period:
        return period(query.from_day, query.to_day, now, self._zone)

    def _define(self, query: FunnelQuery, days: Period, now: datetime) -> FunnelDefinition:
        return FunnelDefinition(
            from_day=days.from_day,
            to_day=days.to_day,
            timezone=self._timezone,
            window_seconds=query.window_seconds,
            order=query.order,
            by=query.by,
            include_simulated=query.include_simulated,
            computed_at=now,
            sentences=_sentences(query, self._timezone),
        )


def _gather(
    rows: Iterable[Row], query: FunnelQuery
) -> tuple[Parts, list[tuple[dict[str, str | None], Parts]]]:
    """The histograms of all sessions, and of each combination of the dimensions' values."""
    total: Parts = defaultdict(lambda: defaultdict(int))
    groups: dict[str, tuple[dict[str, str | None], Parts]] = {}
    for row in rows:
        part, seconds, n = row["_id"]["p"], row["_id"]["s"], row["n"]
        total[part][seconds] += n
        if query.by:
            key = {d.value: row["_id"]["g"].get(d.value) for d in query.by}
            fresh: Parts = defaultdict(lambda: defaultdict(int))
            groups.setdefault(json.dumps(key), (key, fresh))[1][part][seconds] += n
    return total, list(groups.values())


def _group(key: dict[str, str | None], parts: Parts, query: FunnelQuery) -> FunnelGroup:
    return FunnelGroup(
        key=key,
        steps=_steps(parts, query),
        incomplete=_count(parts, pipeline.INCOMPLETE),
        time_to_convert=_converted(parts),
    )


def _in_order(groups: list[FunnelGroup]) -> list[FunnelGroup]:
    """Days run forward; everything else is largest first."""

    def place(group: FunnelGroup) -> tuple[str, int, str]:
        day = group.key.get(Dimension.DAY.value) or ""
        return day, -group.steps[0].count, json.dumps(group.key)

    return sorted(groups, key=place)


def _steps(parts: Parts, query: FunnelQuery) -> list[StepCount]:
    counts = [_count(parts, place) for place in range(1, len(query.steps) + 1)]
    steps = []
    for place, (event, count) in enumerate(zip(query.steps, counts, strict=True)):
        before = counts[place - 1] if place else None
        kept = None if before is None else ratio(count, before)
        steps.append(
            StepCount(
                event=event,
                count=count,
                median_seconds_from_previous=median(parts.get(place + 1, {})) if place else None,
                share_of_first=ratio(count, counts[0]),
                share_of_previous=kept,
                drop_off=None if kept is None else 1 - kept,
            )
        )
    return steps


def _converted(parts: Parts) -> TimeToConvert:
    took: Histogram = parts.get(pipeline.CONVERTED, {})
    return TimeToConvert(
        n=sum(took.values()), median_seconds=median(took), p90_seconds=percentile(took, 0.9)
    )


def _count(parts: Parts, part: int) -> int:
    return sum(parts.get(part, {}).values())


def _sentences(query: FunnelQuery, timezone: str) -> list[str]:
    window = duration(query.window_seconds)
    anchored = "of its first step" if query.order is not FunnelOrder.ANY else "of one another"
    left_out = [] if query.include_simulated else ["Simulated sessions are left out."]
    return [
        "The unit is the session. A session counts at a step when it reached every step up to it, "
        f"{ORDER_MEANING[query.order]}, all within {window} {anchored}, the last moment included.",
        "Counted from the first time of each step; steps of the same moment go in step order.",
        f"The days are those of {timezone} and filter when a session reached the first step.",
        "Incomplete sessions entered less than the window ago: later steps may still come.",
        "Waits are whole seconds of the sessions that reached the step; time to convert is that "
        "of the sessions that reached the last step, p90 by nearest rank.",
        *left_out,
    ]
