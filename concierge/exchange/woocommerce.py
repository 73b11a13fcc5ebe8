"""What both of WooCommerce's JSON exports share: telling them apart, and reading their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from concierge.exchange import values
from concierge.exchange.errors import WrongFile
from concierge.exchange.faults import Faults
from concierge.exchange.json_entries import json_entries
from concierge.exchange.models import Entry

D = TypeVar("D")
Fields = Mapping[str, Any]

_ENOUGH_MARKS = 2


class WooCommerceFile(Generic[D]):
    """An array of entries of one kind. `marks` are fields that tell this kind from others."""

    def __init__(
        self,
        path: Path,
        encoding: str,
        kind: str,
        marks: frozenset[str],
        build: Callable[[Fields, int], Entry[D]],
    ) -> None:
        self._path = path
        self._encoding = encoding
        self._kind = kind
        self._marks = marks
        self._build = build

    def scan(self) -> int:
        """Counts the entries. A file in which none is of this kind is of another kind."""
        count, ours = 0, 0
        for _, entry in json_entries(self._path, self._encoding):
            count += 1
            ours += isinstance(entry, dict) and len(self._marks & entry.keys()) >= _ENOUGH_MARKS
        if count and not ours:
            raise WrongFile(self._path.name, f"is not a {self._kind}")
        return count

    def entries(self) -> Iterator[Entry[D]]:
        for line, entry in json_entries(self._path, self._encoding):
            if isinstance(entry, dict):
                yield self._build(entry, line)
            else:
                faults = Faults(line, "")
                faults.add("", f"is not an entry of a {self._kind}")
                yield Entry(line, "", 1, None, faults.found)


def part(fields: Fields, name: str) -> Fields:
    """A nested object, or an empty one."""
    nested = fields.get(name)
    return nested if isinstance(nested, dict) else {}


def parts(fields: Fields, name: str) -> list[Fields]:
    """The objects of a nested array."""
    nested = fields.get(name)
    return [item for item in nested if isinstance(item, dict)] if isinstance(nested, list) else []


def moment(fields: Fields, name: str, faults: Faults) -> datetime | None:
    """The UTC field where there is one, else the shop's own time taken for UTC."""
    exact = f"{name}_gmt"
    field = exact if fields.get(exact) else name
    return faults.read(field, values.moment, fields.get(field), None)


def key_of(fields: Fields, *names: str) -> str:
    """The first of these fields that has a value, as text."""
    found = (fields.get(name) for name in names)
    return next((key for value in found if (key := values.text(value, 64))), "")
