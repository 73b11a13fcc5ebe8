"""How well, how fast and how cheaply messages are understood, beside Rasa and TF-IDF.

    python3.10 -m venv /tmp/peer && /tmp/peer/bin/pip install 'rasa==3.6.*'
    python -m tests.benchmarks.understanding /tmp/peer/bin/python LABELLED.jsonl
        [--models FOLDER] [--write]

All get the phrases of `data/intents/` and nothing else, and read the core rows of the same file
(fields as for `concierge evaluate`). Each is measured in a process of its own, on one core, from
what it had made beforehand: ours its compiled phrases, the others a trained model, kept in
`--models` where given, for training Rasa takes its time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from concierge.core.folders import DATA_FOLDER, PROJECT_ROOT
from concierge.detection.evaluation import Labelled, Score, evaluate
from concierge.detection.models import Detection, Intent
from concierge.detection.phrases import PhraseBook
from tests.benchmarks import understanding_peers as peers
from tools import bench_report as report

TITLE = "Understanding beside Rasa and TF-IDF"
INTENTS = DATA_FOLDER / "intents"
PEERS = Path(peers.__file__)
NAMES = {
    "ours": "Aurora",
    "sklearn": "TF-IDF, logistic regression (scikit-learn)",
    "rasa": f"Rasa 3.6, DIET, {peers.RASA_EPOCHS} epochs",
}
POINTS_ABOVE_RASA, OF_RASAS_LATENCY = 20.0, 0.25
P95_MS_AT_MOST, READY_AT_MOST, MB_AT_MOST = 1.5, 0.5, 200.0


@dataclass(frozen=True)
class Measured:
    """One way to understand: how well, and at what price."""

    engine: str
    score: Score
    ready: float
    taken_ms: list[float]
    resident_mb: float

    @property
    def p50(self) -> float:
        return statistics.median(self.taken_ms)

    @property
    def p95(self) -> float:
        return report.percentile(sorted(self.taken_ms), 0.95)

    def row(self) -> tuple[str, ...]:
        return (
            NAMES[self.engine],
            _points(self.score.accuracy),
            _points(self.score.macro_recall),
            _points(self.score.false_triggers),
            report.milliseconds(self.p50),
            report.milliseconds(self.p95),
            f"{self.ready:.2f} s",
            f"{self.resident_mb:,.0f} MB",
        )


def measured(engine: str, python: Path, folder: Path, rows: Sequence[Labelled]) -> Measured:
    """Has it read all messages, in a process of its own."""
    ours = engine == "ours"
    command = (
        [sys.executable, "-m", "tests.benchmarks.understanding_ours", str(folder)]
        if ours
        else [str(python), str(PEERS), "read", engine, str(folder)]
    )
    done = subprocess.run(
        command, cwd=PROJECT_ROOT if ours else folder, stdout=subprocess.PIPE, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.decode("utf-8").strip().splitlines()[-1])
    found = iter(told["found"])

    def read(_: str) -> Detection:
        name, sure = next(found)
        known = {intent.value for intent in Intent}
        intent = Intent(name) if name in known else Intent.UNMATCHED  # Rasa's own fallback
        return Detection(intent=intent, confidence=min(1.0, max(0.0, sure)), layer=engine)

    score = evaluate(rows, read).all
    return Measured(engine, score, told["ready"], told["taken_ms"], told["resident_mb"])


def prepare(folder: Path, rows: Sequence[Labelled]) -> None:
    """Writes what all read; models that were made of other phrases are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    phrases = json.dumps([(text, intent.value) for text, intent in PhraseBook.load(INTENTS)])
    file = folder / "phrases.json"
    if not file.exists() or file.read_text("utf-8") != phrases:
        for model in peers.MODEL.values():
            (folder / model).unlink(missing_ok=True)
    file.write_text(phrases, "utf-8")
    (folder / "messages.json").write_text(json.dumps([row.text for row in rows]), "utf-8")


def train(python: Path, folder: Path) -> None:
    for engine, model in peers.MODEL.items():
        if (folder / model).exists():
            continue
        began = time.monotonic()
        subprocess.run([str(python), str(PEERS), "train", engine, str(folder)], check=True)
        sys.stderr.write(f"{NAMES[engine]}: trained in {time.monotonic() - began:.0f} s\n")


def labelled(file: Path) -> list[Labelled]:
    """The core rows."""
    lines = file.read_text("utf-8").split("\n")
    rows = [Labelled.of_row(json.loads(line)) for line in lines if line.strip()]
    return [row for row in rows if row.core]


def promises(ours: Measured, rasa: Measured) -> list[tuple[str, bool]]:
    above = 100 * ((ours.score.accuracy or 0) - (rasa.score.accuracy or 0))
    share = ours.p95 / rasa.p95
    return [
        (f"{above:+.1f} points of accuracy above Rasa", above >= POINTS_ABOVE_RASA),
        (f"{share:.2f} of its p95 (at most {OF_RASAS_LATENCY})", share <= OF_RASAS_LATENCY),
        (f"p95 {ours.p95:.2f} ms (at most {P95_MS_AT_MOST})", ours.p95 <= P95_MS_AT_MOST),
        (f"ready in {ours.ready:.2f} s (at most {READY_AT_MOST})", ours.ready <= READY_AT_MOST),
        (
            f"{ours.resident_mb:.0f} MB (at most {MB_AT_MOST:.0f})",
            ours.resident_mb <= MB_AT_MOST,
        ),
    ]


def _points(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", type=Path, help="of an environment with Rasa 3.6")
    parser.add_argument("file", type=Path, help="labelled messages, JSON lines")
    parser.add_argument("--models", type=Path, help="where trained models are kept")
    parser.add_argument("--write", action="store_true", help="also into docs/benchmarks.md")
    given = parser.parse_args()
    rows = labelled(given.file)
    before = report.machine()
    with TemporaryDirectory(prefix="aurora-") as made:
        folder = (given.models or Path(made)).absolute()
        python = given.python.absolute()
        prepare(folder, rows)
        train(python, folder)
        ours, sklearn, rasa = (
            measured(engine, python, folder, rows) for engine in ("ours", "sklearn", "rasa")
        )
    held = promises(ours, rasa)
    head = (
        *("engine", "accuracy", "macro recall", "false triggers"),
        *("p50", "p95", "ready", "resident"),
    )
    text = "\n\n".join(
        (
            f"`python -m tests.benchmarks.understanding` on {before}, of "
            f"whose cores each uses one: {len(rows):,} messages that nobody learned from, after "
            f"{sum(1 for _ in PhraseBook.load(INTENTS)):,} phrases.",
            report.table(head, [one.row() for one in (ours, sklearn, rasa)]),
            "Aurora: "
            + "; ".join(f"{said}{'' if kept else ', MISSED'}" for said, kept in held)
            + ".",
        )
    )
    sys.stdout.write(text + "\n")
    if given.write:
        report.put(TITLE, text)
    return 0 if all(kept for _, kept in held) else 1


if __name__ == "__main__":
    sys.exit(main())
