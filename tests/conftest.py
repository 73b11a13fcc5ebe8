"""What every test stands on: one real MongoDB for the run, a database of its own per test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from concierge import bootstrap
from concierge.bootstrap import ALL_COLLECTIONS, Services
from concierge.chat.answers import Answers
from concierge.core import embedded
from concierge.core.clock import ManualClock
from concierge.core.config import Settings
from concierge.core.embedded.home import Home
from concierge.core.embedded.replica import system_client
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo, Row
from concierge.core.policies import Policies
from concierge.core.privacy import Hasher
from concierge.core.telemetry import REGISTRY
from concierge.core.texts import Texts
from concierge.demo.shop import load_shop
from concierge.notifications.templates import MailTexts
from concierge.rehearsal.repository import StagesRepository
from concierge.rehearsal.stage import MOST_STAGES
from tests.browser import browser  # noqa: F401  one browser, too
from tests.server import running_app  # noqa: F401  one application for all who talk to it

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)  # a Wednesday, 10:00 in New York
# Reading the shop's files again for every test would take longer than most tests.
_READ_ONCE = {kind: cache(kind.load) for kind in (Policies, Texts, MailTexts, Answers)}
SECRET = "a secret for tests only, of 32 letters or more"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where CI is set, what waits for a browser or for processes may try once more (0019)."""
    if not os.environ.get("CI"):
        return
    for item in items:
        marked = item.get_closest_marker("journey") or item.get_closest_marker("faults")
        if marked or "running_app" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server shared by all workers of this run: they meet in one data directory."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with embedded.acquire(shared / "mongo") as lease:
        # Tests live at `NOW`; the server would delete by today's date what is valid then.
        with system_client(Home(lease.server.db_path.parent), lease.server.port) as client:
            client.admin.command("setParameter", 1, ttlMonitorEnabled=False)
        yield lease.uri


@pytest.fixture(scope="session")
def mongo_client_owner(mongo_uri: str) -> Iterator[Mongo]:
    owner = Mongo(mongo_uri, f"t_{new_id()[:12]}")
    yield owner
    owner.client.drop_database(owner.db.name)
    owner.close()


@pytest.fixture
def mongo(mongo_client_owner: Mongo) -> Mongo:
    """An empty database without collections; apply the specs you need."""
    for name in mongo_client_owner.db.list_collection_names():
        mongo_client_owner.db[name].drop()
    return mongo_client_owner


@pytest.fixture(autouse=True)
def every_placeholder_is_filled() -> Iterator[None]:
    """A value that a sentence waited for in vain is only left out of it: here it is a fault."""
    before = _left_out()
    yield
    assert _left_out() == before, "a sentence was said without one of its values; see the log"


def _left_out() -> float:
    labels = {"where": "texts", "code": "value_missing"}
    return REGISTRY.get_sample_value("aurora_errors_total", labels) or 0.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture(scope="session")
def policies() -> Policies:
    return Policies.load(DATA)


@pytest.fixture(scope="session")
def hasher() -> Hasher:
    return Hasher(SECRET)


@pytest.fixture(scope="session")
def prepared_mongo(mongo_uri: str) -> Iterator[Mongo]:
    """A database with every collection, validator and index; made once, emptied between tests."""
    prepared = Mongo(mongo_uri, f"t_{new_id()[:12]}")
    prepared.apply(ALL_COLLECTIONS)
    yield prepared
    StagesRepository(prepared, MOST_STAGES).drop()
    prepared.client.drop_database(prepared.db.name)
    prepared.close()


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the services keep outside the database; one for all tests, as for all processes."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def shop_rows(prepared_mongo: Mongo, data_dir: Path) -> dict[str, list[Row]]:
    """The demo shop as it is stored, counted from `NOW`."""
    _empty(prepared_mongo)
    services = _built(prepared_mongo, ManualClock(NOW), data_dir)
    load_shop(services, DATA, NOW)
    return {name: rows for name in _names() if (rows := list(prepared_mongo.db[name].find()))}


@pytest.fixture
def services(prepared_mongo: Mongo, clock: ManualClock, data_dir: Path) -> Iterator[Services]:
    """Every room over an empty database, at `clock`; installed for the web."""
    _empty(prepared_mongo)
    built = _built(prepared_mongo, clock, data_dir)
    bootstrap.install(built)
    yield built
    built.rehearsal.stop()
    built.events.stop()


@pytest.fixture
def shop(shop_rows: dict[str, list[Row]], services: Services) -> Services:
    """`services` with the demo shop loaded."""
    for name, rows in shop_rows.items():
        services.mongo.db[name].insert_many(rows)
    return services


def _built(mongo: Mongo, clock: ManualClock, data_dir: Path) -> Services:
    settings = Settings(
        _env_file=None,
        mongodb_uri=mongo.uri,
        db=mongo.db.name,
        secret_key=SECRET,
        data_dir=data_dir,
    )
    with pytest.MonkeyPatch.context() as patch:
        for kind, load in _READ_ONCE.items():
            patch.setattr(kind, "load", load)
        return bootstrap.build(settings, clock, mongo)


def _empty(mongo: Mongo) -> None:
    for name in _names():
        mongo.db[name].delete_many({})


def _names() -> list[str]:
    return [spec.name for spec in ALL_COLLECTIONS]
