"""What one process runs: the database, the services over it, the jobs beside them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from concierge.bootstrap.collections import ALL_COLLECTIONS
from concierge.bootstrap.services import Services, build
from concierge.core import embedded
from concierge.core.clock import Clock
from concierge.core.config import Settings
from concierge.core.folders import DATA_FOLDER
from concierge.core.mongo import Mongo
from concierge.core.telemetry import get_logger
from concierge.demo import seed as demo_seed
from concierge.jobs.periodic import Job, Periodic
from concierge.rules.live import LOOK_EVERY_SECONDS

EMIT_EVERY_SECONDS = 5.0
UPDATE_EVERY_SECONDS = 30.0
LOOK_BACK = timedelta(minutes=1)
EVENTS_MARK = "events"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
log = get_logger("bootstrap")


@dataclass
class _Process:
    """What this process has running."""

    services: Services | None = None
    lease: embedded.EmbeddedLease | None = None
    jobs: Periodic | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_process = _Process()


def start(settings: Settings) -> Services:
    """Everything before the first request: server, collections, demo shop, jobs. Installs."""
    lease = None
    uri = settings.mongodb_uri
    if uri is None:
        lease = embedded.acquire(settings.data_dir, env_binary=settings.mongod_path)
        lease.watch()
        uri = lease.uri
    services = build(settings, mongo=Mongo(uri, settings.db))
    services.mongo.apply(ALL_COLLECTIONS)
    if settings.demo:
        services.accounts.ensure_demo_accounts()
        with moved(services) as factory:
            played = demo_seed.ensure(services, factory, DATA_FOLDER)
        if played is not None:
            log.info("demo.seeded", sessions=played.sessions, turns=played.turns)
    jobs = Periodic(_jobs(services))
    with _process.lock:
        _process.services, _process.lease, _process.jobs = services, lease, jobs
    jobs.start()
    return services


def stop() -> None:
    """Writes what is queued, ends the jobs, closes the database and gives the server back."""
    with _process.lock:
        services, lease, jobs = _process.services, _process.lease, _process.jobs
        _process.services = _process.lease = _process.jobs = None
    if jobs is not None:
        jobs.stop()
    if services is not None:
        services.events.stop()
        services.rehearsal.stop()
        # Before the lease: a client of a server that is gone waits for it.
        services.mongo.close()
    if lease is not None:
        lease.release()


def install(services: Services) -> None:
    """Makes these the process's services; tests install their own."""
    with _process.lock:
        _process.services = services


def current() -> Services:
    """The process's services; raises `RuntimeError` before `start` or `install`."""
    if _process.services is None:
        raise RuntimeError("the services are not started")
    return _process.services


@contextmanager
def moved(services: Services) -> Iterator[Callable[[Clock], Services]]:
    """The same rooms over clocks that can be moved, for a past that is played: nothing of it is
    mailed to anybody, and what they recorded is written at the end."""
    built: list[Services] = []

    def over(clock: Clock) -> Services:
        built.append(build(services.settings, clock, services.mongo, sends_mail=False))
        return built[-1]

    try:
        yield over
    finally:
        for rooms in built:
            rooms.events.flush(60)
            rooms.events.stop()


def _jobs(services: Services) -> Sequence[Job]:
    return [
        Job("mails", 5.0, services.notifications.deliver_due),
        Job("order updates", UPDATE_EVERY_SECONDS, services.order_changed.notify),
        Job("events", EMIT_EVERY_SECONDS, lambda: emit_missing(services)),
        Job("rules", LOOK_EVERY_SECONDS, services.live_rules.look),
        Job("rehearsal", 300.0, services.rehearsal.sweep),
    ]


def emit_missing(services: Services) -> int:
    """Emits what stored turns hold and nobody has emitted, from where the last round came to.

    The mark moves only once all is written, and each round looks back a little: a turn is stored a
    moment after the time it carries. Without a mark it begins at the beginning.
    """
    now = services.clock.now()
    mark = services.leases.reached(EVENTS_MARK)
    emitted = services.chat.emit_missing(BEGINNING if mark is None else mark - LOOK_BACK)
    if services.events.flush():
        services.leases.reach(EVENTS_MARK, now)
    return emitted
