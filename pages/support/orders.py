"""Orders, each with all that the concierge knows about it."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Permission
from concierge.orders.errors import OrderNotFound
from concierge.ui import guards, registry, runtime, state
from concierge.ui.components import header
from concierge.ui.views import orders as view

with guards.page():
    actor = guards.require(Permission.ORDERS_READ)
    header("Orders", registry.screen("orders").about)
    order_number = state.query("order")
    # On a phone the table makes room for the order that is open: style.css.
    with st.container(key="list-beside-controls" if order_number else "orders-controls"):
        wanted = view.controls()
    if not order_number:
        view.listing(actor, wanted, narrow=False)
    else:
        table, about = st.columns([1, 1], gap="medium")
        with table, st.container(key="list-beside-order"):
            view.listing(actor, wanted, narrow=True)
        with about, st.container(border=True):
            st.button("Close", icon=":material/close:", type="tertiary", on_click=view.close)
            try:
                detail = runtime.services().enrichment.detail(actor, order_number)
            except OrderNotFound:
                view.missing(order_number)
            else:
                view.panel(actor, detail)
