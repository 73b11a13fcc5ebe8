"""What writing many records at once came to; shared by all that take in files."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Refusal(BaseModel):
    """A record that could not be written: its key, the field at fault and the reason."""

    model_config = ConfigDict(frozen=True)

    key: str
    field: str
    reason: str


class UpsertCounts(BaseModel):
    """Records by what became of them. A record equal to the stored one is not written at all."""

    model_config = ConfigDict(frozen=True)

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: tuple[Refusal, ...] = ()

    def __add__(self, other: UpsertCounts) -> UpsertCounts:
        return UpsertCounts(
            created=self.created + other.created,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            refused=self.refused + other.refused,
        )
