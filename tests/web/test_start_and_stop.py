"""The process: how it refuses to start, and that it stops."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest

from concierge.core.config import Settings
from concierge.core.errors import ConfigError
from concierge.web.lifespan import refuse_open_demo
from concierge.web.tcp import is_loopback
from tests.server import RunningApp, until
from tests.web.conftest import open_page

pytestmark = pytest.mark.faults


@pytest.mark.parametrize(
    ("env", "options", "variable"),
    [
        ({"CONCIERGE_ROLLOUT_PERCENT": "200"}, (), "CONCIERGE_ROLLOUT_PERCENT"),
        ({"MONGODB_URI": "postgres://x"}, (), "MONGODB_URI"),
        ({}, ("--server.address", "0.0.0.0"), "CONCIERGE_HOST"),
    ],
)
def test_a_bad_configuration_ends_the_start_with_one_line(
    tmp_path: Path, env: dict[str, str], options: tuple[str, ...], variable: str
) -> None:
    app = RunningApp(tmp_path / "data", env=env, options=options).start()
    try:
        assert app.wait_ended(60) == 2
    finally:
        app.kill()
    said = app.output()
    assert "Traceback" not in said
    assert [line for line in said.splitlines() if line.startswith(f"{variable}: ")], said


def test_a_database_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    uri = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=500"
    app = RunningApp(tmp_path / "data", env={"MONGODB_URI": uri}).start()
    try:
        assert app.wait_ended(60) == 1
    finally:
        app.kill()
    assert "Traceback" not in app.output()
    assert "does not answer" in app.output()


def test_it_stops_within_three_seconds_with_open_pages_and_streams(tmp_path: Path) -> None:
    app = RunningApp(tmp_path / "data", script="tests/web/streaming_app.py")
    with (
        app,
        app.client("agent") as agent,
        open_page(app, agent) as page,
        httpx2.stream("GET", f"{app.url}/session/endless", timeout=20) as stream,
    ):
        lines = stream.iter_lines()
        assert next(lines) == ": open"
        assert page.is_open()
        started = time.monotonic()
        app.stop()
        assert time.monotonic() - started < 3
        assert list(lines) == [""], "the stream ended as a whole answer, not as a cut one"
    assert "Traceback" not in app.output()
    assert not _alive(app)


def test_it_leaves_no_process_behind(tmp_path: Path) -> None:
    with RunningApp(tmp_path / "data") as app:
        assert _alive(app)
    until(lambda: not _alive(app), 10, "all processes of the application gone")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.0.2.1", False),
        ("example.com", False),
    ],
)
def test_demo_accounts_are_served_to_this_machine_only(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    demo = Settings(_env_file=None, demo_choice=True)
    real = Settings(_env_file=None, demo_choice=False)
    refuse_open_demo(real, [host])
    if loopback:
        refuse_open_demo(demo, [host])
    else:
        with pytest.raises(ConfigError, match="CONCIERGE_HOST"):
            refuse_open_demo(demo, [host])
        with pytest.raises(ConfigError, match="CONCIERGE_HOST"):
            refuse_open_demo(real, [host], demo=True)


def _alive(app: RunningApp) -> list[str]:
    """Command lines of processes that work on the application's data directory."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (folder / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        own = f"CONCIERGE_DATA_DIR={app.data_dir}\0"
        if command and (str(app.data_dir) in command or own in f"{environment}\0"):
            found.append(command)
    return found
