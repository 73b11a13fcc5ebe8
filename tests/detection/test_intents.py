"""What customers type, and what it means: the borders of docs/intents.md, phrase by phrase."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from concierge.detection import DetectionContext, Detector, Intent, Slots

PHRASES: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("phrases.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("text", "intent"),
    [(text, intent) for intent, texts in PHRASES.items() for text in texts],
)
def test_a_phrase_means_what_the_domain_says(detector: Detector, text: str, intent: str) -> None:
    found = detector.detect(text)

    assert found.intent == intent, f"{found.rule}: {found.candidates}"


def test_every_intent_has_phrases_of_its_own() -> None:
    texts = [text for each in PHRASES.values() for text in each]

    assert set(PHRASES) == {intent.value for intent in Intent}
    assert all(len(each) >= 15 for each in PHRASES.values())
    assert len(texts) == len(set(texts)) >= 250


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        # before dispatch a swap is a change, after arrival it is a return
        ("can I swap the ring before it ships", "order_change"),
        ("can I swap the ring I received for another one", "returns"),
        ("change the engraving on my order", "order_change"),
        # the same ring altered, or another one sent
        ("too big", "resize"),
        ("too big, send me another size", "returns"),
        ("wrong size, I want my money back", "returns"),
        # arrived broken, or broke in wear
        ("the clasp arrived broken", "returns"),
        ("the clasp broke yesterday", "care_repair"),
        ("where is my refund", "returns"),
        # my order, or delivery as an offer
        ("when will my order arrive", "order_tracking"),
        ("how long does delivery take", "shipping_info"),
        ("do you deliver to 90210", "shipping_info"),
        # paying, failing to pay, codes
        ("do you take visa", "financing"),
        ("payment failed twice", "stylist"),
        ("promo code", "unmatched"),
        # a recipient or an occasion makes it a gift
        ("a necklace for my mother", "gift"),
        ("a necklace", "product_search"),
        ("in rose gold instead", "product_search"),
        ("engraved for my wife", "custom_design"),
        # humans, complaints, faults
        ("opening hours", "stylist"),
        ("I have a complaint", "feedback"),
        ("the checkout page crashes", "feedback"),
        # messages about an order, or a newsletter
        ("stop the texts", "order_updates"),
        ("stop the newsletter", "unmatched"),
        ("hold this piece for me", "shortlist"),
        ("reset my password", "unmatched"),
        # "ring" is a call or a piece
        ("give me a ring tomorrow", "stylist"),
        ("give me a gold ring", "product_search"),
    ],
)
def test_the_borders_are_where_the_domain_draws_them(
    detector: Detector, text: str, intent: str
) -> None:
    assert detector.detect(text).intent == intent


@pytest.mark.parametrize(
    ("text", "awaiting", "last", "intent"),
    [
        ("great", "csat", "order_tracking", "feedback"),
        ("it was okay", "csat", None, "feedback"),
        ("5", "csat", None, "feedback"),
        ("4 stars", "csat", None, "feedback"),
        ("great", None, "order_tracking", "thanks_goodbye"),
        ("stop", "order_updates", "order_tracking", "order_updates"),
        ("stop", None, "order_updates", "order_updates"),
        ("stop", None, None, "unmatched"),
        ("the second one", None, "product_search", "product_search"),
        ("the second one", None, None, "unmatched"),
        ("yes", None, "returns", "returns"),
        ("yes", None, None, "unmatched"),
        ("5512", "order_number", "returns", "returns"),
        ("5512", "order_number", None, "order_tracking"),
        ("gg-12001", "order_number", "order_change", "order_change"),
        ("ada@example.com", "identity", "order_tracking", "order_tracking"),
        ("10001", "postal_code", "order_tracking", "order_tracking"),
        ("too big", "return_reason", "returns", "returns"),
        ("it pinches when I type", "return_reason", "returns", "returns"),
        ("actually where is my order", "return_reason", "returns", "order_tracking"),
        (
            "where is my order GG-12003, ada@example.com",
            "order_number",
            "returns",
            "order_tracking",
        ),
        ("where is my order GG-12003, ada@example.com", "identity", "returns", "order_tracking"),
        ("let me talk to a human", "order_number", "order_tracking", "stylist"),
        ("never mind", "order_number", "returns", "thanks_goodbye"),
        ("6.5", "ring_size", "resize", "resize"),
        ("Ada Example, ada@example.com", "stylist_contact", "stylist", "stylist"),
        ("cheaper", None, "product_search", "product_search"),
        ("in silver", None, "gift", "gift"),
        ("300", "budget", "gift", "gift"),
    ],
)
def test_a_bare_answer_is_read_by_what_was_asked(
    detector: Detector, text: str, awaiting: str | None, last: str | None, intent: str
) -> None:
    context = DetectionContext(awaiting=awaiting, last_intent=Intent(last) if last else None)

    assert detector.detect(text, context).intent == intent


@pytest.mark.parametrize(
    "text",
    [
        "show me everything",
        "none of these",
        "details of the second one",
        "without diamonds",
        "in 6.5",
        "what is it made of",
        "show me sold out pieces",
    ],
)
def test_after_pieces_were_shown_a_message_is_about_pieces(detector: Detector, text: str) -> None:
    shown = DetectionContext(last_intent=Intent.PRODUCT_SEARCH)

    assert detector.detect(text, shown).intent is Intent.PRODUCT_SEARCH


def test_an_order_page_lends_its_subject(detector: Detector) -> None:
    text = "any news"

    assert detector.detect(text).intent is Intent.UNMATCHED
    assert (
        detector.detect(text, DetectionContext(page="/orders/GG-12001")).intent
        is Intent.ORDER_TRACKING
    )


@pytest.mark.parametrize(
    ("text", "intent", "also"),
    [
        ("where is my order and do you have silver rings", "order_tracking", ["product_search"]),
        ("I want to return my ring. Also, can I talk to a human?", "stylist", ["returns"]),
        ("hi, where is my order? thanks", "order_tracking", []),
        ("cancel my order", "order_change", []),
        ("what's the weather? and where is my order GG-12001?", "order_tracking", []),
        (
            "I need help with order GG-12001 and show me rings",
            "order_tracking",
            ["product_search"],
        ),
    ],
)
def test_a_second_wish_in_one_message_is_kept(
    detector: Detector, text: str, intent: str, also: list[str]
) -> None:
    found = detector.detect(text)

    assert found.intent == intent
    assert found.also == also


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I don't want to return it, I want a different size", "resize"),
        ("I don't want to cancel my order, just change the address", "order_change"),
        ("no need to refund me, where is my order", "order_tracking"),
    ],
)
def test_what_is_not_wanted_does_not_count(detector: Detector, text: str, intent: str) -> None:
    found = detector.detect(text)

    assert found.intent == intent
    assert found.negated


@pytest.mark.parametrize(
    "text", ["remove it", "drop it please", "take that off", "delete them all"]
)
def test_what_is_removed_after_the_list_was_shown_is_on_it(detector: Detector, text: str) -> None:
    shown = DetectionContext(last_intent=Intent.SHORTLIST)

    assert detector.detect(text, shown).intent is Intent.SHORTLIST
    assert detector.detect("cancel my order", shown).intent is Intent.ORDER_CHANGE


@pytest.mark.parametrize(
    "text",
    ["show me gold rings 🙏", "😍 show me necklaces", "rings under 200 😍", "earrings 🙏 please"],
)
def test_a_picture_beside_a_wish_is_neither_thanks_nor_praise(
    detector: Detector, text: str
) -> None:
    found = detector.detect(text)

    assert found.intent is Intent.PRODUCT_SEARCH
    assert found.also == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("where the hell is my package", "order_tracking"),
        ("why on earth is my order not here", "order_tracking"),
        ("how the heck do I return this ring", "returns"),
    ],
)
def test_swearing_is_anger_and_leaves_the_wish_as_it_is(
    detector: Detector, text: str, intent: str
) -> None:
    found = detector.detect(text)

    assert found.angry
    assert found.intent == intent
    assert not detector.detect("what in the window is silver").angry


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("text me instead", "sms"),
        ("actually email me instead", "email"),
        ("no, by text please", "sms"),
    ],
)
def test_updates_are_moved_to_another_channel(detector: Detector, text: str, channel: str) -> None:
    found = detector.detect(text, DetectionContext(last_intent=Intent.ORDER_UPDATES))

    assert found.intent is Intent.ORDER_UPDATES
    assert found.slots.channel == channel


def test_a_no_that_belongs_to_the_wish_is_no_negation_of_it(detector: Detector) -> None:
    assert detector.detect("I don't want order GG-12001 anymore").intent is Intent.ORDER_CHANGE
    assert detector.detect("I have not received my order").intent is Intent.ORDER_TRACKING


@pytest.mark.parametrize(
    "text",
    ["this is ridiculous, where is my order", "worst service ever", "I am so angry", "useless 😡"],
)
def test_anger_is_noticed(detector: Detector, text: str) -> None:
    assert detector.detect(text).angry


@pytest.mark.parametrize(
    "text",
    ["I was charged twice", "I will sue you", "my skin has an allergic reaction", "delete my data"],
)
def test_urgency_is_noticed(detector: Detector, text: str) -> None:
    assert detector.detect(text).urgent


@pytest.mark.parametrize("text", ["where is my order", "show me rings", "thanks", "too big"])
def test_calm_messages_are_neither_angry_nor_urgent(detector: Detector, text: str) -> None:
    found = detector.detect(text)

    assert not found.angry
    assert not found.urgent


def test_the_shops_own_trigger_words_make_a_message_urgent(intents_folder: Path) -> None:
    watchful = Detector.load(intents_folder, urgent_words=["heirloom-loss", "recall"])

    assert watchful.detect("is this a recall?").urgent
    assert watchful.detect("heirloom loss!").urgent
    assert not watchful.detect("I recalled it").urgent


def test_losers_are_kept_with_the_winner_first(detector: Detector) -> None:
    found = detector.detect("cancel my order and show me gold rings")

    assert found.candidates[0].intent is found.intent
    assert found.candidates[0].rule == found.rule
    assert len({candidate.intent for candidate in found.candidates}) == len(found.candidates) > 1


def test_a_rule_that_was_ruled_out_says_why(detector: Detector) -> None:
    found = detector.detect("I don't want to return it, I want a different size")

    assert any(blocked.why == "negated" for blocked in found.trace.blocked)


def test_the_trace_repeats_no_word_of_the_message(detector: Detector) -> None:
    found = detector.detect("my name is Ada Example and my parcel zzyzx is lost")

    assert "zzyzx" not in found.trace.model_dump_json()
    assert {layer.layer for layer in found.trace.layers} == {"command", "rule", "meaning"}


def test_known_slots_do_not_leak_into_a_message(detector: Detector) -> None:
    context = DetectionContext(known=Slots(order_number="GG-12001", metal="gold"))

    assert detector.detect("where is my order", context).slots.order_number is None
