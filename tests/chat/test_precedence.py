"""What comes before everything else in a message."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.precedence import hurries
from concierge.core.policies import Policies
from concierge.replies.models import Article, ReturnConfirmed, StylistForm
from tests.talk import Talk


@pytest.mark.parametrize(
    "words",
    [
        "my ring stone fell out and my child swallowed it",
        "i will sue",
        "you stole my money",
        "I did not order GG-12011, someone used my card!",
        "where is my order, my lawyer will ask next",
        "how do I clean pearls after an allergic reaction",
        "delete my account",
        "please delete my account!",
        "erase my personal data",
        "GDPR",
        "delete all my data",
        "what data do you have about me",
    ],
)
def test_an_urgent_word_brings_a_human_and_nothing_in_front_of_it(
    shop: Services, words: str
) -> None:
    said = Talk.begin(shop).say(words)
    assert said.intent == "stylist"
    assert said.kinds == ["text", "stylist_form"]
    assert said.one(StylistForm).urgent
    assert not said.has(Article)


def test_who_is_hurt_is_sent_to_a_doctor_first(shop: Services) -> None:
    said = Talk.begin(shop).say("my child swallowed a pearl")
    assert said.text.startswith("If somebody is hurt, please call a doctor")


@pytest.mark.parametrize(
    "words",
    [
        "I am not going to sue you",
        "no lawyer needed, where is my order",
        "does the bracelet have a safety chain",
        "what is your privacy policy",
        "please don't delete my account",
        "update my personal data",
        "GG-12002 sue@example.com",
        "a gift for my friend Sue",
        "do you have hypoallergenic earrings",
    ],
)
def test_what_is_negated_or_only_sounds_like_it_is_not_urgent(
    policies: Policies, words: str
) -> None:
    assert not hurries(words, policies.urgent_words)


def test_an_urgent_word_interrupts_a_form_and_files_nothing(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    said = talk.say("it gave me an allergic reaction")
    assert said.intent == "stylist"
    assert not said.has(ReturnConfirmed)


def test_another_piece_than_was_ordered_goes_back(shop: Services) -> None:
    said = Talk.begin(shop).say("i ordered gold and got silver! GG-12002 ada@example.com")
    assert said.intent == "returns"
    assert "I am sorry Halo Ring is not as it should be" in said.text


def test_a_size_said_with_the_wish_to_alter_is_read(shop: Services) -> None:
    done = Talk.begin(shop).say("resize my ring GG-12004 to 8, ada@example.com")
    assert done.one(ReturnConfirmed).new_size == "US 8"
    talk = Talk.begin(shop)
    assert talk.say("resize my ring to a 7").intent == "resize"
    assert "Dawn Band to US 7?" in talk.say("GG-12014, rue@example.com").text
    assert talk.say("yes").one(ReturnConfirmed).new_size == "US 7"


def test_what_is_no_size_is_told_so_and_halves_are_read(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("resize GG-12014, rue@example.com")
    assert "I did not understand that size" in talk.say("99").text
    assert talk.say("to a 7 and a half").one(ReturnConfirmed).new_size == "US 7.5"
