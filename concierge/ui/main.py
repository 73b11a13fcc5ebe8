"""The router: who is it, which screens are theirs, and the one that was asked for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from concierge.accounts.views import LoggedIn
from concierge.core.actor import Actor
from concierge.ui import components, guards, registry, runtime, state

STYLE = Path(__file__).with_name("style.css")
# Streamlit's own 300 pixels the tables need more; a phone folds it up all the same.
SIDEBAR_WIDTH = 248
BRAND = Path(__file__).with_name("static") / "brand"


def navigation(actor: Actor) -> Page:
    sections: dict[str, list[Page]] = {}
    for screen in registry.SCREENS:
        entry = st.Page(
            screen.file,
            title=screen.title,
            icon=screen.icon,
            url_path=screen.path,
            default=screen.default,
            visibility="visible" if screen.shown_to(actor) else "hidden",
            help=screen.about,
        )
        sections.setdefault(screen.section, []).append(entry)
    return st.navigation(sections, expanded=True)


def account(login: LoggedIn) -> None:
    """Who is signed in, and the way out; signing out ends every tab of this sign-in."""
    with st.sidebar, st.container(key="account"):
        st.markdown(f"{components.plain(login.name)} {components.roles(login.roles)}")
        if st.button("Sign out", icon=":material/logout:", type="tertiary", key="sign-out"):
            runtime.services().accounts.end_login(login.login_id)
            st.session_state.clear()
            st.info("You are signed out.")
            st.stop()


def main() -> None:
    st.set_page_config(
        page_title="Aurora Concierge",
        page_icon=BRAND / "favicon.svg",
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    st.html(STYLE)
    st.logo(str(BRAND / "logo.svg"), size="large", icon_image=str(BRAND / "favicon.svg"))
    login = guards.current_login()
    chosen = navigation(login.actor)
    account(login)
    state.show_flashes()
    chosen.run()


with guards.page():
    main()
