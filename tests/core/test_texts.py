from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from concierge.core.errors import ConfigError
from concierge.core.texts import Texts
from tests.conftest import DATA


@pytest.fixture
def every_placeholder_is_filled() -> None:
    """Here they are left out on purpose."""


def write(folder: Path, text: str, listed: str = "name: a name\nn: a number\n") -> Path:
    (folder / "texts").mkdir()
    (folder / "texts" / "chat.yaml").write_text(text, encoding="utf-8")
    (folder / "texts" / "placeholders.yaml").write_text(listed, encoding="utf-8")
    return folder


def test_a_sentence_takes_its_values_as_plain_text(tmp_path: Path) -> None:
    texts = Texts.load(write(tmp_path, 'hello: "Hello {name}."'), "chat")
    assert texts.say("hello", name="{Ada}") == "Hello {Ada}."


def test_a_block_of_text_ends_without_a_blank_line(tmp_path: Path) -> None:
    texts = Texts.load(write(tmp_path, "hello: |\n  Hello.\n  Goodbye.\n"), "chat")
    assert texts.say("hello") == "Hello.\nGoodbye."


def test_a_sentence_says_which_values_it_needs(tmp_path: Path) -> None:
    texts = Texts.load(write(tmp_path, 'hello: "{name} has {n} rings"'), "chat")
    assert texts.placeholders("hello") == {"name", "n"}
    assert "hello" in texts
    assert "goodbye" not in texts


def test_a_key_that_is_missing_is_our_own_mistake(tmp_path: Path) -> None:
    texts = Texts.load(write(tmp_path, 'hello: "Hello {name}."'), "chat")
    with pytest.raises(KeyError):
        texts.say("goodbye")


def test_a_value_that_is_missing_is_left_out_and_logged(tmp_path: Path) -> None:
    texts = Texts.load(write(tmp_path, 'hello: "{name} has {n} rings."'), "chat")
    with capture_logs() as logged:
        assert texts.say("hello", n=3) == "has 3 rings."
    [line] = logged
    assert (line["event"], line["log_level"]) == ("text.value_missing", "error")
    assert (line["file"], line["key"], line["placeholder"]) == (
        "data/texts/chat.yaml",
        "hello",
        "name",
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Hello {nmae}.",
        "Hello {}.",
        "{0}",
        "{name.upper}",
        "{name[0]}",
        "{n:d}",
        "{name!r}",
        "a { b",
    ],
)
def test_braces_that_nothing_can_fill_stop_the_start_and_are_named(
    tmp_path: Path, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=r"data/texts/chat\.yaml: hello: .*"):
        Texts.load(write(tmp_path, f'fine: "Hi {{name}}"\nhello: "{sentence}"'), "chat")


def test_without_a_list_of_placeholders_there_is_no_start(tmp_path: Path) -> None:
    folder = write(tmp_path, "hello: Hello.", listed="- name")
    with pytest.raises(ConfigError, match=r"data/texts/placeholders\.yaml"):
        Texts.load(folder, "chat")


@pytest.mark.parametrize("text", ["- a list", "hello: 7", "hello: [open", "just words"])
def test_a_file_that_is_no_map_of_sentences_names_itself(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"data/texts/chat\.yaml"):
        Texts.load(write(tmp_path, text), "chat")


def test_a_file_that_is_missing_names_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"data/texts/chat\.yaml"):
        Texts.load(tmp_path, "chat")


@pytest.mark.parametrize("name", ["chat", "sms", "link", "signin", "slip", "mail_fallbacks"])
def test_the_shops_own_sentences_load(name: str) -> None:
    Texts.load(DATA, name)
