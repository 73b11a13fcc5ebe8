"""One ticket: what was said, what is due, and what an agent does about it."""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from concierge.core.actor import Actor, Permission
from concierge.core.errors import ConciergeError, VersionConflict
from concierge.core.formatting import date_text, datetime_text, due_text, short_money, time_text
from concierge.orders.errors import OrderNotFound
from concierge.tickets.models import AuthorKind, Priority, Status, Ticket
from concierge.ui import guards, runtime, state
from concierge.ui.components import Tone, copyable, empty, link, person, pill, plain
from concierge.ui.views import outbox
from concierge.ui.views.parts import words

STATUS_TONES: dict[Status, Tone] = {
    Status.OPEN: "info",
    Status.IN_PROGRESS: "accent",
    Status.WAITING: "plain",
    Status.ON_HOLD: "warn",
    Status.RESOLVED: "good",
}
PRIORITY_TONES: dict[Priority, Tone] = {
    Priority.URGENT: "bad",
    Priority.VIP: "accent",
    Priority.STANDARD: "plain",
}
LOOK_EVERY_SECONDS = 3.0
KINDS = ("Reply", "Note")
_SPEAKERS = {"customer": "Customer", "agent": "Stylist"}


def show(actor: Actor, ticket: Ticket) -> None:
    """The whole ticket; its page looks by itself whether somebody else changed it."""
    _head(ticket)
    _actions(actor, ticket)
    _conversation(ticket)
    _composer(actor, ticket)
    _beside(actor, ticket)
    _watch(ticket.ticket_id, ticket.version)


def _head(ticket: Ticket) -> None:
    marks = [
        pill(words(ticket.status.value), STATUS_TONES[ticket.status]),
        pill(ticket.priority.value, PRIORITY_TONES[ticket.priority]),
        *(pill(tag, "warn" if tag == "low-rating" else "plain") for tag in ticket.tags),
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(ticket.ticket_id, anchor=False, width="content")
        st.markdown(" ".join(marks), width="content")
    st.markdown(f"**{plain(ticket.subject)}**")
    st.caption(_clock(ticket))


def _clock(ticket: Ticket) -> str:
    zone, now = state.zone(), runtime.services().clock.now()
    if ticket.status is Status.RESOLVED and ticket.resolved_at:
        return f"Resolved {datetime_text(ticket.resolved_at, zone)}"
    if ticket.awaiting_since is None:
        return "Answered; waiting for the customer"
    what = "First reply" if ticket.first_reply_at is None else "Next reply"
    promised = datetime_text(ticket.sla_due_at, zone)
    return f"{what} {due_text(ticket.sla_due_at, now)}, promised by {promised}"


def _actions(actor: Actor, ticket: Ticket) -> None:
    tickets = runtime.services().tickets
    key = ticket.ticket_id
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if ticket.assignee != actor.id and ticket.status is not Status.RESOLVED:
            label = "Claim" if ticket.assignee is None else f"Take over from {ticket.assignee}"
            if st.button(plain(label), type="primary", icon=":material/front_hand:"):
                if ticket.assignee is None:
                    _do("Ticket claimed.", lambda: tickets.claim(actor, key))
                else:
                    _do(
                        "Ticket taken over.",
                        lambda: tickets.assign(actor, key, actor.id, version=ticket.version),
                    )
        if ticket.status is Status.RESOLVED:
            if st.button("Open again", icon=":material/undo:"):
                _do("Ticket opened again.", lambda: _move(actor, ticket, Status.OPEN))
        else:
            if st.button("Resolve", icon=":material/check_circle:"):
                _do("Ticket resolved.", lambda: _move(actor, ticket, Status.RESOLVED))
            with st.popover("More", icon=":material/more_horiz:"):
                _more(actor, ticket)


def _more(actor: Actor, ticket: Ticket) -> None:
    tickets = runtime.services().tickets
    others = [s for s in Status if s not in (ticket.status, Status.RESOLVED)]
    status = st.selectbox(
        "Move to",
        others,
        index=None,
        format_func=lambda s: s.value.replace("_", " "),
        key=f"status-{ticket.ticket_id}-{ticket.version}",
    )
    if status is not None:
        _do("Ticket moved.", lambda: _move(actor, ticket, status))
    priority = st.selectbox(
        "Priority",
        list(Priority),
        index=list(Priority).index(ticket.priority),
        format_func=lambda p: p.value,
        key=f"priority-{ticket.ticket_id}-{ticket.version}",
    )
    if priority is not None and priority is not ticket.priority:
        _do(
            "Priority changed.",
            lambda: tickets.set_priority(actor, ticket.ticket_id, priority, version=ticket.version),
        )
    tag = st.text_input("Add a tag", key=f"tag-{ticket.ticket_id}-{ticket.version}")
    if tag:
        _do(
            "Tag added.",
            lambda: tickets.tag(actor, ticket.ticket_id, ticket.version, add=[tag]),
        )


def _conversation(ticket: Ticket) -> None:
    zone = state.zone()
    if ticket.transcript:
        day = date_text(ticket.transcript[0].at, zone)
        title = f"With the concierge, {day}: {len(ticket.transcript)} messages"
        with st.expander(title, expanded=True), st.container(gap="xsmall"):
            for line in ticket.transcript:
                about = f" → {plain(words(line.intent))}" if line.intent else ""
                head = f"**{_SPEAKERS.get(line.author, 'Aurora')}**"
                at = time_text(line.at, zone)
                with st.container(gap=None):
                    st.markdown(f"{head} :gray[{at}{about}]")
                    st.text(line.text)  # as it was written: an address in it becomes no link
    for message in ticket.messages:
        note = not message.public
        avatar = {
            AuthorKind.CUSTOMER: ":material/person:",
            AuthorKind.AGENT: ":material/sticky_note_2:" if note else ":material/support_agent:",
            AuthorKind.SYSTEM: ":material/info:",
        }[message.author_kind]
        role = "user" if message.author_kind is AuthorKind.CUSTOMER else "assistant"
        with st.chat_message(role, avatar=avatar):
            mark = pill("note, only us", "warn") if note else ""
            at = datetime_text(message.at, zone)
            st.markdown(f"**{plain(message.author)}** :gray[{at}] {mark}")
            st.text(message.text)


def _composer(actor: Actor, ticket: Ticket) -> None:
    key = ticket.ticket_id
    chosen = st.segmented_control(
        "Write", KINDS, default="Reply", key=f"kind-{key}", label_visibility="collapsed"
    )
    kind = chosen or "Reply"
    note = kind == "Note"
    hint = "Only the team reads this" if note else "The customer reads this in the chat and by mail"
    text = st.text_area(
        "Message",
        key=_draft(key, kind),
        placeholder=hint,
        height=110,
        label_visibility="collapsed",
    )
    # Never greyed out: the words only arrive here with the very click that sends them.
    if not st.button("Keep note" if note else "Send reply", type="primary", key=f"send-{key}"):
        return
    if not text.strip():
        st.warning("Write something first.")
        return
    action = f"{'note' if note else 'reply'}-{key}"
    tickets = runtime.services().tickets
    write = tickets.note if note else tickets.reply

    def send() -> None:
        write(actor, key, text, version=ticket.version, request_id=state.request_key(action))
        state.done(action)
        st.session_state[_sent(key, kind)] = _times_sent(key, kind) + 1

    _do("Note kept." if note else "Reply sent.", send)


def _draft(ticket_id: str, kind: str) -> str:
    """The key of what is being written: a note and a reply are two drafts, each there until it is
    sent, also through a refused send and while the other is written."""
    for each in KINDS:
        key = f"draft-{ticket_id}-{each}-{_times_sent(ticket_id, each)}"
        if key in st.session_state:
            # Set again, or it would be forgotten with the run that does not draw it.
            st.session_state[key] = st.session_state[key]
    return f"draft-{ticket_id}-{kind}-{_times_sent(ticket_id, kind)}"


def _times_sent(ticket_id: str, kind: str) -> int:
    return int(st.session_state.get(_sent(ticket_id, kind), 0))


def _sent(ticket_id: str, kind: str) -> str:
    return f"sent-{ticket_id}-{kind}"


def _beside(actor: Actor, ticket: Ticket) -> None:
    services = runtime.services()
    customer = ticket.customer
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{person(customer.name, customer.email)} {pill(customer.tier.value)}")
        typed = services.tickets.only_typed(actor, ticket)
        if typed:
            st.caption("E-mail address only typed, not proven")
        if customer.phone:
            st.caption(plain(customer.phone))
        if ticket.order_number:
            _order(actor, ticket.order_number)
        elif ticket.mentioned_order_number:
            st.caption(f"Mentioned {plain(ticket.mentioned_order_number)}, not proven")
        if ticket.shortlist:
            pieces = services.catalog.get_many(ticket.shortlist)
            named = [
                f"{piece.name} {short_money(piece.price_cents, piece.currency)}"
                for piece in pieces.values()
            ]
            st.caption(plain("Shortlist: " + ", ".join(named)))
        if ticket.session_id:
            link("conversations", "The conversation", session=ticket.session_id)
        if ticket.follow_up_of:
            link("tickets", f"Follows {ticket.follow_up_of}", ticket=ticket.follow_up_of)
        if customer.email:
            for row in services.tickets.for_customer(
                actor, customer.email, simulated=ticket.simulated
            ):
                if row.ticket_id != ticket.ticket_id:
                    status = row.status.value.replace("_", " ")
                    when = "Same address" if typed else "Earlier"
                    link("tickets", f"{when}: {row.ticket_id} ({status})", ticket=row.ticket_id)
    outbox.messages(
        "Mails to the customer",
        services.notifications.recent(
            actor, ticket_id=ticket.ticket_id, simulated=ticket.simulated
        ).items,
    )
    with st.expander("History"):
        copyable(ticket.ticket_id)
        for entry in services.tickets.history(actor, ticket.ticket_id):
            changed = ", ".join(
                f"{_field(c.field)}: {words(c.before)} → {words(c.after)}" for c in entry.changes
            )
            at = datetime_text(entry.at, state.zone())
            done = words(entry.action.removeprefix("ticket."))
            told = f"{at} · {entry.actor_id} · {done}"
            st.caption(plain(f"{told} ({changed})" if changed else told))


def _field(name: str) -> str:
    """`firstReplyAt` as people read it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _order(actor: Actor, number: str) -> None:
    try:
        order = runtime.services().orders.get(actor, number)
    except OrderNotFound:
        st.caption(plain(number))
        return
    total = short_money(order.totals.total_cents, order.currency)
    link("orders", f"{number} · {words(order.status.value)} · {total}", order=number)


def _move(actor: Actor, ticket: Ticket, status: Status) -> None:
    action = f"{status.value}-{ticket.ticket_id}"
    runtime.services().moving.move(
        actor,
        ticket.ticket_id,
        status,
        version=ticket.version,
        request_id=state.request_key(action),
    )
    state.done(action)


def _do(done: str, act: Callable[[], object]) -> None:
    """Does it, says so, and shows the ticket as it is now; a refusal keeps what was written."""
    try:
        act()
    except VersionConflict:
        st.warning("Somebody changed this ticket while you looked. It is shown as it is now.")
        return
    except ConciergeError as error:
        st.error(plain(str(error)))
        return
    state.flash(done)
    st.rerun()


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def _watch(ticket_id: str, version: int) -> None:
    with guards.page(polls=True):
        actor = guards.require(Permission.TICKETS_READ)
        if runtime.services().tickets.get(actor, ticket_id).version != version:
            st.rerun(scope="app")


def missing(ticket_id: str) -> None:
    empty(f"No ticket {ticket_id[:64]}", "It may have been merged or mistyped.")
