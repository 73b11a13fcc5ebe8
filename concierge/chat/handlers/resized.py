"""A resize that is filed: another size after all, and how long it takes."""

from __future__ import annotations

from concierge.chat.asked import Asked, asked_of_piece
from concierge.chat.awaiting import HUMAN
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.following import FOLLOWS_UP
from concierge.chat.handlers.identity import CONCIERGE
from concierge.chat.handlers.resizing import size_wished
from concierge.chat.listening import after_resize, corrects_size
from concierge.core.errors import Conflict
from concierge.core.formatting import date_text
from concierge.detection.models import Intent
from concierge.replies.models import ReturnKind
from concierge.returns.models import Return


def other_size(ctx: TurnContext) -> Return | Outcome | None:
    """The resize that makes room for the other size, called off; or why it is for a human. None
    for a message that corrects nothing."""
    size = size_wished(ctx, None) if ctx.detection.slots.ring_size is not None else None
    state = ctx.session.state
    if ctx.form is not None or ctx.continued or size is None:
        return None
    if not (after_resize(state) and corrects_size(ctx.text)):
        return None
    filed = _filed(ctx)
    if filed is None:
        return None
    if filed.new_size == size:
        return Outcome([ctx.say("resize_size_same", item=filed.item, size=size)])
    order = ctx.rooms.orders.get(CONCIERGE, filed.order_number)
    allowed = ctx.rooms.returns.eligibility(order, filed.line_id, ReturnKind.RESIZE).allowed
    if not allowed or filed.session_id != ctx.session.id:
        return _by_human(ctx, filed, size)
    try:
        return ctx.rooms.returns.call_off(
            ctx.actor, filed.rma, session_id=ctx.session.id, request_id=ctx.request_id
        )
    except Conflict:
        return _by_human(ctx, filed, size)


def how_long(ctx: TurnContext) -> Outcome | None:
    """Of the resize that was filed just now; None where none was, or the price is asked for."""
    follows = ctx.form is None and not ctx.continued and FOLLOWS_UP.match(ctx.text)
    priced = asked_of_piece(ctx.text) is Asked.PRICE or "charge" in ctx.text.casefold()
    if not follows or priced or not after_resize(ctx.session.state):
        return None
    filed = _filed(ctx)
    if filed is None:
        return None
    ship_by = date_text(filed.ship_by, ctx.rooms.timezone)
    said = ctx.say("resize_time", item=filed.item, rma=filed.rma, ship_by=ship_by)
    return Outcome([said, ctx.buttons("yes", "no")], awaiting=HUMAN, pending=Intent.STYLIST)


def _filed(ctx: TurnContext) -> Return | None:
    """The order's resize that is under way, of this conversation before others."""
    number = ctx.session.order_number
    if number is None:
        return None
    found = ctx.rooms.returns.for_orders(CONCIERGE, [number], simulated=True)
    mine = ctx.session.state.filed_rma
    active = [one for one in found.get(number, []) if one.active and one.kind is ReturnKind.RESIZE]
    return next(iter(sorted(active, key=lambda one: one.rma != mine)), None)


def _by_human(ctx: TurnContext, filed: Return, size: str) -> Outcome:
    said = ctx.say("resize_size_by_human", item=filed.item, rma=filed.rma, size=size)
    return Outcome([said, ctx.buttons("yes", "no")], awaiting=HUMAN, pending=Intent.STYLIST)
