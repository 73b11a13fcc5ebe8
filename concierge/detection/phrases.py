"""What customers type, by what it means: one plain file per intent, refused with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from concierge.detection.errors import BadRules
from concierge.detection.models import Intent
from concierge.detection.source import Place, read

FOLDER = "phrases"
CARRIERS = "carriers.yaml"
LONGEST = 400
"""No phrase is longer, in characters: what people type in one go is not."""


@dataclass(frozen=True)
class PhraseBook:
    """All phrases by intent, in the order of the files.

    `openings` and `endings` are what people say around any wish ("could you help me", "asap").
    The compiler says every phrase with some of them, so that they come to mean nothing.
    """

    phrases: Mapping[Intent, tuple[str, ...]]
    openings: tuple[str, ...]
    endings: tuple[str, ...]

    @classmethod
    def load(cls, folder: Path) -> PhraseBook:
        """Read `phrases/<intent>.yaml` for every intent, and `carriers.yaml`.

        Raises `BadRules` with file and line: for a file that is missing or of no intent, and for
        a phrase that is empty, too long or already written, here or in another file.
        """
        home = folder / FOLDER
        names = {intent.value for intent in Intent}
        for file in sorted(home.glob("*.yaml")):
            if file.stem not in names:
                raise BadRules(file, 0, f"'{file.stem}' is not an intent")
        seen: dict[str, str] = {}
        phrases = {intent: _phrases(read(home / f"{intent.value}.yaml"), seen) for intent in Intent}
        parts = read(folder / CARRIERS).fields(("openings", "endings"))
        return cls(
            phrases,
            tuple(item.text() for item in parts["openings"].items()),
            tuple(item.text() for item in parts["endings"].items()),
        )

    def __iter__(self) -> Iterator[tuple[str, Intent]]:
        for intent, texts in self.phrases.items():
            for text in texts:
                yield text, intent

    def __len__(self) -> int:
        return sum(len(texts) for texts in self.phrases.values())


def _phrases(top: Place, seen: dict[str, str]) -> tuple[str, ...]:
    found = []
    for place in top.fields(("phrases",))["phrases"].items():
        text = place.text()
        if len(text) > LONGEST:
            raise place.refuse(f"a phrase has at most {LONGEST} characters")
        key = " ".join(text.lower().split())
        if key in seen:
            raise place.refuse(f"'{text}' is already in {seen[key]}")
        seen[key] = f"{place.file.name}, line {place.line}"
        found.append(text)
    if not found:
        raise top.refuse("there are no phrases")
    return tuple(found)
