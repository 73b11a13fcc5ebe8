from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.core.errors import InvalidInput
from concierge.core.paging import Page, decode_cursor, encode_cursor

KEYS = st.lists(
    st.none()
    | st.text()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC)),
    min_size=1,
    max_size=4,
)


@given(KEYS)
def test_a_cursor_carries_its_sort_keys_there_and_back(keys: list[object]) -> None:
    cursor = encode_cursor(*keys)  # type: ignore[arg-type]
    assert decode_cursor(cursor, len(keys)) == keys


@given(KEYS)
def test_a_cursor_fits_into_a_link_as_it_is(keys: list[object]) -> None:
    cursor = encode_cursor(*keys)  # type: ignore[arg-type]
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert cursor.isascii()


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "?",
        "ä",
        "not base64 at all",
        _cursor("not json"),
        _cursor('["one key too few"]'),
        _cursor('[{"t": "yesterday"}, 1]'),
        _cursor('[{"no": "time"}, 1]'),
        _cursor("7"),
        _cursor("null"),
        _cursor('{"a": 1, "b": 2}'),
        _cursor('"ab"'),
        _cursor("[[1], 2]"),
    ],
)
def test_a_cursor_that_we_did_not_make_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor: is not one of ours"):
        decode_cursor(cursor, 2)


def test_a_page_without_a_cursor_is_the_last_one() -> None:
    page = Page[int](items=[1, 2])
    assert page.next_cursor is None
    assert page.total is None
    assert not page.total_capped


def test_a_cursor_keeps_the_moment_and_its_zone() -> None:
    at = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    assert decode_cursor(encode_cursor(at, "a"), 2) == [at, "a"]
