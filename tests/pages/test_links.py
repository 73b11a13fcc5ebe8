"""Whatever a link to a screen says, the screen is shown, and nothing in the link becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.tickets.models import Source, TicketCustomerDraft, TicketDraft
from concierge.ui import state
from concierge.ui.registry import SCREENS
from tests.pages.conftest import OpenScreen, text_of

EVIL = "x** [Session expired: sign in](https://evil.example) **<script>"
NONSENSE = ("nonsense", "-1", "0001-01-01", "9999-12-31", "9" * 300, "é\x00%00")
LINK_OR_TAG = re.compile(r"(?<!\\)\](?<!\\)\(|(?<!\\)<script|https://")
PATHS = [screen.path for screen in SCREENS]
NAMES_ONE = {
    "chat": "session",
    "tickets": "ticket",
    "orders": "order",
    "conversations": "session",
    "users": "user",
}
"""What names one thing: a link to one that is not there says so, or the chat begins anew."""
FREE = {"find", "q", "tag"}
"""What is searched for may be any text."""


ASKS_FOR_MORE = {"period": "custom", "by": "channel"}
"""With these a screen reads the days, and the group, from its link."""


class Read:
    """Which values of the link a screen asks for."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._query = state.query

    def query(self, name: str, default: str = "") -> str:
        self.names.add(name)
        return self._query(name, default)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    spy = Read()
    monkeypatch.setattr(state, "query", spy.query)
    return spy


@pytest.fixture
def names(services: Services, open_screen: OpenScreen, read: Read, path: str) -> list[str]:
    """Every value of the link this screen reads, also what it reads only with others in it."""
    open_screen(Role.ADMIN, path)
    open_screen(Role.ADMIN, path, **ASKS_FOR_MORE)
    return sorted(read.names)


@pytest.fixture(autouse=True)
def _something_to_show(services: Services) -> None:
    opened = services.sessions.open(Actor.system("tests"), channel="widget", greeting=[])
    services.tickets.open(
        Actor.system("tests"),
        TicketDraft(
            customer=TicketCustomerDraft(name="Ada Example", email="ada@example.com"),
            message="Hello",
            source=Source.AGENT,
            session_id=opened.session.id,
        ),
        request_id="one",
    )


def test_the_screens_read_what_this_test_thinks_they_read(
    open_screen: OpenScreen, read: Read
) -> None:
    for path in PATHS:
        open_screen(Role.ADMIN, path, **ASKS_FOR_MORE)
    assert read.names >= {"view", "sort", "status", "priority", "tier", "intent", "period", "from"}
    assert read.names >= {"by", "window", "order", "steps", "stopped", "group", "kind", "channel"}
    assert read.names >= {*NAMES_ONE.values(), *FREE}


@pytest.mark.parametrize("path", PATHS)
def test_nothing_in_a_link_becomes_markup(
    open_screen: OpenScreen, names: list[str], path: str
) -> None:
    for name in names:
        screen = open_screen(Role.ADMIN, path, **{**ASKS_FOR_MORE, name: EVIL})
        shown = [text for text in _rendered(screen) if LINK_OR_TAG.search(text)]
        assert not shown, f"{path}?{name}"
        if name == NAMES_ONE.get(path):
            said = "Session expired" in text_of(screen)
            assert said or path == "chat", "what is not there is named as it is"
        elif name not in FREE:
            assert name not in screen.query_params, f"{path}?{name} is dropped"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", NONSENSE)
def test_a_value_a_screen_does_not_know_is_dropped_and_the_screen_is_shown(
    open_screen: OpenScreen, names: list[str], read: Read, path: str, value: str
) -> None:
    link = {name: value for name in names if name != NAMES_ONE.get(path)}
    read.names.clear()
    screen = open_screen(Role.ADMIN, path, **{**link, **ASKS_FOR_MORE})
    assert screen.title
    assert "Try again" not in [button.label for button in screen.button], text_of(screen)
    kept = read.names & set(link) & set(screen.query_params) - FREE - set(ASKS_FOR_MORE)
    assert kept <= ({"from", "to"} if value[4:5] == "-" else set()), f"{path} keeps {kept}"


def _rendered(screen: AppTest) -> Iterator[str]:
    """All that is drawn as markdown: texts, and the labels of what can be pressed."""
    for kind in ("title", "header", "subheader", "markdown", "caption"):
        yield from (str(one.value) for one in screen.get(kind))
    for kind in ("error", "warning", "info", "success", "toast"):
        yield from (str(one.value) for one in screen.get(kind))
    for kind in ("button", "checkbox", "toggle", "page_link", "metric", "expander"):
        yield from (str(getattr(one, "label", "")) for one in screen.get(kind))
