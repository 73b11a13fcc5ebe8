"""Signing in and out, on the running application."""

from __future__ import annotations

import re

import httpx2
import pytest

from concierge.accounts.demo import DEMO_PASSWORD
from tests.server import RunningApp

HTML = {"Accept": "text/html"}
AGENT = {"username": "agent", "password": DEMO_PASSWORD}


def test_the_page_has_two_labelled_fields_and_the_demo_people(visitor: httpx2.Client) -> None:
    page = visitor.get("/session/login?next=/tickets", headers=HTML).text
    for field in ("username", "password"):
        assert f'<label for="{field}">' in page
        assert f'id="{field}"' in page
    assert re.findall(r'name="username" value="(\w+)"', page) == ["agent", "analyst", "pm", "admin"]
    assert page.count('name="next" value="/tickets"') == 2


def test_the_page_asks_nothing_of_other_hosts_and_runs_no_script(visitor: httpx2.Client) -> None:
    answer = visitor.get("/session/login")
    assert "<script" not in answer.text
    assert not re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    style = visitor.get("/session/site.css")
    assert style.status_code == 200
    assert not re.findall(r"url\(\"?(?:https?:)?//", style.text)
    for font in re.findall(r'url\("([^"]+)"\)', style.text):
        assert visitor.get(font).status_code == 200
    for picture in re.findall(r'(?:src|href)="(/app/static/[^"]+)"', answer.text):
        assert visitor.get(picture).status_code == 200


def test_json_signs_in_with_a_cookie_scripts_cannot_read(
    running_app: RunningApp, visitor: httpx2.Client
) -> None:
    answer = visitor.post("/session/login", json={**AGENT, "next": "/tickets"})
    assert answer.status_code == 200
    assert answer.json() == {
        "username": "agent",
        "name": "Sam Agent",
        "roles": ["agent"],
        "next": "/tickets",
    }
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"aurora_login_{running_app.port}=")
    for flag in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert flag in cookie
    assert visitor.get("/", headers=HTML).status_code == 200


def test_a_form_signs_in_and_goes_where_the_person_wanted(visitor: httpx2.Client) -> None:
    answer = visitor.post("/session/login", data={**AGENT, "next": "/orders?x=1"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/orders?x=1"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_form_never_goes_to_another_host(visitor: httpx2.Client, target: str) -> None:
    answer = visitor.post("/session/login", data={**AGENT, "next": target})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "wrong", [{**AGENT, "password": "not it"}, {"username": "nobody", "password": "not it"}]
)
def test_a_wrong_pair_is_told_without_saying_which_part(
    visitor: httpx2.Client, wrong: dict[str, str]
) -> None:
    program = visitor.post("/session/login", json=wrong)
    assert program.status_code == 401
    assert program.json()["detail"] == "The user name or the password is not right."
    person = visitor.post("/session/login", data={**wrong, "next": "/tickets"}, headers=HTML)
    assert person.status_code == 401
    assert 'role="alert"' in person.text
    assert "The user name or the password is not right." in person.text
    assert 'value="/tickets"' in person.text
    assert wrong["password"] not in person.text
    assert "set-cookie" not in person.headers


def test_what_was_typed_comes_back_as_text_never_as_markup(visitor: httpx2.Client) -> None:
    evil = '"><script>alert(1)</script>'
    page = visitor.post(
        "/session/login", data={"username": evil, "password": "x", "next": evil}, headers=HTML
    ).text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_sign_in_sent_from_another_site_is_refused(
    visitor: httpx2.Client, headers: dict[str, str]
) -> None:
    assert visitor.post("/session/login", json=AGENT, headers=headers).status_code == 403
    form = visitor.post("/session/login", data=AGENT, headers=headers)
    assert form.status_code == 403
    assert "set-cookie" not in form.headers


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"username": {"$gt": ""}, "password": {"$gt": ""}}', "application/json"),
        (b'{"username": "agent"}', "application/json"),
        (b"x" * 20_000, "application/json"),
        (b"username=agent", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_sign_in_is_a_422_problem(
    visitor: httpx2.Client, content: bytes, kind: str
) -> None:
    answer = visitor.post("/session/login", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"


def test_half_characters_are_a_wrong_pair_not_a_fault(visitor: httpx2.Client) -> None:
    answer = visitor.post(
        "/session/login",
        content=rb'{"username": "\ud800", "password": "\ud800"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 401


def test_signing_out_ends_the_sign_in_for_every_copy_of_the_cookie(
    running_app: RunningApp, agent: httpx2.Client
) -> None:
    with running_app.client() as copy:
        copy.cookies.update(agent.cookies)
        assert copy.get("/", headers=HTML).status_code == 200
        answer = agent.post("/session/logout", headers=HTML)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/session/login?reason=out"
        assert copy.get("/", headers=HTML).status_code == 303
    assert not agent.cookies


def test_signing_out_from_another_site_or_by_a_link_does_nothing(agent: httpx2.Client) -> None:
    refused = agent.post("/session/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert agent.get("/session/logout").status_code == 200
    assert agent.get("/", headers=HTML).status_code == 200


def test_a_program_that_signs_out_gets_204(agent: httpx2.Client) -> None:
    assert agent.post("/session/logout", headers={"Accept": "*/*"}).status_code == 204


def test_the_sign_in_page_says_who_is_signed_in_and_clears_a_dead_cookie(
    running_app: RunningApp, agent: httpx2.Client
) -> None:
    assert "signed in as Sam Agent" in agent.get("/session/login").text
    name = f"aurora_login_{running_app.port}"
    with running_app.client() as stale:
        answer = stale.get("/session/login", headers={"Cookie": f"{name}=gone"})
        assert f'{name}="";' in answer.headers["set-cookie"]


def test_guessing_is_slowed_and_the_answer_says_for_how_long(
    running_app: RunningApp,
) -> None:
    with running_app.client() as guesser:
        statuses = []
        for _ in range(12):
            answer = guesser.post(
                "/session/login", json={"username": "guessed", "password": "a guess"}
            )
            statuses.append(answer.status_code)
        assert statuses[:10] == [401] * 10
        assert statuses[-1] == 429
        assert 0 < int(answer.headers["retry-after"]) <= 300
        page = guesser.post(
            "/session/login", data={"username": "guessed", "password": "a guess"}, headers=HTML
        )
        assert page.status_code == 429
        assert "Too many tries" in page.text
    with running_app.client("agent") as other:
        assert other.get("/", headers=HTML).status_code == 200
