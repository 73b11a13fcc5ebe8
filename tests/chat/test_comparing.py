"""Pieces side by side, and what "it" is after a superlative."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.replies.models import ProductGrid, ShortlistView
from tests.talk import Said, Talk


def names(said: Said) -> list[str]:
    return [card.name for card in said.one(ProductGrid).cards]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("which is cheaper, the halo ring or the dawn band", "Dawn Band costs less."),
        ("which is more expensive, the Halo Ring or the Dawn Band?", "Halo Ring costs more."),
        ("the halo ring vs the dawn band", "Dawn Band: rose gold, $240."),
        ("compare the halo ring and the dawn band", "Dawn Band: rose gold, $240."),
    ],
)
def test_two_that_are_named_stand_side_by_side(shop: Services, text: str, verdict: str) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    said = talk.say(text)
    assert names(said) == ["Halo Ring", "Dawn Band"]
    assert said.text.endswith(verdict)


def test_which_is_cheaper_is_asked_of_the_two_that_were_compared(shop: Services) -> None:
    talk = Talk.begin(shop)
    third = names(talk.say("show me rings"))[2]
    two = names(talk.say("compare the first and the second"))
    said = talk.say("which is cheaper")
    assert names(said) == two
    assert said.text.endswith("Pebble Stacking Ring costs less.")
    assert talk.say("which one costs more").text.endswith("Halo Ring costs more.")
    assert talk.say("the third one").text.startswith(third), "places count in what was shown"


def test_of_many_that_are_shown_the_cheapest_is_told(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = talk.say("show me rings").one(ProductGrid).cards
    least, most = (pick(card.price_cents for card in shown) for pick in (min, max))
    assert f"costs the least, ${least // 100:,}." in talk.say("which one costs less").text
    talk.say("show me rings")
    assert f"costs the most, ${most // 100:,}." in talk.say("which is more expensive").text


def test_the_first_two_are_looked_at_together(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = names(talk.say("show me rings"))
    assert names(talk.say("the first two")) == shown[:2]


def test_a_place_that_is_refused_is_not_meant(shop: Services) -> None:
    talk = Talk.begin(shop)
    third = names(talk.say("show me rings"))[2]
    assert talk.say("not the second, the third").text.startswith(third)


def test_this_stands_beside_one_that_is_named(shop: Services) -> None:
    talk = Talk.begin(shop)
    assert "Which piece" in talk.say("which is cheaper").text
    talk.say("is the dawn band in stock")
    said = talk.say("which is cheaper, this or the halo ring")
    assert names(said) == ["Dawn Band", "Halo Ring"]
    assert said.text.endswith("Dawn Band costs less.")


def test_the_cheapest_is_what_it_stands_for_then(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me earrings")
    talk.say("the cheapest one")
    said = talk.say("do you have it in gold")
    assert said.text.startswith("Moonrise Studs is not made in gold; it is made of silver and moon")
    assert {card.category for card in said.one(ProductGrid).cards} == {"earrings"}
    talk.say("the cheapest one")
    held = talk.say("can i hold it")
    assert [card.name for card in held.one(ShortlistView).cards] == ["Little Sun Hoops"]
    assert "does not set a piece aside" in held.text


@pytest.mark.parametrize("text", ["buy it", "ok, order this one please"])
def test_what_is_bought_is_the_piece_that_was_spoken_of(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    assert "ordered on its page" in talk.say(text).text
    talk.say("tell me about the dawn band")
    assert talk.say(text).text.startswith("Dawn Band costs $240")
    several = Talk.begin(shop)
    several.say("opal rings under 10")
    assert "Which one do you mean" in several.say(text).text


def test_a_proposal_is_shown_engagement_rings(shop: Services) -> None:
    said = Talk.begin(shop).say("I want to propose to my girlfriend, budget 2k")
    assert said.text.startswith("How lovely.")
    for card in said.one(ProductGrid).cards:
        assert card.price_cents <= 2_000_00
        assert "engagement" in shop.catalog.get(card.product_id).tags


def test_lab_grown_are_those_that_say_so(shop: Services) -> None:
    for text in ("do you have lab grown", "lab-grown diamonds please"):
        for card in Talk.begin(shop).say(text).one(ProductGrid).cards:
            assert "lab-grown" in shop.catalog.get(card.product_id).description
    none = Talk.begin(shop).say("lab grown diamond watches")
    assert "say themselves" not in none.text


def test_of_nickel_nothing_is_promised(shop: Services) -> None:
    said = Talk.begin(shop).say("I'm allergic to nickel, is the halo ring ok?")
    assert said.text.startswith("Halo Ring is made of yellow gold, with diamond.")
    assert "a stylist can tell you for certain" in said.text
    talk = Talk.begin(shop)
    talk.say("tell me about the dawn band")
    assert "free of nickel does not stand in my list" in talk.say("is it nickel free").text
    assert "does not stand in my list" in Talk.begin(shop).say("nickel free earrings").text


def test_a_price_of_nothing_asks_which_piece(shop: Services) -> None:
    said = Talk.begin(shop).say("what will it cost")
    assert "Which piece do you mean" in said.text


def test_a_stone_that_names_a_cut_is_no_stone(shop: Services) -> None:
    cut = Talk.begin(shop).say("emerald cut diamonds").one(ProductGrid)
    assert {chip.label for chip in cut.filters} == {"diamond"}
    stone = Talk.begin(shop).say("emerald rings").one(ProductGrid)
    assert "emerald" in {chip.label for chip in stone.filters}
