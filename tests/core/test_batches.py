from __future__ import annotations

from itertools import chain, count, islice

from hypothesis import given
from hypothesis import strategies as st

from concierge.core.batches import batches


@given(st.lists(st.integers()), st.integers(1, 5))
def test_batches_hold_everything_in_order_and_none_is_empty_or_too_long(
    items: list[int], size: int
) -> None:
    made = list(batches(items, size))
    assert list(chain.from_iterable(made)) == items
    assert all(0 < len(batch) <= size for batch in made)


def test_a_stream_is_not_read_further_than_needed() -> None:
    stream = count()
    assert list(islice(batches(stream, 3), 2)) == [[0, 1, 2], [3, 4, 5]]
    assert next(stream) == 6
