"""A row of cards to leaf through: it says how many there are, and has a step back and on.

The row scrolls by itself, by touch, wheel and keyboard; the bar above it is for who sees no way to.
Its buttons move what is in view and ask the server nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

_SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


@contextmanager
def row(total: int, key: str) -> Iterator[None]:
    """Each container drawn within is a card; `key` is the row's own."""
    with st.container(key=f"leafing-{key}", gap="xsmall"):
        if total > 1:
            st.html(_bar(total, key), unsafe_allow_javascript=True)
        with st.container(horizontal=True, wrap=False, gap="small", key=f"row-{key}"):
            yield


def _bar(total: int, key: str) -> str:
    """Nothing in it is anybody's words, as it carries a script. With the key no two are the same:
    the browser runs the script again for another row, which stands at the same place."""
    return (
        f'<div class="leafing" role="group" aria-label="Pieces" data-total="{total}" '
        f'data-row="{key}"><span aria-live="polite">{total} pieces</span>'
        f"{_button('Previous pieces', 'chevron_left')}{_button('Next pieces', 'chevron_right')}"
        f"</div><script>{_SCRIPT}</script>"
    )


def _button(name: str, icon: str) -> str:
    return (
        f'<button type="button" aria-label="{name}" title="{name}">'
        f'<span aria-hidden="true">{icon}</span></button>'
    )
