"""What an import is told and what it tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from concierge.core.documents import Embedded

D = TypeVar("D")

SESSION_ATTRIBUTE = "aurora_session"
"""What a shop's page writes onto an order: the conversation that it came out of."""


class Format(StrEnum):
    """Whose files we read."""

    SHOPIFY_CSV = "shopify-csv"
    WOOCOMMERCE_JSON = "woocommerce-json"


class Rejection(Embedded):
    """A wrong row: the line it begins on, its key where it has one, the field and the reason."""

    line: int
    key: str
    field: str
    reason: str


class ImportReport(Embedded):
    """`read` counts rows (or entries) of the file, the next three products or orders."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = []


class Progress(Protocol):
    """Called now and then: the stage (`checking`, `writing`), and how many of how many rows."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


@dataclass(frozen=True)
class Entry(Generic[D]):
    """One product or order of a file, with what is wrong in it.

    `draft` is None when it cannot be taken in. `rows` counts the rows it was made of. `products`
    names, by line id, the pieces of an order in their source's own ids.
    """

    line: int
    key: str
    rows: int
    draft: D | None
    rejected: tuple[Rejection, ...] = ()
    products: dict[str, str] = field(default_factory=dict)


class Source(Protocol[D]):
    """A file of one kind. Read as a stream, as often as needed, always in the same order."""

    name: str
    """Whose pieces and orders these are: shopify, woocommerce."""
    key_field: str
    """The column or field that names one."""

    def scan(self) -> int:
        """The number of rows. Raises `WrongFile` when the file is of another kind or cannot be
        read to its end, so that nothing of such a file is ever written."""
        ...

    def entries(self) -> Iterator[Entry[D]]: ...
