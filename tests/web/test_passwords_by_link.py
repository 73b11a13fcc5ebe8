"""An admin's one-time link, from its making to the first sign-in."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from concierge import bootstrap
from concierge.core.actor import Actor, Role
from concierge.core.ids import new_id
from tests.server import RunningApp
from tests.web.database import services_of

ADMIN = Actor.staff("admin", {Role.ADMIN})
NEW = "a new long sentence"


@pytest.fixture
def services(running_app: RunningApp) -> Iterator[bootstrap.Services]:
    with services_of(running_app) as built:
        yield built


@pytest.fixture
def invited(services: bootstrap.Services) -> tuple[str, str]:
    """User name, and the link's path."""
    username = f"new-{new_id()[:8]}"
    services.accounts.create(ADMIN, username=username, name="New Example", roles=[Role.AGENT])
    return username, services.accounts.one_time_link(ADMIN, username).path


def test_a_link_leads_to_a_password_and_then_to_the_desk(
    visitor: httpx2.Client, invited: tuple[str, str]
) -> None:
    username, path = invited
    page = visitor.get(path)
    assert page.status_code == 200
    assert username in page.text
    done = visitor.post(path, data={"password": NEW, "again": NEW})
    assert done.status_code == 303
    assert done.headers["location"] == "/session/login?reason=password"
    signed_in = visitor.post("/session/login", json={"username": username, "password": NEW})
    assert signed_in.status_code == 200
    again = visitor.get(path)
    assert again.status_code == 404
    assert "does not work any more" in again.text
    assert visitor.post(path, data={"password": NEW, "again": NEW}).status_code == 404


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"password": NEW, "again": "something else"}, "not the same"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({}, "at least 12 characters"),
    ],
)
def test_a_fault_is_said_and_the_link_stays_good(
    visitor: httpx2.Client, invited: tuple[str, str], form: dict[str, str], says: str
) -> None:
    _, path = invited
    answer = visitor.post(path, data=form)
    assert answer.status_code == 422
    assert says in answer.text
    assert visitor.get(path).status_code == 200


def test_a_link_is_not_used_from_another_site(
    visitor: httpx2.Client, invited: tuple[str, str]
) -> None:
    answer = visitor.post(
        invited[1],
        data={"password": NEW, "again": NEW},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("token", ["x", "x" * 43, "a.b"])
def test_a_made_up_link_says_what_to_do(visitor: httpx2.Client, token: str) -> None:
    answer = visitor.get(f"/session/password/{token}")
    assert answer.status_code == 404
