"""The files of data/intents: editable by people, so every mistake is answered with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concierge.detection import BadRules, DetectionContext, Detector, Intent
from concierge.detection.rules import Outcome, RuleSet
from concierge.detection.slots import read_message
from concierge.detection.vocabulary import Vocabulary

RULES = """\
settings: {min_clarity: 0.35, also_clarity: 0.7, negation_reach: 4}
rules:
  - name: hello
    intent: greeting
    priority: 10
    patterns: [hello]
"""


@pytest.fixture
def folder(tmp_path: Path, intents_folder: Path) -> Path:
    return Path(shutil.copytree(intents_folder, tmp_path / "intents"))


def refusal(folder: Path) -> BadRules:
    with pytest.raises(BadRules) as caught:
        Detector.load(folder)
    return caught.value


def read_by_rules(folder: Path, text: str) -> Outcome:
    """What the rules alone make of a message."""
    vocabulary = Vocabulary.load(folder / "vocabulary.yaml")
    words = read_message(text, vocabulary).words
    return RuleSet.load(folder / "rules.yaml", vocabulary).match(words, DetectionContext())


def rules(folder: Path, text: str) -> Path:
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("before", "after", "line", "reason"),
    [
        ("intent: greeting", "intent: greetings", 4, "not an intent"),
        ("priority: 10", "priority: high", 5, "a number is expected"),
        ("priority: 10", "priority: 1000", 5, "between 0 and 100"),
        ("priority: 10", "priorty: 10", 5, "unknown field 'priorty'"),
        ("    priority: 10\n", "", 3, "'priority' is missing"),
        ("[hello]", "[<hallo>]", 6, "no group <hallo>"),
        ("[hello]", "[hello ~]", 6, "needs a word after"),
        ("[hello]", "['(hello|)']", 6, "alternative is empty"),
        ("[hello]", "['(hello']", 6, "cannot read"),
        ("[hello]", "['#nonsense']", 6, "none of"),
        ("[hello]", "[Hello]", 6, "lower case"),
        ("[hello]", "['[hello]']", 6, "not be optional"),
        ("[hello]", "[{regex: '('}]", 6, "regular expression"),
        ("[hello]", "[{phrase: hello}]", 6, "unknown field"),
        ("[hello]", "[]", 6, "at least one pattern"),
        ("[hello]", "[hello]\n    unless: ['$ hello']", 7, "nothing may follow"),
        ("[hello]", "[hello]\n    when: {}", 7, "needs awaiting"),
        ("[hello]", "[hello]\n    bare: maybe", 7, "true or false"),
        ("[hello]", "[hello]\n    otherwise: returns", 7, "goes with"),
        ("intent: greeting", "intent: last", 4, "needs 'otherwise'"),
        ("[hello]", "[hello\n", 8, "expected"),
        ("rules:\n", "more: {}\nrules:\n", 2, "unknown field 'more'"),
    ],
)
def test_a_broken_rule_is_refused_with_its_line(
    folder: Path, before: str, after: str, line: int, reason: str
) -> None:
    error = refusal(rules(folder, RULES.replace(before, after, 1)))

    assert error.file.name == "rules.yaml"
    assert error.line == line
    assert reason in error.reason
    assert str(error) == f"rules.yaml, line {line}: {error.reason}"


def test_a_rule_named_twice_is_refused(folder: Path) -> None:
    error = refusal(rules(folder, RULES + RULES[RULES.index("  - name") :]))

    assert error.line == 7
    assert "already in line 3" in error.reason


def test_a_key_written_twice_is_refused(folder: Path) -> None:
    error = refusal(rules(folder, RULES + "    patterns: [hi]\n"))

    assert (error.line, error.reason) == (7, "'patterns' is written twice")


@pytest.mark.parametrize("content", ["", "# nothing\n", "just words\n", "- a\n- b\n"])
def test_a_file_of_another_kind_is_refused(folder: Path, content: str) -> None:
    assert refusal(rules(folder, content)).file.name == "rules.yaml"


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "commands.yaml").unlink()
    error = refusal(folder)

    assert error.file.name == "commands.yaml"
    assert error.line == 0


def test_a_file_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / "vocabulary.yaml").write_bytes(b"\xff\xfe\x00")

    assert "UTF-8" in refusal(folder).reason


@pytest.mark.parametrize(
    ("file", "before", "after", "reason"),
    [
        ("vocabulary.yaml", "  refund: [", "  refund: [order, ", "itself a word"),
        ("vocabulary.yaml", "  white gold: []", "  white gold: [pink gold]", "stands for"),
        ("vocabulary.yaml", "  negators:\n", "  negators:\n    - (open\n", "cannot read"),
        ("vocabulary.yaml", "groups:\n", "groups:\n  category: [ring]\n", "already made"),
        ("commands.yaml", "argument: budget", "argument: money", "must be one of"),
        ("commands.yaml", "intent: gift", "intent: gifts", "not an intent"),
        ("commands.yaml", "words: [gift,", "words: [track, gift,", "already belongs"),
        ("commands.yaml", "words: [gift,", "words: [/gift,", "without the slash"),
    ],
)
def test_broken_words_and_commands_are_refused_with_a_line(
    folder: Path, file: str, before: str, after: str, reason: str
) -> None:
    path = folder / file
    content = path.read_text(encoding="utf-8")
    assert before in content
    path.write_text(content.replace(before, after, 1), encoding="utf-8")
    error = refusal(folder)

    assert error.file.name == file
    assert error.line > 0
    assert reason in error.reason


def test_every_way_to_write_a_pattern(folder: Path) -> None:
    patterns = """\
      - ^ good [very] (morning|evening) $
      - quick ~ fox
      - jump* over
      - all: [alpha, omega]
      - regex: '\\bzig zag\\b'
      - "#email"
      - <metal> star
"""
    rules(folder, RULES.replace("    patterns: [hello]\n", "    patterns:\n" + patterns))

    for text in (
        "good evening",
        "good very morning",
        "the quick brown fox",
        "jumping over",
        "omega and alpha",
        "a zig zag",
        "ada@example.com",
        "rose gold star",
    ):
        assert read_by_rules(folder, text).hits, text
    for text in ("say good evening", "quick. the brown fox", "alpha", "zigzag", "star"):
        assert not read_by_rules(folder, text).hits, text


def test_the_higher_priority_wins_and_the_clearer_one_at_a_tie(folder: Path) -> None:
    text = RULES + (
        "  - {name: b, intent: gift, priority: 20, patterns: [star]}\n"
        "  - {name: c, intent: sizing, priority: 20, strength: 0.95, patterns: [moon]}\n"
    )
    rules(folder, text)

    assert read_by_rules(folder, "hello star").hits[0].intent is Intent.GIFT
    assert read_by_rules(folder, "star moon").hits[0].intent is Intent.SIZING


def test_a_weak_rule_in_a_long_message_is_too_unclear_to_count(folder: Path) -> None:
    text = RULES.replace("    patterns", "    strength: 0.5\n    patterns")
    rules(folder, text)

    assert read_by_rules(folder, "hello").hits
    found = read_by_rules(folder, "hello purple elephants dancing across distant mountains")
    assert not found.hits
    assert [hit.rule.name for hit in found.unclear] == ["hello"]


def test_what_is_said_of_a_rule_holds_its_exceptions(folder: Path) -> None:
    rules(folder, RULES + "    unless: [kitty]\n")
    found = read_by_rules(folder, "hello kitty")

    assert not found.hits
    assert found.blocked[0].why == "unless: kitty"
