"""Orders: where it is, what can still change, and messages about it."""

from __future__ import annotations

import re
from dataclasses import replace

from concierge.chat.asked import CHANGE
from concierge.chat.awaiting import CONTACT, HUMAN, UPDATES_CONTACT
from concierge.chat.consent import OTHER_ADDRESS, calls_off_what_was_done, stops_messages
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.handlers.called_off import call_off
from concierge.chat.handlers.identity import proven_order
from concierge.chat.handlers.refunds import first_told, money_of_cancelled
from concierge.chat.models import UpdatesSubmission
from concierge.chat.promised import fears_for_parcel
from concierge.core.contact import email_address, phone_number
from concierge.core.errors import InvalidInput
from concierge.core.formatting import date_text
from concierge.core.privacy import mask_email, mask_phone
from concierge.detection.models import Intent
from concierge.events.catalog import EventName
from concierge.orders.models import Order, OrderStatus
from concierge.orders.timeline import (
    as_of,
    expected_at,
    is_late,
    known_status,
    only_resizing,
    timeline,
)
from concierge.replies.models import OrderTimeline, Reply, StylistForm, Text, UpdatesForm
from concierge.sessions.models import Author
from concierge.subscriptions.models import Subscription

_BY_MAIL = re.compile(
    r"\b(?:e-?mail|mail|write|send|notify|tell|let|keep|change|switch|use)\b", re.I
)
_NO_DIGIT = re.compile(r"\D")
SMS = "sms"
"""The channel of who wants to be texted, as a message names it."""
CHANGEABLE = {OrderStatus.CREATED, OrderStatus.PROCESSING}
FINISHED = {OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.RETURNED}


def track(ctx: TurnContext) -> Outcome:
    """The order's timeline."""
    found = proven_order(ctx)
    if isinstance(found, Outcome):
        return found
    order = found.order
    worry = _worry(ctx, order)
    card_above = worry is not None and ctx.session.state.last_intent == ctx.intent.value
    replies: list[Reply] = [] if worry is None else [worry]
    if not (card_above and order.order_number == ctx.session.order_number):
        found_it = ctx.say("order_found", **_status_values(ctx, order))
        replies = [found_it, *replies, _view(ctx, order)]
    replies.append(ctx.buttons(*_next_for(order)))
    return Outcome(
        replies,
        awaiting=HUMAN if worry else None,
        pending=Intent.STYLIST if worry else None,
        fields=found.fields,
    ).note(EventName.ORDER_TRACKED, order_number=order.order_number)


def contact_unasked(ctx: TurnContext) -> Outcome:
    """An address or a number that nobody asked for: the order that is known, else which one."""
    number = ctx.session.order_number
    if number is None and ctx.slots.email is None:
        return Outcome([ctx.say("contact_unasked"), ctx.buttons("track", "rings", "human")])
    told = track(replace(ctx, intent=Intent.ORDER_TRACKING))
    if number is not None:
        told.replies.insert(0, ctx.say("contact_known", order_number=number))
    told.intent = Intent.ORDER_TRACKING
    return told


def change(ctx: TurnContext) -> Outcome:
    """What can still change by status; a stylist does it, with the order attached."""
    told = _change_told(ctx)
    found = proven_order(ctx, opening=None if told else ctx.say("order_change_ask"))
    if isinstance(found, Outcome):
        return found
    order = found.order
    sent_back = order.status is OrderStatus.RETURN_PENDING and ctx.form is None
    if sent_back and calls_off_what_was_done(ctx.text):
        return call_off(ctx)  # of a delivered order nothing else can be cancelled
    values = _status_values(ctx, order)
    if order.status in CHANGEABLE:
        form = StylistForm(
            name=ctx.session.customer_name,
            # Only what was typed: a postal code proves the order, it does not reveal its e-mail.
            email=ctx.slots.email,
            message=told or ctx.text,
            order_number=order.order_number,
        )
        return Outcome(
            [ctx.say("order_change_can", **values), form],
            awaiting=CONTACT,
            pending=Intent.STYLIST,
            fields=found.fields,
        )
    key = {
        OrderStatus.CANCELLED: "order_change_cannot_cancelled",
        OrderStatus.SHIPPED: "order_change_cannot",
    }.get(order.status, "order_change_cannot_delivered")
    cancelled = order.status is OrderStatus.CANCELLED
    money = [money_of_cancelled(ctx, order)] if cancelled else []
    names = ("track", "human") if cancelled else ("return", "resize", "human")
    return Outcome(
        [ctx.say(key, **values), *money, ctx.buttons(*names)],
        awaiting=HUMAN,
        pending=Intent.STYLIST,
        fields=found.fields,
    )


def _change_told(ctx: TurnContext) -> str | None:
    """What is to be changed, in the customer's words, also in those before the proof."""
    earlier = [
        entry.text
        for entry in ctx.session.transcript
        if entry.author is Author.CUSTOMER and entry.intent == Intent.ORDER_CHANGE.value
    ]
    said = [*(earlier if ctx.continued else []), ctx.text]
    return next((text for text in reversed(said) if CHANGE.search(text)), None)


def updates(ctx: TurnContext) -> Outcome:
    """Opt in to messages about one order, or out of them."""
    form = ctx.form if isinstance(ctx.form, UpdatesSubmission) else None
    remembered = ctx.slots if ctx.continued else ctx.detection.slots
    stops = form is None and stops_messages(ctx.text)
    opting_out = form.opt_out if form else bool(remembered.opt_out) or stops
    if opting_out and form is None and not ctx.detection.slots.order_number:
        on = ctx.rooms.subscriptions.turned_on_by(ctx.actor, ctx.session.id, ctx.session.orders)
        if on:
            return _all_off(ctx, sorted({one.order_number for one in on}))
    found = proven_order(ctx, opening=ctx.say("updates_off_ask") if opting_out else None)
    if isinstance(found, Outcome):
        return found
    order = found.order
    number = order.order_number
    if not opting_out and order.status in FINISHED:
        return Outcome([ctx.say("updates_finished", order_number=number)], fields=found.fields)
    if opting_out:
        ended = ctx.rooms.subscriptions.opt_out(
            ctx.actor, order_number=number, session_id=ctx.session.id, request_id=ctx.request_id
        )
        if not ended and ctx.slots.email:  # what another conversation has switched on for it
            ended = ctx.rooms.subscriptions.opt_out(
                ctx.actor,
                order_number=number,
                session_id=ctx.session.id,
                request_id=f"{ctx.request_id}:address",
                email=ctx.slots.email,
            )
        return Outcome([_off(ctx, number, ended)], fields=found.fields).note(
            EventName.ORDER_UPDATES_SUBSCRIBED, order_number=number
        )
    email, phone = (form.email, form.phone) if form else _where_to(ctx)
    if not email and not phone:
        texting = form is None and ctx.slots.channel == SMS
        ask = UpdatesForm(order_number=number, email=None if texting else ctx.slots.email)
        key = "updates_ask_phone" if texting else "updates_ask_contact"
        return Outcome(
            [ctx.say(key, order_number=number), ask],
            awaiting=UPDATES_CONTACT,
            pending=Intent.ORDER_UPDATES,
            fields=found.fields,
        )
    try:
        _check(email, phone)
        if form is None and OTHER_ADDRESS.match(ctx.text) and ctx.session.state.subscribed:
            ctx.rooms.subscriptions.opt_out(
                ctx.actor,
                order_number=number,
                session_id=ctx.session.id,
                request_id=f"{ctx.request_id}:before",
            )
        ctx.rooms.subscriptions.opt_in(
            ctx.actor,
            order_number=number,
            email=email,
            phone=phone,
            session_id=ctx.session.id,
            origin_intent=(form.origin_intent if form else None) or ctx.intent.value,
            request_id=ctx.request_id,
            status=known_status(found.order),
            simulated=ctx.session.simulated,
        )
    except InvalidInput as error:
        if ctx.strict:
            raise
        key = "updates_invalid_phone" if error.field == "phone" else "updates_invalid_email"
        return Outcome(
            [ctx.say(key), UpdatesForm(order_number=number)],
            awaiting=UPDATES_CONTACT,
            pending=Intent.ORDER_UPDATES,
            fields=found.fields,
        )
    channel = ctx.rooms.texts.say("channel_email" if email else "channel_sms")
    address = mask_email(email) if email else mask_phone(phone or "")
    said = ctx.say("updates_on", order_number=number, channel=channel, address=address)
    on_now: dict[str, object] = {"state.subscribed": True}
    return Outcome([said], fields={**found.fields, **on_now}).note(
        EventName.ORDER_UPDATES_SUBSCRIBED, order_number=number
    )


def _check(email: str | None, phone: str | None) -> None:
    """Raises before anything was ended for an address that is none."""
    if email:
        email_address(email)
    if phone:
        phone_number(phone)


def _where_to(ctx: TurnContext) -> tuple[str | None, str | None]:
    """The address of this message: "e-mail me about GG-12003 ada@example.com" proves the order and
    names it, "where is it, ada@example.com" before a question only proved it."""
    new = ctx.detection.slots
    awaited = ctx.session.state.awaiting if ctx.continued else None
    if awaited == UPDATES_CONTACT and not new.email and not new.phone:
        return None, ctx.text.strip()  # a few digits: not a number, and told so
    proving = ctx.continued and awaited != UPDATES_CONTACT
    phone = new.phone or (_number_of_wish(ctx) if proving else None)
    if proving and (phone or ctx.slots.channel == SMS):
        return None, phone  # the address proved the order; the messages were asked for elsewhere
    by_mail = ctx.continued or _BY_MAIL.search(ctx.text) is not None
    if ctx.slots.channel == SMS and not ctx.continued:
        by_mail = False
    return (new.email if by_mail else None), phone


def _number_of_wish(ctx: TurnContext) -> str | None:
    """The telephone number that came with the wish itself, before the order was proven."""
    known, said = ctx.slots.phone, _NO_DIGIT.sub("", first_told(ctx))
    return known if known and _NO_DIGIT.sub("", known)[-7:] in said else None


def _all_off(ctx: TurnContext, numbers: list[str]) -> Outcome:
    """Stop is meant for all that was switched on here, whichever order was spoken of last."""
    outcome = Outcome([], fields={"state.subscribed": False})
    for number in numbers:
        ended = ctx.rooms.subscriptions.opt_out(
            ctx.actor,
            order_number=number,
            session_id=ctx.session.id,
            request_id=f"{ctx.request_id}:{number}",
        )
        outcome.replies.append(_off(ctx, number, ended))
        outcome.note(EventName.ORDER_UPDATES_SUBSCRIBED, order_number=number)
    return outcome


def _off(ctx: TurnContext, number: str, ended: list[Subscription]) -> Text:
    """What has ended, named: "stop the e-mails" ends the messages to a phone, too."""
    channels = {subscription.channel.value for subscription in ended}
    if len(channels) != 1:
        return ctx.say("updates_off_both" if channels else "updates_off_none", order_number=number)
    channel = ctx.rooms.texts.say(f"channel_{channels.pop()}")
    return ctx.say("updates_off", order_number=number, channel=channel)


def _worry(ctx: TurnContext, order: Order) -> Text | None:
    """An answer to who fears for the parcel, and to everybody whose parcel is late."""
    zone, policies = ctx.rooms.timezone, ctx.rooms.policies
    order = as_of(order, ctx.now)
    worried = ctx.form is None and fears_for_parcel(ctx.text)
    expected = expected_at(order, policies)
    if expected is not None and is_late(order, ctx.now, policies):
        return ctx.say("order_late", date=date_text(expected, zone))
    if not worried:
        return None
    number, shipping = order.order_number, order.shipping
    if expected is not None:
        return ctx.say("order_not_late", order_number=number, date=date_text(expected, zone))
    if order.status is OrderStatus.DELIVERED and shipping.delivered_at is not None:
        key = "order_not_received"
        key = f"{key}_estimated" if shipping.delivered_estimated else key
        return ctx.say(key, order_number=number, date=date_text(shipping.delivered_at, zone))
    if order.status in CHANGEABLE:
        return ctx.say("order_not_sent", order_number=number)
    return None


def _view(ctx: TurnContext, order: Order) -> OrderTimeline:
    return OrderTimeline(
        order_number=order.order_number,
        status=order.status.value,
        entries=timeline(order, ctx.now, ctx.rooms.policies),
        items=[f"{line.quantity} × {line.name}" for line in order.lines],
        carrier=order.shipping.carrier,
        tracking_number=order.shipping.tracking_number,
        standing=_resizing(ctx) if only_resizing(order) else None,
    )


def _resizing(ctx: TurnContext) -> str:
    return ctx.rooms.texts.say("status_resize_pending").lower()


def _status_values(ctx: TurnContext, order: Order) -> dict[str, object]:
    status = ctx.rooms.texts.say(f"status_{order.status.value}").lower()
    if only_resizing(order):
        status = _resizing(ctx)
    if order.status is OrderStatus.DELIVERED and order.shipping.delivered_at:
        day = date_text(order.shipping.delivered_at, ctx.rooms.timezone)
        status = f"{status} {day}"
    return {"order_number": order.order_number, "status": status}


def _next_for(order: Order) -> tuple[str, ...]:
    match order.status:
        case OrderStatus.CREATED | OrderStatus.PROCESSING:
            return ("updates", "change", "human")
        case OrderStatus.SHIPPED:
            return ("updates", "human")
        case OrderStatus.DELIVERED:
            return ("return", "resize", "human")
        case _:
            return ("rings", "human")
