from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.responses import Response

from concierge import bootstrap
from concierge.core.config import Settings
from concierge.core.mongo import Mongo
from concierge.web import cookies

SCOPE = {"type": "http", "scheme": "http", "server": ("127.0.0.1", 8501), "headers": []}


@pytest.fixture
def reached_at(mongo: Mongo) -> Iterator[Callable[[str | None], None]]:
    made: list[bootstrap.Services] = []

    def reached(public_url: str | None) -> None:
        settings = Settings(_env_file=None, public_url=public_url, secret_key="s" * 32)
        made.append(bootstrap.build(settings, mongo=mongo))
        bootstrap.install(made[-1])

    yield reached
    for services in made:
        services.events.stop()


@pytest.mark.parametrize(
    ("public_url", "scheme", "name"),
    [
        (None, "http", "aurora_login_8501"),
        (None, "https", "__Host-aurora_login_8501"),
        (None, "wss", "__Host-aurora_login_8501"),
        ("https://desk.example.com", "http", "__Host-aurora_login_8501"),
        ("http://desk.example.com", "ws", "aurora_login_8501"),
    ],
)
def test_the_name_carries_the_port_and_over_https_the_host_prefix(
    reached_at: Callable[[str | None], None], public_url: str | None, scheme: str, name: str
) -> None:
    reached_at(public_url)
    assert cookies.cookie_name({**SCOPE, "scheme": scheme}) == name


def test_over_https_the_cookie_is_secure_and_cleared_the_same(
    reached_at: Callable[[str | None], None],
) -> None:
    reached_at("https://desk.example.com")
    response = Response()
    cookies.set_token(response, SCOPE, "token")
    cookies.clear_token(response, SCOPE)
    for header in response.headers.getlist("set-cookie"):
        assert header.startswith("__Host-aurora_login_8501=")
        assert "Secure" in header
        assert "Domain" not in header


@pytest.mark.parametrize(
    ("raw", "token"),
    [
        ([], None),
        ([b"aurora_login_8501=abc"], "abc"),
        ([b"other=1; aurora_login_8501=abc; more=2"], "abc"),
        ([b"other=1", b"aurora_login_8501=abc"], "abc"),
        ([b"aurora_login_8502=abc"], None),
        ([b"xaurora_login_8501=abc"], None),
        ([b"=;=;;"], None),
    ],
)
def test_only_the_own_ports_cookie_is_read(
    reached_at: Callable[[str | None], None], raw: list[bytes], token: str | None
) -> None:
    reached_at(None)
    scope = {**SCOPE, "headers": [(b"cookie", value) for value in raw]}
    assert cookies.read_token(scope) == token
