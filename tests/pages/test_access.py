"""Every screen for every role: shown, or refused with a reason; and who is nobody sees nothing."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.ui import guards
from concierge.ui.registry import PAGES_FOLDER, SCREENS, shown_to
from tests.pages.conftest import MAIN, SECONDS, OpenScreen, relative, sign_in, text_of, words_of

AGENT, ANALYST, PM, ADMIN = Role.AGENT, Role.ANALYST, Role.PM, Role.ADMIN
WHO_SEES = {
    "home": {AGENT, ANALYST, PM, ADMIN},
    "chat": {AGENT, PM, ADMIN},
    "rules": {PM, ADMIN},
    "scenarios": {PM, ADMIN},
    "tickets": {AGENT, ADMIN},
    "conversations": {AGENT, ANALYST, PM, ADMIN},
    "csat": {AGENT, ANALYST, ADMIN},
    "orders": {AGENT, ANALYST, ADMIN},
    "funnel": {ANALYST, PM, ADMIN},
    "users": {ADMIN},
}
PATHS = [screen.path for screen in SCREENS]


def test_every_screen_says_here_who_sees_it() -> None:
    assert set(PATHS) <= set(WHO_SEES)
    assert {file.resolve() for file in PAGES_FOLDER.rglob("*.py")} == {
        screen.file.resolve() for screen in SCREENS
    }


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", PATHS)
def test_a_screen_answers_each_role(open_screen: OpenScreen, path: str, role: Role) -> None:
    screen = open_screen(role, path)
    refused = "Your role does not include" in text_of(screen)
    assert refused is (role not in WHO_SEES[path])
    if refused:
        assert not screen.title, "nothing of the screen itself is shown"


@pytest.mark.parametrize("role", Role)
def test_the_menu_shows_a_role_its_screens(role: Role) -> None:
    shown = {screen.path for screen in shown_to(Actor.staff("somebody", {role}))}
    assert shown == {path for path in PATHS if role in WHO_SEES[path]}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "user",
    [
        {},
        {"username": "admin"},
        {"username": "admin", "login_id": "made up", "roles": "admin"},
        {"username": "admin", "login_id": "", "roles": "admin"},
    ],
)
def test_a_screen_shows_nothing_to_who_is_not_signed_in(
    services: Services, path: str, user: dict[str, str]
) -> None:
    app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    app.user = user
    app.query_params["user"] = "admin"
    app.run()
    assert not app.exception
    assert "Please sign in" in text_of(app)
    assert not app.title
    assert not app.button


@pytest.mark.parametrize("path", PATHS)
def test_a_page_file_run_by_itself_refuses(services: Services, path: str) -> None:
    """As if the router had been passed by: each screen asks by itself."""
    (found,) = [screen for screen in SCREENS if screen.path == path]
    app = AppTest.from_file(str(found.file), default_timeout=SECONDS)
    app.user = {}
    app.run()
    assert not app.exception
    assert "Please sign in" in text_of(app)
    assert not app.title


def test_roles_come_from_the_account_not_from_the_browser(services: Services) -> None:
    app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    app.user = {**sign_in(services, "agent"), "username": "admin", "roles": "admin"}
    app.run()
    app.switch_page(relative(PAGES_FOLDER / "admin" / "users.py"))
    app.run()
    assert "Your role does not include accounts" in text_of(app)


def test_a_sign_in_that_ended_is_noticed_by_an_open_page(
    services: Services, open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    app.user = sign_in(services, "agent")
    app.run()
    assert app.title
    services.accounts.end_login(app.user["login_id"])
    monkeypatch.setattr(guards, "LOOK_EVERY_SECONDS", 0.0)
    app.run()
    assert "Your sign-in has ended" in words_of(app)
    assert not app.title


def test_changed_roles_count_in_an_open_page(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = Actor.system("tests")
    app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    app.user = sign_in(services, "pm")
    app.run()
    app.switch_page(relative(PAGES_FOLDER / "admin" / "users.py"))
    app.run()
    assert "Your role does not include accounts" in text_of(app)
    monkeypatch.setattr(guards, "LOOK_EVERY_SECONDS", 0.0)
    services.accounts.change_roles(boss, "pm", [Role.PM, Role.ADMIN])
    try:
        app.run()
        assert app.title[0].value == "Accounts"
    finally:
        services.accounts.change_roles(boss, "pm", [Role.PM])
