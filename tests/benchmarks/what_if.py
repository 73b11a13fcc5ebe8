"""What-if over 100,000 stored turns, measured: at most 30 s are promised.

    python -m tests.benchmarks.what_if [--turns 100000] [--alike] [--write]

A server and a database of its own are made and thrown away. Every message is different from every
other, unless `--alike` asks for the repeats that real conversations are full of. Measured are one
rule, one phrase, one spelling and one category more, which reach some messages, and another
threshold, which reaches all; then the phrase and the threshold where the turns were read by another
version than the one now live, so that what is reached is read twice. The promise holds what it
takes to save and compile the change as well.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from concierge import bootstrap
from concierge.bootstrap import ALL_COLLECTIONS, Services
from concierge.core import embedded
from concierge.core.actor import Actor, Role
from concierge.core.batches import batches
from concierge.core.config import Settings
from concierge.core.ids import derived_id, new_id
from concierge.core.mongo import Mongo, Row
from concierge.detection.models import Detection
from concierge.replies.models import Text
from concierge.rules.models import RuleDraft, RuleFile
from concierge.sessions.models import (
    WIDGET_SESSIONS,
    Author,
    Channel,
    TranscriptEntry,
    TurnTrace,
    WidgetSession,
)
from tools import bench_report as report

TITLE = "What-if over stored turns"
PROMISED_SECONDS = 30.0
TURNS_EACH = 5
PM = Actor.staff("kim", {Role.PM})
PHRASES = Path(__file__).parents[1] / "detection" / "phrases.yaml"
TYPED = {"turn.author": Author.CUSTOMER.value}
ANSWER = "Here is what I found for you, and why each piece fits. " * 4
PHRASE = "\n  - something sparkling for a measured occasion\n"
RULE = """
  - name: measured
    intent: gift
    priority: 89
    patterns: [(necklace|anniversary)]
"""


@dataclass(frozen=True)
class Wanted:
    turns: int
    alike: bool


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--alike", action="store_true")
    parser.add_argument("--write", action="store_true", help="also into docs/benchmarks.md")
    given = parser.parse_args()
    wanted = Wanted(given.turns, given.alike)
    before = report.machine()
    _say(f"{wanted.turns:,} turns on {before}")
    with TemporaryDirectory() as made, embedded.acquire(Path(made) / "mongo") as lease:
        settings = Settings(
            _env_file=None,
            mongodb_uri=lease.uri,
            db="bench",
            secret_key="x" * 40,
            data_dir=Path(made),
        )
        services = bootstrap.build(settings, mongo=Mongo(lease.uri, "bench"))
        services.mongo.apply(ALL_COLLECTIONS)
        store(services, wanted)
        own = services.rules.texts(PM, 0)
        spelling = own["vocabulary.yaml"].replace(
            "\nspelling:\n", "\nspelling:\n  measured: [meassured]\n", 1
        )
        category = own["vocabulary.yaml"].replace(
            "\ncategories:\n", "\ncategories:\n  sparkler: [sparklers]\n", 1
        )
        phrase = {"phrases/gift.yaml": own["phrases/gift.yaml"].rstrip() + PHRASE}
        threshold = {
            "meaning.yaml": own["meaning.yaml"].replace("\nthreshold: 0.", "\nthreshold: 0.0", 1)
        }
        found = [
            measured(services, "one rule", {"rules.yaml": own["rules.yaml"].rstrip() + RULE}),
            measured(services, "one phrase", phrase),
            measured(services, "one spelling", {"vocabulary.yaml": spelling}),
            measured(services, "one category", {"vocabulary.yaml": category}),
            measured(services, "another threshold", threshold),
        ]
        services.mongo.collection(WIDGET_SESSIONS).update_many(
            {}, {"$set": {"transcript.$[turn].trace.rulesVersion": 7}}, array_filters=[TYPED]
        )
        found += [
            measured(services, "one phrase, turns of another version", phrase),
            measured(services, "another threshold, turns of another version", threshold),
        ]
        services.events.stop()
        services.mongo.close()
    head = (
        "changed",
        "saved and compiled",
        "read",
        "in all",
        "processor time",
        "turns that change",
    )
    text = "\n\n".join(
        (
            f"`python -m tests.benchmarks.what_if` on {before}, {wanted.turns:,} turns, "
            f"{'many' if wanted.alike else 'no two'} of them alike. Promised are "
            f"{PROMISED_SECONDS:.0f} s in all.",
            report.table(head, [one.row for one in found]),
            f"The largest process had {max(one.megabytes for one in found)} MB.",
        )
    )
    _say(text)
    if given.write:
        report.put(TITLE, text)
    return 0 if all(one.compiled + one.read <= PROMISED_SECONDS for one in found) else 1


@dataclass(frozen=True)
class Measured:
    """One change: seconds it took, and what came of it."""

    name: str
    compiled: float
    read: float
    processor: float
    changed: int
    megabytes: int

    @property
    def row(self) -> tuple[str, ...]:
        seconds = (self.compiled, self.read, self.compiled + self.read, self.processor)
        return self.name, *(f"{one:.1f} s" for one in seconds), f"{self.changed:,}"


def measured(services: Services, name: str, changed: dict[str, str]) -> Measured:
    """Says what it found as well: the table comes at the end of many minutes."""
    files = [RuleFile(path=path, text=text) for path, text in changed.items()]
    began = time.monotonic()
    draft = services.rules.save_draft(PM, RuleDraft(files=files), new_id())
    services.workshop.prepare(changed)
    compiled = time.monotonic() - began
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    looks: list[int] = []
    found = services.what_if.what_if(PM, draft.number, lambda done, total: looks.append(done))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    one = Measured(name, compiled, found.seconds, cpu, found.changed, after.ru_maxrss // 1024)
    _say(
        f"{name}: saved and compiled in {compiled:.1f} s; read in {found.seconds:.1f} s, "
        f"{cpu:.1f} s of processor time, {found.turns:,} turns, "
        f"{found.changed:,} change, {len(looks)} steps of progress, "
        f"{one.megabytes} MB the largest process"
    )
    return one


def store(services: Services, wanted: Wanted) -> None:
    rows = _sessions(services, wanted)
    for batch in batches(rows, 500):
        services.mongo.collection(WIDGET_SESSIONS).insert_many(batch)


def _sessions(services: Services, wanted: Wanted) -> Iterator[Row]:
    chance = random.Random(7)
    phrases = _strings(yaml.safe_load(PHRASES.read_text(encoding="utf-8")))
    detector = services.live_rules.current().detector
    known: dict[str, Detection] = {}
    now = datetime.now(UTC)
    for number in range(wanted.turns // TURNS_EACH):
        entries: list[TranscriptEntry] = []
        for place in range(TURNS_EACH):
            text = chance.choice(phrases)
            if not wanted.alike:
                text = f"{text} {chance.choice(('please', 'thanks', 'asap'))} {number} {place}"
            found = detector.detect(text) if not wanted.alike else known.get(text)
            if found is None:
                found = known[text] = detector.detect(text)
            entries += [
                TranscriptEntry(
                    seq=2 * place + 1,
                    at=now,
                    author=Author.CUSTOMER,
                    text=text,
                    intent=found.intent.value,
                    request_id=f"{number}-{place}",
                    trace=TurnTrace(detection=found, handled_by="bench", rules_version=0),
                ),
                TranscriptEntry(
                    seq=2 * place + 2,
                    at=now,
                    author=Author.CONCIERGE,
                    text=ANSWER,
                    replies=[Text(text=ANSWER)],
                ),
            ]
        yield WidgetSession(
            id=derived_id("bench", number),
            channel=Channel.WIDGET,
            opened_at=now,
            last_at=now,
            day="2026-11-18",
            turn_seq=len(entries),
            transcript=entries,
        ).to_mongo()


def _strings(tree: object) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [text for one in tree for text in _strings(one)] if isinstance(tree, list) else []


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
