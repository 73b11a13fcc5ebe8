"""Who may see an order: its number and the e-mail or postal code on it, nothing less."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from concierge.chat.awaiting import IDENTITY, ORDER_PICK, PROOF
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.dialogue import OTHER_ORDER
from concierge.chat.handlers.listed import pointed_at
from concierge.chat.models import ReturnSubmission, TrackSubmission
from concierge.core.actor import Actor
from concierge.core.errors import RateLimited
from concierge.core.privacy import EMAIL
from concierge.detection.models import Intent
from concierge.events.catalog import EventName
from concierge.orders.errors import OrderNotFound
from concierge.orders.models import Order
from concierge.replies.models import (
    OrderList,
    OrderSummary,
    QuickReplies,
    QuickReply,
    Reply,
    Text,
    TrackForm,
)

CONCIERGE = Actor.system("concierge")
POSTAL_CODE = re.compile(r"(?<![\w#-])\d{5}(?:-\d{4})?(?![\w-])")
"""Alone beside an e-mail address, five digits may be an order number or this."""
_NO_NUMBER: dict[str, object] = {"slots.orderNumber": None, "mentionedOrderNumber": None}
"""A postal code that was taken for a number is none."""
OFFERED = 6
"""Orders of a list that get a button."""


@dataclass
class Proven:
    """An order whose proof fitted, and what the session keeps of that."""

    order: Order
    fields: dict[str, object]


@dataclass(frozen=True)
class _Claim:
    """What was given to prove an order; `fresh` says that this very message gave the proof."""

    number: str | None
    email: str | None
    postal_code: str | None
    fresh: bool


def proven_order(ctx: TurnContext, *, opening: Text | None = None) -> Proven | Outcome:
    """The order this turn is about, or the question that is still open.

    `opening` is the sentence said before asking. A proof once given holds for the session and its
    order, also after others were proven; another number needs a proof of its own, and one that is
    given again is checked again.
    """
    known = ctx.session.order_number
    claim = _claim(ctx)
    if ctx.continued and ctx.session.state.awaiting == ORDER_PICK and not claim.fresh:
        listed = [ctx.rooms.orders.get(CONCIERGE, n) for n in ctx.session.state.listed_orders]
        sold = [line.product_id for one in listed for line in one.lines if line.product_id]
        kinds = {i: piece.category for i, piece in ctx.rooms.catalog.get_many(sold).items()}
        meant = pointed_at(listed, ctx.text, ctx.detection.slots, kinds)
        if meant is not None:
            return _proven(ctx, meant)
        if not ctx.detection.slots.order_number:
            return _list(ctx, listed)
    if ctx.form is None and OTHER_ORDER.search(ctx.text) and not ctx.detection.slots.order_number:
        asked = _ask(ctx, None, None, prefilled=False)
        asked.fields = {**asked.fields, "slots.orderNumber": None}
        return asked
    if known is not None and not claim.fresh:
        typed = ctx.detection.slots.order_number
        if typed is None or same_number(typed, known):
            return Proven(ctx.rooms.orders.get(CONCIERGE, known), {})
        for earlier in ctx.session.orders:
            if same_number(typed, earlier):
                return _proven(ctx, ctx.rooms.orders.get(CONCIERGE, earlier))
    if claim.number is not None and (claim.email or claim.postal_code):
        return _verify(ctx, claim, claim.number, opening)
    if claim.number is None and claim.email and claim.postal_code:
        return _by_person(ctx, claim.email, claim.postal_code)
    return _ask(ctx, claim.number, opening)


def proven_quietly(ctx: TurnContext, number: str | None, email: str) -> Proven | None:
    """The order of a number and an e-mail that came with another wish; None says nothing."""
    if number is None:
        return None
    try:
        order = ctx.rooms.orders.verify(
            ctx.actor, order_number=number, email=email, address=ctx.address
        )
    except (OrderNotFound, RateLimited):
        return None
    return _proven(ctx, order)


def same_number(typed: str, known: str) -> bool:
    """`#2611340`, `2611340` and `GG-12001`, `12001` are pairs of the same."""
    digits = [
        part.upper().lstrip("#").removeprefix("GG-").replace(" ", "") for part in (typed, known)
    ]
    return digits[0] == digits[1]


def _claim(ctx: TurnContext) -> _Claim:
    """By a form, by words that name number and proof together, or by the answer to what was asked,
    only these count; else what the session remembers fills the gaps. An address for updates or for
    a stylist proves nothing anew.
    """
    new, all_ = ctx.detection.slots, ctx.slots
    asked = ctx.continued and ctx.session.state.awaiting in {IDENTITY, PROOF, ORDER_PICK}
    if ctx.form is None and asked and all_.order_number and (new.email or new.postal_code):
        return _Claim(all_.order_number, new.email, new.postal_code, fresh=True)
    by_form = isinstance(ctx.form, TrackSubmission | ReturnSubmission)
    by_words = ctx.form is None and ctx.intent is not Intent.ORDER_UPDATES and new.order_number
    if (new.email or new.postal_code) and (by_form or by_words):
        return _Claim(new.order_number, new.email, new.postal_code, fresh=True)
    number = new.order_number or all_.order_number
    return _Claim(number, all_.email, all_.postal_code, fresh=False)


def _verify(ctx: TurnContext, claim: _Claim, number: str, opening: Text | None) -> Proven | Outcome:
    try:
        order = ctx.rooms.orders.verify(
            ctx.actor,
            order_number=number,
            email=claim.email,
            postal_code=claim.postal_code,
            address=ctx.address,
        )
    except OrderNotFound:
        if ctx.strict:
            raise
        # Five digits beside an e-mail address were read as a number, and may be the other half.
        digits = POSTAL_CODE.findall(EMAIL.sub(" ", ctx.text)) if ctx.form is None else []
        asked_for_both = ctx.continued and ctx.session.state.awaiting == IDENTITY
        if claim.email and len(digits) == 1 and (asked_for_both or claim.fresh):
            return _by_person(ctx, claim.email, digits[0])
        return _not_found(ctx, number, opening)
    except RateLimited as limit:
        if ctx.strict:
            raise
        return _limited(ctx, limit)
    return _proven(ctx, order)


def _proven(ctx: TurnContext, order: Order) -> Proven:
    if not ctx.session.simulated:  # the order's own mark is for live conversations
        ctx.rooms.orders.link_session(order.order_number, ctx.session.id)
    email_on_it = order.customer_email
    customer = ctx.rooms.customers.by_email(email_on_it) if email_on_it else None
    fields: dict[str, object] = {
        "orderNumber": order.order_number,
        "mentionedOrderNumber": None,
        "slots.orderNumber": order.order_number,
        "state.listedOrders": [],
        "customerEmail": email_on_it,
        "customerName": customer.name if customer else order.customer_name,
        "tier": customer.tier.value if customer else None,
    }
    return Proven(order, fields)


def _not_found(ctx: TurnContext, number: str, opening: Text | None) -> Outcome:
    """The same words for a wrong proof and for an order there is not.

    The number stays, so that the proof alone may be given again; the proof is forgotten, so that
    it is not tried again by itself.
    """
    new = ctx.detection.slots
    forgotten: dict[str, object] = {
        "mentionedOrderNumber": number,
        "slots.orderNumber": number,
        "slots.email": None,
        "slots.postalCode": None,
    }
    if not (new.email or new.postal_code):
        # Only what was remembered did not fit: that proved another order and says nothing here.
        asked = _ask(ctx, number, opening, prefilled=False)
        asked.fields = {**asked.fields, **forgotten}
        return asked
    outcome = Outcome(
        [
            ctx.say("order_not_found"),
            TrackForm(purpose=ctx.intent.value, order_number=number),
            ctx.buttons("human"),
        ],
        awaiting=PROOF if new.postal_code and not new.email else IDENTITY,
        pending=ctx.intent,
        fields=forgotten,
    )
    return outcome.note(EventName.ORDER_TRACKED, success=False)


def _by_person(ctx: TurnContext, email: str, postal_code: str) -> Proven | Outcome:
    try:
        orders = ctx.rooms.orders.find_by_person(
            ctx.actor, email=email, postal_code=postal_code, address=ctx.address
        )
    except RateLimited as limit:
        if ctx.strict:
            raise
        return _limited(ctx, limit)
    except OrderNotFound:
        if ctx.strict:
            raise
        return Outcome(
            [ctx.say("order_not_found"), TrackForm(purpose=ctx.intent.value), ctx.buttons("human")],
            awaiting=IDENTITY,
            pending=ctx.intent,
            fields={**_NO_NUMBER, "slots.email": None, "slots.postalCode": None},
        ).note(EventName.ORDER_TRACKED, success=False)
    if len(orders) == 1:
        return _proven(ctx, orders[0])
    return _list(ctx, orders)


def _list(ctx: TurnContext, orders: Sequence[Order]) -> Outcome:
    """The orders of a person who is proven; one of them is meant by what comes next."""
    summaries = [
        OrderSummary(
            order_number=order.order_number,
            status=order.status.value,
            placed_at=order.placed_at,
            total_cents=order.totals.total_cents,
            currency=order.currency,
        )
        for order in orders
    ]
    numbers = [order.order_number for order in orders[:OFFERED]]
    return Outcome(
        [
            ctx.say("orders_list", count=len(orders)),
            OrderList(orders=summaries),
            QuickReplies(options=[QuickReply(label=number, text=number) for number in numbers]),
        ],
        awaiting=ORDER_PICK,
        pending=ctx.intent,
        fields={**_NO_NUMBER, "state.listedOrders": [order.order_number for order in orders]},
    )


def _limited(ctx: TurnContext, limit: RateLimited) -> Outcome:
    said = ctx.say("order_limited", wait=limit.wait)
    return Outcome([said, ctx.buttons("human")]).note(EventName.ORDER_TRACKED, success=False)


def _ask(
    ctx: TurnContext, number: str | None, opening: Text | None, *, prefilled: bool = True
) -> Outcome:
    replies: list[Reply] = []
    email, postal_code = ctx.slots.email, ctx.slots.postal_code
    if not prefilled:
        email = postal_code = None
    if opening is not None and not ctx.continued:
        replies.append(opening)
    elif number is not None:
        replies.append(ctx.say("ask_proof", order_number=number))
    elif email:
        replies.append(ctx.say("ask_order_or_list"))
    elif ctx.intent is Intent.ORDER_UPDATES:
        replies.append(ctx.say("updates_not_verified"))
    else:
        replies.append(ctx.say("ask_order_number"))
    replies.append(
        TrackForm(
            purpose=ctx.intent.value, order_number=number, email=email, postal_code=postal_code
        )
    )
    return Outcome(
        replies,
        awaiting=IDENTITY if number is None else PROOF,
        pending=ctx.intent,
        fields={} if number is None else {"mentionedOrderNumber": number},
    )
