"""The accounts screen: act, then look."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from concierge.accounts.models import USERS
from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from tests.pages.conftest import OpenScreen, text_of, words_of

BOSS = Actor.system("tests")


@pytest.fixture(autouse=True)
def _only_demo_people_stay(services: Services) -> Iterator[None]:
    yield
    services.mongo.collection(USERS).delete_many({"demo": False})


def test_the_demo_people_are_listed_with_their_roles(open_screen: OpenScreen) -> None:
    shown = text_of(open_screen(Role.ADMIN, "users"))
    for name in ("Sam Agent", "Noor Analyst", "Kim Manager", "Robin Admin"):
        assert name in shown


def test_adding_a_person_shows_a_link_once(open_screen: OpenScreen, services: Services) -> None:
    screen = open_screen(Role.ADMIN, "users")
    screen.text_input(key="add-name").set_value("Ada Example")
    screen.text_input(key="add-username").set_value("ada")
    screen.button(key="FormSubmitter:add-Add and make a link").click().run()
    assert not screen.exception
    address = screen.code[0].value
    assert address.startswith(f"{services.settings.base_url}/session/password/")
    token = address.rsplit("/", 1)[1]
    assert services.accounts.link_owner(token).username == "ada"
    assert "invited" in text_of(screen)
    screen.button(key="link-done").click().run()
    assert not screen.code


def test_a_fault_is_shown_and_nobody_is_added(open_screen: OpenScreen, services: Services) -> None:
    screen = open_screen(Role.ADMIN, "users")
    screen.text_input(key="add-name").set_value("Ada Example")
    screen.text_input(key="add-username").set_value("agent")
    screen.button(key="FormSubmitter:add-Add and make a link").click().run()
    assert not screen.exception
    assert "There is already an account named agent." in words_of(screen)
    assert len(services.accounts.list(BOSS).items) == len(Role)


def test_roles_are_changed_in_the_dialog_and_the_link_closes(
    open_screen: OpenScreen, services: Services
) -> None:
    services.accounts.create(BOSS, username="ada", name="Ada Example", roles=[Role.AGENT])
    screen = open_screen(Role.ADMIN, "users", user="ada")
    screen.multiselect(key="roles").set_value([Role.AGENT, Role.PM]).run()
    screen.button(key="save-roles").click().run()
    assert not screen.exception
    assert services.accounts.get(BOSS, "ada").roles == {Role.AGENT, Role.PM}
    assert "user" not in screen.query_params


def test_disabling_asks_once_and_can_be_undone(open_screen: OpenScreen, services: Services) -> None:
    services.accounts.create(BOSS, username="ada", name="Ada Example", roles=[Role.AGENT])
    screen = open_screen(Role.ADMIN, "users", user="ada")
    screen.button(key="disable").click().run()
    assert services.accounts.get(BOSS, "ada").disabled
    assert "disabled" in text_of(screen)
    screen = open_screen(Role.ADMIN, "users", user="ada")
    screen.button(key="enable").click().run()
    assert not services.accounts.get(BOSS, "ada").disabled


def test_an_admin_cannot_disable_the_own_account(
    open_screen: OpenScreen, services: Services
) -> None:
    screen = open_screen(Role.ADMIN, "users", user="admin")
    screen.button(key="disable").click().run()
    assert not screen.exception
    assert "You cannot disable your own account" in words_of(screen)
    assert not services.accounts.get(BOSS, "admin").disabled


def test_a_link_to_nobody_says_so(open_screen: OpenScreen) -> None:
    shown = text_of(open_screen(Role.ADMIN, "users", user="nobody"))
    assert "No account nobody was found" in shown


def test_names_with_markup_are_shown_as_they_are(
    open_screen: OpenScreen, services: Services
) -> None:
    services.accounts.create(BOSS, username="dash", name="Ada-Bo O'Example", roles=[Role.AGENT])
    assert "Ada\\-Bo O'Example" in text_of(open_screen(Role.ADMIN, "users"))
