"""Files of another kind are refused whole; odd spellings of the right ones pass."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from concierge.catalog.models import ProductQuery
from concierge.core.actor import Actor
from concierge.exchange.errors import WrongFile
from concierge.exchange.json_entries import json_entries
from tests.exchange.conftest import FIXTURES

SYSTEM = Actor.system("import")
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\x00" * 40
PRODUCT_HEADER = "Handle,Title,Body (HTML),Type,Tags,Published,Variant SKU,Variant Price,Image Src"
ORDER_HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,"
    "Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
    "Shipping Zip,Cancelled at"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.png", PNG),
        ("empty.csv", b""),
        ("blank.csv", b"\xef\xbb\xbf \r\n\n"),
        ("other.csv", b"Sale Date,Item Name,Order ID,Listing ID\n2026-11-01,Ring,1,2\n"),
        ("woo.csv", b"order_id,order_date,order_status\n1,2026-11-01,processing\n"),
        ("words.txt", b"Dear shop, please find attached nothing.\n"),
        ("utf16.csv", PRODUCT_HEADER.encode("utf-16")),
        ("cut.json", b'[{"id": 1, "name": "Ring", "price": "1", "slug": "r"}'),
        ("broken.json", b'[{"id": 1, "name": "Ring" "price": "1"}]'),
        ("more.json", b'[{"id": 1, "price": "1", "slug": "r", "name": "R"}] and more'),
        ("numbers.json", b"[1, 2, 3]"),
        ("coupons.json", b'[{"id": 1, "code": "TEN", "amount": "10"}]'),
        ("deep.json", b"[" * 100_000),
        ("object.json", b'{"products": []}'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("kind", ["products", "orders"])
def test_a_file_of_another_kind_is_refused_whole(
    imports, catalog, orders, written, kind, name, content
):
    with pytest.raises(WrongFile) as refused:
        getattr(imports, kind)(SYSTEM, written(name, content))
    assert name in str(refused.value)
    assert (catalog.count(), orders.count()) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("orders", "shopify_products.csv"),
        ("orders", "woocommerce_products.json"),
        ("products", "shopify_orders.csv"),
        ("products", "woocommerce_orders.json"),
    ],
)
def test_products_are_not_taken_for_orders_nor_orders_for_products(imports, kind, name):
    with pytest.raises(WrongFile):
        getattr(imports, kind)(SYSTEM, FIXTURES / name)


def test_a_refused_csv_is_called_what_it_looks_like(imports):
    with pytest.raises(WrongFile, match="Shopify product export"):
        imports.orders(SYSTEM, FIXTURES / "shopify_products.csv")


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(imports, tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(WrongFile):
            imports.products(SYSTEM, path)


def test_a_file_cut_off_in_the_middle_writes_nothing_of_its_beginning(imports, catalog, written):
    whole = (FIXTURES / "woocommerce_products.json").read_text()
    with pytest.raises(WrongFile):
        imports.products(SYSTEM, written("cut.json", whole[:-30]))
    assert catalog.count() == 0


@pytest.mark.parametrize("content", ["[]", " [ ]\n"])
def test_an_empty_list_is_read_as_nothing(imports, written, content):
    for take in (imports.products, imports.orders):
        report = take(SYSTEM, written("none.json", content))
        assert (report.read, report.created, report.rejected) == (0, 0, [])


def test_a_right_header_without_rows_is_read_as_nothing(imports, written):
    for take, header in ((imports.products, PRODUCT_HEADER), (imports.orders, ORDER_HEADER)):
        report = take(SYSTEM, written("header.csv", header))
        assert (report.read, report.created, report.rejected) == (0, 0, [])


@pytest.mark.parametrize(
    ("encoding", "newline", "separator"),
    [
        ("utf-8", "\n", ","),
        ("utf-8-sig", "\r\n", ","),
        ("cp1252", "\r\n", ";"),
        ("latin-1", "\n", "\t"),
    ],
)
def test_marks_line_ends_encodings_and_separators_of_all_kinds_are_read(
    imports, catalog, written, encoding, newline, separator
):
    lines = [PRODUCT_HEADER, "r,Ring Élan,<p>Café</p>,Ring,Gold,TRUE,R,12.50,", "", ""]
    content = newline.join(lines).replace(",", separator).encode(encoding)
    report = imports.products(SYSTEM, written("p.csv", content))
    assert (report.read, report.created, report.rejected) == (1, 1, [])
    (piece,) = catalog.search(ProductQuery()).items
    assert (piece.name, piece.description, piece.price_cents) == ("Ring Élan", "Café", 1250)


def test_bytes_that_no_encoding_but_the_last_fits_are_still_read(imports, catalog, written):
    content = PRODUCT_HEADER.encode() + b"\nr,Ring \x81\xe9,,Ring,,true,R,12,\n"
    assert imports.products(SYSTEM, written("p.csv", content)).created == 1


def test_columns_may_stand_in_any_order_and_case(imports, written):
    content = "variant price,TITLE,handle\n5,Ring,ring\n"
    assert imports.products(SYSTEM, written("p.csv", content)).created == 1


def test_a_row_with_too_many_cells_is_reported_and_a_short_one_is_read(imports, written):
    content = "Handle,Title,Variant Price,Tags\na,Long,5,x,y,z\nb,Short,5\n"
    report = imports.products(SYSTEM, written("p.csv", content))
    assert (report.read, report.created) == (2, 1)
    assert [(r.line, r.key) for r in report.rejected] == [(2, "a")]


def test_a_cell_of_our_own_export_comes_back_as_it_was(imports, catalog, written):
    content = 'Handle,Title,Variant Price\na,"\'=HYPERLINK(""x"")",5\n'
    imports.products(SYSTEM, written("p.csv", content))
    (piece,) = catalog.search(ProductQuery()).items
    assert piece.name == '=HYPERLINK("x")'


def test_text_that_no_database_holds_is_made_harmless(imports, catalog, written):
    entry = {"id": 1, "name": "Ring \ud800\u0007", "slug": "r", "price": "1", "sku": "\x00"}
    report = imports.products(SYSTEM, written("p.json", json.dumps([entry])))
    assert report.created == 1
    (piece,) = catalog.search(ProductQuery()).items
    assert piece.name == "Ring"


@pytest.mark.parametrize(
    "price", ['"1e5"', "1e999", "NaN", "true", '"-1"', "{}", "[]", "1" + "0" * 30]
)
def test_numbers_that_are_no_prices_are_reported(imports, written, price):
    content = f'[{{"id": 1, "name": "Ring", "slug": "r", "price": {price}}}]'
    report = imports.products(SYSTEM, written("p.json", content))
    assert report.created == 0
    assert [rejection.field for rejection in report.rejected] == ["price"]


def test_fields_of_a_wrong_type_stop_nothing(imports, written):
    entry = {
        "id": 1,
        "name": "Ring",
        "slug": 5,
        "price": 1,
        "images": "x",
        "tags": [1],
        "categories": {},
    }
    assert imports.products(SYSTEM, written("p.json", json.dumps([entry]))).created == 1
    order = {
        "id": 1,
        "status": "processing",
        "currency": "USD",
        "date_created": "2026-11-01T10:00:00",
        "total": 5,
        "billing": [],
        "shipping": None,
        "line_items": [{"name": "Ring", "quantity": 1, "price": 5}, "x"],
    }
    assert imports.orders(SYSTEM, written("o.json", json.dumps([order]))).created == 1


def test_an_order_without_line_items_or_with_a_wrong_email_is_reported(imports, written):
    row = "#1,{email},paid,,unfulfilled,,USD,1,0,0,1,2026-11-01 10:00:00 -0500,{line},10001,"
    content = "\n".join(
        [
            ORDER_HEADER,
            row.format(email="ada@example.com", line=",,,"),
            row.replace("#1", "#2").format(email="ada at example", line="1,Ring,1,R"),
        ]
    )
    report = imports.orders(SYSTEM, written("o.csv", content))
    assert report.created == 0
    assert [(r.key, r.field) for r in report.rejected] == [("#1", "Lineitem name"), ("#2", "Email")]


def test_entries_are_read_across_every_edge_of_a_chunk(written):
    entries = [{"id": n, "text": "x" * (n * 997 % 70_000)} for n in range(40)] + [1234567890, 0.25]
    path = written("many.json", json.dumps(entries, indent=1))
    read = list(json_entries(path, "utf-8-sig"))
    assert [entry for _, entry in read] == entries
    assert read[-1][1] == Decimal("0.25")
    text = path.read_text().split("\n")
    assert all(text[line - 1].lstrip()[:1] == "{" for line, _ in read[:40])
