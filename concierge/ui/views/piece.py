"""A piece in a dialog over the chat: pictures, facts, sizes, why it was shown, what may come next.

Which piece is open stands in the page's link, so that it is still open after a reload.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from concierge.chat.details import PieceDetails, SizeOffered
from concierge.chat.models import ShortlistSubmission
from concierge.core.actor import Actor
from concierge.core.errors import NotFound
from concierge.core.formatting import listed, short_money
from concierge.ui import guards, runtime, state
from concierge.ui.components import picture, pill, plain
from concierge.ui.replies import Send

_LINK = "piece"
PICTURES = 4
DESCRIBED_AS = "{name}, picture {number} of {count}"


def look_at(product_id: str) -> None:
    """The screen runs again, and shows the dialog."""
    state.set_query(**{_LINK: product_id})
    st.rerun()


def show(actor: Actor, session_id: str, send: Send) -> None:
    """The dialog of the piece in the link; nothing when there is none."""
    product_id = state.query(_LINK)
    if not product_id:
        return
    try:
        details = runtime.services().chat.open_piece(actor, session_id, product_id)
    except NotFound:
        _close()
        st.toast("That piece is not in the catalogue any more.", icon=":material/info:")
        return

    @st.dialog(plain(details.name), width="medium", on_dismiss=_close)
    def opened() -> None:
        with guards.page():
            _body(details, send)

    opened()


def _close() -> None:
    state.set_query(**{_LINK: None})


def _body(details: PieceDetails, send: Send) -> None:
    looks, facts = st.columns([2, 3], gap="medium")
    with looks:
        _pictures(details)
    with facts, st.container(gap="xsmall"):
        price = short_money(details.price_cents, details.currency)
        st.markdown(f"**{plain(price)}**" if details.price_cents else "Price on request")
        ready = details.ready_to_ship
        st.markdown(pill("Ready to ship", "good") if ready else pill("Not ready to ship", "warn"))
        if details.metal:
            st.markdown(f"Metal: {plain(details.metal)}")
        if details.gemstones:
            st.markdown(f"Stones: {plain(listed(details.gemstones))}")
        if details.sizes:
            st.markdown(_sizes(details.sizes))
        if details.why:
            st.markdown(f"Shown to you because: {plain(' · '.join(details.why))}")
    if details.description:
        st.markdown(plain(details.description))
    _actions(details, send)


def _pictures(details: PieceDetails) -> None:
    shown = details.images[:PICTURES] or [""]
    for number, image in enumerate(shown, start=1):
        name = details.name
        if len(shown) > 1:
            name = DESCRIBED_AS.format(name=name, number=number, count=len(shown))
        st.html(
            f'<img src="{html.escape(picture(image))}" alt="{html.escape(name)}" width="100%" '
            'style="border-radius:.5rem;display:block;aspect-ratio:1;max-width:16rem;margin:auto">'
        )


def _sizes(sizes: Sequence[SizeOffered]) -> str:
    """Each with what it is worth today; a colour never stands alone."""
    words = [
        pill(one.option, "good") if one.ready else pill(f"{one.option} sold out") for one in sizes
    ]
    return f"Sizes in stock: {' '.join(words)}"


def _actions(details: PieceDetails, send: Send) -> None:
    with st.container(horizontal=True, gap="small"):
        label = "Saved" if details.saved else "Save to shortlist"
        icon = ":material/favorite:"
        if st.button(label, key="piece-save", type="primary", icon=icon, disabled=details.saved):
            _close()
            send("", ShortlistSubmission(product_ids=[details.product_id]))
        for number, action in enumerate(details.actions):
            if st.button(plain(action.label), key=f"piece-action-{number}"):
                _close()
                send(action.text, None)
        if details.url and details.url.startswith(("https://", "http://")):
            st.link_button("See it in the shop", details.url, icon=":material/open_in_new:")
