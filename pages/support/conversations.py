"""Conversations: the list, and one of them word for word."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Permission
from concierge.sessions.errors import SessionNotFound
from concierge.ui import guards, registry, runtime, state
from concierge.ui.components import header
from concierge.ui.views import conversations as view

with guards.page():
    actor = guards.require(Permission.CONVERSATIONS_READ)
    session_id = state.query("session")
    if not session_id:
        header("Conversations", registry.screen("conversations").about)
        view.listing(actor, view.controls())
    else:
        header("Conversation")
        if st.button("All conversations", icon=":material/arrow_back:", type="tertiary"):
            state.set_query(session=None)
            st.rerun()
        try:
            read = runtime.services().conversations.get(actor, session_id)
        except SessionNotFound:
            view.missing(session_id)
        else:
            words, about = st.columns([2, 1], gap="medium")
            with about:
                view.facts(actor, read)
            with words:
                view.transcript(actor, read)
