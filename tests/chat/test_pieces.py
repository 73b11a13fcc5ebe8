"""Questions about one piece, its details, and the cart."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.asked import asked_of_piece, points_at_piece
from concierge.core.errors import NotFound
from concierge.detection.models import Slots
from concierge.detection.unwanted import unwanted
from concierge.replies.models import ProductGrid, ShortlistView
from concierge.sessions.errors import SessionNotFound
from concierge.sessions.models import SessionContext
from tests.talk import Said, Talk

ON_HALO = SessionContext(page="/products/halo-ring", product_id="halo-ring")


def ids(said: Said) -> list[str]:
    return [card.product_id for card in said.one(ProductGrid).cards]


def offered(said: Said) -> dict[str, str]:
    return {
        option.label: option.text
        for reply in said.result.replies
        if reply.kind == "quick_replies"
        for option in reply.options
    }


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("is the halo ring in stock in size 6", "Halo Ring is in stock in US 6, $289."),
        ("do you have the Halo Ring in EU 55", "Halo Ring is in stock in EU 55"),
        ("is the Halo Ring available in size 9", "not in stock in US 9 at the moment; it is in US"),
        ("how much is the Halo Ring", "Halo Ring costs $289."),
        ("is the halo ring real gold", "Halo Ring is made of yellow gold, with diamond."),
        ("is the Little Star Charm in stock", "Little Star Charm is in stock and ready to ship"),
    ],
)
def test_a_piece_is_asked_about_by_its_name(shop: Services, text: str, answer: str) -> None:
    said = Talk.begin(shop).say(text)
    assert answer in said.text
    assert len(ids(said)) == 1


def test_a_question_goes_on_about_the_piece_that_was_spoken_of(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = ids(talk.say("show me rings under $300"))
    name = shop.catalog.get(shown[1]).name
    assert f"{name} is in stock" in talk.say("is the second one in stock in size 7?").text
    assert f"{name} costs" in talk.say("how much is it").text
    assert f"{name} is in stock" in talk.say("do you have it in 6").text
    third = shop.catalog.get(shown[2]).name
    assert talk.say("the third one").text.startswith(third), "places still count in what was shown"
    assert [c.product_id for c in talk.say("save it").one(ShortlistView).cards] == [shown[2]]


def test_why_a_piece_was_shown_is_what_its_card_said(shop: Services) -> None:
    talk = Talk.begin(shop)
    first = talk.say("silver rings under $300").one(ProductGrid).cards[0]
    for _ in range(12):  # so long ago that a turn does not read it
        talk.say("hello")
    said = talk.say("why did you show me the first one")
    assert first.name in said.text
    assert all(reason in said.text for reason in first.why)
    assert "I have not suggested it" in Talk.begin(shop, context=ON_HALO).say("why this one").text


def test_the_page_says_which_piece_is_meant(shop: Services) -> None:
    talk = Talk.begin(shop, context=ON_HALO)
    for text in ("is this in stock", "what is it made of", "tell me about this ring"):
        assert talk.say(text).text.startswith("Halo Ring")


def test_with_several_shown_it_is_asked_which_is_meant(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    assert "Which one do you mean" in talk.say("is it in stock").text


def test_a_word_that_stands_for_no_piece_is_no_question_about_one(shop: Services) -> None:
    talk = Talk.begin(shop, context=ON_HALO)
    talk.say("is this in stock")
    found = talk.say("do you have earrings that are in stock").one(ProductGrid)
    assert {card.category for card in found.cards} == {"earrings"}


def test_another_metal_than_the_piece_has_leads_to_pieces_in_that_metal(shop: Services) -> None:
    said = Talk.begin(shop).say("does the halo ring come in silver")
    assert said.text.startswith("Halo Ring is not made in silver; it is made of yellow gold")
    assert all(card.metal == "silver" for card in said.one(ProductGrid).cards)


@pytest.mark.parametrize(("tag", "words"), [("sold-out", "sold out"), ("made-to-order", "made to")])
def test_what_cannot_be_had_is_said_and_never_shown(shop: Services, tag: str, words: str) -> None:
    gone = next(
        piece
        for piece in map(shop.catalog.get, sorted(_all_ids(shop)))
        if tag in piece.tags and piece.category == "ring"
    )
    said = Talk.begin(shop).say(f"is the {gone.name} in stock")
    assert words in said.text
    others = said.one(ProductGrid).cards
    assert others
    assert all(c.product_id != gone.id and c.ready_to_ship and c.category == "ring" for c in others)


def test_details_by_words_count_as_a_view_and_saving_moves_the_funnel(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = ids(talk.say("show me rings"))
    talk.say("tell me more about the first one")
    events = [event for entry in talk.transcript() for event in entry.events]
    viewed = [e.product_id for e in events if e.event == "aurora_product_viewed"]
    assert viewed == [shown[0]]
    assert talk.session().depth == 3


def test_the_cart_is_told_and_saved_as_a_whole(shop: Services) -> None:
    cart = SessionContext(page="/checkout", cart=["halo-ring", "dawn-band"])
    talk = Talk.begin(shop, context=cart)
    said = talk.say("what is in my cart")
    assert "Halo Ring and Dawn Band" in said.text
    assert ids(said) == ["halo-ring", "dawn-band"]
    kept = talk.say("save what is in my cart")
    assert [c.product_id for c in kept.one(ShortlistView).cards] == ["halo-ring", "dawn-band"]
    assert "are on your shortlist" in kept.text


def test_an_empty_cart_is_not_made_up(shop: Services) -> None:
    assert Talk.begin(shop).say("what is in my cart").intent == "unmatched"


def test_a_place_on_the_list_opens_that_piece(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = ids(talk.say("show me rings"))
    talk.say("save the second one")
    talk.say("show my list")
    assert talk.say("the first one").text.startswith(shop.catalog.get(shown[1]).name)


# -- what the dialog of a piece shows ----------------------------------------------------------


def test_opening_a_piece_tells_all_of_it_and_is_one_view_a_turn(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings under $300 in size 6")
    for _ in range(2):
        details = shop.chat.open_piece(talk.actor, talk.session_id, "halo-ring")
    assert details.name == "Halo Ring"
    assert "in stock in US 6" in details.why
    assert [size.option for size in details.sizes if size.ready] == [
        "US 5", "US 6", "US 6.5", "US 7", "US 8",
    ]  # fmt: skip
    assert details.images
    assert details.url is None, "the demo shop has no pages of its own"
    shop.events.flush()
    query = {"sessionId": talk.session_id, "event": "aurora_product_viewed"}
    assert shop.mongo.db["analyticsEvents"].count_documents(query) == 1


def test_the_actions_of_a_piece_are_understood(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("/size 6")
    details = shop.chat.open_piece(talk.actor, talk.session_id, "halo-ring")
    stock, similar, stylist = (action.text for action in details.actions)
    assert "Halo Ring is in stock in US 6" in talk.say(stock).text
    cards = talk.say(similar).one(ProductGrid).cards
    assert all(card.category == "ring" and card.metal in {"yellow gold", "gold"} for card in cards)
    assert talk.say(stylist).intent == "stylist"


def test_a_shops_own_page_of_a_piece_is_linked(shop: Services) -> None:
    rooms = shop.chat._rooms
    own = rooms.policies.model_copy(update={"product_url": "https://shop.example.com/p/{handle}"})
    object.__setattr__(rooms, "policies", own)
    talk = Talk.begin(shop)
    opened = shop.chat.open_piece(talk.actor, talk.session_id, "halo-ring")
    assert opened.url == "https://shop.example.com/p/halo-ring"


def test_a_piece_is_opened_only_in_ones_own_conversation(shop: Services) -> None:
    ada, bo = Talk.begin(shop), Talk.begin(shop)
    with pytest.raises(SessionNotFound):
        shop.chat.open_piece(bo.actor, ada.session_id, "halo-ring")
    with pytest.raises(NotFound):
        shop.chat.open_piece(ada.actor, ada.session_id, "no-such-piece")


def test_an_action_of_the_answer_is_one_of_the_details(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("tell me about the halo ring")
    details = shop.chat.open_piece(talk.actor, talk.session_id, "halo-ring")
    assert offered(said) == {action.label: action.text for action in details.actions}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("why did you show me this", "why"),
        ("why is my order late", None),
        ("which sizes do you have it in", "stock"),
        ("is this solid gold", "material"),
        ("what does the halo ring cost", "price"),
        ("show me rings under $300", None),
        ("what about the second one", "details"),
    ],
)
def test_what_is_asked_of_a_piece(text: str, asked: str | None) -> None:
    assert asked_of_piece(text) == asked


def test_it_stands_for_a_piece_but_not_beside_a_kind_of_pieces() -> None:
    assert points_at_piece("is it gold", Slots())
    assert points_at_piece("is that ring gold", Slots(category="ring"))
    assert not points_at_piece("rings that are gold", Slots(category="ring"))


@pytest.mark.parametrize(
    ("text", "word", "left_out"),
    [
        ("not gold", "gold", True),
        ("rings without any diamonds", "diamond", True),
        ("anything but yellow gold please", "yellow gold", True),
        ("nothing but gold", "gold", False),
        ("gold, not silver", "gold", False),
        ("gold, not silver", "silver", True),
        ("I do not mind, gold is fine", "gold", False),
        ("she doesn't like gold", "gold", True),
        ("he cant wear silver", "silver", True),
        ("my daughter hates yellow gold", "yellow gold", True),
        ("I'm not a fan of pearls", "pearl", True),
        ("she never wears rose gold", "rose gold", True),
        ("she would love gold", "gold", False),
        ("not gold but rose gold", "rose gold", False),
        ("not gold but rose gold", "gold", False),
        ("no gold, no rose gold", "gold", True),
        ("no rubies please", "ruby", True),
    ],
)
def test_a_word_is_left_out_only_where_it_is_refused(text: str, word: str, left_out: bool) -> None:
    assert unwanted(text, word) is left_out


def _all_ids(shop: Services) -> list[str]:
    return [str(row["_id"]) for row in shop.mongo.db["products"].find({}, {"_id": 1})]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("the pebble stacking ring", "Pebble Stacking Ring. A hand-hammered"),
        ("violet hour ring size 7", "Violet Hour Ring is in stock in US 7"),
        ("moonrise studs", "Moonrise Studs."),
        (
            "i love the halo ring but in silver",
            "Halo Ring is not made in silver; it is made of yellow gold",
        ),
    ],
)
def test_a_piece_that_is_only_named_is_looked_at(shop: Services, text: str, answer: str) -> None:
    said = Talk.begin(shop).say(text)
    assert said.text.startswith(answer)


def test_a_named_piece_may_be_the_measure_for_others(shop: Services) -> None:
    price = shop.catalog.get("halo-ring").price_cents
    said = Talk.begin(shop).say("anything like the halo ring but cheaper")
    cheaper = said.one(ProductGrid).cards
    assert len(cheaper) > 1
    assert all(card.category == "ring" and card.price_cents < price for card in cheaper)


def test_a_piece_is_saved_by_its_name_before_it_was_shown(shop: Services) -> None:
    said = Talk.begin(shop).say("save the halo ring")
    assert [card.product_id for card in said.one(ShortlistView).cards] == ["halo-ring"]


def test_who_wants_to_buy_is_told_where(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("the halo ring")
    said = talk.say("how do i order it")
    assert said.text.startswith("Halo Ring costs $289 and leaves within a business day.")
    assert ids(said) == ["halo-ring"]


def test_a_name_that_several_share_is_the_rings_beside_a_ring_size(shop: Services) -> None:
    said = Talk.begin(shop).say("do you have the halo in 6.5")
    assert said.intent == "product_search"
    assert "Halo Ring is in stock in US 6.5" in said.text


def test_details_of_a_place_are_those_of_the_piece_there(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = ids(talk.say("show me rings"))
    said = talk.say("details of the second one")
    assert said.text.startswith(shop.catalog.get(shown[1]).name)
    assert "is made of" in talk.say("what is it made of").text


def test_every_place_of_a_full_grid_can_be_named(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = ids(talk.say("show me earrings"))
    assert len(shown) == 8
    for place, said in ((7, "the seventh one"), (8, "8th")):
        assert talk.say(said).text.startswith(shop.catalog.get(shown[place - 1]).name)
    kept = talk.say("save the seventh and the 8th").one(ShortlistView)
    assert [card.product_id for card in kept.cards] == shown[6:]


def test_a_question_about_no_piece_asks_which(shop: Services) -> None:
    said = Talk.begin(shop).say("what is it made of")
    assert said.intent == "product_search"
    assert said.text.startswith("Which piece do you mean?")
    assert not said.has(ProductGrid)


def test_two_places_are_compared(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = ids(talk.say("show me necklaces"))
    said = talk.say("what's the difference between the first and the second")
    first, second = (shop.catalog.get(one) for one in shown[:2])
    assert said.text.startswith(f"{first.name}: {first.metal}")
    assert f"{second.name}: {second.metal}" in said.text
    assert ids(said) == shown[:2]
    third = shop.catalog.get(shown[2]).name
    assert talk.say("the third one").text.startswith(third), "places still count in what was shown"


def test_a_place_in_nothing_asks_which_piece(shop: Services) -> None:
    said = Talk.begin(shop).say("is the second one real gold")
    assert said.text.startswith("Which piece do you mean?")


def test_the_sizes_of_a_named_piece_are_told_and_not_how_to_measure(shop: Services) -> None:
    said = Talk.begin(shop).say("what sizes does the halo ring come in")
    assert said.text.startswith("Halo Ring is in stock in US 5, US 6,")


def test_a_few_words_go_on_about_the_piece(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("do you have the dawn band in 8")
    assert "Dawn Band is in stock in US 7" in talk.say("and in 7?").text
    assert "Dawn Band is not in stock in US 9" in talk.say("and 9?").text
    assert talk.say("and the price").text.startswith("Dawn Band costs $240")
    said = talk.say("what about in silver")
    assert said.text.startswith("Dawn Band is not made in silver; it is made of rose gold.")
    assert {card.category for card in said.one(ProductGrid).cards} == {"ring"}


def test_a_few_words_after_a_grid_refine_it(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    assert "rings in US 8" in talk.say("and in 8?").text
    assert "rings in silver in US 8" in talk.say("what about in silver").text


def test_another_question_is_not_lost_where_the_piece_was_asked_for(shop: Services) -> None:
    talk = Talk.begin(shop)
    shown = ids(talk.say("show me rings"))
    for text in ("how much is it", "what is it made of"):
        assert talk.say(text).text.startswith("Which one do you mean?")
    named = shop.catalog.get(shown[1]).name
    assert talk.say("the second one").text.startswith(f"{named} is made of")


def test_places_in_nothing_are_not_compared(shop: Services) -> None:
    said = Talk.begin(shop).say("which is better, the first or the second")
    assert said.text.startswith("Which piece do you mean?")
