"""The ticket queue, and the ticket that is open in it."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Actor, Permission
from concierge.core.errors import InvalidInput, NotFound
from concierge.tickets.models import Source, TicketCustomerDraft, TicketDraft
from concierge.ui import guards, runtime, state
from concierge.ui.components import header, plain
from concierge.ui.views import ticket, tickets

_LABELS = {
    "name": "Customer's name",
    "email": "E-mail",
    "orderNumber": "Order number",
    "message": "What is it about",
}


def _claim_next(actor: Actor, chosen: tickets.Chosen) -> None:
    claimed = runtime.services().tickets.claim_next(actor, chosen.filter)
    if claimed is None:
        state.flash("Nothing left to claim here.", ":material/info:")
    else:
        state.set_query(ticket=claimed.ticket_id)
        state.flash(f"{claimed.ticket_id} is yours.")
    st.rerun()


@st.dialog("Open a ticket")
def _open_ticket() -> None:
    with guards.page():
        actor = guards.require(Permission.TICKETS_WRITE)
        with st.form("open-ticket", border=False):
            name = st.text_input(_LABELS["name"])
            email = st.text_input(_LABELS["email"])
            order = st.text_input(f"{_LABELS['orderNumber']} (optional)")
            message = st.text_area(_LABELS["message"])
            urgent = st.checkbox("Urgent")
            if not st.form_submit_button("Open", type="primary"):
                return
        try:
            draft = TicketDraft.of(
                customer=TicketCustomerDraft.of(name=name or None, email=email or None),
                message=message,
                urgent=urgent,
                source=Source.AGENT,
                order_number=order or None,
            )
            opened = runtime.services().tickets.open(
                actor, draft, request_id=state.request_key("open-ticket")
            )
        except InvalidInput as error:  # said inside the dialog, where what was typed still stands
            st.error(plain(f"{_LABELS.get(error.field, error.field)}: {error.reason}."))
            return
        state.done("open-ticket")
        state.set_query(ticket=opened.ticket_id)
        st.rerun()


with guards.page():
    actor = guards.require(Permission.TICKETS_READ)
    state.show_flashes()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        header("Tickets")
        if st.button("Open a ticket", icon=":material/add:"):
            _open_ticket()
        claim_next = st.button("Claim next", type="primary", icon=":material/front_hand:")
    opened = state.query("ticket")
    # On a phone the queue makes room for the ticket that is open: style.css.
    with st.container(key="list-beside-controls" if opened else "queue-controls"):
        chosen = tickets.controls(actor)
    if claim_next:
        _claim_next(actor, chosen)
    if not opened:
        tickets.queue(chosen)
    else:
        rows, one = st.columns([2, 3], gap="medium")
        with rows, st.container(key="list-beside-ticket"):
            tickets.queue(chosen, narrow=True)
        with one, st.container(border=True):
            st.button("Close", icon=":material/close:", type="tertiary", on_click=tickets.close)
            try:
                ticket.show(actor, runtime.services().tickets.get(actor, opened))
            except NotFound:
                ticket.missing(opened)
