from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Annotated

import pytest
from pydantic import Field
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError, WriteError

from concierge.core.documents import Document, UtcDatetime
from concierge.core.mongo import OUTAGE, Mongo
from concierge.core.schema import CollectionSpec, Index


class Purse(Document):
    owner: str
    cents: Annotated[int, Field(ge=0)]
    seen_at: UtcDatetime | None = None


PURSES = CollectionSpec("purses", Purse, (Index((("owner", 1),), "owner", unique=True),))


@pytest.fixture
def purses(mongo: Mongo) -> Mongo:
    mongo.apply([PURSES])
    rows = [Purse(id=name, owner=name, cents=1000).to_mongo() for name in ("ada", "bo")]
    mongo.collection(PURSES).insert_many(rows)
    return mongo


def cents(mongo: Mongo) -> dict[str, int]:
    return {row["_id"]: row["cents"] for row in mongo.collection(PURSES).find()}


def give(mongo: Mongo, amount: int, session: ClientSession) -> None:
    rows = mongo.collection(PURSES)
    rows.update_one({"_id": "ada"}, {"$inc": {"cents": -amount}}, session=session)
    rows.update_one({"_id": "bo"}, {"$inc": {"cents": amount}}, session=session)


def test_a_unit_of_work_writes_everything_and_answers(purses: Mongo) -> None:
    def work(session: ClientSession) -> str:
        give(purses, 300, session)
        return "given"

    assert purses.unit_of_work(work) == "given"
    assert cents(purses) == {"ada": 700, "bo": 1300}


def test_an_error_inside_a_unit_of_work_leaves_no_trace(purses: Mongo) -> None:
    def work(session: ClientSession) -> None:
        give(purses, 300, session)
        raise LookupError("changed our mind")

    with pytest.raises(LookupError):
        purses.unit_of_work(work)
    assert cents(purses) == {"ada": 1000, "bo": 1000}


def test_a_validator_that_refuses_the_second_write_takes_back_the_first(purses: Mongo) -> None:
    with pytest.raises(WriteError):
        purses.unit_of_work(lambda session: give(purses, -2000, session))
    assert cents(purses) == {"ada": 1000, "bo": 1000}


def test_nothing_of_a_unit_of_work_is_seen_from_outside_before_its_end(purses: Mongo) -> None:
    def work(session: ClientSession) -> dict[str, int]:
        give(purses, 300, session)
        return cents(purses)

    assert purses.unit_of_work(work) == {"ada": 1000, "bo": 1000}


def test_units_of_work_that_meet_are_repeated_until_none_is_lost(purses: Mongo) -> None:
    gate = threading.Barrier(8)

    def once(_: int) -> None:
        gate.wait()
        purses.unit_of_work(lambda session: give(purses, 10, session))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(once, range(8)))
    assert cents(purses) == {"ada": 920, "bo": 1080}


def test_writes_are_acknowledged_by_a_majority_and_journaled(mongo: Mongo) -> None:
    concern = mongo.db.write_concern.document
    assert (concern["w"], concern["j"]) == ("majority", True)


def test_moments_come_back_aware_and_equal(purses: Mongo) -> None:
    at = datetime(2026, 11, 18, 12, 0, 0, 123_000, tzinfo=UTC)
    purses.collection(PURSES).update_one({"_id": "ada"}, {"$set": {"seenAt": at}})
    row = purses.collection(PURSES).find_one({"_id": "ada"})
    assert row is not None
    assert Purse.from_mongo(row).seen_at == at
    assert row["seenAt"].tzinfo is not None


def test_a_declaration_may_be_applied_again_and_by_several_at_once(mongo: Mongo) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: mongo.apply([PURSES]), range(4)))
    mongo.apply([PURSES])
    assert "owner" in mongo.collection(PURSES).index_information()


def test_an_index_that_is_declared_unique_is_unique(purses: Mongo) -> None:
    with pytest.raises(DuplicateKeyError):
        purses.collection(PURSES).insert_one(Purse(id="x", owner="ada", cents=0).to_mongo())


class PurseWithName(Purse):
    name: str | None = None


def test_a_validator_follows_the_model_when_it_grows(purses: Mongo) -> None:
    grown = CollectionSpec("purses", PurseWithName)
    row = PurseWithName(id="c", owner="c", cents=1, name="Coin").to_mongo()
    with pytest.raises(WriteError):
        purses.collection(grown).insert_one(row)
    purses.apply([grown])
    purses.collection(grown).insert_one(row)


def test_a_collection_that_a_shop_fills_itself_gets_no_validator(mongo: Mongo) -> None:
    open_to_all = CollectionSpec("purses", Purse, validate=False)
    mongo.apply([open_to_all])
    mongo.collection(open_to_all).insert_one({"_id": 7, "anything": "goes"})


def test_a_database_that_is_out_of_reach_is_an_outage() -> None:
    # Port 9 is "discard": nothing of ours listens there.
    nowhere = Mongo("mongodb://127.0.0.1:9", "x", server_selection_timeout_ms=50)
    try:
        with pytest.raises(OUTAGE):
            nowhere.ping()
    finally:
        nowhere.close()


def test_a_database_in_reach_answers_and_says_its_version(mongo: Mongo) -> None:
    mongo.ping()
    assert mongo.server_version()[0].isdigit()


def test_a_refused_write_is_no_outage() -> None:
    assert not issubclass(DuplicateKeyError, OUTAGE)
    assert not issubclass(WriteError, OUTAGE)
