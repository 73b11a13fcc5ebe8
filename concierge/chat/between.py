"""Between concierge and human: what is left to the one who has the ticket. Pure."""

from __future__ import annotations

from concierge.chat.awaiting import CSAT_NOTES
from concierge.chat.consent import asks, flat_no
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.dialogue import Decision
from concierge.chat.following import PRESENT, REPLY_WHEN, WAITED
from concierge.chat.handlers.people import complains, is_rating
from concierge.chat.told import only_half_address
from concierge.detection.models import Intent
from concierge.events.catalog import EventName
from concierge.workflows.handoff import PassedOn

QUIET = {
    Intent.UNMATCHED,
    Intent.GREETING,
    Intent.THANKS_GOODBYE,
    Intent.STYLIST,
    Intent.FEEDBACK,
}
"""What a human who has the ticket answers better than the concierge."""
MANNERS = {Intent.GREETING, Intent.THANKS_GOODBYE}
"""What opens no ticket again that was resolved."""

THANKS_RULE = "only-thanks"
"""The rule of data/intents that reads thanks alone."""
ASKS_TO_RATE = "reviews"
"""The rule of data/intents that reads the wish to rate: it is ours to ask how we did."""


def left_to_human(ctx: TurnContext, decision: Decision) -> bool:
    """Whether a message of a conversation with an open ticket gets no answer of the concierge."""
    if decision.continued or ctx.detection.rule == ASKS_TO_RATE:
        return False
    return decision.intent in QUIET


def only_thanks(ctx: TurnContext, decision: Decision) -> bool:
    """Thanks and no other word, before a human has written: nothing for a ticket."""
    thanks = decision.intent is Intent.THANKS_GOODBYE and ctx.detection.rule == THANKS_RULE
    answered = ctx.session.answered_ticket_id == ctx.session.open_ticket_id
    return thanks and not decision.continued and not answered and not asks(ctx.text)


def passed_on(ctx: TurnContext, ticket_id: str) -> Outcome:
    """Says that the message was passed on until a human has written; then they are two people,
    between whom it keeps quiet."""
    if ctx.session.answered_ticket_id == ticket_id:
        return Outcome([])
    if flat_no(ctx.text):
        return Outcome([ctx.say("ticket_left", ticket_id=ticket_id)])
    if only_half_address(ctx.text):
        return Outcome([ctx.say("ticket_half_address", ticket_id=ticket_id)])
    waits = any(one.search(ctx.text) for one in (PRESENT, WAITED, REPLY_WHEN))
    if ctx.intent is Intent.STYLIST or waits:
        promise = ctx.rooms.handoff.promise_of(ctx.session, ticket_id)
        key = "stylist_already_open"
        return Outcome([ctx.say(key, ticket_id=ticket_id, promise=promise.text)])
    return Outcome([ctx.say("ticket_received_unassigned", ticket_id=ticket_id)])


def to_reopen(ctx: TurnContext, decision: Decision) -> str | None:
    """The session's resolved ticket, for words that the human it was with answers better."""
    session = ctx.session
    if session.open_ticket_id or ctx.form is not None or not ctx.text.strip():
        return None
    if decision.intent is Intent.FEEDBACK:
        # A rating and the words on it are what was asked for; a complaint is not.
        wanted = session.state.awaiting != CSAT_NOTES and complains(ctx) and not is_rating(ctx)
    else:
        wanted = decision.intent in QUIET - MANNERS and not decision.continued
    if not wanted or not session.ticket_ids:
        return None
    asked_about = session.state.survey_ticket_id  # by a form it may be any ticket's, or none's
    return asked_about if asked_about in session.ticket_ids else session.ticket_ids[-1]


def heard_by_human(ctx: TurnContext, outcome: Outcome, passed: PassedOn) -> Outcome:
    """What is urgent is on the ticket now, and asking for a human may be news."""
    outcome.fields["state.urgent"] = False
    if passed.escalated:
        outcome.note(EventName.STYLIST_ESCALATED, order_number=ctx.session.order_number)
    return outcome
