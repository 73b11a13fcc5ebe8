"""Dirty files of other systems: right rows stay, wrong ones are named, nothing repeats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from concierge.catalog.models import ProductQuery
from concierge.core.actor import Actor, Role
from concierge.core.errors import Forbidden, InvalidInput
from concierge.exchange.errors import WrongFile
from concierge.exchange.models import ImportReport
from concierge.orders.models import OrderStatus
from tests.exchange.conftest import FIXTURES
from tests.explain import no_collection_scans

SYSTEM = Actor.system("import")


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.read, report.created, report.updated, report.unchanged


def wrong(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(rejection.line, rejection.key, rejection.field) for rejection in report.rejected]


@pytest.fixture
def pieces(imports, catalog):
    """Imports a catalogue; answers the report and the pieces by handle."""

    def take(name: str):
        report = imports.products(SYSTEM, FIXTURES / name)
        found = catalog.search(ProductQuery(ready_to_ship=False, limit=100)).items
        return report, {piece.handle: piece for piece in found}

    return take


@pytest.fixture
def shop_orders(imports, orders):
    def take(name: str):
        report = imports.orders(SYSTEM, FIXTURES / name)
        numbers = [f"#{n}" for n in range(501, 511)] + [str(n) for n in range(801, 805)]
        return report, orders.get_many(SYSTEM, numbers)

    return take


# --- products ------------------------------------------------------------------------------------


def test_a_shopify_catalogue_counts_rows_read_and_products_written(pieces):
    report, found = pieces("shopify_products.csv")
    assert counts(report) == (16, 7, 0, 0)  # one of them is not for sale and not found
    assert set(found) == {
        "tide-ring",
        "plain-hoops",
        "free-charm",
        "unpriced-charm",
        "half-broken",
        "titled-rows",
    }


def test_wrong_rows_of_a_catalogue_are_named_by_line_key_and_field(pieces):
    report, found = pieces("shopify_products.csv")
    assert wrong(report) == [
        (14, "lost-picture", "Title"),
        (15, "", "Handle"),
        (16, "broken-price", "Variant Price"),
        (18, "half-broken", "Variant Inventory Qty"),
    ]
    assert all(rejection.reason for rejection in report.rejected)
    assert [variant.sku for variant in found["half-broken"].variants] == ["HB-5"]


def test_variant_and_picture_rows_without_a_title_join_their_product(pieces):
    _, found = pieces("shopify_products.csv")
    ring = found["tide-ring"]
    assert [(v.option, v.sku, v.price_cents, v.inventory) for v in ring.variants] == [
        ("6 / Blue", "TIDE-6", 12000, 2),
        ("7 / Blue", "TIDE-7", 12500, -2),
        ("8 / Blue", None, 0, 0),
    ]
    assert ring.images == [
        "https://img.example.com/tide-1.jpg",
        "https://img.example.com/tide-7.jpg",
        "https://img.example.com/tide-2.jpg",
    ]
    assert (ring.price_cents, ring.ready_to_ship) == (12000, True)


def test_a_body_of_several_lines_becomes_plain_text(pieces):
    _, found = pieces("shopify_products.csv")
    assert found["tide-ring"].description == 'Waves & light.\nInside 16" round\nSilver'


def test_category_metal_and_stone_come_from_type_tags_and_title(pieces):
    _, found = pieces("shopify_products.csv")
    ring = found["tide-ring"]
    assert (ring.category, ring.metal, ring.gemstones) == ("ring", "silver", ["aquamarine"])
    assert found["plain-hoops"].category == "earrings"


def test_unpriced_pieces_are_kept_and_not_ready(pieces):
    _, found = pieces("shopify_products.csv")
    for handle in ("free-charm", "unpriced-charm"):
        assert (found[handle].price_cents, found[handle].ready_to_ship) == (0, False)


def test_an_unpublished_piece_is_kept_and_never_shown(pieces, catalog):
    pieces("shopify_products.csv")
    (hidden,) = catalog.ids_by_external("shopify", ["hidden-band"]).values()
    assert not catalog.get(hidden).published
    assert not catalog.get(hidden).ready_to_ship


def test_stock_without_a_tracker_is_not_counted(pieces):
    _, found = pieces("shopify_products.csv")
    assert found["plain-hoops"].variants[0].inventory is None
    assert found["plain-hoops"].ready_to_ship


def test_the_last_of_repeated_products_wins(pieces):
    _, found = pieces("shopify_products.csv")
    assert found["plain-hoops"].price_cents == 5500
    assert [variant.sku for variant in found["titled-rows"].variants] == ["TR-S", "TR-M"]


def test_a_woocommerce_catalogue_counts_entries_read_and_products_written(pieces):
    report, found = pieces("woocommerce_products.json")
    assert counts(report) == (8, 4, 0, 0)
    assert wrong(report) == [(11, "75", "name"), (12, "76", "price"), (13, "", "")]
    assert set(found) == {"dawn-ring", "open-price", "gone"}


def test_a_woocommerce_product_is_understood(pieces):
    _, found = pieces("woocommerce_products.json")
    ring = found["dawn-ring"]
    assert (ring.name, ring.description) == ("Dawn Ring – Gold", "Last light.")
    assert (ring.price_cents, ring.metal, ring.category) == (9550, "gold", "ring")
    assert ring.variants[0].inventory == -1
    assert not ring.ready_to_ship
    assert ring.featured_in_widget
    assert ring.images == ["https://img.example.com/dawn.jpg"]
    assert (found["open-price"].price_cents, found["open-price"].ready_to_ship) == (0, False)
    assert not found["gone"].ready_to_ship


# --- orders --------------------------------------------------------------------------------------


def test_a_shopify_order_export_counts_rows_read_and_orders_written(shop_orders):
    report, found = shop_orders("shopify_orders.csv")
    assert counts(report) == (16, 6, 0, 0)
    assert set(found) == {"#501", "#502", "#503", "#504", "#505", "#508"}


def test_wrong_rows_of_an_order_export_are_named_by_line_key_and_field(shop_orders):
    report, found = shop_orders("shopify_orders.csv")
    assert wrong(report) == [
        (10, "#506", "Currency"),
        (11, "#507", "Total"),
        (13, "#508", "Lineitem quantity"),
        (15, "#509", "Created at"),
        (16, "#510", "Created at"),
    ]
    assert [(line.line_id, line.sku) for line in found["#508"].lines] == [
        ("1", "HOOPS"),
        ("3", None),
    ]


def test_line_items_below_an_order_join_it_even_from_the_end_of_the_file(shop_orders):
    _, found = shop_orders("shopify_orders.csv")
    assert [(line.line_id, line.name, line.quantity) for line in found["#501"].lines] == [
        ("1", "Tide Ring - 6", 1),
        ("2", "Plain Hoops", 1),
        ("3", "Tide Charm", 3),
    ]


def test_the_same_sku_twice_in_an_order_is_two_lines(shop_orders):
    _, found = shop_orders("shopify_orders.csv")
    assert [(line.line_id, line.sku) for line in found["#502"].lines] == [
        ("1", "TIDE-6"),
        ("2", "TIDE-6"),
    ]


def test_the_last_of_repeated_orders_wins(shop_orders):
    _, found = shop_orders("shopify_orders.csv")
    assert found["#503"].totals.total_cents == 11000
    assert [line.quantity for line in found["#503"].lines] == [2]


def test_person_postal_code_and_offsets_are_made_plain(shop_orders):
    _, found = shop_orders("shopify_orders.csv")
    first, second = found["#501"], found["#502"]
    assert first.shipping.postal_code == "10083"
    assert first.placed_at == datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
    assert second.customer_email == "bo@example.com"
    assert (second.customer_name, second.shipping.postal_code) == ("Bo Sample", "60601")
    assert found["#503"].placed_at == datetime(2026, 11, 14, 9, 0, tzinfo=UTC)
    assert found["#505"].shipping.postal_code == "02101"


def test_status_follows_cancellation_then_refund_then_fulfilment(shop_orders, clock):
    _, found = shop_orders("shopify_orders.csv")
    assert {number: order.status for number, order in found.items()} == {
        "#501": OrderStatus.PROCESSING,
        "#502": OrderStatus.DELIVERED,
        "#503": OrderStatus.SHIPPED,
        "#504": OrderStatus.CANCELLED,
        "#505": OrderStatus.RETURNED,
        "#508": OrderStatus.PROCESSING,
    }


def test_a_fulfilled_order_is_delivered_by_estimate_when_its_days_have_passed(
    imports, orders, shop_orders, clock, policies
):
    _, found = shop_orders("shopify_orders.csv")
    estimate = timedelta(days=policies.delivery_estimate_days)
    delivered = found["#502"].shipping
    assert delivered.delivered_estimated
    assert delivered.delivered_at == delivered.shipped_at + estimate
    assert found["#503"].shipping.delivered_at is None
    clock.advance(timedelta(days=4))
    assert orders.get(SYSTEM, "#503").status is OrderStatus.DELIVERED
    again = imports.orders(SYSTEM, FIXTURES / "shopify_orders.csv")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 6)


def test_a_woocommerce_order_export_is_understood(shop_orders):
    report, found = shop_orders("woocommerce_orders.json")
    assert counts(report) == (6, 2, 0, 0)
    assert [(key, field) for _, key, field in wrong(report)] == [
        ("803", "status"),
        ("804", "line_items[1].quantity"),
        ("801", "currency"),
    ]
    first, second = found["801"], found["802"]
    assert (first.status, second.status) == (OrderStatus.DELIVERED, OrderStatus.RETURNED)
    assert (first.customer_email, first.shipping.postal_code) == ("ada@example.com", "10001")
    assert first.placed_at == datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
    assert [(line.name, line.quantity, line.price_cents) for line in first.lines] == [
        ("Dawn Ring – Gold", 2, 9000)
    ]
    assert first.totals.total_cents == 18400
    assert second.lines[0].price_cents == 1000


def test_the_last_right_one_of_repeated_entries_wins_when_a_later_one_is_wrong(shop_orders):
    _, found = shop_orders("woocommerce_orders.json")
    assert found["801"].source_status is OrderStatus.SHIPPED
    assert found["801"].currency == "USD"


def test_lines_are_linked_to_pieces_of_the_same_source(imports, catalog, orders, shop_orders):
    for name in ("shopify_products.csv", "woocommerce_products.json"):
        imports.products(SYSTEM, FIXTURES / name)
    _, found = shop_orders("shopify_orders.csv")
    (ring,) = catalog.ids_by_external("shopify", ["tide-ring"]).values()
    assert found["#501"].lines[0].product_id == ring
    assert found["#501"].lines[2].product_id is None
    _, found = shop_orders("woocommerce_orders.json")
    (dawn,) = catalog.ids_by_external("woocommerce", ["71"]).values()
    assert found["801"].lines[0].product_id == dawn


# --- both ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("products", "shopify_products.csv"),
        ("products", "woocommerce_products.json"),
        ("orders", "shopify_orders.csv"),
        ("orders", "woocommerce_orders.json"),
    ],
)
def test_a_second_import_creates_and_updates_nothing(imports, kind, name):
    first = getattr(imports, kind)(SYSTEM, FIXTURES / name)
    again = getattr(imports, kind)(SYSTEM, FIXTURES / name)
    assert (again.created, again.updated) == (0, 0)
    assert again.unchanged == first.created > 0
    assert again.rejected == first.rejected


def test_an_import_is_audited_and_tells_its_progress(imports, mongo):
    told: list[tuple[str, int, int]] = []
    imports.products(
        SYSTEM, FIXTURES / "shopify_products.csv", progress=lambda *news: told.append(news)
    )
    assert told[-1] == ("writing", 16, 16)
    assert {stage for stage, _, _ in told} == {"checking", "writing"}
    entry = mongo.db["auditLog"].find_one({"action": "import.products"})
    assert entry["subject"] == "file:shopify_products.csv"


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST, Role.PM])
def test_only_admins_and_commands_may_import(imports, role):
    for take in (imports.products, imports.orders):
        with pytest.raises(Forbidden):
            take(Actor.staff("somebody", {role}), FIXTURES / "shopify_products.csv")
        with pytest.raises(Forbidden):
            take(Actor.customer("s1"), FIXTURES / "shopify_products.csv")
    admin = Actor.staff("admin", {Role.ADMIN})
    assert imports.products(admin, FIXTURES / "shopify_products.csv").created


def test_an_unknown_format_is_refused_and_a_wrong_one_refuses_the_file(imports):
    with pytest.raises(InvalidInput, match="shopify-csv"):
        imports.products(SYSTEM, FIXTURES / "shopify_products.csv", "excel")
    with pytest.raises(WrongFile):
        imports.products(SYSTEM, FIXTURES / "shopify_products.csv", "woocommerce-json")


def test_an_order_number_of_another_source_is_reported_and_stops_nothing(imports, orders, written):
    imports.orders(SYSTEM, FIXTURES / "woocommerce_orders.json")
    header, first, *_ = (FIXTURES / "shopify_orders.csv").read_text().split("\n#", 2)
    row = (
        "801,eve@example.com,paid,,unfulfilled,,no,USD,1,0,0,1,,,Standard,"
        "2026-11-05 10:00:00 -0500,1,Plain Hoops,1,HOOPS\n"
    )
    report = imports.orders(SYSTEM, written("o.csv", f"{header}\n{row}#{row}"))
    assert (report.created, [(r.line, r.key, r.field) for r in report.rejected]) == (
        1,
        [(2, "801", "Name")],
    )
    assert orders.get(SYSTEM, "801").customer_email == "ada@example.com"
    assert first


def test_no_query_of_an_import_scans_a_collection(imports, mongo):
    imports.products(SYSTEM, FIXTURES / "shopify_products.csv")
    imports.products(SYSTEM, FIXTURES / "woocommerce_products.json")
    with no_collection_scans(mongo):
        imports.products(SYSTEM, FIXTURES / "shopify_products.csv")
        imports.orders(SYSTEM, FIXTURES / "shopify_orders.csv")
        imports.orders(SYSTEM, FIXTURES / "woocommerce_orders.json")


def test_what_is_bigger_than_a_batch_is_taken_in_whole(imports, written):
    header = "Handle,Title,Variant Price\n"
    rows = "".join(f"piece-{n},Piece {n},{n + 1}\n" for n in range(1203))
    report = imports.products(SYSTEM, written("many.csv", header + rows))
    assert counts(report) == (1203, 1203, 0, 0)
