"""Volume for rehearsal: many orders, tickets and events at once, all through the services.

Everything is derived from the seed: the same seed again makes nothing new. Tickets and events are
marked as simulated; orders come from the source `volume`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from concierge.catalog.models import Product, ProductQuery
from concierge.catalog.service import CatalogService
from concierge.core.actor import Actor, Role
from concierge.core.batches import batches
from concierge.core.clock import ManualClock
from concierge.core.ids import derived_id
from concierge.core.upserts import UpsertCounts
from concierge.detection.models import Intent
from concierge.events.catalog import FUNNEL_STEPS
from concierge.events.models import Event
from concierge.events.recorder import EventRecorder
from concierge.orders.models import (
    OrderDraft,
    OrderLine,
    OrderStatus,
    Payment,
    Shipping,
    StatusEntry,
    Totals,
)
from concierge.orders.service import OrdersService
from concierge.tickets.models import Source, TicketCustomerDraft, TicketDraft
from concierge.tickets.service import TicketsService

SOURCE = "volume"
VARIANT = "volume"
MAKER = Actor.system("volume")
AGENTS = tuple(Actor.staff(f"volume-{n}", {Role.AGENT}) for n in range(1, 9))
PEOPLE = 5_000
SUBJECTS = (
    "A stone sits loose in its setting",
    "Wrong size, and the party is on Saturday",
    "Can this be wrapped as a present",
    "The clasp opens by itself",
    "Which metal suits an allergy to nickel",
    "The parcel says delivered and is not here",
    "Two of the same, for two sisters",
    "Please change the address before it leaves",
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Wanted:
    """How many of each."""

    tickets: int = 0
    orders: int = 0
    sessions: int = 0
    events: int = 0

    @property
    def anything(self) -> bool:
        return any((self.tickets, self.orders, self.sessions, self.events))


def make_orders(
    orders: OrdersService,
    catalog: CatalogService,
    count: int,
    *,
    now: datetime,
    days: int,
    seed: int,
    progress: Progress,
) -> UpsertCounts:
    """Orders of the last `days`, in every status that their age allows."""
    pieces = catalog.search(ProductQuery(ready_to_ship=False, limit=100)).items
    drafts = _order_drafts(random.Random(seed), pieces, count, now, days, seed)
    counts, done = UpsertCounts(), 0
    for batch in batches(drafts):
        counts += orders.upsert_from(SOURCE, batch)
        done += len(batch)
        progress(done, count)
    return counts


def make_tickets(
    tickets: TicketsService,
    clock: ManualClock,
    count: int,
    *,
    now: datetime,
    days: int,
    seed: int,
    progress: Progress,
) -> int:
    """Tickets of the last `days`: the older ones resolved, some taken, the newest waiting.

    `clock` is the clock of `tickets`. They follow ratings, so that nobody is written to.
    """
    for index in range(count):
        # Each its own chance, so that a repeat draws the same whatever there is already.
        source = random.Random(f"{seed}:{index}")
        age = timedelta(days=days) * (1 - index / count) + timedelta(seconds=1)
        clock.set(now - age)
        person = source.randrange(PEOPLE)
        draft = TicketDraft(
            customer=TicketCustomerDraft(
                name=f"Vola Example {person}", email=f"vola.{person}@example.org"
            ),
            message=f"{source.choice(SUBJECTS)}. It is about piece {source.randrange(900) + 100}.",
            urgent=source.random() < 0.03,
            intent=source.choice([intent.value for intent in Intent]),
            source=Source.RATING,
            tags=["volume"],
            simulated=True,
        )
        ticket = tickets.open(MAKER, draft, request_id=f"volume:{seed}:{index}")
        fate = source.random()
        if ticket.assignee is None and (age > timedelta(days=2) or fate < 0.4):
            agent = source.choice(AGENTS)
            clock.advance(timedelta(minutes=source.randint(2, 90)))
            ticket = tickets.claim(agent, ticket.ticket_id)
            if age > timedelta(days=2) and fate < 0.9:
                clock.advance(timedelta(minutes=source.randint(5, 600)))
                tickets.resolve(
                    agent, ticket.ticket_id, ticket.version, f"volume:{seed}:{index}:resolve"
                )
        progress(index + 1, count)
    return count


def make_events(
    recorder: EventRecorder,
    count: int,
    *,
    now: datetime,
    days: int,
    seed: int,
    progress: Progress,
) -> int:
    """Chains of the funnel's steps, each session as far as chance takes it."""
    done = 0
    for batch in batches(_events(random.Random(seed), count, now, days, seed), 5_000):
        recorder.record(batch)
        while not recorder.flush():
            pass  # the queue is bounded: what it cannot take would be dropped
        done += len(batch)
        progress(done, count)
    return done


def _order_drafts(
    source: random.Random,
    pieces: Sequence[Product],
    count: int,
    now: datetime,
    days: int,
    seed: int,
) -> Iterator[OrderDraft]:
    for index in range(count):
        placed = now - timedelta(days=days) * source.random() - timedelta(minutes=1)
        person = source.randrange(PEOPLE)
        lines = tuple(
            _line(source, pieces, place) for place in range(1, source.choice((1, 1, 1, 2, 3)) + 1)
        )
        subtotal = sum(line.price_cents * line.quantity for line in lines)
        history = _history(source, placed, now)
        when = {entry.status: entry.at for entry in history}
        yield OrderDraft(
            order_number=f"VOL-{seed}-{index:07d}",
            external_id=f"{seed}-{index}",
            status=history[-1].status,
            lines=lines,
            totals=Totals(subtotal_cents=subtotal, total_cents=subtotal),
            payment=Payment(status="paid", paid_at=placed),
            shipping=Shipping(
                carrier="Volume Post" if OrderStatus.SHIPPED in when else None,
                tracking_number=f"VP{seed}{index:08d}" if OrderStatus.SHIPPED in when else None,
                shipped_at=when.get(OrderStatus.SHIPPED),
                delivered_at=when.get(OrderStatus.DELIVERED),
                postal_code=f"{10_000 + person}",
                country="US",
            ),
            customer_email=f"vola.{person}@example.org",
            customer_name=f"Vola Example {person}",
            cancelled_at=when.get(OrderStatus.CANCELLED),
            placed_at=placed,
            history=history,
        )


def _line(source: random.Random, pieces: Sequence[Product], place: int) -> OrderLine:
    piece = source.choice(pieces) if pieces else None
    return OrderLine(
        line_id=str(place),
        product_id=piece.id if piece else None,
        name=piece.name if piece else f"Piece {source.randrange(900) + 100}",
        price_cents=piece.price_cents if piece else source.randrange(5_000, 90_000),
    )


def _history(source: random.Random, placed: datetime, now: datetime) -> tuple[StatusEntry, ...]:
    """The steps that had time to happen; one order in thirty is cancelled."""
    entries = [StatusEntry(status=OrderStatus.CREATED, at=placed)]
    at = placed
    path = [OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED]
    if source.random() < 1 / 30:
        path = [OrderStatus.CANCELLED]
    for status in path:
        at += timedelta(hours=source.randint(4, 60))
        if at >= now:
            break
        entries.append(StatusEntry(status=status, at=at))
    return tuple(entries)


def _events(
    source: random.Random, count: int, now: datetime, days: int, seed: int
) -> Iterator[Event]:
    made = session = 0
    while made < count:
        session += 1
        at = now - timedelta(days=days) * source.random()
        session_id = derived_id(SOURCE, seed, session)
        for event in FUNNEL_STEPS:
            if made == count:
                return
            yield Event(
                id=derived_id(SOURCE, seed, session, event.value),
                event=event,
                ts=at,
                session_id=session_id,
                intent=Intent.PRODUCT_SEARCH.value,
                variant=VARIANT,
                channel="widget",
                simulated=True,
            )
            made += 1
            at += timedelta(seconds=source.randint(2, 300))
            if source.random() < 0.35:
                break
