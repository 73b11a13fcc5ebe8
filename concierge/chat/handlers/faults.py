"""A piece that came broken, or is not what was ordered: sorry first, then a choice."""

from __future__ import annotations

import re

from concierge.chat.awaiting import HUMAN, IDENTITY, PROOF
from concierge.chat.consent import asks
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.handlers.refunds import first_told
from concierge.chat.promised import tells_of_fault, tells_reason
from concierge.core.policies import PayWayBack
from concierge.detection.models import Intent
from concierge.replies.models import ReturnKind, ReturnLine
from concierge.sessions.models import Author

MAX_REASON = 1_000
_WANTS_BACK = re.compile(
    r"\b(?:returns?|refund\w*|money back|(?:send|sending|give|bring) (?:[\w']+ ){0,2}back)\b", re.I
)
"""Who said so has chosen already."""


def fault_choice(
    ctx: TurnContext, kind: ReturnKind, item: ReturnLine, fields: dict[str, object]
) -> Outcome | None:
    """Repaired or replaced by a stylist, or sent back; None where no fault was told of, or where
    it is a reason that was asked for."""
    answers = ctx.continued and ctx.session.state.awaiting not in {IDENTITY, PROOF}
    if kind is not ReturnKind.RETURN or ctx.form is not None or answers:
        return None
    told = first_told(ctx)
    if not tells_of_fault(told) or _WANTS_BACK.search(told):
        return None
    said = ctx.say("return_fault_choice", item=item.name, way_back=way_back_of_fault(ctx))
    return Outcome(
        [said, ctx.buttons("return", "human")],
        awaiting=HUMAN,
        pending=Intent.STYLIST,
        # Said once is enough: who then sends it back is not asked why.
        fields={
            **fields,
            "state.returnLineId": item.line_id,
            "state.returnReason": told.strip()[:MAX_REASON],
        },
    )


def reason_known(ctx: TurnContext, line_id: str) -> str | None:
    """What was told of this piece before its return was one of the choices; or, with the wish to
    send it back, any reason."""
    state = ctx.session.state
    if ctx.form is not None or (ctx.continued and state.awaiting not in {IDENTITY, PROOF}):
        return None
    told = first_told(ctx)
    if tells_reason(told):
        return told.strip()[:MAX_REASON]
    return _kept(ctx, line_id) or _told_of_resize(ctx)


def chose_return(ctx: TurnContext, line_id: str) -> str | None:
    """The fault told of before, where the message picks the return among the choices."""
    asked = ctx.session.state.awaiting == HUMAN and not asks(ctx.text)
    wanted = asked and not ctx.continued and _WANTS_BACK.search(ctx.text)
    return _kept(ctx, line_id) if wanted else None


def _told_of_resize(ctx: TurnContext) -> str | None:
    """ "My ring does not fit", and then it is rather sent back."""
    if ctx.session.state.last_intent != Intent.RESIZE.value:
        return None
    told = (
        entry.text
        for entry in reversed(ctx.session.transcript)
        if entry.author is Author.CUSTOMER and entry.intent == Intent.RESIZE.value
    )
    return next((text.strip()[:MAX_REASON] for text in told if tells_reason(text)), None)


def _kept(ctx: TurnContext, line_id: str) -> str | None:
    state = ctx.session.state
    kept = state.return_reason if line_id == state.return_line_id else None
    return kept if kept and tells_of_fault(kept) else None


def way_back_of_fault(ctx: TurnContext) -> str:
    """Who pays for it then; nothing where it is the customer."""
    if ctx.rooms.policies.returns.pay_way_back is PayWayBack.NEVER:
        return ""
    return ctx.rooms.texts.say("way_back_ours")
