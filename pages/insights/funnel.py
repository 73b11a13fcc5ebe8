"""The funnel: from opening the chat to an order, and who stopped where."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Permission
from concierge.ui import guards, registry, runtime
from concierge.ui.components import empty, header
from concierge.ui.views import funnel as view

with guards.page():
    actor = guards.require(Permission.INSIGHTS_READ)
    header("Funnel", registry.screen("funnel").about)
    query = view.controls()
    with st.spinner("Counting sessions", show_time=True):
        funnel = runtime.services().funnel.compute(actor, query)
    if not funnel.steps[0].count:
        empty(
            "No session in this period",
            "Choose more days, or open the concierge chat: every session counts here at once.",
        )
    else:
        view.story(funnel)
        view.bars(funnel)
        view.table(actor, funnel)
        chosen = view.chosen_bar(funnel)
        if chosen is not None:
            view.behind(actor, query, *chosen)
