"""Finding pieces, and taking them in.

What is in the catalogue is public, so reading needs no actor. `upsert_from` is called by imports
and the demo loader, which authorise before they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from concierge.catalog.classify import (
    Wish,
    names_in,
    same_category,
    same_metals,
    same_stone,
    spoken,
    stem,
    style_forms,
    style_words,
)
from concierge.catalog.merge import merged
from concierge.catalog.models import (
    Product,
    ProductDraft,
    ProductPage,
    ProductQuery,
    size_pattern,
)
from concierge.catalog.repository import CatalogRepository
from concierge.core.batches import batches
from concierge.core.clock import Clock
from concierge.core.errors import NotFound
from concierge.core.mongo import Row
from concierge.core.upserts import UpsertCounts

NAME_WORDS = 30
MOST_NAMESAKES = 200
"""Bounds of what a long message may ask of the index."""


class CatalogService:
    def __init__(self, *, repository: CatalogRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def search(self, query: ProductQuery) -> ProductPage:
        """The pieces that fit, the cheapest first, or the dearest where the query says so.

        Category, metal and stone are taken from `q` where they are not given apart; its other
        words must all be a piece's. When those find nothing and something else was asked for too,
        they are dropped, and the page says so (`ignored_words`).
        """
        wish = Wish(query.q or "")
        filters = _filters(query, wish)
        items = self._page(query, filters)
        ignored: tuple[str, ...] = ()
        if not items and wish.words and _asks_for_more_than_words(query, wish):
            del filters["searchWords"]["$all"]
            if not filters["searchWords"]:
                del filters["searchWords"]
            items, ignored = self._page(query, filters), wish.words
        total = len(items) if len(items) < query.limit else self._repository.count(filters)
        return ProductPage(items=tuple(items), total=total, ignored_words=ignored)

    def nearest(self, query: ProductQuery, n: int = 3) -> list[Product]:
        """Pieces outside the budget that fit otherwise, the nearest prices first."""
        low, high = query.budget_min_cents, query.budget_max_cents
        filters = _filters(
            query.model_copy(update={"budget_min_cents": None, "budget_max_cents": None}),
            Wish(query.q or ""),
        )
        found: list[tuple[int, Product]] = []
        if high is not None:
            above = self._repository.find({**filters, "priceCents": {"$gt": high}}, n)
            found += [(piece.price_cents - high, piece) for piece in above]
        if low is not None:
            below = self._repository.find(
                {**filters, "priceCents": {"$lt": low, "$gt": 0}}, n, dearest_first=True
            )
            found += [(low - piece.price_cents, piece) for piece in below]
        if low is None and high is None:
            return self._repository.find(filters, n)
        return [piece for _, piece in sorted(found, key=lambda pair: pair[0])[:n]]

    def get(self, product_id: str) -> Product:
        """Raises `NotFound`."""
        product = self._repository.get(product_id)
        if product is None:
            raise NotFound("piece", product_id)
        return product

    def get_many(self, ids: Iterable[str]) -> dict[str, Product]:
        """By id; those that are gone are left out."""
        return self._repository.get_many(ids)

    def named_whole_in(self, text: str) -> list[Product]:
        """Published pieces whose whole names stand in the text; of several names the longest.

        A name of none but words for a kind, a metal or a stone is what is looked for, and no name.
        """
        names = names_in(text)
        if not names:
            return []
        found = self._repository.named(names, MOST_NAMESAKES)
        # "Halo Pendant Duo" over "Halo Pendant", where both stand there.
        longest = max((len(piece.name) for piece in found), default=0)
        return [piece for piece in found if len(piece.name) == longest]

    def each_named_in(self, text: str) -> list[Product]:
        """Every published piece whose whole name stands in the text, in its order; a name within a
        longer one that stands there is none of its own."""
        said, placed = spoken(text), []
        names = names_in(text)
        found = self._repository.named(names, MOST_NAMESAKES) if names else []
        for piece in sorted(found, key=lambda one: -len(one.name)):
            name = spoken(piece.name)
            if name and (at := said.find(name)) >= 0:
                placed.append((at, piece))
                said = said.replace(name, " " * len(name))
        return [piece for _, piece in sorted(placed, key=lambda one: one[0])]

    def named_in(self, text: str) -> list[Product]:
        """Published pieces whose names stand in the text: whole, else by the words that no other
        kind of piece has ("the halo" is the Halo Ring). More than one where it is not clear which.
        """
        words = Wish(text).words[:NAME_WORDS]
        if not words:
            return []
        if whole := self.named_whole_in(text):
            return whole
        filters: Row = {
            "searchWords": {"$in": list(words)},
            "readyToShip": {"$in": [True, False]},
            "published": True,
        }
        found = self._repository.find(filters, MOST_NAMESAKES)
        own = [(piece, set(Wish(piece.name).words)) for piece in found]
        return [piece for piece, name in own if name and name <= set(words)]

    def styles_in(self, words: Iterable[str]) -> list[str]:
        """Those of the words that are a tag of some published piece, in their order; a kind, a
        metal or a stone is none."""
        wanted = dict(islice(style_words(words).items(), NAME_WORDS))
        # Most messages name none: that is known by one look.
        if not wanted or not self._tagged({form for forms in wanted.values() for form in forms}):
            return []
        return [word for word, forms in wanted.items() if self._tagged(forms)]

    def count(self) -> int:
        return self._repository.count_all()

    def ids_by_sku(self, source: str, skus: Iterable[str]) -> dict[str, str]:
        """The piece of each SKU; a SKU that several pieces share names none of them."""
        found = self._repository.ids_by_sku(source, sorted(set(skus)))
        return {sku: ids[0] for sku, ids in found.items() if len(ids) == 1}

    def ids_by_external(self, source: str, external_ids: Iterable[str]) -> dict[str, str]:
        return self._repository.ids_by_external(source, sorted(set(external_ids)))

    def upsert_from(self, source: str, drafts: Iterable[ProductDraft]) -> UpsertCounts:
        """Writes a source's pieces; those that did not change are not touched.

        Of drafts with one external id in the same batch the last wins. Nothing is ever removed.
        """
        counts = UpsertCounts()
        for batch in batches(drafts):
            counts += self._upsert_batch(source, {d.external_id: d for d in batch})
        return counts

    def _upsert_batch(self, source: str, drafts: dict[str, ProductDraft]) -> UpsertCounts:
        now = self._clock.now()
        inserts: list[Product] = []
        replacements: list[Product] = []

        def decide(stored: dict[str, Product]) -> tuple[Sequence[Product], Sequence[Product]]:
            inserts.clear()
            replacements.clear()
            for key, draft in drafts.items():
                before = stored.get(key)
                after = merged(source, draft, before, now)
                if before is None:
                    inserts.append(after)
                elif after is not before:
                    replacements.append(after)
            return inserts, replacements

        self._repository.write_batch(source, list(drafts), decide)
        return UpsertCounts(
            created=len(inserts),
            updated=len(replacements),
            unchanged=len(drafts) - len(inserts) - len(replacements),
        )

    def _tagged(self, tags: Iterable[str]) -> bool:
        """Whether any published piece has one of the tags."""
        ready = {"$in": [True, False]}  # both: so that the index on tags serves
        return self._repository.has(
            {"tags": {"$in": sorted(tags)}, "readyToShip": ready, "published": True}
        )

    def _page(self, query: ProductQuery, filters: Row) -> list[Product]:
        return self._repository.find(filters, query.limit, dearest_first=query.dearest_first)


def _filters(query: ProductQuery, wish: Wish) -> Row:
    """The query as MongoDB reads it; every branch starts at an index."""
    # Both values rather than none: so that the indexes on readyToShip and price still serve.
    filters: Row = {"readyToShip": True if query.ready_to_ship else {"$in": [True, False]}}
    if not query.ready_to_ship:
        filters["published"] = True
    if category := query.category or wish.category:
        filters["category"] = same_category(category)
    elif query.without_categories:
        filters["category"] = {"$nin": [same_category(word) for word in query.without_categories]}
    if metal := query.metal or wish.metal:
        filters["metal"] = {"$in": list(same_metals(metal))}
    if query.without_metals:
        unwanted = [same for metal in query.without_metals for same in same_metals(metal)]
        filters.setdefault("metal", {})["$nin"] = unwanted
    if stone := query.stone or wish.stone:
        filters["gemstones"] = {"$in": [same_stone(stone)]}
    if query.without_stones:
        unwanted = [same_stone(stone) for stone in query.without_stones]
        filters.setdefault("gemstones", {})["$nin"] = unwanted
    if query.size_us is not None:
        filters["variants"] = {"$elemMatch": _ready_in(query.size_us)}
    if query.tags:
        filters["tags"] = {"$in": [tag.casefold() for tag in query.tags]}
    if query.styles:
        filters["$and"] = [_of_style(query.styles)]
    if wish.words:
        filters["searchWords"] = {"$all": list(wish.words)}
    if query.without_words:
        unwanted = [stem(word) for word in query.without_words]
        filters.setdefault("searchWords", {})["$nin"] = unwanted
    if query.featured_only:
        filters["featuredInWidget"] = True
    if query.exclude_ids:
        filters["_id"] = {"$nin": list(query.exclude_ids)}
    price = {"$gte": query.budget_min_cents, "$lte": query.budget_max_cents}
    asked = {operator: cents for operator, cents in price.items() if cents is not None}
    if asked:
        # Unpriced pieces are under no budget.
        filters["priceCents"] = {"$gt": 0, **asked}
    return filters


def _of_style(styles: Sequence[str]) -> Row:
    """Pieces of any of the styles; of one in several words each must be a tag."""
    phrases = [[style_forms(word) for word in style.split()] for style in styles]
    if all(len(words) == 1 for words in phrases):
        return {"tags": {"$in": sorted({form for (forms,) in phrases for form in forms})}}
    return {
        "$or": [{"$and": [{"tags": {"$in": list(forms)}} for forms in words]} for words in phrases]
    }


def _ready_in(size_us: float) -> Row:
    """A variant of that size that can leave today; as `Variant.ready` and `Variant.is_size`."""
    return {
        "option": {"$regex": size_pattern(size_us)},
        "priceCents": {"$gt": 0},
        "$or": [{"inventory": None}, {"inventory": {"$gt": 0}}],
    }


def _asks_for_more_than_words(query: ProductQuery, wish: Wish) -> bool:
    named = (query.category, query.metal, query.stone, wish.category, wish.metal, wish.stone)
    return any(named) or bool(query.tags or query.styles)
