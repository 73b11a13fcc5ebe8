"""Conversations, tickets, ratings and orders as CSV or JSON, row by row, whatever their number.

Who exports gets what the services would show them: a role that may not see people gets the masks.
Text in a CSV that a spreadsheet would run as a formula is made harmless.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Protocol, TypeVar

from concierge.core.actor import Actor, Permission
from concierge.core.audit import AuditLog
from concierge.core.documents import Embedded
from concierge.core.paging import Page
from concierge.csat.models import Csat, CsatFilter
from concierge.csat.service import CsatService
from concierge.exchange.cells import neutralised
from concierge.orders.models import Order, OrderFilter
from concierge.orders.service import OrdersService
from concierge.tickets.models import Sort, TicketFilter, TicketRow, View
from concierge.tickets.service import TicketsService

T = TypeVar("T")
Cell = str | int | float | bool | datetime | date | None
Row = Mapping[str, Cell]

PAGE = 200
CHUNK_BYTES = 64 * 1024


class ExportKind(StrEnum):
    CONVERSATIONS = "conversations"
    TICKETS = "tickets"
    CSAT = "csat"
    ORDERS = "orders"


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"


class ConversationSource(Protocol):
    """Where conversations are read with the person taken out; bootstrap hands it in."""

    def messages(self, actor: Actor) -> Iterator[Row]:
        """One row per message with the columns of `COLUMNS`."""
        ...


COLUMNS: Mapping[ExportKind, tuple[str, ...]] = {
    ExportKind.CONVERSATIONS: (
        "sessionId",
        "channel",
        "openedAt",
        "customer",
        "orderNumber",
        "seq",
        "at",
        "author",
        "intent",
        "text",
    ),
    ExportKind.TICKETS: (
        "ticketId",
        "status",
        "priority",
        "subject",
        "intent",
        "source",
        "tags",
        "customerName",
        "customerEmail",
        "tier",
        "orderNumber",
        "sessionId",
        "assignee",
        "createdAt",
        "firstReplyAt",
        "resolvedAt",
        "lastMessageAt",
        "dueAt",
    ),
    ExportKind.CSAT: (
        "kind",
        "score",
        "rating",
        "notes",
        "createdAt",
        "updatedAt",
        "askedAt",
        "intent",
        "channel",
        "sessionId",
        "ticketId",
        "orderNumber",
    ),
    ExportKind.ORDERS: (
        "orderNumber",
        "status",
        "placedAt",
        "currency",
        "totalCents",
        "items",
        "paymentStatus",
        "carrier",
        "trackingNumber",
        "shippedAt",
        "deliveredAt",
        "deliveredEstimated",
        "customerName",
        "customerEmail",
        "postalCode",
        "city",
        "country",
        "creatorId",
        "conciergeSessionId",
        "source",
    ),
}
"""The columns of each export, in order. Moments are UTC, money integer cents."""


class ExportService:
    def __init__(
        self,
        *,
        conversations: ConversationSource,
        tickets: TicketsService,
        csat: CsatService,
        orders: OrdersService,
        audit: AuditLog,
    ) -> None:
        self._conversations = conversations
        self._tickets = tickets
        self._csat = csat
        self._orders = orders
        self._audit = audit

    def stream(
        self, actor: Actor, kind: ExportKind, format_: ExportFormat = ExportFormat.CSV
    ) -> Iterator[bytes]:
        """The file in pieces. Raises `Forbidden` at once for who may not export or not read it.

        The audit log keeps who took what out.
        """
        actor.require(Permission.EXPORT)
        permission, rows = {
            ExportKind.CONVERSATIONS: (Permission.CONVERSATIONS_READ, self._messages),
            ExportKind.TICKETS: (Permission.TICKETS_READ, self._ticket_rows),
            ExportKind.CSAT: (Permission.CSAT_READ, self._csat_rows),
            ExportKind.ORDERS: (Permission.ORDERS_READ, self._order_rows),
        }[kind]
        actor.require(permission)
        self._audit.record(actor, "export", f"export:{kind.value}", {"format": (None, format_)})
        return written(COLUMNS[kind], rows(actor), format_)

    def _messages(self, actor: Actor) -> Iterator[Row]:
        return self._conversations.messages(actor)

    def _ticket_rows(self, actor: Actor) -> Iterator[Row]:
        for view in (View.ALL, View.RESOLVED):
            wanted = TicketFilter(view=view)

            def page(cursor: str | None, wanted: TicketFilter = wanted) -> Page[TicketRow]:
                return self._tickets.queue(actor, wanted, cursor, PAGE, Sort.NEWEST)

            for ticket in _every(page):
                row = _plain(ticket)
                yield {**row, "tags": ", ".join(ticket.tags)}

    def _csat_rows(self, actor: Actor) -> Iterator[Row]:
        wanted = CsatFilter(kind=None)

        def page(cursor: str | None) -> Page[Csat]:
            return self._csat.comments(actor, wanted, cursor, PAGE)

        for rating in _every(page):
            yield _plain(rating)

    def _order_rows(self, actor: Actor) -> Iterator[Row]:
        def page(cursor: str | None) -> Page[Order]:
            return self._orders.page(actor, OrderFilter(), cursor, PAGE)

        for order in _every(page):
            yield {
                **_plain(order),
                **_plain(order.shipping),
                "totalCents": order.totals.total_cents,
                "items": "; ".join(f"{line.quantity} x {line.name}" for line in order.lines),
                "paymentStatus": order.payment.status,
            }


def written(
    columns: Sequence[str], rows: Iterable[Row], format_: ExportFormat = ExportFormat.CSV
) -> Iterator[bytes]:
    """Rows as the bytes of a file, in pieces of about 64 KB; keys beyond `columns` are left out."""
    pieces = _csv(columns, rows) if format_ is ExportFormat.CSV else _json(columns, rows)
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece.encode())
        size += len(held[-1])
        if size >= CHUNK_BYTES:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _json(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """One array with one object a line, so that it is read whole or line by line."""
    before = "[\n"
    for row in rows:
        kept = {column: _json_value(row.get(column)) for column in columns}
        yield before + json.dumps(kept, ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    return neutralised(_moment(value) if isinstance(value, date) else value)


def _json_value(value: Cell) -> str | int | float | bool | None:
    return _moment(value) if isinstance(value, date) else value


def _moment(value: date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat()


def _plain(model: Embedded) -> dict[str, Cell]:
    """The plain fields of a model by their stored names; nested ones are left to the caller."""
    found: dict[str, Cell] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        value = value.value if isinstance(value, Enum) else value
        if value is None or isinstance(value, str | int | float | date):
            found[field.alias or name] = value
    return found


def _every(page: Callable[[str | None], Page[T]]) -> Iterator[T]:
    cursor: str | None = None
    while True:
        found = page(cursor)
        yield from found.items
        cursor = found.next_cursor
        if cursor is None:
            return
