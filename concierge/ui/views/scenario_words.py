"""Scenarios in words: who the customer is, and what a step does."""

from __future__ import annotations

import streamlit as st

from concierge.rehearsal.models import Scenario, Step
from concierge.rehearsal.moments import span_text
from concierge.ui.components import plain
from concierge.ui.views.parts import words


def customer(scenario: Scenario) -> None:
    """The customer, their orders and where they come from."""
    person = scenario.customer
    st.markdown(f"**{plain(person.name)}** · {person.tier.value}")
    st.text(person.email)  # no link
    for order in person.orders:
        pieces = ", ".join(line.name or line.piece.replace("-", " ") for line in order.lines)
        st.markdown(f"{plain(order.number)} · {words(order.status.value)}")
        delivered = f", delivered {span_text(order.delivered)} ago" if order.delivered else ""
        st.caption(plain(f"{pieces}{delivered}, postal code {order.postal_code}"))
    if not person.orders:
        st.caption("No orders")
    if others := sum(len(other.orders) for other in scenario.others):
        st.caption(f"Orders of others: {others}")
    if scenario.page or scenario.product:
        st.caption(plain(f"Comes from {scenario.page or scenario.product}"))
    if scenario.cart:
        st.caption(plain(f"In the cart: {', '.join(scenario.cart)}"))
    st.caption(plain(f"Device: {scenario.clock or 'now'}, {words(scenario.timezone)}"))


def told(step: Step) -> str:
    """A step in a line."""
    if step.move_clock is not None:
        return f"{span_text(step.move_clock)} pass"
    if step.agent == "reply":
        return f"An agent replies: {step.text}"
    if step.agent == "resolve":
        return "An agent resolves the ticket"
    if step.shop is not None:
        return f"The shop says that {step.shop.order} is {words(step.shop.status.value)}"
    if step.form is not None:
        return f"Fills in the form “{words(step.form.kind)}”"
    text = " ".join((step.say or "").replace("\x00", "␀").split())
    shown = text if len(text) <= 140 else text[:140] + "…"
    times = f" ({step.repeat} times over)" if step.repeat > 1 else ""
    return f"“{shown}”{times}" if shown else "Sends an empty message"
