"""People at their screens: each a browser profile of its own, on one running application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import PATIENCE_MS, Watched, sign_in_as, watched_page
from tests.server import RunningApp

Visit = Callable[..., Page]


@pytest.fixture
def visit(running_app: RunningApp, browser: Browser) -> Iterator[Visit]:
    """`visit("agent", "/tickets")` signs a demo account in and opens a screen.

    `visit(None, path)` is somebody without an account. When the test is over, none of the pages may
    have asked anything of another host, nor may a console have complained.
    """
    with ExitStack() as profiles:
        opened: list[Watched] = []

        def open_(role: str | None, path: str = "/", *, width: int = 1280) -> Page:
            profile = watched_page(browser, running_app.url, width=width)
            watched = profiles.enter_context(profile)
            opened.append(watched)
            page = watched.page
            page.set_default_timeout(PATIENCE_MS)
            page.goto(path)
            if role is not None:
                sign_in_as(page, role)
            return page

        yield open_
        assert [url for watched in opened for url in watched.foreign] == []
        assert [said for watched in opened for said in watched.complaints] == []
