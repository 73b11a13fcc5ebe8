from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pymongo.client_session import ClientSession

from concierge.core.clock import ManualClock, SystemClock
from concierge.core.documents import Document, Embedded
from concierge.core.errors import IdempotencyMismatch
from concierge.core.idempotency import IDEMPOTENCY_KEYS, KEPT_FOR, IdempotencyKey, IdempotencyStore
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo
from concierge.core.schema import CollectionSpec


class Parcel(Document):
    label: str


class Answer(Embedded):
    parcel_id: str
    label: str | None = None


PARCELS = CollectionSpec("parcels", Parcel)
WISH = {"order": "GG-12001", "line": "1"}


class Desk:
    """Sends parcels; every one that is really sent is a row."""

    def __init__(self, mongo: Mongo, clock: ManualClock) -> None:
        self.parcels = mongo.collection(PARCELS)
        self.keys = mongo.collection(IDEMPOTENCY_KEYS)
        self.store = IdempotencyStore(mongo, clock)

    def send(
        self,
        key: str = "k1",
        wish: dict[str, str] = WISH,
        *,
        scope: str = "parcel",
        fail: bool = False,
    ) -> Answer:
        def work(session: ClientSession) -> Answer:
            parcel = Parcel(id=new_id(), label=wish["order"])
            self.parcels.insert_one(parcel.to_mongo(), session=session)
            if fail:
                raise LookupError("no stamps left")
            return Answer(parcel_id=parcel.id, label=parcel.label)

        return self.store.run(scope, key, wish, Answer, work)

    @property
    def sent(self) -> int:
        return self.parcels.count_documents({})


@pytest.fixture
def desk(mongo: Mongo, clock: ManualClock) -> Desk:
    mongo.apply([PARCELS, IDEMPOTENCY_KEYS])
    return Desk(mongo, clock)


def test_a_repeat_answers_what_was_answered_and_does_nothing(desk: Desk) -> None:
    first = desk.send()
    assert desk.send() == first
    assert desk.sent == 1


def test_another_key_is_another_request(desk: Desk) -> None:
    assert desk.send("k1") != desk.send("k2")
    assert desk.sent == 2


def test_one_key_in_two_scopes_is_two_requests(desk: Desk) -> None:
    assert desk.send(scope="parcel") != desk.send(scope="letter")


def test_one_key_for_two_different_wishes_is_refused(desk: Desk) -> None:
    desk.send()
    with pytest.raises(IdempotencyMismatch):
        desk.send(wish={"order": "GG-12002", "line": "1"})
    assert desk.sent == 1


def test_the_order_of_a_wishs_fields_does_not_matter(desk: Desk) -> None:
    first = desk.send(wish={"order": "GG-12001", "line": "1"})
    assert desk.send(wish={"line": "1", "order": "GG-12001"}) == first


def test_a_failure_leaves_no_trace_so_that_the_same_key_may_try_again(desk: Desk) -> None:
    with pytest.raises(LookupError):
        desk.send(fail=True)
    assert (desk.sent, desk.keys.count_documents({})) == (0, 0)
    desk.send()
    assert desk.sent == 1


def test_sixteen_at_once_with_one_key_are_one_parcel_and_sixteen_equal_answers(desk: Desk) -> None:
    gate = threading.Barrier(16)

    def once(_: int) -> Answer:
        gate.wait()
        return desk.send()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(once, range(16)))
    assert desk.sent == 1
    assert len({answer.parcel_id for answer in answers}) == 1


def test_the_key_itself_is_not_stored_and_expires(desk: Desk, clock: ManualClock) -> None:
    desk.send("a key with ada@example.com in it")
    row = desk.keys.find_one({})
    assert row is not None
    assert "ada" not in str(row["_id"])
    assert IdempotencyKey.from_mongo(row).at == clock.now()
    assert timedelta(days=1) < KEPT_FOR
    assert desk.keys.index_information()["expires"]["expireAfterSeconds"] == 0


@pytest.mark.parametrize("days", [-90, 90])
def test_a_key_is_kept_by_the_clock_that_deletes_it(
    desk: Desk, clock: ManualClock, days: int
) -> None:
    today = SystemClock().now()
    clock.set(today + timedelta(days=days))
    desk.send()
    row = desk.keys.find_one({})
    assert row is not None
    kept_until = IdempotencyKey.from_mongo(row).expires_at
    assert kept_until >= max(today, clock.now()) + KEPT_FOR
