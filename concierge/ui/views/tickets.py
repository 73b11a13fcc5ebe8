"""The ticket queue: its tabs, filters, rows and pages."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from concierge.core.actor import Actor, Permission
from concierge.core.formatting import due_text
from concierge.core.paging import Page
from concierge.customers.models import Tier
from concierge.tickets.models import Priority, Sort, Status, TicketFilter, TicketRow, View
from concierge.ui import guards, runtime, state
from concierge.ui.components import ago, empty
from concierge.ui.views import parts
from concierge.ui.views.parts import words

SCREEN = "tickets"
ROWS = 25
LOOK_EVERY_SECONDS = 4.0
TABS = {
    View.MINE: "Mine",
    View.UNASSIGNED: "Unassigned",
    View.LATE: "Late",
    View.DUE_SOON: "Due soon",
    View.WAITING: "Waiting",
    View.ALL: "All",
    View.RESOLVED: "Resolved",
}
SORTS = {
    Sort.QUEUE.value: "Most pressing",
    Sort.NEWEST.value: "Newest",
    Sort.UPDATED.value: "Last touched",
}
STATUSES = {"": "any status"} | {status.value: words(status.value) for status in Status}
PRIORITIES = {"": "any priority"} | {priority.value: priority.value for priority in Priority}
TIERS = {"": "any customer"} | {tier.value: tier.value for tier in Tier}
COUNTED_TO = 999
_CURSORS = "_ticket_cursors"
_COUNTS = "_ticket_counts"
_CLOSED = "_ticket_closed"
_PICKED = "_ticket_picked"
_EMPTY = {
    View.MINE: ("Nothing is yours right now", "Claim the next ticket to begin."),
    View.UNASSIGNED: ("Nobody waits", "Every ticket has an owner."),
    View.LATE: ("Nothing is late", "All promises are kept for now."),
    View.DUE_SOON: ("Nothing is due soon", "No answer is due within the hour."),
    View.WAITING: ("No customer owes us an answer", "Replied tickets rest here until they write."),
    View.ALL: ("No open tickets", "When the concierge hands over, the ticket appears here."),
    View.RESOLVED: ("Nothing resolved yet", "Resolved tickets are kept here."),
}


@dataclass(frozen=True)
class Chosen:
    """What of the queue is looked at; all of it stands in the link."""

    filter: TicketFilter
    sort: Sort


def controls(actor: Actor) -> Chosen:
    """Tabs with counts, search, filters and order."""
    tabs = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = parts.search(SCREEN, "Words, ticket, e-mail or order", "q")
        sort = parts.choice(SCREEN, "Order", SORTS, "sort", default=Sort.QUEUE.value)
        with st.popover("Filter", icon=":material/tune:"):
            status = parts.choice(SCREEN, "Status", STATUSES, "status")
            priority = parts.choice(SCREEN, "Priority", PRIORITIES, "priority")
            tier = parts.choice(SCREEN, "Customer", TIERS, "tier")
            tag = parts.text(SCREEN, "Tag", "tag")
            intent = parts.intent_choice(SCREEN)
            simulated = parts.toggle(SCREEN, "With rehearsal and volume", "simulated")
    with tabs:  # above the filters, but counted by what they let in
        view = _view(actor, simulated=simulated)
    wanted = TicketFilter(
        view=view,
        status=Status(status) if status else None,
        priority=Priority(priority) if priority else None,
        tier=Tier(tier) if tier else None,
        tag=tag or None,
        intent=intent,
        text=text or None,
        simulated=simulated,
    )
    return Chosen(wanted, Sort(sort))


def _view(actor: Actor, *, simulated: bool) -> View:
    """One of the tabs, each with its count."""
    counts = runtime.services().tickets.counts(actor, simulated=simulated)
    st.session_state[_COUNTS] = counts
    names = {view.value: f"{label} {_count(counts.get(view, 0))}" for view, label in TABS.items()}
    return View(
        parts.choice(
            SCREEN, "Queue", names, "view", default=View.ALL.value, segments=True, named=False
        )
    )


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def queue(chosen: Chosen, *, narrow: bool = False) -> None:
    """The rows; it looks for new ones by itself. `narrow` leaves room for a ticket beside it."""
    with guards.page(polls=True):
        if st.session_state.pop(_PICKED, False):
            st.rerun(scope="app")
        actor = guards.require(Permission.TICKETS_READ)
        counts = runtime.services().tickets.counts(actor, simulated=chosen.filter.simulated)
        if counts != st.session_state.get(_COUNTS, counts):
            st.rerun(scope="app")  # the tabs above tell them, too
        cursors = _cursors(chosen)
        page = runtime.services().tickets.queue(
            actor, chosen.filter, cursor=cursors[-1], limit=ROWS, sort=chosen.sort
        )
        if not page.items:
            if chosen.filter.text:
                empty("Nothing fits", "No ticket has these words. Try fewer, or an id.")
            else:
                empty(*_EMPTY[chosen.filter.view])
        else:
            _table(page, narrow=narrow)
        _pager(page, cursors)


def _table(page: Page[TicketRow], *, narrow: bool) -> None:
    columns: dict[str, list[str]] = {
        "Ticket": [row.ticket_id for row in page.items],
        "Customer": [_customer(row) for row in page.items],
        "About": [row.subject for row in page.items],
        "Due": [_due(row) for row in page.items],
        "Status": [row.status.value.replace("_", " ") for row in page.items],
        "Owner": [row.assignee or "–" for row in page.items],
        "Last": [ago(row.last_message_at) for row in page.items],
    }
    if narrow:
        columns = {name: columns[name] for name in ("Customer", "Due", "Ticket")}
    # The key changes with the rows, so that a selection never points at another ticket.
    key = "tickets-" + "-".join(row.ticket_id[-4:] for row in page.items)
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        height="content",  # a page is 25 rows: the screen scrolls, not a part of it
        alt="Tickets; select one to open it",
        key=f"{key}-{st.session_state.get(_CLOSED, 0)}",
        on_select=lambda: _picked(f"{key}-{st.session_state.get(_CLOSED, 0)}", page.items),
        selection_mode="single-row",
        column_config={
            "Ticket": st.column_config.TextColumn(width=100),
            "Customer": st.column_config.TextColumn(
                width=105 if narrow else 130, help="! is urgent; vip is promised an answer sooner"
            ),
            "About": st.column_config.TextColumn(width=280),
            "Due": st.column_config.TextColumn(
                width=125, help="When an answer of ours is due; a dash when none is owed"
            ),
            "Status": st.column_config.TextColumn(width=88),
            "Owner": st.column_config.TextColumn(width=65),
            "Last": st.column_config.TextColumn(width=95),
        },
    )


def _picked(key: str, rows: list[TicketRow]) -> None:
    """A row was clicked. What else opens a ticket, a link or a claim, leaves the rows alone."""
    for place in st.session_state[key]["selection"]["rows"][:1]:
        state.set_query(ticket=rows[place].ticket_id)
        st.session_state[_PICKED] = True


def close() -> None:
    """Back to the queue alone, with no row selected."""
    st.session_state[_CLOSED] = st.session_state.get(_CLOSED, 0) + 1
    state.set_query(ticket=None)


def _customer(row: TicketRow) -> str:
    urgent = "! " if row.priority is Priority.URGENT else ""
    vip = " (vip)" if row.tier is Tier.VIP else ""
    return f"{urgent}{row.customer_name or '–'}{vip}"


def _due(row: TicketRow) -> str:
    if row.due_at is None:
        return "–"
    now = runtime.services().clock.now()
    return f"{'⚠ ' if row.due_at < now else ''}{due_text(row.due_at, now)}"


def _pager(page: Page[TicketRow], cursors: list[str | None]) -> None:
    if len(cursors) == 1 and page.next_cursor is None:
        return
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(
            "Previous",
            disabled=len(cursors) == 1,
            icon=":material/chevron_left:",
            on_click=lambda: cursors.__delitem__(-1),
        )
        st.button(
            "Next",
            disabled=page.next_cursor is None,
            icon=":material/chevron_right:",
            on_click=cursors.append,
            args=(page.next_cursor,),
        )


def _cursors(chosen: Chosen) -> list[str | None]:
    """The starts of the pages walked so far; another filter begins at the first."""
    kept = st.session_state.get(_CURSORS)
    if kept is None or kept[0] != chosen:
        first: list[str | None] = [None]
        kept = st.session_state[_CURSORS] = (chosen, first)
    walked: list[str | None] = kept[1]
    return walked


def _count(number: int) -> str:
    return f"{COUNTED_TO}+" if number > COUNTED_TO else str(number)
