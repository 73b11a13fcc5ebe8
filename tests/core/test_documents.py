from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from concierge.core.documents import Document, Embedded, Payload, UtcDatetime, to_bson
from concierge.core.errors import InvalidInput

AT = datetime(2026, 11, 18, 12, 0, 0, 123_456, tzinfo=UTC)


class Colour(StrEnum):
    GOLD = "gold"
    ROSE = "rose"


class Stone(Embedded):
    carat_weight: float
    cut_name: str | None = None


class Ring(Document):
    made_at: UtcDatetime
    metal_colour: Colour
    stones: list[Stone] = []
    tag_set: frozenset[str] = frozenset()
    price_by_colour: dict[Colour, int] = {}
    owner_name: str | None = None


def ring(**fields: object) -> Ring:
    return Ring.model_validate({"id": "r1", "made_at": AT, "metal_colour": "gold"} | fields)


def test_a_document_is_stored_in_camel_case_under_its_id() -> None:
    stored = ring(owner_name="Ada Example").to_mongo()
    assert stored["_id"] == "r1"
    assert stored["metalColour"] == "gold"
    assert stored["ownerName"] == "Ada Example"
    assert "id" not in stored


def test_an_absent_value_is_left_out_rather_than_stored_as_null() -> None:
    stored = ring(stones=[Stone(carat_weight=0.5)]).to_mongo()
    assert "ownerName" not in stored
    assert stored["stones"] == [{"caratWeight": 0.5}]


def test_enums_and_sets_become_what_the_database_knows() -> None:
    stored = ring(tag_set={"b", "a"}, price_by_colour={Colour.ROSE: 100}).to_mongo()
    assert stored["tagSet"] == ["a", "b"]
    assert stored["priceByColour"] == {"rose": 100}
    assert type(stored["metalColour"]) is str


STONES = st.floats(allow_nan=False).map(lambda weight: Stone(carat_weight=weight))
RINGS = st.fixed_dictionaries(
    {
        "id": st.text(min_size=1),
        "made_at": st.datetimes(timezones=st.just(UTC)),
        "metal_colour": st.sampled_from(Colour),
        "stones": st.lists(STONES, max_size=3),
        "tag_set": st.frozensets(st.text(), max_size=3),
        "price_by_colour": st.dictionaries(st.sampled_from(Colour), st.integers()),
        "owner_name": st.none() | st.text(),
    }
).map(Ring.model_validate)


@given(RINGS)
def test_what_is_stored_reads_back_as_the_same_document(document: Ring) -> None:
    assert Ring.from_mongo(document.to_mongo()) == document


def test_reading_leaves_the_stored_row_as_it_was() -> None:
    stored = ring().to_mongo()
    before = dict(stored)
    Ring.from_mongo(stored)
    assert stored == before


def test_a_field_that_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(ValidationError, match="extra"):
        Ring.from_mongo(ring().to_mongo() | {"colourMetal": "gold"})


def test_an_assignment_is_checked_like_a_creation() -> None:
    document = ring()
    with pytest.raises(ValidationError):
        document.metal_colour = "tin"  # type: ignore[assignment]


def test_moments_are_kept_in_whole_milliseconds() -> None:
    assert ring().made_at.microsecond == 123_000


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError):
        ring(made_at=datetime(2026, 11, 18))  # noqa: DTZ001  that is the point


class Wish(Payload):
    ring_size: str = Field(min_length=1, max_length=5)


def test_a_payload_takes_camel_case_and_strips_what_was_typed_around_it() -> None:
    assert Wish.model_validate({"ringSize": " 6 "}).ring_size == "6"


def test_a_payload_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="extra"):
        Wish.model_validate({"ringSize": "6", "size": "6"})


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ring_size": " 6 "}, None),
        ({"ring_size": " \n "}, "ringSize: is missing"),
        ({"ring_size": "six and a half"}, "ringSize: string should have at most 5 characters"),
        ({}, "ringSize: field required"),
    ],
)
def test_what_people_typed_is_refused_with_the_field_and_a_sentence(
    typed: dict[str, str], said: str | None
) -> None:
    if said is None:
        assert Wish.of(**typed).ring_size == "6"
        return
    with pytest.raises(InvalidInput) as caught:
        Wish.of(**typed)
    assert str(caught.value) == said


def test_single_values_for_queries_become_plain_as_well() -> None:
    assert to_bson([Stone(carat_weight=1.0), Colour.GOLD]) == [{"caratWeight": 1.0}, "gold"]
    assert to_bson({"$in": (Colour.GOLD,)}) == {"$in": ["gold"]}
    assert to_bson(None) is None
