"""Orders with all the concierge knows about them: one query per collection, however many orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from concierge.core.actor import Actor, Permission
from concierge.core.clock import Clock
from concierge.core.documents import Embedded, UtcDatetime
from concierge.core.mongo import Mongo, Row
from concierge.core.paging import Page
from concierge.core.policies import Policies
from concierge.core.privacy import MASK
from concierge.csat.models import CSAT_FEEDBACK, Csat, CsatFilter, CsatKind
from concierge.csat.service import CsatService
from concierge.insights.ratings import FollowUps, RatingRow
from concierge.orders.models import Order, OrderFilter, OrderStatus
from concierge.orders.service import OrdersService
from concierge.orders.timeline import RMA_CREATED, timeline
from concierge.replies.models import TimelineEntry
from concierge.returns.models import Return
from concierge.returns.service import ReturnsService
from concierge.sessions.models import WidgetSession
from concierge.sessions.service import SessionsService
from concierge.subscriptions.models import Subscription
from concierge.subscriptions.service import SubscriptionsService
from concierge.tickets.models import Status, TicketRow
from concierge.tickets.service import TicketsService

PAGE = 50
SESSIONS = 20
"""Conversations of one order that its detail tells; the list of conversations has them all."""


class OrderRow(Embedded):
    """An order in the list. Ticket fields are empty for who may not read tickets.

    `csat_score` is the newest rating, 1 to 5, and `csat_kind` says of whom. `has_concierge`: the
    concierge had to do with it, by a conversation, a rating, a return, a ticket or order updates.
    """

    order_number: str
    placed_at: UtcDatetime
    status: OrderStatus
    total_cents: int
    currency: str
    items: list[str]
    customer_name: str | None = None
    customer_email: str | None = None
    has_concierge: bool = False
    sessions: int = 0
    csat_score: int | None = None
    csat_kind: CsatKind | None = None
    ticket_id: str | None = None
    ticket_status: Status | None = None
    tickets: int = 0
    rma: str | None = None
    return_kind: str | None = None
    return_status: str | None = None
    updates: int = 0


class Happening(StrEnum):
    """What an entry of an order's one timeline tells."""

    ORDER = "order"
    CONVERSATION = "conversation"
    HANDED_OVER = "handed_over"
    RETURN = "return"
    TICKET_OPENED = "ticket_opened"
    TICKET_REPLIED = "ticket_replied"
    TICKET_RESOLVED = "ticket_resolved"
    RATED = "rated"
    UPDATES_ON = "updates_on"
    UPDATES_OFF = "updates_off"


class Entry(Embedded):
    """One thing that happened to an order, whoever's it was."""

    at: UtcDatetime
    what: Happening
    label: str
    detail: str | None = None
    estimated: bool = False
    score: int | None = None
    csat_kind: CsatKind | None = None
    session_id: str | None = None
    ticket_id: str | None = None
    rma: str | None = None


class OrderDetail(Embedded):
    """One order: its row, itself, everything that happened oldest first, and what lies ahead."""

    row: OrderRow
    order: Order
    entries: list[Entry]
    ahead: list[TimelineEntry]
    sessions: list[str]
    person_taken_out: bool


@dataclass(frozen=True)
class _Known:
    """What the other slices know, by order number."""

    sessions: dict[str, list[WidgetSession]] = field(default_factory=dict)
    csat: dict[str, Csat] = field(default_factory=dict)
    returns: dict[str, list[Return]] = field(default_factory=dict)
    subscriptions: dict[str, list[Subscription]] = field(default_factory=dict)
    tickets: dict[str, list[TicketRow]] = field(default_factory=dict)


class EnrichmentService:
    def __init__(
        self,
        *,
        mongo: Mongo,
        clock: Clock,
        policies: Policies,
        orders: OrdersService,
        sessions: SessionsService,
        csat: CsatService,
        returns: ReturnsService,
        subscriptions: SubscriptionsService,
        tickets: TicketsService,
    ) -> None:
        self._follow_ups = FollowUps(mongo)
        self._ratings = mongo.collection(CSAT_FEEDBACK)
        self._clock = clock
        self._policies = policies
        self._orders = orders
        self._sessions = sessions
        self._csat = csat
        self._returns = returns
        self._subscriptions = subscriptions
        self._tickets = tickets

    def page(
        self,
        actor: Actor,
        filter_: OrderFilter,
        cursor: str | None = None,
        limit: int = PAGE,
        *,
        simulated: bool = False,
    ) -> Page[OrderRow]:
        """Orders, newest first, each with what is known of it; what was only simulated counts on
        request alone."""
        found = self._orders.page(actor, filter_, cursor, limit)
        numbers = [order.order_number for order in found.items]
        known = self._known(actor, numbers, simulated=simulated)
        return Page(
            items=[_row(order, known) for order in found.items],
            next_cursor=found.next_cursor,
            total=found.total,
            total_capped=found.total_capped,
        )

    def detail(self, actor: Actor, order_number: str, *, simulated: bool = False) -> OrderDetail:
        """Everything about one order; raises `OrderNotFound`."""
        order = self._orders.get(actor, order_number)
        number = order.order_number
        known = self._known(actor, [number], simulated=simulated)
        steps = timeline(order, self._clock.now(), self._policies)
        sessions = known.sessions.get(number, [])[:SESSIONS]
        entries = [
            *_of_order(steps, told_by_return=number in known.returns),
            *_of_sessions(sessions),
            *_of_returns(known.returns.get(number, [])),
            *_of_tickets(known.tickets.get(number, [])),
            *_of_ratings(self._all_ratings(actor, number, simulated=simulated)),
            *_of_subscriptions(known.subscriptions.get(number, [])),
        ]
        return OrderDetail(
            row=_row(order, known),
            order=order,
            entries=sorted(entries, key=lambda entry: entry.at),
            ahead=[step for step in steps if step.status == "ahead"],
            sessions=[session.id for session in sessions],
            person_taken_out=not actor.may(Permission.PEOPLE_SEE),
        )

    def ratings(
        self, actor: Actor, filter_: CsatFilter, cursor: str | None = None, limit: int = PAGE
    ) -> Page[RatingRow]:
        """Ratings, newest first; a low one with the state of its follow-up."""
        found = self._csat.comments(actor, filter_, cursor, limit)
        low = [rating for rating in found.items if self._csat.is_low(rating.score)]
        follow_ups = self._follow_ups.of(low)
        rows = [
            RatingRow(rating=one, low=one in low, follow_up=follow_ups.get(one.id))
            for one in found.items
        ]
        return Page(items=rows, next_cursor=found.next_cursor)

    def _known(self, actor: Actor, numbers: Sequence[str], *, simulated: bool) -> _Known:
        if not numbers:
            return _Known()
        may_rate = actor.may(Permission.CSAT_READ)
        may_tickets = actor.may(Permission.TICKETS_READ)
        asked = {"simulated": simulated}
        return _Known(
            sessions=self._sessions.for_orders(actor, numbers, **asked),
            csat=self._csat.for_orders(actor, numbers, **asked) if may_rate else {},
            returns=self._returns.for_orders(actor, numbers, **asked),
            subscriptions=self._subscriptions.for_orders(actor, numbers, **asked),
            tickets=self._tickets.for_orders(actor, numbers, **asked) if may_tickets else {},
        )

    def _all_ratings(self, actor: Actor, number: str, *, simulated: bool) -> list[Csat]:
        """Every rating of one order, not only the newest."""
        if not actor.may(Permission.CSAT_READ):
            return []
        wanted: Row = {"orderNumber": number}
        if not simulated:
            wanted["simulated"] = False
        ratings = [Csat.from_mongo(row) for row in self._ratings.find(wanted)]
        if actor.may(Permission.PEOPLE_SEE):
            return ratings
        return [r.model_copy(update={"notes": MASK}) if r.notes else r for r in ratings]


def _row(order: Order, known: _Known) -> OrderRow:
    number = order.order_number
    sessions = known.sessions.get(number, [])
    returns = sorted(known.returns.get(number, []), key=lambda r: (r.active, r.created_at))
    tickets = known.tickets.get(number, [])
    subscriptions = known.subscriptions.get(number, [])
    rating = known.csat.get(number)
    unresolved = [ticket for ticket in tickets if ticket.status is not Status.RESOLVED]
    ticket = next(iter(unresolved or tickets), None)
    newest_return = returns[-1] if returns else None
    return OrderRow(
        order_number=number,
        placed_at=order.placed_at,
        status=order.status,
        total_cents=order.totals.total_cents,
        currency=order.currency,
        items=[line.name for line in order.lines],
        customer_name=order.customer_name,
        customer_email=order.customer_email,
        has_concierge=bool(
            sessions
            or rating
            or subscriptions
            or any(r.session_id for r in returns)
            or any(t.session_id for t in tickets)
            or order.concierge_session_id
        ),
        sessions=len(sessions),
        csat_score=rating.score if rating else None,
        csat_kind=rating.kind if rating else None,
        ticket_id=ticket.ticket_id if ticket else None,
        ticket_status=ticket.status if ticket else None,
        tickets=len(tickets),
        rma=newest_return.rma if newest_return else None,
        return_kind=newest_return.kind.value if newest_return else None,
        return_status=newest_return.status.value if newest_return else None,
        updates=sum(1 for subscription in subscriptions if subscription.active),
    )


def _of_order(steps: Sequence[TimelineEntry], *, told_by_return: bool) -> list[Entry]:
    """The order's own steps; a return tells its RMA itself, and more of it."""
    return [
        Entry(
            at=step.date,
            what=Happening.ORDER,
            label=f"{step.label}: {step.note}" if step.note else step.label,
            estimated=step.estimated,
        )
        for step in steps
        if step.date is not None
        and step.status != "ahead"
        and not (told_by_return and step.label == RMA_CREATED)
    ]


def _of_sessions(sessions: Sequence[WidgetSession]) -> list[Entry]:
    entries: list[Entry] = []
    for session in sessions:
        entries += _at_each(
            (session.opened_at, Happening.CONVERSATION),
            (session.handoff_at, Happening.HANDED_OVER),
            label=session.intent or "",
            session_id=session.id,
        )
    return entries


def _of_returns(returns: Sequence[Return]) -> list[Entry]:
    return [
        Entry(
            at=one.created_at,
            what=Happening.RETURN,
            label=one.kind.value,
            detail=one.status.value,
            rma=one.rma,
            session_id=one.session_id,
        )
        for one in returns
    ]


def _of_tickets(tickets: Sequence[TicketRow]) -> list[Entry]:
    entries: list[Entry] = []
    for ticket in tickets:
        entries += _at_each(
            (ticket.created_at, Happening.TICKET_OPENED),
            (ticket.first_reply_at, Happening.TICKET_REPLIED),
            (ticket.resolved_at, Happening.TICKET_RESOLVED),
            label=ticket.subject,
            ticket_id=ticket.ticket_id,
        )
    return entries


def _of_ratings(ratings: Sequence[Csat]) -> list[Entry]:
    return [
        Entry(
            at=rating.updated_at,
            what=Happening.RATED,
            label=rating.kind.value,
            detail=rating.notes,
            score=rating.score,
            csat_kind=rating.kind,
            session_id=rating.session_id,
            ticket_id=rating.ticket_id,
        )
        for rating in ratings
    ]


def _of_subscriptions(subscriptions: Sequence[Subscription]) -> list[Entry]:
    entries: list[Entry] = []
    for one in subscriptions:
        entries += _at_each(
            (one.subscribed_at, Happening.UPDATES_ON),
            (one.ended_at, Happening.UPDATES_OFF),
            label=one.channel.value,
            detail=one.address,
            session_id=one.session_id,
        )
    return entries


def _at_each(
    *moments: tuple[datetime | None, Happening],
    label: str,
    detail: str | None = None,
    session_id: str | None = None,
    ticket_id: str | None = None,
) -> list[Entry]:
    return [
        Entry(
            at=at,
            what=what,
            label=label,
            detail=detail,
            session_id=session_id,
            ticket_id=ticket_id,
        )
        for at, what in moments
        if at is not None
    ]
