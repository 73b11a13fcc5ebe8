"""`evaluate`: labelled messages in, how well they are understood out."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import start

NOWHERE = "mongodb://127.0.0.1:9/?directConnection=true"
ROWS = [
    {"text": "where is my order", "intent": "order_tracking", "source": "a"},
    {"text": "what is the capital of peru", "intent": "out_of_scope", "source": "b", "tags": "x"},
    {"text": "show me gold rings", "intent": "gift", "core": False},
]


def test_evaluate_measures_a_file_without_a_database(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in ROWS) + "\n\n", encoding="utf-8")
    process = start("evaluate", str(file), "--json", MONGODB_URI=NOWHERE)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (0, "")
    found = json.loads(out)
    assert found["all"]["messages"] == 3
    assert found["core"] == {
        "messages": 2,
        "accuracy": 1.0,
        "macroRecall": 1.0,
        "falseTriggers": 0.0,
    }
    assert found["confusion"] == {"gift": {"product_search": 1}}
    assert found["worst"][0]["text"] == "show me gold rings"
    assert set(found["bySource"]) == {"a", "b", "unnamed"}


def test_evaluate_refuses_a_file_with_the_line_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text('{"text": "hi", "intent": "greeting"}\n{"text": "hi"}\n', encoding="utf-8")
    process = start("evaluate", str(file), MONGODB_URI=NOWHERE)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (2, "")
    assert "line 2" in err
