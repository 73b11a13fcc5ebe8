"""A return or a resize of this conversation that its customer calls off again."""

from __future__ import annotations

from concierge.chat.awaiting import HUMAN
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.handlers.identity import CONCIERGE
from concierge.core.errors import Conflict
from concierge.detection.models import Intent
from concierge.returns.models import Return


def call_off(ctx: TurnContext) -> Outcome:
    """The one that was named, or the one that was filed last; nothing that others have filed."""
    wanted = _meant(ctx)
    if wanted is None:
        return _by_human(ctx, "return_off_none")
    try:
        off = ctx.rooms.returns.call_off(
            ctx.actor, wanted.rma, session_id=ctx.session.id, request_id=ctx.request_id
        )
    except Conflict:
        return _by_human(ctx, "return_off_received", rma=wanted.rma)
    return Outcome(
        [ctx.say("return_off", rma=off.rma, item=off.item), ctx.buttons("track", "human")]
    )


def _meant(ctx: TurnContext) -> Return | None:
    numbers = ctx.session.orders
    found = ctx.rooms.returns.for_orders(CONCIERGE, numbers, simulated=True)
    mine = [
        one
        for number in numbers
        for one in found.get(number, [])
        if one.session_id == ctx.session.id
    ]
    said = ctx.text.upper()
    last = ctx.session.state.filed_rma
    named = [one for one in mine if one.rma in said]
    return next(iter([*named, *(one for one in mine if one.rma == last)]), None)


def _by_human(ctx: TurnContext, key: str, **values: object) -> Outcome:
    return Outcome(
        [ctx.say(key, **values), ctx.buttons("human", "track")],
        awaiting=HUMAN,
        pending=Intent.STYLIST,
    )
