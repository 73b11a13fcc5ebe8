"""Who passes, who does not, and what is said to whom; on the running application."""

from __future__ import annotations

import httpx2
import pytest
from websockets.exceptions import InvalidStatus

from concierge.ui.registry import SCREENS
from tests.server import RunningApp
from tests.web.conftest import open_page

HTML = {"Accept": "text/html"}
CLOSED_TO_PROGRAMS = [
    "/_stcore/metrics",
    "/_stcore/agent/openapi.json",
    "/media/anything.csv",
    "/component/anything",
]


@pytest.mark.parametrize("url", [screen.url for screen in SCREENS])
def test_a_screen_sends_a_visitor_to_sign_in_and_back(visitor: httpx2.Client, url: str) -> None:
    answer = visitor.get(url, headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/session/login?next={url}"


def test_what_was_asked_for_is_remembered_whole(visitor: httpx2.Client) -> None:
    answer = visitor.get("/tickets?view=due_soon&text=a%20b", headers=HTML)
    assert (
        httpx2.URL(answer.headers["location"]).params["next"] == "/tickets?view=due_soon&text=a%20b"
    )


@pytest.mark.parametrize("path", CLOSED_TO_PROGRAMS)
def test_a_part_of_a_page_is_a_401_problem(visitor: httpx2.Client, path: str) -> None:
    answer = visitor.get(path, headers=HTML)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"
    assert answer.json()["requestId"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_is_changed_without_a_sign_in(visitor: httpx2.Client, method: str) -> None:
    assert visitor.request(method, "/tickets", headers=HTML).status_code == 401
    assert visitor.request(method, "/_stcore/upload_file/a/b").status_code == 401
    assert visitor.request(method, "/_stcore/agent/interact", json={}).status_code == 401


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", "/session/login", "/api/health", "/_stcore/health"]
)
def test_open_paths_answer_everybody(visitor: httpx2.Client, path: str) -> None:
    assert visitor.get(path).status_code == 200


def test_identity_headers_of_a_client_count_for_nothing(visitor: httpx2.Client) -> None:
    forged = {**HTML, "X-Aurora-User": "admin", "X-Aurora-Login": "x", "X-Aurora-Roles": "admin"}
    assert visitor.get("/users", headers=forged).status_code == 303


@pytest.mark.parametrize("value", ["", "x", "x" * 43, '"', "a=b; c"])
def test_a_made_up_cookie_is_no_sign_in(running_app: RunningApp, value: str) -> None:
    headers = {**HTML, "Cookie": f"aurora_login_{running_app.port}={value}"}
    with running_app.client() as client:
        assert client.get("/", headers=headers).status_code == 303


def test_a_signed_in_person_gets_the_screens(agent: httpx2.Client) -> None:
    answer = agent.get("/", headers=HTML)
    assert answer.status_code == 200
    assert "text/html" in answer.headers["content-type"]
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_page_without_a_sign_in_is_sent_away_not_left_retrying(running_app: RunningApp) -> None:
    with open_page(running_app) as page:
        assert page.socket.subprotocol == "streamlit"
        assert page.sent_to(5) == ("/session/login?reason=ended", 4401)


def test_a_socket_from_another_site_is_not_even_let_in(
    running_app: RunningApp, agent: httpx2.Client
) -> None:
    for client in (None, agent):
        with (
            pytest.raises(InvalidStatus, match="403"),
            open_page(running_app, client, origin="http://evil.example"),
        ):
            pass


def test_a_page_with_a_sign_in_stays_open(running_app: RunningApp, agent: httpx2.Client) -> None:
    with open_page(running_app, agent) as page:
        assert page.is_open()


def test_an_unknown_place_under_session_is_not_a_screen(visitor: httpx2.Client) -> None:
    assert visitor.get("/session/unknown").status_code == 404
    assert visitor.get("/api/unknown").status_code == 404


def test_another_host_name_is_refused_while_demo_accounts_are_open(
    visitor: httpx2.Client,
) -> None:
    """A foreign page whose name is turned to this machine could else sign in as anybody."""
    answer = visitor.get("/session/login", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert visitor.get("/session/login", headers={"Host": "localhost:1"}).status_code == 200


UNKNOWN = ["/nopage", "/nopage?ticket=x", "/tickets/nopage", "/index.html", "/home", "/Tickets"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_a_page_that_does_not_exist_is_said_to_who_is_signed_in(
    agent: httpx2.Client, path: str
) -> None:
    answer = agent.get(path, headers=HTML)
    assert answer.status_code == 404
    assert "This page does not exist" in answer.text
    assert 'href="/"' in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_program_learns_of_a_missing_page_as_a_problem(agent: httpx2.Client) -> None:
    answer = agent.get("/nopage")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("path", UNKNOWN)
def test_a_visitor_is_not_told_which_pages_there_are(visitor: httpx2.Client, path: str) -> None:
    answer = visitor.get(path, headers=HTML)
    assert answer.status_code == 303
    assert httpx2.URL(answer.headers["location"]).params["next"] == path


@pytest.mark.parametrize("url", [screen.url for screen in SCREENS])
def test_every_screen_exists_for_every_role_which_the_screen_itself_then_judges(
    agent: httpx2.Client, url: str
) -> None:
    assert agent.get(f"{url}?one=two", headers=HTML).status_code == 200
    assert agent.get("/favicon.png").headers["content-type"] == "image/png"
    if url != "/":
        slashed = agent.get(f"{url}/", headers=HTML)
        assert (slashed.status_code, slashed.headers["location"]) == (301, url)
