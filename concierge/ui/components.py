"""Parts that screens share, so that the same thing looks the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import streamlit as st

from concierge.core.actor import Role
from concierge.core.formatting import datetime_text, relative, short_money
from concierge.core.privacy import MASK
from concierge.ui import registry, runtime, state

Tone = Literal["good", "warn", "bad", "info", "accent", "plain"]
_COLOURS: Mapping[Tone, Literal["green", "orange", "red", "blue", "violet", "gray"]] = {
    "good": "green",
    "warn": "orange",
    "bad": "red",
    "info": "blue",
    "accent": "violet",
    "plain": "gray",
}
_ROLE_NAMES = {
    Role.AGENT: "Agent",
    Role.ANALYST: "Analyst",
    Role.PM: "Product manager",
    Role.ADMIN: "Admin",
}
_BOUNDS = {"budget_min_cents": "≥", "budget_max_cents": "≤"}
PLACEHOLDER = "/app/static/pieces/placeholder.svg"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:&=])")
SEAM = ":gray[]"
"""Markdown for nothing. Addresses, arrows and names of icons are looked for in text that stands in
one piece, after escapes are gone; a seam within them keeps them words, unseen and never copied."""
_SEAMS = re.compile(
    r"(?=@)|(?<=:)(?=\S)(?<!\d:(?=\d))|(?<=www)(?=\.)|(?<=[-<>~])(?=[-=>])", re.IGNORECASE
)


def plain(text: str) -> str:
    """Somebody's words as they are: nothing in them becomes markup, a link, a sign or a formula.

    Their lines stay lines of one paragraph: what stands around them goes on after them.
    """
    lines = (line.strip() for line in text.splitlines())
    return "  \n".join(_line(line) for line in lines if line)


def _line(text: str) -> str:
    return SEAM.join(_MARKUP.sub(r"\\\1", piece) for piece in _SEAMS.split(text))


def unbroken(text: str) -> str:
    """The same, where no line ends between a number and its per cent."""
    return text.replace(" %", "\u00a0%")


def picture(address: str | None) -> str:
    """A piece's picture where a screen may draw it from: a path of our own, else the placeholder.

    Imported pieces keep the addresses of their shop, and no request leaves the machine.
    """
    # A second slash or a backslash would name another host; control characters hide one.
    own = address is not None and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20]*", address)
    return address if address is not None and own else PLACEHOLDER


def header(title: str, about: str = "") -> None:
    """The one heading of a screen, and what it is for."""
    st.title(title, anchor=False)
    if about:
        st.caption(about)


def empty(title: str, hint: str) -> None:
    """An empty place says what would be here and how to get it; both are words, never markup."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"**{plain(title)}**", text_alignment="center")
        st.caption(plain(hint), text_alignment="center")


def pill(word: str, tone: Tone = "plain") -> str:
    """A coloured word, as markdown to put in a line; the colour never stands alone."""
    return f":{_COLOURS[tone]}-badge[{plain(word)}]"


def role_name(role: Role) -> str:
    return _ROLE_NAMES[role]


def roles(held: Iterable[Role]) -> str:
    """A person's roles as pills, as markdown."""
    return " ".join(pill(role_name(role), "accent") for role in sorted(held))


def badge(word: str, tone: Tone = "plain", icon: str | None = None) -> None:
    st.badge(plain(word), color=_COLOURS[tone], icon=icon)


def copyable(text: str) -> None:
    """An id with a button that copies it."""
    st.code(text, language=None, width="content", wrap_lines=True)


def person(name: str | None, email: str | None = None) -> str:
    """A person in a line, as markdown; masked values arrive masked from the services."""
    shown = plain(name) if name else MASK
    return f"{shown} · {plain(email)}" if email else shown


def moment(at: datetime | None) -> str:
    """A date and time with the viewer's zone named; none is a dash."""
    return datetime_text(at, state.zone()) if at else "–"


def ago(at: datetime | None) -> str:
    """`2 minutes ago`; none is "never"."""
    return relative(at, runtime.services().clock.now()) if at else "never"


def link(path: str, label: str, *, icon: str | None = None, **query: str) -> None:
    """A link to another screen, with what it should show; without a reload."""
    found = registry.screen(path)
    st.page_link(
        found.file, label=plain(label), icon=icon or found.icon, query_params=query or None
    )


def known_text(name: str, value: object, currency: str | None = None) -> str:
    """What was read from a message, in words: `budget_max_cents` 30000 is `budget ≤ $300`, and
    what is so, or is not, has no other value than its name.

    A value is as the slot has it, or as a trace writes it: `300`, `true`, `6.5`.
    """
    if name in _BOUNDS and str(value).isdecimal():
        return f"budget {_BOUNDS[name]} {short_money(int(str(value)), currency or 'USD')}"
    if name in {"ring_size", "size_us"}:
        size = value["us"] if isinstance(value, Mapping) else float(str(value))
        return f"ring size US {size:g}"
    if name == "ready_to_ship":
        return "ready to ship" if str(value).casefold() == "true" else "made to order too"
    said = name.replace("_", " ")
    if str(value).casefold() in {"true", "false"}:
        return said if str(value).casefold() == "true" else f"not {said}"
    return f"{said} {value}"


def known_texts(values: Mapping[str, object]) -> list[str]:
    """The same for each; a currency among them is in the amounts."""
    currency = str(values.get("currency") or "") or None
    told = {name: value for name, value in values.items() if name != "currency"}
    return [known_text(name, value, currency) for name, value in told.items()]
