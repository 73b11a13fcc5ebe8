"""A version of the detection files: only what differs from the files the product came with.

Version 0 is those files themselves; it has no document.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.schema import CollectionSpec, Index

NOTE = 500
LONGEST_FILE = 600_000
"""Characters; a version with several such files still fits into one document."""


class RuleStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"
    DISCARDED = "discarded"


class RuleFile(Embedded):
    """One file as this version has it; `path` is relative to `data/intents`."""

    path: str = Field(max_length=200)
    text: str = Field(max_length=LONGEST_FILE)


class RuleVersion(Document):
    """`base` is the version it was begun from, `replaces` the one that was live when it was
    published (0: the product's own files). `revision` counts the saves of a draft, `diff` is
    against the base. `files` holds every file that differs from version 0, whole."""

    number: int
    status: RuleStatus
    base: int
    revision: int = 1
    author: str
    note: str = Field(default="", max_length=NOTE)
    created_at: UtcDatetime
    saved_at: UtcDatetime
    published_at: UtcDatetime | None = None
    published_by: str | None = None
    retired_at: UtcDatetime | None = None
    replaces: int | None = None
    files: list[RuleFile] = Field(default_factory=list)
    diff: str = ""


class RuleDraft(Embedded):
    """What an author saves. Without `number` a new draft begins from the live version;
    `revision` is the one that was read. Files that are not given stay as they are."""

    number: int | None = None
    revision: int | None = None
    note: str = Field(default="", max_length=NOTE)
    files: list[RuleFile] = Field(default_factory=list, max_length=100)


class LiveMark(Embedded):
    """Which version is live, and since when; number 0 has been so from the beginning."""

    number: int = 0
    published_at: UtcDatetime | None = None


RULE_VERSIONS = CollectionSpec(
    name="ruleVersions",
    model=RuleVersion,
    indexes=(
        Index((("number", -1),), "number", unique=True),
        Index(
            (("status", 1),),
            "one_published",
            unique=True,
            partial={"status": RuleStatus.PUBLISHED.value},
        ),
        Index((("status", 1), ("number", -1)), "status_number"),
    ),
)
COLLECTIONS = [RULE_VERSIONS]
