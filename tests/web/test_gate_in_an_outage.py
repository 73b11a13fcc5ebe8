"""While the database is away nobody can be told apart: nobody passes, and it is said why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pymongo.errors import ServerSelectionTimeoutError
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from concierge import bootstrap
from concierge.accounts.service import AccountsService
from concierge.core.config import Settings
from concierge.core.mongo import Mongo
from concierge.ui import registry
from concierge.ui import tabs as frames
from concierge.web.gate import STREAM, Gate
from concierge.web.requests import Requests, Stopping
from concierge.web.tabs import Tabs

COOKIE = {"Cookie": "aurora_login_8501=token"}


@pytest.fixture
def away(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    def failing(*_: object) -> None:
        raise ServerSelectionTimeoutError("10.0.0.7:27017 is away")

    services = bootstrap.build(Settings(_env_file=None, secret_key="s" * 32), mongo=mongo)
    bootstrap.install(services)
    monkeypatch.setattr(AccountsService, "authenticate", failing)
    gate = Gate(PlainTextResponse("behind the gate"), Tabs(frames.go_to), registry.URLS)
    yield TestClient(Requests(gate, Stopping()), base_url="http://127.0.0.1:8501")
    services.events.stop()


def test_a_screen_is_a_page_that_says_so_and_comes_back_by_itself(away: TestClient) -> None:
    answer = away.get("/tickets", headers={**COOKIE, "Accept": "text/html"})
    assert answer.status_code == 503
    assert "The database does not answer right now" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert int(answer.headers["refresh"]) > 0
    assert "10.0.0.7" not in answer.text


def test_a_part_of_a_page_is_a_503_problem(away: TestClient) -> None:
    answer = away.get("/media/x", headers=COOKIE)
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert answer.headers["retry-after"]


def test_a_page_is_told_to_try_again_later(away: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        away.websocket_connect(f"ws://127.0.0.1:8501{STREAM}", headers=COOKIE),
    ):
        pass
    assert closed.value.code == 1013


def test_open_paths_go_on(away: TestClient) -> None:
    assert away.get("/session/login", headers=COOKIE).text == "behind the gate"
