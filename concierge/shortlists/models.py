"""A session's shortlist: which pieces, and since when. It goes by itself when left alone."""

from __future__ import annotations

from pydantic import Field

from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.schema import CollectionSpec, Index


class ShortlistItem(Embedded):
    product_id: str
    added_at: UtcDatetime


class Shortlist(Document):
    """`items` in the order they were added; `expires_at` moves on with every change."""

    session_id: str
    items: list[ShortlistItem] = Field(default_factory=list)
    created_at: UtcDatetime
    updated_at: UtcDatetime
    expires_at: UtcDatetime

    @property
    def product_ids(self) -> list[str]:
        return [item.product_id for item in self.items]


WIDGET_SHORTLISTS = CollectionSpec(
    name="widgetShortlists",
    model=Shortlist,
    indexes=(
        Index((("sessionId", 1),), "session", unique=True),
        Index((("expiresAt", 1),), "expires", ttl_seconds=0),
    ),
)
COLLECTIONS = [WIDGET_SHORTLISTS]
