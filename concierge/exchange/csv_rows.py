"""CSV as other systems write it, row by row, and the rows that belong together."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from concierge.exchange.cells import plain
from concierge.exchange.errors import WrongFile

csv.field_size_limit(4 * 1024 * 1024)  # an HTML body may be long, an unclosed quote may not be

MOST_ROWS_OF_ONE = 2_000


@dataclass(frozen=True)
class CsvRow:
    """A row by column; `line` is where it begins. `surplus` cells have no column."""

    line: int
    cells: Mapping[str, str]
    surplus: int = 0

    def get(self, column: str) -> str:
        """The cell without surrounding space; empty when there is none."""
        return self.cells.get(column.casefold(), "")


class CsvFile:
    """A file with a header. `kinds` names, by what they are called, the columns each kind needs."""

    def __init__(
        self, path: Path, encoding: str, kind: str, kinds: Mapping[str, Sequence[str]]
    ) -> None:
        self._path = path
        self._encoding = encoding
        self._delimiter, header = self._read_header(kinds[kind])
        self._columns = [column.strip().casefold() for column in header]
        missing = _missing(self._columns, kinds[kind])
        if missing:
            looks = next(
                (o for o, need in kinds.items() if not _missing(self._columns, need)), None
            )
            hint = f"; it looks like: {looks}" if looks else ""
            raise WrongFile(path.name, f"is not a {kind}: it has no column {missing[0]!r}{hint}")

    def has(self, column: str) -> bool:
        return column.casefold() in self._columns

    def rows(self) -> Iterator[CsvRow]:
        """Every row that is not blank."""
        with self._path.open(encoding=self._encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self._delimiter)
            ended = 0
            try:
                for number, cells in enumerate(reader):
                    line, ended = ended + 1, reader.line_num
                    if number and any(cell.strip() for cell in cells):
                        yield self._row(line, cells)
            except csv.Error as error:
                reason = f"cannot be read at line {ended + 1}: {error}"
                raise WrongFile(self._path.name, reason) from error

    def _row(self, line: int, cells: list[str]) -> CsvRow:
        named = {
            column: plain(cell.strip())
            for column, cell in zip(self._columns, cells, strict=False)
            if cell
        }
        surplus = sum(1 for cell in cells[len(self._columns) :] if cell.strip())
        return CsvRow(line, named, surplus)

    def _read_header(self, needed: Sequence[str]) -> tuple[str, list[str]]:
        """The header by the separator that makes the most of it."""
        found: dict[str, list[str]] = {}
        with self._path.open(encoding=self._encoding, newline="") as file:
            for delimiter in (",", ";", "\t"):
                file.seek(0)
                try:
                    found[delimiter] = next(csv.reader(file, delimiter=delimiter), [])
                except csv.Error:
                    found[delimiter] = []
        best = min(found, key=lambda d: len(_missing([c.strip() for c in found[d]], needed)))
        return best, found[best]


def _missing(columns: Sequence[str], needed: Sequence[str]) -> list[str]:
    present = {column.casefold() for column in columns}
    return [column for column in needed if column.casefold() not in present]


@dataclass(frozen=True)
class Group:
    """The rows of one product or order; the first carries it. An orphan has no such row."""

    key: str
    rows: list[CsvRow]
    orphan: bool = False


class Grouping:
    """Puts the rows of one thing together.

    Exports write them below each other. A file that was sorted by something else has them apart:
    `scan` finds out which, and only those are kept open until the end.
    """

    def __init__(
        self,
        file: CsvFile,
        key_column: str,
        carries: Callable[[CsvRow], bool],
        begins_anew: Callable[[Group, CsvRow], bool],
    ) -> None:
        self._file = file
        self._key_column = key_column
        self._carries = carries
        self._begins_anew = begins_anew
        self._scattered: set[str] = set()

    def scan(self) -> int:
        """Counts the rows, and notes whose rows stand apart."""
        count, current, seen = 0, "", set[str]()
        for row in self._file.rows():
            count += 1
            key = row.get(self._key_column)
            if key != current and key in seen and not self._carries(row):
                self._scattered.add(key)
            seen.add(key)
            current = key
        return count

    def groups(self) -> Iterator[Group]:
        held: dict[str, Group] = {}
        current = ""
        for row in self._file.rows():
            key = row.get(self._key_column)
            if key != current and current not in self._scattered and current in held:
                yield held.pop(current)
            current = key
            group = held.get(key)
            if key and self._carries(row) and (group is None or self._begins_anew(group, row)):
                if group is not None:
                    yield group
                held[key] = Group(key, [row])
            elif group is None:
                yield Group(key, [row], orphan=True)
            else:
                group.rows.append(row)
        yield from held.values()
