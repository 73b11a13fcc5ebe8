"""The command that compiles the phrases: `python -m concierge.detection.compile`.

It rewrites `data/intents/compiled/meaning.npz`; with `--check` it only says whether that file is
of the phrases as they are. It takes three minutes, most of them to calibrate the thresholds of the
intents (`calibration.py`). The file is kept beside the phrases, so that a
fresh checkout starts at once; when phrases, carriers or vocabulary were edited since, the next
start compiles them itself.

For phrases of a draft the product runs it with `--into`: then the weights of that file stay and a
few changed phrases are laid over them; where many changed, or what is said around them, it begins
at those weights. It says each step, and ends with the process that started it.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from concierge.detection.building import build, fingerprint, lay_over
from concierge.detection.calibration import calibrated
from concierge.detection.features import WordVectors
from concierge.detection.phrases import PhraseBook
from concierge.detection.semantic import COMPILED, Meaning, Model
from concierge.detection.vocabulary import Vocabulary


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit 0: compiled, or fresh. 1: `--check` found it stale."""
    parser = argparse.ArgumentParser(prog="python -m concierge.detection.compile")
    parser.add_argument("--check", action="store_true", help="only say whether it is fresh")
    parser.add_argument("--folder", type=Path, help="instead of data/intents")
    parser.add_argument("--into", type=Path, help="another file, for the process that asks")
    given = parser.parse_args(arguments)
    folder = given.folder or _shipped_folder()
    if given.check:
        try:
            fresh = Model.load(folder / COMPILED).fingerprint == fingerprint(folder)
        except (OSError, ValueError, KeyError, EOFError):
            fresh = False
        _say("fresh" if fresh else "stale: run python -m concierge.detection.compile")
        return 0 if fresh else 1
    if given.into:
        _for_another(folder, given.into)
        return 0
    began = perf_counter()
    vocabulary = Vocabulary.load(folder / "vocabulary.yaml")
    book = PhraseBook.load(folder)
    model = build(book, vocabulary, WordVectors.load(), fingerprint(folder))
    model = replace(model, thresholds=calibrated(folder, book))
    model.save(folder / COMPILED)
    _say(f"{len(book)} phrases compiled in {perf_counter() - began:.1f} s")
    for intent, threshold in model.thresholds.items():
        _say(f"{intent.value} is answered from {threshold:.2f} on")
    return 0


def _for_another(folder: Path, into: Path) -> None:
    """Ends when nobody holds our input any more."""
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    try:
        begin = Model.load(folder / COMPILED)
    except (OSError, ValueError, KeyError, EOFError):
        begin = None
    vocabulary, vectors = Vocabulary.load(folder / "vocabulary.yaml"), WordVectors.load()
    book, wanted = PhraseBook.load(folder), fingerprint(folder)
    if begin is not None:
        nearby = lay_over(Meaning(begin, vectors), book, vocabulary, vectors, wanted)
        if nearby is not None:
            _say("1/1")
            nearby.save(into)
            return
    model = build(
        book,
        vocabulary,
        vectors,
        wanted,
        begin=begin,
        tell=lambda done, total: _say(f"{done}/{total}"),
    )
    model.save(into)


def _end_with_the_other() -> None:
    sys.stdin.read()
    os._exit(3)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _shipped_folder() -> Path:
    from concierge.core.folders import DATA_FOLDER

    return DATA_FOLDER / "intents"


if __name__ == "__main__":
    sys.exit(main())
