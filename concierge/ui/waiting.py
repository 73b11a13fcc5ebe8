"""Work that says so on the screen if it takes its time, and costs nothing where it does not.

A spinner that is there from the beginning starts a thread and sends the browser a message to draw
and one to forget it, with every answer, though none of them is ever seen.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

import streamlit as st

PATIENCE_SECONDS = 0.1
"""Streamlit's spinner waits for another half a second before it is seen."""
AT_ONCE = 64
T = TypeVar("T")

_workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="waiting")


def saying(words: str, work: Callable[[], T]) -> T:
    """What `work` returns or raises; it runs beside the screen's own thread and draws nothing."""
    done = _workers.submit(copy_context().run, work)
    if not wait([done], timeout=PATIENCE_SECONDS).done:
        with st.spinner(words):
            wait([done])
    return done.result()
