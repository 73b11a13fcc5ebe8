"""What a change of the files cannot reach is read alike, so it need not be read at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from concierge.detection import Detector
from concierge.detection.difference import Difference
from concierge.detection.models import DetectionContext, Intent

Changed = Callable[[str, str, str], Difference]
RULE = "  - {name: flurb, intent: gift, priority: 99, patterns: [flurb ~ (box|bag)]}\n"
PHRASES = yaml.safe_load((Path(__file__).parent / "phrases.yaml").read_text(encoding="utf-8"))


def texts_of(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*.yaml")
    }


@pytest.fixture
def changed(tmp_path: Path, intents_folder: Path) -> Changed:
    """The product's files against the same with one passage replaced."""
    before = Detector.load(intents_folder)

    def change(file: str, old: str, new: str) -> Difference:
        folder = Path(shutil.copytree(intents_folder, tmp_path / "intents", dirs_exist_ok=True))
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) >= 1
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        after = Detector.load(folder, kept=tmp_path / "kept")
        return Difference(before, texts_of(intents_folder), after, texts_of(folder))

    return change


def test_a_new_rule_reaches_only_messages_with_its_words(changed: Changed) -> None:
    difference = changed("rules.yaml", "\nrules:\n", f"\nrules:\n{RULE}")
    assert difference.narrow
    assert difference.reaches("a flurb in a box", None)
    assert not difference.reaches("show me rings", None)


def test_a_rule_that_is_gone_reaches_what_it_had_read(changed: Changed) -> None:
    difference = changed("rules.yaml", "name: charged-twice", "name: charged-two-times")
    assert difference.narrow
    assert difference.reaches("i was charged twice", None)
    assert not difference.reaches("show me rings", None)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules.yaml", "negation_reach: 4", "negation_reach: 5"),
        ("vocabulary.yaml", "\n  by_sms:\n", "\n  by_sms:\n    - flurb <metal>\n"),
        ("vocabulary.yaml", "\n  by_sms:\n", "\n  by_sms:\n    - flurb *\n"),
        ("vocabulary.yaml", "\ngroups:\n", "\ngroups:\n  flurbs: [flurb, never]\n"),
        ("meaning.yaml", "threshold:", "threshold: 0.99 #"),
    ],
)
def test_another_change_reaches_everything(changed: Changed, file: str, old: str, new: str) -> None:
    difference = changed(file, old, new)
    assert not difference.narrow
    assert difference.reaches("show me rings", None)


def test_a_comment_reaches_nothing(changed: Changed) -> None:
    difference = changed("vocabulary.yaml", "\nspelling:\n", "\n# why\nspelling:\n")
    assert difference.narrow
    assert not difference.reaches("show me rings", None)


@pytest.mark.parametrize("old", ["flurrb", "flurrrrb", "flur'b", "#flurrb", "/flurrb", "FLURRB's"])
def test_a_spelling_reaches_only_messages_that_hold_it(changed: Changed, old: str) -> None:
    difference = changed("vocabulary.yaml", "\nspelling:\n", "\nspelling:\n  flurbs: [flurb]\n")
    assert difference.narrow
    assert difference.reaches(f"a {old} please", None)
    assert not difference.reaches("show me earrings", None)


def test_a_word_of_a_new_phrase_reaches_its_typos(changed: Changed) -> None:
    """Three phrases more, and "flurbish" is known so well that "flurbisch" is taken for it."""
    new = "phrases:\n" + "".join(
        f"  - {text}\n"
        for text in (
            "can the flurbish be wrapped",
            "a flurbish for granny",
            "flurbish gifts",
            "i give a flurbish to everybody",
        )
    )
    difference = changed("phrases/gift.yaml", "phrases:\n", new)
    assert difference.narrow
    assert difference.reaches("my plumber has a flurbisch under his kitchen sink", None)
    assert not difference.reaches("my plumber has a ladder under his kitchen sink", None)


CHANGES = {
    "a phrase": ("phrases/gift.yaml", "phrases:\n", "phrases:\n  - do you sell a laptop\n"),
    "a phrase less": ("phrases/unmatched.yaml", "  - what is love\n", ""),
    "a category": ("vocabulary.yaml", "\ncategories:\n", "\ncategories:\n  laptop: [laptops]\n"),
    "a filler word": ("vocabulary.yaml", "\nfiller:\n", "\nfiller:\n  - engrave\n"),
    "a signal": ("vocabulary.yaml", "\n  opt_out:\n", "\n  opt_out:\n    - (laptop*|plumber)\n"),
    "a spelling": ("vocabulary.yaml", "\n  gold: [oro, glod", "\n  gold: [laptops, oro, glod"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_narrow_change_spares_only_what_both_read_alike(
    tmp_path: Path, intents_folder: Path, change: str
) -> None:
    """Over all phrases of the tests, as they are and with something said after them."""
    file, old, new = CHANGES[change]
    folder = Path(shutil.copytree(intents_folder, tmp_path / "intents"))
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    before, after = Detector.load(intents_folder), Detector.load(folder, kept=tmp_path / "kept")
    difference = Difference(before, texts_of(intents_folder), after, texts_of(folder))
    assert difference.narrow
    said = [f"{text}{more}" for text in strings(PHRASES) for more in ("", " thankss")]
    reached = difference.reached([(text, None) for text in said])
    pairs = [(text, DetectionContext()) for text in said]
    differing = 0
    for one, other, may_differ in zip(
        before.detect_all(pairs), after.detect_all(pairs), reached, strict=True
    ):
        alike = (one.intent, one.candidates, one.slots) == (
            other.intent,
            other.candidates,
            other.slots,
        )
        assert alike or may_differ
        differing += not alike
    assert differing > 0
    assert sum(reached) < len(said) / 4


def test_what_is_not_reached_is_read_alike(tmp_path: Path, intents_folder: Path) -> None:
    """Over all phrases of the tests, in three situations, with rules moved, weakened and gone."""
    folder = Path(shutil.copytree(intents_folder, tmp_path / "intents"))
    rules = yaml.safe_load((folder / "rules.yaml").read_text(encoding="utf-8"))
    rules["rules"] = [rule for at, rule in enumerate(rules["rules"]) if at % 17]
    for rule in rules["rules"][::13]:
        if rule["name"] == "free-text-when-asked":
            continue  # it may fit any message, so it reaches all of them
        rule["priority"] = max(0, rule["priority"] - 25)
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules, sort_keys=False), encoding="utf-8")
    before, after = Detector.load(intents_folder), Detector.load(folder)
    difference = Difference(before, texts_of(intents_folder), after, texts_of(folder))
    assert difference.narrow
    spared = differing = 0
    for text in strings(PHRASES):
        for awaiting, last in ((None, None), ("csat", Intent.FEEDBACK), ("identity", Intent.GIFT)):
            context = DetectionContext(awaiting=awaiting, last_intent=last)
            one, other = before.detect(text, context), after.detect(text, context)
            if difference.reaches(text, awaiting):
                differing += one.intent is not other.intent
            else:
                spared += 1
                assert (one.intent, one.confidence, one.candidates, one.also) == (
                    other.intent,
                    other.confidence,
                    other.candidates,
                    other.also,
                ), text
    assert spared > 100
    assert differing > 5


def strings(tree: object) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    inner = tree.values() if isinstance(tree, dict) else tree
    return [text for one in inner for text in strings(one)] if hasattr(inner, "__iter__") else []
