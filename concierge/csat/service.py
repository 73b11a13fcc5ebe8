"""Rating, and reading ratings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from concierge.core.actor import Actor, Permission
from concierge.core.audit import AuditLog
from concierge.core.clock import Clock
from concierge.core.errors import InvalidInput, NotFound
from concierge.core.idempotency import IdempotencyStore, Made
from concierge.core.ids import derived_id, new_id
from concierge.core.mongo import ClientSession
from concierge.core.paging import Page, decode_moment, encode_cursor
from concierge.core.policies import Policies
from concierge.core.privacy import MASK
from concierge.csat.models import (
    Csat,
    CsatDay,
    CsatFilter,
    CsatKind,
    CsatSummary,
    EarlierRating,
    Survey,
)
from concierge.csat.repository import CsatRepository
from concierge.csat.scoring import SATISFIED_FROM, score_of

MAX_NOTES = 2_000
MAX_PAGE = 200


class CsatService:
    """One concierge rating per session, one agent rating per ticket."""

    def __init__(
        self,
        *,
        repository: CsatRepository,
        clock: Clock,
        policies: Policies,
        idempotency: IdempotencyStore,
        audit: AuditLog,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._policies = policies
        self._idempotency = idempotency
        self._audit = audit

    def rate(
        self,
        actor: Actor,
        *,
        kind: CsatKind,
        rating: str | int,
        session_id: str | None,
        request_id: str,
        ticket_id: str | None = None,
        notes: str | None = None,
        order_number: str | None = None,
        intent: str | None = None,
        channel: str = "widget",
        simulated: bool = False,
        session: ClientSession | None = None,
    ) -> Csat:
        """Stores a rating, or replaces the one before, which goes into its history.

        Idempotent by `request_id`, unless it joins the caller's transaction by `session`. The same
        score again without notes changes nothing. `order_number` is a verified one. A customer may
        rate the own session, and an agent only where this session was asked to; else `NotFound`.
        `InvalidInput` for a rating that is neither one of the shop's words nor 1 to 5.
        """
        actor.require_participant(session_id)
        subject = _subject(kind, session_id, ticket_id)
        score = score_of(rating, self._policies.csat.words)
        notes = _checked_notes(notes)
        if actor.is_customer and kind is CsatKind.AGENT:
            self._require_asked(subject, session_id)

        def write(transaction: ClientSession) -> Made:
            now = self._clock.now()
            survey = self._survey(kind, session_id, ticket_id, intent, channel, simulated)
            self._repository.add_survey(survey, transaction)
            asked = self._repository.survey(survey.id, transaction)
            before = self._repository.find(kind, subject, transaction)
            if before is None:
                after = Csat(
                    id=new_id(),
                    kind=kind,
                    session_id=session_id,
                    ticket_id=ticket_id,
                    order_number=order_number,
                    rating=rating,
                    score=score,
                    notes=notes,
                    intent=intent,
                    channel=channel,
                    simulated=simulated,
                    asked_at=asked.asked_at if asked else None,
                    created_at=now,
                    updated_at=now,
                )
                self._repository.insert(after, transaction)
            else:
                after = _rated_again(before, rating, score, notes, order_number, now)
                if after is before:
                    return Made(id=before.id)
                self._repository.replace(after, transaction)
            self._audit.record(
                actor,
                "csat.rate",
                f"csat:{after.id}",
                {"score": (before.score if before else None, score)},
                request_id=request_id,
                session=transaction,
            )
            return Made(id=after.id)

        made = self._idempotency.run(
            "csat.rate",
            f"{subject}:{request_id}",
            {"kind": kind, "rating": rating, "notes": notes},
            Made,
            write,
            session=session,
        )
        if session is not None:
            stored = self._repository.find(kind, subject, session)
        else:
            stored = self._repository.get(made.id)
        if stored is None:
            raise NotFound("rating")
        return stored

    def asked(
        self,
        kind: CsatKind,
        *,
        session_id: str | None = None,
        ticket_id: str | None = None,
        intent: str | None = None,
        channel: str = "widget",
        simulated: bool = False,
        session: ClientSession | None = None,
    ) -> bool:
        """Records that a rating was asked for; False when it had been before.

        An agent survey names the ticket and, so that its customer may answer, the session.
        """
        survey = self._survey(kind, session_id, ticket_id, intent, channel, simulated)
        return self._repository.add_survey(survey, session)

    def is_low(self, score: int) -> bool:
        """Low enough that a human follows up."""
        return score <= self._policies.csat.low_at_most

    def find(
        self,
        actor: Actor,
        kind: CsatKind,
        *,
        session_id: str | None = None,
        ticket_id: str | None = None,
    ) -> Csat | None:
        """The rating of a session or a ticket: for its customer, or who reads ratings."""
        if actor.is_customer:
            actor.require_participant(session_id)
        else:
            actor.require(Permission.CSAT_READ)
        found = self._repository.find(kind, _subject(kind, session_id, ticket_id))
        if found is not None and actor.is_customer and found.session_id != session_id:
            return None
        return found if found is None or actor.is_customer else _for(actor, found)

    def for_orders(
        self, actor: Actor, numbers: Sequence[str], *, simulated: bool = False
    ) -> dict[str, Csat]:
        """The newest rating of each order that has one; its `kind` says of what.

        Simulated ones count only on request.
        """
        actor.require(Permission.CSAT_READ)
        newest: dict[str, Csat] = {}
        found = self._repository.of_orders(numbers, simulated=simulated)
        for rating in sorted(found, key=lambda r: r.updated_at):
            if rating.order_number is not None:
                newest[rating.order_number] = _for(actor, rating)
        return newest

    def summary(self, actor: Actor, filter_: CsatFilter) -> CsatSummary:
        """The figures of one kind; `InvalidInput` without a kind, as two kinds are two numbers."""
        actor.require(Permission.CSAT_READ)
        if filter_.kind is None:
            raise InvalidInput("kind", "must be concierge or agent")
        zone = self._policies.business_hours.timezone
        rows = self._repository.distribution_by_day(filter_, zone)
        by_day: dict[str, dict[int, int]] = {}
        for day, score, n in rows:
            by_day.setdefault(day, {})[score] = n
        total = {score: sum(d.get(score, 0) for d in by_day.values()) for score in range(1, 6)}
        asked = self._repository.count_surveys(filter_)
        n = sum(total.values())
        return CsatSummary(
            kind=filter_.kind,
            n=n,
            asked=asked,
            mean=_mean(total),
            score=_satisfied(total),
            response_rate=n / asked if asked else None,
            distribution=total,
            trend=[
                CsatDay(
                    day=day,
                    n=sum(counts.values()),
                    mean=_mean(counts) or 0.0,
                    score=_satisfied(counts) or 0.0,
                )
                for day, counts in sorted(by_day.items())
            ],
        )

    def comments(
        self, actor: Actor, filter_: CsatFilter, cursor: str | None = None, limit: int = 50
    ) -> Page[Csat]:
        """Ratings, newest first. Notes are free text: who may not see people sees a mask."""
        actor.require(Permission.CSAT_READ)
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInput("limit", f"must be between 1 and {MAX_PAGE}")
        found = self._repository.page(filter_, decode_moment(cursor), limit + 1)
        shown = found[:limit]
        more = len(found) > limit
        return Page(
            items=[_for(actor, rating) for rating in shown],
            next_cursor=encode_cursor(shown[-1].created_at, shown[-1].id) if more else None,
        )

    def _survey(
        self,
        kind: CsatKind,
        session_id: str | None,
        ticket_id: str | None,
        intent: str | None,
        channel: str,
        simulated: bool,
    ) -> Survey:
        return Survey(
            id=_survey_id(kind, _subject(kind, session_id, ticket_id)),
            kind=kind,
            session_id=session_id,
            ticket_id=ticket_id,
            intent=intent,
            channel=channel,
            simulated=simulated,
            asked_at=self._clock.now(),
        )

    def _require_asked(self, ticket_id: str, session_id: str | None) -> None:
        survey = self._repository.survey(_survey_id(CsatKind.AGENT, ticket_id))
        if survey is None or survey.session_id != session_id:
            raise NotFound("survey", ticket_id)


def _subject(kind: CsatKind, session_id: str | None, ticket_id: str | None) -> str:
    subject = session_id if kind is CsatKind.CONCIERGE else ticket_id
    if not subject:
        field = "session_id" if kind is CsatKind.CONCIERGE else "ticket_id"
        raise InvalidInput(field, f"is what a {kind.value} rating is about")
    return subject


def _survey_id(kind: CsatKind, subject: str) -> str:
    return derived_id("survey", kind.value, subject)


def _rated_again(
    before: Csat,
    rating: str | int,
    score: int,
    notes: str | None,
    order_number: str | None,
    now: datetime,
) -> Csat:
    order_number = order_number or before.order_number
    if score == before.score and notes in (None, before.notes):
        if order_number == before.order_number:
            return before
        return before.model_copy(update={"order_number": order_number, "updated_at": now})
    replaced = EarlierRating(score=before.score, notes=before.notes, at=before.updated_at)
    return before.model_copy(
        update={
            "rating": rating,
            "score": score,
            "notes": notes,
            "order_number": order_number,
            "history": [*before.history, replaced],
            "updated_at": now,
        }
    )


def _checked_notes(notes: str | None) -> str | None:
    text = (notes or "").strip()
    if len(text) > MAX_NOTES:
        raise InvalidInput("notes", f"must have at most {MAX_NOTES} characters")
    return text or None


def _for(actor: Actor, rating: Csat) -> Csat:
    if actor.may(Permission.PEOPLE_SEE):
        return rating
    history = [e.model_copy(update={"notes": MASK if e.notes else None}) for e in rating.history]
    notes = MASK if rating.notes else None
    return rating.model_copy(update={"notes": notes, "history": history})


def _mean(counts: dict[int, int]) -> float | None:
    n = sum(counts.values())
    return sum(score * count for score, count in counts.items()) / n if n else None


def _satisfied(counts: dict[int, int]) -> float | None:
    n = sum(counts.values())
    good = sum(count for score, count in counts.items() if score >= SATISFIED_FROM)
    return good / n * 100 if n else None
