"""Questions that the shop's policies answer: refunds, who pays the way back, where it goes.

They are answered at once, and whatever was asked before stays asked.
"""

from __future__ import annotations

from collections.abc import Callable

from concierge.chat.awaiting import CONTACT, IDENTITY, UPDATES_CONTACT
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.dialogue import Decision
from concierge.chat.following import HOURS, PLACE
from concierge.chat.handlers.aftercare import terms
from concierge.chat.handlers.hours import NOT_KEPT, hours_place_or_who, offered
from concierge.chat.handlers.identity import CONCIERGE
from concierge.chat.handlers.passed_on import passed_on
from concierge.chat.handlers.refunds import open_return, refund
from concierge.chat.promised import Promised, promise_asked
from concierge.core.formatting import date_text
from concierge.detection.models import Intent
from concierge.orders.models import Order
from concierge.replies.models import Reply, ReturnConfirmed, ReturnKind, TrackForm

ASKED_AS = {
    Intent.RETURNS,
    Intent.RESIZE,
    Intent.SHIPPING_INFO,
    Intent.STYLIST,
    Intent.ORDER_TRACKING,
    Intent.CARE_REPAIR,
    Intent.FINANCING,
    Intent.THANKS_GOODBYE,
    Intent.GREETING,
    Intent.UNMATCHED,
}
"""As what such a question is read; a wish for a piece holds none."""
_ABOUT_RETURNS = {Intent.RETURNS.value, Intent.RESIZE.value}
_OF_THE_HOUSE = {Intent.STYLIST, Intent.SHIPPING_INFO, Intent.UNMATCHED}
"""As what a question on hours and visits is read."""


def answered(ctx: TurnContext, decision: Decision) -> Outcome | None:
    """The answer; None for a message that asks nothing of this kind."""
    if (on_ticket := passed_on(ctx)) is not None:
        return _said_beside(ctx, on_ticket)
    if ctx.form is not None or decision.intent not in ASKED_AS or ctx.detection.urgent:
        return None
    state = ctx.session.state
    if state.awaiting == UPDATES_CONTACT and (ctx.detection.slots.phone or "?" not in ctx.text):
        return None
    if state.awaiting == CONTACT and ctx.detection.slots.email:
        return None
    if decision.intent in _OF_THE_HOUSE and (HOURS.search(ctx.text) or PLACE.search(ctx.text)):
        return hours_place_or_who(ctx)
    filed = open_return(ctx, ctx.session.order_number)
    about_returns = filed is not None or state.last_intent in _ABOUT_RETURNS
    returning = about_returns or decision.intent is Intent.RETURNS
    asked = promise_asked(ctx.text, returning=returning)
    if asked is None or (asked is Promised.NEXT and not (filed or ctx.session.open_ticket_id)):
        return None
    if asked is Promised.CARRIER and _carried(ctx) is None:
        return None
    if asked is Promised.CALL:
        return offered(ctx, [ctx.say("call_told")])
    kept = state.awaiting is not None and state.awaiting not in NOT_KEPT
    if asked is Promised.REFUND and not kept:
        return refund(ctx)
    outcome = _OF[asked](ctx)
    if kept:
        pending = Intent(state.pending_intent) if state.pending_intent else None
        replies = list(outcome.replies)
        if state.awaiting == CONTACT:
            replies.append(ctx.say("stylist_form_kept"))
        return Outcome(replies, awaiting=state.awaiting, pending=pending, fields=outcome.fields)
    if asked not in {Promised.NEXT, Promised.CARRIER} and filed is None:
        return _with_order_asked(ctx, outcome, said=asked is Promised.TERMS)
    return outcome


def _said_beside(ctx: TurnContext, said: Reply) -> Outcome:
    """With what was asked before still asked."""
    state = ctx.session.state
    if state.awaiting is None or state.awaiting in NOT_KEPT:
        return Outcome([said])
    pending = Intent(state.pending_intent) if state.pending_intent else None
    return Outcome([said], awaiting=state.awaiting, pending=pending)


def _with_order_asked(ctx: TurnContext, outcome: Outcome, *, said: bool) -> Outcome:
    """The question was answered first; an order of theirs may follow, as may be `said` already."""
    if ctx.session.order_number is not None:
        outcome.replies.append(ctx.buttons("return", "track", "human"))
        return outcome
    form = TrackForm(purpose=Intent.RETURNS.value, email=ctx.slots.email)
    outcome.replies += [] if said else [ctx.say("returns_offer_look")]
    outcome.replies.append(form)
    outcome.awaiting, outcome.pending = IDENTITY, Intent.RETURNS
    outcome.intent = Intent.RETURNS
    return outcome


def _way_back(ctx: TurnContext) -> Outcome:
    return Outcome([ctx.say(f"way_back_{ctx.rooms.policies.returns.pay_way_back}")])


def _refund(ctx: TurnContext) -> Outcome:
    days = ctx.rooms.policies.returns.refund_within_days
    return Outcome([ctx.say("refund_time", refund_days=days)])


def _where_to(ctx: TurnContext) -> Outcome:
    return _with_slip(ctx, "return_where")


def _how_to(ctx: TurnContext) -> Outcome:
    policies = ctx.rooms.policies.returns
    told = _with_slip(ctx, "return_how")
    told.replies.append(ctx.say(f"way_back_{policies.pay_way_back}"))
    return told


def _with_slip(ctx: TurnContext, key: str) -> Outcome:
    """For the return that is under way with its number and its slip, else in general."""
    policies = ctx.rooms.policies.returns
    filed = open_return(ctx, ctx.session.order_number)
    if filed is None:
        return Outcome([ctx.say(key, days=policies.ship_within_days)])
    ship_by = date_text(filed.ship_by, ctx.rooms.timezone)
    replies: list[Reply] = [ctx.say(f"{key}_open", rma=filed.rma, ship_by=ship_by)]
    slip = ReturnConfirmed(
        rma=filed.rma,
        order_number=filed.order_number,
        return_kind=filed.kind,
        item=filed.item,
        ship_by=filed.ship_by,
        label_url=filed.label_url,
    )
    return Outcome([*replies, slip])


def _too_late(ctx: TurnContext) -> Outcome:
    policies = ctx.rooms.policies.returns
    return Outcome(
        [
            ctx.say(
                "return_too_late",
                return_days=policies.return_window_days,
                resize_days=policies.resize_window_days,
            )
        ]
    )


def _terms(ctx: TurnContext) -> Outcome:
    return Outcome(terms(ctx, ReturnKind.RETURN))


def _next(ctx: TurnContext) -> Outcome:
    ticket_id = ctx.session.open_ticket_id
    if ticket_id is not None:
        promise = ctx.rooms.handoff.promise_of(ctx.session, ticket_id)
        return Outcome([ctx.say("ticket_next", ticket_id=ticket_id, promise=promise.text)])
    told = _with_slip(ctx, "return_where")
    days = ctx.rooms.policies.returns.refund_within_days
    told.replies.append(ctx.say("return_next", refund_days=days))
    return told


def _carried(ctx: TurnContext) -> Order | None:
    """The proven order, once somebody carries it."""
    if ctx.session.order_number is None:
        return None
    order = ctx.rooms.orders.get(CONCIERGE, ctx.session.order_number)
    return order if order.shipping.carrier and order.shipping.tracking_number else None


def _carrier(ctx: TurnContext) -> Outcome:
    order = _carried(ctx)
    if order is None:
        return Outcome([])
    shipping = order.shipping
    said = ctx.say(
        "order_carrier",
        order_number=order.order_number,
        carrier=shipping.carrier,
        tracking_number=shipping.tracking_number,
    )
    return Outcome([said, ctx.buttons("updates", "human")])


_OF: dict[Promised, Callable[[TurnContext], Outcome]] = {
    Promised.WAY_BACK: _way_back,
    Promised.REFUND: _refund,
    Promised.WHERE_TO: _where_to,
    Promised.HOW_TO: _how_to,
    Promised.TOO_LATE: _too_late,
    Promised.TERMS: _terms,
    Promised.NEXT: _next,
    Promised.CARRIER: _carrier,
}
