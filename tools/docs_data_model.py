"""Keeps the made parts of `docs/data-model.md` up to date: fields, indexes, what expires.

    python -m tools.docs_data_model            writes them
    python -m tools.docs_data_model --check    exit 1 when they are stale

Everything comes from `concierge.bootstrap.ALL_COLLECTIONS`; the last column of each table and the
words between the tables are written by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from pydantic import BaseModel

from concierge.bootstrap import ALL_COLLECTIONS
from concierge.core.folders import PROJECT_ROOT
from concierge.core.schema import CollectionSpec, Index
from tools.docs_blocks import UNWRITTEN, block, blocks, by_hand, filled, keep_up, table

PAGE = PROJECT_ROOT / "docs" / "data-model.md"
OVERVIEW = "collections"
VALUES_SHOWN = 9
"""An enumeration with more values is named instead of spelled out."""

_PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no"}
_DAY = 24 * 3600
Schema = Mapping[str, Any]


def render(text: str) -> str:
    """The page with its made parts as the code says; a collection that is new gets a section."""
    known = blocks(text)
    for spec in ALL_COLLECTIONS:
        if f"{spec.name} fields" not in known:
            text = text.rstrip("\n") + "\n\n" + _new_section(spec)
    return filled(text, _made(blocks(text)))


def _made(before: Mapping[str, str]) -> dict[str, str]:
    kept = {name: by_hand(body) for name, body in before.items()}
    made = {
        OVERVIEW: table(
            ("collection", "model", "checked by the server", "leaves by itself", "keeps"),
            (_with_hand(_summary(spec), kept[OVERVIEW]) for spec in ALL_COLLECTIONS),
        )
    }
    opened: dict[type[Any], str] = {}
    for spec in ALL_COLLECTIONS:
        name = f"{spec.name} fields"
        rows = _Fields(spec, opened).rows()
        made[name] = table(
            ("field", "type", "meaning"), (_with_hand(row, kept[name]) for row in rows)
        )
        name = f"{spec.name} indexes"
        made[name] = table(
            ("index", "on", "kind", "serves"),
            (_with_hand(row, kept.get(name, {})) for row in map(_index, spec.indexes)),
        )
    return made


def _new_section(spec: CollectionSpec) -> str:
    parts = ["fields", "indexes"] if spec.indexes else ["fields"]
    tables = "\n\n".join(block(f"{spec.name} {part}") for part in parts)
    return f"## {spec.name}\n\n{UNWRITTEN}\n\n{tables}\n"


def _with_hand(row: tuple[str, ...], kept: Mapping[str, str]) -> tuple[str, ...]:
    return (*row, kept.get(row[0], UNWRITTEN))


def _summary(spec: CollectionSpec) -> tuple[str, ...]:
    leaves = [_expiry(index) for index in spec.indexes if index.ttl_seconds is not None]
    path = spec.model.__module__.replace(".", "/")
    return (
        f"[{spec.name}](#{spec.name.lower()})",
        f"`{spec.model.__name__}` in `{path}.py`",
        "yes" if spec.validate else "no",
        ", ".join(leaves) or "never",
    )


def _index(index: Index) -> tuple[str, ...]:
    kinds = ["unique"] if index.unique else []
    if index.sparse:
        kinds.append("sparse")
    if index.partial is not None:
        kinds.append("only where " + ", ".join(_condition(*p) for p in index.partial.items()))
    if index.ttl_seconds is not None:
        kinds.append(f"expires {_expiry(index)}")
    return f"`{index.name}`", ", ".join(_key(*key) for key in index.keys), ", ".join(kinds)


def _condition(field: str, wanted: object) -> str:
    if wanted == {"$exists": True}:
        return f"`{field}` is there"
    return f"`{field}` is {str(wanted).lower()}"


def _key(field: str, direction: int | str) -> str:
    if direction == 1:
        return f"`{field}`"
    return f"`{field}` ↓" if direction == -1 else f"`{field}` ({direction})"


def _expiry(index: Index) -> str:
    field = f"`{index.keys[0][0]}`"
    if not index.ttl_seconds:
        return f"at {field}"
    return f"{index.ttl_seconds // _DAY} days after {field}"


class _Fields:
    """The fields of a collection's documents as rows of path and type.

    Read from the same JSON schema that the server's validator is made of. Parts that belong to the
    collection's own slice are opened up, each in the first collection that has it (`opened`);
    those of others are named with the file that has them.
    """

    def __init__(self, spec: CollectionSpec, opened: dict[type[Any], str]) -> None:
        self._name = spec.name
        self._opened = opened
        self._module = spec.model.__module__
        self._schema = spec.model.model_json_schema(by_alias=True, mode="serialization")
        self._definitions: Schema = self._schema.get("$defs", {})

    def rows(self) -> list[tuple[str, str]]:
        return list(self._of(self._schema, ""))

    def _of(self, node: Schema, before: str) -> Iterator[tuple[str, str]]:
        for name, field in node["properties"].items():
            name = "_id" if name == "id" and not before else name
            path = f"{before}{name}"
            options = field.get("anyOf", [field])
            inner = [option for option in options if option.get("type") != "null"]
            missing = ", optional" if len(inner) < len(options) else ""
            words = " or ".join(dict.fromkeys(self._type(option, path) for option in inner))
            yield f"`{path}`", words + missing
            for option in inner:
                yield from self._inside(option, path)

    def _inside(self, node: Schema, path: str) -> Iterator[tuple[str, str]]:
        if node.get("type") == "array":
            yield from self._inside(node.get("items", {}), f"{path}[]")
            return
        name = _reference(node)
        if name and "properties" in self._definitions[name] and self._opens_here(name):
            yield from self._of(self._definitions[name], f"{path}.")

    def _type(self, node: Schema, path: str) -> str:
        if (name := _reference(node)) is not None:
            return self._named(name)
        if "oneOf" in node:
            name = _reference(node["oneOf"][0]) or ""
            return f"one of the shapes in `{_file_of(_found(name, self._module))}`"
        kind = node.get("type")
        if kind == "array":
            return f"list of {self._type(node.get('items', {}), path)}"
        if kind == "object":
            inner = node.get("additionalProperties")
            return f"map of text to {self._type(inner, path)}" if inner else "map"
        if kind == "string" and node.get("format") == "date-time":
            return "moment"
        if kind == "integer" and path.endswith("Cents"):
            return "cents"
        return _PLAIN.get(str(kind), "anything") + _bounds(node)

    def _named(self, name: str) -> str:
        definition = self._definitions[name]
        if "enum" in definition:
            values = definition["enum"]
            if len(values) <= VALUES_SHOWN:
                return " · ".join(f"`{value}`" for value in values)
            return f"one of `{name}` in `{_file_of(_found(name, self._module))}`"
        kind = _found(name, self._module)
        if self._opens_here(name):
            return f"`{name}`"
        if kind in self._opened:
            return f"`{name}`, as in [{self._opened[kind]}](#{self._opened[kind].lower()})"
        return f"`{name}` of `{_file_of(kind)}`"

    def _opens_here(self, name: str) -> bool:
        kind = _found(name, self._module)
        if kind.__module__ != self._module:
            return False
        return self._opened.setdefault(kind, self._name) == self._name


def _reference(node: Schema) -> str | None:
    target = node.get("$ref")
    if target is None and len(node.get("allOf", ())) == 1:
        target = node["allOf"][0].get("$ref")
    return None if target is None else str(target).rsplit("/", 1)[1]


def _bounds(node: Schema) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", {low} or more"
    if "maxLength" in node:
        return f", {node['maxLength']} characters at most"
    return ""


def _found(name: str, near: str) -> type[Any]:
    """The class of that name, as the module `near` knows it; else the only one there is."""
    known = getattr(sys.modules[near], name, None)
    if isinstance(known, type):
        return known
    [found] = {kind for kind in _classes() if kind.__name__ == name}
    return found


def _classes() -> Iterator[type[Any]]:
    waiting: list[type[Any]] = [BaseModel, Enum]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("concierge."):
            yield kind


def _file_of(kind: type[Any]) -> str:
    return kind.__module__.replace(".", "/") + ".py"


if __name__ == "__main__":
    keep_up(PAGE, render, "The made parts of docs/data-model.md")
