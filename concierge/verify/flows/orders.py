"""Orders: finding one by proof, changing one, hearing of one."""

from __future__ import annotations

from concierge.chat.models import StylistSubmission, UpdatesSubmission
from concierge.detection.models import Intent
from concierge.notifications.models import Channel
from concierge.orders.models import Order, OrderStatus
from concierge.replies.models import (
    OrderTimeline,
    Reply,
    StylistForm,
    TicketOpened,
    TrackForm,
    UpdatesForm,
    plain_text,
)
from concierge.verify.walk import AGENT, Walk
from concierge.verify.world import CARRIER, POSTAL_CODE, TRACKING, VERIFIER

PHONE = "+12125550101"


def tracking(walk: Walk) -> None:
    """An order is shown to who proves it, and a wrong proof reads like a missing order."""
    order = walk.world.order(OrderStatus.SHIPPED)
    other = walk.world.order(OrderStatus.SHIPPED)
    visitor = walk.visitor()
    walk.shown("asked for a proof", visitor.say("where is my order"), TrackForm)
    wrong = visitor.say(f"{order.order_number} somebody.else@example.org")
    walk.check("a wrong e-mail shows no order", wrong.first(OrderTimeline), None)
    missing_number = walk.world.free_number()
    stranger = walk.visitor()
    stranger.say("where is my order")
    missing = stranger.say(f"{missing_number} {walk.world.email}")
    walk.check_said("a missing order is not found", missing, "order_not_found")
    walk.check(
        "a wrong e-mail reads like a missing order",
        (wrong.intent, _read(wrong.replies)),
        (missing.intent, _read(missing.replies)),
    )
    walk.check("nothing is proven by it", visitor.session.order_number, None)
    walk.check("an unproven order knows of no conversation", _talked(walk, order), [])
    right = visitor.say(f"{order.order_number} {walk.world.email}")
    view = walk.shown("the right e-mail shows the order", right, OrderTimeline)
    walk.check("it is that order", view.order_number, order.order_number)
    walk.check("with its status", view.status, OrderStatus.SHIPPED.value)
    walk.check("and its parcel", (view.carrier, view.tracking_number), (CARRIER, TRACKING))
    done = [entry.label for entry in view.entries if entry.status != "ahead"]
    walk.check("the timeline has its steps", done, ["Created", "Processing", "Shipped"])
    walk.check("the session is proven", visitor.session.order_number, order.order_number)
    walk.check("the order knows the conversation", _talked(walk, order), [visitor.session_id])
    walk.check(
        "which, as it is simulated, leaves no mark on it",
        walk.services.orders.get(VERIFIER, order.order_number).concierge_session_id,
        None,
    )
    by_code = walk.visitor()
    by_code.say("where is my order")
    view = walk.shown(
        "the postal code proves it as well",
        by_code.say(f"{other.order_number} {POSTAL_CODE}"),
        OrderTimeline,
    )
    walk.check("it is the other order", view.order_number, other.order_number)


def change(walk: Walk) -> None:
    """A change of an open order is handed over with the order attached."""
    order = walk.world.order(OrderStatus.PROCESSING)
    visitor = walk.visitor()
    wish = "I gave the wrong address for my order"
    asked = visitor.say(wish)
    walk.check("understood as a change", asked.intent, Intent.ORDER_CHANGE)
    walk.shown("asked for a proof", asked, TrackForm)
    offered = visitor.say(f"{order.order_number} {walk.world.email}")
    form = walk.shown("a stylist is offered", offered, StylistForm)
    walk.check("with the order filled in", form.order_number, order.order_number)
    message = "Please send it to the office instead."
    opened = walk.shown(
        "it is handed over",
        visitor.send(
            StylistSubmission(name=walk.world.name, email=walk.world.email, message=message)
        ),
        TicketOpened,
    )
    ticket = walk.services.tickets.get(AGENT, opened.ticket_id)
    walk.check("the order is attached", ticket.order_number, order.order_number)
    walk.check("the ticket says what about", ticket.intent, Intent.ORDER_CHANGE.value)
    walk.check("it is marked as simulated", ticket.simulated, True)
    said = [line.text for line in ticket.transcript]
    walk.check_that("the transcript has the wish", wish in said, wish, said)
    texts = [entry.text for entry in ticket.messages]
    walk.check_that("the message is there", message in texts, message, texts)
    walk.check(
        "the order itself is untouched",
        walk.services.orders.get(VERIFIER, order.order_number).status,
        OrderStatus.PROCESSING,
    )


def updates(walk: Walk) -> None:
    """Updates of an order are switched on, arrive, and are switched off."""
    order = walk.world.order(OrderStatus.PROCESSING)
    number, email = order.order_number, walk.world.email
    visitor = walk.visitor()
    asked = visitor.say(walk.say("say_updates"))
    walk.check("understood", asked.intent, Intent.ORDER_UPDATES)
    walk.shown("asked for a proof", asked, TrackForm)
    visitor.say(f"{number} {email}")
    form = UpdatesSubmission(order_number=number, email=email)
    on = visitor.send(form)
    walk.check("no form is left open", on.first(UpdatesForm), None)
    walk.check("one subscription, by e-mail", _active(walk, number), [(Channel.EMAIL, email)])
    kept = walk.services.subscriptions.for_orders(AGENT, [number], simulated=True)[number][0]
    walk.check("it knows where it came from", kept.origin_intent, Intent.ORDER_UPDATES.value)
    walk.mail("told that they are on", "order_updates_on", walk.mails_of_order(number))
    visitor.send(UpdatesSubmission(order_number=number, phone=PHONE))
    walk.check(
        "and one by text message",
        sorted(_active(walk, number)),
        sorted([(Channel.EMAIL, email), (Channel.SMS, PHONE)]),
    )
    walk.services.order_changed.record(
        VERIFIER,
        number,
        OrderStatus.SHIPPED,
        at=walk.services.clock.now(),
        request_id=f"verify:{number}",
    )
    told = [mail.to for mail in walk.mails_of_order(number) if mail.kind == "order_status"]
    walk.check("both hear that it was shipped", sorted(told), sorted([email, PHONE]))
    visitor.say(walk.say("say_updates_off"))
    walk.check("switched off by a word", _active(walk, number), [])
    other = walk.world.order(OrderStatus.SHIPPED)
    _refused_without_proof(walk, other.order_number)


def _refused_without_proof(walk: Walk, number: str) -> None:
    stranger = walk.visitor()
    asked = stranger.send(UpdatesSubmission(order_number=number, email="nobody@example.org"))
    walk.shown("nobody subscribes to an unproven order", asked, TrackForm)
    walk.check("nothing was switched on", _active(walk, number), [])


def _talked(walk: Walk, order: Order) -> list[str]:
    number = order.order_number
    found = walk.services.sessions.for_orders(VERIFIER, [number], simulated=True)
    return [session.id for session in found.get(number, [])]


def _active(walk: Walk, number: str) -> list[tuple[Channel, str]]:
    found = walk.services.subscriptions.active_for(number)
    return [(subscription.channel, subscription.address) for subscription in found]


def _read(replies: list[Reply]) -> tuple[str, list[str]]:
    """What a customer can tell apart: the words and the kinds of replies."""
    return plain_text(replies), [reply.kind for reply in replies]
