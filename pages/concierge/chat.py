"""The concierge as a customer meets it, live, with the reasons for each answer."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Permission
from concierge.ui import guards, state
from concierge.ui.components import header
from concierge.ui.views import chat, chat_origin, piece

with guards.page():
    actor = guards.require(Permission.CHAT_USE)
    state.show_flashes()
    kept = chat.conversation(actor)

    with st.container(horizontal=True, vertical_alignment="center"):
        header("Aurora concierge")
        waits = chat_origin.choose(actor, kept)
    if waits:
        st.caption(waits)

    @st.fragment
    def talk() -> None:
        """Runs by itself: a message draws the conversation again and nothing around it."""
        with guards.page():
            actor = guards.require(Permission.CHAT_USE)
            chat.resume(actor)
            kept = chat.conversation(actor)
            said, beside = st.columns([2, 1], gap="medium")
            with said:
                # How high it really is stands in style.css: it leaves room for what is typed below.
                with st.container(key="conversation", height=480, border=True, autoscroll=True):
                    chat.show(actor, kept)
                # Without a limit of its own: the box would drop a longer paste without a word.
                st.chat_input("Type a message", key=chat.BOX, on_submit=chat.typed, args=(actor,))
                chat.show_unread()
            with beside:
                chat.trace(actor, kept)

    @st.fragment(run_every=chat.LOOK_EVERY_SECONDS)
    def news() -> None:
        with guards.page(polls=True):
            chat.look_for_news(guards.require(Permission.CHAT_USE))

    talk()
    news()
    piece.show(actor, kept.session.id, lambda text, form: chat.press(actor, text, form, whole=True))
