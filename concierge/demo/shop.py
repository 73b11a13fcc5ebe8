"""Loads `data/shop/*.yaml`: pieces, customers, creators and orders of the demo shop.

Dates in the files are days before "now". They are counted from the day of the first load, which is
read back from what that load stored: loading again moves no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import yaml

from concierge.catalog.models import ProductDraft, Variant
from concierge.catalog.service import CatalogService
from concierge.core.actor import Actor
from concierge.core.errors import ConfigError
from concierge.core.upserts import UpsertCounts
from concierge.customers.models import CustomerDraft, Tier
from concierge.customers.service import CustomersService
from concierge.orders.models import (
    Creator,
    OrderDraft,
    OrderLine,
    OrderStatus,
    Payment,
    Shipping,
    StatusEntry,
    Totals,
)
from concierge.orders.service import OrdersService

SOURCE = "demo"
PICTURES = "/app/static/pieces"
_LOADER = Actor.system("demo-shop")
# Minutes between the steps of an order, so that steps of one day stand in their order.
_MINUTE_OF = {status: minute for minute, status in enumerate(OrderStatus, start=9)}


class Slices(Protocol):
    """What the loader needs of the services."""

    @property
    def catalog(self) -> CatalogService: ...
    @property
    def customers(self) -> CustomersService: ...
    @property
    def orders(self) -> OrdersService: ...


def load_shop(slices: Slices, folder: Path, now: datetime) -> dict[str, UpsertCounts]:
    """Upserts the shop from `folder` (holding `shop/`); safe to repeat.

    Answers what became of `products`, `customers` and `orders`. Raises `ConfigError` that names a
    file that cannot be read.
    """
    shop = {
        name: _read(folder / "shop" / f"{name}.yaml", name)
        for name in ("products", "customers", "creators", "orders")
    }
    people = {person["email"]: person["name"] for person in shop["customers"]}
    names = {piece["id"]: piece["name"] for piece in shop["products"]}
    slices.orders.put_creators(
        [
            Creator(id=c["id"], name=c["name"], commission_percent=c["commission_percent"])
            for c in shop["creators"]
        ]
    )
    day_zero = _day_of_first_load(slices.orders, shop["orders"], now)
    return {
        "products": slices.catalog.upsert_from(SOURCE, product_drafts(shop["products"])),
        "customers": slices.customers.upsert_many(customer_drafts(shop["customers"])),
        "orders": slices.orders.upsert_from(
            SOURCE, order_drafts(shop["orders"], people, names, day_zero)
        ),
    }


def load_pieces(catalog: CatalogService, folder: Path) -> UpsertCounts:
    """Upserts the pieces alone; safe to repeat. Raises `ConfigError` as `load_shop` does."""
    pieces = _read(folder / "shop" / "products.yaml", "products")
    return catalog.upsert_from(SOURCE, product_drafts(pieces))


def product_drafts(pieces: Iterable[dict[str, Any]]) -> Iterator[ProductDraft]:
    """Pieces as `products.yaml` writes them; they keep the ids given there."""
    for piece in pieces:
        yield ProductDraft(
            id=piece["id"],
            external_id=piece["id"],
            handle=piece["id"],
            name=piece["name"],
            description=piece["description"],
            category=piece["category"],
            tags=tuple(tag.casefold() for tag in piece["tags"]),
            metal=piece["metal"],
            gemstones=tuple(piece["gemstones"]),
            currency=piece["currency"],
            images=(f"{PICTURES}/{piece['image']}",),
            variants=tuple(Variant.model_validate(variant) for variant in piece["variants"]),
            featured_in_widget=piece["featured"],
            custom=piece["custom"],
            engravable=piece["engravable"],
        )


def customer_drafts(people: Iterable[dict[str, Any]]) -> Iterator[CustomerDraft]:
    for person in people:
        yield CustomerDraft(
            email=person["email"],
            name=person["name"],
            phone=person.get("phone"),
            tier=Tier(person["tier"]),
            timezone=person.get("timezone"),
        )


def order_drafts(
    orders: Iterable[dict[str, Any]],
    people: dict[str, str],
    names: dict[str, str],
    day_zero: datetime,
) -> Iterator[OrderDraft]:
    """Orders as `orders.yaml` writes them, their days counted back from `day_zero`."""
    for order in orders:
        history = tuple(
            StatusEntry(
                status=OrderStatus(step["status"]),
                at=_at(day_zero, step["days_ago"], OrderStatus(step["status"])),
            )
            for step in order["history"]
        )
        when = {entry.status: entry.at for entry in history}
        lines = tuple(_line(line, names) for line in order["lines"])
        subtotal = sum(line.price_cents * line.quantity for line in lines)
        sent = order["shipped"] or {}
        yield OrderDraft(
            order_number=order["order_number"],
            external_id=order["order_number"],
            status=OrderStatus(order["status"]),
            lines=lines,
            totals=Totals(
                subtotal_cents=subtotal,
                shipping_cents=order["shipping_cents"],
                tax_cents=order["tax_cents"],
                total_cents=subtotal + order["shipping_cents"] + order["tax_cents"],
            ),
            payment=Payment(status=order["payment_status"]),
            shipping=Shipping(
                carrier=sent.get("carrier"),
                tracking_number=sent.get("tracking_number"),
                shipped_at=when.get(OrderStatus.SHIPPED),
                delivered_at=when.get(OrderStatus.DELIVERED),
                postal_code=order["postal_code"],
                country="US",
            ),
            customer_email=order["customer"],
            customer_name=people.get(order["customer"]),
            creator_id=order["creator"],
            cancelled_at=when.get(OrderStatus.CANCELLED),
            placed_at=_at(day_zero, order["created_days_ago"], OrderStatus.CREATED),
            history=history,
        )


def _line(line: dict[str, Any], names: dict[str, str]) -> OrderLine:
    return OrderLine(
        line_id=line["line_id"],
        sku=line["sku"],
        product_id=line["product"],
        name=names.get(line["product"], line["product"]),
        quantity=line["quantity"],
        price_cents=line["price_cents"],
        custom=line["custom"],
        engraved=line["engraved"],
    )


def _at(day_zero: datetime, days_ago: int, status: OrderStatus) -> datetime:
    """Earlier than `day_zero` always: today's steps are minutes ago, in their order."""
    if days_ago == 0:
        return day_zero - timedelta(minutes=60 - _MINUTE_OF[status])
    return day_zero - timedelta(days=days_ago) + timedelta(minutes=_MINUTE_OF[status])


def _day_of_first_load(
    orders: OrdersService, listed: list[dict[str, Any]], now: datetime
) -> datetime:
    """The moment the first load counted from, found by undoing its sum on an order it stored."""
    for order in listed:
        stored = orders.get_many(_LOADER, [order["order_number"]]).get(order["order_number"])
        if stored is not None and stored.source == SOURCE:
            moved = _at(now, order["created_days_ago"], OrderStatus.CREATED) - now
            return stored.placed_at - moved
    return now


def _read(path: Path, name: str) -> list[dict[str, Any]]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries: list[dict[str, Any]] = loaded[name]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ConfigError(f"data/shop/{name}.yaml", str(error), f"{name}: [...]") from error
    return entries
