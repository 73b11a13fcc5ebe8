"""Days in replies are the shop's, wherever the viewer sits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.replies.models import (
    OrderList,
    OrderSummary,
    OrderTimeline,
    Reply,
    ReturnConfirmed,
    ReturnKind,
    TimelineEntry,
)
from concierge.ui import state
from tests.pages.conftest import words_of

LATE = datetime(2026, 12, 5, 4, 59, 59, tzinfo=UTC)
"""Still the 4th where the shop is."""
REPLIES: list[Reply] = [
    ReturnConfirmed(
        rma="RMA-1",
        order_number="GG-1",
        return_kind=ReturnKind.RESIZE,
        item="Halo Ring",
        ship_by=LATE,
        label_url="",
    ),
    OrderTimeline(
        order_number="GG-1",
        status="delivered",
        entries=[TimelineEntry(label="Delivered", status="current", date=LATE)],
    ),
    OrderList(
        orders=[
            OrderSummary(
                order_number="GG-1",
                status="created",
                placed_at=LATE,
                total_cents=100,
                currency="USD",
            )
        ]
    ),
]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.kind)
def test_a_day_on_a_card_is_the_day_of_the_shop(
    services: Services, monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    assert services.timezone == "America/New_York"
    monkeypatch.setattr(state, "zone", lambda: "UTC")

    def show(reply: object) -> None:
        from concierge.ui import replies

        replies.render(reply, "card", None)  # type: ignore[arg-type]

    app = AppTest.from_function(show, args=(reply,)).run()
    assert not app.exception
    assert "Dec 4, 2026" in words_of(app)
