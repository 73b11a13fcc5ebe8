"""Cutting a stream into pieces that fit into memory and into one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
BATCH = 500


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Lists of at most `size`, never an empty one."""
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
