"""The parts of the conversations screen: the list, and one conversation word for word."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concierge.core.actor import Actor, Permission
from concierge.core.formatting import number
from concierge.detection.models import Intent
from concierge.insights.conversations import (
    Conversation,
    ConversationFilter,
    ConversationRow,
    Line,
)
from concierge.sessions.models import Author, Channel, TurnTrace
from concierge.ui import runtime, state
from concierge.ui.components import (
    ago,
    copyable,
    empty,
    known_texts,
    link,
    moment,
    person,
    pill,
    plain,
)
from concierge.ui.views import parts
from concierge.ui.views.parts import words

SCREEN = "conversations"
ROWS = 25
SHOWN = 60
"""Newest messages drawn at once; a long conversation opens whole on request."""
SHORTEST_ID = 6
CHANNELS = {"": "any channel"} | {one.value: words(one.value) for one in Channel}
AVATARS = {
    Author.CUSTOMER: ":material/person:",
    Author.CONCIERGE: ":material/diamond:",
    Author.AGENT: ":material/support_agent:",
    Author.SYSTEM: ":material/info:",
}
NAMES = {
    Author.CUSTOMER: "Customer",
    Author.CONCIERGE: "Aurora",
    Author.AGENT: "Stylist",
    Author.SYSTEM: "System",
}
_TABLE = "conversations-table"


def controls() -> ConversationFilter:
    """Search and filters, all in the link."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = parts.search(SCREEN, "Session id or order number")
        intent = parts.intent_choice(SCREEN)
        channel = parts.choice(SCREEN, "Channel", CHANNELS, "channel", width=140)
        with st.popover("More", icon=":material/tune:"):
            unmatched = parts.toggle(SCREEN, "Not understood", "unmatched")
            handed = parts.toggle(SCREEN, "Handed over to a human", "handed")
            simulated = parts.toggle(SCREEN, "Simulated, too", "simulated")
    is_id = len(text) >= SHORTEST_ID and all(c in "0123456789abcdef" for c in text.lower())
    return ConversationFilter(
        intent=intent,
        channel=Channel(channel) if channel else None,
        session_id=text if is_id else None,
        order_number=text if text and not is_id else None,
        unmatched_only=unmatched,
        handed_over_only=handed,
        include_simulated=simulated,
    )


def listing(actor: Actor, wanted: ConversationFilter) -> None:
    """The conversations, newest message first."""
    at = parts.cursor("conversations", wanted)
    page = runtime.services().conversations.page(actor, wanted, at, ROWS)
    if not page.items:
        if wanted == ConversationFilter():
            empty("No conversation yet", "Open the concierge chat and say something.")
        else:
            empty("Nothing fits", "No conversation passes these filters. Take one away.")
        return
    key = f"{_TABLE}-{page.items[0].session_id}-{len(page.items)}"
    st.dataframe(
        _frame(actor, page.items),
        hide_index=True,
        alt="Conversations, newest message first; select one to read it",
        on_select=lambda: _picked(key, page.items),
        selection_mode="single-row",
        height=parts.rows_height(len(page.items)),
        key=key,
        column_config={
            "Last message": st.column_config.TextColumn(width=98),
            "Customer": st.column_config.TextColumn(width=112),
            "About": st.column_config.TextColumn(width=108),
            "First words": st.column_config.TextColumn(width=176),
            "Rating": parts.score_column("How the customer rated the concierge"),
            "Human": st.column_config.TextColumn(width=84, help="Handed over to a human"),
            "Missed": st.column_config.NumberColumn(
                width=62, help="Messages that were not understood"
            ),
            "Messages": st.column_config.NumberColumn(width=74),
            "Order": st.column_config.TextColumn(width=78),
            "Channel": st.column_config.TextColumn(width=70),
        },
    )
    parts.pager("conversations", page.next_cursor)


def _frame(actor: Actor, rows: list[ConversationRow]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "Last message": [ago(row.last_at) for row in rows],
            "Customer": [row.customer or "–" for row in rows],
            "About": [words(row.intent) for row in rows],
            "First words": [
                "(removed after 30 days)" if row.anonymized else row.first_text or ""
                for row in rows
            ],
            "Rating": [[parts.score_chip(row.score)] if row.score else [] for row in rows],
            "Human": [
                "open ticket" if row.open_ticket_id else "yes" if row.handed_over else ""
                for row in rows
            ],
            "Missed": [row.counters.unmatched for row in rows],
            "Messages": [row.counters.customer_messages for row in rows],
            "Order": [row.order_number or "" for row in rows],
            "Channel": [words(row.channel) for row in rows],
        }
    )
    return frame if actor.may(Permission.CSAT_READ) else frame.drop(columns="Rating")


def _picked(key: str, rows: list[ConversationRow]) -> None:
    for place in st.session_state[key]["selection"]["rows"][:1]:
        state.set_query(session=rows[place].session_id)


def missing(session_id: str) -> None:
    empty(
        "No such conversation",
        f"There is none with the id {session_id[:64]}. It may have been removed.",
    )


def facts(actor: Actor, read: Conversation) -> None:
    """Who, from where, about what, and what came of it."""
    with st.container(border=True):
        who = person(read.customer, read.customer_email) if read.customer else "Customer not proven"
        st.markdown(f"**{who}** {pill(read.tier, 'accent') if read.tier else ''}")
        if read.person_taken_out:
            st.caption("Names, addresses and contacts are taken out for your role.")
        st.markdown(
            f"{plain(words(read.intent))} · {words(read.channel)} · "
            f"{number(read.counters.customer_messages)} messages, "
            f"{number(read.counters.unmatched)} not understood"
        )
        st.caption(f"Opened {moment(read.opened_at)}  \nLast message {moment(read.last_at)}")
        if read.score is not None:
            st.markdown(f"Rated the concierge {parts.score_pill(read.score)}")
        if read.handoff_at is not None:
            st.markdown(f"Handed over to a human {moment(read.handoff_at)}")
        if read.order_number and actor.may(Permission.ORDERS_READ):
            link("orders", f"Order {read.order_number}", order=read.order_number)
        elif read.order_number:
            st.markdown(f"Order {plain(read.order_number)}")
        elif read.mentioned_order_number:
            st.caption(f"Named order {plain(read.mentioned_order_number)}, not proven")
        if actor.may(Permission.TICKETS_READ):
            for ticket_id in read.ticket_ids:
                link("tickets", f"Ticket {ticket_id}", ticket=ticket_id)
        if read.page:
            st.caption(f"From page {plain(read.page)}")
        copyable(read.session_id)


def transcript(actor: Actor, read: Conversation) -> None:
    """The words, oldest first, as text and nothing else."""
    if read.anonymized_at is not None:
        empty(
            "The words are gone",
            "Texts are removed 30 days after the last message; figures and marks stay.",
        )
    hidden = max(len(read.lines) - SHOWN, 0)
    if hidden and not parts.toggle(SCREEN, f"Show {number(hidden)} earlier messages", "all"):
        lines = read.lines[hidden:]
    else:
        lines = read.lines
    traced = actor.may(Permission.TRACE_SEE) and any(line.trace for line in lines)
    why = traced and st.toggle("Show why each message was understood so", value=True, key="why")
    for line in lines:
        _bubble(actor, line, why=why)


def _bubble(actor: Actor, line: Line, *, why: bool) -> None:
    role = "user" if line.author is Author.CUSTOMER else "assistant"
    with st.chat_message(role, avatar=AVATARS[line.author]):
        name = line.author_name or NAMES[line.author]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"{plain(name)} · {moment(line.at)}", width="content")
            if line.intent:
                missed = line.intent == Intent.UNMATCHED
                st.markdown(pill(words(line.intent), "warn" if missed else "plain"))
        st.text(line.text or "(a form)")
        if why and line.trace is not None:
            st.caption(_why(line.intent, line.trace))
        if line.ticket_id and actor.may(Permission.TICKETS_READ):
            link("tickets", line.ticket_id, ticket=line.ticket_id)


def _why(intent: str | None, trace: TurnTrace) -> str:
    found = trace.detection
    if found.intent is Intent.UNMATCHED and intent != Intent.UNMATCHED:
        return plain(f"a form, handled by {trace.handled_by} · {trace.total_ms:.1f} ms")
    heard = found.slots.model_dump(mode="json", exclude_none=True)
    told = [f"{words(found.intent.value)} {found.confidence:.2f} by {found.rule or found.layer}"]
    told += [
        f"also {words(other.intent.value)} {other.score:.2f}"
        for other in found.candidates
        if other.intent is not found.intent
    ][:3]
    told += known_texts(heard)
    if found.trace.needed is not None and found.trace.chance is not None:
        told.append(f"likely by {found.trace.chance:.2f}, needed {found.trace.needed:.2f}")
    told.append(f"{trace.total_ms:.1f} ms")
    return plain(" · ".join(told))
