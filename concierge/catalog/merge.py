"""What a piece becomes when its source sends it again. Pure."""

from __future__ import annotations

from datetime import datetime

from concierge.catalog.classify import search_words
from concierge.catalog.models import Product, ProductDraft
from concierge.core.ids import derived_id


def product_id(source: str, draft: ProductDraft) -> str:
    """The same piece of the same source has the same id for ever."""
    return draft.id or derived_id("product", source, draft.external_id)


def merged(source: str, draft: ProductDraft, stored: Product | None, now: datetime) -> Product:
    """The stored piece with its source's columns replaced; `stored` itself when nothing differs.

    Fields the draft leaves None are not the source's and stay as they are.
    """
    prices = [variant.price_cents for variant in draft.variants if variant.price_cents > 0]
    fresh = Product(
        id=stored.id if stored else product_id(source, draft),
        source=source,
        external_id=draft.external_id,
        handle=draft.handle,
        name=draft.name,
        description=draft.description,
        category=draft.category,
        tags=list(draft.tags),
        metal=draft.metal,
        gemstones=list(draft.gemstones),
        price_cents=min(prices, default=0),
        currency=draft.currency,
        ready_to_ship=draft.published and any(variant.ready for variant in draft.variants),
        featured_in_widget=_owned(
            draft.featured_in_widget, stored.featured_in_widget if stored else False
        ),
        custom=_owned(draft.custom, stored.custom if stored else False),
        engravable=_owned(draft.engravable, stored.engravable if stored else False),
        published=draft.published,
        images=list(draft.images),
        variants=list(draft.variants),
        search_words=search_words(
            draft.name, draft.category, draft.metal or "", *draft.gemstones, *draft.tags
        ),
        created_at=stored.created_at if stored else now,
        updated_at=stored.updated_at if stored else now,
    )
    if stored is not None and fresh == stored:
        return stored
    fresh.updated_at = now
    return fresh


def _owned(said: bool | None, kept: bool) -> bool:
    return kept if said is None else said
