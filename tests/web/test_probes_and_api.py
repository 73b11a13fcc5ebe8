"""Probes, request ids, problems, and the API's own description."""

from __future__ import annotations

import re

import httpx2
import pytest


def test_probes_tell_life_from_readiness(visitor: httpx2.Client) -> None:
    assert visitor.get("/healthz").json() == {"status": "ok"}
    assert visitor.get("/readyz").json() == {"status": "ready", "database": "ok"}
    health = visitor.get("/api/health").json()
    assert (health["status"], health["database"], health["demo"]) == ("ok", "ok", True)


def test_numbers_are_kept_by_route_never_by_path(visitor: httpx2.Client) -> None:
    visitor.get("/api/health")
    visitor.get("/api/made-up-address")
    visitor.get("/session/password/made-up-token")
    answer = visitor.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (
        'aurora_http_requests_total{method="GET",route="/api/health",status="200"}' in answer.text
    )
    assert "made-up" not in answer.text


def test_every_answer_carries_an_id_and_keeps_a_sound_one(visitor: httpx2.Client) -> None:
    paths = (
        "/healthz",
        "/session/login",
        "/api/health",
        "/api/none",
        "/tickets",
        "/_stcore/metrics",
    )
    ids = [visitor.get(path).headers["x-request-id"] for path in paths]
    assert len(set(ids)) == len(paths)
    given = visitor.get("/healthz", headers={"X-Request-Id": "caller-42.abc"})
    assert given.headers["x-request-id"] == "caller-42.abc"


@pytest.mark.parametrize(
    "unsound", ["short", "x" * 65, "has space in it", '{"json": true}', "../../x/y/z"]
)
def test_an_unsound_request_id_is_replaced(visitor: httpx2.Client, unsound: str) -> None:
    answer = visitor.get("/healthz", headers={"X-Request-Id": unsound})
    assert answer.headers["x-request-id"] != unsound


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/none", 404, "not_found"),
        ("DELETE", "/api/health", 405, "method_not_allowed"),
    ],
)
def test_errors_of_the_api_are_problem_details(
    visitor: httpx2.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = visitor.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) >= {"type", "title", "status", "detail", "code", "requestId"}
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["requestId"] == answer.headers["x-request-id"]


def test_the_description_and_its_page_need_nothing_from_outside(visitor: httpx2.Client) -> None:
    described = visitor.get("/api/openapi.json").json()
    assert "/health" in described["paths"]
    assert "HTTPValidationError" not in described["components"]["schemas"], "we answer problems"
    page = visitor.get("/api/docs")
    assert page.status_code == 200
    for path in described["paths"]:
        assert f"/api{path}" in page.text
    assert "<script" not in page.text
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page.text)


def test_the_description_says_how_to_sign_in_and_what_is_refused(visitor: httpx2.Client) -> None:
    described = visitor.get("/api/openapi.json").json()
    schemes = described["components"]["securitySchemes"]
    assert (schemes["session"]["type"], schemes["session"]["scheme"]) == ("http", "bearer")
    assert (schemes["staff"]["type"], schemes["staff"]["in"]) == ("apiKey", "cookie")
    open_to_all = {"/health", "/concierge/sessions"}
    for path, operations in described["paths"].items():
        wanted = "staff" if path.startswith("/dashboard") else "session"
        for operation in operations.values():
            assert operation.get("security", []) == ([] if path in open_to_all else [{wanted: []}])
            assert ("401" in operation["responses"]) == (path not in open_to_all)
            assert "503" in operation["responses"]
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and path != "/health":
                    assert list(answer["content"]) == ["application/problem+json"]


def test_answers_on_a_kept_connection_do_not_wait_for_an_acknowledgement(
    visitor: httpx2.Client,
) -> None:
    """Without TCP_NODELAY each would take 40 ms and more."""
    visitor.get("/healthz")
    taken = sorted(visitor.get("/healthz").elapsed.total_seconds() for _ in range(30))
    assert taken[len(taken) // 2] < 0.02
