from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from concierge.core.ids import derived_id, new_id, rma_number, session_token, ticket_number

MANY = 500


def test_an_id_is_32_hexadecimal_digits_and_never_the_same() -> None:
    made = {new_id() for _ in range(MANY)}
    assert len(made) == MANY
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in made)


def test_a_session_token_holds_256_bits_and_is_safe_in_a_link() -> None:
    made = {session_token() for _ in range(MANY)}
    assert len(made) == MANY
    assert all(re.fullmatch(r"[\w-]{43}", one) for one in made)


def test_numbers_that_people_read_aloud_have_no_letters_that_look_alike() -> None:
    for _ in range(MANY):
        assert re.fullmatch(r"STY-[2-9A-HJKMNP-TV-Z]{6}", ticket_number())
        assert re.fullmatch(r"RMA-[2-9A-HJKMNP-TV-Z]{8}", rma_number())


@given(st.lists(st.text(), max_size=4))
def test_a_derived_id_is_the_same_for_the_same_parts(parts: list[str]) -> None:
    assert derived_id(*parts) == derived_id(*parts)
    assert re.fullmatch(r"[0-9a-f]{32}", derived_id(*parts))


def test_a_derived_id_knows_where_one_part_ends() -> None:
    assert derived_id("ab", "c") != derived_id("a", "bc") != derived_id("abc")


def test_a_derived_id_takes_any_text_that_a_browser_can_send() -> None:
    assert derived_id("half a pair \ud83d") == derived_id("half a pair \ud83d")
