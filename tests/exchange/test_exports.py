"""Exports hold every row, harm no spreadsheet, and take out whom the reader may not see."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.core.actor import Actor, Role
from concierge.core.audit import AUDIT_LOG, AuditLog
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden
from concierge.core.mongo import Mongo
from concierge.core.privacy import MASK
from concierge.exchange.cells import neutralised, plain
from concierge.exchange.exports import (
    CHUNK_BYTES,
    COLUMNS,
    ExportFormat,
    ExportKind,
    ExportService,
    written,
)
from concierge.sessions.models import Author
from concierge.tickets.models import (
    STYLIST_TICKETS,
    Priority,
    Source,
    Status,
    Ticket,
    TicketCustomer,
)
from tests.insights.conftest import READ, built
from tests.insights.sessions import AT, order, rate, said, session, store, store_orders

ADMIN = Actor.staff("adm", {Role.ADMIN})
ANALYST = Actor.staff("ana", {Role.ANALYST})
AGENT = Actor.staff("agn", {Role.AGENT})


@pytest.fixture
def desk(mongo: Mongo) -> Mongo:
    mongo.apply([*READ, AUDIT_LOG])
    return mongo


@pytest.fixture
def exports(desk: Mongo, clock: ManualClock) -> ExportService:
    return built(desk, clock).exports


def rows_of(exports: ExportService, actor: Actor, kind: ExportKind) -> list[dict[str, str]]:
    whole = b"".join(exports.stream(actor, kind)).decode()
    return list(csv.DictReader(io.StringIO(whole, newline="")))


def test_orders_come_out_whole_with_money_in_cents(desk: Mongo, exports: ExportService) -> None:
    store_orders(desk, *[order(f"GG-{n}") for n in range(12001, 12251)])
    rows = rows_of(exports, ADMIN, ExportKind.ORDERS)
    assert len(rows) == 250
    assert len({row["orderNumber"] for row in rows}) == 250
    first = rows[0]
    assert tuple(first) == COLUMNS[ExportKind.ORDERS]
    assert first["totalCents"] == "31212"
    assert first["items"] == "1 x Halo ring"
    assert first["placedAt"] == "2026-11-10T15:00:00.000Z"
    assert first["customerEmail"] == "ada@example.com"


def test_a_reader_who_may_not_see_people_exports_masks(desk: Mongo, exports: ExportService) -> None:
    store_orders(desk, order("GG-12001"))
    one = session(
        AT,
        customer_name="Ada Example",
        order_number="GG-12001",
        transcript=[said(1, "I am Ada from 10001")],
    )
    store(desk, one)
    for kind in (ExportKind.ORDERS, ExportKind.CONVERSATIONS):
        whole = b"".join(exports.stream(ANALYST, kind)).decode()
        assert "Ada" not in whole
        assert "10001" not in whole
        assert MASK in whole


def test_conversations_come_out_message_by_message(desk: Mongo, exports: ExportService) -> None:
    one = session(
        AT, transcript=[said(1, "hi", author=Author.CONCIERGE), said(2, "a, b\nc", "returns")]
    )
    store(desk, one, session(AT, simulated=True, transcript=[said(1, "played")]))
    rows = rows_of(exports, ADMIN, ExportKind.CONVERSATIONS)
    assert [(row["seq"], row["author"], row["intent"], row["text"]) for row in rows] == [
        ("1", "concierge", "", "hi"),
        ("2", "customer", "returns", "a, b\nc"),
    ]


def test_ratings_and_tickets_come_out_resolved_ones_too(
    desk: Mongo, exports: ExportService
) -> None:
    one = session(AT)
    store(desk, one)
    rate(desk, one, 2)
    for number, status in enumerate((Status.OPEN, Status.RESOLVED)):
        ticket = Ticket(
            id=f"t{number}",
            ticket_id=f"STY-{number}",
            subject="=HYPERLINK(1)",
            status=status,
            priority=Priority.STANDARD,
            rank=2,
            tags=["resize", "vip"],
            source=Source.AGENT,
            customer=TicketCustomer(name="Ada Example", email="ada@example.com"),
            created_at=AT,
            updated_at=AT,
            last_message_at=AT,
            sla_due_at=AT,
            first_reply_due_at=AT,
        )
        desk.collection(STYLIST_TICKETS).insert_one(ticket.to_mongo())
    ratings = rows_of(exports, ANALYST, ExportKind.CSAT)
    assert [(row["kind"], row["score"]) for row in ratings] == [("concierge", "2")]
    tickets = rows_of(exports, ADMIN, ExportKind.TICKETS)
    assert [(row["ticketId"], row["status"], row["tags"]) for row in tickets] == [
        ("STY-0", "open", "resize, vip"),
        ("STY-1", "resolved", "resize, vip"),
    ]
    assert tickets[0]["subject"] == "'=HYPERLINK(1)"


def test_json_is_one_array_with_unchanged_text(desk: Mongo, exports: ExportService) -> None:
    assert json.loads(b"".join(exports.stream(ADMIN, ExportKind.CSAT, ExportFormat.JSON))) == []
    store(desk, session(AT, transcript=[said(1, "=1+1 é"), said(2, "two")]))
    whole = b"".join(exports.stream(ADMIN, ExportKind.CONVERSATIONS, ExportFormat.JSON))
    rows = json.loads(whole)
    assert [row["text"] for row in rows] == ["=1+1 é", "two"]
    assert set(rows[0]) == set(COLUMNS[ExportKind.CONVERSATIONS])


def test_only_who_may_export_and_read_gets_a_file(exports: ExportService) -> None:
    refused = [
        (AGENT, ExportKind.ORDERS),
        (ANALYST, ExportKind.TICKETS),
        (Actor.customer("s1"), ExportKind.CONVERSATIONS),
    ]
    for actor, kind in refused:
        with pytest.raises(Forbidden):
            exports.stream(actor, kind)


def test_the_audit_log_keeps_who_took_what_out(desk: Mongo, exports: ExportService) -> None:
    list(exports.stream(ANALYST, ExportKind.ORDERS))
    entry = AuditLog(desk, ManualClock(AT)).of("export:orders")[0]
    assert (entry.actor_id, entry.action) == ("ana", "export")


def test_a_long_export_is_written_in_pieces_while_it_is_read() -> None:
    read = 0

    def rows() -> Iterator[dict[str, str]]:
        nonlocal read
        for _ in range(5_000):
            read += 1
            yield {"text": "x" * 100}

    pieces = written(("text",), rows())
    first = next(pieces)
    assert CHUNK_BYTES <= len(first) < 2 * CHUNK_BYTES
    assert read < 1_000
    assert len(first) + sum(len(piece) for piece in pieces) == 6 + 5_000 * 102


@pytest.mark.parametrize(
    "text", ["=1+1", "+1 212 555", "-1", "@cmd", "\t=1", "\r=1", " =1", "\n=1", "＝1", "\u00a0=1"]
)
def test_what_a_spreadsheet_would_run_gets_a_quote_before(text: str) -> None:
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "ring", "1-2", "a=b", "•••"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert neutralised(text) == text


def test_numbers_stay_numbers_and_moments_are_utc() -> None:
    row = {
        "n": -5,
        "share": 0.5,
        "yes": True,
        "no": None,
        "at": datetime(2026, 11, 18, 15, 0, tzinfo=UTC),
        "day": date(2026, 11, 18),
    }
    whole = b"".join(written(tuple(row), [row])).decode()
    assert whole.splitlines()[1] == "-5,0.5,true,,2026-11-18T15:00:00.000Z,2026-11-18"


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)))
def test_any_text_comes_back_from_a_csv(texts: list[str]) -> None:
    texts = [text.replace("\x00", "") for text in texts]
    whole = b"".join(written(("n", "text"), [{"n": 1, "text": t} for t in texts])).decode()
    read = list(csv.DictReader(io.StringIO(whole, newline="")))
    assert [row["text"] for row in read] == [neutralised(text) for text in texts]
    assert [plain(row["text"]) for row in read] == texts
