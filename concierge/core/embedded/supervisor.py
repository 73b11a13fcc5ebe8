"""The parent of `mongod`: a process of its own that shuts the server down when nobody is left.

Run as a script by path (`server.py` does), with the standard library only, so that it starts in a
few milliseconds and needs nothing of the product:

    python -I -S supervisor.py GUARD_DESCRIPTOR LEASE_FILE LOG_FILE PORT -- mongod ARGUMENT...

The guard's lock comes with the inherited descriptor and ends with this process. Into the guard
file go {"supervisor": pid, "mongod": pid, "port": port} and, at the end, {"exit": code}.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

GRACE_SECONDS = 2.0
"""How long the server outlives the last app: a crashed app that starts again finds it running."""
STOP_SECONDS = 30.0
LOG_BYTES = 16 * 1024 * 1024
_BEAT_SECONDS = 0.25
_PR_SET_PDEATHSIG = 1
_RECORD_BYTES = 128


class Supervisor:
    def __init__(
        self, guard: int, lease_file: str, log_file: str, port: int, command: list[str]
    ) -> None:
        self._guard = guard
        self._lease = os.open(lease_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._log_file = log_file
        self._port = port
        self._command = command
        self._asked_to_stop = False
        self._wake, wake = os.pipe()
        for end in (self._wake, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def run(self) -> None:
        # Handlers, not SIG_IGN: an ignored signal would stay ignored in mongod.
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGTERM, self._on_stop)
        self._rotate_log(None)
        try:
            child = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                preexec_fn=_dies_with_parent(),
            )
        except OSError as error:
            sys.stderr.write(f"mongod cannot be run: {error}\n")
            self._note({"exit": 126})
            return
        self._note({"supervisor": os.getpid(), "mongod": child.pid, "port": self._port})
        self._wait_until_unused(child)
        _stop(child)
        self._note({"exit": child.returncode})
        # Before the lease: whoever waits for that must find the guard free.
        os.close(self._guard)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def _wait_until_unused(self, child: subprocess.Popen[bytes]) -> None:
        """Returns when the server ended, a stop was asked for, or nobody holds the lease.

        In the last case the lease stays locked by us: who comes now waits for the end.
        """
        unused_since: float | None = None
        while child.poll() is None and not self._asked_to_stop:
            if self._try_lease():
                now = time.monotonic()
                unused_since = now if unused_since is None else unused_since
                if now - unused_since >= GRACE_SECONDS:
                    return
                fcntl.flock(self._lease, fcntl.LOCK_UN)
            else:
                unused_since = None
            self._rotate_log(child)
            if select.select([self._wake], [], [], _BEAT_SECONDS)[0]:
                os.read(self._wake, 4096)

    def _try_lease(self) -> bool:
        try:
            fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _rotate_log(self, child: subprocess.Popen[bytes] | None) -> None:
        """Keeps the log and one before it; mongod opens a new file on SIGUSR1."""
        try:
            if os.stat(self._log_file).st_size < LOG_BYTES:
                return
            os.replace(self._log_file, f"{self._log_file}.1")
        except OSError:
            return
        if child is not None:
            child.send_signal(signal.SIGUSR1)

    def _note(self, record: dict[str, int]) -> None:
        # One write of a fixed length, so that a reader never sees half a record.
        os.pwrite(self._guard, json.dumps(record).ljust(_RECORD_BYTES).encode("ascii"), 0)


def _dies_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel ends mongod (cleanly, by SIGTERM) if we are killed."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    supervisor = os.getpid()

    def before_exec() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != supervisor:
            os._exit(1)

    return before_exec


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def main(arguments: list[str]) -> None:
    guard, lease_file, log_file, port, separator, *command = arguments
    if separator != "--":
        raise SystemExit("usage: supervisor.py GUARD LEASE_FILE LOG_FILE PORT -- COMMAND...")
    # Away from the app that starts us: it has no child to reap, and we have no parent to lose.
    if os.fork():
        os._exit(0)
    Supervisor(int(guard), lease_file, log_file, int(port), command).run()


if __name__ == "__main__":
    main(sys.argv[1:])
