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
from concierge.core.errors import NotFound
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
from concierge.sessions.models import SESSION_PAGES, WIDGET_SESSIONS, Author

NEAR_MISS = 0.6
"""A message that was understood with less confidence than this was understood only just."""
NEWEST_SESSIONS = 5_000
MOST_MESSAGES = 3_000
"""Different messages that are put together, the most frequent of them."""
EXAMPLES = 8
NEARLY = 0.2
"""An intent with a lower score did not nearly fit."""
NUMBER = "#number"
"""What every number is read as."""
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

    `near` are intents that nearly fitted, with how often each did; the one with the highest
    scores in all is first. `mean_score` is of the concierge ratings (1 to 5) of its conversations,
    of which there are `ratings`; `escalated` of its conversations were handed to a human.
    `numbers`: nothing but numbers was written, which mean what was asked before them.
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
    numbers: bool = False
    examples: list[MinedMessage]


class MissedTurn(Embedded):
    """One message with the person taken out, how it was read, and what else it nearly was, the
    highest score first."""

    text: str
    intent: Intent
    near: list[Intent]


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
    nearness: Counter[Intent] = field(default_factory=Counter)
    """The scores of `near`, added up, in millionths: whole numbers add up alike in any order."""
    newest: tuple[datetime, str, str, str] = (datetime.min.replace(tzinfo=UTC), "", "", "")
    """When, in which conversation, the words as shown, and the intent they were counted as."""


class MinerService:
    """`rules` say which words are one and which say nothing."""

    def __init__(self, *, mongo: Mongo, clock: Clock, timezone: str, rules: RulesSource) -> None:
        self._sessions = mongo.collection(WIDGET_SESSIONS)
        self._pages = mongo.collection(SESSION_PAGES)
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
        worded = [one for one in looked_at if not _only_numbers(one)]
        groups = [[worded[at] for at in group] for group in clusters([w.words for w in worded])]
        if numbers := [one for one in looked_at if _only_numbers(one)]:
            groups.append(numbers)
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

    def turn(self, actor: Actor, session_id: str, seq: int) -> MissedTurn:
        """A message of any conversation, by its number there, for a draft that reads it otherwise.

        Masked for every role, as drafts are read by all who may draft. Raises `NotFound` for one
        that nobody typed or that is not there any more.
        """
        actor.require(Permission.RULES_DRAFT)
        actor.require(Permission.CONVERSATIONS_READ)
        wanted = {"transcript": {"$elemMatch": {"seq": seq, "author": Author.CUSTOMER.value}}}
        row = self._sessions.find_one({"_id": session_id}, {**SESSION_FIELDS, **wanted})
        if row is not None and not row.get("transcript"):
            page = self._pages.find_one(
                {"sessionId": session_id, "transcript.seq": seq}, {"_id": 0, **wanted}
            )
            row |= page or {}
        if row is None or not row.get("transcript") or not row["transcript"][0].get("text"):
            raise NotFound("message")
        entry = row["transcript"][0]
        found = entry.get("trace", {}).get("detection", {}).get("candidates", ())
        scores = {Intent(one["intent"]): one["score"] for one in found}
        read = Intent(entry.get("intent") or Intent.UNMATCHED)
        near = {one for one, score in scores.items() if score >= NEARLY}
        near -= {read, Intent.UNMATCHED}
        return MissedTurn(
            text=self._people.maskers([row])[session_id].mask(" ".join(entry["text"].split())),
            intent=read,
            near=sorted(near, key=lambda intent: (-scores[intent], intent.value)),
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


def _only_numbers(wording: _Wording) -> bool:
    return set(wording.words) == {NUMBER}


def _use(wording: _Wording, session_id: str, entry: Row, shown: str) -> None:
    wording.count += 1
    wording.near_misses += entry["intent"] != Intent.UNMATCHED
    wording.sessions.add(session_id)
    for candidate in entry.get("trace", {}).get("detection", {}).get("candidates", ()):
        if candidate["intent"] != Intent.UNMATCHED and candidate["score"] >= NEARLY:
            wording.near[Intent(candidate["intent"])] += 1
            wording.nearness[Intent(candidate["intent"])] += round(candidate["score"] * 1_000_000)
    use = (entry["at"], session_id, shown, str(entry["intent"]))
    wording.newest = max(wording.newest, use)


def _cluster(group: Sequence[_Wording], handed_over: set[str], scores: dict[str, int]) -> Cluster:
    sessions = set().union(*(one.sessions for one in group))
    rated = [scores[one] for one in sessions if one in scores]
    near: Counter[Intent] = Counter()
    nearness: Counter[Intent] = Counter()
    for one in group:
        near.update(one.near)
        nearness.update(one.nearness)
    examples = [_message(one) for one in group[:EXAMPLES]]
    return Cluster(
        key=derived_id("cluster", *group[0].words)[:12],
        label=examples[0].text,
        count=sum(one.count for one in group),
        near_misses=sum(one.near_misses for one in group),
        sessions=len(sessions),
        last_at=max(one.newest[0] for one in group),
        near=sorted(near.items(), key=lambda item: (-nearness[item[0]], item[0].value)),
        escalated=len(sessions & handed_over),
        ratings=len(rated),
        mean_score=sum(rated) / len(rated) if rated else None,
        numbers=_only_numbers(group[0]),
        examples=examples,
    )


def _message(wording: _Wording) -> MinedMessage:
    at, session_id, text, intent = wording.newest
    return MinedMessage(
        text=text, count=wording.count, intent=Intent(intent), session_id=session_id, at=at
    )
