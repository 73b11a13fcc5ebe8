"""The real application as a process of its own, for tests that need one to talk to.

with RunningApp(tmp_path) as app:
    httpx2.get(app.url + "/readyz")
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import httpx2
import pytest

from concierge.core.config import child_environment

ROOT = Path(__file__).resolve().parents[1]
DEMO_PASSWORD = "aurora-demo"
# What a developer's own shell may carry must not reach the application under test.
_CLEARED = dict.fromkeys(
    (
        "MONGODB_URI",
        "CONCIERGE_DB",
        "CONCIERGE_DEMO",
        "CONCIERGE_SECRET_KEY",
        "CONCIERGE_MODE",
        "CONCIERGE_PUBLIC_URL",
        "CONCIERGE_SMTP_HOST",
        "CONCIERGE_TIMEZONE",
    ),
    "",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Polls until it holds; fails with `what` when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class RunningApp:
    """`streamlit run app.py` on a free port of 127.0.0.1, in a process group of its own.

    `script` is another launcher than `app.py`; `options` go to `streamlit run`; `env` wins.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        env: Mapping[str, str] | None = None,
        script: str = "app.py",
        options: tuple[str, ...] = (),
        port: int | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir / f"app-{self.port}.log"
        self._env = {
            **_CLEARED,
            "CONCIERGE_DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            **(env or {}),
        }
        self._command = [
            *(sys.executable, "-m", "streamlit", "run", script),
            *("--server.port", str(self.port)),
            *options,
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=child_environment(**self._env),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "not started"
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    def ready(self) -> bool:
        """Whether `/readyz` says so now; fails when the process has ended."""
        assert self.process.poll() is None, (
            f"ended with {self.process.returncode}:\n{self.output()}"
        )
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx2.TransportError:
            return False

    def wait_ready(self, seconds: float = 90) -> Self:
        until(self.ready, seconds, f"ready\n{self.output()}")
        return self

    def wait_ended(self, seconds: float = 30) -> int:
        """The exit code, negative for a signal."""
        return self.process.wait(seconds)

    def stop(self, seconds: float = 20) -> int:
        """SIGTERM, as a service manager does; answers the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait_ended(seconds)

    def kill(self) -> None:
        """SIGKILL: nothing gets to tidy up."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    @contextmanager
    def client(
        self, username: str | None = None, password: str = DEMO_PASSWORD
    ) -> Iterator[httpx2.Client]:
        """A client without a sign-in, or signed in as a demo account."""
        with httpx2.Client(base_url=self.url, timeout=20) as client:
            if username is not None:
                answer = client.post(
                    "/session/login", json={"username": username, "password": password}
                )
                assert answer.status_code == 200, answer.text
            yield client

    def __enter__(self) -> Self:
        try:
            return self.start().wait_ready()
        except BaseException:
            self.kill()
            raise

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@pytest.fixture(scope="session")
def running_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """One application with the demo shop for all tests of this worker that only talk to it."""
    with RunningApp(tmp_path_factory.mktemp("running") / "data") as app:
        yield app
