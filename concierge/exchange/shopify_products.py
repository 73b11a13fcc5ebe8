"""Shopify's product export (CSV): a row for each variant and each further picture.

The first row of a handle carries title, type and tags and must be right, or the product is not
taken in. A wrong row below it costs only itself. Without an inventory tracker the stock is not
counted, whatever the quantity column says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from concierge.catalog.classify import category_of, metal_of, stones_of
from concierge.catalog.models import ProductDraft, Variant
from concierge.exchange import values
from concierge.exchange.csv_rows import MOST_ROWS_OF_ONE, CsvFile, CsvRow, Group, Grouping
from concierge.exchange.faults import Faults
from concierge.exchange.models import Entry, Rejection
from concierge.exchange.shopify import KINDS, PRODUCT_EXPORT

_OPTIONS = ("Option1 Value", "Option2 Value", "Option3 Value")
_NO_OPTION = "Default Title"


class ShopifyProducts:
    """See `exchange.models.Source`. The file names no currency, so the shop's is given."""

    name = "shopify"
    key_field = "Handle"

    def __init__(self, path: Path, encoding: str, currency: str) -> None:
        self._file = CsvFile(path, encoding, PRODUCT_EXPORT, KINDS)
        self._currency = currency
        self._grouping = Grouping(self._file, self.key_field, _carries, _begins_anew)

    def scan(self) -> int:
        return self._grouping.scan()

    def entries(self) -> Iterator[Entry[ProductDraft]]:
        for group in self._grouping.groups():
            yield self._entry(group)

    def _entry(self, group: Group) -> Entry[ProductDraft]:
        head, key = group.rows[0], values.text(group.key)
        if group.orphan:
            faults = Faults(head.line, key)
            faults.add("Title" if key else self.key_field, "is missing")
            return Entry(head.line, key, 1, None, faults.found)
        rejected: list[Rejection] = []
        variants: list[Variant] = []
        images: list[str] = []
        for number, row in enumerate(group.rows):
            faults = Faults(row.line, key)
            if row.surplus:
                faults.add("", f"has {row.surplus} cells too many")
            if number >= MOST_ROWS_OF_ONE:
                faults.add(self.key_field, f"has more than {MOST_ROWS_OF_ONE} rows")
            variant = _variant(row, faults) if _is_variant(row) else None
            rejected += faults.found
            if faults.found:
                if row is head:
                    return Entry(head.line, key, len(group.rows), None, tuple(rejected))
                continue
            if variant is not None:
                variants.append(variant)
            images += [a for c in ("Image Src", "Variant Image") if (a := _address(row, c))]
        draft = self._draft(key, head, variants, images)
        return Entry(head.line, key, len(group.rows), draft, tuple(rejected))

    def _draft(
        self, key: str, head: CsvRow, variants: list[Variant], images: list[str]
    ) -> ProductDraft:
        title, kind = values.name(head.get("Title")), values.name(head.get("Type"))
        tags = tuple(
            dict.fromkeys(
                tag for part in head.get("Tags").split(",") if (tag := values.name(part).casefold())
            )
        )
        return ProductDraft(
            external_id=key,
            handle=key,
            name=title,
            description=values.plain_text(head.get("Body (HTML)")),
            category=category_of(kind, tags, title),
            tags=tags,
            metal=metal_of(title, tags, kind),
            gemstones=stones_of(title, tags),
            currency=self._currency,
            published=self._published(head),
            images=tuple(dict.fromkeys(images)),
            variants=tuple(variants),
        )

    def _published(self, head: CsvRow) -> bool:
        """Unpublished, a draft or archived is not for sale; a file without the columns is."""
        if self._file.has("Published") and not values.yes(head.get("Published")):
            return False
        status = head.get("Status").casefold()
        return status in ("", "active")


def _carries(row: CsvRow) -> bool:
    return bool(row.get("Title"))


def _begins_anew(group: Group, row: CsvRow) -> bool:
    """A title again: the product repeated, unless the row adds a variant not seen yet.

    Some tools write the title on every row of a product; a repeated product repeats its variants.
    """
    known = {_option(known) for known in group.rows}
    return _option(row) in known


def _option(row: CsvRow) -> str:
    return " / ".join(value for column in _OPTIONS if (value := row.get(column)))


def _is_variant(row: CsvRow) -> bool:
    return any(row.get(column) for column in (*_OPTIONS, "Variant SKU", "Variant Price"))


def _variant(row: CsvRow, faults: Faults) -> Variant:
    price = faults.read("Variant Price", values.cents, row.get("Variant Price"), 0)
    inventory: int | None = None
    if row.get("Variant Inventory Tracker"):
        counted = row.get("Variant Inventory Qty") or "0"
        inventory = faults.read("Variant Inventory Qty", values.whole, counted, 0)
    option = values.name(_option(row))
    return Variant(
        sku=values.text(row.get("Variant SKU"), 120) or None,
        option="One size" if option in ("", _NO_OPTION) else option,
        price_cents=price,
        inventory=inventory,
    )


def _address(row: CsvRow, column: str) -> str | None:
    return values.web_address(row.get(column))
