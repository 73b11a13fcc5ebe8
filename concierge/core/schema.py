"""Collections as declared beside their repositories: validator from the model, indexes, TTL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from concierge.core.documents import Document

Direction = int | str
"""1 ascending, -1 descending, "text"."""


@dataclass(frozen=True)
class Index:
    """One index; `partial` is its filter expression, `ttl_seconds` makes documents expire.

    With a `collation` only queries that name the same one use it.
    """

    keys: tuple[tuple[str, Direction], ...]
    name: str
    unique: bool = False
    sparse: bool = False
    partial: Mapping[str, Any] | None = None
    ttl_seconds: int | None = None
    collation: Mapping[str, Any] | None = None

    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"name": self.name}
        if self.unique:
            options["unique"] = True
        if self.sparse:
            options["sparse"] = True
        if self.partial is not None:
            options["partialFilterExpression"] = dict(self.partial)
        if self.ttl_seconds is not None:
            options["expireAfterSeconds"] = self.ttl_seconds
        if self.collation is not None:
            options["collation"] = dict(self.collation)
        return options


@dataclass(frozen=True)
class CollectionSpec:
    """A collection: its name, the model its documents have, its indexes.

    `validate` is off only for collections that a shop may already have and fill itself.
    """

    name: str
    model: type[Document]
    indexes: tuple[Index, ...] = ()
    validate: bool = field(default=True)


_BSON_TYPES = {
    "string": "string",
    "integer": ["int", "long"],
    "number": ["double", "int", "long", "decimal"],
    "boolean": "bool",
    "object": "object",
    "array": "array",
    "null": "null",
}
_NULL = {"bsonType": "null"}
_KEPT = {
    "enum",
    "required",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "uniqueItems",
}


def json_schema(model: type[Document]) -> dict[str, Any]:
    """The `$jsonSchema` of a document model, in the dialect MongoDB understands.

    References are inlined, `type` becomes `bsonType`, date-times become dates. Optional fields
    are left out when absent (see `Embedded.to_mongo`), so none is required that may be `None`.

    The fields of a list's members are checked, but not what is nested in those: the server checks
    a document whole at every update, and a long transcript to the last cost as much as the write.
    """
    source = model.model_json_schema(by_alias=True, mode="serialization")
    schema = _convert(source, source.get("$defs", {}))
    properties = schema.get("properties", {})
    properties["_id"] = properties.pop("id")
    required = ["_id" if name == "id" else name for name in schema.get("required", [])]
    schema["required"] = required
    return schema


def _convert(
    node: Mapping[str, Any], definitions: Mapping[str, Any], levels: int | None = None
) -> dict[str, Any]:
    """One node, and so many levels of objects and lists below it; None for all of them."""
    if "$ref" in node:
        return _convert(definitions[node["$ref"].rsplit("/", 1)[1]], definitions, levels)
    for combiner in ("anyOf", "oneOf", "allOf"):
        if combiner in node:
            options = [_convert(option, definitions, levels) for option in node[combiner]]
            if levels is not None:  # what is absent is left out, which is quicker to look at
                options = [option for option in options if option != _NULL]
            kept = "allOf" if combiner == "allOf" else "anyOf"
            return options[0] if len(options) == 1 else {kept: options}
    kind = node.get("type")
    if levels == 0 and kind in ("object", "array"):
        return {"bsonType": kind}
    below = None if levels is None else levels - 1
    out: dict[str, Any] = {key: value for key, value in node.items() if key in _KEPT}
    if "const" in node:
        out["enum"] = [node["const"]]
    if "exclusiveMinimum" in node:
        out["minimum"], out["exclusiveMinimum"] = node["exclusiveMinimum"], True
    if "exclusiveMaximum" in node:
        out["maximum"], out["exclusiveMaximum"] = node["exclusiveMaximum"], True
    if kind == "string" and node.get("format") == "date-time":
        out["bsonType"] = "date"
    elif isinstance(kind, str):
        out["bsonType"] = _BSON_TYPES[kind]
    if "properties" in node:
        properties = node["properties"]
        out["properties"] = {k: _convert(v, definitions, below) for k, v in properties.items()}
        required = [name for name in node.get("required", []) if not _may_be_null(properties[name])]
        out.pop("required", None)
        if required:
            out["required"] = required
    extra = node.get("additionalProperties")
    if isinstance(extra, Mapping):
        out["additionalProperties"] = _convert(extra, definitions, below)
    elif extra is False:
        out["additionalProperties"] = False
    if isinstance(node.get("items"), Mapping):
        out["items"] = _convert(node["items"], definitions, 1 if below is None else below)
    return out


def _may_be_null(node: Mapping[str, Any]) -> bool:
    return any(option.get("type") == "null" for option in node.get("anyOf", ()))
