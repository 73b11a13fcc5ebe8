"""Saved scenarios and stage claims in the live database; stages are databases beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from pymongo import WriteConcern
from pymongo.errors import DuplicateKeyError, OperationFailure

from concierge.core.limits import RATE_COUNTERS
from concierge.core.mongo import Mongo
from concierge.core.schema import CollectionSpec
from concierge.rehearsal.errors import StoreRefused
from concierge.rehearsal.models import (
    REHEARSAL_STAGES,
    REPLAYS,
    SCENARIOS,
    Replay,
    SavedScenario,
    StageClaim,
)

_NOT_AUTHORISED = 13
_HASTY = WriteConcern(w=1)
"""Nothing is lost when a stage is not emptied: who takes it next empties it again."""


class ScenariosRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._scenarios = mongo.collection(SCENARIOS)
        self._replays = mongo.collection(REPLAYS)

    def add(self, scenario: SavedScenario) -> bool:
        """False when this version is there already."""
        try:
            self._scenarios.insert_one(scenario.to_mongo())
        except DuplicateKeyError:
            return False
        return True

    def newest(self, name: str) -> SavedScenario | None:
        row = self._scenarios.find_one({"name": name}, sort=[("version", -1)])
        return None if row is None else SavedScenario.from_mongo(row)

    def version(self, name: str, version: int) -> SavedScenario | None:
        row = self._scenarios.find_one({"name": name, "version": version})
        return None if row is None else SavedScenario.from_mongo(row)

    def versions(self, name: str) -> list[SavedScenario]:
        """Newest first."""
        rows = self._scenarios.find({"name": name}).sort("version", -1).limit(100)
        return [SavedScenario.from_mongo(row) for row in rows]

    def all_newest(self, limit: int = 500) -> list[SavedScenario]:
        """The newest version of each, by name."""
        rows = self._scenarios.aggregate(
            [
                {"$sort": {"name": 1, "version": -1}},
                {"$group": {"_id": "$name", "newest": {"$first": "$$ROOT"}}},
                {"$sort": {"_id": 1}},
                {"$limit": limit},
            ]
        )
        return [SavedScenario.from_mongo(row["newest"]) for row in rows]

    def versions_now(self) -> dict[str, int]:
        """The newest version of each saved scenario, from the index alone."""
        rows = self._scenarios.aggregate(
            [
                {"$sort": {"name": 1, "version": -1}},
                {"$group": {"_id": "$name", "version": {"$first": "$version"}}},
            ]
        )
        return {row["_id"]: row["version"] for row in rows}

    def keep_replay(self, replay: Replay) -> None:
        """In place of the one before by the same version of the rules."""
        self._replays.replace_one({"_id": replay.id}, replay.to_mongo(), upsert=True)

    def replay(self, rules: int) -> Replay | None:
        row = self._replays.find_one({"_id": str(rules)})
        return None if row is None else Replay.from_mongo(row)

    def remove(self, name: str) -> int:
        """All versions; answers how many there were."""
        return self._scenarios.delete_many({"name": name}).deleted_count


class StagesRepository:
    """`most` stages at the most; stage 1 is `<db>_rehearsal`, the others carry their number."""

    def __init__(self, mongo: Mongo, most: int) -> None:
        self._mongo = mongo
        self._claims = mongo.collection(REHEARSAL_STAGES)
        self.most = most

    def claim(self, run: str, taken_by: str, now: datetime, until: datetime) -> int | None:
        """The first stage that is free, or whose run has rested too long; None when none is."""
        for number in range(1, self.most + 1):
            claim = StageClaim(id=str(number), run=run, taken_by=taken_by, until=until)
            try:
                self._claims.insert_one(claim.to_mongo())
            except DuplicateKeyError:
                taken = {"_id": claim.id, "until": {"$lt": now}}
                if self._claims.replace_one(taken, claim.to_mongo()).modified_count == 0:
                    continue
            return number
        return None

    def hold(self, number: int, run: str, until: datetime) -> bool:
        """Whether the stage is still this run's; it then is until the given moment."""
        mine = {"_id": str(number), "run": run}
        return self._claims.update_one(mine, {"$set": {"until": until}}).matched_count == 1

    def release(self, number: int, run: str) -> None:
        self._claims.delete_one({"_id": str(number), "run": run})

    def rested(self, now: datetime) -> list[StageClaim]:
        """Claims that have run out."""
        return [StageClaim.from_mongo(row) for row in self._claims.find({"until": {"$lt": now}})]

    def database(self, number: int) -> str:
        name = f"{self._mongo.db.name}_rehearsal"
        return name if number == 1 else f"{name}_{number}"

    def prepare(self, number: int, specs: Iterable[CollectionSpec]) -> Mongo:
        """The stage's database with its collections. Nothing in it expires by itself: a run may
        stand at any date. Raises `StoreRefused`."""
        stage = self._mongo.beside(self.database(number))
        try:
            stage.apply(_lasting(spec) for spec in specs)
        except OperationFailure as error:
            if error.code == _NOT_AUTHORISED:
                raise StoreRefused(stage.db.name) from error
            raise
        return stage

    def clear(self, number: int, specs: Sequence[CollectionSpec]) -> None:
        """Takes away what a run has left behind."""
        database = self._mongo.beside(self.database(number)).db
        for spec in specs:
            database[spec.name].with_options(write_concern=_HASTY).delete_many({})

    def drop(self) -> None:
        """Every stage with all that is in it; they are made again when they are needed."""
        for number in range(1, self.most + 1):
            self._mongo.client.drop_database(self.database(number))


def _lasting(spec: CollectionSpec) -> CollectionSpec:
    if spec is RATE_COUNTERS:
        return spec  # counted by the machine's clock, never by the run's
    indexes = tuple(replace(index, ttl_seconds=None) for index in spec.indexes)
    return replace(spec, indexes=indexes)
