"""The other ways to understand, each in a Python of its own: Rasa, and TF-IDF with scikit-learn.

    PYTHON understanding_peers.py train rasa FOLDER
    PYTHON understanding_peers.py read rasa FOLDER

Run by `understanding.py`, with nothing but the standard library and the one engine. In the folder
lie `phrases.json` (pairs of text and intent) and `messages.json` (texts); `train` puts the model
there, `read` writes what was understood as JSON to the standard output.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

Read = Callable[[str], "tuple[str, float]"]
"""From a message to the name of its intent and how sure that is."""

MODEL = {"sklearn": "sklearn.joblib", "rasa": "rasa/model.tar.gz"}
"""Where in the folder a trained model lies."""
WARM_UP = 50
RASA_EPOCHS = 10
RASA_CONFIG = f"""\
recipe: default.v1
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: {RASA_EPOCHS}
    constrain_similarities: true
    entity_recognition: false
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
"""
"""The pipeline that `rasa init` writes, without its entities and synonyms, which nobody asks for
here, and without its response selector. DIET learns for fewer rounds than its usual 100: a round of
thirty thousand phrases takes a minute or more on two cores."""


def train_rasa(folder: Path) -> None:
    by_intent: dict[str, list[str]] = {}
    for text, intent in json.loads((folder / "phrases.json").read_text("utf-8")):
        by_intent.setdefault(intent, []).append(text)
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in by_intent.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for text in texts)]
    (folder / "nlu.yml").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "config.yml").write_text(RASA_CONFIG, "utf-8")
    subprocess.run(
        [
            *(sys.executable, "-m", "rasa", "train", "nlu", "--nlu", "nlu.yml"),
            *("--config", "config.yml", "--out", "rasa", "--fixed-model-name", "model"),
        ],
        cwd=folder,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        stdout=sys.stderr,
        check=True,
    )


def load_rasa(folder: Path) -> Read:
    import asyncio
    import logging

    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    from rasa.core.agent import Agent

    logging.disable(logging.WARNING)
    agent = Agent.load(str(folder / MODEL["rasa"]))
    loop = asyncio.new_event_loop()

    def read(text: str) -> tuple[str, float]:
        found = loop.run_until_complete(agent.parse_message(text))["intent"]
        return found["name"] or "nlu_fallback", float(found["confidence"])

    return read


def train_sklearn(folder: Path) -> None:
    import joblib
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    pairs = json.loads((folder / "phrases.json").read_text("utf-8"))
    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        ),
        LogisticRegression(C=10, max_iter=1_000),
    )
    model.fit([text for text, _ in pairs], [intent for _, intent in pairs])
    joblib.dump(model, folder / MODEL["sklearn"])


def load_sklearn(folder: Path) -> Read:
    import joblib

    model = joblib.load(folder / MODEL["sklearn"])

    def read(text: str) -> tuple[str, float]:
        chances = model.predict_proba([text])[0]
        best = int(chances.argmax())
        return str(model.classes_[best]), float(chances[best])

    return read


TRAIN = {"rasa": train_rasa, "sklearn": train_sklearn}
LOAD = {"rasa": load_rasa, "sklearn": load_sklearn}


def measure(folder: Path, load: Callable[[Path], Read], started: float) -> dict[str, object]:
    """Loads and reads every message, on one core. Ready is when the first one was understood."""
    messages = json.loads((folder / "messages.json").read_text("utf-8"))
    read = load(folder)
    read(messages[0])
    ready = time.perf_counter() - started
    for text in messages[:WARM_UP]:
        read(text)
    found, taken = [], []
    for text in messages:
        before = time.perf_counter()
        found.append(read(text))
        taken.append((time.perf_counter() - before) * 1000)
    return {"ready": ready, "found": found, "taken_ms": taken, "resident_mb": resident_mb()}


def one_core() -> None:
    """What is loaded afterwards runs on the first core, and starts no more threads than that."""
    os.sched_setaffinity(0, {0})
    for name in ("OMP", "OPENBLAS", "MKL", "TF_NUM_INTRAOP", "TF_NUM_INTEROP"):
        os.environ[f"{name}_THREADS" if name.startswith("TF") else f"{name}_NUM_THREADS"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def resident_mb() -> float:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this system does not say how much memory is resident")


def main() -> None:
    started = time.perf_counter()
    what, engine, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if what == "train":
        TRAIN[engine](folder)
        return
    one_core()
    measured = measure(folder, LOAD[engine], started)
    sys.stdout.write("\n" + json.dumps(measured) + "\n")


if __name__ == "__main__":
    main()
