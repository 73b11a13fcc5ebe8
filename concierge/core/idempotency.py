"""Doing a thing once, however often it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from pymongo.client_session import ClientSession

from concierge.core.clock import Clock, SystemClock
from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.errors import IdempotencyMismatch
from concierge.core.ids import derived_id
from concierge.core.mongo import Mongo
from concierge.core.schema import CollectionSpec, Index

R = TypeVar("R", bound=Embedded)
KEPT_FOR = timedelta(days=30)


class IdempotencyKey(Document):
    """`result` is the answer, as JSON text, so that any model's answer fits one collection."""

    fingerprint: str
    result: str
    at: UtcDatetime
    expires_at: UtcDatetime


IDEMPOTENCY_KEYS = CollectionSpec(
    name="idempotencyKeys",
    model=IdempotencyKey,
    indexes=(Index((("expiresAt", 1),), "expires", ttl_seconds=0),),
)


class Made(Embedded):
    """An answer that only names what was made: it is read again, so that keys keep no person."""

    id: str


class IdempotencyStore:
    """Remembers answers by scope and key, in the transaction that made them."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._mongo = mongo
        self._keys = mongo.collection(IDEMPOTENCY_KEYS)
        self._clock = clock

    def run(
        self,
        scope: str,
        key: str,
        fingerprint: Mapping[str, Any],
        result_type: type[R],
        fn: Callable[[ClientSession], R],
        *,
        session: ClientSession | None = None,
    ) -> R:
        """Runs `fn` in a transaction with the key, or answers what it answered before.

        Two callers with one key at once: the second's transaction conflicts with the first's, at
        the latest on the key, is repeated by the driver and then finds the answer. Raises
        `IdempotencyMismatch` when the key was used for another `fingerprint`. An error raised by
        `fn` leaves no trace, so the same key may be tried again.

        With `session`, `fn` runs in the caller's transaction, and the caller's own key counts.
        """
        if session is not None:
            return fn(session)
        key_id = derived_id(scope, key)
        print_ = derived_id(json.dumps(fingerprint, sort_keys=True, default=str))

        def once(session: ClientSession) -> R:
            stored = self._keys.find_one({"_id": key_id}, session=session)
            if stored is not None:
                return _answer(IdempotencyKey.from_mongo(stored), print_, key, result_type)
            result = fn(session)
            now = self._clock.now()
            # The server deletes by its own clock: what is made at another time (volume of the last
            # months, a scenario) is to be remembered just as long.
            expires = max(now, SystemClock().now()) + KEPT_FOR
            made = IdempotencyKey(
                id=key_id,
                fingerprint=print_,
                result=result.model_dump_json(by_alias=True),
                at=now,
                expires_at=expires,
            )
            self._keys.insert_one(made.to_mongo(), session=session)
            return result

        return self._mongo.unit_of_work(once)


def _answer(stored: IdempotencyKey, fingerprint: str, key: str, result_type: type[R]) -> R:
    if stored.fingerprint != fingerprint:
        raise IdempotencyMismatch(key)
    return result_type.model_validate_json(stored.result)
