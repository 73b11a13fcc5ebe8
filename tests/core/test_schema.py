from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError
from pymongo.errors import WriteError

from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.mongo import Mongo
from concierge.core.schema import CollectionSpec, Index, json_schema


class Metal(StrEnum):
    GOLD = "gold"
    SILVER = "silver"


class Grid(Embedded):
    kind: Literal["grid"] = "grid"
    columns: Annotated[int, Field(gt=0, lt=7)]


class Note(Embedded):
    kind: Literal["note"] = "note"
    text: Annotated[str, Field(min_length=1, max_length=20)]
    by: str | None = None
    links: list[str] = []
    marks: dict[str, int] = {}


class Piece(Document):
    """One field of every sort that the product stores."""

    name: str
    metal: Metal
    price_cents: Annotated[int, Field(ge=0)]
    rating: float
    published: bool
    made_at: UtcDatetime
    sold_at: UtcDatetime | None = None
    size: str | None = None
    tags: Annotated[list[str], Field(max_length=3)] = []
    parts: list[Annotated[Grid | Note, Field(discriminator="kind")]] = []
    counts: dict[str, int] = {}
    hours: tuple[str, str] = ("09:00", "18:00")
    anything: dict[str, Any] = {}
    number: Annotated[str, Field(pattern=r"^STY-[0-9A-Z]{6}$")] = "STY-8F3K2Q"


PIECES = CollectionSpec("pieces", Piece)
AT = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=10)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def piece(**fields: object) -> Piece:
    return Piece.model_validate(
        {
            "id": "p1",
            "name": "Halo",
            "metal": "gold",
            "price_cents": 28900,
            "rating": 4.5,
            "published": True,
            "made_at": AT,
        }
        | fields
    )


@pytest.fixture
def pieces(mongo: Mongo) -> Mongo:
    mongo.apply([PIECES])
    return mongo


PARTS = st.integers(1, 6).map(lambda n: {"kind": "grid", "columns": n}) | TEXT.filter(bool).map(
    lambda text: {"kind": "note", "text": text}
)
STORED = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str),
        "name": TEXT,
        "metal": st.sampled_from(Metal),
        "price_cents": st.integers(0, 2**63 - 1),
        "rating": st.floats(allow_nan=False) | st.integers(-9, 9),
        "published": st.booleans(),
        "made_at": MOMENTS,
        "sold_at": st.none() | MOMENTS,
        "size": st.none() | TEXT,
        "tags": st.lists(TEXT, max_size=3),
        "parts": st.lists(PARTS, max_size=3),
        "counts": st.dictionaries(
            st.sampled_from(["a", "b"]), st.integers(-(2**63), 2**63 - 1), max_size=2
        ),
    }
)


@given(fields=STORED)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_database_accepts_whatever_the_model_writes(
    pieces: Mongo, fields: dict[str, object]
) -> None:
    document = Piece.model_validate(fields)
    # Hypothesis repeats what it tried, so an id may be there already.
    pieces.collection(PIECES).replace_one({"_id": document.id}, document.to_mongo(), upsert=True)
    stored = pieces.collection(PIECES).find_one({"_id": document.id})
    assert stored is not None
    assert Piece.from_mongo(stored) == document


WRONG: list[dict[str, object]] = [
    {"name": 7},
    {"metal": "tin"},
    {"priceCents": "28900"},
    {"priceCents": 289.5},
    {"priceCents": -1},
    {"rating": "good"},
    {"published": 1},
    {"madeAt": "2026-11-18"},
    {"soldAt": "never"},
    {"size": 6},
    {"tags": "ring"},
    {"tags": ["a", "b", "c", "d"]},
    {"tags": [1]},
    {"parts": [{"kind": "grid", "columns": 0}]},
    {"parts": [{"kind": "grid", "columns": 7}]},
    {"parts": [{"kind": "note", "text": ""}]},
    {"parts": [{"kind": "song"}]},
    {"parts": [{"kind": "grid", "columns": 2, "rows": 2}]},
    {"parts": [{"kind": "note", "text": "a", "by": None}]},
    {"parts": [{"kind": "note", "text": "a", "links": "b"}]},
    {"parts": [{"kind": "note", "text": "a", "marks": ["b"]}]},
    {"counts": {"a": "1"}},
    {"hours": ["09:00"]},
    {"number": "TKT-1"},
    {"colour": "gold"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_the_database_refuses_what_the_model_would_never_write(
    pieces: Mongo, wrong: dict[str, object]
) -> None:
    with pytest.raises(WriteError, match="failed validation"):
        pieces.collection(PIECES).insert_one(piece().to_mongo() | wrong)


def test_what_is_nested_in_a_lists_members_is_left_to_the_model(pieces: Mongo) -> None:
    nested = {"kind": "note", "text": "a", "links": [7], "marks": {"b": "c"}}
    pieces.collection(PIECES).insert_one(piece().to_mongo() | {"parts": [nested]})
    row = pieces.collection(PIECES).find_one({"_id": "p1"}) or {}
    with pytest.raises(ValidationError, match="links"):
        Piece.from_mongo(row)


@pytest.mark.parametrize("missing", ["name", "metal", "priceCents", "madeAt", "published"])
def test_the_database_refuses_a_document_that_lacks_a_field(pieces: Mongo, missing: str) -> None:
    row = piece().to_mongo()
    del row[missing]
    with pytest.raises(WriteError, match="failed validation"):
        pieces.collection(PIECES).insert_one(row)


def test_an_update_is_validated_like_an_insert(pieces: Mongo) -> None:
    pieces.collection(PIECES).insert_one(piece().to_mongo())
    with pytest.raises(WriteError, match="failed validation"):
        pieces.collection(PIECES).update_one({"_id": "p1"}, {"$set": {"priceCents": "free"}})


def test_a_field_is_required_unless_it_is_optional_or_has_a_default() -> None:
    required = set(json_schema(Piece)["required"])
    assert required == {"_id", "name", "metal", "priceCents", "rating", "published", "madeAt"}


def test_nothing_that_the_server_does_not_know_is_in_the_schema() -> None:
    unknown = {"$ref", "$defs", "title", "default", "format", "examples", "discriminator", "type"}

    def keys(node: object) -> set[str]:
        if isinstance(node, dict):
            inner = set().union(*map(keys, node.values()))
            # Names of fields are data; only the words of the schema language count.
            return (
                inner if "properties" not in node else (inner | set(node)) - set(node["properties"])
            )
        return set().union(*map(keys, node)) if isinstance(node, list) else set()

    assert not keys(json_schema(Piece)) & unknown


def test_an_index_passes_on_only_what_was_said() -> None:
    assert Index((("a", 1),), "a").options() == {"name": "a"}
    full = Index((("a", 1),), "a", True, True, {"active": True}, 60, {"locale": "en"})
    assert full.options() == {
        "name": "a",
        "unique": True,
        "sparse": True,
        "partialFilterExpression": {"active": True},
        "expireAfterSeconds": 60,
        "collation": {"locale": "en"},
    }
