"""Where the customer of the concierge chat comes from: a page of the shop, and what is in the cart.

A choice holds from the opening of a conversation on. One in which nothing was said yet is opened
again at once; else the choice waits for the next one, and says so.
"""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Actor
from concierge.sessions.models import SessionContext
from concierge.ui.components import plain
from concierge.ui.views import chat
from concierge.ui.views.scenario_setting import PIECES, named

PIECE = "halo-ring"
HOME, CHECKOUT = "From the home page", "From the checkout"
PAGES = {
    HOME: SessionContext(),
    "From a ring's page": SessionContext(page=f"/products/{PIECE}", product_id=PIECE),
    "From the catalogue": SessionContext(page="/catalog"),
    CHECKOUT: SessionContext(page="/checkout"),
}
_PAGE, _CART = "chat-page", "chat-cart"
_OF = "_chat_origin_of"
Chosen = tuple[str, list[str]]
"""A name of `PAGES`, and pieces in the cart."""


def choose(actor: Actor, kept: chat.Conversation) -> str:
    """The choices and the button for a new chat; what there is to say of a choice that waits."""
    now = _chosen(kept.session.context)
    if st.session_state.get(_OF) != kept.session.id or _PAGE not in st.session_state:
        st.session_state[_OF] = kept.session.id
        st.session_state[_PAGE], st.session_state[_CART] = now
    page = st.selectbox(
        "Where the customer comes from",
        list(PAGES),
        key=_PAGE,
        width=200,
        label_visibility="collapsed",
    )
    laid = st.session_state[_CART]
    with st.popover(f"Cart: {len(laid)}" if laid else "Cart", icon=":material/shopping_cart:"):
        cart = st.multiselect("In the cart", PIECES, format_func=named, key=_CART, width=260)
    waits = (page, cart) != now
    pressed = st.button(
        "New chat",
        icon=":material/add_comment:",
        type="primary" if waits else "secondary",
        key="new-chat",
    )
    if pressed or (waits and kept.seq <= 1):
        if page == CHECKOUT and page != now[0] and not cart:
            cart = [PIECE]  # nobody is there with nothing
        chat.forget_unread()
        chat.start(actor, PAGES[page].model_copy(update={"cart": cart}))
        st.rerun()
    if not waits:
        return ""
    held = f" with {len(cart)} in the cart" if cart else ""
    return plain(f"{page}{held}: applies to the next chat.")


def _chosen(context: SessionContext) -> Chosen:
    """What a conversation was opened with, as far as it can be chosen here."""
    page = next((name for name, one in PAGES.items() if one.page == context.page), HOME)
    return page, [piece for piece in context.cart if piece in PIECES]
