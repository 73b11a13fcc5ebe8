"""What people see when something fails: words and a request id, never a traceback."""

from __future__ import annotations

import re

import pytest
from pymongo.errors import ServerSelectionTimeoutError
from streamlit.testing.v1 import AppTest

from concierge.accounts.service import AccountsService
from concierge.bootstrap import Services
from concierge.core.errors import NotFound
from concierge.tickets.service import TicketsService
from concierge.web.gate import LOGIN_HEADER, ROLES_HEADER, USER_HEADER
from tests.pages.conftest import MAIN, SECONDS, OpenScreen, Role, sign_in, text_of, words_of


def _raise(error: Exception) -> object:
    def failing(*_: object, **__: object) -> object:
        raise error

    return failing


def test_an_outage_in_a_screen_is_said_with_a_way_to_try_again(
    services: Services, open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(
            TicketsService, "counts", _raise(ServerSelectionTimeoutError("10.0.0.7:27017"))
        )
        screen = open_screen(Role.AGENT)
        shown = text_of(screen)
        assert "The database does not answer right now" in shown
        assert "10.0.0.7" not in shown
        assert re.search(r"Request `[0-9a-f]{32}`", shown)
        (again,) = [button for button in screen.button if button.label == "Try again"]
    again.click().run()
    assert "does not answer" not in text_of(screen)
    assert screen.metric


def test_an_outage_before_the_screen_is_said_as_well(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    app.user = sign_in(services, "agent")
    monkeypatch.setattr(AccountsService, "still", _raise(ServerSelectionTimeoutError("away")))
    app.run()
    assert not app.exception
    assert "The database does not answer right now" in text_of(app)
    assert not app.title


def test_a_deliberate_error_is_shown_as_its_sentence(
    services: Services, open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TicketsService, "counts", _raise(NotFound("ticket", "STY-1")))
    shown = words_of(open_screen(Role.AGENT))
    assert "No ticket STY-1 was found." in shown
    assert "Traceback" not in shown


def test_the_headers_the_gate_sets_are_those_the_screens_read() -> None:
    from streamlit import config

    mapping = config.get_option("server.trustedUserHeaders")
    assert {name.lower().encode(): key for name, key in mapping.items()} == {
        USER_HEADER: "username",
        LOGIN_HEADER: "login_id",
        ROLES_HEADER: "roles",
    }
