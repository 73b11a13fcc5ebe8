"""Whether enough was said to file a return or a resize, and what is still to be asked."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.chat.awaiting import RETURN_CONFIRM, RETURN_REASON, RING_SIZE
from concierge.chat.consent import agrees, asks, pauses, says_why
from concierge.chat.context import TurnContext
from concierge.chat.handlers.faults import MAX_REASON, chose_return, reason_known
from concierge.chat.models import ReturnSubmission
from concierge.detection.models import Intent
from concierge.replies.models import ReturnKind, ReturnLine, Text
from concierge.sessions.models import Author

_MANNERS = {Intent.GREETING, Intent.THANKS_GOODBYE}


@dataclass(frozen=True)
class StillOpen:
    """A question to ask before anything is filed; `kept` are words that may be the reason.

    `until`: the customer asked whether it is possible, and is told until when.
    """

    said: Text
    awaiting: str
    kept: str | None = None
    until: bool = False


def reason_given(
    ctx: TurnContext, form: ReturnSubmission | None, kind: ReturnKind, line_id: str
) -> str | None:
    """Why it goes back, where that was said: a question, the order named again, or another piece
    is no reason, and other words are one only with a yes."""
    if form is not None:
        return form.reason or None if kind is ReturnKind.RETURN else form.reason
    if kind is ReturnKind.RESIZE:
        return ""
    state = ctx.session.state
    awaited = ctx.continued and state.awaiting in {RETURN_REASON, RETURN_CONFIRM}
    new = ctx.detection.slots
    if (chosen := chose_return(ctx, line_id)) is not None:
        return chosen
    if not awaited or line_id != state.return_line_id or new.order_number or new.email:
        return None
    if says_why(ctx.text):
        return ctx.text.strip()[:MAX_REASON]
    confirmed = state.awaiting == RETURN_CONFIRM and agrees(ctx.text)
    return state.return_reason if confirmed else None


def return_to_ask(ctx: TurnContext, item: ReturnLine) -> StillOpen:
    """Of a return without a reason: whether it shall be arranged, or why."""
    state, text = ctx.session.state, ctx.text
    confirm = ctx.say("return_confirm_ask", item=item.name)
    why = ctx.say("return_ask_reason", item=item.name)
    awaited = state.awaiting if ctx.continued else None
    if awaited == RETURN_CONFIRM:
        if agrees(text):
            return StillOpen(why, RETURN_REASON)
        return StillOpen(confirm, RETURN_CONFIRM, state.return_reason, asks(text))
    if awaited == RETURN_REASON:
        said = text.strip()[:MAX_REASON]
        new = ctx.detection.slots
        other = new.order_number or new.email or ctx.detection.intent in _MANNERS
        if asks(text) or other or agrees(text) or not said or state.return_line_id != item.line_id:
            return StillOpen(why, RETURN_REASON, until=asks(text))
        return StillOpen(confirm, RETURN_CONFIRM, said)
    known = reason_known(ctx, item.line_id)
    if asks(_begun_with(ctx)):
        return StillOpen(confirm, RETURN_CONFIRM, known, until=True)
    if known is not None:
        return StillOpen(confirm, RETURN_CONFIRM, known)
    return StillOpen(why, RETURN_REASON)


def resize_to_ask(ctx: TurnContext, item: ReturnLine, size: str) -> StillOpen | None:
    """Of a resize to a size: nothing, where it was said to this end just now; else a yes."""
    awaited = ctx.session.state.awaiting if ctx.continued else None
    wonders = asks(ctx.text) or pauses(ctx.text)
    if ctx.detection.slots.ring_size is not None and not wonders:
        return None
    if awaited == RETURN_CONFIRM and agrees(ctx.text):
        return None
    said = ctx.say("resize_confirm_ask", item=item.name, size=size)
    return StillOpen(said, RETURN_CONFIRM, until=wonders and awaited != RING_SIZE)


def _begun_with(ctx: TurnContext) -> str:
    """The words that the request began with, before its order and its piece were asked for."""
    if not ctx.continued:
        return ctx.text
    begun = ""
    for entry in reversed(ctx.session.transcript):
        if entry.author is not Author.CUSTOMER:
            continue
        if entry.intent != ctx.intent.value:
            break
        begun = entry.text
    return begun
