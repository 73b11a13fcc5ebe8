"""What was said before, as pieces of HTML.

Nothing in it can be pressed, so that ten bubbles are one element of the screen. A piece that has
not changed costs the browser nothing: it is cleaned and laid out once. Everything that people or
the catalogue wrote is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from concierge.core.formatting import date_text, datetime_text, money, short_money, time_text
from concierge.replies.models import (
    Article,
    CsatPrompt,
    OrderList,
    OrderTimeline,
    ProductCard,
    ProductGrid,
    Reply,
    ReturnConfirmed,
    ShortlistView,
    Text,
    TicketOpened,
)
from concierge.sessions.models import Author, TranscriptEntry
from concierge.ui import state
from concierge.ui.components import picture

MARKS = {"done": "●", "current": "◉", "ahead": "○"}
"""How the steps of an order are told apart without a colour."""
_ICONS = {
    Author.CUSTOMER: "person",
    Author.CONCIERGE: "diamond",
    Author.AGENT: "support_agent",
    Author.SYSTEM: "info",
}


def conversation(entries: Iterable[TranscriptEntry], zone: str) -> str:
    """The bubbles, named as those are that can still be pressed; `zone` is the viewer's."""
    return "".join(_bubble(entry, zone) for entry in entries)


def folded(title: str, lines: Iterable[str]) -> str:
    """A line that opens to more of them."""
    inside = _lines(lines)
    return f'<details class="past-folded"><summary>{escape(title)}</summary>{inside}</details>'


def words(said: Iterable[str], small: Iterable[str] = (), *, title: str = "") -> str:
    """Paragraphs, and paragraphs in small print under them. Unlike markdown they cost the browser
    nothing as long as they stay the same."""
    head = f"<p><strong>{escape(title)}</strong></p>" if title else ""
    foot = "".join(f'<p class="words-small">{escape(one)}</p>' for one in small)
    return f'<div class="words">{head}{"".join(map(_words, said))}{foot}</div>'


def cards(shown: Sequence[ProductCard]) -> str:
    """Pieces that wrap instead of being leafed through, which the keyboard could not do here."""
    inside = "".join(f'<div class="past-card">{card(one)}</div>' for one in shown)
    return f'<div class="past-cards">{inside}</div>'


def card(shown: ProductCard) -> str:
    """What a card says."""
    name, metal = escape(shown.name), escape(shown.metal or "")
    image = escape(picture(shown.image))
    why = escape(" · ".join(shown.why))
    price = short_money(shown.price_cents, shown.currency)
    return (
        f'<img src="{image}" alt="{name}" width="100%" height="auto" loading="lazy" '
        f'style="border-radius:.5rem;display:block;aspect-ratio:1">'
        f'<div style="margin-top:.4rem;line-height:1.3"><strong>{name}</strong><br>{price}'
        f'<br><small style="opacity:.8">{metal}</small>'
        f'<br><small style="opacity:.8">{why}</small></div>'
    )


def _bubble(entry: TranscriptEntry, zone: str) -> str:
    who = "user" if entry.author is Author.CUSTOMER else "assistant"
    said = "".join(_reply(reply, zone) for reply in entry.replies) or _words(entry.text)
    if entry.author is Author.AGENT:
        name = escape(entry.author_name or "Stylist")
        said = f"<small>{name} · {time_text(entry.at, zone)}</small>{said}"
    return (
        f'<div class="past past-{who}" role="group" aria-label="Chat message from {who}">'
        f'<span class="past-icon" aria-hidden="true">{_ICONS[entry.author]}</span>'
        f"<div>{said}</div></div>"
    )


def _reply(reply: Reply, zone: str) -> str:
    match reply:
        case Text() | CsatPrompt():
            return _words(reply.as_text())
        case ProductGrid():
            more = reply.total - len(reply.cards)
            return cards(reply.cards) + (f"<small>{more} more fit.</small>" if more > 0 else "")
        case ShortlistView():
            return cards(reply.cards)
        case OrderTimeline():
            return _timeline(reply)
        case OrderList():
            return _lines(
                f"{one.order_number} · {one.status} · "
                f"{date_text(one.placed_at, state.days_zone())} · "
                f"{money(one.total_cents, one.currency)}"
                for one in reply.orders
            )
        case ReturnConfirmed():
            return _box(
                f"{reply.rma} · {reply.item}",
                [
                    f"Order {reply.order_number}",
                    f"Ship by {date_text(reply.ship_by, state.days_zone())}",
                ],
                _link(reply.label_url, "Print the return label"),
            )
        case TicketOpened():
            title = f"{reply.ticket_id} · a stylist answers {reply.promise}"
            return _box(title, [f"By {datetime_text(reply.promised_by, zone)}"])
        case Article():
            points = "".join(f"<li>{escape(point)}</li>" for point in reply.points)
            rows = "".join(
                f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
                for row in reply.table
            )
            return (
                f"<p><strong>{escape(reply.title)}</strong></p>{_words(reply.body)}"
                + (f"<ul>{points}</ul>" if points else "")
                + (f"<table>{rows}</table>" if rows else "")
            )
        case _:
            return ""  # buttons and forms, which were for then


def _timeline(reply: OrderTimeline) -> str:
    steps = [
        " ".join(
            (
                MARKS[step.status],
                f"{step.label}: {step.note}" if step.note else step.label,
                date_text(step.date, state.days_zone()) if step.date else "",
                "(estimated)" if step.estimated else "",
            )
        ).rstrip()
        for step in reply.entries
    ]
    sent = [f"{reply.carrier or 'Parcel'} {reply.tracking_number}"] if reply.tracking_number else []
    title = f"{reply.order_number} · {reply.stands}"
    return _box(title, [*reply.items, *steps, *sent])


def _box(title: str, lines: Iterable[str], more: str = "") -> str:
    return f'<div class="past-box"><strong>{escape(title)}</strong>{_lines(lines)}{more}</div>'


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"<div>{escape(line)}</div>" for line in lines)


def _words(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _link(address: str, words: str) -> str:
    if not address.startswith(("https://", "http://")):
        return ""
    return f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(words)}</a>'
