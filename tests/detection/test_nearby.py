"""Phrases of a draft: heard where they are near, and nowhere else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from concierge.detection import Detector, Intent
from concierge.detection.building import lay_over
from concierge.detection.features import WordVectors
from concierge.detection.models import Detection, DetectionContext
from concierge.detection.nearby import NEAR, Nearby, heard
from concierge.detection.phrases import PhraseBook
from concierge.detection.semantic import COMPILED, INTENTS, Meaning, Model
from concierge.detection.slots import read_message
from concierge.detection.store import is_compiled
from concierge.detection.vocabulary import Vocabulary
from tests.detection.test_difference import PHRASES, strings

NEW = "hippopotamus balloon"
GONE = "shoe size conversion"
VOCABULARY = Path(__file__).parents[2] / "data" / "intents" / "vocabulary.yaml"
NOTHING = DetectionContext()
Edited = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path, intents_folder: Path) -> Edited:
    """The product's files with phrases added to an intent, and others taken out of all."""

    def edit(intent: str, *came: str, gone: tuple[str, ...] = ()) -> Path:
        folder = Path(shutil.copytree(intents_folder, tmp_path / "intents", dirs_exist_ok=True))
        for file in (folder / "phrases").glob("*.yaml"):
            lines = file.read_text(encoding="utf-8").splitlines()
            lines = [line for line in lines if line.removeprefix("  - ") not in gone]
            lines += [f"  - {one}" for one in came] if file.stem == intent else []
            file.write_text("\n".join(lines), encoding="utf-8")
        return folder

    return edit


@pytest.fixture(scope="module")
def base(intents_folder: Path) -> Meaning:
    return Meaning(Model.load(intents_folder / COMPILED), WordVectors.load())


def over(base: Meaning, folder: Path) -> Nearby | None:
    vocabulary = Vocabulary.load(folder / "vocabulary.yaml")
    return lay_over(base, PhraseBook.load(folder), vocabulary, WordVectors.load(), "new")


def found(detector: Detector, texts: list[str]) -> list[Detection]:
    return detector.detect_all([(text, NOTHING) for text in texts])


def test_a_new_phrase_is_understood_and_what_is_said_much_like_it(
    detector: Detector, edited: Edited, tmp_path: Path
) -> None:
    alike = ["a hippopotamus balloon please", "balloons with a hippopotamus"]
    draft = Detector.load(edited("care_repair", NEW), kept=tmp_path / "kept")
    assert [one.intent for one in found(draft, [NEW, *alike])] == [Intent.CARE_REPAIR] * 3
    assert Intent.CARE_REPAIR not in [one.intent for one in found(detector, [NEW, *alike])]
    nearest = draft.detect(alike[0]).trace.nearest[0]
    assert (nearest.text, nearest.intent) == (NEW, Intent.CARE_REPAIR)


def test_what_is_not_near_is_read_as_before_to_the_last_digit(
    base: Meaning, detector: Detector, edited: Edited, tmp_path: Path
) -> None:
    nearby = over(base, edited("care_repair", NEW, gone=(GONE,)))
    assert nearby is not None
    texts = strings(PHRASES)
    draft = Detector.load(tmp_path / "intents", kept=tmp_path / "kept")
    read = [read_message(text, detector.vocabulary).words for text in texts]
    said = [list(words.tokens) for words in read]
    directions = [base.directions([each])[0] if each else None for each in said]
    far = [
        text
        for text, way in zip(texts, directions, strict=True)
        if way is not None and float((nearby.directions @ way).max()) < NEAR - 0.01
    ]
    assert len(texts) - 60 < len(far) < len(texts)
    for before, after in zip(found(detector, far), found(draft, far), strict=True):
        assert (before.intent, before.confidence, before.candidates) == (
            after.intent,
            after.confidence,
            after.candidates,
        )


def test_a_phrase_that_went_has_no_say_and_takes_along_what_it_taught(
    base: Meaning, edited: Edited
) -> None:
    nearby = over(base, edited("gift", gone=(GONE,)))
    assert nearby is not None
    assert (nearby.came, len(nearby.places)) == (0, 1)
    words = read_message(GONE, Vocabulary.load(VOCABULARY)).words
    before, after = base.read(words), base.over(nearby).read(words)
    assert before is not None
    assert after is not None
    assert before.nearest[0].text == GONE
    assert GONE not in [one.text for one in after.nearest]
    assert before.chances[Intent.UNMATCHED] > 0.9
    assert after.chances[Intent.UNMATCHED] < 0.1


def test_a_phrase_that_moved_is_read_by_where_it_went(base: Meaning, edited: Edited) -> None:
    nearby = over(base, edited("care_repair", GONE, gone=(GONE,)))
    assert nearby is not None
    words = read_message(f"{GONE} then", Vocabulary.load(VOCABULARY)).words
    before, after = base.read(words), base.over(nearby).read(words)
    assert before is not None
    assert after is not None
    assert before.best is not Intent.CARE_REPAIR
    assert after.best is Intent.CARE_REPAIR


def test_a_phrase_pulls_the_same_whatever_else_was_changed_elsewhere(
    base: Meaning, edited: Edited
) -> None:
    one = over(base, edited("care_repair", NEW))
    two = over(base, edited("care_repair", "do you polish tubas", NEW, gone=("hello there",)))
    assert one is not None
    assert two is not None
    at = two.texts.index(NEW)
    assert np.array_equal(one.pulls[0], two.pulls[at])
    assert np.array_equal(one.vectors[0], two.vectors[at])
    apart = base.over(two).apart_from(base.over(one))
    assert apart is not None
    assert len(apart.directions) == len(two.vectors) - 1


def test_phrases_alike_share_the_pull_that_one_of_them_would_have(
    base: Meaning, edited: Edited
) -> None:
    """Ten ways to say it are no tenfold certainty."""
    alike = [f"{name} hippopotamus balloon" for name in ("old", "new", "green")]
    one, four = (
        over(base, edited("care_repair", NEW)),
        over(base, edited("care_repair", NEW, *alike)),
    )
    assert one is not None
    assert four is not None
    label = INTENTS.index(Intent.CARE_REPAIR)
    alone, among = one.pulls[0, label], four.pulls[four.texts.index(NEW), label]
    assert 0 < among < alone
    together = heard((four.directions @ four.directions[0])[None])[0] @ four.pulls
    assert together[label] > alone


def test_what_is_understood_already_hardly_pulls(base: Meaning, edited: Edited) -> None:
    nearby = over(base, edited("returns", "can i send my ring back for a refund", NEW))
    assert nearby is not None
    label = INTENTS.index(Intent.RETURNS)
    known, new = nearby.texts.index(NEW) ^ 1, nearby.texts.index(NEW)
    assert abs(nearby.pulls[known, label]) < 0.1 * nearby.pulls[new, label]


def test_changes_that_are_many_or_stand_around_all_are_fitted_anew(
    base: Meaning, edited: Edited
) -> None:
    names = [f"balloon {chr(97 + at % 26)}{chr(97 + at // 26)}q" for at in range(600)]
    few = edited("gift", *names)
    assert over(base, few) is not None
    many = edited(
        "gift",
        *names,
        *(f"{one} {other}" for one, other in pairwise(names)),
        *(
            f"{one} {between} {other}"
            for between in ("or", "and", "with", "for", "under")
            for one, other in pairwise(names)
        ),
    )
    assert over(base, many) is None
    folder = edited("gift", NEW)
    carriers = (folder / "carriers.yaml").read_text(encoding="utf-8")
    changed = carriers.replace("openings:\n", "openings:\n  - hear ye hear ye\n", 1)
    assert changed != carriers
    (folder / "carriers.yaml").write_text(changed, encoding="utf-8")
    assert over(base, folder) is None


def test_what_lies_over_another_model_is_made_anew(
    edited: Edited, base: Meaning, tmp_path: Path
) -> None:
    folder, kept = edited("care_repair", NEW), tmp_path / "kept"
    first = Detector.load(folder, kept=kept)
    [file] = kept.glob("*.npz")
    nearby = Nearby.load(file)
    assert nearby is not None
    assert nearby.base == base.fingerprint
    assert file.stat().st_size < 500_000
    assert first.meaning.model.fingerprint == base.fingerprint
    del first
    assert is_compiled(folder, kept)
    replace(nearby, base="of another release").save(file)
    assert not is_compiled(folder, kept)
    assert Detector.load(folder, kept=kept).detect(NEW).intent is Intent.CARE_REPAIR
    assert is_compiled(folder, kept)


def test_a_draft_shares_the_memory_of_what_is_live(
    detector: Detector, edited: Edited, tmp_path: Path
) -> None:
    draft = Detector.load(edited("care_repair", NEW), kept=tmp_path / "kept")
    assert draft.meaning.model is detector.meaning.model
    assert draft.meaning.apart_from(detector.meaning) is not None
