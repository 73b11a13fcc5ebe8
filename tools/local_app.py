"""The app as a process of its own: on a free port, with an empty data folder, ended for certain."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from concierge.core.folders import PROJECT_ROOT

READY_WITHIN_SECONDS = 120  # a first start makes a database and weeks of conversations


@dataclass(frozen=True)
class LocalApp:
    """`ready_seconds` is from the start of the process to the first `/readyz` with 200."""

    base_url: str
    ready_seconds: float
    pid: int
    data_dir: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[LocalApp]:
    """Starts the app with the demo shop in `data_dir`, and ends it with everything it started."""
    port = free_port()
    log = data_dir / "app.log"
    data_dir.mkdir(parents=True, exist_ok=True)
    # Settings of the developer's own must not decide what is measured or pictured.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CONCIERGE_") and name != "MONGODB_URI"
    }
    environment |= {"CONCIERGE_DATA_DIR": str(data_dir), "MONGODB_URI": "", "PORT": str(port)}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    started = time.perf_counter()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        base_url = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, base_url, log)
        ready = time.perf_counter() - started
        yield LocalApp(base_url, ready, process.pid, data_dir)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], base_url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx2.TransportError):
            if httpx2.get(f"{base_url}/readyz", timeout=5).status_code == 200:
                return
        time.sleep(0.05)
    tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-20:])
    raise SystemExit(f"The app did not become ready. Its last words:\n{tail}")


@contextlib.contextmanager
def temporary_app() -> Iterator[LocalApp]:
    """`running` in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="aurora-") as folder, running(Path(folder)) as app:
        yield app
