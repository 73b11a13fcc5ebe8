"""Every collection of the product: what its model writes is accepted, a wrong type is refused."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Binary
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pymongo.errors import WriteError

import concierge
from concierge.bootstrap import ALL_COLLECTIONS
from concierge.core.documents import Document
from concierge.core.mongo import Mongo
from concierge.core.schema import CollectionSpec, json_schema

WITH_SERVER = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
LETTERS = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
TEXT = st.text(LETTERS, max_size=12)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
KEYS = st.sampled_from(["one", "two", "threeFour"])


def values(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """What the JSON schema of a model allows, small."""
    if "$ref" in node:
        return st.deferred(lambda: values(definitions[node["$ref"].rsplit("/", 1)[1]], definitions))
    for combiner in ("anyOf", "oneOf"):
        if combiner in node:
            return st.one_of(*(values(option, definitions) for option in node[combiner]))
    if "const" in node:
        return st.just(node["const"])
    if "enum" in node:
        return st.sampled_from(node["enum"])
    match node.get("type"):
        case "string":
            return strings(node)
        case "integer":
            low = node.get("minimum", node.get("exclusiveMinimum", -1001) + 1)
            high = node.get("maximum", node.get("exclusiveMaximum", low + 100_001) - 1)
            return st.integers(low, high)
        case "number":
            return st.floats(node.get("minimum", -1e9), node.get("maximum", 1e9))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "array":
            return arrays(node, definitions)
        case "object":
            return objects(node, definitions)
    return TEXT


def strings(node: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if node.get("format") == "date-time":
        return MOMENTS
    if "pattern" in node:
        return st.from_regex(node["pattern"]).filter(lambda text: "\x00" not in text)
    shortest = node.get("minLength", 0)
    longest = min(node.get("maxLength", shortest + 12), shortest + 12)
    return st.text(LETTERS, min_size=shortest, max_size=longest)


def arrays(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "prefixItems" in node:
        return st.tuples(*(values(item, definitions) for item in node["prefixItems"]))
    shortest = node.get("minItems", 0)
    longest = min(node.get("maxItems", shortest + 2), shortest + 2)
    items = values(node.get("items", {}), definitions)
    return st.lists(items, min_size=shortest, max_size=longest)


def objects(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "properties" not in node:
        extra = node.get("additionalProperties")
        inner = values(extra, definitions) if isinstance(extra, Mapping) else TEXT
        return st.dictionaries(KEYS, inner, max_size=2)
    fields = {name: values(field, definitions) for name, field in node["properties"].items()}
    needed = set(node.get("required", ()))
    return st.fixed_dictionaries(
        {name: field for name, field in fields.items() if name in needed},
        optional={name: field for name, field in fields.items() if name not in needed},
    )


def draw_document(data: st.DataObject, model: type[Document]) -> Document:
    schema = model.model_json_schema(by_alias=True)
    drawn = data.draw(values(schema, schema.get("$defs", {})))
    try:
        return model.model_validate(drawn)
    except ValidationError:
        assume(False)  # the model knows rules that a schema cannot say
        raise


def declared() -> Iterator[CollectionSpec]:
    """Every specification that any module of the product holds."""
    for module in pkgutil.walk_packages(concierge.__path__, "concierge."):
        if module.name.endswith(".models") or module.name.startswith("concierge.core."):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, CollectionSpec):
                    yield value


def test_every_declared_collection_is_applied_at_the_start() -> None:
    applied = [spec.name for spec in ALL_COLLECTIONS]
    assert len(applied) == len(set(applied))
    assert set(applied) == {spec.name for spec in declared()}


@pytest.mark.parametrize("spec", ALL_COLLECTIONS, ids=lambda spec: spec.name)
def test_names_of_indexes_are_not_used_twice(spec: CollectionSpec) -> None:
    names = [index.name for index in spec.indexes]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("spec", ALL_COLLECTIONS, ids=lambda spec: spec.name)
@given(data=st.data())
@WITH_SERVER
def test_the_database_accepts_what_the_model_writes_and_it_reads_back_equal(
    mongo: Mongo, spec: CollectionSpec, data: st.DataObject
) -> None:
    rows = collection_without_indexes(mongo, spec)
    document = draw_document(data, spec.model)
    rows.replace_one({"_id": document.id}, document.to_mongo(), upsert=True)
    stored = rows.find_one({"_id": document.id})
    assert stored is not None
    assert spec.model.from_mongo(stored) == document


@pytest.mark.parametrize(
    "spec", [spec for spec in ALL_COLLECTIONS if spec.validate], ids=lambda spec: spec.name
)
@given(data=st.data())
@settings(WITH_SERVER, max_examples=3)
def test_the_database_refuses_a_value_of_a_wrong_type(
    mongo: Mongo, spec: CollectionSpec, data: st.DataObject
) -> None:
    rows = collection_without_indexes(mongo, spec)
    row = draw_document(data, spec.model).to_mongo()
    fields = json_schema(spec.model)["properties"]
    for field in [name for name, schema in fields.items() if schema]:  # empty: of any type
        with pytest.raises(WriteError, match="failed validation"):
            rows.insert_one(row | {field: Binary(b"no field of ours holds bytes", 5)})


def collection_without_indexes(mongo: Mongo, spec: CollectionSpec) -> Any:
    """Only the validator: drawn values repeat, and unique indexes have tests of their own."""
    rows = mongo.collection(spec)
    if spec.name not in mongo.db.list_collection_names():
        mongo.apply([CollectionSpec(spec.name, spec.model, (), spec.validate)])
    return rows
