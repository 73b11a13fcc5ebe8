"""Processes of the application, found and killed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from concierge.core.embedded import find_binary
from concierge.core.embedded.home import Home
from tests.server import RunningApp, until


class House:
    """One data directory and the application processes that work on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._apps = ExitStack()

    def start(self) -> RunningApp:
        """A process more; it is not ready yet."""
        app = RunningApp(self.folder)
        self._apps.callback(app.kill)
        return app.start()

    def run(self) -> RunningApp:
        return self.start().wait_ready()

    def close(self) -> None:
        self._apps.close()

    def database_pid(self) -> int | None:
        """The server's process while it runs."""
        guard = Home.prepare(self.folder.resolve(), find_binary().major).guard()
        return guard.mongod if guard.held else None

    def kill_database(self) -> int:
        """`kill -9` of the server; answers the process it was."""
        pid = self.database_pid()
        assert pid is not None, "no database is running"
        os.kill(pid, signal.SIGKILL)
        return pid

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Kills the server, and each that takes its place."""
        over = threading.Event()

        def kill_all() -> None:
            while not over.wait(0.1):
                pid = self.database_pid()
                if pid is not None:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

        killing = threading.Thread(target=kill_all)
        killing.start()
        try:
            yield
        finally:
            over.set()
            killing.join()

    def processes(self) -> list[str]:
        """Command lines of all that works on this directory: applications, server, supervisor."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (folder / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            own = f"CONCIERGE_DATA_DIR={self.folder}\0"
            if command and (str(self.folder) in command or own in f"{environment}\0"):
                found.append(command)
        return found

    def servers(self) -> list[str]:
        return [command for command in self.processes() if command.split()[0].endswith("/mongod")]

    def is_left(self) -> None:
        """Nothing of it runs any more, within a few seconds."""
        until(lambda: not self.processes(), 10, f"left behind: {self.processes()}")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "data")
    try:
        yield house
    finally:
        house.close()
        house.is_left()
