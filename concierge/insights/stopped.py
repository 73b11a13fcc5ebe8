"""The sessions behind a bar of the funnel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from concierge.core.documents import Embedded, UtcDatetime
from concierge.core.errors import InvalidInput
from concierge.core.mongo import Mongo, Row
from concierge.core.paging import Page, decode_moment, encode_cursor
from concierge.csat.models import CSAT_FEEDBACK, CsatKind
from concierge.events.catalog import EventName
from concierge.insights import funnel_pipeline as pipeline
from concierge.insights.funnel_models import FunnelQuery, Period
from concierge.insights.statistics import ratio
from concierge.sessions.models import WIDGET_SESSIONS

SUMMED_UP = 1_000
"""Newest sessions of a bar that its summary looks at."""


class StoppedSession(Embedded):
    """One session behind a bar; nothing in it names a person, so every role may see it all."""

    session_id: str
    entered_at: UtcDatetime
    last_at: UtcDatetime
    channel: str
    variant: str
    intent: str | None = None
    last_intent: str | None = None
    category: str | None = None
    tier: str | None = None
    order_number: str | None = None
    customer_messages: int = 0
    unmatched: int = 0
    handed_over: bool = False


class StoppedSummary(Embedded):
    """What the newest `n` sessions behind a bar have in common; `capped`: there are more.

    `last_intents` are what they last asked for, most frequent first; `mean_score` is of their
    concierge ratings, of which there are `ratings`. Shares are of one.
    """

    n: int
    capped: bool
    last_intents: list[tuple[str, int]]
    unmatched_share: float | None = None
    handed_over_share: float | None = None
    ratings: int = 0
    mean_score: float | None = None


class StoppedReader:
    def __init__(self, mongo: Mongo) -> None:
        self._sessions = mongo.collection(WIDGET_SESSIONS)

        self._csat = mongo.collection(CSAT_FEEDBACK)

    def page(
        self,
        query: FunnelQuery,
        days: Period,
        timezone: str,
        step: EventName,
        group: Mapping[str, str | None] | None,
        cursor: str | None,
        limit: int,
    ) -> Page[StoppedSession]:
        found = self._find(query, days, timezone, step, group, decode_moment(cursor), limit + 1)
        more, found = len(found) > limit, found[:limit]
        rows = {row["_id"]: row for row in self._read([f["_id"] for f in found])}
        return Page(
            items=[_session(rows[f["_id"]], f["at"]) for f in found if f["_id"] in rows],
            next_cursor=encode_cursor(found[-1]["at"], found[-1]["_id"]) if more else None,
        )

    def summary(
        self,
        query: FunnelQuery,
        days: Period,
        timezone: str,
        step: EventName,
        group: Mapping[str, str | None] | None,
    ) -> StoppedSummary:
        found = self._find(query, days, timezone, step, group, None, SUMMED_UP + 1)
        ids = [f["_id"] for f in found[:SUMMED_UP]]
        rows = self._read(ids)
        spoke = [row for row in rows if row["counters"]["customerMessages"]]
        last = Counter(_last_intent(row) for row in spoke)
        last.pop(None, None)
        scores = self._scores(ids)
        return StoppedSummary(
            n=len(ids),
            capped=len(found) > SUMMED_UP,
            last_intents=[(name, n) for name, n in last.most_common(5) if name],
            unmatched_share=ratio(sum(1 for r in spoke if r["counters"]["unmatched"]), len(spoke)),
            handed_over_share=ratio(sum(1 for r in spoke if r.get("handoffAt")), len(spoke)),
            ratings=len(scores),
            mean_score=ratio(sum(scores), len(scores)),
        )

    def _find(
        self,
        query: FunnelQuery,
        days: Period,
        timezone: str,
        step: EventName,
        group: Mapping[str, str | None] | None,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list[Row]:
        if step not in query.steps:
            raise InvalidInput("step", "is not part of this funnel")
        stages = pipeline.stopped_at(
            query,
            days,
            timezone,
            step=query.steps.index(step) + 1,
            group=group,
            after=after,
            limit=limit,
        )
        return list(self._sessions.aggregate(stages, allowDiskUse=True))

    def _read(self, ids: Sequence[str]) -> list[Row]:
        wanted = dict.fromkeys(_FIELDS, 1)
        return list(self._sessions.find({"_id": {"$in": list(ids)}}, wanted))

    def _scores(self, ids: Sequence[str]) -> list[int]:
        rated = self._csat.find(
            {"sessionId": {"$in": list(ids)}, "kind": CsatKind.CONCIERGE.value}, {"score": 1}
        )
        return [int(row["score"]) for row in rated]


_FIELDS = (
    "lastAt",
    "channel",
    "variant",
    "intent",
    "category",
    "tier",
    "orderNumber",
    "handoffAt",
    "counters",
    "state.lastIntent",
)


def _session(row: Row, entered_at: datetime) -> StoppedSession:
    return StoppedSession(
        session_id=row["_id"],
        entered_at=entered_at,
        last_at=row["lastAt"],
        channel=row["channel"],
        variant=row["variant"],
        intent=row.get("intent"),
        last_intent=_last_intent(row),
        category=row.get("category"),
        tier=row.get("tier"),
        order_number=row.get("orderNumber"),
        customer_messages=row["counters"]["customerMessages"],
        unmatched=row["counters"]["unmatched"],
        handed_over="handoffAt" in row,
    )


def _last_intent(row: Row) -> str | None:
    last: str | None = row.get("state", {}).get("lastIntent")
    return last
