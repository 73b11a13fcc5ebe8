from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
import structlog
from prometheus_client import generate_latest

from concierge.core.telemetry import (
    ERRORS,
    REGISTRY,
    bind_request,
    configure_logging,
    current_request_id,
    get_logger,
)


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_log_line_is_one_json_object_on_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging()
    with bind_request("r1", route="/api"):
        get_logger("tickets").info("ticket.claimed", ticket="STY-1")
    out, err = capsys.readouterr()
    assert out == ""
    line = json.loads(err)
    assert line["event"] == "ticket.claimed"
    assert line["level"] == "info"
    assert line["component"] == "tickets"
    assert (line["request_id"], line["route"], line["ticket"]) == ("r1", "/api", "STY-1")
    assert line["timestamp"].endswith("Z")


def test_an_exception_stays_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    try:
        raise ValueError("two\nlines")
    except ValueError:
        get_logger("x").exception("failed")
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "ValueError" in json.loads(err)["exception"]


def test_people_get_lines_that_are_not_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(json=False)
    get_logger("x").info("started")
    assert "started" in capsys.readouterr().err


def test_the_request_id_is_known_inside_and_forgotten_after() -> None:
    assert current_request_id() is None
    with bind_request("outer"):
        with bind_request("inner"):
            assert current_request_id() == "inner"
        assert current_request_id() == "outer"
    assert current_request_id() is None


def test_the_request_id_is_forgotten_after_an_error_too() -> None:
    with pytest.raises(RuntimeError), bind_request("r1"):
        raise RuntimeError
    assert current_request_id() is None


def test_another_thread_does_not_see_our_request_id() -> None:
    seen: list[str | None] = []
    with bind_request("r1"):
        thread = threading.Thread(target=lambda: seen.append(current_request_id()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_the_numbers_are_in_the_registry_that_metrics_serves() -> None:
    ERRORS.labels(where="test", code="error").inc()
    text = generate_latest(REGISTRY).decode()
    assert 'aurora_errors_total{code="error",where="test"}' in text
    assert "aurora_chat_turn_seconds" in text
