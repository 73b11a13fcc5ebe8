"""Accounts: who works here, with which roles; new people, one-time links, taking away."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Permission
from concierge.ui import components, guards, runtime, state
from concierge.ui.views import accounts

with guards.page():
    admin = guards.require(Permission.USERS_MANAGE)
    components.header("Accounts", "Who works here, and with which roles.")
    accounts.fresh_link()
    accounts.add(admin)
    people = accounts.people(admin, state.query("after"))
    for person in people.items:
        accounts.row(person)
    if not people.items:
        components.empty("Nobody here yet", "Add the first person above.")
    if people.next_cursor and st.button("Next page"):
        state.set_query(after=people.next_cursor)
        st.rerun()
    if chosen := state.query("user"):
        accounts.manage(admin, runtime.services().accounts.get(admin, chosen))
