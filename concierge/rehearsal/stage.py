"""Stages: whole stores with a clock of their own, each for one run at a time.

A stage is a database beside the live one. Its collections are made once; a run takes a free stage,
finds it empty but for the catalogue, and leaves it empty. So two runs never meet, and each may use
the very order numbers its scenario names.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from concierge.catalog.models import COLLECTIONS as CATALOG_COLLECTIONS
from concierge.catalog.service import CatalogService
from concierge.chat.service import ChatService
from concierge.core.clock import Clock, ManualClock
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo
from concierge.core.schema import CollectionSpec
from concierge.core.telemetry import get_logger
from concierge.core.texts import Texts
from concierge.customers.service import CustomersService
from concierge.events.recorder import EventRecorder
from concierge.orders.service import OrdersService
from concierge.rehearsal.errors import RunOver, StagesTaken
from concierge.rehearsal.repository import StagesRepository
from concierge.returns.service import ReturnsService
from concierge.sessions.service import SessionsService
from concierge.shortlists.service import ShortlistsService
from concierge.subscriptions.service import SubscriptionsService
from concierge.tickets.service import TicketsService
from concierge.workflows.order_changed import OrderChanged
from concierge.workflows.survey import Survey

MOST_STAGES = 12
"""Runs at the same time, over all processes; a replay of many scenarios needs one."""
RESTS_FOR = timedelta(hours=1)

log = get_logger("rehearsal")


class Rooms(Protocol):
    """The rooms a run needs; bootstrap's `Services` has them all."""

    @property
    def texts(self) -> Texts: ...
    @property
    def events(self) -> EventRecorder: ...
    @property
    def catalog(self) -> CatalogService: ...
    @property
    def customers(self) -> CustomersService: ...
    @property
    def orders(self) -> OrdersService: ...
    @property
    def sessions(self) -> SessionsService: ...
    @property
    def shortlists(self) -> ShortlistsService: ...
    @property
    def subscriptions(self) -> SubscriptionsService: ...
    @property
    def tickets(self) -> TicketsService: ...
    @property
    def returns(self) -> ReturnsService: ...
    @property
    def survey(self) -> Survey: ...
    @property
    def order_changed(self) -> OrderChanged: ...
    @property
    def chat(self) -> ChatService: ...


Factory = Callable[[Mongo, ManualClock], Rooms]
"""The same rooms as the live ones, over another database and another clock."""


@dataclass(frozen=True)
class Stage:
    """What a run plays on. `now` is the live time, which alone decides when a run has rested."""

    number: int
    run: str
    rooms: Rooms
    clock: ManualClock
    hold: Callable[[], None]
    """Raises `RunOver` when the stage was cleared meanwhile; else keeps it for another hour."""


@dataclass(frozen=True)
class _Built:
    rooms: Rooms
    clock: ManualClock


class Stages:
    """Gives stages out and takes them back; `specs` are the collections of the whole product."""

    def __init__(
        self,
        *,
        repository: StagesRepository,
        factory: Factory,
        stock: Callable[[Rooms], object],
        specs: Sequence[CollectionSpec],
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._factory = factory
        self._stock = stock
        self._specs = specs
        self._clock = clock
        self._built: dict[int, _Built] = {}
        self._lock = threading.Lock()
        kept = {spec.name for spec in CATALOG_COLLECTIONS}
        self._emptied = [spec for spec in specs if spec.name not in kept]

    def take(self, taken_by: str, start: datetime) -> Stage:
        """An empty stage whose clock stands at `start`. Raises `StagesTaken`, `StoreRefused`."""
        run, now = new_id(), self._clock.now()
        number = self._repository.claim(run, taken_by, now, now + RESTS_FOR)
        if number is None:
            raise StagesTaken(self._repository.most)
        try:
            built = self._build(number)
            self._repository.clear(number, self._emptied)
        except Exception:
            self._repository.release(number, run)
            raise
        built.clock.set(start)

        def hold() -> None:
            if not self._repository.hold(number, run, self._clock.now() + RESTS_FOR):
                raise RunOver

        return Stage(number, run, built.rooms, built.clock, hold)

    def reset(self, stage: Stage, start: datetime) -> None:
        """Empty again, for the next run of the same player."""
        stage.hold()
        self._repository.clear(stage.number, self._emptied)
        stage.clock.set(start)

    def give_back(self, stage: Stage) -> None:
        """Emptied and free; a stage that is somebody else's by now is left alone."""
        try:
            stage.hold()
        except RunOver:
            return
        # What is still queued would be written into the next run.
        stage.rooms.events.flush()
        self._repository.clear(stage.number, self._emptied)
        self._repository.release(stage.number, stage.run)

    def sweep(self) -> int:
        """Clears stages that nobody has touched for an hour; answers how many."""
        now = self._clock.now()
        rested = self._repository.rested(now)
        for claim in rested:
            built = self._built.get(int(claim.id))
            if built is not None:
                built.rooms.events.flush()  # else its last events come after the clearing
            self._repository.clear(int(claim.id), self._emptied)
            self._repository.release(int(claim.id), claim.run)
        if rested:
            log.info("rehearsal.swept", stages=len(rested))
        return len(rested)

    def stop(self) -> None:
        """Ends the threads of the stages' rooms."""
        with self._lock:
            for built in self._built.values():
                built.rooms.events.stop()
            self._built.clear()

    def _build(self, number: int) -> _Built:
        """Once a process: making collections takes seconds, emptying them milliseconds."""
        with self._lock:
            if number not in self._built:
                mongo = self._repository.prepare(number, self._specs)
                clock = ManualClock(self._clock.now())
                rooms = self._factory(mongo, clock)
                self._stock(rooms)
                self._built[number] = _Built(rooms, clock)
            return self._built[number]
