"""The one door to MongoDB: client, collections, transactions, and what an outage looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from datetime import UTC
from typing import Any, TypeVar

from bson.codec_options import CodecOptions
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    CollectionInvalid,
    ConnectionFailure,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from concierge.core.schema import CollectionSpec, json_schema

T = TypeVar("T")
Row = dict[str, Any]

OUTAGE: tuple[type[Exception], ...] = (
    AutoReconnect,
    ConnectionFailure,
    NetworkTimeout,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)
"""The driver's ways to say that the database cannot be reached now."""

_MAJORITY = WriteConcern(w="majority", j=True, wtimeout=10_000)


class Mongo:
    """A client and its database; one per process.

    Writes are acknowledged by a majority and journaled. `server_selection_timeout_ms` is also how
    long an operation waits for a restarting server before it reports an outage.
    """

    def __init__(
        self,
        uri: str,
        database: str,
        *,
        server_selection_timeout_ms: int = 8_000,
        max_pool_size: int = 64,
    ) -> None:
        self.uri = uri
        self.client: MongoClient[Row] = MongoClient(
            uri,
            tz_aware=True,
            tzinfo=UTC,
            appname="aurora-concierge",
            serverSelectionTimeoutMS=server_selection_timeout_ms,
            connectTimeoutMS=3_000,
            maxPoolSize=max_pool_size,
            retryWrites=True,
            retryReads=True,
        )
        self.db: Database[Row] = self.client.get_database(
            database,
            codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
            write_concern=_MAJORITY,
        )

    def beside(self, database: str) -> Mongo:
        """Another database of the same server, over the same client: closing one closes both."""
        other = copy(self)
        other.db = self.client.get_database(
            database, codec_options=self.db.codec_options, write_concern=_MAJORITY
        )
        return other

    def collection(self, spec: CollectionSpec | str) -> Collection[Row]:
        return self.db[spec if isinstance(spec, str) else spec.name]

    def unit_of_work(self, fn: Callable[[ClientSession], T]) -> T:
        """Runs `fn` in one transaction, majority-committed and journaled.

        The driver repeats `fn` after a transient error, so it must be safe to run again: read what
        it needs inside, and write only through the session it is given.
        """
        with self.client.start_session() as session:
            return session.with_transaction(
                fn, read_concern=ReadConcern("snapshot"), write_concern=_MAJORITY
            )

    def ping(self) -> None:
        """Raises one of `OUTAGE` when the database does not answer."""
        self.client.admin.command("ping")

    def server_version(self) -> str:
        return str(self.client.server_info()["version"])

    def apply(self, specs: Iterable[CollectionSpec]) -> None:
        """Creates what is missing and brings validators and indexes up to the declaration.

        Safe to repeat and to run from several processes at once.
        """
        existing = set(self.db.list_collection_names())
        for spec in specs:
            validator: Row = {"$jsonSchema": json_schema(spec.model)} if spec.validate else {}
            if spec.name not in existing:
                try:
                    self.db.create_collection(spec.name, validator=validator)
                except CollectionInvalid:
                    existing.add(spec.name)
                except OperationFailure as error:
                    if error.code != 48:  # NamespaceExists: another process was first
                        raise
                    existing.add(spec.name)
            if spec.name in existing:
                self.db.command("collMod", spec.name, validator=validator)
            collection = self.db[spec.name]
            for index in spec.indexes:
                collection.create_index(list(index.keys), **index.options())

    def close(self) -> None:
        self.client.close()


__all__ = ["OUTAGE", "ClientSession", "Mongo", "Row"]
