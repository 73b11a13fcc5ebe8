"""What a piece is, read from the words a shop gave it."""

from __future__ import annotations

import pytest
import yaml

from concierge.catalog.classify import (
    Wish,
    category_of,
    metal_of,
    same_metals,
    search_words,
    stones_of,
)
from tests.conftest import DATA


@pytest.mark.parametrize(
    ("kind", "tags", "title", "category"),
    [
        ("Earrings", (), "Ringlet Drops", "earrings"),
        ("", (), "Silver Earring", "earrings"),
        ("", ("rings",), "Aurora", "ring"),
        ("", (), "Pendant Necklace", "necklace"),
        ("", (), "Spring Sling", "other"),
        ("T-Shirts", (), "Plain Tee", "t-shirts"),
        ("Bangles", (), "Boho", "bracelet"),
    ],
)
def test_the_category_is_a_whole_word_of_type_tags_or_title(kind, tags, title, category):
    assert category_of(kind, tags, title) == category


@pytest.mark.parametrize(
    ("title", "tags", "metal"),
    [
        ("14k white gold ring", (), "white gold"),
        ("Rose-gold band", ("Silver",), "rose gold"),
        ("Boho Earrings", ("Silver", "Gold"), "silver"),
        ("Goldfish charm", (), None),
    ],
)
def test_the_metal_is_the_titles_before_the_tags(title, tags, metal):
    assert metal_of(title, tags) == metal


def test_stones_are_named_once_each():
    assert stones_of("Ruby and diamond ring", ("Rubies", "Opal")) == ("ruby", "diamond", "opal")


def test_a_wish_is_taken_apart_into_category_metal_stone_and_words():
    wish = Wish("Show me ready-to-ship halo rings in white gold with diamonds under 300")
    assert (wish.category, wish.metal, wish.stone) == ("ring", "white gold", "diamond")
    assert wish.words == ("halo",)


def test_plural_and_singular_meet():
    assert search_words("Studs", "Rubies", "Glass") == ["glass", "ruby", "stud"]


def test_gold_is_content_with_every_colour_of_it():
    assert set(same_metals("gold")) == {"gold", "yellow gold", "rose gold", "white gold"}


def test_every_piece_of_the_demo_shop_is_classified_as_it_is_labelled():
    shop = yaml.safe_load((DATA / "shop" / "products.yaml").read_text(encoding="utf-8"))
    wrong = {
        piece["id"]: found
        for piece in shop["products"]
        if (found := category_of("", piece["tags"], piece["name"])) != piece["category"]
    }
    assert wrong == {}
