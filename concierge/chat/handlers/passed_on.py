"""Whether a wish was passed on, asked of who has a ticket: which one, and who answers when."""

from __future__ import annotations

from collections.abc import Sequence

from concierge.chat.context import TurnContext
from concierge.chat.handlers.identity import CONCIERGE
from concierge.chat.handlers.orders import CHANGEABLE
from concierge.chat.promised import asks_if_done, asks_if_passed_on
from concierge.detection.models import Intent
from concierge.replies.models import Text
from concierge.sessions.models import Author, TranscriptEntry

_BESIDE = {
    Intent.STYLIST.value,
    Intent.UNMATCHED.value,
    Intent.FEEDBACK.value,
    Intent.GREETING.value,
    Intent.THANKS_GOODBYE.value,
}
"""What is said on the way to a ticket, or of it, and is no other wish."""


def passed_on(ctx: TurnContext) -> Text | None:
    """The answer; None where nothing was passed on, or the order has become another since."""
    ticket_id, number = ctx.session.open_ticket_id, ctx.session.order_number
    if ticket_id is None or ctx.form is not None:
        return None
    of_ticket = asks_if_passed_on(ctx.text)
    if not of_ticket and not asks_if_done(ctx.text):
        return None
    promise = ctx.rooms.handoff.promise_of(ctx.session, ticket_id).text
    order = ctx.rooms.orders.get(CONCIERGE, number) if number is not None else None
    wished = order is not None and _change_passed_on(ctx.session.transcript, ticket_id)
    if wished and order is not None and order.status in CHANGEABLE:
        key = "order_change_passed_on"
        return ctx.say(key, order_number=number, ticket_id=ticket_id, promise=promise)
    if not of_ticket:
        return None
    return ctx.say("ticket_passed_on", ticket_id=ticket_id, promise=promise)


def _change_passed_on(transcript: Sequence[TranscriptEntry], ticket_id: str) -> bool:
    """Whether the change of an order was the wish that the ticket was told of."""
    wished = False
    for entry in transcript:
        if entry.author is Author.CUSTOMER and entry.intent not in _BESIDE:
            wished = entry.intent == Intent.ORDER_CHANGE.value
        if wished and entry.author is Author.CONCIERGE and ticket_id in entry.text:
            return True
    return False
