"""People's words stay words; what the browser makes of them is in tests/journeys/test_words.py."""

from __future__ import annotations

import pytest

from concierge.ui.components import SEAM, plain


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ada@example.com", rf"ada{SEAM}@example\.com"),
        ("https://example.com", rf"https\:{SEAM}//example\.com"),
        ("WWW.example.com", rf"WWW{SEAM}\.example\.com"),
        (":smile:", rf"\:{SEAM}smile\:"),
        ("a -> b", rf"a \-{SEAM}\> b"),
        ("at 14:22: two", r"at 14\:22\: two"),
    ],
)
def test_a_seam_keeps_what_would_be_a_link_or_a_sign(typed: str, written: str) -> None:
    assert plain(typed) == written


def test_lines_stay_lines_of_one_paragraph() -> None:
    assert plain("  one\n\n    two\n=== ") == "one  \ntwo  \n\\=\\=\\="
