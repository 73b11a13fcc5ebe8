"""WooCommerce's orders (REST v3 JSON): one entry an order, repeated entries as written last.

Status: its own words mapped to ours; `completed` is shipped and leaves an estimate of delivery, as
WooCommerce knows none. Times come from the UTC fields.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from concierge.exchange import values
from concierge.exchange.csv_rows import MOST_ROWS_OF_ONE
from concierge.exchange.faults import Faults
from concierge.exchange.models import SESSION_ATTRIBUTE, Entry
from concierge.exchange.woocommerce import Fields, WooCommerceFile, key_of, moment, part, parts
from concierge.orders.models import (
    OrderDraft,
    OrderLine,
    OrderStatus,
    Payment,
    Shipping,
    Totals,
)
from concierge.orders.timeline import delivery_estimate

_MARKS = frozenset({"line_items", "billing", "order_key", "shipping_lines", "date_paid", "total"})
_STATUS = {
    "pending": OrderStatus.CREATED,
    "on-hold": OrderStatus.CREATED,
    "processing": OrderStatus.PROCESSING,
    "completed": OrderStatus.SHIPPED,
    "cancelled": OrderStatus.CANCELLED,
    "failed": OrderStatus.CANCELLED,
    "trash": OrderStatus.CANCELLED,
    "refunded": OrderStatus.RETURNED,
}


class WooCommerceOrders(WooCommerceFile[OrderDraft]):
    """See `exchange.models.Source`."""

    name = "woocommerce"
    key_field = "number"

    def __init__(self, path: Path, encoding: str, estimate_days: int) -> None:
        self._estimate_days = estimate_days
        super().__init__(path, encoding, "WooCommerce order export", _MARKS, self._entry)

    def _entry(self, fields: Fields, line: int) -> Entry[OrderDraft]:
        key = key_of(fields, "number", "id")
        faults = Faults(line, key)
        if not key:
            faults.add("number", "is missing")
        draft = self._draft(key, fields, faults)
        products = {
            str(number): product
            for number, item in enumerate(parts(fields, "line_items"), start=1)
            if (product := key_of(item, "product_id")) not in ("", "0")
        }
        return Entry(line, key, 1, draft, faults.found, products)

    def _draft(self, key: str, fields: Fields, faults: Faults) -> OrderDraft | None:
        def cents(name: str) -> int:
            return faults.read(name, values.cents, fields.get(name), 0)

        status = _STATUS.get(values.text(fields.get("status")).removeprefix("wc-"))
        if status is None:
            faults.add("status", "is not a status of an order")
        placed = moment(fields, "date_created", faults)
        if placed is None:
            faults.add("date_created", "is missing")
        sent, paid = moment(fields, "date_completed", faults), moment(fields, "date_paid", faults)
        changed = moment(fields, "date_modified", faults)
        billing, shipping = part(fields, "billing"), part(fields, "shipping")
        email = faults.read("billing.email", values.email, billing.get("email"), None)
        currency = faults.read("currency", values.currency, fields.get("currency"), "USD")
        lines = _lines(fields, faults)
        total, discount = cents("total"), cents("discount_total")
        postage, tax = cents("shipping_total"), cents("total_tax")
        if placed is None or status is None or faults.found:
            return None
        return OrderDraft(
            order_number=key,
            external_id=key_of(fields, "id") or key,
            status=status,
            lines=tuple(lines),
            currency=currency,
            totals=Totals(
                subtotal_cents=sum(line.price_cents * line.quantity for line in lines),
                shipping_cents=postage,
                tax_cents=tax,
                discount_cents=discount,
                total_cents=total,
            ),
            payment=Payment(status=_payment(fields, status, paid is not None), paid_at=paid),
            shipping=Shipping(
                shipped_at=sent,
                delivery_estimate_at=delivery_estimate(sent, status, self._estimate_days),
                postal_code=values.postal_code(shipping.get("postcode") or billing.get("postcode")),
                city=values.name(shipping.get("city") or billing.get("city")) or None,
                country=values.name(shipping.get("country") or billing.get("country")) or None,
            ),
            customer_email=email,
            customer_name=_person(shipping) or _person(billing),
            concierge_session_id=_session(fields),
            cancelled_at=changed if status is OrderStatus.CANCELLED else None,
            placed_at=placed,
        )


def _payment(fields: Fields, status: OrderStatus, paid: bool) -> str:
    if status is OrderStatus.RETURNED:
        return "refunded"
    if parts(fields, "refunds"):
        return "partially_refunded"
    # Paid by transfer, an order may be completed without a date of payment.
    return "paid" if paid or status is OrderStatus.SHIPPED else "pending"


def _person(address: Fields) -> str | None:
    return values.name(f"{address.get('first_name', '')} {address.get('last_name', '')}") or None


def _session(fields: Fields) -> str | None:
    told = (item for item in parts(fields, "meta_data") if item.get("key") == SESSION_ATTRIBUTE)
    return next((values.text(item.get("value"), 64) for item in told), None) or None


def _lines(fields: Fields, faults: Faults) -> list[OrderLine]:
    """The line items; their ids are their places, as a SKU may stand there twice."""
    items = parts(fields, "line_items")
    if not items:
        faults.add("line_items", "is missing: the order has no line items")
    if len(items) > MOST_ROWS_OF_ONE:
        faults.add("line_items", f"has more than {MOST_ROWS_OF_ONE} entries")
        return []
    lines = []
    for number, item in enumerate(items, start=1):
        field = f"line_items[{number}]"
        name = values.name(item.get("name"))
        if not name:
            faults.add(f"{field}.name", "is missing")
        quantity = faults.read(f"{field}.quantity", values.quantity, item.get("quantity"), 1)
        price = faults.read(f"{field}.price", values.cents, _price(item, quantity), 0)
        lines.append(
            OrderLine(
                line_id=str(number),
                sku=values.text(item.get("sku"), 120) or None,
                name=name,
                quantity=quantity,
                price_cents=price,
            )
        )
    return lines


def _price(item: Fields, quantity: int) -> Any:
    """The price of one piece: said, or the line's subtotal shared out."""
    if item.get("price") is not None:
        return item["price"]
    try:
        return values.number(item.get("subtotal", "0")) / Decimal(quantity)
    except values.BadValue:
        return item.get("subtotal")
