"""Keyset pages: a page knows where the next one starts, never how many to skip."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from concierge.core.errors import InvalidInput

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """`total` is exact unless `total_capped`, then "at least"; None when not counted."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None
    total_capped: bool = False


def encode_cursor(*values: str | int | float | datetime | None) -> str:
    """The sort keys of the last row, as one opaque word for a link."""
    plain = [{"t": v.isoformat()} if isinstance(v, datetime) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[str | int | float | datetime | None]:
    """The sort keys back; raises `InvalidInput` for a cursor we did not make."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode()))
        decoded = [datetime.fromisoformat(v["t"]) if isinstance(v, dict) else v for v in values]
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput("cursor", "is not one of ours") from error
    plain = isinstance(values, list) and not any(isinstance(v, list) for v in values)
    if not plain or len(decoded) != length:
        raise InvalidInput("cursor", "is not one of ours")
    return decoded


def decode_moment(cursor: str | None) -> tuple[datetime, str] | None:
    """The `(moment, id)` of a page that goes on by time; None stays None."""
    if cursor is None:
        return None
    at, name = decode_cursor(cursor, 2)
    if not isinstance(at, datetime) or not isinstance(name, str):
        raise InvalidInput("cursor", "is not one of ours")
    return at, name
