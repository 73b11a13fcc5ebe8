"""The way of a turn: read, understand, decide, act, one write, events."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime

from concierge.catalog.models import Product
from concierge.chat.awaiting import CONTACT, HUMAN
from concierge.chat.beside import with_others, with_rest
from concierge.chat.between import (
    heard_by_human,
    left_to_human,
    only_thanks,
    passed_on,
    to_reopen,
)
from concierge.chat.context import Outcome, Rooms, TurnContext
from concierge.chat.details import PieceDetails, details_of
from concierge.chat.dialogue import Decision, decide, merged
from concierge.chat.forms import form_slots
from concierge.chat.handlers import HANDLERS
from concierge.chat.handlers.greetings import greeting_text
from concierge.chat.handlers.promises import answered
from concierge.chat.listening import listens_for
from concierge.chat.models import Turn, TurnResult
from concierge.chat.parts import divided
from concierge.chat.precedence import overruled
from concierge.chat.record import event_of, fingerprint, session_events, turn_write
from concierge.core.actor import Actor, Permission
from concierge.core.errors import (
    Conflict,
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    RateLimited,
)
from concierge.core.ids import derived_id
from concierge.core.telemetry import CHAT_TURN_SECONDS, bind_request, get_logger
from concierge.detection.models import Detection, DetectionContext, Intent, Slots
from concierge.events.catalog import EventName
from concierge.events.recorder import EventRecorder
from concierge.replies.models import QuickReplies, QuickReply, Reply
from concierge.rules.live import RulesSource
from concierge.sessions.errors import SessionBusy
from concierge.sessions.models import (
    Channel,
    DialogueState,
    SessionContext,
    SessionView,
    TranscriptEntry,
    TurnEvent,
    TurnTrace,
    WidgetSession,
)
from concierge.sessions.service import Opened
from concierge.workflows.handoff import PassedOn

HUMAN_ANSWERS = "human"
"""Who handled a turn that was left to the human with the ticket."""
ATTEMPTS = 12
"""Rivals for one session are two tabs, seldom more; each round one of them gets through."""

ACTS = {
    EventName.RETURN_REQUESTED.value,
    EventName.STYLIST_ESCALATED.value,
    EventName.CSAT_SUBMITTED.value,
    EventName.ORDER_UPDATES_SUBSCRIBED.value,
}
"""What is done once: a turn that did it is not decided again when it loses the race to write."""

log = get_logger("chat")


@dataclass(frozen=True)
class _Understood:
    """A turn before anything was done about it."""

    detection: Detection
    decision: Decision
    slots: Slots
    detect_ms: float
    rules_version: int


@dataclass(frozen=True)
class _Decided:
    """A turn that was handled and waits to be written; `asked` is the state it was read in."""

    ctx: TurnContext
    intent: Intent
    handled_by: str
    outcome: Outcome
    understood: _Understood
    asked: DialogueState

    @property
    def acted(self) -> bool:
        """Whether something was committed elsewhere, which its answer must tell of."""
        return any(event.success and event.event in ACTS for event in self.outcome.events)

    def over(self, session: WidgetSession) -> _Decided:
        """The same, over a session that another tab has written meanwhile."""
        slots = merged(session.slots, self.ctx.detection.slots)
        return replace(self, ctx=replace(self.ctx, session=session, slots=slots))


class ChatService:
    """`rules` are asked anew for each message; `rooms` are the services a handler may call."""

    def __init__(self, *, rules: RulesSource, rooms: Rooms, events: EventRecorder) -> None:
        self._rules = rules
        self._rooms = rooms
        self._events = events

    def open(
        self,
        actor: Actor,
        *,
        channel: Channel,
        context: SessionContext | None = None,
        variant: str = "default",
        simulated: bool = False,
    ) -> Opened:
        """Opens a session that greets and offers what it can do."""
        texts = self._rooms.texts
        greeting: list[Reply] = [greeting_text(texts, None, None), self._first_buttons()]
        opened = self._rooms.sessions.open(
            actor,
            channel=channel,
            greeting=greeting,
            context=context,
            variant=variant,
            simulated=simulated,
            events=[TurnEvent(event=EventName.WIDGET_OPEN.value)],
        )
        self._events.record(session_events(opened.session, opened.session.transcript))
        return opened

    def handle(
        self, actor: Actor, turn: Turn, *, address: str = "", strict: bool = False
    ) -> TurnResult:
        """Answers one message; raises only what the caller must show (no session, outage).

        Faults in what was entered become a reply; with `strict`, as the API's forms want it, they
        are raised instead and nothing is stored. A repeated request is answered as before; another
        message under its id is an `IdempotencyMismatch`, so that it is not lost unnoticed.
        """
        started = time.perf_counter()
        with bind_request(turn.request_id, session_id=turn.session_id):
            decided: _Decided | None = None
            for _ in range(ATTEMPTS):
                session = self._rooms.sessions.for_turn(actor, turn.session_id, turn.request_id)
                repeated = _answered(session, turn.request_id)
                if repeated is not None:
                    if repeated[0].fingerprint != fingerprint(turn, self._rooms.hasher):
                        raise IdempotencyMismatch(turn.request_id)
                    return self._result(actor, session, turn, repeated, repeated_=True)
                if decided is not None and decided.acted:
                    decided = decided.over(session)
                else:
                    decided = self._decide(actor, session, turn, address, strict)
                entries = self._write(session, turn, decided, started)
                if entries is not None:
                    CHAT_TURN_SECONDS.labels(entries[0].intent).observe(
                        time.perf_counter() - started
                    )
                    return self._result(actor, session, turn, entries)
        raise SessionBusy(turn.session_id)

    def changes(self, actor: Actor, session_id: str, after_seq: int) -> SessionView:
        """What others (an agent, a survey, another tab) have put into the session since."""
        return self._rooms.sessions.changes(actor, session_id, after_seq)

    def view_product(self, actor: Actor, session_id: str, product_id: str) -> None:
        """A customer opened a piece: an event, once between two messages, and no turn."""
        self._view(actor, session_id, product_id)

    def open_piece(self, actor: Actor, session_id: str, product_id: str) -> PieceDetails:
        """All about a piece, for who opens it; told as `view_product` tells it."""
        product = self._view(actor, session_id, product_id)
        saved = self._rooms.shortlists.get(actor, session_id).product_ids
        whole = self._rooms.sessions.history(actor, session_id)
        return details_of(product, whole, self._rooms, saved=product_id in saved)

    def _view(self, actor: Actor, session_id: str, product_id: str) -> Product:
        session = self._rooms.sessions.for_turn(actor, session_id)
        product = self._rooms.catalog.get(product_id)
        now = self._rooms.clock.now()
        event_id = derived_id("view", session_id, product.id, session.turn_seq)
        self._events.record(
            [event_of(session, EventName.PRODUCT_VIEWED, event_id, now, product_id=product.id)]
        )
        return product

    def emit_missing(self, since: datetime) -> int:
        """Emits the events of all sessions touched since again; repeats are ignored.

        So a crash loses none, and what agents put into a session is told as well.
        """
        emitted = 0
        for session in self._rooms.sessions.with_events(since):
            events = session_events(session, session.transcript)
            self._events.record(events)
            emitted += len(events)
        return emitted

    # -- inside ----------------------------------------------------------------------------

    def _decide(
        self, actor: Actor, session: WidgetSession, turn: Turn, address: str, strict: bool
    ) -> _Decided:
        """Understands the message and does what it asks for."""
        read = self._rules.current().detector.detect
        parts = divided(turn, session, self._rooms.policies.urgent_words, read)
        if parts is not None:
            turn = turn.model_copy(update={"text": parts.first})
        understood = self._understand(session, turn)
        now = self._rooms.clock.now()
        ctx = TurnContext(
            rooms=self._rooms,
            actor=actor,
            session=session,
            text=turn.text,
            request_id=turn.request_id,
            address=address,
            intent=understood.decision.intent,
            detection=understood.detection,
            slots=understood.slots,
            form=turn.form,
            continued=understood.decision.continued,
            strict=strict,
            now=now,
        )
        handled_by, outcome = self._act(ctx, understood.decision)
        if parts is not None:
            outcome = with_rest(ctx, outcome, parts, lambda one: HANDLERS[one.intent](one))
        intent = outcome.intent or understood.decision.intent
        self._soothe(ctx, intent, outcome)
        return _Decided(ctx, intent, handled_by, outcome, understood, session.state)

    def _write(
        self, session: WidgetSession, turn: Turn, decided: _Decided, started: float
    ) -> list[TranscriptEntry] | None:
        """The one write; None when another writer of the session was first."""
        trace = TurnTrace(
            detection=decided.ctx.detection,
            handled_by=decided.handled_by,
            rules_version=decided.understood.rules_version,
            awaiting=decided.asked.awaiting,
            pending_intent=decided.asked.pending_intent,
            query=decided.outcome.query,
            detect_ms=round(decided.understood.detect_ms, 3),
            total_ms=round((time.perf_counter() - started) * 1000, 3),
        )
        write = turn_write(session, turn, decided.ctx, decided.outcome, decided.intent, trace)
        if not self._rooms.sessions.write_turn(session, turn.request_id, write):
            return None
        self._events.record(session_events(session, write.entries))
        return write.entries

    def _understand(self, session: WidgetSession, turn: Turn) -> _Understood:
        state = session.state
        last = state.pending_intent if state.aside else state.last_intent
        context = DetectionContext(
            awaiting=listens_for(state, turn.text),
            last_intent=Intent(last) if last else None,
            known=session.slots,
            page=session.context.page,
        )
        rules = self._rules.current()
        began = time.perf_counter()
        detection = rules.detector.detect(turn.text, context)
        detect_ms = (time.perf_counter() - began) * 1000
        decision = decide(detection, state, turn.form, turn.text, session.context)
        if turn.form is None:
            urgent_words = self._rooms.policies.urgent_words
            decision = overruled(decision, detection, state, turn.text, urgent_words)
        else:
            slots = merged(detection.slots, form_slots(turn.form))
            detection = detection.model_copy(update={"slots": slots})
        slots = merged(session.slots, detection.slots, continued=decision.continued)
        return _Understood(detection, decision, slots, detect_ms, rules.number)

    def _act(self, ctx: TurnContext, decision: Decision) -> tuple[str, Outcome]:
        if decision.refused:
            return "left", Outcome([ctx.say("form_left"), self._first_buttons()])
        if decision.waits:
            state = ctx.session.state
            waited = Intent(state.pending_intent) if state.pending_intent else None
            said = ctx.say("form_waits")
            return "waits", Outcome([said], awaiting=state.awaiting, pending=waited)
        if decision.idle:
            return "idle", Outcome([ctx.say("nothing_to_confirm"), self._first_buttons()])
        ticket_id = ctx.session.open_ticket_id
        # How to be reached goes into the hand-over itself.
        is_contact = decision.continued and ctx.session.state.awaiting == CONTACT
        if ticket_id and ctx.form is None and ctx.text.strip() and not is_contact:
            if only_thanks(ctx, decision):
                return "thanked", Outcome([ctx.say("ticket_thanks", ticket_id=ticket_id)])
            passed = self._pass_on(ctx, ticket_id, decision)
            if left_to_human(ctx, decision) and (
                ctx.session.answered_ticket_id == ticket_id or answered(ctx, decision) is None
            ):
                name, outcome = HUMAN_ANSWERS, passed_on(ctx, ticket_id)
            else:
                name, outcome = self._handle(ctx, decision)
            return name, heard_by_human(ctx, outcome, passed)
        if (resolved := to_reopen(ctx, decision)) is not None:
            passed = self._pass_on(ctx, resolved, decision)
            said = ctx.say("ticket_reopened", ticket_id=resolved, promise=passed.promise_text)
            return HUMAN_ANSWERS, heard_by_human(ctx, Outcome([said]), passed)
        return self._handle(ctx, decision)

    def _handle(self, ctx: TurnContext, decision: Decision) -> tuple[str, Outcome]:
        handler = HANDLERS[decision.intent]
        name = f"{handler.__module__.rsplit('.', 1)[1]}.{handler.__name__}"
        try:
            if (told := answered(ctx, decision)) is not None:
                return "promises.answered", told
            outcome = handler(ctx)
            return name, with_others(ctx, outcome, lambda one: HANDLERS[one.intent](one))
        except (InvalidInput, Conflict, RateLimited, NotFound) as error:
            if ctx.strict:
                raise
            log.info("turn.refused", code=error.code, intent=decision.intent.value)
            reply = (
                ctx.say("rate_limited", wait=error.wait)
                if isinstance(error, RateLimited)
                else ctx.say("answer_unclear", question=str(error))
            )
            outcome = Outcome([reply, ctx.buttons("human")])
            return name, outcome.note(EventName.ERROR, success=False)

    def _pass_on(self, ctx: TurnContext, ticket_id: str, decision: Decision) -> PassedOn:
        return self._rooms.handoff.pass_on(
            ctx.actor,
            ctx.session,
            ticket_id,
            text=ctx.text,
            request_id=ctx.request_id,
            urgent=ctx.detection.urgent or ctx.session.state.urgent,
            asks_for_human=decision.intent is Intent.STYLIST,
        )

    def _soothe(self, ctx: TurnContext, intent: Intent, outcome: Outcome) -> None:
        """Anger gets a human offered, whatever the message was about."""
        offered = intent in {Intent.STYLIST, Intent.FEEDBACK} or ctx.session.open_ticket_id
        if ctx.detection.angry and not offered and outcome.replies:
            outcome.replies += [ctx.say("human_offered"), ctx.buttons("human")]
            if outcome.awaiting is None:
                outcome.awaiting, outcome.pending = HUMAN, Intent.STYLIST

    def _first_buttons(self) -> QuickReplies:
        texts = self._rooms.texts
        names = ("track", "rings", "return", "human")
        return QuickReplies(
            options=[
                QuickReply(label=texts.say(f"label_{name}"), text=texts.say(f"say_{name}"))
                for name in names
            ]
        )

    def _result(
        self,
        actor: Actor,
        session: WidgetSession,
        turn: Turn,
        entries: list[TranscriptEntry],
        *,
        repeated_: bool = False,
    ) -> TurnResult:
        asked = entries[0]
        return TurnResult(
            session_id=session.id,
            request_id=turn.request_id,
            intent=Intent(asked.intent or Intent.UNMATCHED.value),
            replies=[reply for entry in entries[1:] for reply in entry.replies],
            turn_seq=entries[-1].seq,
            trace=asked.trace if actor.may(Permission.TRACE_SEE) else None,
            left_to_human=asked.trace is not None and asked.trace.handled_by == HUMAN_ANSWERS,
            repeated=repeated_,
        )


def _answered(session: WidgetSession, request_id: str) -> list[TranscriptEntry] | None:
    """The entries this request made, if it was answered before."""
    entries = [entry for entry in session.transcript if entry.request_id == request_id]
    return entries or None
