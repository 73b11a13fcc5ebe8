"""Customers and their tiers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from concierge.core.documents import Document, UtcDatetime
from concierge.core.schema import CollectionSpec, Index


def normal_email(email: str) -> str:
    """As it is kept and searched: without surrounding space, in lower case."""
    return email.strip().lower()


Email = Annotated[str, AfterValidator(normal_email), Field(min_length=3, max_length=254)]


class Tier(StrEnum):
    """How well the shop knows a customer; decides the reply-time promise."""

    NEW = "new"
    REGULAR = "regular"
    VIP = "vip"


class Customer(Document):
    email: Email
    name: str
    phone: str | None = None
    tier: Tier = Tier.NEW
    timezone: str | None = None
    created_at: UtcDatetime
    updated_at: UtcDatetime


class CustomerDraft(BaseModel):
    """A customer as a source describes them."""

    model_config = ConfigDict(frozen=True)

    email: Email
    name: str
    phone: str | None = None
    tier: Tier = Tier.NEW
    timezone: str | None = None


CUSTOMERS = CollectionSpec(
    name="customers",
    model=Customer,
    indexes=(Index((("email", 1),), "email", unique=True),),
)

COLLECTIONS = [CUSTOMERS]
