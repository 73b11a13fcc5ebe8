"""The share an app process holds in the server, and the watchdog that keeps the server up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from pymongo.errors import PyMongoError

from concierge.core.embedded.binary import Binary, find_binary
from concierge.core.embedded.errors import ServerFailed
from concierge.core.embedded.home import Home
from concierge.core.embedded.locks import FileLock, Patience, Stopped
from concierge.core.embedded.server import EmbeddedServer, ensure_running, stop_server
from concierge.core.errors import ConciergeError
from concierge.core.telemetry import get_logger

log = get_logger("embedded")

LOCK_SECONDS = 120.0
_WATCH_SECONDS = 0.25
_WATCH_SECONDS_AFTER_FAILURE = 5.0


def acquire(data_dir: Path, *, env_binary: str | None = None) -> EmbeddedLease:
    """Starts or joins the server that keeps its data in `data_dir`; returns when it is writable.

    Raises `NoServerBinary` (no `mongod` that runs here), `ConfigError` (the folder cannot be
    written), `ServerFailed` (it was started and did not become usable).
    """
    binary = find_binary(env_binary)
    home = Home.prepare(data_dir, binary.major)
    share = FileLock(home.lease_lock)
    try:
        server = _start_or_join(home, binary, share, None)
    except BaseException:
        share.release()
        raise
    return EmbeddedLease(home, binary, share, server)


def _start_or_join(
    home: Home, binary: Binary, share: FileLock, stop: threading.Event | None
) -> EmbeddedServer:
    """One at a time. The lease comes before the look at the server, and may have to wait for one
    that is just going down; with it in hand, the server we find or start stays."""
    patience = Patience(LOCK_SECONDS, stop)
    with FileLock(home.launch_lock) as launching:
        try:
            launching.take(patience)
            share.take(patience, shared=True)
        except Stopped as stopped:
            if not stopped.timed_out:
                raise
            raise ServerFailed(
                f"another process has been starting it for {LOCK_SECONDS:.0f} seconds", home.log
            ) from stopped
        return ensure_running(home, binary, stop)


class EmbeddedLease:
    """While it is held, the server runs. Made by `acquire`; a context manager."""

    def __init__(self, home: Home, binary: Binary, share: FileLock, server: EmbeddedServer) -> None:
        self._home = home
        self._binary = binary
        self._share = share
        self._server = server
        self._stop = threading.Event()
        self._turn = threading.Lock()
        self._watcher: threading.Thread | None = None

    @property
    def server(self) -> EmbeddedServer:
        """The server as it was last started or found."""
        return self._server

    @property
    def uri(self) -> str:
        """Stays the same over relaunches, unless a stranger took the port in between."""
        return self._server.uri

    def __enter__(self) -> EmbeddedLease:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def watch(self, on_relaunch: Callable[[EmbeddedServer], None] | None = None) -> None:
        """Starts the watchdog, once: a thread that relaunches a server that died.

        It comes back on the same port, so open clients find it by themselves. Of several watching
        processes one relaunches; `on_relaunch` is called in each, from the watchdog's thread, with
        the new server.
        """
        with self._turn:
            if self._watcher is not None or self._stop.is_set():
                return
            self._watcher = threading.Thread(
                target=self._watch, args=(on_relaunch,), name="mongod-watchdog", daemon=True
            )
            self._watcher.start()

    def release(self) -> None:
        """Gives the share back. The last one out shuts the server down and waits for its end.

        A second call does nothing.
        """
        with self._turn:
            if self._stop.is_set():
                return
            self._stop.set()
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join()
        try:
            if self._nobody_else():
                stop_server(self._home)
        except ServerFailed as failure:
            log.error("database.not_stopped", fault=str(failure))
        finally:
            self._share.release()

    def _nobody_else(self) -> bool:
        # The supervisor touches the lease for an instant now and then; look twice.
        patience = Patience(0.1)
        try:
            self._share.take(patience)
        except Stopped:
            return False
        return True

    def _watch(self, on_relaunch: Callable[[EmbeddedServer], None] | None) -> None:
        pause = _WATCH_SECONDS
        while not self._stop.wait(pause):
            guard = self._home.guard()
            if guard.held and guard.mongod == self._server.pid:
                continue
            log.warning("database.gone", pid=self._server.pid)
            try:
                server = _start_or_join(self._home, self._binary, self._share, self._stop)
            except Stopped:
                return
            except (ConciergeError, OSError, PyMongoError) as failure:
                log.error("database.not_relaunched", fault=str(failure))
                pause = _WATCH_SECONDS_AFTER_FAILURE
                continue
            pause = _WATCH_SECONDS
            self._server = server
            log.warning("database.back", pid=server.pid, port=server.port)
            if on_relaunch is not None:
                try:
                    on_relaunch(server)
                except Exception:
                    log.exception("database.relaunch_not_noted")
