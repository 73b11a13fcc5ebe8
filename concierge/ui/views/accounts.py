"""The parts of the accounts screen: adding a person, a row, managing one account."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from concierge.accounts.views import UserView
from concierge.core.actor import Actor, Role
from concierge.core.errors import ConciergeError, InvalidInput
from concierge.core.paging import Page
from concierge.ui import components, guards, runtime, state

LINK = "accounts-link"


def add(actor: Actor) -> None:
    with st.expander("Add a person", icon=":material/person_add:"), st.form("add", border=False):
        left, right = st.columns(2)
        name = left.text_input("Name", max_chars=100, key="add-name")
        username = right.text_input(
            "User name", max_chars=254, help="What they sign in with.", key="add-username"
        )
        left, right = st.columns(2)
        email = left.text_input("E-mail (optional)", max_chars=254, key="add-email")
        roles = right.multiselect(
            "Roles", list(Role), [Role.AGENT], format_func=components.role_name, key="add-roles"
        )
        if st.form_submit_button("Add and make a link", type="primary"):
            accounts = runtime.services().accounts
            try:
                made = accounts.create(
                    actor, username=username, name=name, email=email or None, roles=roles
                )
            except ConciergeError as error:
                st.error(components.plain(str(error)))
                return
            show_link_of(actor, made.username)
            st.rerun()


def people(actor: Actor, after: str) -> Page[UserView]:
    """A page of accounts; a link to a page that is none of ours begins at the first."""
    service = runtime.services().accounts
    try:
        return service.list(actor, after or None)
    except InvalidInput:
        state.set_query(after=None)
        return service.list(actor)


def show_link_of(actor: Actor, username: str) -> None:
    services = runtime.services()
    link = services.accounts.one_time_link(actor, username)
    st.session_state[LINK] = (username, f"{services.settings.base_url}{link.path}", link.expires_at)


def fresh_link() -> None:
    if LINK not in st.session_state:
        return
    username, address, expires_at = st.session_state[LINK]
    with st.container(border=True):
        st.markdown(f"**Link for {components.plain(username)}**: send it to them yourself.")
        st.code(address, language=None, wrap_lines=True)
        st.caption(f"It works once, until {components.moment(expires_at)}, and is shown only now.")
        if st.button("Done", key="link-done"):
            del st.session_state[LINK]
            st.rerun()


def standing(user: UserView) -> str:
    if user.disabled:
        return components.pill("disabled", "bad")
    if user.has_password:
        return components.pill("active", "good")
    return components.pill("invited" if user.link_expires_at else "no password yet", "warn")


def row(user: UserView) -> None:
    # The button keeps its place at the right however wide the roles are; those go below the name
    # where there is no room beside it, on a phone always: style.css.
    with st.container(border=True, horizontal=True, wrap=False, vertical_alignment="center"):
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"person-{user.username}"
        ):
            with st.container(gap=None, width="stretch"):
                st.markdown(f"**{components.plain(user.name)}** `{user.username}`")
                last = components.ago(user.last_login_at) if user.last_login_at else ""
                st.caption(f"Last signed in {last}" if last else "Never signed in")
            held = components.roles(user.roles)
            st.markdown(f"{held} {standing(user)}", width="content")
        if st.button("Manage", key=f"manage-{user.username}"):
            state.set_query(user=user.username)
            st.rerun()


def closed() -> None:
    state.set_query(user=None)


@st.dialog("Manage account", on_dismiss=closed)
def manage(actor: Actor, user: UserView) -> None:
    with guards.page():
        accounts = runtime.services().accounts
        st.markdown(f"**{components.plain(user.name)}** `{user.username}` {standing(user)}")
        roles = st.multiselect(
            "Roles",
            list(Role),
            sorted(user.roles),
            format_func=components.role_name,
            key="roles",
        )
        with st.container(horizontal=True):
            if st.button(
                "Save roles",
                type="primary",
                disabled=set(roles) == set(user.roles),
                key="save-roles",
            ):
                act(lambda: accounts.change_roles(actor, user.username, roles), "Roles saved.")
            if not user.disabled and st.button("New password link", key="new-link"):
                act(lambda: show_link_of(actor, user.username), "Link made.")
        st.divider()
        if user.disabled:
            st.caption("They cannot sign in. What they wrote stays.")
            if st.button("Enable again", key="enable"):
                act(lambda: accounts.enable(actor, user.username), "Account enabled.")
            return
        with st.popover("Disable account"):
            st.markdown("They are signed out at once. You can enable the account again.")
            if st.button("Yes, disable", key="disable"):
                act(lambda: accounts.disable(actor, user.username), "Account disabled.")


def act(deed: Callable[[], object], said: str) -> None:
    """Does it, says so, and closes the dialog; a refusal is shown in place."""
    try:
        deed()
    except ConciergeError as error:
        st.error(components.plain(str(error)))
        return
    state.flash(said)
    closed()
    st.rerun()
