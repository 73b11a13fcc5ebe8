"""Our side of `understanding.py`: loads and reads every message, in a process of its own.

    python -m tests.benchmarks.understanding_ours FOLDER

What is imported for it counts as loading, as it does for the others.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from tests.benchmarks import understanding_peers as peers


def load(_: Path) -> peers.Read:
    from concierge.core.folders import DATA_FOLDER
    from concierge.core.policies import Policies
    from concierge.detection.detector import Detector

    detector = Detector.load(DATA_FOLDER / "intents", Policies.load(DATA_FOLDER).urgent_words)

    def read(text: str) -> tuple[str, float]:
        found = detector.detect(text)
        return found.intent.value, found.confidence

    return read


if __name__ == "__main__":
    started = time.perf_counter()
    peers.one_core()
    sys.stdout.write(json.dumps(peers.measure(Path(sys.argv[1]), load, started)) + "\n")
