"""Sessions: opening, reading, the one write of a turn, and what others put into a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from concierge.core.actor import Actor, ActorKind, Permission
from concierge.core.clock import Clock
from concierge.core.errors import InvalidInput
from concierge.core.ids import new_id, session_token, token_hash
from concierge.core.mongo import ClientSession
from concierge.core.policies import Policies
from concierge.events.catalog import EventName
from concierge.replies.models import Reply, plain_text
from concierge.sessions.errors import SessionEnded, SessionNotFound
from concierge.sessions.models import (
    NEWEST_ENTRIES,
    Author,
    Channel,
    FirstAt,
    SessionContext,
    SessionView,
    TranscriptEntry,
    TurnEvent,
    WidgetSession,
)
from concierge.sessions.repository import SessionsRepository

PAGES_OF_WHOLE = 85
"""With the session itself some 1,700 entries: more nobody reads, nor fits well in a ticket."""
READ_FOR_A_TURN = 8
"""Newest entries read before a turn: enough to know who spoke last."""


@dataclass(frozen=True)
class Opened:
    """A fresh session; `token` is shown once and kept only as a hash."""

    session: WidgetSession
    token: str


@dataclass
class TurnWrite:
    """What one turn changes: entries, fields (dotted paths; None clears), counters, marks."""

    entries: list[TranscriptEntry]
    fields: dict[str, Any] = field(default_factory=dict)
    increments: dict[str, int] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    shown_items: list[str] = field(default_factory=list)


class SessionsService:
    def __init__(
        self, *, repository: SessionsRepository, clock: Clock, policies: Policies, timezone: str
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._policies = policies
        self._zone = ZoneInfo(timezone)

    # -- opening ---------------------------------------------------------------------------

    def open(
        self,
        actor: Actor,
        *,
        channel: Channel,
        greeting: Sequence[Reply],
        context: SessionContext | None = None,
        tier: str | None = None,
        variant: str = "default",
        simulated: bool = False,
        events: Sequence[TurnEvent] = (),
    ) -> Opened:
        """Opens a session. Staff own theirs (`channel=staff_chat`); customers get a token."""
        if actor.is_staff:
            actor.require(Permission.CHAT_USE)
        now = self._clock.now()
        token = session_token()
        session = WidgetSession(
            id=new_id(),
            channel=channel,
            variant=variant,
            simulated=simulated,
            owner=actor.id if actor.is_staff else None,
            token_hash=token_hash(token),
            opened_at=now,
            last_at=now,
            day=self.day_of(now),
            tier=tier,
            context=context or SessionContext(),
            turn_seq=1,
            transcript=[
                TranscriptEntry(
                    seq=1,
                    at=now,
                    author=Author.CONCIERGE,
                    text=plain_text(list(greeting)),
                    replies=list(greeting),
                    events=list(events),
                )
            ],
            first_at=FirstAt(opened=now),
            depth=1,
        )
        self._repository.insert(session)
        return Opened(session, token)

    def day_of(self, moment: datetime) -> str:
        """The shop's calendar day, `2026-11-18`."""
        return moment.astimezone(self._zone).date().isoformat()

    def authenticate(self, token: str) -> Actor | None:
        """The customer who holds this token, or None; a token ends with its session. What was said
        is read on by the signed link of a mail."""
        since = self._clock.now() - self._lasts
        session_id = self._repository.by_token_hash(token_hash(token), since)
        return None if session_id is None else Actor.customer(session_id)

    def latest_of(self, actor: Actor) -> str | None:
        """A staff member's newest session that has not ended, to go on after a reload."""
        actor.require(Permission.CHAT_USE)
        since = self._clock.now() - self._lasts
        return self._repository.latest_of_owner(actor.id, since)

    # -- reading ---------------------------------------------------------------------------

    def for_turn(self, actor: Actor, session_id: str, request_id: str = "") -> WidgetSession:
        """The session with its newest entries, and with those this request made before.

        Raises `SessionNotFound` or `SessionEnded`.
        """
        found = self._repository.for_turn(session_id, READ_FOR_A_TURN, request_id)
        session = _if_own(actor, session_id, found)
        if self._clock.now() - session.last_at > self._lasts:
            raise SessionEnded(session_id)
        return session

    def history(
        self, actor: Actor, session_id: str, unit: ClientSession | None = None
    ) -> WidgetSession:
        """The participant's own session with all its newest entries, ended or not.

        `unit` is the caller's transaction, for one that decides by what it reads.
        """
        return _if_own(actor, session_id, self._repository.get(session_id, session=unit))

    def whole(
        self,
        actor: Actor,
        session_id: str,
        unit: ClientSession | None = None,
        *,
        after_seq: int = 0,
    ) -> WidgetSession:
        """The participant's own session with what has moved to its newest `PAGES_OF_WHOLE` pages,
        unless all that came after `after_seq` is in the session itself."""
        session = self.history(actor, session_id, unit)
        if session.pages and session.transcript[0].seq > after_seq + 1:
            older = self._repository.moved(
                session_id, session.transcript, most_pages=PAGES_OF_WHOLE, session=unit
            )
            session.transcript = older + session.transcript
        return session

    def read(self, actor: Actor, session_id: str) -> WidgetSession:
        """Anybody's session with its older pages, for `CONVERSATIONS_READ`; nothing is masked."""
        actor.require(Permission.CONVERSATIONS_READ)
        session = self._repository.get(session_id)
        if session is None:
            raise SessionNotFound
        if session.pages:
            older = self._repository.moved(session_id, session.transcript)
            session.transcript = older + session.transcript
        return session

    def proven_email(self, session_id: str, session: ClientSession | None = None) -> str | None:
        """The address on the order this conversation has proven: the only one that a link to the
        whole conversation may be mailed to. Pure of actors, for what writes mails."""
        return self._repository.customer_email(session_id, session)

    def changes(self, actor: Actor, session_id: str, after_seq: int) -> SessionView:
        """What is new in the participant's own session, however much that is by now."""
        self._require_own_by_id(actor, session_id)
        view = self._repository.changes(session_id, after_seq)
        if view is None:
            raise SessionNotFound
        if view.entries and view.entries[0].seq > after_seq + 1:
            older = self._repository.moved(session_id, view.entries, most_pages=PAGES_OF_WHOLE)
            view.entries = [e for e in older if e.seq > after_seq] + view.entries
        return view

    def for_orders(
        self, actor: Actor, numbers: Sequence[str], *, simulated: bool = False
    ) -> dict[str, list[WidgetSession]]:
        """Verified sessions by each order proven in them, newest first, without texts; simulated
        ones only on request."""
        actor.require(Permission.ORDERS_READ)
        found: dict[str, list[WidgetSession]] = {}
        for session in self._repository.of_orders(numbers, simulated=simulated):
            for number in session.orders:
                found.setdefault(number, []).append(session)
        return found

    def live(self, actor: Actor, session_ids: Sequence[str]) -> dict[str, WidgetSession]:
        """Sessions by id, without texts, for imports and jobs; unknown and simulated ones are left
        out."""
        actor.require(Permission.OPERATIONS_READ)
        return {session.id: session for session in self._repository.live(session_ids)}

    def any_since(self, since: datetime) -> bool:
        """Whether anybody has talked since."""
        return self._repository.any_since(since)

    def with_events(self, since: datetime) -> Iterator[WidgetSession]:
        """Sessions touched since, oldest first, for the job that emits events again; no texts."""
        return self._repository.with_events(since)

    # -- writing ---------------------------------------------------------------------------

    def write_turn(self, before: WidgetSession, request_id: str, turn: TurnWrite) -> bool:
        """The one write of a turn over what `for_turn` read for this request; False when another
        writer was first (read and decide again), or it is written."""
        if any(entry.request_id == request_id for entry in before.transcript):
            return False
        now = turn.entries[-1].at
        reached = dict.fromkeys(turn.marks, now)
        depth = before.first_at.depth(reached)
        written = self._repository.write_turn(
            before,
            turn.entries,
            set_={"lastAt": now, "depth": depth, **turn.fields},
            increments=turn.increments,
            first_times=reached,
            shown_items=turn.shown_items,
        )
        kept_here = before.turn_seq + len(turn.entries) - before.pages * (NEWEST_ENTRIES // 2)
        if written and kept_here > NEWEST_ENTRIES:
            self._repository.move_oldest(before)
        return written

    def append_agent_message(
        self,
        session_id: str,
        *,
        text: str,
        author_name: str,
        ticket_id: str,
        message_id: str,
        session: ClientSession | None = None,
    ) -> bool:
        """An agent's words in the customer's chat; once per `message_id`."""
        return self._append(
            session_id,
            session,
            author=Author.AGENT,
            author_name=author_name,
            text=text,
            ticket_id=ticket_id,
            message_id=message_id,
            events=[TurnEvent(event=EventName.TICKET_REPLIED.value)],
        )

    def append_prompt(
        self,
        session_id: str,
        *,
        replies: Sequence[Reply],
        message_id: str,
        ticket_id: str | None = None,
        events: Sequence[TurnEvent] = (),
        session: ClientSession | None = None,
    ) -> bool:
        """Something the concierge says unasked, such as a survey; once per `message_id`."""
        return self._append(
            session_id,
            session,
            author=Author.CONCIERGE,
            text=plain_text(list(replies)),
            replies=list(replies),
            message_id=message_id,
            ticket_id=ticket_id,
            events=list(events),
        )

    def append_customer_message(
        self,
        session_id: str,
        *,
        text: str,
        message_id: str,
        ticket_id: str | None = None,
        events: Sequence[TurnEvent] = (),
        session: ClientSession | None = None,
    ) -> bool:
        """A customer's words that came by the signed link, past the dialogue."""
        return self._append(
            session_id,
            session,
            author=Author.CUSTOMER,
            text=text,
            message_id=message_id,
            ticket_id=ticket_id,
            events=list(events),
        )

    def expect(self, session_id: str, changes: Mapping[str, Any], session: ClientSession) -> None:
        """Sets what the dialogue waits for next, as when a survey is put into the chat."""
        self._repository.set_fields(
            session_id,
            set_={f"state.{field}": value for field, value in changes.items()},
            session=session,
        )

    def survey_answered(self, session_id: str, ticket_id: str, session: ClientSession) -> None:
        """The ticket was rated elsewhere: the next words in the chat are no answer to that."""
        self._repository.leave_survey(session_id, ticket_id, session)

    def attach_ticket(
        self,
        session_id: str,
        ticket_id: str,
        *,
        handed_over: bool,
        session: ClientSession | None = None,
    ) -> None:
        """One more ticket of the session, and its open one unless another human has the chat.

        `handed_over` marks an escalation; a follow-up of a rating is none.
        """
        at = self._clock.now() if handed_over else None
        self._repository.attach_ticket(session_id, ticket_id, handed_over_at=at, session=session)

    def detach_ticket(
        self,
        session_id: str,
        ticket_id: str,
        *,
        instead: str | None = None,
        session: ClientSession | None = None,
    ) -> None:
        """The ticket is resolved: the chat goes on with `instead`, or the concierge alone."""
        self._repository.replace_open_ticket(session_id, ticket_id, instead, session)

    def record_purchase(self, actor: Actor, session_id: str, at: datetime) -> WidgetSession:
        """An order was placed out of this session: the funnel's last mark."""
        if actor.kind not in (ActorKind.SYSTEM, ActorKind.MACHINE):
            raise InvalidInput("actor", "only the shop reports purchases")
        session = self._repository.record_purchase(session_id, at)
        if session is None:
            raise SessionNotFound
        self._repository.set_fields(session_id, set_={"depth": session.first_at.depth()})
        return session

    # -- inside ----------------------------------------------------------------------------

    @property
    def _lasts(self) -> timedelta:
        return timedelta(hours=self._policies.session_hours)

    def _append(self, session_id: str, session: ClientSession | None, **said: Any) -> bool:
        """One entry, its fields in `said`; the server numbers it."""
        entry = TranscriptEntry(seq=0, at=self._clock.now(), **said)
        return self._repository.append(session_id, entry, session)

    def _require_own_by_id(self, actor: Actor, session_id: str) -> None:
        if actor.is_customer and actor.session_id == session_id:
            return
        _if_own(actor, session_id, self._repository.get(session_id, newest=1))


def _if_own(actor: Actor, session_id: str, session: WidgetSession | None) -> WidgetSession:
    """The session, to who takes part in it; another's is not found, as one that is not there."""
    foreign = actor.is_customer and actor.session_id != session_id
    if session is None or foreign or not _participates(actor, session):
        raise SessionNotFound
    return session


def _participates(actor: Actor, session: WidgetSession) -> bool:
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.is_customer:
        return actor.session_id == session.id
    return actor.may(Permission.CHAT_USE) and session.owner == actor.id
