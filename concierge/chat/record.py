"""What a turn leaves behind: its entries, its session fields, its events. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from concierge.chat.awaiting import ASIDES, OUTLAST
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.models import (
    CsatSubmission,
    ReturnSubmission,
    ShortlistSubmission,
    StylistSubmission,
    TrackSubmission,
    Turn,
    UpdatesSubmission,
)
from concierge.core.ids import derived_id
from concierge.core.privacy import Hasher
from concierge.core.texts import Texts
from concierge.detection.models import Intent
from concierge.events.catalog import EventName
from concierge.events.models import Event
from concierge.replies.models import ReturnKind, plain_text
from concierge.sessions.models import (
    Author,
    DialogueState,
    TranscriptEntry,
    TurnEvent,
    TurnTrace,
    WidgetSession,
)
from concierge.sessions.service import TurnWrite

MANNERS = {Intent.GREETING, Intent.THANKS_GOODBYE, Intent.UNMATCHED}
"""Never the first touch of a session: they say nothing of what it is about."""


def session_events(session: WidgetSession, entries: list[TranscriptEntry]) -> list[Event]:
    """The events of stored entries; their ids are derived, so emitting twice is harmless."""
    return [
        event_of(
            session,
            EventName(kept.event),
            derived_id("turn", session.id, entry.seq, number),
            entry.at,
            request_id=entry.request_id,
            intent=entry.intent,
            order_number=kept.order_number,
            product_id=kept.product_id,
            success=kept.success,
        )
        for entry in entries
        for number, kept in enumerate(entry.events)
    ]


def event_of(
    session: WidgetSession, name: EventName, event_id: str, at: datetime, **more: Any
) -> Event:
    return Event(
        id=event_id,
        event=name,
        ts=at,
        session_id=session.id,
        variant=session.variant,
        channel=session.channel.value,
        simulated=session.simulated,
        **more,
    )


def turn_write(
    session: WidgetSession,
    turn: Turn,
    ctx: TurnContext,
    outcome: Outcome,
    intent: Intent,
    trace: TurnTrace,
) -> TurnWrite:
    """The one write of a turn, from what the handler decided."""
    matched = intent is not Intent.UNMATCHED
    first = EventName.INTENT_DETECTED if matched else EventName.INTENT_UNMATCHED
    known = [TurnEvent(event=EventName.MESSAGE_SENT.value), TurnEvent(event=first.value)]
    entries = [
        TranscriptEntry(
            seq=session.turn_seq + 1,
            at=ctx.now,
            author=Author.CUSTOMER,
            text=turn.text or described(turn, ctx.rooms.texts),
            fingerprint=fingerprint(turn, ctx.rooms.hasher),
            request_id=turn.request_id,
            intent=intent.value,
            trace=trace,
            events=[*known, *outcome.events],
        )
    ]
    if outcome.replies:
        entries.append(
            TranscriptEntry(
                seq=session.turn_seq + 2,
                at=ctx.now,
                author=Author.CONCIERGE,
                text=plain_text(outcome.replies),
                request_id=turn.request_id,
                replies=outcome.replies,
                ticket_id=session.open_ticket_id,
            )
        )
    marks = set(outcome.marks)
    if matched:
        marks.add("understood")
    return TurnWrite(
        entries=entries,
        fields=_fields(session, ctx, outcome, intent),
        increments={
            "counters.customerMessages": 1,
            "counters.matched" if matched else "counters.unmatched": 1,
        },
        marks=marks,
        shown_items=outcome.shown or [],
    )


def _fields(
    session: WidgetSession, ctx: TurnContext, outcome: Outcome, intent: Intent
) -> dict[str, Any]:
    before = session.state
    aside = (
        outcome.awaiting is None
        and not ctx.continued
        and (outcome.aside or intent in ASIDES)
        and before.awaiting in OUTLAST
    )
    pending = outcome.pending.value if outcome.pending else None
    state = DialogueState(
        awaiting=before.awaiting if aside else outcome.awaiting,
        aside=aside,
        pending_intent=before.pending_intent if aside else pending,
        return_line_id=session.state.return_line_id,
        return_reason=session.state.return_reason,
        filed_rma=before.filed_rma,
        listed_orders=before.listed_orders,
        subscribed=before.subscribed,
        shown_product_ids=(
            session.state.shown_product_ids if outcome.shown is None else outcome.shown
        ),
        about_product_id=before.about_product_id,
        wished_size=before.wished_size,
        wished_styles=before.wished_styles,
        without_categories=before.without_categories,
        without_metals=before.without_metals,
        without_stones=before.without_stones,
        without_words=before.without_words,
        budget_measured=before.budget_measured,
        last_intent=intent.value,
        misses_in_row=session.state.misses_in_row + 1 if intent is Intent.UNMATCHED else 0,
        survey=session.state.survey,
        survey_ticket_id=session.state.survey_ticket_id,
        thanked=session.state.thanked,
        urgent=session.state.urgent or ctx.detection.urgent,
    ).to_mongo()
    slots = ctx.slots.to_mongo()
    fields: dict[str, Any] = {}
    for path, value in outcome.fields.items():
        part, _, name = path.partition(".")
        if part in {"state", "slots"} and name:
            target = state if part == "state" else slots
            if value is None:
                target.pop(name, None)
            else:
                target[name] = value
        else:
            fields[path] = value
    typed = ctx.detection.slots.order_number
    if typed and "orderNumber" not in fields and session.order_number is None:
        fields.setdefault("mentionedOrderNumber", typed)
    if session.intent is None and intent not in MANNERS:
        fields["intent"] = intent.value
    return {**fields, "state": state, "slots": slots}


def fingerprint(turn: Turn, hasher: Hasher) -> str:
    """The same for the same message or form, another for another address in it. Keyed, so that
    nobody can find an address by trying."""
    form = turn.form.model_dump_json() if turn.form else ""
    return hasher.hash(derived_id("turn", turn.text, form))


def described(turn: Turn, texts: Texts) -> str:
    """A form in words, as its customer would have typed it, for the transcript."""
    match turn.form:
        case TrackSubmission() as form:
            if form.order_number is None:
                return texts.say("form_orders")
            return texts.say("form_track", order_number=form.order_number)
        case ReturnSubmission() as form:
            key = "form_resize" if form.return_kind is ReturnKind.RESIZE else "form_return"
            values = {"order_number": form.order_number, "size": form.new_size or "?"}
            return " ".join(filter(None, (texts.say(key, **values), form.reason)))
        case UpdatesSubmission() as form:
            key = "form_updates_off" if form.opt_out else "form_updates_on"
            return texts.say(key, order_number=form.order_number)
        case StylistSubmission() as form:
            return form.message or texts.say("say_human")
        case CsatSubmission() as form:
            return " ".join(
                filter(None, (texts.say("form_rating", rating=form.rating), form.notes))
            )
        case ShortlistSubmission() as form:
            key = "form_unsave" if form.remove else "form_save"
            pieces = ", ".join(i.replace("-", " ").title() for i in form.product_ids)
            return texts.say(key, item=pieces)
        case None:
            return ""
