"""Cells of CSV files that spreadsheets open: no text of a customer may become a formula there.

`neutralised` is for writing, `plain` undoes it on reading, so that what we export can be imported.
"""

from __future__ import annotations

import re

# Spreadsheets skip leading blanks, and know the full-width signs as well.
_RUN = r"(?:[\t\r]|\s*[=+\-@＝＋－＠])"
_FORMULA = re.compile("'*" + _RUN)
_NEUTRALISED = re.compile("'+" + _RUN)


def neutralised(cell: str) -> str:
    """With an apostrophe in front when a spreadsheet would take it for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """The cell as it was before `neutralised`."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell
