"""Every intent on the demo shop, in words as people type them: how it is taken, what is shown."""

from __future__ import annotations

import pytest
import yaml

from concierge.bootstrap import Services
from concierge.chat.handlers import HANDLERS, people
from concierge.chat.handlers.topics import BUTTON_OF
from concierge.detection.models import Intent
from concierge.replies.models import (
    Article,
    CsatPrompt,
    OrderTimeline,
    ProductGrid,
    QuickReplies,
    ReturnConfirmed,
    ReturnForm,
    ShortlistView,
    StylistForm,
    Text,
    TicketOpened,
    TrackForm,
    UpdatesForm,
)
from concierge.sessions.models import SessionContext
from tests.conftest import DATA
from tests.talk import SYSTEM, Talk

ASKS = ["text", "track_form"]
GRID = ["text", "product_grid"]
GRID_AND_MORE = ["text", "product_grid", "quick_replies"]
ANSWER = ["text", "article", "quick_replies"]
PAGE = ["article", "quick_replies"]
BUTTONS = ["text", "quick_replies"]
FOUND = ["text", "order_timeline", "quick_replies"]

# From nothing: one message in a fresh session.
FIRST_WORDS: list[tuple[str, str, list[str]]] = [
    ("show me rings", "product_search", GRID_AND_MORE),
    ("ready to ship rings under $300", "product_search", GRID),
    ("/rings under $500", "product_search", GRID_AND_MORE),
    ("/earrings", "product_search", GRID_AND_MORE),
    ("/ready to ship", "product_search", GRID_AND_MORE),
    ("do you have anything with pearls?", "product_search", GRID),
    ("wheres my package", "order_tracking", ASKS),
    ("trac my order", "order_tracking", ASKS),
    ("/track GG-12001", "order_tracking", ASKS),
    ("12001", "order_tracking", ASKS),
    ("GG-12001 ada@example.com", "order_tracking", FOUND),
    ("where is my order gg 12001? my zip is 10001", "order_tracking", FOUND),
    ("wrong size, send it back", "returns", ASKS),
    ("refund", "returns", ASKS),
    ("i want to return GG-12002, ada@example.com", "returns", ["text", "return_form"]),
    ("too big", "resize", ASKS),
    ("resize GG-12004 ada@example.com", "resize", ["text", "return_form"]),
    ("cancel it", "order_change", ASKS),
    ("wrong address", "order_change", ASKS),
    ("cancel GG-12001 ada@example.com", "order_change", ["text", "stylist_form"]),
    ("cancel GG-12003 dee@example.com", "order_change", BUTTONS),
    ("text me when it ships", "order_updates", ASKS),
    ("stop the emails", "order_updates", ASKS),
    ("text me when GG-12003 ships, 80201", "order_updates", ["text", "updates_form"]),
    ("how long does delivery take", "shipping_info", ANSWER),
    ("do you ship to canada", "shipping_info", ANSWER),
    ("/size 6", "sizing", BUTTONS),
    ("how do i find my ring size", "sizing", PAGE),
    ("how do i clean my ring", "care_repair", ANSWER),
    ("my clasp broke", "care_repair", PAGE),
    ("can i pay in instalments", "financing", ANSWER),
    ("klarna?", "financing", ANSWER),
    ("/gift 300", "gift", GRID),
    ("gift for my mom under 200", "gift", GRID),
    ("i need a gift", "gift", ["article", "text", "quick_replies"]),
    ("can you engrave it", "custom_design", ["article", "quick_replies"]),
    ("talk to a human", "stylist", ["text", "stylist_form"]),
    ("/stylist", "stylist", ["text", "stylist_form"]),
    ("this is useless", "feedback", ["text", "quick_replies", "csat_prompt"]),
    ("love it", "feedback", ["text", "csat_prompt"]),
    ("/feedback", "feedback", ["csat_prompt"]),
    ("save this", "shortlist", ["text"]),
    ("show my list", "shortlist", BUTTONS),
    ("hello", "greeting", BUTTONS),
    ("thanks", "thanks_goodbye", ["text"]),
    ("bye", "thanks_goodbye", ["text"]),
    ("are you hiring", "unmatched", BUTTONS),
    ("qwertz asdf", "unmatched", BUTTONS),
]


@pytest.mark.parametrize(("text", "intent", "kinds"), FIRST_WORDS, ids=lambda v: str(v)[:40])
def test_first_words_are_understood_and_answered(
    shop: Services, text: str, intent: str, kinds: list[str]
) -> None:
    said = Talk.begin(shop).say(text)
    assert (said.intent, said.kinds) == (intent, kinds)


def test_every_intent_is_among_the_first_words_and_has_a_handler() -> None:
    assert {intent for _, intent, _ in FIRST_WORDS} == {intent.value for intent in Intent}
    assert set(HANDLERS) == set(Intent)


def test_the_rules_that_tell_praise_from_blame_are_there() -> None:
    rules = yaml.safe_load((DATA / "intents" / "rules.yaml").read_text(encoding="utf-8"))["rules"]
    named = {rule["name"] for rule in rules if rule["intent"] == "feedback"}
    assert named > people.PRAISE_RULES | people.BLAME_RULES


def test_every_button_says_something_that_is_understood_as_what_it_offers(shop: Services) -> None:
    talk = Talk.begin(shop)
    for intent, name in BUTTON_OF.items():
        assert talk.say(shop.texts.say(f"say_{name}")).intent == intent.value, name


def test_a_size_is_told_in_every_system_and_with_an_order_known_it_is_a_resize(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    assert talk.say("/size 52").text == "That is US 6, UK L½, EU 52, 16.5 mm across the inside."
    assert "a stylist will measure" in talk.say("/size US 15").text
    assert talk.say("GG-12002 ada@example.com").has(OrderTimeline)
    filed = talk.say("/size 6")
    assert (filed.intent, filed.one(ReturnConfirmed).new_size) == ("resize", "US 6")


def test_the_size_table_is_shown_when_no_size_was_named(shop: Services) -> None:
    page = Talk.begin(shop).say("what size am i").one(Article)
    assert page.table[0] == ["US", "UK", "EU", "mm"]
    assert ["6", "L½", "52", "16.5"] in page.table


def test_two_misses_in_a_row_offer_a_human_and_yes_takes_the_offer(shop: Services) -> None:
    talk = Talk.begin(shop)
    first = talk.say("qwertz asdf")
    assert "stylist take over" not in first.text
    assert len(first.one(QuickReplies).options) == 4, "three things it can do, and a human"
    assert "stylist take over" in talk.say("zuiop hjkl").text
    said = talk.say("yes")
    assert (said.intent, said.has(StylistForm)) == ("stylist", True)


def test_a_match_between_two_misses_starts_the_count_anew(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("qwertz asdf")
    talk.say("show me rings")
    assert "stylist take over" not in talk.say("zuiop hjkl").text


def test_anger_gets_a_human_offered_whatever_it_was_about(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("where the fuck is my package, this is ridiculous")
    assert said.intent in {"order_tracking", "feedback"}
    assert "stylist" in said.text.lower() or "person" in said.text.lower()


def test_what_was_asked_stays_open_when_the_next_message_makes_no_sense(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("i want to return something")
    assert talk.say("qwertz asdf").intent == "unmatched"
    assert talk.say("GG-12002, ada@example.com").has(ReturnForm)


def test_an_empty_message_is_answered_kindly(shop: Services) -> None:
    assert "nothing in that message" in Talk.begin(shop).say("   ").text


def test_what_can_still_change_depends_on_the_status(shop: Services) -> None:
    for number, email, words in (
        ("GG-12001", "ada@example.com", "can still be changed"),
        ("GG-12003", "dee@example.com", "already left us"),
        ("GG-12002", "ada@example.com", "has been delivered"),
        ("GG-12007", "gus@example.org", "was cancelled already"),
    ):
        assert words in Talk.begin(shop).say(f"cancel {number} {email}").text


def test_a_change_that_is_possible_goes_to_a_stylist_with_a_yes(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("cancel GG-12001 ada@example.com")
    said = talk.say("yes")
    ticket = shop.tickets.get(SYSTEM, said.one(TicketOpened).ticket_id)
    assert (ticket.intent, ticket.order_number) == ("order_change", "GG-12001")
    assert "cancel" in ticket.messages[0].text


def test_order_updates_by_sms_and_by_mail_on_and_off(shop: Services) -> None:
    talk = Talk.begin(shop)
    asked = talk.say("text me when GG-12003 ships, 80201")
    assert asked.one(UpdatesForm).order_number == "GG-12003"
    assert "by text message" in talk.say("+1 212 555 0123").text
    (kept,) = shop.subscriptions.active_for("GG-12003")
    assert (kept.address, kept.session_id, kept.origin_intent) == (
        "+12125550123",
        talk.session_id,
        "order_updates",
    )
    assert "No more messages about GG-12003 by text message" in talk.say("stop the texts").text
    assert shop.subscriptions.active_for("GG-12003") == []
    assert talk.say("send me updates").has(UpdatesForm), "an old stop does not speak for a new wish"
    assert "e-mail" in talk.say("dee@example.com").text
    assert [s.address for s in shop.subscriptions.active_for("GG-12003")] == ["dee@example.com"]


def test_updates_of_an_order_that_has_arrived_are_not_promised(shop: Services) -> None:
    said = Talk.begin(shop).say("send me updates about GG-12002, ada@example.com")
    assert "already been delivered" in said.text


def test_the_first_thanks_asks_how_it_was_and_the_second_does_not(shop: Services) -> None:
    talk = Talk.begin(shop)
    assert not talk.say("thanks").has(CsatPrompt), "nothing was done yet"
    talk.say("show me rings")
    assert talk.say("thanks").has(CsatPrompt)
    assert not talk.say("thanks").has(CsatPrompt)


def test_the_context_of_the_page_comes_with_the_session(shop: Services) -> None:
    talk = Talk.begin(shop, context=SessionContext(page="/rings/halo", product_id="halo-ring"))
    said = talk.say("save this")
    assert [card.name for card in said.one(ShortlistView).cards] == ["Halo Ring"]


def test_the_trace_of_a_turn_is_kept_and_names_rule_layer_and_handler(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("ready to ship rings under $300")
    assert said.result.trace is None, "it is not for customers"
    kept = talk.transcript()[1].trace
    assert kept is not None
    assert (kept.handled_by, kept.detection.layer) == ("products.search", "rule")
    assert kept.query == {
        "category": "ring",
        "budget_max_cents": "30000",
        "ready_to_ship": "true",
    }


def test_the_greeting_knows_a_name_only_after_a_proof(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my email is ada@example.com")
    assert "Ada" not in talk.say("hello").text
    talk.say("GG-12001 ada@example.com")
    assert "Ada" in talk.say("hello").text


def test_sentences_are_plain_text_and_never_the_customers_markup(shop: Services) -> None:
    for text in ("<b>show me rings</b>", "show me rings<script>alert(1)</script>"):
        said = Talk.begin(shop).say(text)
        assert all("<" not in r.text for r in said.result.replies if isinstance(r, Text))
    assert Talk.begin(shop).say("<b>show me rings</b>").has(ProductGrid)


def test_a_form_that_asks_is_filled_in_with_what_is_known(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("my email is ada@example.com")
    form = talk.say("where is my order GG-99999").one(TrackForm)
    assert form.order_number == "GG-99999"


def test_what_is_to_be_changed_is_asked_only_where_it_was_not_said(shop: Services) -> None:
    talk = Talk.begin(shop)
    assert "What would you like to change" in talk.say("change my order").text
    talk = Talk.begin(shop)
    assert "What would you like to change" not in talk.say("i want to cancel GG-12001").text
    form = talk.say("ada@example.com").one(StylistForm)
    assert form.message == "i want to cancel GG-12001", "the stylist reads the wish, not the proof"
