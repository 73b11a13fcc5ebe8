"""The one recorder: a bounded queue, written in batches by one thread."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Iterable

from concierge.core.mongo import OUTAGE
from concierge.core.telemetry import EVENTS, get_logger
from concierge.events.models import Event
from concierge.events.repository import EventsRepository

BATCH = 500
INTERVAL_SECONDS = 0.25
CAPACITY = 20_000


class EventRecorder:
    """`record` never blocks and never fails the caller.

    What does not fit (a long outage) is counted as dropped; the stored turns still know it, and
    the re-emitting at the next start brings it back.
    """

    def __init__(self, repository: EventsRepository) -> None:
        self._repository = repository
        self._queue: queue.Queue[Event | None] = queue.Queue(CAPACITY)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._log = get_logger("events")

    def record(self, events: Iterable[Event]) -> None:
        """Queues; the writing thread starts with the first event."""
        for event in events:
            try:
                self._queue.put_nowait(event)
            except queue.Full:
                EVENTS.labels("dropped").inc()
        self._ensure_thread()

    def flush(self, timeout_seconds: float = 5.0) -> bool:
        """Waits until all that was recorded is written; False when it is not in time."""
        deadline = time.monotonic() + timeout_seconds
        while self._queue.unfinished_tasks and time.monotonic() < deadline:
            threading.Event().wait(0.005)
        return not self._queue.unfinished_tasks

    def stop(self, timeout_seconds: float = 2.0) -> None:
        """Writes what is queued, then ends the thread."""
        self._stopping.set()
        if self._thread is not None:
            # A thread that waits for the next event is woken; a full queue wakes it anyway.
            with contextlib.suppress(queue.Full):
                self._queue.put_nowait(None)
            self._thread.join(timeout_seconds)

    def _ensure_thread(self) -> None:
        with self._lock:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name="events", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            batch = self._next_batch()
            if batch:
                self._write(batch)
                for _ in batch:
                    self._queue.task_done()
            elif self._stopping.is_set():
                return

    def _next_batch(self) -> list[Event]:
        batch: list[Event] = []
        deadline = time.monotonic() + INTERVAL_SECONDS
        while len(batch) < BATCH:
            wait = deadline - time.monotonic()
            if wait <= 0 or (self._stopping.is_set() and self._queue.empty()):
                break
            try:
                event = self._queue.get(timeout=wait)
            except queue.Empty:
                break
            if event is None:
                self._queue.task_done()
            else:
                batch.append(event)
        return batch

    def _write(self, batch: list[Event]) -> None:
        for attempt in range(60):
            try:
                written, repeated = self._repository.insert(batch)
            except OUTAGE:
                if self._stopping.is_set():
                    break
                self._stopping.wait(min(0.25 * 2**attempt, 5.0))
                continue
            except Exception:  # a bad batch must not end the thread that serves all others
                self._log.exception("events.refused", count=len(batch))
                break
            EVENTS.labels("written").inc(written)
            EVENTS.labels("repeated").inc(repeated)
            return
        EVENTS.labels("dropped").inc(len(batch))
