"""What a chat turn costs beside one bare journaled majority insert.

    python -m tests.benchmarks.turns [--pairs 300] [--seconds 2] [--write]

A server and a database of its own are made and thrown away; the demo shop is loaded. Turns and
inserts take turns in one loop, so that whatever else the machine does meets both. A turn is all
that a customer waits for: read the session, understand, look up, write, leave a trace.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from concierge import bootstrap
from concierge.bootstrap import ALL_COLLECTIONS, Services
from concierge.chat.models import ReturnSubmission, Turn
from concierge.core import embedded
from concierge.core.actor import Actor
from concierge.core.config import Settings
from concierge.core.folders import DATA_FOLDER
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo, Row
from concierge.demo.shop import load_shop
from concierge.orders.models import OrderDraft, OrderLine, OrderStatus, Shipping
from concierge.replies.models import ProductGrid, ReturnConfirmed, ReturnKind
from concierge.sessions.models import SESSION_PAGES, WIDGET_SESSIONS, Channel
from tools import bench_report as report

TITLE = "A turn beside a bare insert"
LENGTHS = (1, 20, 200)
"""Turns the conversation already has: a message and its answer each."""
SEARCH_AT_MOST, RETURN_AT_MOST, RATE_AT_LEAST = 1.5, 4.0, 0.5
WARM_UP = 30
THREADS = 16
ROUNDS = 5
TURNS_PER_COPY = 10
SEARCHES = (
    "show me rings under $300",
    "gold necklaces",
    "do you have pearl earrings",
    "silver bracelets under 200",
    "engagement rings in rose gold",
    "earrings between 100 and 400",
    "show me necklaces",
    "rings with a diamond under $2000",
)
EMAIL = "ada@example.com"


@dataclass(frozen=True)
class Held:
    """One promise: what was measured, and whether it held."""

    row: tuple[str, ...]
    kept: bool


@dataclass(frozen=True)
class Paired:
    """Milliseconds of what was measured, and of the inserts between."""

    turns: list[float]
    inserts: list[float]

    def against(self, name: str, at_most: float) -> Held:
        turn, insert = statistics.median(self.turns), statistics.median(self.inserts)
        ratio = turn / insert
        row = (
            name,
            str(len(self.turns)),
            report.milliseconds(turn),
            report.milliseconds(report.percentile(sorted(self.turns), 0.95)),
            report.milliseconds(insert),
            f"{ratio:.2f}",
            f"at most {at_most}",
        )
        return Held(row, ratio <= at_most)


@dataclass(frozen=True)
class Bench:
    services: Services
    pairs: int
    seconds: float

    # -- one after the other ----------------------------------------------------------------

    def searches(self, length: int) -> Held:
        talks = self.copies(length, -(-(self.pairs + WARM_UP) // TURNS_PER_COPY))
        words = random.Random(length)
        with self.inserting() as insert:
            turns = (
                self.search(talks[number // TURNS_PER_COPY], words.choice(SEARCHES))
                for number in range(self.pairs + WARM_UP)
            )
            measured = self.alternately(turns, insert)
        return measured.against(f"product search, turn {length + 1}", SEARCH_AT_MOST)

    def returns(self, how: str) -> Held:
        """By words: the answer to "what was wrong". By form: proof and reason at once."""
        filings = self.by_words if how == "words" else self.by_form
        with self.inserting() as insert:
            measured = self.alternately(filings(self.pairs + WARM_UP), insert)
        return measured.against(f"a return is filed, by {how}", RETURN_AT_MOST)

    def alternately(
        self, turns: Iterator[Callable[[], object]], insert: Callable[[], object]
    ) -> Paired:
        taken = Paired([], [])
        for number, turn in enumerate(turns):
            if number % 2:
                turn_ms, insert_ms = _timed(turn), _timed(insert)
            else:
                insert_ms, turn_ms = _timed(insert), _timed(turn)
            if number >= WARM_UP:
                taken.turns.append(turn_ms)
                taken.inserts.append(insert_ms)
        return taken

    # -- what is measured -------------------------------------------------------------------

    def search(self, session_id: str, text: str) -> Callable[[], object]:
        actor = Actor.customer(session_id)
        turn = Turn(session_id=session_id, text=text, request_id=new_id())

        def once() -> None:
            said = self.services.chat.handle(actor, turn)
            if not any(isinstance(reply, ProductGrid) for reply in said.replies):
                raise SystemExit(f"{text!r} was answered without a piece: {said.replies}")

        return once

    def by_words(self, times: int) -> Iterator[Callable[[], object]]:
        for number in self.orders(times):
            session_id = self.opened()
            self.said(session_id, f"I want to return {number}, {EMAIL}")
            yield lambda session_id=session_id: self.filed(session_id, text="it is too small")

    def by_form(self, times: int) -> Iterator[Callable[[], object]]:
        for number in self.orders(times):
            session_id = self.opened()
            form = ReturnSubmission(
                order_number=number,
                email=EMAIL,
                line_id="1",
                return_kind=ReturnKind.RETURN,
                reason="it is too small",
            )
            yield lambda session_id=session_id, form=form: self.filed(session_id, form=form)

    def filed(self, session_id: str, text: str = "", form: ReturnSubmission | None = None) -> None:
        turn = Turn(session_id=session_id, text=text, request_id=new_id(), form=form)
        said = self.services.chat.handle(Actor.customer(session_id), turn)
        if not any(isinstance(reply, ReturnConfirmed) for reply in said.replies):
            raise SystemExit(f"no return was filed: {said.replies}")

    @contextmanager
    def inserting(self) -> Iterator[Callable[[], object]]:
        """Inserts of a document as large as the entry that a search leaves in the transcript."""
        collection = self.services.mongo.collection("bareInserts")
        entry = self.entry()
        number = count()

        def once() -> None:
            collection.insert_one({**entry, "_id": f"{threading.get_ident()}-{next(number)}"})

        yield once
        collection.drop()

    # -- sixteen at once --------------------------------------------------------------------

    def at_once(self) -> tuple[Held, str]:
        """Rounds of turns and of inserts in turns, each by all threads for the same time."""
        talks = self.copies(1, THREADS * ROUNDS)
        rates: dict[str, list[float]] = {"turns": [], "inserts": []}
        with self.inserting() as insert, ThreadPoolExecutor(THREADS) as pool:
            for number in range(ROUNDS):
                own = talks[number * THREADS : (number + 1) * THREADS]
                searches = [lambda talk=talk: self.search(talk, SEARCHES[0])() for talk in own]
                rates["inserts"].append(self.rate(pool, [insert] * THREADS))
                rates["turns"].append(self.rate(pool, searches))
        turns, inserts = (statistics.median(rates[name]) for name in ("turns", "inserts"))
        share = turns / inserts
        said = (
            f"With {THREADS} threads of one process: {turns:,.0f} turns/s, "
            f"{inserts:,.0f} inserts/s, a share of {share:.2f} (at least {RATE_AT_LEAST}); "
            f"medians of {ROUNDS} rounds of {self.seconds:g} s each."
        )
        return Held((), share >= RATE_AT_LEAST), said

    def rate(self, pool: ThreadPoolExecutor, works: Sequence[Callable[[], object]]) -> float:
        """How many in a second, by all together."""
        begin = threading.Barrier(len(works))

        def loop(work: Callable[[], object]) -> float:
            work()
            begin.wait()
            done, started = 0, time.perf_counter()
            while time.perf_counter() - started < self.seconds:
                work()
                done += 1
            return done / (time.perf_counter() - started)

        return sum(pool.map(loop, works))

    # -- what it is measured on -------------------------------------------------------------

    def opened(self) -> str:
        return self.services.chat.open(Actor.visitor(), channel=Channel.WIDGET).session.id

    def said(self, session_id: str, text: str) -> None:
        turn = Turn(session_id=session_id, text=text, request_id=new_id())
        self.services.chat.handle(Actor.customer(session_id), turn)

    def copies(self, length: int, times: int) -> list[str]:
        """Conversations of so many product searches: one is talked, the others are its copies."""
        session_id = self.opened()
        words = random.Random(7)
        for _ in range(length):
            self.said(session_id, words.choice(SEARCHES))
        sessions = self.services.mongo.collection(WIDGET_SESSIONS)
        pages = self.services.mongo.collection(SESSION_PAGES)
        row = sessions.find_one({"_id": session_id})
        moved = list(pages.find({"sessionId": session_id}))
        ids = [new_id() for _ in range(times)]
        for copy in ids:
            sessions.insert_one({**row, "_id": copy, "tokenHash": new_id()})
            if moved:
                pages.insert_many(
                    {**page, "_id": f"{copy}:{page['number']}", "sessionId": copy} for page in moved
                )
        return ids

    def entry(self) -> Row:
        session_id = self.opened()
        self.said(session_id, SEARCHES[0])
        row = self.services.mongo.collection(WIDGET_SESSIONS).find_one({"_id": session_id})
        return dict(row["transcript"][-1]) if row else {}

    def orders(self, times: int) -> list[str]:
        now = datetime.now(UTC)
        first = self.services.orders.count() + 50_000
        numbers = [f"GG-{first + number}" for number in range(times)]
        self.services.orders.upsert_from(
            "bench",
            [
                OrderDraft(
                    order_number=number,
                    external_id=number,
                    status=OrderStatus.DELIVERED,
                    lines=(OrderLine(line_id="1", name="Halo Ring", price_cents=28_900),),
                    shipping=Shipping(
                        shipped_at=now - timedelta(days=8), delivered_at=now - timedelta(days=5)
                    ),
                    customer_email=EMAIL,
                    customer_name="Ada Example",
                    placed_at=now - timedelta(days=12),
                )
                for number in numbers
            ],
        )
        return numbers


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


@contextmanager
def services() -> Iterator[Services]:
    """Every room over a server of its own, with the demo shop."""
    with TemporaryDirectory() as made, embedded.acquire(Path(made) / "mongo") as lease:
        settings = Settings(_env_file=None, mongodb_uri=lease.uri, db="bench", secret_key="x" * 40)
        built = bootstrap.build(settings, mongo=Mongo(lease.uri, "bench"))
        built.mongo.apply(ALL_COLLECTIONS)
        load_shop(built, DATA_FOLDER, datetime.now(UTC))
        built.live_rules.look()
        gc.collect()
        gc.freeze()  # as the app does before its first request
        yield built
        built.events.stop()
        built.mongo.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one round of threads")
    parser.add_argument("--write", action="store_true", help="also into docs/benchmarks.md")
    given = parser.parse_args()
    before = report.machine()
    with services() as built:
        bench = Bench(built, given.pairs, given.seconds)
        held = [bench.searches(length) for length in LENGTHS]
        held += [bench.returns(how) for how in ("words", "form")]
        at_once, said = bench.at_once()
    head = ("what", "n", "median", "p95", "bare insert", "times the insert", "promised")
    text = "\n\n".join(
        (
            f"`python -m tests.benchmarks.turns` on {before}. Turn and insert alternate; the "
            "insert is of one transcript entry, acknowledged by a majority and journaled.",
            report.table(head, [one.row for one in held]),
            said,
        )
    )
    sys.stdout.write(text + "\n")
    if given.write:
        report.put(TITLE, text)
    return 0 if all(one.kept for one in (*held, at_once)) else 1


if __name__ == "__main__":
    sys.exit(main())
