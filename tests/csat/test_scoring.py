"""Words and numbers become scores by the shop's own list."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.core.errors import InvalidInput
from concierge.core.policies import Policies
from concierge.csat.scoring import Tone, score_of, tone
from tests.conftest import DATA

WORDS = Policies.load(DATA).csat.words


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("great", 5),
        ("good", 4),
        ("okay", 3),
        ("poor", 2),
        ("bad", 1),
        (" Great ", 5),
        ("BAD", 1),
        (1, 1),
        (2, 2),
        (3, 3),
        (4, 4),
        (5, 5),
        ("5", 5),
        (" 1 ", 1),
    ],
)
def test_a_word_or_number_of_the_list_is_a_score(said: str | int, score: int) -> None:
    assert score_of(said, WORDS) == score


@pytest.mark.parametrize(
    "said", [0, 6, -1, True, False, "", "6", "0", "super", "4.5", "١", "great!"]
)
def test_anything_else_is_refused_and_says_what_is_taken(said: str | int) -> None:
    with pytest.raises(InvalidInput, match="great, good, okay, poor, bad"):
        score_of(said, WORDS)


@given(st.text() | st.integers())
def test_no_input_makes_a_score_outside_one_to_five(said: str | int) -> None:
    with contextlib.suppress(InvalidInput):
        assert 1 <= score_of(said, WORDS) <= 5


@pytest.mark.parametrize(
    ("score", "colour"),
    [
        (5, Tone.GREEN),
        (4, Tone.GREEN),
        (3.9, Tone.YELLOW),
        (3, Tone.YELLOW),
        (2, Tone.RED),
        (1, Tone.RED),
    ],
)
def test_four_and_five_are_green_three_is_yellow_the_rest_red(score: float, colour: Tone) -> None:
    assert tone(score) is colour
