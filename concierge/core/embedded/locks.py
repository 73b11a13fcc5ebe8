"""File locks that the kernel drops with their process, and patience with an end."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

_STEP_SECONDS = 0.02


class Stopped(Exception):
    """The wait was called off, or its time is over (`timed_out`)."""

    def __init__(self, *, timed_out: bool) -> None:
        super().__init__("timed out" if timed_out else "called off")
        self.timed_out = timed_out


class Patience:
    """A budget of seconds that a `stop` event can cut short."""

    def __init__(self, seconds: float, stop: threading.Event | None = None) -> None:
        self._end = time.monotonic() + seconds
        self._stop = stop or threading.Event()

    def pause(self) -> None:
        """One short step of waiting; raises `Stopped`."""
        if self._stop.wait(_STEP_SECONDS):
            raise Stopped(timed_out=False)
        if time.monotonic() >= self._end:
            raise Stopped(timed_out=True)


class FileLock:
    """One open file with `flock` on it. Descriptors are not inherited by programs we start."""

    def __init__(self, path: Path) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> FileLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def descriptor(self) -> int:
        if self._descriptor is None:
            raise ValueError("the lock was released")
        return self._descriptor

    def try_take(self, *, shared: bool = False) -> bool:
        """Takes or changes the lock if nobody is in the way; a failed change loses the old lock."""
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self.descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def take(self, patience: Patience, *, shared: bool = False) -> None:
        """Waits for the lock; raises `Stopped`."""
        while not self.try_take(shared=shared):
            patience.pause()

    def release(self) -> None:
        """Unlocks and closes; a second call does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            # Closing alone would leave the lock with a forked child that shares the descriptor.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    def hand_over(self) -> None:
        """Closes our copy only: the lock stays with the process that inherited the descriptor."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether another process holds `path` exclusively."""
    try:
        lock = FileLock(path)
    except FileNotFoundError:
        return False
    with lock:
        return not lock.try_take(shared=True)
