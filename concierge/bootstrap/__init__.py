"""The composition root: builds every room once and hands each what it needs.

`build` makes `Services` over a database that is already there; `start` does everything a process
needs first (server, collections, demo shop, jobs). `install` and `current` keep one per process:
a module global, because `st.cache_resource` leaks between tests and a ContextVar is unset in
script threads.
"""

from __future__ import annotations

from concierge.bootstrap.collections import ALL_COLLECTIONS
from concierge.bootstrap.process import current, emit_missing, install, moved, start, stop
from concierge.bootstrap.services import Services, build

__all__ = [
    "ALL_COLLECTIONS",
    "Services",
    "build",
    "current",
    "emit_missing",
    "install",
    "moved",
    "start",
    "stop",
]
