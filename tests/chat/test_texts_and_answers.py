"""What the shop may write into data/ without breaking a customer's turn."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concierge.bootstrap import Services, build
from concierge.bootstrap import services as bootstrap_services
from concierge.chat.answers import Answers
from concierge.core.errors import ConfigError
from concierge.core.policies import Policies
from concierge.detection.models import Intent
from concierge.replies.models import Article
from tests.conftest import DATA
from tests.talk import Talk


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop's files, to be edited; rooms built after it read them."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    monkeypatch.setattr(bootstrap_services, "DATA_FOLDER", folder)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


class TestAPlaceholderThatIsNotGiven:
    @pytest.fixture
    def every_placeholder_is_filled(self) -> None:
        """Here one is left out on purpose."""

    def test_it_is_left_out_and_the_customer_is_answered(
        self, services: Services, data: Path
    ) -> None:
        edit(data / "texts" / "chat.yaml", "You are welcome.", "You are welcome, {rma} {agent}.")
        built = build(services.settings, services.clock, services.mongo)
        said = Talk.begin(built).say("thanks")
        assert "You are welcome" in said.text
        assert "{" not in said.text
        built.events.stop()


def test_a_placeholder_that_is_in_no_list_stops_the_start(services: Services, data: Path) -> None:
    edit(data / "texts" / "chat.yaml", "You are welcome.", "You are welcome, {nmae}.")
    with pytest.raises(ConfigError, match=r"data/texts/chat\.yaml: thanks: \{nmae\}"):
        build(services.settings, services.clock, services.mongo)


def test_a_changed_window_is_told_by_the_answers_too(services: Services, data: Path) -> None:
    edit(data / "policies.yaml", "return_window_days: 30", "return_window_days: 21")
    edit(data / "policies.yaml", "resize_window_days: 60", "resize_window_days: 45")
    built = build(services.settings, services.clock, services.mongo)
    gift = Talk.begin(built).say("do you sell gift cards").one(Article)
    assert "A gift can be returned within 21 days" in " ".join(gift.points)
    assert "within 45 days of delivery" in " ".join(gift.points)
    size = Talk.begin(built).say("how do i find my ring size").one(Article)
    assert "within 45 days of delivery" in " ".join(size.points)
    built.events.stop()


def test_an_answer_with_a_brace_that_nothing_fills_is_named(data: Path) -> None:
    edit(data / "answers" / "gift.yaml", "{resize_days}", "{days}")
    with pytest.raises(ConfigError, match=r"data/answers/gift\.yaml: points\.4: \{days\}"):
        Answers.load(data, Policies.load(data).returns)
    edit(data / "answers" / "gift.yaml", "{days}", "{resize_days}")
    answers = Answers.load(data, Policies.load(data).returns)
    assert "60 days" in " ".join(answers.article(Intent.GIFT).points)


def test_the_sentence_that_answers_stands_before_the_page_and_not_in_it(shop: Services) -> None:
    def told(asked: str) -> str:
        said = Talk.begin(shop).say(asked)
        assert said.kinds == ["text", "article", "quick_replies"]
        assert said.text not in said.one(Article).points
        return said.text

    assert told("do you ship to Germany").startswith("Abroad we deliver to Canada")
    assert told("how much is shipping").startswith("Within the United States shipping is free")
    assert told("how much is express shipping").startswith("Express costs $25")
    assert told("how long does shipping take").startswith("Pieces that are ready to ship leave")
    assert told("how do i clean pearls").startswith("Pearls, opals and turquoise")


def test_of_the_sentences_of_an_answer_the_one_with_most_words_wins(data: Path) -> None:
    edit(
        data / "answers" / "gift.yaml",
        "points:",
        "first: [{words: [card], say: Cards.}, {words: [gift, card], say: Gift.}]\npoints:",
    )
    answers = Answers.load(data, Policies.load(data).returns)
    assert answers.first(Intent.GIFT, "do you take cards?") == "Cards."
    assert answers.first(Intent.GIFT, "a Gift-Card!") == "Gift."
    assert answers.first(Intent.GIFT, "discard it") is None
