"""What stands on the stage before the first word: customers and orders, counted back from then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from concierge.catalog.models import Product
from concierge.customers.models import CustomerDraft
from concierge.orders.models import (
    OrderDraft,
    OrderLine,
    OrderStatus,
    Payment,
    Shipping,
    StatusEntry,
    Totals,
)
from concierge.rehearsal.models import CustomerSetting, Line, OrderSetting, Scenario
from concierge.rehearsal.stage import Rooms
from concierge.sessions.models import SessionContext

SOURCE = "rehearsal"
CARRIER, TRACKING = "Example Post", "EX123456785"
_WAY = (
    OrderStatus.CREATED,
    OrderStatus.PROCESSING,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.RETURN_PENDING,
    OrderStatus.RETURNED,
)
_USUAL_DELIVERY = timedelta(days=3)
_ON_THE_WAY = timedelta(days=2)
_IN_THE_WORKSHOP = timedelta(days=3)
_PRICE_CENTS = 10_000
"""Of a piece the catalogue does not have."""


def begins_at(scenario: Scenario, now: datetime) -> datetime:
    """The device's clock as a moment, aware UTC."""
    if scenario.clock is None:
        return now
    local = datetime.fromisoformat(scenario.clock).replace(tzinfo=ZoneInfo(scenario.timezone))
    return local.astimezone(UTC)


def furnish(rooms: Rooms, scenario: Scenario, start: datetime) -> None:
    """Stores the scenario's people and their orders."""
    people = [scenario.customer, *scenario.others]
    rooms.customers.upsert_many(
        CustomerDraft(
            email=person.email, name=person.name, tier=person.tier, timezone=scenario.timezone
        )
        for person in people
    )
    wanted = {line.piece for person in people for order in person.orders for line in order.lines}
    pieces = rooms.catalog.get_many(wanted)
    rooms.orders.upsert_from(SOURCE, list(_drafts(people, pieces, start)))


def context_of(scenario: Scenario) -> SessionContext:
    """Where the customer comes from."""
    return SessionContext(
        page=scenario.page,
        product_id=scenario.product,
        cart=list(scenario.cart),
        timezone=scenario.timezone,
    )


def _drafts(
    people: list[CustomerSetting], pieces: dict[str, Product], start: datetime
) -> Iterator[OrderDraft]:
    for person in people:
        for order in person.orders:
            yield _draft(person, order, pieces, start)


def _draft(
    person: CustomerSetting, order: OrderSetting, pieces: dict[str, Product], start: datetime
) -> OrderDraft:
    history = _history(order, start)
    when = {entry.status: entry.at for entry in history}
    lines = tuple(_line(number, line, pieces) for number, line in enumerate(order.lines, start=1))
    total = sum(line.price_cents * line.quantity for line in lines)
    sent = OrderStatus.SHIPPED in when
    return OrderDraft(
        order_number=order.number,
        external_id=order.number,
        status=order.status,
        lines=lines,
        totals=Totals(subtotal_cents=total, total_cents=total),
        payment=Payment(status=order.payment, paid_at=history[0].at),
        shipping=Shipping(
            carrier=CARRIER if sent else None,
            tracking_number=TRACKING if sent else None,
            shipped_at=when.get(OrderStatus.SHIPPED),
            delivered_at=when.get(OrderStatus.DELIVERED),
            postal_code=order.postal_code,
            city="Exampleville",
            country="US",
        ),
        customer_email=person.email,
        customer_name=person.name,
        cancelled_at=when.get(OrderStatus.CANCELLED),
        placed_at=history[0].at,
        history=history,
    )


def _line(number: int, line: Line, pieces: dict[str, Product]) -> OrderLine:
    piece = pieces.get(line.piece)
    price = line.price_cents
    if price is None:
        price = piece.price_cents if piece is not None else _PRICE_CENTS
    return OrderLine(
        line_id=str(number),
        product_id=line.piece if piece is not None else None,
        name=line.name or (piece.name if piece is not None else line.piece.replace("-", " ")),
        quantity=line.quantity,
        price_cents=price,
        custom=line.custom,
        engraved=line.engraved,
    )


def _history(order: OrderSetting, start: datetime) -> tuple[StatusEntry, ...]:
    """As far as the status goes, each step at its given time or at a usual one before it."""
    delivered = order.delivered if order.delivered is not None else _USUAL_DELIVERY
    reached = order.status in _WAY[3:]
    shipped = order.shipped
    if shipped is None:
        shipped = delivered + _ON_THE_WAY if reached else _ON_THE_WAY
    sent = reached or order.status is OrderStatus.SHIPPED
    placed = order.placed
    if placed is None:
        placed = shipped + _IN_THE_WORKSHOP if sent else _IN_THE_WORKSHOP
    steps = [(OrderStatus.CREATED, placed)]
    if order.status is not OrderStatus.CREATED:
        steps.append(
            (OrderStatus.PROCESSING, placed - (placed - (shipped if sent else placed / 2)) / 2)
        )
    if sent:
        steps.append((OrderStatus.SHIPPED, shipped))
    if reached:
        steps.append((OrderStatus.DELIVERED, delivered))
    if order.status in {*_WAY[4:], OrderStatus.CANCELLED}:
        steps.append((order.status, steps[-1][1] / 2))
    return tuple(StatusEntry(status=status, at=start - ago) for status, ago in steps)
