"""The parts of the home screen: what needs each role now, each with the way there."""

from __future__ import annotations

import streamlit as st

from concierge import __version__
from concierge.core.actor import Actor
from concierge.core.formatting import due_text, number, percent
from concierge.core.mongo import OUTAGE
from concierge.insights.metrics import Figure, FigureKey
from concierge.tickets.models import TicketFilter, TicketRow, View
from concierge.ui import components, runtime
from concierge.ui.views.parts import ALL_REPLAYED

QUEUES = {
    View.LATE: ("Late", "answer first"),
    View.DUE_SOON: ("Due soon", "within the hour"),
    View.MINE: ("Mine", "you hold these"),
    View.UNASSIGNED: ("Unassigned", "free to claim"),
    View.WAITING: ("Waiting", "for the customer"),
}
FIGURES = {
    FigureKey.CONVERSATIONS: ("Conversations", False),
    FigureKey.MATCH_RATE: ("Match rate", True),
    FigureKey.DEFLECTION: ("Deflection", True),
    FigureKey.ESCALATION_RATE: ("Escalation rate", True),
}
FIRST = 5


def tickets(actor: Actor) -> None:
    """The queue's counts, and the first few to answer: who waits too long, then who soon would."""
    service = runtime.services().tickets
    counts = service.counts(actor)
    st.header("Tickets", anchor=False)
    with st.grid(len(QUEUES), min_column_width=130):
        for view, (title, hint) in QUEUES.items():
            with st.container(border=True, gap=None, height="stretch"):
                st.metric(title, number(counts[view]))
                components.link("tickets", hint, view=view.value)
    late = service.queue(actor, TicketFilter(view=View.LATE), limit=FIRST)
    soon = service.queue(actor, TicketFilter(view=View.DUE_SOON), limit=FIRST)
    due = [*late.items, *soon.items][:FIRST]
    if not due:
        components.empty(
            "Nothing is late or due soon", "New tickets appear here before they are late."
        )
    for ticket in due:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                st.markdown(
                    f"`{ticket.ticket_id}` **{components.plain(ticket.subject)}** · "
                    f"{components.person(ticket.customer_name)}"
                )
            # Together, so that a narrow screen has both below the words.
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                st.markdown(_due(ticket), width="content")
                components.link("tickets", "Open", ticket=ticket.ticket_id)
    if counts[View.LATE] > FIRST:
        components.link("tickets", "All that are late", view=View.LATE.value)
    elif counts[View.LATE] + counts[View.DUE_SOON] > FIRST:
        components.link("tickets", "All that are due soon", view=View.DUE_SOON.value)


def _due(ticket: TicketRow) -> str:
    now = runtime.services().clock.now()
    if ticket.due_at is None:
        return ""
    late = ticket.due_at < now
    return components.pill(due_text(ticket.due_at, now), "bad" if late else "warn")


def figures(actor: Actor) -> None:
    """Yesterday against the week before it."""
    overview = runtime.services().metrics.overview(actor)
    st.header("Yesterday", anchor=False)
    with st.grid(4, min_column_width=150):
        for figure in (one for one in overview.figures if one.key in FIGURES):
            title, is_rate = FIGURES[figure.key]
            value = percent(figure.value) if is_rate else number(figure.value or 0)
            with st.container(border=True, gap=None, height="stretch"):
                st.metric(title, value, help=figure.definition)
                st.caption(components.unbroken(_compared(figure, is_rate)))
    st.caption(
        f"{overview.day:%b %d}, against {overview.week_from:%b %d} to {overview.week_to:%b %d}, "
        f"days of {overview.timezone.replace('_', ' ')}."
    )
    components.link("funnel", "The funnel")


def _compared(figure: Figure, is_rate: bool) -> str:
    if figure.before is None:
        return "no days to compare yet"
    if is_rate:
        return f"of {number(figure.n)} · week before {percent(figure.before)}"
    return f"week before {number(round(figure.before, 1))} a day"


def not_understood(actor: Actor) -> None:
    """What customers said that the concierge did not understand, most often first."""
    found = runtime.services().unmatched.top(actor, limit=FIRST)
    st.header("Not understood lately", anchor=False)
    if not found.phrases:
        components.empty("All understood", "Messages the concierge cannot place appear here.")
    for phrase in found.phrases:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                st.markdown(components.plain(phrase.text))
            times = "once" if phrase.count == 1 else f"{number(phrase.count)} times"
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                st.markdown(components.pill(times), width="content")
                components.link("conversations", "Read", session=phrase.example_session_id)


def rehearsal(actor: Actor) -> None:
    """Whether the scenarios hold by the live rules, as the newest replay left it."""
    found = runtime.services().rehearsal.health(actor)
    st.header("Rehearsal", anchor=False)
    replay = found.replay
    with st.container(border=True, gap="xsmall"):
        if replay is None:
            st.markdown(components.pill("not checked", "warn"))
            st.caption(f"Rules version {found.rules} has not been rehearsed yet.")
        else:
            red, all_ = len(replay.failing), len(replay.outcomes)
            well = f"{number(all_ - red)} of {number(all_)} scenarios as expected"
            tone: components.Tone = "bad" if red else "warn" if found.changed else "good"
            word = "failing" if red else "incomplete" if found.changed else "all well"
            st.markdown(f"{components.pill(word, tone)} {well}")
            checked = f"Rules version {found.rules}, checked {components.ago(replay.played_at)}."
            if found.changed:
                checked += f" {number(found.changed)} are new, changed or were not played."
            st.caption(checked)
            for outcome in replay.failing[:FIRST]:
                components.link(
                    "scenarios",
                    f"{outcome.title}: {outcome.difference}",
                    icon=":material/error:",
                    scenario=outcome.name,
                )
            if red > FIRST:
                st.caption(f"and {number(red - FIRST)} more")
        components.link("scenarios", "All scenarios, replayed", scenario=ALL_REPLAYED)


def health() -> None:
    """Whether the parts answer."""
    services = runtime.services()
    st.header("Health", anchor=False)
    try:
        version = services.mongo.server_version()
        database = f"{components.pill('answers', 'good')} MongoDB {version}"
    except OUTAGE:
        database = components.pill("out of reach", "bad")
    enabled = services.settings.enabled
    concierge = components.pill("on", "good") if enabled else components.pill("off", "warn")
    sends = services.settings.smtp_host is not None
    mail = components.pill("sent", "good") if sends else components.pill("kept")
    where = "its own server" if services.settings.embedded else "the server of MONGODB_URI"
    kept = "" if sends else " Mail is kept and shown: no SMTP server is set."
    with st.container(border=True):
        st.markdown(f"Database {database} · Concierge {concierge} · Mail {mail}")
        st.caption(f"Version {__version__} on {where}.{kept}")
    components.link("users", "Accounts")
