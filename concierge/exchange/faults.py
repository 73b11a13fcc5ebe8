"""Collecting what is wrong with one row, value by value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from concierge.exchange.models import Rejection
from concierge.exchange.values import BadValue

T = TypeVar("T")


class Faults:
    """What is wrong with the row that begins on `line`. The first fault of a row is reported."""

    def __init__(self, line: int, key: str) -> None:
        self._line = line
        self._key = key
        self._first: Rejection | None = None

    def add(self, field: str, reason: str) -> None:
        if self._first is None:
            self._first = Rejection(line=self._line, key=self._key, field=field, reason=reason)

    def read(self, field: str, parse: Callable[[Any], T], value: Any, otherwise: T) -> T:
        """The parsed value; a bad one is noted and `otherwise` stands in for it."""
        try:
            return parse(value)
        except BadValue as error:
            self.add(field, str(error))
            return otherwise

    @property
    def found(self) -> tuple[Rejection, ...]:
        return () if self._first is None else (self._first,)
