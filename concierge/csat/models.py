"""A rating, and the survey that asked for it.

`score` is the number every reader compares; `rating` is only what was said.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.schema import CollectionSpec, Index

Score = Annotated[int, Field(ge=1, le=5)]


class CsatKind(StrEnum):
    """Two numbers that are never mixed: one per session, one per ticket."""

    CONCIERGE = "concierge"
    AGENT = "agent"


class EarlierRating(Embedded):
    score: Score
    notes: str | None = None
    at: UtcDatetime


class Csat(Document):
    """`history` keeps what a later rating replaced, oldest first."""

    kind: CsatKind
    session_id: str | None = None
    ticket_id: str | None = None
    order_number: str | None = None
    rating: str | int
    score: Score
    notes: str | None = None
    intent: str | None = None
    channel: str = "widget"
    simulated: bool = False
    history: list[EarlierRating] = Field(default_factory=list)
    asked_at: UtcDatetime | None = None
    created_at: UtcDatetime
    updated_at: UtcDatetime


class Survey(Document):
    """That a rating was asked for: the denominator of the response rate."""

    kind: CsatKind
    session_id: str | None = None
    ticket_id: str | None = None
    intent: str | None = None
    channel: str = "widget"
    simulated: bool = False
    asked_at: UtcDatetime


class CsatFilter(BaseModel):
    """`start` is included, `end` is not; both are moments of the response (of the asking, where
    surveys are counted). Without a kind, both are listed; a summary needs one."""

    model_config = ConfigDict(frozen=True)

    kind: CsatKind | None = CsatKind.CONCIERGE
    start: UtcDatetime | None = None
    end: UtcDatetime | None = None
    intent: str | None = None
    channel: str | None = None
    scores: frozenset[int] | None = None
    with_notes: bool = False
    simulated: bool = False


class CsatDay(BaseModel):
    """A day of the shop's calendar, `2026-11-18`."""

    model_config = ConfigDict(frozen=True)

    day: str
    n: int
    mean: float
    score: float


class CsatSummary(BaseModel):
    """`score` is the share of ratings of 4 and 5, in per cent; `mean` stands beside it.

    `mean`, `score` and `response_rate` (a share of one) are None where nothing can be divided.
    """

    model_config = ConfigDict(frozen=True)

    kind: CsatKind
    n: int
    asked: int
    mean: float | None
    score: float | None
    response_rate: float | None
    distribution: dict[int, int]
    trend: list[CsatDay]


CSAT_FEEDBACK = CollectionSpec(
    name="csatFeedback",
    model=Csat,
    indexes=(
        Index(
            (("sessionId", 1),),
            "one_per_session",
            unique=True,
            partial={"kind": CsatKind.CONCIERGE.value},
        ),
        Index(
            (("ticketId", 1),),
            "one_per_ticket",
            unique=True,
            partial={"kind": CsatKind.AGENT.value},
        ),
        Index((("orderNumber", 1),), "order", sparse=True),
        Index((("sessionId", 1), ("createdAt", -1)), "session"),
        Index((("createdAt", -1), ("_id", -1)), "created"),
        Index((("score", 1), ("createdAt", -1), ("_id", -1)), "score_created"),
    ),
)
CSAT_SURVEYS = CollectionSpec(
    name="csatSurveys",
    model=Survey,
    indexes=(Index((("kind", 1), ("askedAt", -1)), "kind_asked"),),
)
COLLECTIONS = [CSAT_FEEDBACK, CSAT_SURVEYS]
