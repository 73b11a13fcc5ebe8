"""A customer of one's own: who they are, what they ordered, where they come from, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st
from pydantic import ValidationError

from concierge.core.errors import InvalidInput
from concierge.customers.models import Tier
from concierge.orders.models import OrderStatus
from concierge.rehearsal.models import CustomerSetting, Line, OrderSetting, Scenario
from concierge.ui import runtime
from concierge.ui.views.parts import words

MOST_ORDERS = 4
PAGES = {
    "The home page": None,
    "A piece's page": "/products/",
    "The catalogue": "/catalog",
    "The cart": "/cart",
    "The checkout": "/checkout",
}
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
    "UTC",
)
PIECES = ("halo-ring", "dawn-band", "tidewater-ring", "lumen-studs", "crescent-necklace")
"""What may be ordered and laid into the cart here; a file may name any piece."""
_DATED = {OrderStatus.DELIVERED, OrderStatus.RETURN_PENDING, OrderStatus.RETURNED}


def form() -> Scenario | None:
    """The customer once "Begin" was pressed."""
    services = runtime.services()
    who, where = st.columns(2, gap="medium")
    with who, st.container(border=True, height="stretch"):
        st.markdown("**Customer**")
        name = st.text_input("Name", "Ada Example", max_chars=120)
        email = st.text_input("E-mail", "ada@example.com", max_chars=254)
        tier = st.segmented_control(
            "Tier",
            [tier.value for tier in Tier],
            default=Tier.REGULAR.value,
            required=True,
            help="The concierge learns it only once an order is proven",
        )
    with where, st.container(border=True, height="stretch"):
        st.markdown("**Where and when**")
        page = st.selectbox("Comes from", list(PAGES))
        piece = None
        if PAGES[page] == "/products/":
            piece = st.selectbox("Which piece", PIECES, format_func=named)
        cart = st.multiselect("Cart", PIECES, format_func=named)
        now = services.clock.now().astimezone(ZoneInfo(services.timezone))
        with st.container(horizontal=True):
            day = st.date_input("Device date", now.date(), width=140)
            time = st.time_input("Device time", now.time(), step=timedelta(minutes=15), width=110)
            zones = list(dict.fromkeys([services.timezone, *ZONES]))
            zone = st.selectbox("Time zone", zones, format_func=words, width=190)
    with st.container(border=True):
        st.markdown("**Orders**")
        count = st.number_input("How many", 0, MOST_ORDERS, 1, width=140)
        orders = [_order(number) for number in range(int(count))]
    if not st.button("Begin", type="primary", icon=":material/play_arrow:"):
        return None
    try:
        return Scenario(
            name="own",
            title="A customer of my own",
            clock=datetime.combine(day, time).isoformat(sep=" ", timespec="minutes"),
            timezone=zone,
            customer=CustomerSetting(
                name=name.strip() or "Ada Example",
                email=email,
                tier=Tier(tier),
                orders=[OrderSetting.model_validate(order) for order in orders],
            ),
            page=f"/products/{piece}" if piece else PAGES[page],
            product=piece,
            cart=cart,
        )
    except ValidationError as error:
        fault = error.errors()[0]
        field = str(fault["loc"][-1]) if fault["loc"] else ""
        raise InvalidInput(field, fault["msg"].removeprefix("Value error, ")) from error


def _order(place: int) -> dict[str, object]:
    key = f"setting-order-{place}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.text_input(
            "Order number", f"GG-{12002 + place}", width=130, key=f"{key}-number", max_chars=64
        )
        status = OrderStatus(
            st.selectbox(
                "Status",
                [status.value for status in OrderStatus],
                index=list(OrderStatus).index(OrderStatus.DELIVERED),
                format_func=words,
                width=150,
                key=f"{key}-status",
            )
        )
        since = st.number_input(
            "Days since delivery" if status in _DATED else "Days since it was placed",
            0,
            365,
            12 if status in _DATED else 3,
            width=190,
            key=f"{key}-days-{status in _DATED}",
        )
        piece = st.selectbox("Piece", PIECES, format_func=named, width=180, key=f"{key}-piece")
        postal = st.text_input("Postal code", "10001", width=110, key=f"{key}-postal")
        custom = st.checkbox("Made for them", key=f"{key}-custom", help="Custom or engraved")
    order: dict[str, object] = {
        "number": number.strip(),
        "status": status,
        "postal_code": postal.strip(),
        "lines": [Line(piece=piece, custom=custom)],
    }
    order["delivered" if status in _DATED else "placed"] = timedelta(days=since)
    return order


def named(piece: str) -> str:
    """`halo-ring` as people read it."""
    return piece.replace("-", " ").capitalize()
