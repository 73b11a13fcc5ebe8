"""The shop's promises, read from `data/policies.yaml`: windows, hours, reply times, words."""

from __future__ import annotations

import re
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator

from concierge.core.errors import ConfigError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Policy(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PayWayBack(StrEnum):
    """When the shop pays for the way back; `FAULTY`: a faulty piece, or not the one ordered."""

    FAULTY = "faulty"
    ALWAYS = "always"
    NEVER = "never"


class ReturnPolicy(_Policy):
    """Windows in days from delivery; a refund in business days from the piece's arrival here."""

    return_window_days: PositiveInt
    resize_window_days: PositiveInt
    ship_within_days: PositiveInt
    refund_within_days: PositiveInt = 5
    pay_way_back: PayWayBack = PayWayBack.FAULTY


class ReplyPromise(_Policy):
    """Minutes until a human answers: business minutes, but for urgent, which counts all."""

    standard_minutes: PositiveInt
    vip_minutes: PositiveInt
    urgent_minutes: PositiveInt


class Holiday(_Policy):
    date: date
    name: str


class BusinessHours(_Policy):
    """Open intervals of each weekday as `["09:00", "18:00"]`; `"24:00"` ends a day."""

    timezone: str
    weekly: dict[str, list[tuple[str, str]]]
    holidays: list[Holiday] = Field(default_factory=list)

    @field_validator("weekly")
    @classmethod
    def _known_days(cls, weekly: dict[str, Any]) -> dict[str, Any]:
        if unknown := set(weekly) - set(DAYS):
            raise ValueError(f"unknown days: {', '.join(sorted(unknown))}")
        for intervals in weekly.values():
            for start, end in intervals:
                if _minutes(start) >= _minutes(end):
                    raise ValueError(f"'{start}' to '{end}' does not end after it starts")
        return weekly

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"'{zone}' is not a time zone") from error
        return zone

    @cached_property
    def holiday_dates(self) -> frozenset[date]:
        return frozenset(holiday.date for holiday in self.holidays)

    def intervals(self, weekday: int) -> list[tuple[int, int]]:
        """Open minutes of a weekday (0 is Monday) as `(start, end)`, sorted, 1440 is midnight."""
        return sorted(
            (_minutes(start), _minutes(end)) for start, end in self.weekly.get(DAYS[weekday], [])
        )


class CsatPolicy(_Policy):
    words: dict[str, Annotated[int, Field(ge=1, le=5)]]
    target: float
    ambition: float
    low_at_most: int


class Policies(_Policy):
    """All of `data/policies.yaml`."""

    returns: ReturnPolicy
    delivery_estimate_days: PositiveInt
    reply_promise: ReplyPromise
    business_hours: BusinessHours
    session_hours: PositiveInt
    shortlist_days: PositiveInt
    urgent_words: list[str]
    csat: CsatPolicy
    catalogue_url: str
    customizer_url: str
    product_url: str | None = None

    @field_validator("product_url")
    @classmethod
    def _names_the_piece(cls, url: str | None) -> str | None:
        if url is not None and re.findall(r"{handle}|[{}]", url) != ["{handle}"]:
            raise ValueError("must hold {handle} once, and no other braces")
        return url

    @classmethod
    def load(cls, folder: Path) -> Policies:
        """Raises `ConfigError` that names the file and the first fault."""
        path = folder / "policies.yaml"
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError) as error:
            raise ConfigError("data/policies.yaml", str(error), "see docs") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ConfigError("data/policies.yaml", f"{where}: {first['msg']}", "30") from error

    def in_zone(self, timezone: str | None) -> Policies:
        """The same of a shop in that zone: hours, deadlines and days; None changes nothing."""
        if timezone is None:
            return self
        hours = self.business_hours.model_copy(update={"timezone": timezone})
        return self.model_copy(update={"business_hours": hours})


def _minutes(clock: str) -> int:
    if clock == "24:00":
        return 24 * 60
    at = time.fromisoformat(clock)
    return at.hour * 60 + at.minute
