"""Rehearsal over a live database of its own: the store apart is made once a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from concierge import bootstrap
from concierge.bootstrap import ALL_COLLECTIONS, Services
from concierge.core.clock import ManualClock
from concierge.core.config import Settings
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo
from concierge.rehearsal.models import COLLECTIONS, Scenario
from concierge.rehearsal.repository import StagesRepository
from concierge.rehearsal.stage import MOST_STAGES
from tests.conftest import NOW, SECRET

PM = "pm"


@pytest.fixture(scope="session")
def _live(mongo_uri: str) -> Iterator[Services]:
    mongo = Mongo(mongo_uri, f"t_{new_id()[:12]}")
    mongo.apply(ALL_COLLECTIONS)
    settings = Settings(_env_file=None, mongodb_uri=mongo_uri, db=mongo.db.name, secret_key=SECRET)
    services = bootstrap.build(settings, ManualClock(NOW), mongo)
    yield services
    services.rehearsal.stop()
    services.events.stop()
    StagesRepository(mongo, MOST_STAGES).drop()
    mongo.client.drop_database(mongo.db.name)
    mongo.close()


@pytest.fixture
def live(_live: Services) -> Services:
    """The live services at `NOW`; nothing saved, no stage taken."""
    for spec in COLLECTIONS:
        _live.mongo.collection(spec).delete_many({})
    assert isinstance(_live.clock, ManualClock)
    _live.clock.set(NOW)
    return _live


@pytest.fixture(scope="session")
def shipped(_live: Services) -> dict[str, Scenario]:
    return {scenario.name: scenario for scenario in _live.rehearsal.shipped()}
