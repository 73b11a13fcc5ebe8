"""What customers wrote that was not understood: grouped, counted, with every person taken out."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from concierge.core.actor import Actor, Permission
from concierge.core.clock import Clock
from concierge.core.documents import Embedded, UtcDatetime
from concierge.core.mongo import Mongo
from concierge.detection.models import Intent
from concierge.insights.funnel_models import period
from concierge.insights.people import SESSION_FIELDS, People
from concierge.sessions.models import WIDGET_SESSIONS, Author

NEWEST_SESSIONS = 2_000
LONGEST = 160


class UnmatchedPhrase(Embedded):
    """One message, written alike by `sessions` customers, `count` times in all."""

    text: str
    count: int
    sessions: int
    last_at: UtcDatetime
    example_session_id: str


class Unmatched(Embedded):
    """The most frequent first. `messages` is all that was not understood in those sessions;
    `capped`: only the newest sessions were read."""

    phrases: list[UnmatchedPhrase]
    messages: int
    sessions: int
    capped: bool


class UnmatchedService:
    def __init__(self, *, mongo: Mongo, clock: Clock, timezone: str) -> None:
        self._sessions = mongo.collection(WIDGET_SESSIONS)
        self._people = People(mongo)
        self._clock = clock
        self._zone = ZoneInfo(timezone)

    def top(
        self,
        actor: Actor,
        from_day: date | None = None,
        to_day: date | None = None,
        *,
        limit: int = 20,
    ) -> Unmatched:
        """The messages most often not understood, by default of the last 30 days.

        Masked for every role, as they are read out of their conversations.
        """
        actor.require(Permission.INSIGHTS_READ)
        days = period(from_day, to_day, self._clock.now(), self._zone)
        rows = list(
            self._sessions.find(
                {
                    "lastAt": {"$gte": days.start, "$lt": days.end},
                    "counters.unmatched": {"$gt": 0},
                    "simulated": False,
                },
                {**SESSION_FIELDS, "transcript": _NOT_UNDERSTOOD},
            )
            .sort([("lastAt", -1), ("_id", -1)])
            .limit(NEWEST_SESSIONS + 1)
        )
        capped, rows = len(rows) > NEWEST_SESSIONS, rows[:NEWEST_SESSIONS]
        maskers = self._people.maskers(rows)
        counts: Counter[str] = Counter()
        sessions: defaultdict[str, set[str]] = defaultdict(set)
        newest: dict[str, tuple[datetime, str, str]] = {}
        for row in rows:
            for entry in row["transcript"]:
                shown = maskers[row["_id"]].mask(" ".join(entry["text"].split()))[:LONGEST]
                if not (key := _key(shown)):
                    continue
                counts[key] += 1
                sessions[key].add(row["_id"])
                newest[key] = max(
                    newest.get(key, (entry["at"], "", "")), (entry["at"], row["_id"], shown)
                )
        return Unmatched(
            phrases=[
                UnmatchedPhrase(
                    text=newest[key][2],
                    count=count,
                    sessions=len(sessions[key]),
                    last_at=newest[key][0],
                    example_session_id=newest[key][1],
                )
                for key, count in counts.most_common(limit)
            ],
            messages=counts.total(),
            sessions=len(rows),
            capped=capped,
        )


_NOT_UNDERSTOOD = {
    "$filter": {
        "input": "$transcript",
        "cond": {
            "$and": [
                {"$eq": ["$$this.author", Author.CUSTOMER.value]},
                {"$eq": ["$$this.intent", Intent.UNMATCHED.value]},
            ]
        },
    }
}


def _key(text: str) -> str:
    """Alike but for case and punctuation."""
    kept = "".join(c if c.isalnum() or c in "•/" else " " for c in text.casefold())
    return " ".join(kept.split())
