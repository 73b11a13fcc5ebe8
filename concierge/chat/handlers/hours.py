"""When people are there to answer, where, and who it is that answers at any hour."""

from __future__ import annotations

from concierge.chat.asked import IS_PROGRAM
from concierge.chat.awaiting import (
    CONTACT,
    CSAT,
    CSAT_NOTES,
    HUMAN,
    OFFERS,
    OUTLAST,
    PICK,
    PICK_OFF,
    PIECE,
)
from concierge.chat.consent import agrees
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.following import APPRAISED, ASKS_HUMAN, CERTIFIED, HOURS, ON_DAYS, PLACE
from concierge.core.formatting import opening_text, week_text
from concierge.core.policies import DAYS
from concierge.detection.models import Intent
from concierge.replies.models import Reply
from concierge.tickets.sla import open_spans

NOT_KEPT = {*OFFERS, CSAT, CSAT_NOTES, PICK, PICK_OFF, PIECE}
"""What is not asked any longer after another question was answered."""


def hours_place_or_who(ctx: TurnContext) -> Outcome | None:
    """The answer to "when do you open", "where are you" and "are you a human"; None when none of
    them is asked."""
    if ctx.form is not None or ctx.detection.slots.email is not None:
        return None
    if IS_PROGRAM.search(ctx.text):
        return offered(ctx, [ctx.say("is_program")])
    if PLACE.search(ctx.text):
        return offered(ctx, [ctx.say("place")])
    if (unknown := _not_known(ctx)) is not None:
        return offered(ctx, [unknown])
    if HOURS.search(ctx.text) or ON_DAYS.match(ctx.text):
        return offered(ctx, _hours(ctx))
    return None


def _not_known(ctx: TurnContext) -> Reply | None:
    """Appraisals and certificates: nobody is asked for an address before it is said that only a
    human can tell. Once a human is asked for, the same words are what it is about."""
    if ctx.session.state.awaiting == CONTACT or ctx.session.open_ticket_id or _asks_human(ctx):
        return None
    if CERTIFIED.search(ctx.text):
        return ctx.say("certificates")
    return ctx.say("appraisals") if APPRAISED.search(ctx.text) else None


def _asks_human(ctx: TurnContext) -> bool:
    """A yes to the offer of one, or a wish for one in plain words."""
    return (
        agrees(ctx.text)
        or ctx.detection.layer == "command"
        or ASKS_HUMAN.search(ctx.text) is not None
    )


def _hours(ctx: TurnContext) -> list[Reply]:
    """The week's, and whether somebody is there now or when next."""
    known = ctx.rooms.policies.business_hours
    opens, _ = next(open_spans(ctx.now, known), (None, None))
    if opens is None:
        return [ctx.say("hours_none")]
    week = week_text([known.intervals(day) for day in range(len(DAYS))])
    place = known.timezone.split("/")[-1].replace("_", " ")
    said = ctx.say("hours", open_hours=f"{week} ({place})")
    if opens <= ctx.now:
        return [said, ctx.say("hours_now")]
    return [said, ctx.say("stylist_outside_hours", opens=opening_text(opens, known.timezone))]


def offered(ctx: TurnContext, said: list[Reply]) -> Outcome:
    """With the offer of a human; who had begun to leave an address is asked for it again, and any
    other answer that is waited for still is."""
    state = ctx.session.state
    if state.awaiting == CONTACT:
        asked = ctx.say("stylist_ask_email")
        return Outcome([*said, asked], awaiting=CONTACT, pending=Intent.STYLIST)
    if state.awaiting in OUTLAST:
        return Outcome(said, aside=True)
    if state.awaiting is not None and state.awaiting not in NOT_KEPT:
        pending = Intent(state.pending_intent) if state.pending_intent else None
        return Outcome(said, awaiting=state.awaiting, pending=pending)
    buttons = ctx.buttons("yes", "rings", "track")
    offer = ctx.say("offer_stylist")
    return Outcome([*said, offer, buttons], awaiting=HUMAN, pending=Intent.STYLIST)
