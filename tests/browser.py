"""One Chromium for all tests that look at the application as a person does.

A second synchronous Playwright cannot start in the same thread, so all share this one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PATIENCE_MS = 20_000
ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# Streamlit looks for its own server below every deep link before it finds it at the root.
_PROBING = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Watched:
    """A page, what it asked of other hosts, and what its console complained of."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def watched_page(
    browser: Browser,
    base_url: str,
    *,
    scheme: Literal["light", "dark"] = "light",
    width: int = 1280,
    height: int = 900,
) -> Iterator[Watched]:
    """A page of a fresh browser profile."""
    context = browser.new_context(
        base_url=base_url, color_scheme=scheme, viewport={"width": width, "height": height}
    )
    try:
        yield watch(context.new_page(), base_url)
    finally:
        context.close()


def watch(page: Page, base_url: str) -> Watched:
    watched = Watched(page)
    own = (base_url, base_url.replace("http", "ws", 1), "data:", "blob:")

    def asked(request: Request) -> None:
        if not request.url.startswith(own):
            watched.foreign.append(request.url)

    def said(message: ConsoleMessage) -> None:
        address = str(message.location.get("url", ""))
        if message.type == "error" and not _PROBING.search(address):
            watched.complaints.append(f"{message.text} ({address})")

    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    return watched


def sign_in_as(page: Page, role: str) -> None:
    """By the demo button of the sign-in page that is open."""
    page.click(f"button.role[value={role}]")
