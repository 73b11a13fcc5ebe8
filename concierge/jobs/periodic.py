"""Jobs that run every few seconds in one thread of the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from concierge.core.mongo import OUTAGE
from concierge.core.telemetry import ERRORS, get_logger

log = get_logger("jobs")


@dataclass(frozen=True)
class Job:
    """`run` must be safe to repeat and to run in several processes at once."""

    name: str
    every_seconds: float
    run: Callable[[], object]


class Periodic:
    """One thread for all jobs: each is short, and a slow one only delays its neighbours."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = list(jobs)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_seconds: float = 2.0) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def _loop(self) -> None:
        due = {job.name: time.monotonic() for job in self._jobs}
        while not self._stopping.is_set():
            for job in self._jobs:
                if time.monotonic() >= due[job.name] and not self._stopping.is_set():
                    self._run(job)
                    due[job.name] = time.monotonic() + job.every_seconds
            wait = min(due.values(), default=time.monotonic() + 1) - time.monotonic()
            self._stopping.wait(max(0.05, min(wait, 1.0)))

    def _run(self, job: Job) -> None:
        try:
            job.run()
        except OUTAGE:
            log.warning("job.postponed", job=job.name)
        except Exception as error:  # one job's fault must not end the others
            ERRORS.labels("job", type(error).__name__).inc()
            log.exception("job.failed", job=job.name)
