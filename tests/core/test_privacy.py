from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.core.privacy import MASK, Hasher, Masker, introduced, mask_email, mask_phone


def test_the_same_value_hashes_alike_whatever_its_case_and_spaces(hasher: Hasher) -> None:
    assert hasher.hash("Ada@Example.com ") == hasher.hash("ada@example.com")


def test_a_hash_is_64_hexadecimal_digits_without_the_value(hasher: Hasher) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", hasher.hash("ada@example.com"))


def test_another_secret_gives_another_hash(hasher: Hasher) -> None:
    assert hasher.hash("ada@example.com") != Hasher("another secret").hash("ada@example.com")


@pytest.mark.parametrize(
    ("email", "masked"),
    [("ada@example.com", "a•••@•••"), ("a@b.c", "a•••@•••"), ("not an address", MASK), ("", MASK)],
)
def test_a_masked_email_keeps_one_letter(email: str, masked: str) -> None:
    assert mask_email(email) == masked


@pytest.mark.parametrize(
    ("phone", "masked"), [("+1 (212) 555-0147", "•••47"), ("123", MASK), ("", MASK)]
)
def test_a_masked_phone_keeps_two_digits(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


def test_known_names_go_whole_and_in_parts_in_any_case() -> None:
    masker = Masker(["Ada Example"])
    assert masker.mask("ada wrote; Mrs EXAMPLE called") == f"{MASK} wrote; Mrs {MASK} called"


def test_a_name_inside_another_word_stays() -> None:
    assert Masker(["Ada"]).mask("Canada and Adana") == "Canada and Adana"


def test_short_values_and_none_do_not_eat_ordinary_words() -> None:
    assert Masker(["Bo", None, ""]).mask("Bo has a bow") == "Bo has a bow"


@pytest.mark.parametrize(
    "text",
    [
        "write to ada@example.com please",
        "write to ada.l+ring@mail.example.co.uk please",
        "call +44 20 7946 0958 please",
        "call (212) 555-0147 please",
        "call 212.555.0147 please",
    ],
)
def test_any_email_and_phone_goes_though_nobody_knew_it(text: str) -> None:
    assert (
        Masker([]).mask(text) == f"{text.split()[0]}{' to' if 'to' in text else ''} {MASK} please"
    )


def test_a_phrase_goes_as_a_whole_and_its_words_stay() -> None:
    masker = Masker(["Ada"], phrases=["New York"])
    assert masker.mask("Ada of new york wants a new ring") == f"{MASK} of {MASK} wants a new ring"


@pytest.mark.parametrize(
    "text",
    ["order GG-12001", "under $300", "size 6.5", "for 2 rings of 14k", "shipped 2026-11-18, soon"],
)
def test_order_numbers_prices_sizes_and_days_stay(text: str) -> None:
    assert Masker([]).mask(text) == text


def test_signs_in_a_name_are_letters_and_no_pattern() -> None:
    assert Masker(["A.a (Ada)"]).mask("Axa wrote") == "Axa wrote"


@given(st.from_regex(r"[a-z]{3,8}", fullmatch=True), st.text(max_size=40))
def test_a_known_name_is_never_left_as_a_word(name: str, around: str) -> None:
    masked = Masker([name]).mask(f"{around} {name} {around}")
    assert not re.search(rf"\b{name}\b", masked, re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call me at 555 0134", f"call me at {MASK}"),
        ("I called from 555-0134 twice", f"I called from {MASK} twice"),
        ("my number: 555.1500", f"my number: {MASK}"),
        ("555 - 0134, please", f"{MASK}, please"),
    ],
)
def test_a_local_telephone_number_goes_as_well(text: str, left: str) -> None:
    assert Masker([]).mask(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I live at 14 Elm Street, Springfield", f"I live at {MASK}, Springfield"),
        ("send it to 221b baker street please", f"send it to {MASK} please"),
        ("9 Old Mill Rd.", f"{MASK}."),
        ("to 12 St. James Avenue or 14 King Court", f"to {MASK} or {MASK}"),
    ],
)
def test_a_street_address_goes(text: str, left: str) -> None:
    assert Masker([]).mask(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("123 New Street, Boston MA 02110", MASK),
        ("to 123 New Street, Boston, MA 02110-1234 please", f"to {MASK} please"),
        ("9 Old Mill Rd., Apt 4B, Salt Lake City, utah 84101!", f"{MASK}!"),
        ("12 Elm Street\nAlbany, New York 12207", MASK),
        ("it is 10 Downing Street, London SW1A 2AA, thanks", f"it is {MASK}, thanks"),
        ("221b baker street nw1 6xe", MASK),
        ("14 Elm Street, my order is 12001", f"{MASK}, my order is 12001"),
        ("14 Elm Street or 12001", f"{MASK} or 12001"),
        ("14 Elm Street flat band ring", f"{MASK} flat band ring"),
        ("14 Elm Street. I wear US 6.5", f"{MASK}. I wear US 6.5"),
    ],
)
def test_the_town_and_its_code_go_with_the_street(text: str, left: str) -> None:
    assert Masker([]).mask(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "order 120-3456",
        "order number 1234567890",
        "rings 300-1500",
        "$500-1000",
        "between 125 and 500, or from 310 1200",
        "500 - 1000 usd",
        "on 18.11.2026 or 11-18-2026",
        "ring size 52 1/2, US 6.5",
        "2 ruby lane rings and 3 gold St Christopher pendants",
        "a 1 carat princess square cut, 2 hours drive from here",
        "RMA-7K2M9QXA and STY-8F3K2Q",
    ],
)
def test_numbers_of_the_shop_and_ways_of_its_pieces_stay(text: str) -> None:
    assert Masker([]).mask(text) == text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hello, this is Zelda Quimby of Springfield", ["Zelda Quimby"]),
        ("my name is zelda quimby and I wait", ["zelda quimby"]),
        ("I'm Bo Li. Call me Bo", ["Bo Li", "Bo"]),
        ("This is Zelda calling", ["Zelda"]),
        ("this is useless", []),
        ("THIS IS USELESS", []),
        ("This is Great, I am Looking for a ring", []),
        ("my name is on the ring", []),
        ("call me tomorrow", []),
    ],
)
def test_who_introduces_themselves_is_heard(text: str, names: list[str]) -> None:
    assert introduced(text) == names
