"""Where the money is: a refund that was made, one that is under way, or none."""

from __future__ import annotations

import re
from datetime import datetime

from concierge.chat.awaiting import IDENTITY, PROOF
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.handlers.identity import CONCIERGE, proven_order
from concierge.chat.promised import asks_of_refund
from concierge.core.formatting import date_text
from concierge.core.privacy import EMAIL
from concierge.orders.models import Order, OrderStatus
from concierge.replies.models import Reply, ReturnKind, Text
from concierge.returns.models import Return
from concierge.sessions.models import Author

_WORDS = re.compile(r"[a-z']{2,}", re.I)
REFUNDED, PARTLY = "refunded", "partially_refunded"
"""A payment's status in the shop's word."""


def first_told(ctx: TurnContext) -> str:
    """The words that this turn goes on with: before "GG-12002, ada@example.com" comes what it is
    about."""
    asked = ctx.continued and ctx.session.state.awaiting in {IDENTITY, PROOF}
    if not asked or ctx.form is not None or _has_words(ctx.text):
        return ctx.text
    said = (
        entry.text
        for entry in reversed(ctx.session.transcript)
        if entry.author is Author.CUSTOMER and entry.intent == ctx.intent.value
    )
    return next((text for text in said if _has_words(text)), ctx.text)


def wants_refund_told(ctx: TurnContext) -> bool:
    return ctx.form is None and asks_of_refund(first_told(ctx))


def refund(ctx: TurnContext) -> Outcome:
    """How long one takes, then how far this order's is."""
    days = ctx.rooms.policies.returns.refund_within_days
    found = proven_order(ctx, opening=ctx.say("refund_look", refund_days=days))
    if isinstance(found, Outcome):
        return found
    replies = [*_told(ctx, found.order, days), ctx.buttons("track", "human")]
    return Outcome(replies, fields=found.fields)


def open_return(
    ctx: TurnContext, order_number: str | None, kind: ReturnKind = ReturnKind.RETURN
) -> Return | None:
    """The return, or the resize, of the order that is under way."""
    if order_number is None:
        return None
    filed = ctx.rooms.returns.for_orders(CONCIERGE, [order_number], simulated=True)
    active = (one for one in filed.get(order_number, []) if one.active)
    return next((one for one in active if one.kind is kind), None)


def _told(ctx: TurnContext, order: Order, days: int) -> list[Reply]:
    number, paid = order.order_number, order.payment.status
    if paid == PARTLY:
        return [ctx.say("refund_done_partly", order_number=number)]
    if order.status is OrderStatus.CANCELLED:
        key = "refund_done_cancelled" if paid == REFUNDED else "refund_cancelled"
        return [ctx.say(key, order_number=number, refund_days=days)]
    if order.status is OrderStatus.RETURNED or paid == REFUNDED:
        return [ctx.say("return_refund_done", order_number=number)]
    if (filed := open_return(ctx, number)) is not None:
        pending = ctx.say("return_refund_pending", rma=filed.rma)
        return [pending, ctx.say("return_next", refund_days=days)]
    if (resized := open_return(ctx, number, ReturnKind.RESIZE)) is not None:
        return [ctx.say("refund_resize", rma=resized.rma, item=resized.item)]
    if order.status is OrderStatus.RETURN_PENDING:
        pending = ctx.say("order_found_return_pending", order_number=number)
        return [pending, ctx.say("return_next", refund_days=days)]
    return [ctx.say("refund_none", order_number=number, refund_days=days)]


def money_of_cancelled(ctx: TurnContext, order: Order) -> Reply:
    """Whoever hears that an order was cancelled hears what becomes of the money."""
    if order.payment.status == REFUNDED:
        return ctx.say("cancelled_money_back")
    if order.payment.status == PARTLY:
        return ctx.say("cancelled_money_partly")
    days = ctx.rooms.policies.returns.refund_within_days
    return ctx.say("cancelled_money_due", refund_days=days)


def _has_words(text: str) -> bool:
    """More than a number, a proof and an "ok"."""
    return len(_WORDS.findall(EMAIL.sub("", text))) >= 3


def under_way(ctx: TurnContext, order_number: str, since: datetime | None) -> Text:
    """Where a return stands that was not filed here."""
    days = ctx.rooms.policies.returns.refund_within_days
    if since is None:
        return ctx.say("return_under_way", order_number=order_number, refund_days=days)
    date = date_text(since, ctx.rooms.timezone)
    return ctx.say("return_under_way_since", order_number=order_number, date=date, refund_days=days)
