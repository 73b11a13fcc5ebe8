"""Detection beside scikit-learn: the same phrases, the same messages, one core each.

    python tests/benchmarks/detection_speed.py MESSAGES.jsonl
    OTHER/bin/python tests/benchmarks/detection_speed.py --engine sklearn MESSAGES.jsonl

The second needs scikit-learn and PyYAML, which are no requirements of ours: run it in a throwaway
environment. Times are processor time of one thread, so a busy machine does not change them much.
Prints one line of JSON. `MESSAGES.jsonl` is as `python -m concierge evaluate` reads it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

ROOT = Path(__file__).resolve().parents[2]
INTENTS = ROOT / "data" / "intents"
Engine = Callable[[str], str]


def ours() -> Engine:
    """The shipped detector, from what was compiled beforehand."""
    sys.path.insert(0, str(ROOT))
    from concierge.detection import Detector

    detector = Detector.load(INTENTS)
    return lambda text: detector.detect(text).intent.value


def sklearn() -> Engine:
    """Letter n-grams by TF-IDF and logistic regression, fitted at the start."""
    import yaml
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts: list[str] = []
    labels: list[str] = []
    for file in sorted((INTENTS / "phrases").glob("*.yaml")):
        phrases = yaml.safe_load(file.read_text(encoding="utf-8"))["phrases"]
        texts += [str(phrase) for phrase in phrases]
        labels += [file.stem] * len(phrases)
    model = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        LogisticRegression(C=10, max_iter=300),
    )
    model.fit(texts, labels)
    return lambda text: str(model.predict([text])[0])


def measure(engine: Engine, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Latency in milliseconds of processor time, and what was understood."""
    spent: list[float] = []
    right: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        began = time.thread_time()
        found = engine(row["text"])
        spent.append((time.thread_time() - began) * 1000)
        meant = [row["intent"], *(row.get("also_ok") or [])]
        right[row["intent"]].append(found in [_ours(each) for each in meant])
    spent.sort()
    not_ours = right.pop("out_of_scope", []) + right.pop("unmatched", [])
    recalls = [sum(each) / len(each) for each in right.values()]
    return {
        "p50_ms": round(spent[len(spent) // 2], 3),
        "p95_ms": round(spent[int(len(spent) * 0.95)], 3),
        "macro_recall": round(sum(recalls) / len(recalls), 4) if recalls else None,
        "false_triggers": round(1 - sum(not_ours) / len(not_ours), 4) if not_ours else None,
    }


def _ours(label: str) -> str:
    return "unmatched" if label == "out_of_scope" else label


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("messages", type=Path)
    parser.add_argument("--engine", choices=["ours", "sklearn"], default="ours")
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.messages.read_text("utf-8").splitlines() if line]
    rows = [row for row in rows if row.get("core", True)]
    began = time.process_time()
    engine = ours() if given.engine == "ours" else sklearn()
    ready = time.process_time() - began
    engine("hello")
    found = measure(engine, rows)
    # Not getrusage: a child begins with the mark of the process that started it.
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))
    memory = int(peak[1]) // 1024 if peak else None
    sys.stdout.write(
        json.dumps(
            {
                "engine": given.engine,
                "messages": len(rows),
                "ready_s": round(ready, 3),
                "memory_mb": memory,
                **found,
            }
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
