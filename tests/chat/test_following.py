"""What words mean only in a chat, or only after what was said last."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from concierge.bootstrap import Services
from concierge.core.clock import ManualClock
from concierge.replies.models import (
    Article,
    CsatPrompt,
    OrderTimeline,
    ProductGrid,
    ShortlistView,
    StylistForm,
    TicketOpened,
)
from concierge.sessions.models import SessionContext
from tests.talk import Said, Talk

HOURS = "Our stylists are there Monday – Friday 9:00 AM – 6:00 PM (New York)."
ORDERED_IN_THE_SHOP = "A piece is ordered on its page in the shop"
SUNDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)


def names(said: Said) -> list[str]:
    return [card.name for card in said.one(ProductGrid).cards]


class TestWhoWaits:
    @pytest.mark.parametrize(
        "text",
        [
            "is anyone there",
            "hello? anybody here?",
            "can anyone hear me",
            "are you still there",
            "does anyone work here",
            "i have been waiting for 10 minutes",
        ],
    )
    def test_hears_that_somebody_is_there_and_how_to_get_a_human(
        self, shop: Services, text: str
    ) -> None:
        said = Talk.begin(shop).say(text)
        assert said.intent == "greeting"
        assert said.text.startswith("I am here")
        assert "a stylist answers within 4 business hours" in said.text

    def test_and_has_a_ticket_hears_when_it_is_answered(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("i want to talk to a human")
        ticket = talk.say("Ada Example, ada@example.com").one(TicketOpened).ticket_id
        for text in ("how long will it take", "is anyone there"):
            said = talk.say(text).text
            assert ticket in said
            assert "A stylist answers within 4 business hours" in said

    def test_for_a_parcel_is_told_of_the_parcel(self, shop: Services) -> None:
        said = Talk.begin(shop).say("i have been waiting for my order for 2 weeks")
        assert said.intent == "order_tracking"


class TestHours:
    @pytest.mark.parametrize(
        "text", ["when do you open", "what are your opening hours", "are you open on monday"]
    )
    def test_are_those_of_the_policies(self, shop: Services, text: str) -> None:
        assert HOURS in Talk.begin(shop).say(text).text

    def test_say_whether_somebody_is_there_now(self, shop: Services, clock: ManualClock) -> None:
        assert "They are there now." in Talk.begin(shop).say("when do you open").text
        clock.set(SUNDAY)
        said = Talk.begin(shop).say("are you open today").text
        assert "back on Monday, Nov 23, 9:00 AM EST" in said

    def test_swallow_nothing_that_comes_after(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("when do you open")
        assert talk.say("show me gold necklaces").has(ProductGrid)
        talk.say("when do you open")
        assert HOURS in talk.say("what about sunday").text
        assert talk.say("ok thanks").intent == "thanks_goodbye"
        talk.say("when do you open")
        assert talk.say("yes").has(StylistForm)

    def test_asked_beside_the_address_leave_it_waited_for(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("talk to a human")
        for text in ("when do you open", "where are you located"):
            assert "At which e-mail address" in talk.say(text).text
        assert talk.say("ada@example.com").has(TicketOpened)

    def test_leave_an_order_that_is_asked_for_waited_for(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("where is GG-12001")
        assert HOURS in talk.say("what are your hours").text
        assert talk.say("ada@example.com").has(OrderTimeline)

    @pytest.mark.parametrize("text", ["do you have a store", "where are you", "can i visit"])
    def test_of_a_place_a_stylist_knows(self, shop: Services, text: str) -> None:
        talk = Talk.begin(shop)
        assert "in person, a stylist can tell you" in talk.say(text).text
        assert talk.say("yes").has(StylistForm)


def test_an_address_is_waited_for_and_something_else_is_answered(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a person")
    assert talk.say("no wait show me rings first").has(ProductGrid)
    assert talk.say("under 200").has(ProductGrid)
    talk.say("talk to a person")
    assert talk.say("ok thanks").intent == "thanks_goodbye"


class TestASizeThatWasTold:
    @pytest.mark.parametrize("text", ["what is that in us", "and in eu?", "in millimeters please"])
    def test_is_said_in_another_system(self, shop: Services, text: str) -> None:
        talk = Talk.begin(shop)
        talk.say("my size is 54 eu")
        assert talk.say(text).text == "That is US 7, UK N½, EU 54, 17.3 mm across the inside."

    def test_is_also_asked_of_with_rings_on_the_screen(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("show me rings")
        talk.say("my size is 54 eu")
        assert talk.say("what is that in us").text.startswith("That is US 7")

    def test_is_looked_for(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("my size is 54 eu")
        assert "rings in US 7" in talk.say("show me rings in it").text
        talk.say("show me earrings")
        assert "rings in US 7" in talk.say("show me rings in my size").text

    def test_is_none_before_one_was(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        assert talk.say("how do i know my size").has(Article)
        assert talk.say("what is that in us").has(Article)


class TestOrdering:
    @pytest.mark.parametrize("text", ["how do I order", "add it to my cart", "checkout"])
    def test_without_a_piece_is_explained(self, shop: Services, text: str) -> None:
        talk = Talk.begin(shop)
        assert talk.say(text).text.startswith(ORDERED_IN_THE_SHOP)
        assert talk.say("the dawn band").text.startswith("Dawn Band costs $240 and leaves")
        talk.say("show me watches")
        assert "Dawn Band costs" not in talk.say("the dawn band").text, "it was answered once"

    @pytest.mark.parametrize("text", ["how do I order", "add it to my cart", "checkout"])
    def test_means_the_piece_that_was_spoken_of(self, shop: Services, text: str) -> None:
        talk = Talk.begin(shop)
        talk.say("the halo ring")
        assert talk.say(text).text.startswith("Halo Ring costs $289 and leaves")

    def test_in_a_size_says_whether_it_is_there(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("the halo ring")
        assert talk.say("can I order it in 6").text.startswith("Halo Ring (US 6) costs $289")
        assert "not in stock in US 9" in talk.say("can I order it in 9").text

    def test_goes_on_when_the_piece_is_named_that_was_asked_for(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        shown = names(talk.say("show me silver rings"))
        assert "Which one" in talk.say("can I order it in 7").text
        said = talk.say("the second one").text
        assert said.startswith(f"{shown[1]} (US 7) costs")
        talk.say("show me silver rings")
        assert "Which one" in talk.say("what is it made of").text
        assert talk.say("no").text.startswith("All right")

    @pytest.mark.parametrize("text", ["i'd like to order it", "i want to order this"])
    def test_is_not_taken_for_changing_an_order(self, shop: Services, text: str) -> None:
        talk = Talk.begin(shop)
        talk.say("the halo ring")
        assert talk.say(text).text.startswith("Halo Ring costs $289")

    def test_leaves_an_order_that_is_asked_for_waited_for(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("where is GG-12001")
        assert "Which piece" in talk.say("what is it made of").text
        assert talk.say("ada@example.com").has(OrderTimeline)

    def test_of_another_wish_does_not_hold_it_up(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("how do i order")
        assert talk.say("show me earrings").one(ProductGrid).total > 3
        said = talk.say("where is GG-12001, ada@example.com")
        assert said.has(OrderTimeline)

    def test_of_what_the_page_says_is_in_the_cart_is_no_saving(self, shop: Services) -> None:
        cart = SessionContext(page="/cart", cart=["halo-ring", "dawn-band"])
        talk = Talk.begin(shop, context=cart)
        talk.say("the dawn band")
        said = talk.say("add it to my cart")
        assert not said.has(ShortlistView)
        assert said.text.startswith("Dawn Band costs")


class TestAPriceOrATime:
    @pytest.mark.parametrize(
        "text", ["how much", "and how long does it take?", "what would it cost"]
    )
    def test_after_a_topic_is_that_topics(self, shop: Services, text: str) -> None:
        talk = Talk.begin(shop)
        talk.say("show me rings")
        talk.say("do you do engraving")
        said = talk.say(text)
        assert said.text.startswith("That depends on the design")
        assert talk.say("yes please").has(StylistForm)

    def test_of_a_repair_a_stylist_tells(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("i lost the stone from my ring")
        assert "looks at the piece first" in talk.say("how much will it cost").text

    def test_of_a_resize_is_free(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("my ring is too big")
        assert "resized free of charge within 60 days" in talk.say("how much is it").text

    def test_of_a_piece_that_is_named_is_the_pieces(self, shop: Services) -> None:
        talk = Talk.begin(shop)
        talk.say("do you do engraving")
        assert talk.say("how much is the halo ring").text.startswith("Halo Ring costs $289")


def test_how_long_one_has_is_told_before_the_order_is_named(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("can I return my earrings")
    assert "within 30 days" in talk.say("how long do i have").text
    assert talk.say("GG-12002 ada@example.com").intent == "returns"


@pytest.mark.parametrize("text", ["are you a robot", "you're a bot right", "is this a human"])
def test_who_asks_is_told_that_it_is_a_program(shop: Services, text: str) -> None:
    assert "a program and not a person" in Talk.begin(shop).say(text).text


@pytest.mark.parametrize(
    "text", ["are you a legit company", "are you legit?", "is this a scam", "is this a real shop"]
)
def test_who_asks_whether_the_shop_can_be_trusted_is_told_why(shop: Services, text: str) -> None:
    said = Talk.begin(shop).say(text)
    assert said.text.startswith("It is fair to ask.")
    assert "within 30 days" in said.text
    assert not said.has(CsatPrompt)


@pytest.mark.parametrize(
    "text", ["not that one", "no, not that", "what else", "what else is there?"]
)
def test_others_than_were_shown_are_asked_for(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    first = names(talk.say("show me rings"))
    others = names(talk.say(text))
    assert others
    assert not set(others) & set(first)
    assert talk.say("the cheapest").text.startswith("Pebble Stacking Ring costs the least")


def test_a_rating_may_be_given_unasked(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    assert "I am sorry this fell short" in talk.say("rate 2").text
    assert "glad to hear it" in Talk.begin(shop).say("i'd rate it 5 stars").text


def test_help_is_what_can_be_done_at_any_time(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings")
    said = talk.say("/help")
    assert "I can show you pieces" in said.text
    assert "/track and an order number" in said.text


def test_a_size_that_was_looked_for_is_told_in_another_system(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("show me rings in size 7")
    said = talk.say("what is that in UK")
    assert said.text == "That is US 7, UK N½, EU 54, 17.3 mm across the inside."


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("UK N", "UK N is nearest to US 7; there that is UK N½,"),
        ("EU 55", "EU 55 is nearest to US 7;"),
        ("what is 17 mm", "17 mm is nearest to US 6.5;"),
        ("what is 54 mm", "That is US 7, UK N½, EU 54,"),
        ("UK N½", "That is US 7,"),
        ("what is US 6.5", "That is US 6.5,"),
    ],
)
def test_a_size_between_two_rows_is_named_beside_the_nearest(
    shop: Services, text: str, begins: str
) -> None:
    assert Talk.begin(shop).say(text).text.startswith(begins)


def test_how_much_and_how_long_after_shipping_are_asked_of_the_same_place(shop: Services) -> None:
    talk = Talk.begin(shop)
    abroad = talk.say("do you ship to germany").text
    for text in ("how much", "how long", "and to canada"):
        said = talk.say(text)
        assert said.intent == "shipping_info"
        assert said.text == abroad
    talk.say("how long does shipping take")
    assert "$8 below" in talk.say("how much").text


def test_whether_a_resize_is_charged_is_answered_before_the_order_is_named(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("resize my ring")
    assert "resized free of charge" in talk.say("do you charge for that?").text
    assert talk.session().state.awaiting == "identity"


def test_who_has_something_to_be_repaired_may_say_yes(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("the stone of my ring fell out last week")
    form = talk.say("yes please").one(StylistForm)
    assert "fell out last week" in (form.message or "")


def test_an_engraved_piece_is_answered_by_the_terms(shop: Services) -> None:
    said = Talk.begin(shop).say("can i return an engraved ring")
    assert "engraved for you cannot" in said.text


def test_an_order_that_shall_not_be_cancelled_is_left_alone(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("I need to cancel my order GG-12001 ada@example.com")
    talk.say("never mind")
    assert "Nothing was changed" in talk.say("no actually dont cancel").text
    assert not talk.session().state.awaiting


def test_discount_codes_are_said_to_be_unknown(shop: Services) -> None:
    said = Talk.begin(shop).say("is there a discount code")
    assert said.intent == "unmatched"
    assert "a stylist can tell you" in said.text
