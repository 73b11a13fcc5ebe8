"""Styles that are looked for: studs, hoops, vintage, tennis; known by the shop's tags."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.catalog.classify import singular, words_apart
from concierge.replies.models import ProductGrid
from tests.talk import Said, Talk


def grid(said: Said) -> ProductGrid:
    return said.one(ProductGrid)


def labels(said: Said) -> list[str]:
    return [chip.label for chip in grid(said).filters]


def tags(shop: Services, said: Said) -> list[set[str]]:
    return [set(shop.catalog.get(card.product_id).tags) for card in grid(said).cards]


@pytest.mark.parametrize(
    ("text", "title", "tag", "why"),
    [
        ("show me studs", "stud earrings", "studs", "a stud"),
        ("hoops under $200", "hoop earrings under $200", "hoops", "a hoop"),
        ("vintage ring", "vintage rings", "vintage", "vintage"),
        ("antique rings", "vintage rings", "vintage", "vintage"),
        ("tennis bracelet", "tennis bracelets", "tennis", "tennis"),
        ("show me huggies", "huggie earrings", "huggies", "a huggie"),
    ],
)
def test_a_style_that_is_wished_for_is_all_that_is_shown(
    shop: Services, text: str, title: str, tag: str, why: str
) -> None:
    said = Talk.begin(shop).say(text)
    assert grid(said).title == title
    assert all(tag in of for of in tags(shop, said))
    assert all(why in card.why for card in grid(said).cards)


def test_a_style_is_kept_and_shown_as_a_filter_and_the_next_one_takes_its_place(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    assert labels(talk.say("vintage")) == ["rings", "vintage"]
    assert labels(talk.say("under $2000")) == ["rings", "vintage", "≤ $2,000"]
    assert talk.session().state.wished_styles == ["vintage"]
    assert grid(talk.say("halo")).title == "halo rings under $2,000"
    assert labels(talk.say("show me necklaces")) == ["necklaces", "≤ $2,000"]


def test_of_two_styles_any_will_do(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("studs or hoops")
    assert grid(said).title == "stud or hoop earrings"
    assert all(of & {"studs", "hoops"} for of in tags(shop, said))
    only = talk.say("no hoops")
    assert grid(only).title == "stud earrings without hoops"


def test_two_styles_in_a_row_are_wished_for_together(shop: Services) -> None:
    said = Talk.begin(shop).say("blue engagement rings under 3000")
    assert grid(said).title == "blue engagement rings under $3,000"
    assert all({"engagement", "blue"} <= of for of in tags(shop, said))


@pytest.mark.parametrize(
    "text",
    ["any style", "any style is fine", "style doesn't matter", "forget the vintage", "not vintage"],
)
def test_a_style_is_taken_back(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    talk.say("vintage ring")
    said = talk.say(text)
    assert grid(said).title in {"rings", "rings without vintage"}
    assert talk.session().state.wished_styles == []


def test_the_chip_of_a_style_asks_for_the_same_without_it(shop: Services) -> None:
    talk = Talk.begin(shop)
    chip = next(c for c in grid(talk.say("hoops under $200")).filters if c.label == "hoops")
    assert grid(talk.say(chip.without_text)).title == "earrings under $200"


def test_a_style_gives_way_when_nothing_fits(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("tennis bracelet under $400")
    assert "Nothing fits tennis bracelets under $400 exactly" in said.text
    assert "another style" in said.text
    assert all(c.category == "bracelet" and c.price_cents <= 40_000 for c in grid(said).cards)
    assert all("tennis" not in card.why for card in grid(said).cards)


def test_a_metal_gives_way_before_the_style_does(shop: Services) -> None:
    said = Talk.begin(shop).say("platinum studs")
    assert "another metal" in said.text
    assert all("studs" in of for of in tags(shop, said))


def test_a_word_that_is_no_tag_of_any_piece_is_no_style(shop: Services) -> None:
    assert grid(Talk.begin(shop).say("show me blorp rings")).title == "rings"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("yellow gold rings", "rings in yellow gold"),
        ("cheaper than the halo ring", "rings under"),
        ("wedding gift for my sister under 300", "pieces under $300"),
    ],
)
def test_metals_names_of_pieces_and_occasions_are_no_styles(
    shop: Services, text: str, title: str
) -> None:
    assert grid(Talk.begin(shop).say(text)).title.startswith(title)


def test_the_words_that_may_name_a_style() -> None:
    assert words_apart("a yellow gold vintage ring with blue topaz, 2") == [
        "vintage", "ring", "blue",
    ]  # fmt: skip
    assert [singular(word) for word in ("studs", "tennis", "huggies", "crosses")] == [
        "stud", "tennis", "huggie", "cross",
    ]  # fmt: skip
