"""The one recorder: batches, repeats, outages; never in the way of who records."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from pymongo.errors import AutoReconnect

from concierge.core.mongo import Mongo
from concierge.core.telemetry import EVENTS
from concierge.events import recorder as recorder_module
from concierge.events.catalog import EventName
from concierge.events.models import COLLECTIONS, Event
from concierge.events.recorder import EventRecorder
from concierge.events.repository import EventsRepository

AT = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)


def event(number: int) -> Event:
    return Event(
        id=f"e{number}",
        event=EventName.MESSAGE_SENT,
        ts=AT,
        session_id="s1",
        variant="default",
        channel="widget",
        simulated=False,
    )


def counted(outcome: str) -> float:
    return EVENTS.labels(outcome)._value.get()


@pytest.fixture
def repository(mongo: Mongo) -> EventsRepository:
    mongo.apply(COLLECTIONS)
    return EventsRepository(mongo)


@pytest.fixture
def recorder(repository: EventsRepository) -> Iterator[EventRecorder]:
    made = EventRecorder(repository)
    yield made
    made.stop()


def test_what_is_recorded_is_written(recorder: EventRecorder, repository: EventsRepository) -> None:
    recorder.record([event(1), event(2)])
    recorder.record([event(3)])
    assert recorder.flush()
    assert [kept.id for kept in repository.of_session("s1")] == ["e1", "e2", "e3"]


def test_a_repeat_is_ignored_and_keeps_nothing_else_back(
    recorder: EventRecorder, repository: EventsRepository
) -> None:
    recorder.record([event(1)])
    assert recorder.flush()
    repeated = counted("repeated")
    recorder.record([event(1), event(2), event(1)])
    assert recorder.flush()
    assert {kept.id for kept in repository.of_session("s1")} == {"e1", "e2"}
    assert counted("repeated") == repeated + 2


def test_stopping_writes_what_is_queued_at_once(repository: EventsRepository) -> None:
    recorder = EventRecorder(repository)
    recorder.record(event(number) for number in range(1_200))
    recorder.stop()
    assert len(repository.of_session("s1")) == 1_200
    recorder.record([event(5_000)])
    recorder.stop()
    assert len(repository.of_session("s1")) == 1_200, "nothing is written after the end"


class Failing(EventsRepository):
    """Fails as often as told, then writes."""

    def __init__(self, mongo: Mongo, faults: list[Exception]) -> None:
        super().__init__(mongo)
        self.faults = faults
        self.tries = 0

    def insert(self, events: Sequence[Event]) -> tuple[int, int]:
        self.tries += 1
        if self.faults:
            raise self.faults.pop(0)
        return super().insert(events)


def test_an_outage_is_waited_out(
    mongo: Mongo, repository: EventsRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Failing(mongo, [AutoReconnect("away"), AutoReconnect("still away")])
    recorder = EventRecorder(failing)
    try:
        recorder.record([event(1)])
        assert recorder.flush(10)
        assert failing.tries == 3
        assert [kept.id for kept in repository.of_session("s1")] == ["e1"]
    finally:
        recorder.stop()


def test_a_batch_that_is_refused_does_not_end_the_thread(
    mongo: Mongo, repository: EventsRepository
) -> None:
    recorder = EventRecorder(Failing(mongo, [ValueError("a bad batch")]))
    dropped = counted("dropped")
    try:
        recorder.record([event(1)])
        assert recorder.flush()
        recorder.record([event(2)])
        assert recorder.flush()
        assert [kept.id for kept in repository.of_session("s1")] == ["e2"]
        assert counted("dropped") == dropped + 1
    finally:
        recorder.stop()


def test_who_records_never_waits_and_never_fails(
    mongo: Mongo, repository: EventsRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "CAPACITY", 5)
    hold, entered = threading.Event(), threading.Event()

    class Held(EventsRepository):
        def insert(self, events: Sequence[Event]) -> tuple[int, int]:
            entered.set()
            hold.wait(10)
            return super().insert(events)

    recorder = EventRecorder(Held(mongo))
    dropped = counted("dropped")
    try:
        recorder.record([event(0)])
        assert entered.wait(5)
        recorder.record(event(number) for number in range(1, 21))
        assert counted("dropped") == dropped + 15
        assert not recorder.flush(0.05)
        hold.set()
        assert recorder.flush()
        assert len(repository.of_session("s1")) == 6
    finally:
        hold.set()
        recorder.stop()
