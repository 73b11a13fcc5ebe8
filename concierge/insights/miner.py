"""What customers wrote that was not understood, or only just, put together by what it is about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from concierge.core.actor import Actor, Permission
from concierge.core.clock import Clock
from concierge.core.documents import Embedded, UtcDatetime
from concierge.core.ids import derived_id
from concierge.core.mongo import Mongo, Row
from concierge.core.privacy import Masker
from concierge.csat.models import CSAT_FEEDBACK, CsatKind
from concierge.detection.models import Intent
from concierge.detection.slots import read_message
from concierge.detection.vocabulary import Vocabulary
from concierge.insights.clusters import clusters
from concierge.insights.funnel_models import period
from concierge.insights.people import SESSION_FIELDS, People
from concierge.rules.drafting import content
from concierge.rules.live import RulesSource
from concierge.sessions.models import WIDGET_SESSIONS, Author

NEAR_MISS = 0.6
"""A message that was understood with less confidence than this was understood only just."""
NEWEST_SESSIONS = 5_000
MOST_MESSAGES = 3_000
"""Different messages that are put together, the most frequent of them."""
EXAMPLES = 8
LONGEST = 160


class MinedMessage(Embedded):
    """One wording, with the person taken out. `intent` is how it was read last."""

    text: str
    count: int
    intent: Intent
    session_id: str
    at: UtcDatetime


class Cluster(Embedded):
    """Messages about one thing. `near_misses` of the `count` were understood only just.

    `near` are intents that nearly fitted, most often first. `mean_score` is of the concierge
    ratings (1 to 5) of its conversations, of which there are `ratings`; `escalated` of its
    conversations were handed to a human.
    """

    key: str
    label: str
    count: int
    near_misses: int
    sessions: int
    last_at: UtcDatetime
    near: list[tuple[Intent, int]]
    escalated: int
    ratings: int
    mean_score: float | None = None
    examples: list[MinedMessage]


class Mined(Embedded):
    """The most frequent cluster first. `messages` and `near_misses` are all that were found;
    `capped`: there were more conversations or wordings than were looked at."""

    clusters: list[Cluster]
    messages: int
    near_misses: int
    sessions: int
    capped: bool
    first_day: date
    last_day: date


@dataclass
class _Wording:
    """Alike but for case, punctuation and filling words."""

    words: tuple[str, ...]
    count: int = 0
    near_misses: int = 0
    sessions: set[str] = field(default_factory=set)
    near: Counter[Intent] = field(default_factory=Counter)
    newest: tuple[datetime, str, str, str] = (datetime.min.replace(tzinfo=UTC), "", "", "")
    """When, in which conversation, the words as shown, and the intent they were counted as."""


class MinerService:
    """`rules` say which words are one and which say nothing."""

    def __init__(self, *, mongo: Mongo, clock: Clock, timezone: str, rules: RulesSource) -> None:
        self._sessions = mongo.collection(WIDGET_SESSIONS)
        self._ratings = mongo.collection(CSAT_FEEDBACK)
        self._people = People(mongo)
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._rules = rules

    def mine(
        self,
        actor: Actor,
        from_day: date | None = None,
        to_day: date | None = None,
        *,
        near_misses: bool = True,
        limit: int = 20,
    ) -> Mined:
        """The largest clusters of the days asked for, by default the last 30.

        Masked for every role. Simulated conversations are left out.
        """
        actor.require(Permission.INSIGHTS_READ)
        days = period(from_day, to_day, self._clock.now(), self._zone)
        rows = list(
            self._sessions.find(
                {"lastAt": {"$gte": days.start, "$lt": days.end}, "simulated": False},
                {**SESSION_FIELDS, "handoffAt": 1, "transcript": _wanted(near_misses)},
            )
            .sort([("lastAt", -1), ("_id", -1)])
            .limit(NEWEST_SESSIONS + 1)
        )
        capped, rows = len(rows) > NEWEST_SESSIONS, rows[:NEWEST_SESSIONS]
        rows = [row for row in rows if row["transcript"]]
        vocabulary = self._rules.current().detector.vocabulary
        wordings = _wordings(rows, self._people.maskers(rows), vocabulary)
        looked_at = wordings[:MOST_MESSAGES]
        groups = [
            [looked_at[at] for at in group] for group in clusters([w.words for w in looked_at])
        ]
        groups.sort(key=lambda group: (-sum(one.count for one in group), group[0].words))
        handed_over = {row["_id"] for row in rows if "handoffAt" in row}
        shown = groups[:limit]
        scores = self._scores({one for group in shown for w in group for one in w.sessions})
        return Mined(
            clusters=[_cluster(group, handed_over, scores) for group in shown],
            messages=sum(one.count for one in wordings),
            near_misses=sum(one.near_misses for one in wordings),
            sessions=len(rows),
            capped=capped or len(wordings) > len(looked_at),
            first_day=days.from_day,
            last_day=days.to_day,
        )

    def _scores(self, sessions: Iterable[str]) -> dict[str, int]:
        wanted = sorted(sessions)
        if not wanted:
            return {}
        rated = self._ratings.find(
            {"sessionId": {"$in": wanted}, "kind": CsatKind.CONCIERGE.value},
            {"sessionId": 1, "score": 1},
        )
        return {row["sessionId"]: int(row["score"]) for row in rated}


def _wanted(near_misses: bool) -> Row:
    """Of a transcript, what the customer wrote and was not understood, or only just."""
    missed: Row = {"$eq": ["$$this.intent", Intent.UNMATCHED.value]}
    confidence = "$$this.trace.detection.confidence"
    only_just: Row = {
        "$and": [
            {"$ne": [{"$type": confidence}, "missing"]},
            {"$ne": ["$$this.trace.detection.layer", "none"]},
            {"$lt": [confidence, NEAR_MISS]},
        ]
    }
    either = {"$or": [missed, only_just]} if near_misses else missed
    typed = {"$ne": [{"$ifNull": ["$$this.text", ""]}, ""]}
    return {
        "$filter": {
            "input": "$transcript",
            "cond": {"$and": [{"$eq": ["$$this.author", Author.CUSTOMER.value]}, typed, either]},
        }
    }


def _wordings(
    rows: Sequence[Row], maskers: dict[str, Masker], vocabulary: Vocabulary
) -> list[_Wording]:
    """The most frequent first; ties by their words, so that the same data give the same order."""
    found: defaultdict[tuple[str, ...], list[tuple[Row, Row, str]]] = defaultdict(list)
    for row in rows:
        for entry in row["transcript"]:
            shown = maskers[row["_id"]].mask(" ".join(entry["text"].split()))[:LONGEST]
            words = read_message(shown, vocabulary).words
            places = content(words, vocabulary) or range(len(words.tokens))
            said = tuple(words.tokens[at] for at in places)
            if any(token.isalnum() or token.startswith("#") for token in said):
                found[said].append((row, entry, shown))
    made = []
    for said, uses in found.items():
        wording = _Wording(said)
        for row, entry, shown in uses:
            _use(wording, row["_id"], entry, shown)
        made.append(wording)
    return sorted(made, key=lambda one: (-one.count, one.words))


def _use(wording: _Wording, session_id: str, entry: Row, shown: str) -> None:
    wording.count += 1
    wording.near_misses += entry["intent"] != Intent.UNMATCHED
    wording.sessions.add(session_id)
    for candidate in entry.get("trace", {}).get("detection", {}).get("candidates", ()):
        if candidate["intent"] != Intent.UNMATCHED:
            wording.near[Intent(candidate["intent"])] += 1
    use = (entry["at"], session_id, shown, str(entry["intent"]))
    wording.newest = max(wording.newest, use)


def _cluster(group: Sequence[_Wording], handed_over: set[str], scores: dict[str, int]) -> Cluster:
    sessions = set().union(*(one.sessions for one in group))
    rated = [scores[one] for one in sessions if one in scores]
    near: Counter[Intent] = Counter()
    for one in group:
        near.update(one.near)
    examples = [_message(one) for one in group[:EXAMPLES]]
    return Cluster(
        key=derived_id("cluster", *group[0].words)[:12],
        label=examples[0].text,
        count=sum(one.count for one in group),
        near_misses=sum(one.near_misses for one in group),
        sessions=len(sessions),
        last_at=max(one.newest[0] for one in group),
        near=sorted(near.items(), key=lambda item: (-item[1], item[0].value)),
        escalated=len(sessions & handed_over),
        ratings=len(rated),
        mean_score=sum(rated) / len(rated) if rated else None,
        examples=examples,
    )


def _message(wording: _Wording) -> MinedMessage:
    at, session_id, text, intent = wording.newest
    return MinedMessage(
        text=text, count=wording.count, intent=Intent(intent), session_id=session_id, at=at
    )
