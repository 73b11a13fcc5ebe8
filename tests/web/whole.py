"""The HTTP side as it is served, without a port: routes, gate and error answers over `services`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from concierge.bootstrap import Services
from concierge.core.actor import Actor
from concierge.core.ids import new_id
from concierge.ui import registry
from concierge.web import launch
from concierge.web.api.app import create_api
from tests.talk import Talk

PROBLEM = {"type", "title", "status", "detail", "code", "requestId"}


def whole_app() -> Starlette:
    parts = launch.create(
        end_frame=lambda url: url.encode(), screens=registry.URLS, port=8501, host="127.0.0.1"
    )
    return Starlette(
        routes=parts.routes,
        middleware=parts.middleware,
        exception_handlers=parts.exception_handlers,
    )


def client(app: Starlette | None = None, **headers: str) -> TestClient:
    return TestClient(
        app or whole_app(),
        base_url="http://127.0.0.1:8501",
        headers=headers,
        follow_redirects=False,
        raise_server_exceptions=False,
    )


class Customer:
    """A widget on a shop page: opens a session and goes on with its token."""

    def __init__(self, services: Services, http: TestClient, **context: Any) -> None:
        opened = http.post("/api/concierge/sessions", json={"context": context} if context else {})
        assert opened.status_code == 201, opened.text
        self.opened: dict[str, Any] = opened.json()
        self.http = http
        session_id = self.opened["sessionId"]
        self.talk = Talk(services, session_id, Actor.customer(session_id))

    @property
    def session_id(self) -> str:
        return str(self.opened["sessionId"])

    def headers(self, key: str | None = None) -> Mapping[str, str]:
        bearer = {"Authorization": f"Bearer {self.opened['token']}"}
        return bearer if key is None else {**bearer, "Idempotency-Key": key}

    def say(self, text: str, request_id: str | None = None) -> dict[str, Any]:
        sent = {"text": text, "requestId": request_id or new_id()}
        answer = self.http.post("/api/concierge/messages", json=sent, headers=self.headers())
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Any:
        return self.http.post(
            f"/api/support/{path}", json=dict(body), headers=self.headers(key or new_id())
        )


def is_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """RFC 9457, with the id by which the request is found in the log."""
    problem = dict(answer.json())
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(problem) >= PROBLEM
    assert problem["status"] == status
    assert problem["requestId"] == answer.headers["x-request-id"]
    described = _described(answer.request.method, answer.request.url.path)
    assert described is None or str(status) in described, f"{status} is not in the description"
    return problem


def _described(method: str, path: str) -> set[str] | None:
    """The statuses that the API's description names for a route; None for what is no route."""
    for pattern, operations in _description()["paths"].items():
        route = re.sub(r"\{\w+\}", "[^/]+", f"/api{pattern}")
        if re.fullmatch(route, path) and method.lower() in operations:
            return set(operations[method.lower()]["responses"])
    return None


@cache
def _description() -> dict[str, Any]:
    return create_api().openapi()
