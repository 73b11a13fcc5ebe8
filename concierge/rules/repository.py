"""Every query on versions of the rules."""

from __future__ import annotations

from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from concierge.core.documents import to_bson
from concierge.core.errors import VersionConflict
from concierge.core.mongo import Mongo
from concierge.rules.models import RULE_VERSIONS, LiveMark, RuleStatus, RuleVersion

_LIVE = {"status": RuleStatus.PUBLISHED.value}


class RulesRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._versions = mongo.collection(RULE_VERSIONS)

    def live_mark(self, session: ClientSession | None = None) -> LiveMark:
        """One read of one index entry and its document's two fields."""
        row = self._versions.find_one(
            _LIVE, {"_id": 0, "number": 1, "publishedAt": 1}, session=session
        )
        return LiveMark() if row is None else LiveMark.from_mongo(row)

    def get(self, number: int, session: ClientSession | None = None) -> RuleVersion | None:
        row = self._versions.find_one({"number": number}, session=session)
        return None if row is None else RuleVersion.from_mongo(row)

    def newest(
        self, limit: int, *, status: RuleStatus | None = None, below: int | None = None
    ) -> list[RuleVersion]:
        """Newest first, without the texts of their files."""
        wanted: dict[str, Any] = {"number": {"$gt": 0}}
        if status is not None:
            wanted["status"] = status.value
        if below is not None:
            wanted["number"]["$lt"] = below
        rows = self._versions.find(wanted, {"files.text": 0}).sort("number", -1).limit(limit)
        return [_without_texts(row) for row in rows]

    def next_number(self, session: ClientSession) -> int:
        row = self._versions.find_one(
            {"number": {"$gt": 0}}, {"number": 1}, sort=[("number", -1)], session=session
        )
        return 1 if row is None else int(row["number"]) + 1

    def insert(self, version: RuleVersion, session: ClientSession) -> None:
        """Raises `VersionConflict` when somebody else took the number meanwhile."""
        try:
            self._versions.insert_one(version.to_mongo(), session=session)
        except DuplicateKeyError as error:
            raise VersionConflict("draft", str(version.number)) from error

    def replace_draft(self, version: RuleVersion, revision: int, session: ClientSession) -> bool:
        """False when it is no draft any more, or was saved by somebody else meanwhile."""
        result = self._versions.replace_one(
            {
                "number": version.number,
                "status": RuleStatus.DRAFT.value,
                "revision": revision,
            },
            version.to_mongo(),
            session=session,
        )
        return result.matched_count == 1

    def move(
        self, number: int, before: RuleStatus, after: RuleStatus, session: ClientSession
    ) -> bool:
        """From one status to another; False when it has another one already."""
        result = self._versions.update_one(
            {"number": number, "status": before.value},
            {"$set": {"status": after.value}},
            session=session,
        )
        return result.modified_count == 1

    def set_fields(self, number: int, fields: dict[str, Any], session: ClientSession) -> None:
        self._versions.update_one(
            {"number": number},
            {"$set": {path: to_bson(value) for path, value in fields.items()}},
            session=session,
        )


def _without_texts(row: dict[str, Any]) -> RuleVersion:
    files = [{**file, "text": ""} for file in row.get("files", [])]
    return RuleVersion.from_mongo({**row, "files": files})
