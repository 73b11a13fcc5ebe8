"""Finding pieces, and the shortlist, in words."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import ShortlistSubmission
from concierge.core.clock import ManualClock
from concierge.replies.models import ProductCard, ProductGrid, ShortlistView
from concierge.sessions.models import SessionContext
from tests.talk import SYSTEM, Said, Talk


def cards(said: Said) -> list[ProductCard]:
    return said.one(ProductGrid).cards


def listed(said: Said) -> list[str]:
    return [card.product_id for card in said.one(ShortlistView).cards]


def test_rings_under_300_are_shown_with_why_they_fit(shop: Services) -> None:
    said = Talk.begin(shop).say("show me rings under $300")
    found = cards(said)
    assert found
    for card in found:
        assert card.category == "ring"
        assert card.price_cents <= 30_000
        assert card.ready_to_ship
        assert "under $300" in card.why
        assert "ready to ship" in card.why
        assert card.image
    assert said.text.startswith(f"{said.one(ProductGrid).total} rings under $300")


def test_a_refinement_keeps_what_was_wished_before(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings under $300")
    cheaper = talk.say("under 200")
    assert all(c.category == "ring" and c.price_cents <= 20_000 for c in cards(cheaper))
    silver = talk.say("in silver")
    assert all(c.metal == "silver" and c.price_cents <= 20_000 for c in cards(silver))
    assert [chip.label for chip in silver.one(ProductGrid).filters] == ["rings", "silver", "≤ $200"]


def test_a_new_category_keeps_the_budget_alone_and_later_refinements_start_from_it(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    talk.say("silver rings with aquamarine under 200")
    earrings = talk.say("show me earrings")
    assert [chip.label for chip in earrings.one(ProductGrid).filters] == ["earrings", "≤ $200"]
    under = talk.say("under $150")
    assert [chip.label for chip in under.one(ProductGrid).filters] == ["earrings", "≤ $150"]
    everything = talk.say("/ready to ship")
    assert everything.one(ProductGrid).filters == []


@pytest.mark.parametrize(
    ("first", "then", "most"),
    [
        ("gift for my mom under $200", "earrings", 200_00),
        ("/gift 300", "earrings instead", 300_00),
        ("rings under $300", "earrings", 300_00),
        ("rings under $300", "show me gold earrings", 300_00),
    ],
)
def test_the_budget_stays_when_the_category_changes(
    shop: Services, first: str, then: str, most: int
) -> None:
    talk = Talk.begin(shop)
    talk.say(first)
    earrings = talk.say(then)
    assert {card.category for card in cards(earrings)} == {"earrings"}
    assert all(card.price_cents <= most for card in cards(earrings))
    chip = earrings.one(ProductGrid).filters[-1]
    assert chip.label == f"≤ ${most // 100}"
    without = talk.say(chip.without_text).one(ProductGrid)
    assert chip.label not in [kept.label for kept in without.filters]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("rings under $300", "earrings, any price"),
        ("rings under $300", "/earrings"),
        ("rings under $300", "rings"),
        ("rings under $300", "show me everything"),
    ],
)
def test_the_budget_goes_when_it_is_let_go_or_all_begins_afresh(
    shop: Services, first: str, then: str
) -> None:
    talk = Talk.begin(shop)
    talk.say(first)
    grid = talk.say(then).one(ProductGrid)
    assert not [chip.label for chip in grid.filters if "$" in chip.label]


def test_a_price_that_was_only_measured_is_no_budget_for_another_category(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("rings")
    assert "≤" in talk.say("cheaper").one(ProductGrid).filters[-1].label
    grid = talk.say("earrings").one(ProductGrid)
    assert [chip.label for chip in grid.filters] == ["earrings"]


def test_a_chips_words_ask_for_the_same_without_that_filter(shop: Services) -> None:
    talk = Talk.begin(shop)
    grid = talk.say("show me silver rings under $250").one(ProductGrid)
    for chip in grid.filters:
        without = talk.say(chip.without_text).one(ProductGrid)
        left = [kept.label for kept in without.filters]
        assert left == [kept.label for kept in grid.filters if kept.label != chip.label]
        assert without.total >= grid.total


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("gold necklaces with diamonds between 100 and 500", ["necklaces", "gold", "diamond"]),
        ("earrings over $200", ["earrings"]),
        ("anything with pearls", ["pearl"]),
    ],
)
def test_category_metal_stone_and_budget_are_read_together(
    shop: Services, text: str, filters: list[str]
) -> None:
    grid = Talk.begin(shop).say(text).one(ProductGrid)
    assert {chip.label for chip in grid.filters} >= set(filters)
    assert grid.cards


def test_a_stone_nobody_made_is_let_go_and_that_is_said(shop: Services) -> None:
    said = Talk.begin(shop).say("show me watches with opal")
    assert said.one(ProductGrid).relaxed == "another stone"
    assert all(card.category == "watch" for card in cards(said))
    assert "Nothing fits watches with opal" in said.text


def test_stone_and_metal_may_both_have_to_go(shop: Services) -> None:
    said = Talk.begin(shop).say("platinum rings with ruby under 100")
    assert "What comes nearest has another stone and another metal." in said.text
    assert all(c.category == "ring" and c.price_cents <= 10_000 for c in cards(said))


def test_a_budget_that_buys_nothing_shows_the_nearest_prices_and_how_far_they_are(
    shop: Services,
) -> None:
    said = Talk.begin(shop).say("rings under $10")
    found = cards(said)
    lowest, highest = min(c.price_cents for c in found), max(c.price_cents for c in found)
    assert f"${lowest // 100} – ${highest // 100}" in said.text
    assert all(any("over your budget" in why for why in card.why) for card in found)
    labels = [o.label for r in said.result.replies if r.kind == "quick_replies" for o in r.options]
    assert "Ways to pay" in labels
    assert said.one(ProductGrid).catalogue_url == "/catalog"


def test_when_there_is_nothing_at_all_the_catalogue_and_a_stylist_are_offered(
    services: Services,
) -> None:
    said = Talk.begin(services).say("show me rings under $300")
    assert said.kinds == ["text", "quick_replies"]
    assert "nothing ready to ship for rings under $300" in said.text


def test_more_shows_what_was_not_shown_yet_until_there_is_no_more(shop: Services) -> None:
    talk = Talk.begin(shop)
    first = talk.say("show me rings")
    seen = [card.product_id for card in cards(first)]
    total = first.one(ProductGrid).total
    while len(seen) < total:
        more = talk.say("more")
        fresh = [card.product_id for card in cards(more)]
        assert not set(fresh) & set(seen)
        seen += fresh
    assert "That is all there is" in talk.say("show more").text


def test_the_first_one_is_the_first_that_was_shown(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = cards(talk.say("show me earrings"))
    assert listed(talk.say("save the first one")) == [shown[0].product_id]
    assert listed(talk.say("add the last one")) == [shown[0].product_id, shown[-1].product_id]


def test_a_piece_is_saved_by_its_name_when_it_was_ever_shown(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings under $300")
    talk.say("show me earrings")
    assert listed(talk.say("please save the Halo Ring for me")) == ["halo-ring"]


def test_the_piece_of_the_page_is_meant_by_this(shop: Services) -> None:
    talk = Talk.begin(shop, context=SessionContext(page="/p", product_id="crescent-necklace"))
    assert listed(talk.say("save this")) == ["crescent-necklace"]


def test_which_piece_is_asked_when_it_is_not_clear(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    assert "Which piece" in talk.say("save it").text


def test_the_list_is_shown_and_pieces_are_taken_off_by_place_and_name(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = [card.product_id for card in cards(talk.say("show me rings under $300"))]
    for place in ("first", "second", "third"):
        talk.say(f"save the {place} one")
    assert listed(talk.say("show my list")) == shown[:3]
    assert listed(talk.say("remove the second one")) == [shown[0], shown[2]]
    name = shop.catalog.get(shown[0]).name
    assert listed(talk.say(f"take off the {name}")) == [shown[2]]
    talk.say("show me earrings")
    assert listed(talk.say("remove the first one")) == [], "of the list, not of what is shown"
    gone = ShortlistSubmission(product_ids=[shown[0]], remove=True)
    assert "not on your shortlist" in talk.form(gone).text


def test_what_is_not_on_the_list_takes_nothing_else_off(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    kept = listed(talk.say("save the first three"))
    assert len(kept) == 3
    talk.say("tell me about the first one")
    for text in (
        "remove the moonrise studs",
        "remove the fifth",
        "remove the earrings",
        "remove the opal one",
    ):
        said = talk.say(text)
        assert "not on your shortlist" in said.text, text
        assert listed(said) == kept
    assert "Which piece" in talk.say("remove the blorb").text
    only = listed(talk.say("remove the first two"))
    assert only == kept[2:]
    said = talk.say("remove the second")
    assert ("not on your shortlist" in said.text, listed(said)) == (True, only)
    assert listed(talk.say("remove it")) == []


def test_a_piece_comes_off_by_a_word_of_its_name_or_by_its_kind(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings under $300")
    talk.say("save the halo ring")
    talk.say("show me earrings")
    kept = listed(talk.say("save the first two"))
    assert listed(talk.say("remove the halo")) == kept[1:]
    ring = listed(talk.say("save the pebble stacking ring"))
    assert listed(talk.say("remove the ring")) == [one for one in ring if one in kept[1:]]


def test_pieces_are_saved_and_taken_off_by_several_names(shop: Services) -> None:
    talk = Talk.begin(shop)
    both = ["halo-ring", "dawn-band"]
    assert listed(talk.say("save the halo ring and the dawn band")) == both
    assert listed(talk.say("remove the dawn band and the halo ring")) == []
    talk.say("show me rings")
    assert listed(talk.say("save the rosewater")) == ["rosewater-ring"]


def test_both_are_saved_that_stand_side_by_side_and_the_cheapest_by_its_price(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    shown = [card.product_id for card in cards(talk.say("show me rings"))]
    talk.say("compare the first and the third")
    both = listed(talk.say("save both"))
    assert both == [shown[0], shown[2]]
    dearest = max(shown, key=lambda one: shop.catalog.get(one).price_cents)
    assert listed(talk.say("save the most expensive one")) == [*both, dearest]
    assert listed(talk.say("remove the cheapest")) == [shown[2], dearest]


def test_a_word_for_a_kind_may_be_a_pieces_own(shop: Services) -> None:
    talk = Talk.begin(shop)
    kept = listed(talk.say("save the northlight signet, the halo ring and the dawn band"))
    assert len(kept) == 3
    assert "northlight-signet" not in listed(talk.say("take off the signet"))
    assert len(listed(talk.say("show my list"))) == 2


def test_others_than_were_shown_as_a_gift_are_shown(shop: Services) -> None:
    talk = Talk.begin(shop)
    first = {card.product_id for card in cards(talk.say("gift for her under $200"))}
    others = cards(talk.say("anything else"))
    assert others
    assert not first & {card.product_id for card in others}
    assert all(card.price_cents <= 200_00 for card in others)


def test_all_that_is_shown_or_listed_goes_on_and_off_at_once(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = [card.product_id for card in cards(talk.say("show me rings under $150"))]
    assert listed(talk.say("save the last two")) == shown[-2:]
    assert set(listed(talk.say("save all"))) == set(shown)
    said = talk.say("clear my list")
    assert "are off your shortlist" in said.text
    assert listed(said) == []
    assert "is empty" in talk.say("remove the first one").text


def test_a_piece_that_is_to_be_held_is_saved_and_not_promised(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = cards(talk.say("show me rings"))
    said = talk.say("can you hold the first one for me")
    assert listed(said) == [shown[0].product_id]
    assert "does not set a piece aside" in said.text


def test_saving_twice_keeps_one_and_a_saved_card_says_so(shop: Services) -> None:
    talk = Talk.begin(shop)
    first = cards(talk.say("show me rings"))[0]
    assert not first.saved
    for _ in range(2):
        talk.form(ShortlistSubmission(product_ids=[first.product_id]))
    kept = shop.shortlists.get(SYSTEM, talk.session_id).product_ids
    assert kept == [first.product_id]
    assert cards(talk.say("show me rings"))[0].saved


def test_a_piece_that_does_not_exist_is_not_saved(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.form(ShortlistSubmission(product_ids=["no-such-piece"]))
    assert "cannot find that piece" in said.text
    assert shop.shortlists.get(SYSTEM, talk.session_id).product_ids == []
    assert talk.session().first_at.saved is None


def test_marks_and_shown_items_follow_the_funnel(shop: Services, clock: ManualClock) -> None:
    talk = Talk.begin(shop)
    shown = [card.product_id for card in cards(talk.say("show me rings"))]
    talk.say("save the first one")
    session = talk.session()
    assert session.depth == 4
    assert (session.intent, session.category) == ("product_search", "ring")
    assert session.shown_items == shown


def test_a_gift_leaves_rings_out_unless_one_is_wished(shop: Services) -> None:
    said = Talk.begin(shop).say("gift for my mom under 200")
    assert all(c.category != "ring" and c.price_cents <= 20_000 for c in cards(said))
    asked = Talk.begin(shop).say("a gift for my wife, a ring under $400")
    assert all(card.category == "ring" for card in cards(asked))


def test_the_cheapest_and_the_dearest_stand_first_and_in_order(shop: Services) -> None:
    talk = Talk.begin(shop)
    prices = [card.price_cents for card in cards(talk.say("what's the cheapest thing you have"))]
    assert prices == sorted(prices)
    dearest = [card.price_cents for card in cards(talk.say("and the most expensive"))]
    assert dearest == sorted(dearest, reverse=True)
    assert dearest[0] > prices[-1]
    rings = cards(talk.say("the cheapest ring"))
    assert {card.category for card in rings} == {"ring"}


def test_a_kind_of_piece_that_is_not_wanted_is_left_out_until_it_is_asked_for(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    talk.say("something under $100")
    said = talk.say("no earrings")
    assert said.text.startswith(f"{said.one(ProductGrid).total} pieces without earrings under $100")
    neither = cards(talk.say("and no charms please"))
    assert not {card.category for card in neither} & {"earrings", "charm"}
    assert {card.category for card in cards(talk.say("show me earrings"))} == {"earrings"}


def test_a_gift_within_a_range_says_the_range(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("a gift for my wife")
    assert "These cost $400 to $600" in talk.say("around 500").text
    assert all(card.metal != "gold" for card in cards(talk.say("she doesn't like gold")))


def test_several_places_are_saved_and_taken_off_at_once(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = [card.product_id for card in cards(talk.say("show me rings under $200"))]
    assert listed(talk.say("save the second and the 3rd")) == shown[1:3]
    assert listed(talk.say("and the last one too")) == [*shown[1:3], shown[-1]]
    assert listed(talk.say("remove the first and the second")) == [shown[-1]]


@pytest.mark.parametrize(
    "text",
    [
        "none of these",
        "not these, show me others",
        "I don't like any of these",
        "something else please",
        "can you show me different ones",
        "next",
    ],
)
def test_others_are_asked_for_in_many_words_and_none_comes_twice(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    shown = {card.product_id for card in cards(talk.say("show me rings"))}
    said = talk.say(text)
    others = {card.product_id for card in cards(said)}
    assert others
    assert not others & shown
    assert all(card.category == "ring" for card in cards(said))
    assert "more" in said.text


def test_everything_is_all_that_is_ready(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me silver rings under $250")
    grid = talk.say("show me everything").one(ProductGrid)
    assert grid.filters == []
    assert grid.total == talk.say("/ready to ship").one(ProductGrid).total


def test_what_is_sold_out_is_not_shown_and_that_is_said(shop: Services) -> None:
    said = Talk.begin(shop).say("show me sold out rings")
    assert said.intent == "product_search"
    assert "what is sold out I leave out" in said.text
    assert all(card.ready_to_ship and card.category == "ring" for card in cards(said))


def test_a_stone_is_left_out_of_what_was_shown(shop: Services) -> None:
    talk = Talk.begin(shop)
    before = talk.say("show me rings").one(ProductGrid).total
    said = talk.say("without diamonds")
    assert said.one(ProductGrid).total < before
    stones = [shop.catalog.get(card.product_id).gemstones for card in cards(said)]
    assert not any("diamond" in stone for each in stones for stone in each)


def test_a_bare_size_after_rings_is_theirs(shop: Services) -> None:
    talk = Talk.begin(shop)
    before = talk.say("show me rings").one(ProductGrid).total
    said = talk.say("in 6.5")
    assert said.intent == "product_search"
    assert "US 6.5" in said.text
    assert 0 < said.one(ProductGrid).total < before


@pytest.mark.parametrize(
    "text",
    ["she has silver allergies", "she is allergic to silver", "she has an allergy to silver"],
)
def test_what_somebody_cannot_wear_is_left_out(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    said = talk.say(text)
    assert "without silver" in said.text
    assert all(shop.catalog.get(card.product_id).metal != "silver" for card in cards(said))


def test_rings_as_a_gift_are_not_said_to_need_no_size(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    said = talk.say("for my girlfriend")
    assert {card.category for card in cards(said)} == {"ring"}
    assert "no size" not in said.text
    assert "altered free of charge within 60 days" in said.text


def test_a_gift_may_be_cheaper(shop: Services) -> None:
    talk = Talk.begin(shop)
    dearest = max(card.price_cents for card in cards(talk.say("a gift for my mum around 300")))
    cheaper = cards(talk.say("cheaper"))
    assert cheaper
    assert all(card.price_cents < dearest for card in cheaper)


@pytest.mark.parametrize(
    ("first", "then", "begins"),
    [
        ("silver earrings pls", "no not earrings, a necklace", "3 necklaces in silver,"),
        ("show me rings", "not a ring, a bracelet", "6 bracelets,"),
        ("show me earrings", "no earrings but necklaces", "8 necklaces,"),
        ("rings under 500", "not under 500, under 200", "6 rings under $200,"),
        ("silver rings", "forget the silver", "16 rings,"),
        ("silver rings", "remove the silver", "16 rings,"),
        ("rings under 200", "forget the budget", "16 rings,"),
        ("silver rings under 100", "price doesn't matter", "5 rings in silver,"),
        ("silver rings under 200", "it doesn't have to be silver", "6 rings under $200,"),
        ("show me earrings", "cheaper than 80", "One piece fits"),
    ],
)
def test_a_wish_is_corrected_in_one_breath(
    shop: Services, first: str, then: str, begins: str
) -> None:
    talk = Talk.begin(shop)
    talk.say(first)
    assert talk.say(then).text.startswith(begins)


@pytest.mark.parametrize(
    "text", ["do you have necklaces for under 10", "necklaces under 10 please"]
)
def test_a_small_budget_is_one(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    assert "Nothing fits necklaces under $10" in talk.say(text).text
    assert "Nothing fits necklaces under $8" in talk.say("under 8").text


def test_a_bare_number_answers_how_much_a_gift_may_cost(shop: Services) -> None:
    talk = Talk.begin(shop)
    assert "How much" in talk.say("i need a gift").text
    assert "under $100" in talk.say("100").text
    assert "under $100" in talk.say("for my daughter").text
    other = Talk.begin(shop)
    other.say("i need a gift")
    assert cards(other.say("no limit"))
    assert cards(other.say("no limit"))
    third = Talk.begin(shop)
    third.say("i need a gift")
    assert "leave it there" in third.say("no thanks").text


def test_another_currency_is_read_as_the_shops_and_that_is_said_once(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("£200 rings")
    assert "Our prices are in US dollars" in said.text
    assert "rings under $200" in said.text
    assert "£" not in said.text + str(said.one(ProductGrid).filters)
    then = talk.say("under 150")
    assert then.text.startswith("4 rings under $150")
    assert "US dollars" in talk.say("watches under £5").text
    assert "US dollars" not in talk.say("rings under $200").text


def test_what_was_saved_is_asked_and_nothing_is_put_there(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("save the halo ring")
    talk.say("tell me about the lumen studs")
    assert listed(talk.say("what did I save")) == ["halo-ring"]
    assert listed(talk.say("did I save the dawn band")) == ["halo-ring"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("can I add a note?", "handwritten note is free"), ("is it gift wrapped?", "gift box")],
)
def test_a_question_on_gifts_is_answered_and_not_searched_for(
    shop: Services, text: str, told: str
) -> None:
    talk = Talk.begin(shop)
    talk.say("a gift for my wife under $150")
    said = talk.say(text)
    assert told in said.text
    assert not said.has(ProductGrid)
