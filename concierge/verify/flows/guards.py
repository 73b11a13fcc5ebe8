"""Who is counted, who may do what, and whose conversation it is."""

from __future__ import annotations

from collections.abc import Callable

from concierge.chat.models import Turn
from concierge.core.actor import Actor
from concierge.core.errors import ConciergeError, Forbidden, NotFound
from concierge.events.catalog import FUNNEL_STEPS
from concierge.insights.funnel_models import Dimension, FunnelQuery
from concierge.orders.models import OrderStatus
from concierge.replies.models import OrderTimeline, ProductGrid
from concierge.sessions.errors import SessionNotFound
from concierge.sessions.models import Channel
from concierge.tickets.models import TicketFilter
from concierge.verify.flows.products import piece_to_find
from concierge.verify.walk import AGENT, ANALYST, MANAGER, Walk
from concierge.verify.world import VARIANT

WALKED = 4
"""The first steps of the funnel; the last one, an order placed, is the shop's to report."""


def funnel(walk: Walk) -> None:
    """A session counts once at each of the first four steps, and only among the simulated."""
    before = _counts(walk, simulated=True)
    visitor = walk.visitor()
    piece = piece_to_find(walk)
    what, budget = walk.say(f"category_{piece.category}"), piece.price_cents // 100 + 1
    shown = visitor.say(f"show me {what} under ${budget}")
    walk.shown("pieces are shown", shown, ProductGrid)
    visitor.say("save the first one")
    after = _counts(walk, simulated=True)
    steps = [event.value for event in FUNNEL_STEPS]
    gained = dict(zip(steps, [a - b for a, b in zip(after, before, strict=True)], strict=True))
    expected = dict(zip(steps, [1] * WALKED + [0] * (len(steps) - WALKED), strict=True))
    walk.check("one more at each of the first four steps", gained, expected)
    walk.check("none of it in the live figures", _counts(walk, simulated=False), [0] * len(steps))
    walk.services.events.flush()
    query = FunnelQuery(include_simulated=True)
    audit = walk.services.funnel.compute(ANALYST, query, audit=True).audit
    walk.check_that(
        "the events tell of them too",
        audit is not None and audit.steps[WALKED - 1].by_events >= 1,
        "1 or more",
        None if audit is None else audit.steps[WALKED - 1].by_events,
    )


def roles(walk: Walk) -> None:
    """Every role is refused what is not its own, by the services."""
    services = walk.services
    order = walk.world.order(OrderStatus.PROCESSING)
    visitor = walk.visitor()
    query = FunnelQuery()
    refusals: list[tuple[str, Callable[[], object]]] = [
        ("an analyst opens no tickets", lambda: services.tickets.queue(ANALYST, TicketFilter())),
        ("an analyst uses no chat", lambda: _open_chat(walk, ANALYST)),
        ("a manager opens no tickets", lambda: services.tickets.queue(MANAGER, TicketFilter())),
        ("an agent reads no funnel", lambda: services.funnel.compute(AGENT, query)),
        ("an agent manages no accounts", lambda: services.accounts.list(AGENT)),
        ("an analyst manages no accounts", lambda: services.accounts.list(ANALYST)),
        ("a customer opens no queue", lambda: services.tickets.queue(visitor.actor)),
        ("a customer reads no orders", lambda: services.orders.get(visitor.actor, "GG-1")),
        ("a customer reads no funnel", lambda: services.funnel.compute(visitor.actor, query)),
    ]
    for name, call in refusals:
        walk.refused(name, Forbidden, call)
    seen = services.orders.get(ANALYST, order.order_number)
    person = (seen.customer_email, seen.customer_name, seen.shipping.postal_code)
    real = (order.customer_email, order.customer_name, order.shipping.postal_code)
    shown = [value for value, true in zip(person, real, strict=True) if value == true]
    walk.check("an analyst sees an order without its person", shown, [])
    known = services.orders.get(AGENT, order.order_number).customer_email
    walk.check("an agent sees the person", known, walk.world.email)


def sessions_apart(walk: Walk) -> None:
    """A customer reaches the own conversation and no other, nor what it has proven."""
    services = walk.services
    order = walk.world.order(OrderStatus.PROCESSING)
    owner, stranger = walk.visitor(), walk.visitor()
    owner.say("where is my order")
    proven = owner.say(f"{order.order_number} {walk.world.email}")
    walk.shown("the owner has proven an order", proven, OrderTimeline)
    turn = Turn(session_id=owner.session_id, text="where is my order", request_id="verify-other")
    attempts: list[tuple[str, type[ConciergeError], Callable[[], object]]] = [
        (
            "nobody speaks for another",
            SessionNotFound,
            lambda: services.chat.handle(stranger.actor, turn),
        ),
        (
            "nobody reads along",
            SessionNotFound,
            lambda: services.chat.changes(stranger.actor, owner.session_id, 0),
        ),
        (
            "nobody sees another's shortlist",
            NotFound,
            lambda: services.shortlists.get(stranger.actor, owner.session_id),
        ),
        (
            "nobody sees another's tickets",
            NotFound,
            lambda: services.tickets.for_session(stranger.actor, owner.session_id),
        ),
    ]
    for name, error, call in attempts:
        walk.refused(name, error, call)
    said = stranger.say(f"where is my order {order.order_number}")
    walk.check("a proof counts for its own conversation", said.first(OrderTimeline), None)
    actor = services.sessions.authenticate("not-a-token-of-ours")
    walk.check("an invented token opens nothing", actor, None)
    texts = [entry.text for entry in owner.heard(1)]
    walk.check("the owner's conversation is as it was", len(texts), 4)


def _open_chat(walk: Walk, actor: Actor) -> object:
    return walk.services.chat.open(actor, channel=Channel.STAFF_CHAT, simulated=True)


def _counts(walk: Walk, *, simulated: bool) -> list[int]:
    """Sessions of our own variant at each step."""
    query = FunnelQuery(by=(Dimension.VARIANT,), include_simulated=simulated)
    computed = walk.services.funnel.compute(ANALYST, query)
    for group in computed.groups:
        if group.key.get(Dimension.VARIANT.value) == VARIANT:
            return [step.count for step in group.steps]
    return [0] * len(FUNNEL_STEPS)
