"""The one source of shapes: documents, their parts, and what comes in from outside.

Python is snake_case, the database and the API are camelCase; the aliases are made, never written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from concierge.core.clock import whole_milliseconds
from concierge.core.errors import InvalidInput

UtcDatetime = Annotated[AwareDatetime, AfterValidator(whole_milliseconds)]
"""An aware moment in UTC and whole milliseconds."""


_AS_IT_IS = frozenset({str, int, float, bool, datetime, type(None)})
"""Types that BSON stores as they are."""


class _Shape(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        validate_assignment=True,
        use_enum_values=False,
    )


class Embedded(_Shape):
    """A part of a document."""

    def to_mongo(self) -> dict[str, Any]:
        """As the database keeps it: camelCase keys, `None` left out, enums as their values."""
        stored: dict[str, Any] = _plain(self.model_dump(by_alias=True, exclude_none=True))
        return stored

    @classmethod
    def from_mongo(cls, stored: Mapping[str, Any]) -> Self:
        return cls.model_validate(dict(stored))


class Document(Embedded):
    """A document with its own identity. The field `id` is stored as `_id`."""

    id: str

    def to_mongo(self) -> dict[str, Any]:
        stored = super().to_mongo()
        stored["_id"] = stored.pop("id")
        return stored

    @classmethod
    def from_mongo(cls, stored: Mapping[str, Any]) -> Self:
        fields = dict(stored)
        fields["id"] = fields.pop("_id")
        return cls.model_validate(fields)


class Payload(_Shape):
    """What somebody sends us."""

    model_config = ConfigDict(str_strip_whitespace=True)

    @classmethod
    def of(cls, **values: Any) -> Self:
        """Made of what people typed. Raises `InvalidInput` for the first field that cannot be
        used, named as the API names it."""
        try:
            return cls(**values)
        except ValidationError as error:
            fault = error.errors()[0]
            name = to_camel(str(fault["loc"][0])) if fault["loc"] else ""
            raise InvalidInput(name, _said(fault)) from None


def _said(fault: ErrorDetails) -> str:
    """A fault in words; one that only means that nothing was typed says so."""
    if fault["type"] == "string_too_short" and not fault["input"].strip():
        return "is missing"
    return fault["msg"][:1].lower() + fault["msg"][1:]


def _plain(value: Any) -> Any:
    """Only what BSON knows: enums become their values, sets and tuples become lists."""
    # Nearly all of a document is of these very types, and this runs for every value of a turn.
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is dict:
        return {
            key if type(key) is str else str(_plain(key)): (
                item if type(item) in _AS_IT_IS else _plain(item)
            )
            for key, item in value.items()
        }
    if kind is list:
        return [item if type(item) in _AS_IT_IS else _plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    return value


def to_bson(value: Any) -> Any:
    """`_plain` for single values that go into queries and updates; models become dictionaries."""
    if isinstance(value, Embedded):
        return value.to_mongo()
    if isinstance(value, list | tuple):
        return [to_bson(item) for item in value]
    return _plain(value)


__all__ = ["Document", "Embedded", "Payload", "UtcDatetime", "to_bson"]
