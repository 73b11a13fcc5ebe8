"""WooCommerce's products (REST v3 JSON): one entry a product, repeated entries as written last.

The entry lists its variations by id only, so a product has one variant, priced and counted as the
entry says. Unpriced products are kept and not ready to ship.
"""

from __future__ import annotations

from pathlib import Path

from concierge.catalog.classify import category_of, metal_of, stones_of
from concierge.catalog.models import ProductDraft, Variant
from concierge.exchange import values
from concierge.exchange.faults import Faults
from concierge.exchange.models import Entry
from concierge.exchange.woocommerce import Fields, WooCommerceFile, key_of, parts

_MARKS = frozenset({"regular_price", "stock_status", "catalog_visibility", "price", "slug", "sku"})


class WooCommerceProducts(WooCommerceFile[ProductDraft]):
    """See `exchange.models.Source`. The file names no currency, so the shop's is given."""

    name = "woocommerce"
    key_field = "id"

    def __init__(self, path: Path, encoding: str, currency: str) -> None:
        self._currency = currency
        kind = "WooCommerce product export"
        super().__init__(path, encoding, kind, _MARKS, self._entry)

    def _entry(self, fields: Fields, line: int) -> Entry[ProductDraft]:
        key = key_of(fields, "id")
        faults = Faults(line, key)
        if not key:
            faults.add("id", "is missing")
        name = values.name(fields.get("name"))
        if not name:
            faults.add("name", "is missing")
        variant = _variant(fields, faults)
        if faults.found:
            return Entry(line, key, 1, None, faults.found)
        return Entry(line, key, 1, self._draft(key, name, variant, fields))

    def _draft(self, key: str, name: str, variant: Variant, fields: Fields) -> ProductDraft:
        categories = [values.name(category.get("name")) for category in parts(fields, "categories")]
        tags = tuple(
            dict.fromkeys(
                tag
                for found in parts(fields, "tags")
                if (tag := values.name(found.get("name")).casefold())
            )
        )
        words = (*categories[1:], *tags)
        kind = categories[0] if categories else ""
        images = (values.web_address(image.get("src")) for image in parts(fields, "images"))
        visible = fields.get("catalog_visibility", "visible") != "hidden"
        return ProductDraft(
            external_id=key,
            handle=values.text(fields.get("slug"), 200) or key,
            name=name,
            description=values.plain_text(
                fields.get("description") or fields.get("short_description")
            ),
            category=category_of(kind, words, name),
            tags=tags,
            metal=metal_of(name, words, kind),
            gemstones=stones_of(name, words),
            currency=self._currency,
            published=fields.get("status", "publish") == "publish" and visible,
            images=tuple(dict.fromkeys(image for image in images if image)),
            variants=(variant,),
            featured_in_widget=fields.get("featured") is True,
        )


def _variant(fields: Fields, faults: Faults) -> Variant:
    price_field = "price" if values.text(fields.get("price")) else "regular_price"
    price = faults.read(price_field, values.cents, fields.get(price_field), 0)
    inventory: int | None = None
    if fields.get("manage_stock") is True:
        counted = fields.get("stock_quantity")
        inventory = faults.read(
            "stock_quantity", values.whole, 0 if counted is None else counted, 0
        )
    elif fields.get("stock_status") == "outofstock":
        inventory = 0
    return Variant(
        sku=values.text(fields.get("sku"), 120) or None,
        option="One size",
        price_cents=price,
        inventory=inventory,
    )
