"""From messages to a rule, or to phrases where an intent has a file of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.bootstrap.services import INTENTS_FOLDER, detector
from concierge.core.errors import InvalidInput
from concierge.detection.models import DetectionContext, Intent
from concierge.detection.slots import read_message
from concierge.rules.drafting import with_messages
from concierge.rules.files import Workshop, difference, merged, read_folder

OWN = {
    path: text
    for path, text in read_folder(INTENTS_FOLDER).items()
    if not path.startswith("phrases/")
}


@pytest.mark.parametrize(
    ("message", "like_it"),
    [
        ("do you do ear piercing", "and ear piercing?"),
        ("can the flurb be blarged by monday", "the flurb, is it blarged by monday"),
        ("flurb #42 \"quoted\": {yaml} - 'fun' \\ :", "flurb 42 quoted yaml fun"),
        ("flurb. blarg. zonk.", "a flurb"),
        ("what is it", "what is it"),
        ("flurb 💎", "flurb"),
        ("do you buy old coins", "and do you buy old coins?"),
    ],
)
def test_a_message_becomes_a_rule_that_reads_it(message: str, like_it: str) -> None:
    changed = with_messages(OWN, Intent.CARE_REPAIR, [message], detector())
    assert list(changed) == ["rules.yaml"]
    made = Workshop(INTENTS_FOLDER).detector(changed)
    for text in (message, like_it):
        words = read_message(text, made.vocabulary).words
        best = made.rules.match(words, DetectionContext()).hits[0]
        assert best.intent is Intent.CARE_REPAIR, text


def test_each_wording_is_a_pattern_once_and_the_name_is_fresh() -> None:
    once = with_messages(OWN, Intent.GIFT, ["flurb", "Flurb!", "a blarg"], detector())
    assert difference(OWN, {**OWN, **once}).count('\n+      - "') == 2
    twice = with_messages({**OWN, **once}, Intent.GIFT, ["flurb"], detector())
    assert "name: gift-flurb\n" in twice["rules.yaml"]
    assert "name: gift-flurb-2\n" in twice["rules.yaml"]
    Workshop(INTENTS_FOLDER).check(twice)


@pytest.mark.parametrize("messages", [[], ["•••"], ["?!", "  "]])
def test_messages_without_words_are_refused(messages: list[str]) -> None:
    with pytest.raises(InvalidInput):
        with_messages(OWN, Intent.GIFT, messages, detector())


def test_an_intent_with_a_file_of_phrases_gets_phrases() -> None:
    texts = {**OWN, "phrases/gift.yaml": "phrases:\n  - a gift\n"}
    changed = with_messages(texts, Intent.GIFT, ['say "flurb": #1', "for  nan"], detector())
    assert changed == {
        "phrases/gift.yaml": 'phrases:\n  - a gift\n  - "say \\"flurb\\": #1"\n  - "for nan"\n'
    }


def test_a_message_that_a_rule_holds_gets_a_rule_beside_its_phrase() -> None:
    texts = {**OWN, "phrases/gift.yaml": "phrases:\n  - a gift\n"}
    said = ["do you buy old coins", "for nan"]
    changed = with_messages(texts, Intent.GIFT, said, detector())
    assert changed["phrases/gift.yaml"].endswith('  - "do you buy old coins"\n  - "for nan"\n')
    assert difference(OWN, changed).count('\n+      - "') == 1
    made = Workshop(INTENTS_FOLDER).detector({"rules.yaml": changed["rules.yaml"]})
    words = read_message(said[0], made.vocabulary).words
    assert made.rules.match(words, DetectionContext()).hits[0].intent is Intent.GIFT


def test_a_file_in_a_folder_below_is_laid_over_as_well(tmp_path: Path) -> None:
    for path, text in {**OWN, "phrases/gift.yaml": "phrases: [a]\n"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert "phrases/gift.yaml" in read_folder(tmp_path)


LINES = [f"line {at}\n" for at in range(20)]


def changed_at(*places: int) -> dict[str, str]:
    return {"f": "".join(f"new {n}\n" if n in places else line for n, line in enumerate(LINES))}


def test_changes_of_different_lines_are_both_kept() -> None:
    base = changed_at()
    assert merged(base, changed_at(3, 12), changed_at(7, 18)) == changed_at(3, 7, 12, 18)


def test_lines_put_in_and_taken_out_find_their_place() -> None:
    base = "".join(LINES)
    mine = base.replace("line 15\n", "line 15\nmine\n")
    theirs = base.replace("line 2\n", "").replace("line 5\n", "theirs\nline 5\ntheirs too\n")
    both = theirs.replace("line 15\n", "line 15\nmine\n")
    assert merged({"f": base}, {"f": mine}, {"f": theirs}) == {"f": both}
    assert merged({"f": base}, {"f": theirs}, {"f": mine}) == {"f": both}
