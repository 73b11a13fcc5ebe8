"""The parts of the orders screen: the table, and one order with everything known about it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concierge.core.actor import Actor, Permission
from concierge.core.formatting import date_text, money, number
from concierge.exchange.exports import Row
from concierge.insights.enrichment import Entry, Happening, OrderDetail, OrderRow
from concierge.orders.models import OrderFilter, OrderStatus
from concierge.orders.timeline import only_resizing
from concierge.ui import runtime, state
from concierge.ui.components import Tone, copyable, empty, link, moment, person, pill, plain
from concierge.ui.views import outbox, parts
from concierge.ui.views.parts import words

STATUSES = {"": "any status"} | {status.value: words(status.value) for status in OrderStatus}
TONES: dict[OrderStatus, Tone] = {
    OrderStatus.CREATED: "info",
    OrderStatus.PROCESSING: "info",
    OrderStatus.SHIPPED: "info",
    OrderStatus.DELIVERED: "good",
    OrderStatus.CANCELLED: "plain",
    OrderStatus.RETURN_PENDING: "warn",
    OrderStatus.RETURNED: "plain",
}
ICONS = {
    Happening.ORDER: "package_2",
    Happening.CONVERSATION: "chat",
    Happening.HANDED_OVER: "front_hand",
    Happening.RETURN: "assignment_return",
    Happening.TICKET_OPENED: "inbox",
    Happening.TICKET_REPLIED: "reply",
    Happening.TICKET_RESOLVED: "task_alt",
    Happening.RATED: "star",
    Happening.UPDATES_ON: "notifications_active",
    Happening.UPDATES_OFF: "notifications_off",
}
SPARKLE = "✦"
SCREEN = "orders"
ROWS = 25
BESIDE = 10
"""Rows seen at once beside an open order."""
COLUMNS = (
    "orderNumber",
    "placedAt",
    "status",
    "totalCents",
    "currency",
    "customerName",
    "hasConcierge",
    "csatScore",
    "csatKind",
    "ticketId",
    "ticketStatus",
    "rma",
    "returnStatus",
)
_TABLE = "orders-table"


def controls() -> OrderFilter:
    """Search and filters, all in the link."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = parts.search(SCREEN, "Order number or e-mail")
        status = parts.choice(SCREEN, "Status", STATUSES, "status", width=150)
        touched = parts.toggle(SCREEN, f"{SPARKLE} With the concierge", "concierge")
    return OrderFilter(
        text=text or None,
        status=OrderStatus(status) if status else None,
        with_concierge=touched,
    )


def listing(actor: Actor, wanted: OrderFilter, *, narrow: bool) -> None:
    """Orders, newest first, each with its sparkle, rating, ticket and return."""
    at = parts.cursor("orders", wanted)
    page = runtime.services().enrichment.page(actor, wanted, at, ROWS)
    if not page.items:
        if wanted == OrderFilter():
            empty("No orders yet", "Bring the shop's in: python -m concierge import orders FILE")
        else:
            empty("Nothing fits", "No order passes these filters. Take one away.")
        return
    # A new key when the panel closes, so that the closed order is not still selected.
    key = f"{_TABLE}-{st.session_state.get(_TABLE, 0)}-{page.items[0].order_number}"
    st.dataframe(
        _frame(actor, page.items, narrow=narrow),
        hide_index=True,
        alt="Orders, newest first; select one to see all that is known of it",
        on_select=lambda: _picked(key, page.items),
        selection_mode="single-row",
        height=parts.rows_height(min(len(page.items), BESIDE if narrow else ROWS)),
        key=key,
        column_config={
            SPARKLE: st.column_config.TextColumn(width=44, help="The concierge had to do with it"),
            "Order": st.column_config.TextColumn(width=78),
            "CSAT": parts.score_column("The newest rating; the order itself says of whom"),
            "Status": st.column_config.TextColumn(width=108),
            "Ticket": st.column_config.TextColumn(width=88),
            "Return": st.column_config.TextColumn(width=118),
            "Placed": st.column_config.TextColumn(width=98),
            "Total": st.column_config.TextColumn(width=84),
            "Customer": st.column_config.TextColumn(width=116),
        },
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if page.total is not None:
            st.caption(f"{'More than ' * page.total_capped}{number(page.total)} orders")
        parts.csv_button(actor, "orders", COLUMNS, [_csv(row) for row in page.items])
    parts.pager("orders", page.next_cursor)


def _frame(actor: Actor, rows: list[OrderRow], *, narrow: bool) -> pd.DataFrame:
    zone = state.zone()
    columns: dict[str, list[object]] = {
        SPARKLE: [SPARKLE if row.has_concierge else "" for row in rows],
        "Order": [row.order_number for row in rows],
        "CSAT": [[parts.score_chip(row.csat_score)] if row.csat_score else [] for row in rows],
        "Status": [words(row.status.value) for row in rows],
        "Ticket": [words(row.ticket_status.value) if row.ticket_status else "" for row in rows],
        "Return": [
            f"{row.return_kind} {row.return_status}" if row.return_status else "" for row in rows
        ],
        "Placed": [date_text(row.placed_at, zone) for row in rows],
        "Total": [money(row.total_cents, row.currency) for row in rows],
        "Customer": [row.customer_name or "" for row in rows],
        "Pieces": [", ".join(row.items) for row in rows],
    }
    if not actor.may(Permission.TICKETS_READ):
        del columns["Ticket"]
    if narrow:
        del columns["Pieces"]
    return pd.DataFrame(columns)


def _csv(row: OrderRow) -> Row:
    return {
        "orderNumber": row.order_number,
        "placedAt": row.placed_at,
        "status": row.status.value,
        "totalCents": row.total_cents,
        "currency": row.currency,
        "customerName": row.customer_name,
        "hasConcierge": row.has_concierge,
        "csatScore": row.csat_score,
        "csatKind": row.csat_kind.value if row.csat_kind else None,
        "ticketId": row.ticket_id,
        "ticketStatus": row.ticket_status.value if row.ticket_status else None,
        "rma": row.rma,
        "returnStatus": row.return_status,
    }


def _picked(key: str, rows: list[OrderRow]) -> None:
    for place in st.session_state[key]["selection"]["rows"][:1]:
        state.set_query(order=rows[place].order_number)


def close() -> None:
    """Back to the table alone."""
    st.session_state[_TABLE] = st.session_state.get(_TABLE, 0) + 1
    state.set_query(order=None)


def missing(order_number: str) -> None:
    empty("No such order", f"There is no order {order_number[:64]}.")


def panel(actor: Actor, detail: OrderDetail) -> None:
    """One order: what it is, where it stands, and one timeline of all that happened."""
    order, row = detail.order, detail.row
    sparkle = f" :violet[{SPARKLE}]" if row.has_concierge else ""
    st.subheader(f"{plain(order.order_number)}{sparkle}", anchor=False)
    standing = "resize under way" if only_resizing(order) else words(order.status.value)
    marks = [pill(standing, TONES[order.status])]
    if row.csat_score and row.csat_kind:
        marks.append(f"{parts.score_pill(row.csat_score)} of the {row.csat_kind.value}")
    if row.rma:
        marks.append(pill(f"{row.return_kind} {words(row.return_status)}", "warn"))
    if row.ticket_status:
        marks.append(pill(f"ticket {words(row.ticket_status.value)}", "accent"))
    st.markdown(" ".join(marks))
    st.markdown(person(order.customer_name, order.customer_email))
    if detail.person_taken_out:
        st.caption("Names, addresses and contacts are taken out for your role.")
    for line in order.lines:
        special = " · ".join(
            word for word, is_so in (("custom", line.custom), ("engraved", line.engraved)) if is_so
        )
        st.markdown(
            f"{line.quantity} × {plain(line.name)} {plain(money(line.price_cents, order.currency))}"
            f"{f' {pill(special)}' if special else ''}"
        )
    st.caption(
        f"Total {plain(money(order.totals.total_cents, order.currency))} · "
        f"payment {plain(words(order.payment.status))}"
    )
    if order.shipping.tracking_number:
        st.caption(plain(order.shipping.carrier or "Carrier"))
        copyable(order.shipping.tracking_number)
    _what_the_concierge_knows(actor, detail)
    if actor.may(Permission.PEOPLE_SEE):
        told = runtime.services().notifications.recent(actor, order_number=order.order_number)
        outbox.messages("Mails and text messages", told.items)
    st.markdown("**Timeline**")
    for entry in detail.entries:
        _entry(actor, entry)
    for ahead in detail.ahead:
        when = f"expected {date_text(ahead.date, state.zone())}" if ahead.date else "still ahead"
        st.caption(f":material/schedule: {plain(ahead.label)}, {when}")


def _what_the_concierge_knows(actor: Actor, detail: OrderDetail) -> None:
    row = detail.row
    if not row.has_concierge:
        st.caption("The concierge had nothing to do with this order so far.")
        return
    known = [
        f"{number(row.sessions)} conversation{'s' * (row.sessions != 1)}" if row.sessions else "",
        f"{number(row.tickets)} ticket{'s' * (row.tickets != 1)}" if row.tickets else "",
        row.rma or "",
        f"order updates to {number(row.updates)}" if row.updates else "",
    ]
    st.markdown(f":violet[{SPARKLE}] {plain(' · '.join(part for part in known if part))}")
    with st.container(horizontal=True):
        if detail.sessions and actor.may(Permission.CONVERSATIONS_READ):
            link("conversations", "Last conversation", session=detail.sessions[0])
        if row.ticket_id and actor.may(Permission.TICKETS_READ):
            link("tickets", row.ticket_id, ticket=row.ticket_id)


def _entry(actor: Actor, entry: Entry) -> None:
    with st.container(gap=None):
        about = " (estimated)" if entry.estimated else ""
        st.markdown(f":material/{ICONS[entry.what]}: {_told(entry)}{about}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(moment(entry.at), width="content")
            if entry.what in _READ_THERE and actor.may(Permission.CONVERSATIONS_READ):
                if entry.session_id:
                    link("conversations", "Read", session=entry.session_id)
            elif entry.ticket_id and actor.may(Permission.TICKETS_READ):
                link("tickets", entry.ticket_id, ticket=entry.ticket_id)
        if entry.what is Happening.RATED and entry.detail:
            st.text(entry.detail)


_READ_THERE = {Happening.CONVERSATION, Happening.HANDED_OVER}


def _told(entry: Entry) -> str:
    label = plain(words(entry.label))
    match entry.what:
        case Happening.ORDER:
            return plain(entry.label)
        case Happening.CONVERSATION:
            return f"Conversation about {label}" if entry.label else "Conversation"
        case Happening.HANDED_OVER:
            return "Handed over to a human"
        case Happening.RETURN:
            return f"RMA created: {label} {plain(entry.rma or '')}, {plain(words(entry.detail))}"
        case Happening.TICKET_OPENED:
            return f"Ticket opened: {plain(entry.label)}"
        case Happening.TICKET_REPLIED:
            return "First reply to the ticket"
        case Happening.TICKET_RESOLVED:
            return "Ticket resolved"
        case Happening.RATED:
            return f"Rated the {label} {parts.score_pill(entry.score or 1)}"
        case Happening.UPDATES_ON:
            return f"Order updates on, by {label}: {plain(entry.detail or '')}"
        case Happening.UPDATES_OFF:
            return f"Order updates off, by {label}: {plain(entry.detail or '')}"
