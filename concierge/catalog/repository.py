"""Every query on pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pymongo import ASCENDING, DESCENDING, InsertOne, ReplaceOne
from pymongo.client_session import ClientSession

from concierge.catalog.models import BY_NAME, PRODUCTS, Product
from concierge.core.mongo import Mongo, Row

Decide = Callable[[dict[str, Product]], tuple[Sequence[Product], Sequence[Product]]]
"""From the stored pieces by external id: what to insert, what to replace."""


class CatalogRepository:
    """Reads are bounded by the caller's limit; writes come in batches of one transaction."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._products = mongo.collection(PRODUCTS)

    def get(self, product_id: str) -> Product | None:
        row = self._products.find_one({"_id": product_id})
        return None if row is None else Product.from_mongo(row)

    def get_many(self, ids: Iterable[str]) -> dict[str, Product]:
        rows = self._products.find({"_id": {"$in": list(ids)}})
        return {row["_id"]: Product.from_mongo(row) for row in rows}

    def find(self, filters: Row, limit: int, *, dearest_first: bool = False) -> list[Product]:
        """The pieces that fit, by price and then by id."""
        way = DESCENDING if dearest_first else ASCENDING
        rows = self._products.find(filters).sort([("priceCents", way), ("_id", way)]).limit(limit)
        return [Product.from_mongo(row) for row in rows]

    def named(self, names: Sequence[str], limit: int) -> list[Product]:
        """Published pieces that are called so, read as `BY_NAME` reads."""
        rows = self._products.find({"name": {"$in": list(names)}, "published": True})
        return [Product.from_mongo(row) for row in rows.collation(BY_NAME).limit(limit)]

    def has(self, filters: Row) -> bool:
        """Whether any piece fits."""
        return self._products.find_one(filters, {"_id": 1}) is not None

    def count(self, filters: Row) -> int:
        return self._products.count_documents(filters)

    def count_all(self) -> int:
        return self._products.estimated_document_count()

    def ids_by_sku(self, source: str, skus: Sequence[str]) -> dict[str, list[str]]:
        """For each SKU the ids of the source's pieces that have it."""
        wanted = set(skus)
        found: dict[str, list[str]] = {}
        rows = self._products.find(
            {"variants.sku": {"$in": list(wanted)}, "source": source}, {"variants.sku": 1}
        )
        for row in rows:
            for sku in {variant.get("sku") for variant in row["variants"]} & wanted:
                found.setdefault(sku, []).append(row["_id"])
        return found

    def ids_by_external(self, source: str, external_ids: Sequence[str]) -> dict[str, str]:
        rows = self._products.find(
            {"source": source, "externalId": {"$in": list(external_ids)}}, {"externalId": 1}
        )
        return {row["externalId"]: row["_id"] for row in rows}

    def write_batch(self, source: str, external_ids: Sequence[str], decide: Decide) -> None:
        """Reads the stored pieces and writes what `decide` says, in one transaction.

        Two imports of one piece at once conflict and the later one is decided again.
        """

        def once(session: ClientSession) -> None:
            rows = self._products.find(
                {"source": source, "externalId": {"$in": list(external_ids)}}, session=session
            )
            stored = {row["externalId"]: Product.from_mongo(row) for row in rows}
            inserts, replacements = decide(stored)
            writes: list[Any] = [InsertOne(product.to_mongo()) for product in inserts]
            writes += [ReplaceOne({"_id": p.id}, p.to_mongo()) for p in replacements]
            if writes:
                self._products.bulk_write(writes, ordered=False, session=session)

        self._mongo.unit_of_work(once)
