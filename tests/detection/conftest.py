"""One detector of the shipped files for all tests: it holds no state."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concierge.detection import Detector, Intent

INTENTS = Path(__file__).parents[2] / "data" / "intents"


@pytest.fixture(scope="session")
def intents_folder() -> Path:
    return INTENTS


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector.load(INTENTS)


FEW = {
    "order_tracking": ["where is my order", "has my parcel shipped"],
    "returns": ["send it back", "i want a refund"],
    "greeting": ["hello"],
}


@pytest.fixture
def folder(tmp_path: Path, intents_folder: Path) -> Path:
    """The shipped files, with a handful of phrases: those compile in a blink."""
    copied = Path(shutil.copytree(intents_folder, tmp_path / "intents"))
    for intent in Intent:
        texts = FEW.get(intent.value, [f"something about {intent.value.replace('_', ' ')}"])
        write(copied, intent.value, "".join(f"  - {text}\n" for text in texts))
    return copied


def write(folder: Path, intent: str, lines: str) -> None:
    file = folder / "phrases" / f"{intent}.yaml"
    file.write_text(f"phrases:\n{lines}", encoding="utf-8")
