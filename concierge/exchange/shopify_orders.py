"""Shopify's order export (CSV): a row for each line item, the order's columns on the first only.

The first row of an order must be right, or the order is not taken in. A wrong row below it costs
only its line item. An order written again further down is taken as written last.

Status: cancelled when it has a cancellation date; else returned when refunded; else shipped when
fulfilled; else processing when paid, created when not. Fulfilled orders name no delivery, so they
leave an estimate.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from concierge.exchange import values
from concierge.exchange.csv_rows import MOST_ROWS_OF_ONE, CsvFile, CsvRow, Group, Grouping
from concierge.exchange.faults import Faults
from concierge.exchange.models import SESSION_ATTRIBUTE, Entry, Rejection
from concierge.exchange.shopify import KINDS, ORDER_EXPORT
from concierge.orders.models import (
    OrderDraft,
    OrderLine,
    OrderStatus,
    Payment,
    Shipping,
    Totals,
)
from concierge.orders.timeline import delivery_estimate

_ORDER_COLUMNS = ("Financial Status", "Created at", "Currency", "Total")
_LINE_COLUMNS = ("Lineitem name", "Lineitem quantity", "Lineitem price", "Lineitem sku")
_PAID = {"paid", "partially_paid", "partially_refunded"}


class ShopifyOrders:
    """See `exchange.models.Source`."""

    name = "shopify"
    key_field = "Name"

    def __init__(self, path: Path, encoding: str, estimate_days: int) -> None:
        self._estimate_days = estimate_days
        file = CsvFile(path, encoding, ORDER_EXPORT, KINDS)
        # Whoever fills the order's columns again writes the order again.
        self._grouping = Grouping(file, self.key_field, _carries, lambda _group, _row: True)

    def scan(self) -> int:
        return self._grouping.scan()

    def entries(self) -> Iterator[Entry[OrderDraft]]:
        for group in self._grouping.groups():
            yield self._entry(group)

    def _entry(self, group: Group) -> Entry[OrderDraft]:
        head, key = group.rows[0], values.text(group.key, 64)
        if group.orphan:
            faults = Faults(head.line, key)
            faults.add("Created at" if key else self.key_field, "is missing")
            return Entry(head.line, key, 1, None, faults.found)
        head_faults = Faults(head.line, key)
        rejected: list[Rejection] = []
        lines: list[OrderLine] = []
        for number, row in enumerate(group.rows, start=1):
            faults = head_faults if row is head else Faults(row.line, key)
            if row.surplus:
                faults.add("", f"has {row.surplus} cells too many")
            if number > MOST_ROWS_OF_ONE:
                faults.add(self.key_field, f"has more than {MOST_ROWS_OF_ONE} rows")
            # A first row without a line item may still have some below it.
            line = _line(row, number, faults) if row is not head or _has_line(row) else None
            if line is not None and not faults.found:
                lines.append(line)
            if row is not head:
                rejected += faults.found
        if not lines:
            head_faults.add("Lineitem name", "is missing: the order has no line items")
        draft = self._draft(key, head, lines, head_faults)
        if head_faults.found:
            return Entry(head.line, key, len(group.rows), None, (*head_faults.found, *rejected))
        return Entry(head.line, key, len(group.rows), draft, tuple(rejected))

    def _draft(
        self, key: str, head: CsvRow, lines: list[OrderLine], faults: Faults
    ) -> OrderDraft | None:
        def cents(column: str) -> int:
            return faults.read(column, values.cents, head.get(column), 0)

        def moment(column: str) -> datetime | None:
            return faults.read(column, values.moment, head.get(column), None)

        placed = moment("Created at")
        if placed is None:
            faults.add("Created at", "is missing")
        cancelled, sent, paid = moment("Cancelled at"), moment("Fulfilled at"), moment("Paid at")
        financial = head.get("Financial Status").casefold() or "pending"
        status = _status(
            financial, head.get("Fulfillment Status").casefold(), cancelled is not None
        )
        currency = faults.read("Currency", values.currency, head.get("Currency"), "USD")
        email = faults.read("Email", values.email, head.get("Email"), None)
        discount = head.get("Discount Amount").lstrip("-")
        subtotal, postage, tax = cents("Subtotal"), cents("Shipping"), cents("Taxes")
        totals = Totals(
            subtotal_cents=subtotal,
            shipping_cents=postage,
            tax_cents=tax,
            discount_cents=faults.read("Discount Amount", values.cents, discount, 0),
            total_cents=cents("Total") if head.get("Total") else subtotal + postage + tax,
        )
        if placed is None or faults.found:
            return None
        return OrderDraft(
            order_number=key,
            external_id=values.text(head.get("Id"), 64) or key,
            status=status,
            lines=tuple(lines),
            currency=currency,
            totals=totals,
            payment=Payment(status=values.text(financial, 40), paid_at=paid),
            shipping=Shipping(
                shipped_at=sent,
                delivery_estimate_at=delivery_estimate(sent, status, self._estimate_days),
                postal_code=values.postal_code(head.get("Shipping Zip") or head.get("Billing Zip")),
                city=values.name(head.get("Shipping City") or head.get("Billing City")) or None,
                country=values.name(head.get("Shipping Country") or head.get("Billing Country"))
                or None,
            ),
            customer_email=email,
            customer_name=values.name(head.get("Shipping Name") or head.get("Billing Name"))
            or None,
            concierge_session_id=_session(head.get("Note Attributes")),
            cancelled_at=cancelled,
            placed_at=placed,
        )


def _session(attributes: str) -> str | None:
    """From the order's own attributes, one `name: value` a line."""
    for line in attributes.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == SESSION_ATTRIBUTE:
            return values.text(value, 64) or None
    return None


def _carries(row: CsvRow) -> bool:
    return any(row.get(column) for column in _ORDER_COLUMNS)


def _has_line(row: CsvRow) -> bool:
    return any(row.get(column) for column in _LINE_COLUMNS)


def _status(financial: str, fulfilment: str, cancelled: bool) -> OrderStatus:
    if cancelled:
        return OrderStatus.CANCELLED
    if financial == "refunded":
        return OrderStatus.RETURNED
    if fulfilment == "fulfilled":
        return OrderStatus.SHIPPED
    return OrderStatus.PROCESSING if financial in _PAID else OrderStatus.CREATED


def _line(row: CsvRow, number: int, faults: Faults) -> OrderLine | None:
    """The line item; its id is its place in the order, as a SKU may stand there twice."""
    name = values.name(row.get("Lineitem name"))
    if not name:
        faults.add("Lineitem name", "is missing")
    quantity = faults.read("Lineitem quantity", values.quantity, row.get("Lineitem quantity"), 1)
    price = faults.read("Lineitem price", values.cents, row.get("Lineitem price"), 0)
    if faults.found:
        return None
    return OrderLine(
        line_id=str(number),
        sku=values.text(row.get("Lineitem sku"), 120) or None,
        name=name,
        quantity=quantity,
        price_cents=price,
    )
