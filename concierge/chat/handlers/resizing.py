"""What is told and asked of rings alone: which they are, and which size they become."""

from __future__ import annotations

import re

from concierge.chat.awaiting import RING_SIZE
from concierge.chat.consent import CORRECTS
from concierge.chat.context import TurnContext
from concierge.chat.models import ReturnSubmission
from concierge.core.formatting import date_text
from concierge.orders.models import Order
from concierge.replies.models import ReturnKind, ReturnLine, Text

_UNCLEAR = re.compile(
    r"\d|\b(?:size|bit|lot|half) (?:up|down)\b|\b(?:bigger|smaller|larger)\b", re.I
)
""" "One size up" tells no size: nobody knows which one it is now."""
NOT_A_RING = "resize_not_a_ring"


def rings(ctx: TurnContext, order: Order, lines: list[ReturnLine]) -> list[ReturnLine]:
    """Only rings have a size; a line whose piece is not in the catalogue is given the benefit."""
    sold = {line.line_id: line.product_id for line in order.lines if line.product_id}
    pieces = ctx.rooms.catalog.get_many(sold.values())
    shown = []
    for line in lines:
        piece = pieces.get(sold.get(line.line_id, ""))
        if piece is not None and piece.category != "ring" and line.blocked is None:
            said = ctx.rooms.texts.say(NOT_A_RING, item=line.name)
            line = line.model_copy(update={"blocked": said})
        shown.append(line)
    return shown


def resize_instead(ctx: TurnContext, order: Order, item: ReturnLine, days: int) -> Text | None:
    """Still possible for a ring whose resize window is open."""
    line = next(one for one in rings(ctx, order, [item.model_copy(update={"blocked": None})]))
    decided = ctx.rooms.returns.eligibility(order, item.line_id, ReturnKind.RESIZE)
    if line.blocked is not None or not decided.allowed or decided.deadline is None:
        return None
    until = date_text(decided.deadline, ctx.rooms.timezone)
    return ctx.say("return_window_closed_resize", days=days, until=until)


def size_asked(ctx: TurnContext, item: ReturnLine) -> Text:
    """A number that is no size is told so; the same words again would help nobody."""
    asked = ctx.session.state.awaiting == RING_SIZE and not CORRECTS.match(ctx.text)
    if asked and _UNCLEAR.search(ctx.text) and not ctx.detection.slots.order_number:
        return ctx.say("resize_size_unclear")
    return ctx.say("resize_ask_size", item=item.name)


def size_wished(ctx: TurnContext, form: ReturnSubmission | None) -> str | None:
    if form is not None and form.new_size:
        return form.new_size
    size = ctx.slots.ring_size
    return None if size is None else f"{size.system.value} {size.value}"
