"""Compiled phrases, found by what they were made of: in memory, on disk, or made now.

One file per set of phrases, named by its fingerprint, in a folder that all processes of a machine
share. It holds nothing that could not be made anew, so it lies beside the database and not in it:
nobody has to carry it from one store to another, and a version stays a few changed lines of text.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO
from weakref import WeakValueDictionary

from concierge.core.folders import PROJECT_ROOT
from concierge.detection.building import build, fingerprint
from concierge.detection.errors import NotCompiled
from concierge.detection.features import WordVectors
from concierge.detection.nearby import Nearby
from concierge.detection.phrases import PhraseBook
from concierge.detection.semantic import COMPILED, Meaning, Model
from concierge.detection.training import Tell, nobody
from concierge.detection.vocabulary import Vocabulary

KEPT = 12
"""Compiled files left on disk; those used last."""

_LOOK_EVERY = 0.2
"""Seconds between two looks at a compilation that somebody else runs."""

# Every detector of the same phrases shares one meaning layer, some forty megabytes; it goes with
# the last of them.
_shared: WeakValueDictionary[str, Meaning] = WeakValueDictionary()
_guard = threading.Lock()


@cache
def word_vectors() -> WordVectors:
    """The table that comes with wordllama, mapped once a process."""
    return WordVectors.load()


def is_compiled(folder: Path, kept: Path | None) -> bool:
    """Whether the phrases of a folder can be had at once."""
    wanted = fingerprint(folder)
    with _guard:
        if wanted in _shared:
            return True
    return _of(folder / COMPILED, wanted) or (
        kept is not None and _fits(_file(kept, wanted), wanted, folder)
    )


def meaning_of(
    folder: Path, vocabulary: Vocabulary, kept: Path | None = None, tell: Tell = nobody
) -> Meaning:
    """The meaning layer of a folder.

    With `kept`, what must be made is made by a process of its own, so that the threads of this one
    go on, and is kept there. Without, it is made here and kept beside the phrases. Raises
    `BadRules` for a phrase file that cannot be used, `NotCompiled` when that process fails.
    """
    wanted = fingerprint(folder)
    with _guard:
        found = _shared.get(wanted)
    if found is not None:
        return found
    if _of(folder / COMPILED, wanted):
        made = Meaning(Model.load(folder / COMPILED), word_vectors())
    elif kept is not None:
        PhraseBook.load(folder)  # says what is wrong, before a process is started for it
        made = _kept(folder, kept, wanted, tell)
    else:
        model = build(PhraseBook.load(folder), vocabulary, word_vectors(), wanted, tell=tell)
        with suppress(OSError):  # a folder that is only read is compiled at every start, and works
            model.save(folder / COMPILED)
        made = Meaning(model, word_vectors())
    return _shared_as(wanted, made)


def _shared_as(wanted: str, made: Meaning) -> Meaning:
    with _guard:
        return _shared.setdefault(wanted, made)


def _kept(folder: Path, kept: Path, wanted: str, tell: Tell) -> Meaning:
    file = _file(kept, wanted)
    if _fits(file, wanted, folder):
        with suppress(OSError):
            os.utime(file)  # in use: the last to be swept
        return _read(file, folder)
    kept.mkdir(parents=True, exist_ok=True)
    with _turn(kept / "lock", tell) as told:
        if not _fits(file, wanted, folder):  # a neighbour may have made it while we waited
            _made_apart(folder, file, told)
            _sweep(kept)
    if not _fits(file, wanted, folder):
        raise NotCompiled("the compiled file cannot be read")
    return _read(file, folder)


def _read(file: Path, folder: Path) -> Meaning:
    """A file that fits."""
    nearby = Nearby.load(file)
    if nearby is None:
        return Meaning(Model.load(file), word_vectors())
    with _guard:
        below = _shared.get(nearby.base)
    if below is None:
        below = _shared_as(nearby.base, Meaning(Model.load(folder / COMPILED), word_vectors()))
    return below.over(nearby)


def _fits(file: Path, wanted: str, folder: Path) -> bool:
    """Whether it is of these phrases, and of the model beside them where it lies over one."""
    if not _of(file, wanted):
        return False
    nearby = Nearby.load(file)
    return nearby is None or _of(folder / COMPILED, nearby.base)


def _made_apart(folder: Path, file: Path, tell: Tell) -> None:
    """Runs the compiler as a program and passes its progress on."""
    compile_into = ("concierge.detection.compile", "--folder", str(folder), "--into", str(file))
    compiler = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", *compile_into],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,  # never written to: it closes with us, and the compiler ends then
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with compiler:
        try:
            for line in compiler.stdout or ():
                _pass_on(line, tell)
            said = compiler.stderr.read() if compiler.stderr else ""
        finally:
            compiler.kill()  # where `tell` said to stop; nothing when it has ended
    if not file.exists():
        raise NotCompiled(said.strip().rpartition("\n")[2] or "the compiler said nothing")


@contextmanager
def _turn(lock: Path, tell: Tell) -> Iterator[Tell]:
    """One compilation at a time on a machine: two at once would both take twice as long.

    Its steps stand in the lock file, so that whoever waits sees them as well.
    """
    pause = threading.Event()
    with lock.open("a+") as held:
        while not _taken(held):
            held.seek(0)
            _pass_on(held.read(), tell)
            pause.wait(_LOOK_EVERY)

        def told(done: int, total: int) -> None:
            held.seek(0)
            held.truncate()
            held.write(f"{done}/{total}\n")
            held.flush()
            tell(done, total)

        yield told


def _taken(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pass_on(line: str, tell: Tell) -> None:
    done, _, total = line.strip().partition("/")
    if done.isdecimal() and total.isdecimal():
        tell(int(done), int(total))


def _sweep(kept: Path) -> None:
    def used(file: Path) -> float:
        return file.stat().st_mtime

    for file in sorted(kept.glob("*.npz"), key=used)[:-KEPT]:
        file.unlink(missing_ok=True)


def _file(kept: Path, wanted: str) -> Path:
    return kept / f"{wanted}.npz"


def _of(file: Path, wanted: str) -> bool:
    try:
        return Model.fingerprint_of(file) == wanted
    except (OSError, ValueError, KeyError, EOFError):
        return False
