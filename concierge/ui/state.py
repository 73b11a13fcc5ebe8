"""What a screen remembers between runs: request keys, passing messages, the viewer's time zone."""

from __future__ import annotations

import streamlit as st

from concierge.core.ids import new_id
from concierge.ui import runtime

_KEYS = "_request_keys"
_FLASH = "_flash"


def request_key(action: str) -> str:
    """The idempotency key of an action that is being filled in, the same until `done`.

    A click that is repeated because the answer got lost then does nothing twice.
    """
    keys = st.session_state.setdefault(_KEYS, {})
    return str(keys.setdefault(action, new_id()))


def done(action: str) -> None:
    """The action went through: the next one is a new one."""
    st.session_state.get(_KEYS, {}).pop(action, None)


def flash(message: str, icon: str = ":material/check:") -> None:
    """Says something after the coming rerun, which would wipe it away now."""
    st.session_state.setdefault(_FLASH, []).append((message, icon))


def show_flashes() -> None:
    for message, icon in st.session_state.pop(_FLASH, []):
        st.toast(message, icon=icon)


def zone() -> str:
    """The viewer's time zone, or the shop's when the browser does not tell."""
    return str(st.context.timezone or runtime.services().timezone)


def days_zone() -> str:
    """A day that stands without its zone is a day of the shop's, as in our sentences and mails:
    in the viewer's zone one message would name two last days to send a piece."""
    return runtime.services().timezone


def query(name: str, default: str = "") -> str:
    """A value of the page's link."""
    return str(st.query_params.get(name, default))


def set_query(**values: str | None) -> None:
    """Puts values into the page's link; an empty one is left out."""
    for name, value in values.items():
        if (value or "") == query(name):
            continue  # telling the browser what it knows is a message, too
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
