"""Two wishes in one message: both are answered, the one that asks something last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from concierge.chat.context import Outcome, TurnContext
from concierge.chat.dialogue import merged
from concierge.chat.parts import Parts
from concierge.detection.models import Intent
from concierge.replies.models import QuickReplies, QuickReply

ANSWERED = {
    Intent.ORDER_TRACKING,
    Intent.SHIPPING_INFO,
    Intent.CARE_REPAIR,
    Intent.FINANCING,
    Intent.SIZING,
    Intent.CUSTOM_DESIGN,
    Intent.PRODUCT_SEARCH,
    Intent.GIFT,
}
"""What changes nothing, and may be answered beside another wish."""
SHOWING = {Intent.PRODUCT_SEARCH, Intent.GIFT}
MOST = 2


def with_others(
    ctx: TurnContext, outcome: Outcome, handle: Callable[[TurnContext], Outcome]
) -> Outcome:
    """The answer, and those to what else the message asks, in its order."""
    hurried = ctx.intent is Intent.STYLIST and ctx.detection.urgent
    if ctx.form is not None or ctx.continued or hurried:
        return outcome
    for intent in [one for one in ctx.detection.also if one in ANSWERED][:MOST]:
        if intent is ctx.intent or (outcome.shown and intent in SHOWING):
            continue
        if intent is Intent.CARE_REPAIR and ctx.intent is Intent.RETURNS:
            continue  # what came broken is not told how to be polished
        beside = handle(replace(ctx, intent=intent))
        if outcome.awaiting is None:
            outcome = _joined(outcome, beside)
        elif beside.awaiting is None:
            outcome = _joined(beside, outcome)
        # Two questions at once would be one too many: what was asked first is asked.
    return outcome


def with_rest(
    ctx: TurnContext, outcome: Outcome, parts: Parts, handle: Callable[[TurnContext], Outcome]
) -> Outcome:
    """The answer to the first part, and to the rest where it can be given now; else the rest is
    said back with a button, so that it is not lost."""
    if parts.found is not None and outcome.shown is None:
        slots = merged(ctx.session.slots, parts.found.slots, continued=False)
        intent = parts.found.intent
        found = replace(ctx, text=parts.rest, detection=parts.found, slots=slots, intent=intent)
        beside = handle(found)
        if beside.awaiting is None:
            return _joined(beside, replace(outcome, intent=outcome.intent or ctx.intent))
    said = parts.rest[:1].upper() + parts.rest[1:]
    button = QuickReply(label=said, text=parts.rest)
    outcome.replies += [ctx.say("wish_next"), QuickReplies(options=[button])]
    return outcome


def _joined(first: Outcome, last: Outcome) -> Outcome:
    """Both in this order, with the last one's buttons and question."""
    said = [reply for reply in first.replies if not isinstance(reply, QuickReplies)]
    return Outcome(
        [*said, *last.replies],
        awaiting=last.awaiting,
        pending=last.pending,
        fields={**first.fields, **last.fields},
        events=[*first.events, *last.events],
        marks=first.marks | last.marks,
        shown=first.shown if last.shown is None else last.shown,
        query={**first.query, **last.query},
        intent=first.intent or last.intent,
    )
