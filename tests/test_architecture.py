"""The house as it stands keeps its own rules."""

from __future__ import annotations

from pathlib import Path

from tests.architecture import breaches

ROOT = Path(__file__).resolve().parents[1]


def test_the_source_keeps_every_rule_of_the_house() -> None:
    found = breaches(ROOT)
    assert not found, "\n" + "\n".join(map(str, found))
