"""What people wait for, measured on this machine and printed as a table.

    make bench                      prints
    make bench ARGS='--write'       also writes its part of docs/benchmarks.md

What is measured beside other ways to do the same is in tests/benchmarks.

Absolute times belong to the machine; what matters is how they change. Each figure says its n.
"""

from __future__ import annotations

import argparse
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from concierge.accounts.demo import DEMO_PASSWORD
from concierge.core.folders import DATA_FOLDER
from concierge.detection.detector import Detector
from tools import bench_report
from tools.local_app import LocalApp, running

STARTS = 5
TITLE = "What people wait for"
MESSAGES = (
    "show me rings under $300",
    "wheres my package",
    "/size 6",
    "my ring is too big",
    "do you ship to Canada?",
    "save the first one",
    "can I pay in instalments",
    "thanks, bye",
)


@dataclass(frozen=True)
class Figure:
    """Milliseconds of one path, sorted."""

    name: str
    times_ms: tuple[float, ...]

    def row(self) -> tuple[str, ...]:
        p95 = bench_report.percentile(self.times_ms, 0.95)
        median = statistics.median(self.times_ms)
        shown = (bench_report.milliseconds(median), bench_report.milliseconds(p95))
        return (self.name, str(len(self.times_ms)), *shown)


def measure(name: str, times: int, once: Callable[[int], object]) -> Figure:
    """`once` gets the number of the round; the first rounds only warm up."""
    for number in range(min(3, times)):
        once(-1 - number)
    taken = []
    for number in range(times):
        started = time.perf_counter()
        once(number)
        taken.append((time.perf_counter() - started) * 1000)
    return Figure(name, tuple(sorted(taken)))


def detection() -> Figure:
    detector = Detector.load(DATA_FOLDER / "intents")
    return measure(
        "detect one message", 2_000, lambda n: detector.detect(MESSAGES[n % len(MESSAGES)])
    )


def starts(folder: Path) -> list[Figure]:
    with running(folder) as app:
        first = Figure("first start to ready, demo shop included", (app.ready_seconds * 1000,))
    again = []
    for _ in range(STARTS):
        with running(folder) as app:
            again.append(app.ready_seconds * 1000)
    return [first, Figure("later start to ready", tuple(sorted(again)))]


def requests(app: LocalApp) -> list[Figure]:
    with httpx2.Client(base_url=app.base_url, timeout=30) as client:
        figures = [measure("GET /healthz, kept alive", 300, lambda _: _ok(client.get("/healthz")))]
        opened = _ok(client.post("/api/concierge/sessions", json={})).json()
        bearer = {"Authorization": f"Bearer {opened['token']}"}

        def turn(number: int) -> None:
            message = {"text": MESSAGES[number % len(MESSAGES)], "requestId": uuid.uuid4().hex}
            _ok(client.post("/api/concierge/messages", json=message, headers=bearer))

        figures.append(measure("one chat turn over the API", 100, turn))
        credentials = {"username": "agent", "password": DEMO_PASSWORD}
        origin = {"Origin": app.base_url}
        _ok(client.post("/session/login", json=credentials, headers=origin))
        figures.append(
            measure(
                "first page of the ticket queue",
                100,
                lambda _: _ok(client.get("/api/dashboard/support/tickets")),
            )
        )
    return figures


def _ok(response: httpx2.Response) -> httpx2.Response:
    if not response.is_success:
        raise SystemExit(f"{response.request.url.path}: {response.status_code} {response.text}")
    return response


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what people wait for.")
    parser.add_argument("--write", action="store_true", help="also write docs/benchmarks.md")
    write = parser.parse_args().write
    before = bench_report.machine()
    figures = [detection()]
    with TemporaryDirectory(prefix="aurora-") as name:
        figures += starts(Path(name))
        with running(Path(name)) as app:
            figures += requests(app)
    text = "\n\n".join(
        (
            f"`make bench` on {before}, the demo shop.",
            bench_report.table(
                ("what", "n", "median", "p95"), [figure.row() for figure in figures]
            ),
        )
    )
    print(text)
    if write:
        bench_report.put(TITLE, text)


if __name__ == "__main__":
    main()
