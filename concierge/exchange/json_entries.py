"""A JSON array read entry by entry; never the whole of it at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from concierge.exchange.errors import WrongFile

_CHUNK = 1 << 16
_LONGEST_ENTRY = 16 * 1024 * 1024
_BLANK = " \t\r\n\ufeff"


def json_entries(path: Path, encoding: str) -> Iterator[tuple[int, Any]]:
    """The line each entry begins on, and the entry; a lone object is one entry.

    Numbers with a point are `Decimal`. Raises `WrongFile` for what is not JSON or ends too early.
    """
    with path.open(encoding=encoding, newline="") as file:
        yield from _Reader(file, path.name).entries()


class _Reader:
    def __init__(self, file: TextIO, name: str) -> None:
        self._file = file
        self._name = name
        self._decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=Decimal)
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False

    def entries(self) -> Iterator[tuple[int, Any]]:
        if self._next_sign() != "[":
            yield self._line, self._value()
            self._finish()
            return
        self._skip(1)
        if self._next_sign() == "]":
            self._skip(1)
            self._finish()
            return
        while True:
            self._next_sign()
            yield self._line, self._value()
            sign = self._next_sign()
            if sign not in (",", "]"):
                raise self._broken()
            self._skip(1)
            if sign == "]":
                self._finish()
                return

    def _finish(self) -> None:
        if self._next_sign():
            raise self._broken()

    def _next_sign(self) -> str:
        """The next sign that is not blank, or nothing at the end."""
        while True:
            while self._at < len(self._text):
                sign = self._text[self._at]
                if sign not in _BLANK:
                    return sign
                self._skip(1)
            if not self._more(_CHUNK):
                return ""

    def _value(self) -> Any:
        size = _CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise self._broken() from error
            except ValueError as error:
                # Perhaps only cut off: look again with twice as much.
                longest = len(self._text) - self._at > _LONGEST_ENTRY
                if longest or not self._more(size):
                    raise self._broken() from error
            else:
                # A number at the very end of what was read may go on.
                if end < len(self._text) or not self._more(_CHUNK):
                    self._skip(end - self._at)
                    return value
            size *= 2

    def _skip(self, length: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + length)
        self._at += length

    def _more(self, size: int) -> bool:
        if self._ended:
            return False
        chunk = self._file.read(size)
        self._ended = not chunk
        self._text = self._text[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _broken(self) -> WrongFile:
        return WrongFile(self._name, f"is not JSON, or ends too early (line {self._line})")
