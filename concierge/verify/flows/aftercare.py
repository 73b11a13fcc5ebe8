"""Sending back and resizing."""

from __future__ import annotations

import re
from datetime import timedelta

from concierge.chat.models import ReturnSubmission, TurnResult
from concierge.core.formatting import date_text
from concierge.detection.models import Intent
from concierge.orders.models import Order, OrderStatus
from concierge.orders.timeline import RMA_CREATED
from concierge.replies.models import OrderTimeline, ReturnConfirmed, ReturnKind, plain_text
from concierge.returns.errors import AlreadyReturning, ReturnWindowClosed
from concierge.returns.models import Return
from concierge.verify.walk import AGENT, Visitor, Walk
from concierge.verify.world import VERIFIER

RMA = re.compile(r"RMA-[2-9A-HJ-NP-Z]{8}")
REASON = "It does not suit me after all."


def inside_the_window(walk: Walk) -> None:
    """A return inside the window: RMA, order, label by mail, timeline."""
    days = walk.services.policies.returns.return_window_days
    order = walk.world.order(OrderStatus.DELIVERED, delivered_days_ago=days - 1)
    visitor = walk.visitor()
    asked = visitor.say("I want to return something")
    walk.check("understood as a return", asked.intent, Intent.RETURNS)
    visitor.say(f"{order.order_number} {walk.world.email}")
    done = walk.shown("an RMA is made", visitor.say(REASON), ReturnConfirmed)
    walk.check_that("it is readable", bool(RMA.fullmatch(done.rma)), RMA.pattern, done.rma)
    filed = _only_return(walk, order)
    walk.check("it is kept", (filed.rma, filed.kind), (done.rma, ReturnKind.RETURN))
    walk.check("with the reason", filed.reason, REASON)
    stored = walk.services.orders.get(VERIFIER, order.order_number)
    walk.check("the order is return_pending", stored.status, OrderStatus.RETURN_PENDING)
    _check_ship_by(walk, filed)
    mail = walk.mail("the mail is in the outbox", "rma", walk.mails_of_order(order.order_number))
    walk.check("to the customer of the order", mail.to, walk.world.email)
    walk.check_that("it names the RMA", done.rma in mail.body, done.rma, mail.subject)
    labels = [attachment.filename for attachment in mail.attachments]
    walk.check_that("the label is attached", len(labels) == 1, "one label", labels)
    view = walk.shown("the order is shown again", visitor.say("where is my order"), OrderTimeline)
    entries = [entry.label for entry in view.entries]
    walk.check_that("the timeline tells it", RMA_CREATED in entries, RMA_CREATED, entries)
    again = walk.refused(
        "a second return of the line is refused",
        AlreadyReturning,
        lambda: _request(walk, visitor, stored, "again"),
    )
    walk.check("naming the first", again.rma, done.rma)


def after_the_window(walk: Walk) -> None:
    """A return on the day after the last one is refused, with what is still possible."""
    days = walk.services.policies.returns.return_window_days
    order = walk.world.order(OrderStatus.DELIVERED, delivered_days_ago=days + 1)
    visitor = walk.visitor()
    visitor.say("I want to return something")
    refused = visitor.say(f"{order.order_number} {walk.world.email}")
    if refused.first(ReturnConfirmed) is None and not _says_closed(walk, refused, order, days):
        refused = visitor.say(REASON)
    walk.check("no RMA is made", refused.first(ReturnConfirmed), None)
    delivered = order.shipping.delivered_at
    walk.check_that("the order was delivered", delivered is not None, "a moment", delivered)
    walk.check_that(
        "the reason is the window",
        _says_closed(walk, refused, order, days),
        f"{days} days",
        [reply.kind for reply in refused.replies],
    )
    refusal = walk.refused(
        "the service refuses as well",
        ReturnWindowClosed,
        lambda: _request(walk, visitor, order, "late"),
    )
    walk.check("by the window of the policies", refusal.days, days)
    walk.check("nothing is kept", _returns(walk, order), [])
    walk.check(
        "the order stays delivered",
        walk.services.orders.get(VERIFIER, order.order_number).status,
        OrderStatus.DELIVERED,
    )


def resize(walk: Walk) -> None:
    """A resize is possible after returns have closed, in a size that was understood."""
    policies = walk.services.policies.returns
    days = (policies.return_window_days + policies.resize_window_days) // 2 + 1
    order = walk.world.order(OrderStatus.DELIVERED, delivered_days_ago=days)
    visitor = walk.visitor()
    asked = visitor.say("my ring is too big")
    walk.check("understood as a resize", asked.intent, Intent.RESIZE)
    answer = visitor.say(f"{order.order_number} {walk.world.email}")
    walk.check_said("asked for the size", answer, "resize_ask_size", item=order.lines[0].name)
    done = walk.shown("an RMA is made", visitor.say("US 6.5"), ReturnConfirmed)
    walk.check("for a resize", done.return_kind, ReturnKind.RESIZE)
    filed = _only_return(walk, order)
    walk.check("it is kept", (filed.rma, filed.kind), (done.rma, ReturnKind.RESIZE))
    walk.check_that("in that size", "6.5" in (filed.new_size or ""), "6.5", filed.new_size)
    late = walk.world.order(
        OrderStatus.DELIVERED, delivered_days_ago=policies.resize_window_days + 1
    )
    refused = walk.visitor().send(
        ReturnSubmission(
            order_number=late.order_number,
            email=walk.world.email,
            line_id="1",
            return_kind=ReturnKind.RESIZE,
            new_size="US 6.5",
        )
    )
    walk.check("after its own window it is refused", refused.first(ReturnConfirmed), None)
    walk.check("nothing is kept", _returns(walk, late), [])


def repeated(walk: Walk) -> None:
    """A repeated request answers the first RMA, once."""
    order = walk.world.order(OrderStatus.DELIVERED, delivered_days_ago=3)
    visitor = walk.visitor()
    form = ReturnSubmission(
        order_number=order.order_number,
        email=walk.world.email,
        line_id="1",
        return_kind=ReturnKind.RETURN,
        reason=REASON,
    )
    key = f"verify-{order.order_number}"
    made = walk.shown("an RMA is made", visitor.send(form, key), ReturnConfirmed)
    again = visitor.send(form, key)
    walk.check("recognised as a repeat", again.repeated, True)
    repeat = walk.shown("answered again", again, ReturnConfirmed)
    walk.check("with the same RMA", repeat.rma, made.rma)
    behind = _request(walk, visitor, order, REASON, key)
    walk.check("also past the conversation", behind.rma, made.rma)
    walk.check("one return is kept", [r.rma for r in _returns(walk, order)], [made.rma])
    walk.mail("one mail", "rma", walk.mails_of_order(order.order_number))
    history = walk.services.orders.get(VERIFIER, order.order_number).status_history
    marks = [entry.reference for entry in history if entry.label == RMA_CREATED]
    walk.check("one entry in the history", marks, [made.rma])
    walk.check("one exchange in the conversation", len(visitor.heard(1)), 2)


def _request(
    walk: Walk, visitor: Visitor, order: Order, reason: str, request_id: str | None = None
) -> Return:
    return walk.services.returns.request(
        visitor.actor,
        order=order,
        line_id="1",
        kind=ReturnKind.RETURN,
        reason=reason,
        session_id=visitor.session_id,
        request_id=request_id or f"verify-{reason}",
    )


def _returns(walk: Walk, order: Order) -> list[Return]:
    found = walk.services.returns.for_orders(AGENT, [order.order_number], simulated=True)
    return found.get(order.order_number, [])


def _only_return(walk: Walk, order: Order) -> Return:
    found = _returns(walk, order)
    walk.check_that("one return is kept", len(found) == 1, "one", [one.rma for one in found])
    return found[0]


def _check_ship_by(walk: Walk, filed: Return) -> None:
    """By calendar day of the shop: the day of filing and so many more."""
    days, zone = walk.services.policies.returns.ship_within_days, walk.services.timezone
    expected = date_text(filed.created_at + timedelta(days=days), zone)
    walk.check(f"to be sent within {days} days", date_text(filed.ship_by, zone), expected)


def _says_closed(walk: Walk, result: TurnResult, order: Order, days: int) -> bool:
    """The sentence that names the window, with the day of delivery."""
    if order.shipping.delivered_at is None:
        return False
    date = date_text(order.shipping.delivered_at, walk.services.timezone)
    sentence = walk.say(
        "return_window_closed", order_number=order.order_number, date=date, days=days
    )
    return sentence in plain_text(result.replies)
