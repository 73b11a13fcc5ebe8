"""Pieces as they are kept, as they are sent in, and as they are asked for."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field

from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.schema import CollectionSpec, Index


class Variant(Embedded):
    """One size or colour. `inventory` is None when the shop does not count it.

    A count below zero is kept as the shop has it: sold more often than there was.
    """

    sku: str | None = None
    option: str
    price_cents: int = Field(ge=0)
    inventory: int | None = None

    @property
    def ready(self) -> bool:
        return self.price_cents > 0 and (self.inventory is None or self.inventory > 0)

    def is_size(self, us: float) -> bool:
        """Whether this is that US ring size."""
        return re.search(size_pattern(us), self.option) is not None


def size_pattern(us: float) -> str:
    """What an option reads like that is this US ring size: `US 6.5`, `6 1/2`, `Size 6 / Gold`.

    Carats, millimetres and the sizes of other countries are numbers too, and are none.
    """
    whole, half = divmod(us, 1)
    number = rf"{us:g}" if half else rf"{whole:g}(?:\.0)?"
    if half == 0.5:
        number = rf"(?:{number}|{whole:g}(?: 1/2|½))"
    other = r"(?!.*\b(?:UK|EU|IT|FR|JP)\b)"
    return rf"(?i)^{other}(?:.*[^\d.])?{number}(?![\d.½]| ?1/2| ?(?:k|kt|mm|cm|in|ct)\b|[-/]\d)"


class Product(Document):
    """A piece. `price_cents` is its lowest price above zero, 0 when it has none.

    `ready_to_ship` is derived: published, priced above zero, in stock or untracked. `images` are
    URL paths of ours or addresses on other hosts; `search_words` are what free text is matched to.
    """

    source: str
    external_id: str
    handle: str
    name: str
    description: str = ""
    category: str
    tags: list[str] = []
    metal: str | None = None
    gemstones: list[str] = []
    price_cents: int = Field(ge=0)
    currency: str = "USD"
    ready_to_ship: bool
    featured_in_widget: bool = False
    custom: bool = False
    engravable: bool = False
    published: bool = True
    images: list[str] = []
    variants: list[Variant] = []
    search_words: list[str] = []
    created_at: UtcDatetime
    updated_at: UtcDatetime


BY_NAME = {"locale": "en", "strength": 1, "alternate": "shifted"}
"""Names as people type them: no matter the case, accents, spaces and punctuation."""

PRODUCTS = CollectionSpec(
    name="products",
    model=Product,
    indexes=(
        Index((("source", 1), ("externalId", 1)), "source_externalId", unique=True),
        # Not unique: exports repeat SKUs and leave them out.
        Index((("variants.sku", 1),), "variants_sku"),
        Index(
            (("category", 1), ("readyToShip", 1), ("priceCents", 1), ("_id", 1)), "category_ready"
        ),
        Index((("metal", 1), ("readyToShip", 1), ("priceCents", 1), ("_id", 1)), "metal_ready"),
        Index((("gemstones", 1), ("readyToShip", 1), ("priceCents", 1)), "gemstones_ready"),
        Index((("tags", 1), ("readyToShip", 1), ("priceCents", 1)), "tags_ready"),
        Index((("searchWords", 1), ("readyToShip", 1), ("priceCents", 1)), "searchWords_ready"),
        Index(
            (("featuredInWidget", 1), ("readyToShip", 1), ("priceCents", 1), ("_id", 1)),
            "featured_ready",
        ),
        Index((("readyToShip", 1), ("priceCents", 1), ("_id", 1)), "ready_price"),
        Index((("name", 1),), "name", collation=BY_NAME),
    ),
)

COLLECTIONS = [PRODUCTS]


class ProductDraft(BaseModel):
    """A piece as a source describes it; a field that is None is not the source's to say.

    `id` is given only by sources that name pieces themselves; otherwise it is derived from source
    and external id, so that the same piece keeps its id for ever.
    """

    model_config = ConfigDict(frozen=True)

    external_id: str
    id: str | None = None
    handle: str
    name: str
    description: str = ""
    category: str
    tags: tuple[str, ...] = ()
    metal: str | None = None
    gemstones: tuple[str, ...] = ()
    currency: str = "USD"
    published: bool = True
    images: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    featured_in_widget: bool | None = None
    custom: bool | None = None
    engravable: bool | None = None


class ProductQuery(BaseModel):
    """What is looked for. Money is integer cents; tags match when any fits.

    `ready_to_ship` True asks for what can leave today, False for all that is published. `size_us`
    is a ring size that must itself be ready; what stands in a `without_` is not wanted,
    and of `without_words` no piece may have one among its search words. Of `styles` one must fit:
    each is a tag, or several that a piece must all have ("vintage halo").
    """

    model_config = ConfigDict(frozen=True)

    q: str | None = None
    category: str | None = None
    metal: str | None = None
    stone: str | None = None
    styles: tuple[str, ...] = ()
    without_categories: tuple[str, ...] = ()
    without_metals: tuple[str, ...] = ()
    without_stones: tuple[str, ...] = ()
    without_words: tuple[str, ...] = ()
    size_us: float | None = None
    budget_min_cents: int | None = None
    budget_max_cents: int | None = None
    ready_to_ship: bool = True
    featured_only: bool = False
    dearest_first: bool = False
    tags: tuple[str, ...] = ()
    limit: int = Field(default=12, ge=1, le=100)
    exclude_ids: tuple[str, ...] = ()


class ProductPage(BaseModel):
    """One end of the prices first, as asked. `total` counts all that fit, not only these.

    `ignored_words` are words of the query that no piece fitted and that were therefore dropped.
    """

    model_config = ConfigDict(frozen=True)

    items: tuple[Product, ...]
    total: int
    ignored_words: tuple[str, ...] = ()
