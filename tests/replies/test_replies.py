"""The closed union of replies: each is stored, read again and said in plain words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from pydantic import ValidationError

from concierge.replies.models import (
    REPLIES,
    Article,
    CsatPrompt,
    OrderList,
    OrderSummary,
    OrderTimeline,
    ProductCard,
    ProductGrid,
    QuickReplies,
    QuickReply,
    Reply,
    ReturnConfirmed,
    ReturnForm,
    ReturnKind,
    ReturnLine,
    ShortlistView,
    StylistForm,
    Text,
    TicketOpened,
    TimelineEntry,
    TrackForm,
    UpdatesForm,
    plain_text,
)

AT = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
CARD = ProductCard(product_id="p1", name="Halo Ring", price_cents=28900, category="ring")
ALL: list[Reply] = [
    Text(text="Hello <b>you</b>"),
    QuickReplies(options=[QuickReply(label="Yes", text="yes")]),
    ProductGrid(title="rings", cards=[CARD], total=1),
    TrackForm(order_number="GG-1"),
    OrderTimeline(
        order_number="GG-1",
        status="shipped",
        entries=[
            TimelineEntry(label="Shipped", status="current", date=AT),
            TimelineEntry(label="Delivered", status="ahead"),
        ],
        carrier="UPS",
        tracking_number="1Z",
    ),
    OrderList(
        orders=[OrderSummary(order_number="GG-1", status="shipped", placed_at=AT, total_cents=1)]
    ),
    ReturnForm(
        order_number="GG-1",
        return_kind=ReturnKind.RETURN,
        lines=[ReturnLine(line_id="1", name="Halo Ring")],
    ),
    ReturnConfirmed(
        rma="RMA-1",
        order_number="GG-1",
        return_kind=ReturnKind.RESIZE,
        item="Halo Ring",
        ship_by=AT,
        label_url="/c/x/label/RMA-1",
        new_size="US 6",
    ),
    UpdatesForm(order_number="GG-1"),
    StylistForm(email="ada@example.com"),
    TicketOpened(ticket_id="STY-1", promised_by=AT, promise="at once"),
    CsatPrompt(question="How was it?"),
    Article(topic="sizing", title="Sizes", body="Measure a ring."),
    ShortlistView(cards=[CARD]),
]


def test_every_reply_of_the_union_is_tried_here() -> None:
    union = get_args(get_args(Reply)[0])
    assert {type(reply) for reply in ALL} == set(union)
    kinds = [reply.kind for reply in ALL]
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("reply", ALL, ids=lambda reply: reply.kind)
def test_a_reply_is_stored_and_read_again_as_it_was(reply: Reply) -> None:
    assert REPLIES.validate_python([reply.to_mongo()]) == [reply]
    assert REPLIES.validate_json(REPLIES.dump_json([reply], by_alias=True)) == [reply]
    assert reply.as_text()


def test_a_reply_of_no_kind_is_refused() -> None:
    for unknown in ({"kind": "script", "text": "x"}, {"text": "no kind"}):
        with pytest.raises(ValidationError):
            REPLIES.validate_python([unknown])


def test_in_plain_words_forms_and_buttons_are_silent() -> None:
    assert plain_text(ALL).splitlines() == [
        "Hello <b>you</b>",
        "rings Halo Ring $289",
        "Order GG-1: shipped. UPS 1Z",
        "GG-1 shipped",
        "RMA-1 for Halo Ring of GG-1",
        "Ticket STY-1: at once",
        "How was it?",
        "Sizes: Measure a ring.",
        "Shortlist: Halo Ring",
    ]
    assert plain_text([ShortlistView(cards=[])]) == "Shortlist: empty"
