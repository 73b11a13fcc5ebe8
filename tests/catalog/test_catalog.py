"""Finding pieces and taking them in, on a real database."""

from __future__ import annotations

import pytest
import yaml

from concierge.catalog.models import COLLECTIONS, Product, ProductDraft, ProductQuery, Variant
from concierge.catalog.repository import CatalogRepository
from concierge.catalog.service import CatalogService
from concierge.core.errors import NotFound
from concierge.core.mongo import Mongo
from concierge.demo.shop import product_drafts
from tests.conftest import DATA
from tests.explain import no_collection_scans


@pytest.fixture
def catalog(mongo: Mongo, clock) -> CatalogService:
    mongo.apply(COLLECTIONS)
    return CatalogService(repository=CatalogRepository(mongo), clock=clock)


@pytest.fixture
def fixtures(catalog) -> CatalogService:
    loaded = yaml.safe_load((DATA / "shop" / "fixtures.yaml").read_text(encoding="utf-8"))
    catalog.upsert_from("demo", product_drafts(loaded["products"]))
    return catalog


def draft(key: str, cents: int = 5000, **fields) -> ProductDraft:
    variants = fields.pop("variants", (Variant(option="One", price_cents=cents, inventory=1),))
    base = {"external_id": key, "handle": key, "name": key.title(), "category": "ring"}
    return ProductDraft(**{**base, **fields}, variants=variants)


@pytest.mark.parametrize(
    "query",
    [
        ProductQuery(q="ready-to-ship rings"),
        ProductQuery(q="rings ready to ship"),
        ProductQuery(category="rings"),
        ProductQuery(category="ring"),
    ],
)
def test_ready_to_ship_rings_finds_exactly_four_of_the_fixtures(fixtures, query):
    page = fixtures.search(query)
    assert page.total == 4
    assert [p.price_cents for p in page.items] == sorted(p.price_cents for p in page.items)
    assert all(p.category == "ring" and p.ready_to_ship for p in page.items)


def test_a_budget_includes_both_of_its_ends_and_leaves_out_the_unpriced(catalog):
    catalog.upsert_from("t", [draft("free", 0), draft("low", 100), draft("high", 300)])
    found = catalog.search(
        ProductQuery(budget_min_cents=100, budget_max_cents=300, ready_to_ship=False)
    )
    assert [p.handle for p in found.items] == ["low", "high"]
    under = catalog.search(ProductQuery(budget_max_cents=300, ready_to_ship=False))
    assert [p.handle for p in under.items] == ["low", "high"]


def test_nearest_prices_come_from_both_sides_of_the_budget(catalog):
    catalog.upsert_from("t", [draft(f"p{cents}", cents) for cents in (100, 950, 1200, 5000)])
    query = ProductQuery(budget_min_cents=1000, budget_max_cents=1100)
    assert catalog.search(query).total == 0
    assert [p.handle for p in catalog.nearest(query, 3)] == ["p950", "p1200", "p100"]


def test_plain_gold_meets_every_colour_of_gold_and_silver_meets_none(catalog):
    metals = ("gold", "rose gold", "white gold", "silver")
    catalog.upsert_from("t", [draft(metal.replace(" ", "-"), metal=metal) for metal in metals])
    assert catalog.search(ProductQuery(metal="gold")).total == 3
    assert catalog.search(ProductQuery(metal="rose gold")).total == 1
    assert catalog.search(ProductQuery(q="something in yellow gold")).total == 1


def test_tags_fit_when_any_of_them_does_and_featured_asks_for_featured_only(catalog):
    catalog.upsert_from(
        "t",
        [draft("a", tags=("halo",), featured_in_widget=True), draft("b", tags=("moon", "halo"))],
    )
    assert catalog.search(ProductQuery(tags=("moon", "sun"))).total == 1
    assert catalog.search(ProductQuery(tags=("HALO",))).total == 2
    assert [p.handle for p in catalog.search(ProductQuery(featured_only=True)).items] == ["a"]


def test_of_several_styles_any_fits_and_of_one_in_several_words_all_must(catalog):
    tags = {"a": ("halo",), "b": ("halo", "vintage"), "c": ("studs",), "d": ("huggies",)}
    catalog.upsert_from("t", [draft(key, tags=of) for key, of in tags.items()])

    def fit(*styles: str) -> list[str]:
        return [p.handle for p in catalog.search(ProductQuery(styles=styles)).items]

    assert sorted(fit("halo")) == ["a", "b"]
    assert fit("vintage halo") == ["b"]
    assert sorted(fit("vintage halo", "stud")) == ["b", "c"]
    assert fit("huggie") == fit("huggies") == ["d"]
    assert catalog.search(ProductQuery(styles=("halo",), tags=("vintage",))).total == 1
    page = catalog.search(ProductQuery(q="blorp", styles=("halo",)))
    assert (page.total, page.ignored_words) == (2, ("blorp",))


def test_a_style_is_known_however_many_cheaper_pieces_have_another_one(catalog):
    many = [draft(f"s{n}", 100, tags=("stackable",)) for n in range(250)]
    catalog.upsert_from("t", [*many, draft("dear", 90_000, tags=("vintage",))])
    assert catalog.styles_in(["stackable", "blorp", "vintage"]) == ["stackable", "vintage"]


def test_words_that_no_piece_fits_are_dropped_and_named(fixtures):
    page = fixtures.search(ProductQuery(q="rings for my grandmother"))
    assert page.total == 4
    assert page.ignored_words == ("grandmother",)
    assert fixtures.search(ProductQuery(q="grandmother")).total == 0
    assert [p.id for p in fixtures.search(ProductQuery(q="halo ring")).items] == ["halo-ring"]


def test_excluded_pieces_are_left_out_and_the_total_counts_beyond_the_page(fixtures):
    page = fixtures.search(ProductQuery(category="ring", exclude_ids=("halo-ring",), limit=2))
    assert page.total == 3
    assert len(page.items) == 2


@pytest.mark.parametrize(
    ("published", "cents", "inventory", "ready"),
    [
        (True, 100, 1, True),
        (True, 100, None, True),
        (True, 100, 0, False),
        (True, 100, -3, False),
        (True, 0, 1, False),
        (False, 100, 1, False),
    ],
)
def test_ready_to_ship_is_published_priced_and_in_stock_or_untracked(
    catalog, published, cents, inventory, ready
):
    variant = Variant(option="One", price_cents=cents, inventory=inventory)
    catalog.upsert_from("t", [draft("a", published=published, variants=(variant,))])
    (stored,) = catalog.get_many(catalog.ids_by_external("t", ["a"]).values()).values()
    assert stored.ready_to_ship is ready


def test_a_second_upsert_changes_nothing_and_a_changed_piece_keeps_its_id(catalog, clock):
    first = catalog.upsert_from("t", [draft("a"), draft("b")])
    again = catalog.upsert_from("t", [draft("a"), draft("b")])
    dearer = catalog.upsert_from("t", [draft("a", 9000), draft("b")])
    assert (first.created, first.updated, first.unchanged) == (2, 0, 0)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert (dearer.created, dearer.updated, dearer.unchanged) == (0, 1, 1)
    assert catalog.count() == 2


def test_an_import_keeps_what_its_source_does_not_say(catalog):
    catalog.upsert_from("t", [draft("a", featured_in_widget=True, engravable=True)])
    catalog.upsert_from("t", [draft("a", 9000)])
    (stored,) = catalog.search(ProductQuery()).items
    assert stored.featured_in_widget
    assert stored.engravable


def test_one_external_id_in_two_sources_is_two_pieces(catalog):
    catalog.upsert_from("t", [draft("a")])
    catalog.upsert_from("u", [draft("a")])
    assert catalog.count() == 2


def test_a_sku_names_a_piece_only_while_one_piece_has_it(catalog):
    def with_sku(key: str, sku: str) -> ProductDraft:
        return draft(key, variants=(Variant(sku=sku, option="One", price_cents=1),))

    catalog.upsert_from("t", [with_sku("a", "S1"), with_sku("b", "S2"), with_sku("c", "S2")])
    assert set(catalog.ids_by_sku("t", ["S1", "S2", "S3"])) == {"S1"}


def test_a_piece_that_is_gone_is_not_found(catalog):
    with pytest.raises(NotFound):
        catalog.get("nothing")


def test_no_query_of_the_catalogue_scans_the_collection(fixtures, mongo):
    queries = [
        ProductQuery(),
        ProductQuery(ready_to_ship=False),
        ProductQuery(q="halo"),
        ProductQuery(category="ring", budget_min_cents=1, budget_max_cents=99999, limit=1),
        ProductQuery(metal="silver"),
        ProductQuery(stone="diamond", ready_to_ship=False),
        ProductQuery(tags=("halo",)),
        ProductQuery(without_words=("hoops", "vintage")),
        ProductQuery(q="halo", category="ring", without_words=("vintage",)),
        ProductQuery(styles=("halo",)),
        ProductQuery(styles=("vintage halo", "stud"), category="ring", budget_max_cents=99999),
        ProductQuery(styles=("halo",), tags=("engagement",), q="halo", ready_to_ship=False),
        ProductQuery(featured_only=True, exclude_ids=("x",)),
    ]
    with no_collection_scans(mongo):
        for query in queries:
            fixtures.search(query)
            fixtures.nearest(query)
        assert fixtures.named_whole_in("do you have the halo ring")
        assert fixtures.named_in("the halo in 6")
        assert fixtures.styles_in(["halo", "more"]) == ["halo"]
        fixtures.get("halo-ring")
        fixtures.get_many(["halo-ring"])
        fixtures.count()
        fixtures.ids_by_sku("demo", ["HALO-RING-6"])
        fixtures.ids_by_external("demo", ["halo-ring"])
        fixtures.upsert_from("t", [draft("a")])
        fixtures.upsert_from("t", [draft("a", 7)])


def names(pieces: list[Product]) -> list[str]:
    return [piece.name for piece in pieces]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("tell me about the halo ring", ["Halo Ring"]),
        ("do you have HALO-RINGS", ["Halo Ring"]),
        ("the halo ring\u2019s price", ["Halo Ring"]),
        ("what is the dawn band like", ["Dawn Band"]),
        ("engagement rings in rose gold", []),
        ("a ring", []),
        ("", []),
    ],
)
def test_a_whole_name_is_found_however_it_is_written(fixtures, text: str, named: list[str]) -> None:
    assert names(fixtures.named_whole_in(text)) == named


def test_a_name_is_found_in_a_large_shop_and_only_where_it_is_on_sale(catalog) -> None:
    cheap = [draft(f"halo no {n}", 100, name=f"Halo Chain {n}") for n in range(250)]
    dear = draft("dear", 90_000, name="L\u00e9a & Halo \u2013 Duo")
    catalog.upsert_from("t", [*cheap, dear, draft("gone", name="Halo Gone", published=False)])
    found = catalog.named_in("is the lea halo duo real gold")
    assert names(found) == ["L\u00e9a & Halo \u2013 Duo"]
    assert catalog.named_whole_in("the halo gone") == []


def test_a_kind_by_itself_is_no_name_though_a_piece_is_called_so(catalog) -> None:
    catalog.upsert_from("t", [draft("ring", name="Ring"), draft("solo", name="Solo Ring")])
    assert catalog.named_whole_in("show me an engagement ring") == []
    assert names(catalog.named_whole_in("the solo ring")) == ["Solo Ring"]


def test_a_search_by_filters_alone_asks_for_no_name(fixtures, mongo: Mongo) -> None:
    mongo.db.drop_collection("system.profile")
    mongo.db.command("profile", 2)
    try:
        assert fixtures.named_whole_in("show me gold rings under $300") == []
        assert fixtures.named_whole_in("engagement rings") == []
    finally:
        mongo.db.command("profile", 0)
    asked = list(mongo.db["system.profile"].find({"ns": {"$regex": "products$"}}))
    assert [entry["docsExamined"] for entry in asked] == [0], (
        "one look into the index, for no piece"
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("the dawn band or the HALO RING?", ["Dawn Band", "Halo Ring"]),
        ("halo-ring and the d\u00e2wn band", ["Halo Ring", "Dawn Band"]),
        ("rings in gold", []),
        ("", []),
    ],
)
def test_every_name_in_a_message_is_found_in_its_order(
    fixtures, text: str, named: list[str]
) -> None:
    assert [piece.name for piece in fixtures.each_named_in(text)] == named
