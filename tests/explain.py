"""Proof that no query reads a whole collection, measured by the server's own profiler.

    with no_collection_scans(mongo):
        repository.find_by_email("ada@example.com")

The block must have at least one document in the collections it reads: a missing collection has no
plan to judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from concierge.core.mongo import Mongo

_PROFILE = "system.profile"
_ROOM = 32 * 1024 * 1024  # the default of 1 MB forgets the first queries of a long block


@contextmanager
def no_collection_scans(mongo: Mongo) -> Iterator[None]:
    """Fails with the offending commands when a query inside the block scanned a collection."""
    _switch(mongo, on=False)
    mongo.db.drop_collection(_PROFILE)
    mongo.db.create_collection(_PROFILE, capped=True, size=_ROOM)
    _switch(mongo, on=True)
    try:
        yield
    finally:
        _switch(mongo, on=False)
        seen = list(mongo.db[_PROFILE].find({"ns": {"$ne": f"{mongo.db.name}.{_PROFILE}"}}))
        mongo.db.drop_collection(_PROFILE)
    planned = [entry for entry in seen if "planSummary" in entry]
    assert planned, "no query ran inside the block, so nothing was proved"
    scans = [_describe(entry) for entry in planned if "COLLSCAN" in entry["planSummary"]]
    assert not scans, "collection scans:\n" + "\n".join(scans)


def _switch(mongo: Mongo, *, on: bool) -> None:
    mongo.db.command("profile", 2 if on else 0)


def _describe(entry: dict[str, Any]) -> str:
    command = {k: v for k, v in entry.get("command", {}).items() if k not in _NOISE}
    return f"{entry['op']} {entry['ns']} {entry['planSummary']}: {command}"


_NOISE = {"lsid", "$clusterTime", "$db", "txnNumber", "writeConcern", "readConcern", "autocommit"}
