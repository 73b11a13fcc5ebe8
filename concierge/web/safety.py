"""Where a request comes from, and where it may be sent on to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_NEVER_NEXT = ("/session", "/_stcore", "/api", "/media", "/static", "/component", "/app/static")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def safe_next(wanted: str | None) -> str:
    """A path of ours to go to after signing in, or `/`.

    One leading slash, no second one, no backslash, control character, scheme or host, and none of
    the places that are not screens. Browsers read `/\\host` and `/<tab>/host` as other hosts.
    """
    if not wanted or len(wanted) > 2_000 or _CONTROL.search(wanted):
        return "/"
    if not wanted.startswith("/") or wanted.startswith("//"):
        return "/"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc:
        return "/"
    path = parts.path.lower()
    if any(path == place or path.startswith(f"{place}/") for place in _NEVER_NEXT):
        return "/"
    return wanted


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request that changes something was sent by one of our own pages or by a program.

    Browsers say it in `Sec-Fetch-Site`; those that do not are judged by `Origin`. A program sends
    neither, and carries no cookie it was not given on purpose.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    return own_origin(origin, headers.get("host"))


def own_origin(origin: str | None, host: str | None) -> bool:
    """Whether the `Origin` names the host that was asked."""
    if not origin or not host:
        return False
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def host_name(host: str) -> str:
    """`127.0.0.1` of `127.0.0.1:8501`; empty for what is no host."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
