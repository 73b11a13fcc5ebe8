"""Compiled phrases: made once for all processes, apart from the chats, and never half."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from concierge.detection import BadRules, Detector, Intent
from concierge.detection import store as stored
from concierge.detection.building import build, fingerprint
from concierge.detection.errors import NotCompiled
from concierge.detection.features import WordVectors
from concierge.detection.phrases import PhraseBook
from concierge.detection.semantic import COMPILED, Meaning, Model
from concierge.detection.store import KEPT, is_compiled, meaning_of
from concierge.detection.vocabulary import Vocabulary
from tests.detection.conftest import write


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[str]]:
    """The compilers that were started."""
    found: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def start(*given: object, **more: object) -> subprocess.Popen[str]:
        found.append(popen(*given, **more))  # type: ignore[call-overload]
        return found[-1]

    monkeypatch.setattr(stored.subprocess, "Popen", start)
    return found


def meaning(folder: Path, kept: Path) -> Meaning:
    return meaning_of(folder, Vocabulary.load(folder / "vocabulary.yaml"), kept)


def test_changed_phrases_are_compiled_once_and_by_a_process_of_their_own(
    folder: Path, kept: Path, started: list[subprocess.Popen[str]]
) -> None:
    write(folder, "gift", "  - hippopotamus balloon\n")
    assert not is_compiled(folder, kept)
    steps: list[tuple[int, int]] = []
    first = Detector.load(folder, kept=kept, tell=lambda *step: steps.append(step))
    assert first.detect("hippopotamus balloon").intent is Intent.GIFT
    assert is_compiled(folder, kept)
    assert steps[0] == (1, steps[0][1])
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    del first  # nobody holds it in memory any more
    again = Detector.load(folder, kept=kept)
    assert again.detect("hippopotamus balloon").intent is Intent.GIFT
    assert len(started) == 1
    assert started[0].poll() == 0
    # The files beside the phrases are the product's; what a draft needs lies elsewhere.
    assert Model.fingerprint_of(folder / COMPILED) != fingerprint(folder)


def test_what_is_in_use_is_shared_and_not_read_again(folder: Path, kept: Path) -> None:
    one = meaning(folder, kept)
    for file in kept.glob("*.npz"):
        file.unlink()
    assert meaning(folder, kept) is one


def test_a_change_of_rules_alone_compiles_nothing(
    intents_folder: Path, tmp_path: Path, kept: Path, started: list[subprocess.Popen[str]]
) -> None:
    copied = Path(shutil.copytree(intents_folder, tmp_path / "intents"))
    rules = copied / "rules.yaml"
    added = "  - {name: flurb, intent: gift, priority: 95, patterns: [flurb]}\n"
    rules.write_text(rules.read_text(encoding="utf-8") + added, encoding="utf-8")
    assert Detector.load(copied, kept=kept).detect("flurb").intent is Intent.GIFT
    assert started == []
    assert not kept.exists()


def test_two_that_ask_at_once_get_one_compilation_and_both_see_its_steps(
    folder: Path, kept: Path, started: list[subprocess.Popen[str]]
) -> None:
    write(folder, "gift", "".join(f"  - balloon number {at} for aunt {at}\n" for at in range(400)))
    seen: list[list[tuple[int, int]]] = [[], []]

    def ask(steps: list[tuple[int, int]]) -> None:
        Detector.load(folder, kept=kept, tell=lambda *step: steps.append(step))

    threads = [threading.Thread(target=ask, args=(steps,)) for steps in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 1
    assert all(steps and steps == sorted(steps) for steps in seen)


def test_a_bad_phrase_is_refused_before_anything_is_started(
    folder: Path, kept: Path, started: list[subprocess.Popen[str]]
) -> None:
    write(folder, "gift", "  - send it back\n")
    for look in (lambda: Detector.check(folder), lambda: Detector.load(folder, kept=kept)):
        with pytest.raises(BadRules) as caught:
            look()
        assert "already in returns.yaml" in caught.value.reason
    assert started == []


def test_a_compiler_that_is_ended_is_told_of_and_leaves_nothing_half(
    folder: Path, kept: Path, started: list[subprocess.Popen[str]]
) -> None:
    write(folder, "gift", "  - hippopotamus balloon\n")

    def end(done: int, total: int) -> None:
        started[-1].kill()
        raise InterruptedError

    with pytest.raises(InterruptedError):
        Detector.load(folder, kept=kept, tell=end)
    assert started[0].poll() is not None
    assert not list(kept.glob("*.npz"))
    assert Detector.load(folder, kept=kept).detect("hippopotamus balloon").intent is Intent.GIFT


def test_a_compiler_without_a_result_is_an_error_of_its_own(
    folder: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "gift", "  - hippopotamus balloon\n")
    monkeypatch.setattr(stored.sys, "executable", "/bin/false")
    with pytest.raises(NotCompiled):
        Detector.load(folder, kept=kept)


def test_the_compiler_ends_with_the_process_that_started_it(folder: Path, kept: Path) -> None:
    compiler = subprocess.Popen(
        [sys.executable, "-m", "concierge.detection.compile", "--into", str(kept / "never.npz")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with compiler:
        assert compiler.stdin is not None
        compiler.stdin.close()
        assert compiler.wait(60) == 3
    assert not kept.exists()


def test_only_the_files_used_last_are_kept(folder: Path, kept: Path) -> None:
    kept.mkdir()
    for at in range(KEPT + 3):
        file = kept / f"{at:02}.npz"
        file.touch()
        os.utime(file, (at, at))
    write(folder, "gift", "  - hippopotamus balloon\n")
    Detector.load(folder, kept=kept)
    left = sorted(file.stem for file in kept.glob("*.npz"))
    assert len(left) == KEPT
    assert fingerprint(folder) in left
    assert left[0] == "04"


def test_weights_sought_from_given_ones_on_come_out_alike_and_sooner(folder: Path) -> None:
    vocabulary, vectors = Vocabulary.load(folder / "vocabulary.yaml"), WordVectors.load()
    before = build(PhraseBook.load(folder), vocabulary, vectors)
    write(folder, "gift", "  - hippopotamus balloon\n")
    book = PhraseBook.load(folder)
    steps: list[int] = []
    fresh = build(book, vocabulary, vectors, tell=lambda done, _: steps.append(done))
    long = steps.pop()
    steps.clear()
    warm = build(book, vocabulary, vectors, begin=before, tell=lambda done, _: steps.append(done))
    assert steps[-1] < long
    assert np.abs(warm.phrases - fresh.phrases).max() < 0.25 * np.abs(fresh.phrases).max()
