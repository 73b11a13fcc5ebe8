"""The demo shop's files agree with each other, with the policies, and with the pictures."""

from __future__ import annotations

import math
import re
import string
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from concierge.core.policies import Policies

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
PIECES = ROOT / "concierge" / "ui" / "static" / "pieces"
BRAND = ROOT / "concierge" / "ui" / "static" / "brand"
CATEGORIES = {"ring", "earrings", "necklace", "bracelet", "pendant", "charm", "watch", "set"}
FLOW = ("created", "processing", "shipped", "delivered", "return_pending", "returned")
TOPICS = {"shipping_info", "sizing", "care_repair", "financing", "gift", "custom_design"}


def _read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


PRODUCTS = _read("shop/products.yaml")["products"]
SMALL = _read("shop/fixtures.yaml")["products"]
CUSTOMERS = _read("shop/customers.yaml")["customers"]
ORDERS = _read("shop/orders.yaml")["orders"]
CREATORS = _read("shop/creators.yaml")["creators"]
CHAT = _read("texts/chat.yaml")
MAIL = _read("texts/mail.yaml")
SMS = _read("texts/sms.yaml")
PAGES = ("link", "signin", "slip")
PLACEHOLDERS = _read("texts/placeholders.yaml")
POLICIES = Policies.load(DATA)
BY_ID = {piece["id"]: piece for piece in PRODUCTS}
BY_NUMBER = {order["order_number"]: order for order in ORDERS}
TEXTS = (
    CHAT
    | {f"{name}.{key}": text for name in PAGES for key, text in _read(f"texts/{name}.yaml").items()}
    | {f"sms.{key}": text for key, text in SMS.items()}
    | {f"mail.{key}.{part}": text for key, mail in MAIL.items() for part, text in mail.items()}
)


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def _reached(order: dict[str, Any], status: str) -> int | None:
    """Days since the order reached a status, or None."""
    return next((h["days_ago"] for h in order["history"] if h["status"] == status), None)


# --- pieces ---


def test_there_are_about_sixty_pieces_in_every_category() -> None:
    assert 55 <= len(PRODUCTS) <= 70
    assert {piece["category"] for piece in PRODUCTS} == CATEGORIES


def test_ids_names_and_skus_are_unique() -> None:
    for values in (
        [piece["id"] for piece in PRODUCTS],
        [piece["name"] for piece in PRODUCTS],
        [piece["image"] for piece in PRODUCTS],
        [variant["sku"] for piece in PRODUCTS for variant in piece["variants"]],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_every_piece_has_exactly_the_fields_of_the_format() -> None:
    fields = {
        "id", "name", "category", "description", "metal", "gemstones", "tags", "price_cents",
        "currency", "ready_to_ship", "featured", "custom", "engravable", "image", "variants",
    }  # fmt: skip
    for piece in PRODUCTS + SMALL:
        assert set(piece) == fields, piece["id"]
        for variant in piece["variants"]:
            assert set(variant) == {"sku", "option", "price_cents", "inventory"}


def test_a_piece_costs_what_its_cheapest_variant_costs() -> None:
    for piece in PRODUCTS:
        assert piece["price_cents"] == min(v["price_cents"] for v in piece["variants"])
        assert piece["currency"] == "USD"


def test_prices_run_from_45_to_3900_dollars() -> None:
    prices = [piece["price_cents"] for piece in PRODUCTS]
    assert (min(prices), max(prices)) == (4500, 390000)


def test_ready_to_ship_means_in_stock_and_tagged() -> None:
    for piece in PRODUCTS:
        stocked = any(variant["inventory"] > 0 for variant in piece["variants"])
        assert piece["ready_to_ship"] == stocked, piece["id"]
        assert piece["ready_to_ship"] == ("ready-to-ship" in piece["tags"]), piece["id"]


def test_only_pieces_that_are_ready_to_ship_are_featured_and_custom_ones_never_are_ready() -> None:
    assert all(piece["ready_to_ship"] for piece in PRODUCTS if piece["featured"])
    assert not any(piece["ready_to_ship"] for piece in PRODUCTS if piece["custom"])


def test_some_pieces_are_made_to_order_some_sold_out_and_some_custom() -> None:
    tags = Counter(tag for piece in PRODUCTS for tag in piece["tags"])
    assert tags["made-to-order"] >= 5
    assert tags["sold-out"] >= 3
    assert sum(piece["custom"] for piece in PRODUCTS) >= 2


def test_several_rings_are_ready_to_ship_under_300_dollars() -> None:
    found = [
        piece
        for piece in PRODUCTS
        if piece["category"] == "ring" and piece["ready_to_ship"] and piece["price_cents"] < 30000
    ]
    assert len(found) >= 5


def test_the_small_catalogue_has_seven_ready_pieces_and_finds_four_ready_to_ship_rings() -> None:
    assert len(SMALL) == 7
    assert {piece["category"] for piece in SMALL} == {"ring", "earrings", "necklace"}
    assert all(piece["ready_to_ship"] and piece["featured"] for piece in SMALL)
    by_category = [p for p in SMALL if p["category"] == "ring" and p["ready_to_ship"]]
    by_tags = [p for p in SMALL if {"ready-to-ship", "rings"} <= set(p["tags"])]
    assert by_category == by_tags
    assert len(by_tags) == 4


def test_the_small_catalogue_repeats_the_large_one_word_for_word() -> None:
    assert all(BY_ID[piece["id"]] == piece for piece in SMALL)


# --- pictures ---


def test_the_pictures_are_what_the_script_draws() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tools.draw_pieces", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    "path", [*PIECES.glob("*.svg"), *BRAND.glob("*.svg")], ids=lambda p: p.stem
)
def test_a_picture_is_small_and_fetches_and_runs_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) <= 12 * 1024
    assert "<title>" in text
    bare = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    for forbidden in ("<script", "<image", "<foreignObject", "http", "data:", "javascript", " on"):
        assert forbidden not in bare
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', text))
    known = set(re.findall(r' id="([^"]+)"', text))
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text))
    assert {a or b for a, b in used} <= known


def test_every_piece_has_its_picture_and_there_is_one_for_a_missing_picture() -> None:
    names = {path.name for path in PIECES.glob("*.svg")}
    assert {piece["image"] for piece in PRODUCTS} == names - {"placeholder.svg"}
    assert "placeholder.svg" in names
    assert {path.name for path in BRAND.glob("*.svg")} == {"logo.svg", "favicon.svg"}


# --- customers, orders, creators ---


def test_customers_are_fictional_and_unique() -> None:
    assert len({customer["email"] for customer in CUSTOMERS}) == len(CUSTOMERS) == 24
    for customer in CUSTOMERS:
        assert customer["email"].endswith(("@example.com", "@example.org"))
        assert re.fullmatch(r"\+1\d{3}55501\d\d", customer["phone"])
        assert customer["tier"] in {"new", "regular", "vip"}
        ZoneInfo(customer["timezone"])


def test_order_numbers_are_unique_and_read_like_ours() -> None:
    assert len(BY_NUMBER) == len(ORDERS) >= 40
    assert all(re.fullmatch(r"GG-\d{5}", number) for number in BY_NUMBER)


def test_every_order_names_a_known_customer_creator_piece_and_variant() -> None:
    emails = {customer["email"] for customer in CUSTOMERS}
    creators = {creator["id"] for creator in CREATORS}
    for order in ORDERS:
        assert order["customer"] in emails
        assert order["creator"] is None or order["creator"] in creators
        assert [line["line_id"] for line in order["lines"]] == [
            str(i + 1) for i in range(len(order["lines"]))
        ]
        for line in order["lines"]:
            piece = BY_ID[line["product"]]
            variant = next(v for v in piece["variants"] if v["sku"] == line["sku"])
            assert line["price_cents"] == variant["price_cents"]
            assert line["quantity"] >= 1
            assert line["custom"] == piece["custom"]
            assert piece["engravable"] or not line["engraved"]


def test_tax_and_shipping_follow_from_the_lines() -> None:
    for order in ORDERS:
        lines = sum(line["quantity"] * line["price_cents"] for line in order["lines"])
        assert lines > 0
        assert order["tax_cents"] == (lines * 8 + 50) // 100, order["order_number"]
        assert order["shipping_cents"] == (0 if lines >= 10000 else 800), order["order_number"]


def test_an_order_s_history_runs_forward_and_ends_in_its_status() -> None:
    for order in ORDERS:
        days = [entry["days_ago"] for entry in order["history"]]
        statuses = [entry["status"] for entry in order["history"]]
        assert days == sorted(days, reverse=True), order["order_number"]
        assert days[0] == order["created_days_ago"]
        assert days[-1] >= 0
        assert statuses[-1] == order["status"]
        if order["status"] == "cancelled":
            assert statuses[:-1] == list(FLOW[: len(statuses) - 1])
            assert "shipped" not in statuses
        else:
            assert statuses == list(FLOW[: len(statuses)])


def test_an_order_has_a_parcel_exactly_when_it_was_shipped() -> None:
    numbers = []
    for order in ORDERS:
        assert (order["shipped"] is not None) == (_reached(order, "shipped") is not None)
        if order["shipped"]:
            assert order["shipped"]["carrier"]
            numbers.append(order["shipped"]["tracking_number"])
    assert len(set(numbers)) == len(numbers)


def test_payment_follows_the_status() -> None:
    for order in ORDERS:
        if order["status"] in {"cancelled", "returned"}:
            assert order["payment_status"] == "refunded"
        elif order["status"] == "created":
            assert order["payment_status"] in {"paid", "pending"}
        else:
            assert order["payment_status"] == "paid"


def test_one_customer_s_orders_go_to_one_postal_code() -> None:
    places: dict[str, set[str]] = {}
    for order in ORDERS:
        places.setdefault(order["customer"], set()).add(order["postal_code"])
    assert all(len(codes) == 1 for codes in places.values())


@pytest.mark.parametrize(
    ("number", "status", "delivered_days_ago"),
    [
        ("GG-12001", "processing", None),
        ("GG-12002", "delivered", 12),
        ("GG-12003", "shipped", None),
        ("GG-12004", "delivered", 45),
        ("GG-12005", "delivered", 80),
        ("GG-12006", "delivered", 10),
        ("GG-12007", "cancelled", None),
        ("GG-12008", "delivered", 30),
        ("GG-12009", "shipped", None),
    ],
)
def test_a_fixture_order_is_where_the_guides_say(
    number: str, status: str, delivered_days_ago: int | None
) -> None:
    order = BY_NUMBER[number]
    assert order["status"] == status
    assert _reached(order, "delivered") == delivered_days_ago
    assert list(BY_NUMBER)[int(number[-1]) - 1] == number


def test_the_fixture_orders_lie_where_the_policies_draw_their_lines() -> None:
    window, resize = POLICIES.returns.return_window_days, POLICIES.returns.resize_window_days
    days = {n: _reached(o, "delivered") or 0 for n, o in BY_NUMBER.items()}
    assert days["GG-12002"] < window == days["GG-12008"]
    assert window < days["GG-12004"] <= resize < days["GG-12005"]
    assert days["GG-12014"] == resize == days["GG-12015"] - 1
    assert days["GG-12016"] == window + 1
    assert BY_NUMBER["GG-12006"]["lines"][0]["custom"]
    assert BY_NUMBER["GG-12019"]["lines"][0]["engraved"]


def test_ada_is_a_vip_with_three_orders_and_bo_waits_for_a_parcel() -> None:
    ada = next(c for c in CUSTOMERS if c["name"] == "Ada Example")
    assert ada["tier"] == "vip"
    assert sum(order["customer"] == ada["email"] for order in ORDERS) == 3
    first = BY_NUMBER["GG-12002"]
    assert first["customer"] == ada["email"]
    assert first["lines"][0]["product"] == "halo-ring"
    assert first["lines"][0]["price_cents"] == 28900
    assert BY_NUMBER["GG-12009"]["customer"] == "bo@example.com"


def test_there_are_three_creators_with_a_share_each() -> None:
    assert len({creator["id"] for creator in CREATORS}) == len(CREATORS) == 3
    assert all(0 < creator["commission_percent"] < 50 for creator in CREATORS)
    assert {creator["id"] for creator in CREATORS} <= {order["creator"] for order in ORDERS}


# --- policies ---


def test_the_policies_load_with_the_documented_defaults() -> None:
    assert POLICIES.returns.model_dump() == {
        "return_window_days": 30, "resize_window_days": 60, "ship_within_days": 14,
        "refund_within_days": 5, "pay_way_back": "faulty",
    }  # fmt: skip
    assert POLICIES.reply_promise.model_dump() == {
        "standard_minutes": 240, "vip_minutes": 60, "urgent_minutes": 15,
    }  # fmt: skip
    assert POLICIES.csat.words == {"great": 5, "good": 4, "okay": 3, "poor": 2, "bad": 1}
    assert {"legal", "safety", "double charge", "privacy"} <= set(POLICIES.urgent_words)
    assert [len(POLICIES.business_hours.intervals(day)) for day in range(7)] == [1] * 5 + [0] * 2


def test_holidays_are_the_observed_federal_ones_of_two_years() -> None:
    def nth(year: int, month: int, weekday: int, count: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))

    def observed(day: date) -> date:
        return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))

    expected = set()
    for year in (2026, 2027):
        last_monday = nth(year, 5, 0, 5) if nth(year, 5, 0, 5).month == 5 else nth(year, 5, 0, 4)
        expected |= {
            nth(year, 1, 0, 3), nth(year, 2, 0, 3), last_monday, nth(year, 9, 0, 1),
            nth(year, 10, 0, 2), nth(year, 11, 3, 4),
        }  # fmt: skip
    for year in (2026, 2027, 2028):
        for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)):
            expected.add(observed(date(year, month, day)))
    assert POLICIES.business_hours.holiday_dates == {d for d in expected if d.year in (2026, 2027)}
    assert all(day.weekday() < 5 for day in POLICIES.business_hours.holiday_dates)


# --- answers ---


def test_there_is_one_answer_for_every_topic() -> None:
    found = {path.stem for path in (DATA / "answers").glob("*.yaml")} - {"ring_sizes"}
    assert found == TOPICS


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_an_answer_is_short_and_complete(topic: str) -> None:
    answer = _read(f"answers/{topic}.yaml")
    keys = ["intent", "title", "body", "first", "points", "links", "quick_replies"]
    assert list(answer) == [key for key in keys if key != "first" or "first" in answer]
    assert all(set(one) == {"words", "say"} for one in answer.get("first", []))
    assert answer["intent"] == topic
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", answer["body"])) <= 5
    assert answer["points"]
    assert all(set(link) == {"label", "url"} for link in answer["links"])
    assert {link["url"] for link in answer["links"]} <= {
        POLICIES.catalogue_url,
        POLICIES.customizer_url,
    }
    assert all(set(reply) == {"label", "text"} for reply in answer["quick_replies"])
    assert 1 <= len(answer["quick_replies"]) <= 4


def test_ring_sizes_follow_the_inner_circumference() -> None:
    rows = _read("answers/ring_sizes.yaml")["rows"]
    assert [row["us"] for row in rows] == [f"{3 + i / 2:g}" for i in range(21)]
    for row in rows:
        diameter = 25.4 * (0.458 + 0.032 * float(row["us"]))
        assert row["diameter_mm"] == pytest.approx(diameter, abs=0.006)
        assert row["circumference_mm"] == pytest.approx(math.pi * diameter, abs=0.06)
        assert abs(int(row["eu"]) - math.pi * diameter) <= 0.55
    for column in ("us", "uk", "eu"):
        assert len({row[column] for row in rows}) == len(rows)


# --- texts ---


def test_the_texts_that_the_dialogue_needs_are_there() -> None:
    needed = [
        "greeting_new",
        "greeting_regular",
        "greeting_vip",
        "ask_order_number",
        "ask_proof",
        "order_not_found",
        "return_confirmed",
        "return_window_closed",
        "return_not_delivered",
        "return_custom",
        "return_already",
        "resize_confirmed",
        "resize_window_closed",
        "order_change_can",
        "order_change_cannot",
        "updates_on",
        "updates_off",
        "updates_ask_contact",
        "updates_not_verified",
        "stylist_intro",
        "stylist_opened",
        "stylist_opened_urgent",
        "csat_ask",
        "csat_thanks",
        "csat_low",
        "complaint_offer_human",
        "unmatched",
        "unmatched_twice",
        "nothing_fits",
        "shortlist_empty",
        "shortlist_added",
        "shortlist_removed",
        "thanks",
        "goodbye",
        "unavailable",
        "session_ended",
        "products_found",
        "products_relaxed",
        "agent_replied",
        "ticket_resolved",
    ]
    assert set(needed) <= set(CHAT)
    assert set(MAIL) == {
        "rma", "rma_off", "agent_reply", "survey", "ticket_opened", "order_updates_on",
        "order_updates_off", "order_status",
    }  # fmt: skip
    assert all(list(mail) == ["subject", "body"] for mail in MAIL.values())


def test_every_button_says_something_when_tapped() -> None:
    labels = {key.removeprefix("label_") for key in CHAT if key.startswith("label_")}
    taps = {key.removeprefix("say_") for key in CHAT if key.startswith("say_")}
    assert taps <= labels


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_a_text_uses_only_documented_placeholders_and_can_be_filled(key: str) -> None:
    text = TEXTS[key]
    assert isinstance(text, str)
    assert _fields(text) <= set(PLACEHOLDERS)
    filled = text.format(**{name: entry["example"] for name, entry in PLACEHOLDERS.items()})
    assert filled.strip()
    assert "{" not in filled
    assert filled.count("!") <= 1


def test_no_placeholder_is_documented_in_vain() -> None:
    used = set().union(*(_fields(text) for text in TEXTS.values()))
    assert used | {"return_days", "resize_days"} == set(PLACEHOLDERS)


def test_a_delivery_is_estimated_as_the_answer_on_shipping_promises_it() -> None:
    shipping = str(_read("answers/shipping_info.yaml"))
    assert f"to {POLICIES.delivery_estimate_days} business days" in shipping


def test_the_answers_name_no_window_of_the_policies_in_figures() -> None:
    """They are filled in, so that a changed window is not told wrongly in one of the answers."""
    said = "\n".join(path.read_text("utf-8") for path in (DATA / "answers").glob("*.yaml"))
    assert not re.findall(r"\d+ days of delivery", said)
    assert {"return_days", "resize_days"} <= set(re.findall(r"within {(\w+)} days", said))


def test_a_filled_text_message_fits_one_sms() -> None:
    example = {name: entry["example"] for name, entry in PLACEHOLDERS.items()}
    assert all(len(text.format(**example)) <= 160 for text in SMS.values())


def test_a_wrong_proof_and_a_missing_order_share_their_words() -> None:
    assert sum(key.startswith("order_not_found") for key in CHAT) == 1
    assert _fields(CHAT["order_not_found"]) == set()
