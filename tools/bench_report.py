"""docs/benchmarks.md: a part for each thing that is measured, each written by what measured it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence

from concierge.core.folders import PROJECT_ROOT

REPORT = PROJECT_ROOT / "docs" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

Absolute times belong to the machine; compare only what ran on the same one.
"""


def machine() -> str:
    """Where it ran and how busy that was, as figures need it beside them."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, load average {load}"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def milliseconds(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.2f} ms"


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """Of sorted values, the one at this share of the way through them."""
    return sorted_values[min(len(sorted_values) - 1, round(len(sorted_values) * share))]


def put(title: str, text: str) -> None:
    """Replaces the part of this title, or adds it as the last one; other parts stay."""
    before = REPORT.read_text(encoding="utf-8") if REPORT.exists() else INTRODUCTION
    REPORT.write_text(with_part(before, title, text), encoding="utf-8")


def with_part(report: str, title: str, text: str) -> str:
    """The report with this part in place of the one of the same title."""
    part = f"## {title}\n\n{text.strip()}\n"
    found = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if found.search(report):
        replaced = found.sub(lambda _: part + "\n", report, count=1)
    else:
        replaced = f"{report.rstrip()}\n\n{part}"
    return replaced.rstrip() + "\n"
