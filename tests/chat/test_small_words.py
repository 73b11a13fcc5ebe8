"""Words that slipped, styles that are not wanted, sizes and reasons in a few words."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.consent import seeks, was_for_somebody
from concierge.chat.told import half_address, only_half_address
from concierge.detection.sizes import bare_size
from concierge.detection.text import clean
from concierge.detection.unwanted import words_left_out
from concierge.replies.models import (
    Article,
    ProductGrid,
    ReturnConfirmed,
    StylistForm,
    TicketOpened,
)
from tests.talk import Talk

RETURN = "I want to return GG-12002, ada@example.com"


def shown(grid: ProductGrid) -> set[str]:
    return {card.name for card in grid.cards}


# ------------------------------------------------------------------------ half an address


@pytest.mark.parametrize("text", ["a@b", "my email is bob@example", "sorry, it's ada@", "a@b,com"])
def test_half_an_address_is_told_from_a_whole_one(text: str) -> None:
    assert only_half_address(text)


@pytest.mark.parametrize("text", ["ada@example.com", "the ring", "meet me @ noon", "@aurora"])
def test_what_is_no_half_address(text: str) -> None:
    assert not only_half_address(text)
    assert not half_address("ada@example.com")


def test_an_address_that_slipped_is_said_to_be_none_while_a_ticket_is_open(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    assert talk.say("Ada, ada@example.com, my ring is loose").has(TicketOpened)
    assert "no whole e-mail address" in talk.say("my email is bob@example").text
    assert "I have added that to your ticket" in talk.say("blorp").text


def test_an_address_that_slipped_does_not_become_the_message(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    said = talk.say("a@b")
    assert "should read like name@example.com" in said.text
    assert said.one(StylistForm).message is None
    assert talk.say("ada@example.com").has(TicketOpened)


# ------------------------------------------------------------------------ what no policy tells


@pytest.mark.parametrize(
    "text",
    ["do you do appraisals", "I need an appraisal for my insurance", "can you value my old ring"],
)
def test_appraisals_are_said_to_be_unknown_before_a_form_is_shown(
    shop: Services, text: str
) -> None:
    talk = Talk.begin(shop)
    said = talk.say(text)
    assert said.intent == "stylist"
    assert "I do not know; a stylist can tell you" in said.text
    assert not said.has(StylistForm)
    assert text in (talk.say("yes").one(StylistForm).message or "")


def test_a_certificate_is_answered_by_what_is_known(shop: Services) -> None:
    said = Talk.begin(shop).say("do your pieces come with a certificate?")
    assert "a card that states metal and stones" in said.text
    assert not said.has(StylistForm)


def test_who_asks_for_a_human_about_an_appraisal_gets_the_form(shop: Services) -> None:
    said = Talk.begin(shop).say("I want to talk to a stylist about an appraisal")
    assert said.has(StylistForm)


# ------------------------------------------------------------------------ styles left out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("earrings but no hoops", ["hoops"]),
        ("no hoops or studs please", ["hoops", "studs"]),
        ("nothing vintage", ["vintage"]),
        ("nothing but gold", []),
        ("no, hoops", []),
        ("I don't like halo", ["halo"]),
    ],
)
def test_words_behind_a_no(text: str, words: list[str]) -> None:
    assert words_left_out(text) == words


def test_a_style_that_is_not_wanted_is_left_out(shop: Services) -> None:
    talk = Talk.begin(shop)
    grid = talk.say("earrings but no hoops").one(ProductGrid)
    assert grid.title == "earrings without hoops"
    assert not shown(grid) & {"Little Sun Hoops", "Comet Huggies"}
    assert "no hoops" in [chip.label for chip in grid.filters]
    both = talk.say("not studs either").one(ProductGrid)
    assert both.title == "earrings without hoops or studs"
    assert shown(both)
    again = talk.say("hoops after all").one(ProductGrid)
    assert "Little Sun Hoops" in shown(again)


def test_a_style_left_out_keeps_the_other_filters(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("gold earrings under 400")
    grid = talk.say("no hoops please").one(ProductGrid)
    assert grid.title == "earrings in gold without hoops under $400"
    assert all("gold" in (card.metal or "") for card in grid.cards)


def test_a_word_that_is_no_style_leaves_nothing_out(shop: Services) -> None:
    grid = Talk.begin(shop).say("show me rings, no more than 300").one(ProductGrid)
    assert "without" not in grid.title


# ------------------------------------------------------------------------ a bare size


@pytest.mark.parametrize("text", ["7", "its 7", "it's a 7", "I'm a 7", "i wear 7 i think", "EU 54"])
def test_a_bare_size(text: str) -> None:
    size = bare_size(clean(text))
    assert text == "EU 54" or (size is not None and size.us == 7)


@pytest.mark.parametrize("text", ["k", "n", "y", "rings in size 7", "7 days", "ok", "thanks", ""])
def test_what_is_no_bare_size(text: str) -> None:
    assert bare_size(clean(text)) is None


@pytest.mark.parametrize("text", ["7", "its 7", "I'm a 7"])
def test_a_size_told_after_the_page_on_sizes_is_kept_and_shown(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    assert talk.say("how do I find my ring size?").has(Article)
    said = talk.say(text)
    assert "I will remember US 7" in said.text
    assert said.one(ProductGrid).title == "rings in US 7"
    kept = talk.session().slots.ring_size
    assert kept is not None
    assert kept.us == 7
    assert talk.say("in silver").one(ProductGrid).title == "rings in silver in US 7"


def test_after_the_page_on_sizes_an_amount_is_still_one(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("how do I find my ring size?")
    assert talk.say("show me rings under 300").one(ProductGrid).title == "rings under $300"


def test_a_size_there_is_not_is_not_remembered_as_rings(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("/size")
    assert "I know US sizes 3 to 13" in talk.say("1").text


# ------------------------------------------------------------------------ reasons


@pytest.mark.parametrize(
    "text",
    ["it was for my mother", "it's for my mother", "a gift for my mom", "I bought it for him"],
)
def test_for_whom_it_was_is_a_reason(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    talk.say(RETURN)
    said = talk.say(text)
    assert said.intent == "returns"
    assert not talk.session().state.awaiting or not said.has(ProductGrid)
    done = said if said.has(ReturnConfirmed) else talk.say("yes")
    assert done.has(ReturnConfirmed)


@pytest.mark.parametrize(
    "text", ["show me gifts for my mother instead", "I need a gift for my mother under $100"]
)
def test_a_wish_for_a_gift_is_no_reason(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    talk.say(RETURN)
    said = talk.say(text)
    assert said.intent == "gift"
    assert shop.mongo.db["returns"].count_documents({"orderNumber": "GG-12002"}) == 0


def test_reasons_and_wishes_are_told_apart() -> None:
    assert was_for_somebody("the ring was meant for my sister")
    assert not was_for_somebody("what about a gift for my wife?")
    assert seeks("ok, show me something for her")
    assert not seeks("it was for my mother")


# ------------------------------------------------------------------------ told in between


def test_a_size_told_amid_rings_is_one_of_the_filters_and_may_be_corrected(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me silver rings")
    assert talk.say("i wear a 7").one(ProductGrid).title == "rings in silver in US 7"
    assert talk.say("6 actually").one(ProductGrid).title == "rings in silver in US 6"


def test_not_this_piece_but_that_is_no_reason(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12027, fay@example.com")
    talk.say("the charm")
    said = talk.say("not the charm, the pendant")
    assert "what was not right with Fern Emerald Pendant" in said.text
    assert talk.say("its too heavy").one(ReturnConfirmed).item == "Fern Emerald Pendant"


def test_not_this_piece_leaves_the_other_one(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12020, bo@example.com")
    talk.say("the hoops")
    assert "Little Star Charm" in talk.say("not the hoops").text


def test_a_reason_that_begins_with_not_is_one(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12020, bo@example.com")
    talk.say("the hoops")
    assert talk.say("not the right colour").one(ReturnConfirmed).item == "Little Sun Hoops"


def test_to_give_back_is_to_return(shop: Services) -> None:
    said = Talk.begin(shop).say("i wanna give back GG-12006 eli@example.org")
    assert said.intent == "returns"


@pytest.mark.parametrize("text", ["when will it be back", "notify me", "tell me when it's back"])
def test_when_a_sold_out_piece_is_back_a_stylist_can_tell(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    talk.say("is the opaline ring available")
    said = talk.say(text)
    assert "When Opaline Ring is there again I do not know" in said.text
    assert talk.say("yes").has(StylistForm)


def test_something_similar_is_near_to_the_piece_that_is_sold_out(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("is the opaline ring available")
    said = talk.say("something similar")
    assert "nearest to Opaline Ring" in said.text
    assert {card.category for card in said.one(ProductGrid).cards} == {"ring"}


def test_nothing_in_a_metal_leaves_it_out(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me earrings")
    assert talk.say("nothing in silver").one(ProductGrid).title == "earrings without silver"


def test_one_size_up_is_asked_for_in_numbers(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my ring is too tight GG-12026 cy@example.org")
    assert "I did not understand that size" in talk.say("one size up").text


def test_when_they_call_is_told_while_a_ticket_is_open(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    talk.say("Lee, lee@example.com")
    assert "A stylist answers within" in talk.say("when will they call").text


def test_a_reason_told_for_a_resize_holds_for_the_return(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my ring doesn't fit")
    talk.say("GG-12002 ada@example.com")
    assert "Shall I arrange the return" in talk.say("actually i'd rather send it back").text
    assert talk.say("yes").has(ReturnConfirmed)


def test_an_address_after_an_aside_goes_into_the_form(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    talk.say("do you ship to canada")
    assert talk.say("ok here: jo@example.com, need help with a wedding set").has(TicketOpened)


def test_who_pays_the_postage_is_told_while_the_reason_is_asked(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12023 quin@example.com")
    assert "the postage is yours" in talk.say("who pays for the postage").text
    assert talk.session().state.awaiting == "return_reason"


def test_the_cheapest_ring_is_looked_for_after_a_resize(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my ring is too big")
    assert talk.say("whats the cheapest ring").has(ProductGrid)


def test_a_size_of_hers_keeps_the_budget(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("i want to propose to my girlfriend")
    talk.say("under 1000")
    assert talk.say("she wears size 6").one(ProductGrid).title == "rings in US 6 under $1,000"


def test_a_rating_may_be_a_number_in_words(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("i want to leave feedback")
    assert "I am glad to hear it" in talk.say("four").text


def test_what_shall_not_be_shown_is_not(shop: Services) -> None:
    grid = Talk.begin(shop).say("dont show me rings").one(ProductGrid)
    assert {card.category for card in grid.cards}.isdisjoint({"ring"})


def test_drop_earrings_are_earrings(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me earrings")
    assert talk.say("drop earrings").one(ProductGrid).title == "drop earrings"


def test_the_first_one_beside_a_single_order_is_a_piece(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is GG-12003 dee@example.com and do you have silver rings under 200")
    first = talk.session().state.shown_product_ids[0]
    assert [c.product_id for c in talk.say("the first one").one(ProductGrid).cards] == [first]
    assert "is on your shortlist" in talk.say("save it").text
