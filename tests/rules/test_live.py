"""Chats take up what was published, without a restart and in every process."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from concierge import bootstrap
from concierge.bootstrap import Services
from concierge.core.mongo import Mongo
from concierge.detection.detector import Detector
from concierge.rules.files import Workshop
from concierge.rules.live import LOOK_EVERY_SECONDS, LiveDetector
from concierge.rules.models import RULE_VERSIONS
from concierge.rules.repository import RulesRepository
from tests.rules.conftest import ADMIN, Desk
from tests.server import until
from tests.talk import Talk

SOON = 15.0


def version_of(talk: Talk) -> int | None:
    """The version by which the newest message was read."""
    traces = [entry.trace for entry in talk.transcript() if entry.trace is not None]
    return traces[-1].rules_version


def says(talk: Talk, text: str, intent: str) -> None:
    """Says it again and again, as an open chat does, until it is understood so."""
    until(lambda: talk.say(text).intent == intent, SOON, f"'{text}' is {intent}")


@pytest.fixture
def other(shop: Services) -> Iterator[Services]:
    """A second process's services over the same database, with a client of its own."""
    mongo = Mongo(shop.mongo.uri, shop.mongo.db.name)
    built = bootstrap.build(shop.settings, shop.clock, mongo)
    yield built
    built.events.stop()
    mongo.close()


def test_open_chats_of_two_processes_take_up_what_was_published_and_taken_back(
    shop: Services, other: Services
) -> None:
    here, there = Talk.begin(shop), Talk.begin(other)
    for talk in (here, there):
        assert talk.say("my flurb please").intent == "unmatched"
        assert version_of(talk) == 0
    desk = Desk(shop)
    version = desk.published("flurb", "gift", "flurb")
    for talk in (here, there):
        says(talk, "my flurb please", "gift")
        assert version_of(talk) == version.number
    desk.rules.rollback(ADMIN, version.number)
    for talk in (here, there):
        says(talk, "my flurb please", "unmatched")
        assert version_of(talk) == 0


def test_a_process_that_starts_later_begins_with_the_published_version(
    shop: Services, other: Services
) -> None:
    Desk(shop).published("flurb", "gift", "flurb")
    assert Talk.begin(other).say("my flurb please").intent == "gift"


class Counted(RulesRepository):
    """How often was it looked whether something is live?"""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo)
        self.looks = 0

    def live_mark(self, session: object = None):  # type: ignore[no-untyped-def]
        self.looks += 1
        return super().live_mark()


def holder(services: Services, **more: float) -> tuple[LiveDetector, Counted]:
    repository = Counted(services.mongo)
    live = LiveDetector(
        repository=repository,
        own=bootstrap.services.detector,
        workshop=Workshop(bootstrap.services.INTENTS_FOLDER),
        **more,
    )
    return live, repository


def test_a_thousand_turns_within_two_seconds_look_once(services: Services) -> None:
    live, repository = holder(services, look_every_seconds=3600.0)
    for _ in range(1_000):
        assert live.current().number == 0
    assert repository.looks == 1
    assert LOOK_EVERY_SECONDS == 2.0


def test_a_turn_never_waits_for_a_compilation(
    desk: Desk, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, _ = holder(services, look_every_seconds=0.0)
    assert live.current().number == 0
    version = desk.published("flurb", "gift", "flurb")
    go_on = threading.Event()

    at_once = Workshop.detector

    def slowly(*given: object) -> Detector:
        assert go_on.wait(SOON)
        return at_once(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Workshop, "detector", slowly)
    assert [live.current().number for _ in range(5)] == [0] * 5
    go_on.set()
    until(lambda: live.current().number == version.number, SOON, "taken up")
    assert live.current().detector.detect("flurb").intent == "gift"


def test_a_version_this_process_cannot_read_leaves_the_rules_in_use(
    desk: Desk, services: Services
) -> None:
    live, repository = holder(services, look_every_seconds=0.0)
    first = desk.published("flurb", "gift", "flurb")
    assert live.look() == first.number
    second = desk.published("blarg", "gift", "blarg")
    versions = services.mongo.collection(RULE_VERSIONS)
    versions.update_one(
        {"number": second.number}, {"$set": {"files.0.text": "of: another product"}}
    )
    assert live.look() == first.number
    assert live.current().detector.detect("flurb").intent == "gift"
    assert repository.looks >= 2


def test_an_outage_leaves_the_rules_in_use(desk: Desk, services: Services) -> None:
    gone = Mongo("mongodb://127.0.0.1:9", "nowhere", server_selection_timeout_ms=50)
    live = LiveDetector(
        repository=RulesRepository(gone),
        own=bootstrap.services.detector,
        workshop=Workshop(bootstrap.services.INTENTS_FOLDER),
        look_every_seconds=0.0,
    )
    assert live.current().number == 0
    assert live.current().detector.detect("show me rings").intent == "product_search"
    gone.close()
