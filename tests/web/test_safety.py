from __future__ import annotations

import pytest

from concierge.web.gate import is_open
from concierge.web.safety import safe_next, same_origin


@pytest.mark.parametrize(
    "wanted",
    ["/", "/tickets", "/tickets?view=mine&x=%2F%2Fevil", "/orders?number=GG-12001", "/users#x"],
)
def test_a_screen_of_ours_is_kept_as_the_next_place(wanted: str) -> None:
    assert safe_next(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "tickets",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " /tickets",
        "https://evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "http:tickets",
        "/session/login",
        "/session",
        "/SESSION/logout",
        "/_stcore/stream",
        "/api/health",
        "/media/x",
        "/static/x",
        "/" + "x" * 2_000,
        "/\x00",
        "http://[broken",
    ],
)
def test_any_other_place_becomes_home(wanted: str | None) -> None:
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://a:1", "host": "a:1"}, False),
        ({"origin": "http://a:1", "host": "a:1"}, True),
        ({"origin": "http://a:2", "host": "a:1"}, False),
        ({"origin": "http://a.evil:1", "host": "a:1"}, False),
        ({"origin": "null", "host": "a:1"}, False),
        ({"origin": "http://[broken", "host": "a:1"}, False),
        ({"host": "a:1"}, True),
        ({}, True),
    ],
)
def test_a_change_is_taken_from_our_own_pages_and_from_programs(
    headers: dict[str, str], ours: bool
) -> None:
    assert same_origin(headers) is ours


@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/readyz",
        "/metrics",
        "/session/login",
        "/session/password/token",
        "/api/health",
        "/static/js/index.js",
        "/app/static/brand/logo.svg",
        "/_stcore/health",
        "/_stcore/host-config",
        "/c/token",
    ],
)
def test_these_paths_need_no_sign_in(path: str) -> None:
    assert is_open(path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tickets",
        "/widget.js",
        "/widget/x",
        "/demo",
        "/_stcore/metrics",
        "/_stcore/stream",
        "/_stcore/upload_file/a/b",
        "/_stcore/agent/interact",
        "/_stcore/script-health-check",
        "/media/secret.csv",
        "/component/x",
        "/auth/login",
        "//session/login",
        "/session/../tickets",
        "/static/..",
        "/api/..\\tickets",
        "/healthz/",
        "/sessions",
        "/apis",
        "/Session/login",
    ],
)
def test_everything_else_does(path: str) -> None:
    assert not is_open(path)
