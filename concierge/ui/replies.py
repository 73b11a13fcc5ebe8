"""Each reply as a screen shows it: one `match` over the closed union.

Words of customers and of the catalogue are text: everything that reaches markdown or HTML is
escaped here or by `components.plain`.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from concierge.chat.models import (
    CsatSubmission,
    ReturnSubmission,
    ShortlistSubmission,
    StylistSubmission,
    Submission,
    TrackSubmission,
    UpdatesSubmission,
)
from concierge.core.formatting import date_text, datetime_text, money
from concierge.detection.models import Intent
from concierge.replies.models import (
    Article,
    CsatPrompt,
    OrderList,
    OrderTimeline,
    ProductCard,
    ProductGrid,
    QuickReplies,
    Reply,
    ReturnConfirmed,
    ReturnForm,
    ReturnKind,
    ShortlistView,
    StylistForm,
    Text,
    TicketOpened,
    TrackForm,
    UpdatesForm,
)
from concierge.ui import leafing, past, state
from concierge.ui.components import plain

Send = Callable[[str, Submission | None], None]
"""Says a text, or submits a form, as the customer."""

Look = Callable[[str], None]
"""Opens the details of a piece, by its id."""

_CARD_WIDTH = 184


def render(reply: Reply, key: str, send: Send | None, look: Look | None = None) -> None:
    """Draws one reply. Without `send` (an older turn, a transcript) nothing can be pressed,
    without `look` no piece has details."""
    match reply:
        case Text():
            st.markdown(plain(reply.text))
        case QuickReplies():
            if send is not None:
                _buttons(reply, key, send)
        case ProductGrid():
            _grid(reply, key, send, look)
        case ShortlistView():
            _cards(reply.cards, key, send, look, on_list=True)
        case OrderTimeline():
            _timeline(reply)
        case OrderList():
            _orders(reply, key, send)
        case TrackForm():
            if send is not None:
                _track(reply, key, send)
        case ReturnForm():
            if send is not None:
                _return(reply, key, send)
        case ReturnConfirmed():
            _confirmed(reply)
        case UpdatesForm():
            if send is not None:
                _updates(reply, key, send)
        case StylistForm():
            if send is not None:
                _stylist(reply, key, send)
        case TicketOpened():
            _ticket(reply)
        case CsatPrompt():
            _csat(reply, key, send)
        case Article():
            _article(reply)


def _buttons(reply: QuickReplies, key: str, send: Send) -> None:
    with st.container(horizontal=True, gap="small"):
        for number, option in enumerate(reply.options):
            label = plain(option.label)
            if st.button(label, key=f"{key}-quick-{number}", type="secondary"):
                send(option.text, None)


def _grid(reply: ProductGrid, key: str, send: Send | None, look: Look | None) -> None:
    if reply.filters and send is not None:
        with st.container(horizontal=True, gap="small"):
            for number, chip in enumerate(reply.filters):
                if st.button(
                    f"{plain(chip.label)}  ✕",
                    key=f"{key}-chip-{number}",
                    help="Search again without this",
                    type="tertiary",
                ):
                    send(chip.without_text, None)
    _cards(reply.cards, key, send, look)
    more = reply.total - len(reply.cards)
    if more > 0:
        st.caption(f"{more} more fit.")


def _cards(
    cards: list[ProductCard],
    key: str,
    send: Send | None,
    look: Look | None,
    *,
    on_list: bool = False,
) -> None:
    if send is None:
        st.html(past.cards(cards))
        return
    # One row to leaf through: a screen of pictures would push the answer itself out of sight.
    with leafing.row(len(cards), key):
        for card in cards:
            with st.container(border=True, gap="xsmall", width=_CARD_WIDTH):
                st.html(past.card(card))
                with st.container(horizontal=True, gap="xsmall"):
                    _save_button(card, f"{key}-{card.product_id}", send, on_list)
                    if look is not None:
                        _details_button(card, f"{key}-{card.product_id}", look)


def _save_button(card: ProductCard, key: str, send: Send, on_list: bool) -> None:
    saved = on_list or card.saved
    label = "Remove" if on_list else "Saved" if saved else "Save"
    icon = ":material/close:" if on_list else ":material/favorite:"
    if st.button(label, key=f"{key}-save", icon=icon, disabled=card.saved and not on_list):
        send("", ShortlistSubmission(product_ids=[card.product_id], remove=on_list))


def _details_button(card: ProductCard, key: str, look: Look) -> None:
    named = f"Details of {plain(card.name)}"
    if st.button("Details", key=f"{key}-details", help=named, type="tertiary"):
        look(card.product_id)


def _timeline(reply: OrderTimeline) -> None:
    zone = state.days_zone()
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(reply.order_number)}** · {plain(reply.stands)}")
        for item in reply.items:
            st.caption(plain(item))
        for entry in reply.entries:
            when = date_text(entry.date, zone) if entry.date else ""
            about = " (estimated)" if entry.estimated else ""
            line = f"{past.MARKS[entry.status]} {plain(entry.label)}"
            line += f": {plain(entry.note)}" if entry.note else ""
            weight = "**" if entry.status == "current" else ""
            st.markdown(f"{weight}{line}{weight}  :gray[{when}{about}]")
        if reply.tracking_number:
            st.caption(plain(f"{reply.carrier or 'Parcel'} {reply.tracking_number}"))


def _orders(reply: OrderList, key: str, send: Send | None) -> None:
    for order in reply.orders:
        with st.container(horizontal=True, vertical_alignment="center"):
            placed = date_text(order.placed_at, state.days_zone())
            total = money(order.total_cents, order.currency)
            st.markdown(
                plain(f"{order.order_number} · {order.status} · {placed} · {total}"),
                width="stretch",
            )
            if send is not None and st.button("Show", key=f"{key}-{order.order_number}"):
                send(f"Track {order.order_number}", None)


def _track(reply: TrackForm, key: str, send: Send) -> None:
    with st.form(f"{key}-track", border=True):
        number = st.text_input("Order number", reply.order_number or "", placeholder="GG-12001")
        email = st.text_input("E-mail on the order", reply.email or "")
        postal = st.text_input("or its postal code", reply.postal_code or "")
        if st.form_submit_button("Find my order", type="primary"):
            send(
                "",
                TrackSubmission(
                    purpose=Intent(reply.purpose),
                    order_number=number or None,
                    email=email or None,
                    postal_code=postal or None,
                ),
            )


def _return(reply: ReturnForm, key: str, send: Send) -> None:
    resize = reply.return_kind is ReturnKind.RESIZE
    open_lines = [line for line in reply.lines if line.blocked is None]
    for line in reply.lines:
        if line.blocked:
            st.caption(plain(f"{line.name}: {line.blocked}"))
    if not open_lines:
        return
    with st.form(f"{key}-return", border=True):
        names = {line.line_id: line.name for line in open_lines}
        chosen = st.radio("Which piece", list(names), format_func=lambda i: plain(names[i]))
        size = st.text_input("New size", reply.new_size or "", placeholder="US 6") if resize else ""
        reason = st.text_input("Anything the workshop should know" if resize else "What was wrong")
        label = "Request the resize" if resize else "Request the return"
        if st.form_submit_button(label, type="primary"):
            send(
                "",
                ReturnSubmission(
                    order_number=reply.order_number,
                    line_id=chosen,
                    return_kind=reply.return_kind,
                    reason=reason,
                    new_size=size or None,
                ),
            )


def _confirmed(reply: ReturnConfirmed) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(reply.rma)}** · {plain(reply.item)}")
        st.caption(f"Order {plain(reply.order_number)}")
        st.caption(f"Ship by {date_text(reply.ship_by, state.days_zone())}")
        if reply.label_url:
            st.link_button("Print the return label", reply.label_url, icon=":material/print:")


def _updates(reply: UpdatesForm, key: str, send: Send) -> None:
    with st.form(f"{key}-updates", border=True):
        email = st.text_input("E-mail", reply.email or "")
        phone = st.text_input("or mobile number", reply.phone or "", placeholder="+1 212 555 0101")
        if st.form_submit_button("Keep me posted", type="primary"):
            send(
                "",
                UpdatesSubmission(
                    order_number=reply.order_number,
                    email=email or None,
                    phone=phone or None,
                    opt_out=reply.opt_out,
                ),
            )


def _stylist(reply: StylistForm, key: str, send: Send) -> None:
    with st.form(f"{key}-stylist", border=True):
        name = st.text_input("Your name", reply.name or "")
        email = st.text_input("Your e-mail", reply.email or "")
        message = st.text_area("What is it about", reply.message or "", height=80)
        urgent = st.checkbox("This is urgent", reply.urgent)
        if st.form_submit_button("Talk to a stylist", type="primary"):
            if not name.strip() or not email.strip():
                st.error("Please give your name and an e-mail address.")
                return
            send(
                "",
                StylistSubmission(
                    name=name,
                    email=email,
                    message=message,
                    order_number=reply.order_number,
                    urgent=urgent,
                ),
            )


def _ticket(reply: TicketOpened) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(reply.ticket_id)}** · a stylist answers {plain(reply.promise)}")
        st.caption(f"By {datetime_text(reply.promised_by, state.zone())}")


def _csat(reply: CsatPrompt, key: str, send: Send | None) -> None:
    st.markdown(plain(reply.question))
    if send is None:
        return
    with st.form(f"{key}-csat", border=False):
        stars = st.feedback("stars", key=f"{key}-stars")
        notes = st.text_input("A word on why (optional)")
        if st.form_submit_button("Send rating"):
            if stars is None:
                st.error("Please choose one to five stars.")
                return
            send(
                "",
                CsatSubmission(
                    survey=reply.survey, rating=stars + 1, notes=notes, ticket_id=reply.ticket_id
                ),
            )


def _article(reply: Article) -> None:
    # One element: each of them costs the browser as much as all the words of one.
    points = "\n".join(f"- {plain(point)}" for point in reply.points)
    said = (f"**{plain(reply.title)}**", plain(reply.body), points)
    st.markdown("\n\n".join(filter(None, said)))
    if reply.table:
        head, *rows = reply.table
        columns = {name: [row[place] for row in rows] for place, name in enumerate(head)}
        st.dataframe(columns, hide_index=True, height=240)
