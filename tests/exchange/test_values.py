"""Values as other systems write them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.exchange import values
from concierge.exchange.cells import neutralised, plain


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("12.5", 1250),
        ("1,299.50", 129950),
        ("", 0),
        (None, 0),
        (" 7 ", 700),
        ("0.005", 1),
        (3, 300),
    ],
)
def test_money_becomes_whole_cents(written, cents):
    assert values.cents(written) == cents


@pytest.mark.parametrize("written", ["12,99", "-1", "1e3", "NaN", "inf", "$5", "1.2.3", "9" * 14])
def test_what_is_no_amount_is_refused(written):
    with pytest.raises(values.BadValue):
        values.cents(written)


@pytest.mark.parametrize("written", ["0", "-1", "1.5", "", "two", "10000000"])
def test_what_is_no_quantity_is_refused(written):
    with pytest.raises(values.BadValue):
        values.quantity(written)


@pytest.mark.parametrize(
    "written",
    [
        "2026-08-01 09:28:00 -0400",
        "2026-08-01T09:28:00-04:00",
        "2026-08-01 13:28:00 UTC",
        "2026-08-01T13:28:00Z",
        "2026-08-01T13:28:00",
    ],
)
def test_offsets_are_understood_and_none_is_utc(written):
    assert values.moment(written) == datetime(2026, 8, 1, 13, 28, tzinfo=UTC)


@pytest.mark.parametrize("written", ["yesterday", "0001-01-01T00:00:00+14:00", "2026-13-01", "20"])
def test_what_is_no_date_is_refused(written):
    with pytest.raises(values.BadValue):
        values.moment(written)


def test_a_date_that_is_not_there_is_none():
    assert values.moment("") is None


def test_currencies_are_those_of_the_standard():
    assert values.currency("eur") == "EUR"
    for wrong in ("", "EURO", "QQQ", "$"):
        with pytest.raises(values.BadValue):
            values.currency(wrong)


def test_emails_are_lowered_and_others_refused():
    assert values.email(" Ada@Example.com ") == "ada@example.com"
    assert values.email("") is None
    for wrong in (
        "ada",
        "ada@example",
        "a b@example.com",
        "@example.com",
        "x" * 250 + "@example.com",
    ):
        with pytest.raises(values.BadValue):
            values.email(wrong)


def test_a_postal_code_loses_the_apostrophe_of_spreadsheets():
    assert values.postal_code("'02101") == "02101"
    assert values.postal_code("'") is None


def test_markup_becomes_lines_of_text_and_scripts_nothing():
    markup = (
        "<style>p{}</style><p>One &amp; <b>two</b></p>"
        "<ul><li>a<li>b</ul><script>x()</script>&nbsp;end"
    )
    assert values.plain_text(markup) == "One & two\na\nb\nend"
    assert values.plain_text("1 < 2 and <broken").startswith("1 < 2 and")
    assert values.plain_text(None) == ""


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_cell_is_harmless_when_written_and_the_same_when_read_again(cell):
    assert not neutralised(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert plain(neutralised(cell)) == cell


@given(st.text(max_size=200))
def test_any_markup_is_survived(markup):
    out = io.StringIO()
    csv.writer(out).writerow([values.plain_text(markup)])
    assert "\x00" not in out.getvalue()
