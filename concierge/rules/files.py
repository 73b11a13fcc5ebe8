"""The files a version is made of: read from a folder, laid over it, compiled, compared."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from concierge.core.errors import ConciergeError
from concierge.core.telemetry import get_logger
from concierge.detection.detector import Detector
from concierge.detection.store import is_compiled
from concierge.detection.training import Tell, nobody
from concierge.rules.errors import CannotMerge

log = get_logger("rules")

Texts = Mapping[str, str]
"""Text of each file by its path below `data/intents`."""


def read_folder(folder: Path) -> dict[str, str]:
    """Every YAML file below the folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(folder.rglob("*.yaml"))
    }


@dataclass(frozen=True)
class Workshop:
    """Makes detectors of the folder's files with some of them changed.

    `kept` is where phrases that were compiled once are found again, by every process of the
    machine; without it they are compiled beside the chats each time.
    """

    folder: Path
    urgent_words: tuple[str, ...] = ()
    kept: Path | None = None

    def detector(self, changed: Texts, tell: Tell = nobody) -> Detector:
        """Raises `BadRules` with file and line, and `NotCompiled`.

        Changed phrases take seconds where nobody compiled them yet, of which `tell` hears; all
        else is there at once. The changes are laid over a copy of the folder, so that whatever
        else detection keeps there is found as well.
        """
        with self._laid_over(changed) as folder:
            return Detector.load(folder, self.urgent_words, kept=self.kept, tell=tell)

    def check(self, changed: Texts) -> None:
        """Raises `BadRules` with file and line; compiles nothing."""
        with self._laid_over(changed) as folder:
            Detector.check(folder)

    def is_ready(self, changed: Texts) -> bool:
        """Whether the detector can be had at once."""
        with self._laid_over(changed) as folder:
            return is_compiled(folder, self.kept)

    def prepare(self, changed: Texts, tell: Tell = nobody) -> None:
        """Compiled afterwards, for whoever asks next. Raises as `detector` does."""
        if self.kept is not None and not self.is_ready(changed):
            self.detector(changed, tell)

    def begin(self, changed: Texts) -> None:
        """Compiles beside what goes on, so that it is there when somebody asks for it."""
        if self.kept is None or self.is_ready(changed):
            return
        Thread(target=self._beforehand, args=(dict(changed),), name="phrases", daemon=True).start()

    def _beforehand(self, changed: Texts) -> None:
        try:
            self.prepare(changed)
        except ConciergeError as error:
            # Whoever asks for it compiles it then, and is told what is wrong.
            log.warning("phrases.not_compiled", reason=str(error))

    @contextmanager
    def _laid_over(self, changed: Texts) -> Iterator[Path]:
        if not changed:
            yield self.folder
            return
        with TemporaryDirectory(prefix="rules-") as made:
            copy = Path(made) / self.folder.name
            shutil.copytree(self.folder, copy)
            for path, text in changed.items():
                (copy / path).write_text(text, encoding="utf-8", newline="")
            yield copy


def difference(before: Texts, after: Texts) -> str:
    """A unified diff over all files; empty when nothing differs."""
    parts: list[str] = []
    for path in sorted({*before, *after}):
        old, new = before.get(path, ""), after.get(path, "")
        if old != new:
            parts.extend(
                line if line.endswith("\n") else f"{line}\n"
                for line in unified_diff(
                    old.splitlines(keepends=True),
                    new.splitlines(keepends=True),
                    fromfile=path,
                    tofile=path,
                )
            )
    return "".join(parts)


def merged(base: Texts, mine: Texts, live: Texts) -> dict[str, str]:
    """What both changed since `base`, file by file. Raises `CannotMerge`."""
    return {
        path: _merged_text(path, base.get(path, ""), mine.get(path, ""), live.get(path, ""))
        for path in sorted({*mine, *live})
    }


def _merged_text(path: str, base: str, mine: str, live: str) -> str:
    """My changed stretches of the base put where those lines stand in the live text."""
    if mine in (base, live):
        return live
    if live == base:
        return mine
    base_lines, live_lines = base.splitlines(keepends=True), live.splitlines(keepends=True)
    mine_lines = mine.splitlines(keepends=True)
    theirs = _changes(base_lines, live_lines)
    out: list[str] = []
    at = 0  # how far the live text is copied
    shift = 0  # from a place in the base to the same place in the live text
    waiting = list(theirs)
    for start, end, new_start, new_end in _changes(base_lines, mine_lines):
        while waiting and waiting[0][1] < start:
            one = waiting.pop(0)
            shift = one[3] - one[1]
        if waiting and waiting[0][0] <= end:
            raise CannotMerge(path, waiting[0][2] + 1)
        out += live_lines[at : start + shift]
        out += mine_lines[new_start:new_end]
        at = end + shift
    return "".join(out + live_lines[at:])


def _changes(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int, int, int]]:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return [found[1:] for found in matcher.get_opcodes() if found[0] != "equal"]
