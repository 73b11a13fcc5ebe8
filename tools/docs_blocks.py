"""Parts of a document that are made from the code, each a table between two comments:

    <!-- made: orders fields -->
    | field | type | meaning |
    ...
    <!-- end -->

A table's last column may be written by hand. It is kept by the row's first cell, so that the words
stay in the document, where people look for them, and only the facts are made.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

UNWRITTEN = "(to be written)"
"""What stands in a cell that somebody has to write; a test lets none pass."""

_BLOCK = re.compile(
    r"(?P<open><!-- made: (?P<name>[^>]+?) -->\n)(?P<body>.*?)(?P<close><!-- end -->)", re.DOTALL
)


def blocks(text: str) -> dict[str, str]:
    """Name to body of every made block."""
    return {match["name"]: match["body"] for match in _BLOCK.finditer(text)}


def block(name: str, body: str = "") -> str:
    """A block as it stands in a document."""
    return f"<!-- made: {name} -->\n{body}<!-- end -->"


def filled(text: str, made: Mapping[str, str]) -> str:
    """The text with every block's body replaced. Raises `KeyError` for a block nobody makes."""
    return _BLOCK.sub(lambda match: match["open"] + made[match["name"]] + match["close"], text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lines of a Markdown table, the last one ended."""
    lines = [_line(header), "|" + "---|" * len(header), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def by_hand(body: str) -> dict[str, str]:
    """First cell to last cell of a block's table."""
    rows = [cells(line) for line in body.splitlines()[2:]]
    return {row[0]: row[-1] for row in rows if row}


def cells(line: str) -> list[str]:
    """The cells of one line of a table; none of another line."""
    if not line.startswith("|"):
        return []
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def keep_up(page: Path, render: Callable[[str], str], about: str) -> None:
    """The command line of a maker: writes the page, or with `--check` only looks (exit 1)."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    only_look = parser.parse_args().check
    before = page.read_text(encoding="utf-8")
    after = render(before)
    if before == after:
        print(f"{page.name} is up to date.")
    elif only_look:
        raise SystemExit(f"{page.name} is stale.")
    else:
        page.write_text(after, encoding="utf-8")
        print(f"{page.name} is written anew.")


def _line(row: Sequence[str]) -> str:
    return "| " + " | ".join(row) + " |"
