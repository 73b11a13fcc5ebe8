"""Where one server keeps itself: folder, key, state, locks. One per major version of MongoDB."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from concierge.core.embedded.errors import ServerFailed
from concierge.core.embedded.locks import FileLock, is_held
from concierge.core.errors import ConfigError
from concierge.core.telemetry import get_logger

log = get_logger("embedded")

_FRESH_BYTES = 300 * 1024 * 1024
_GROWN_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class State:
    """What outlives the server: its port and the password of the product's user."""

    port: int
    password: str


@dataclass(frozen=True)
class Guard:
    """The supervisor's own word: process ids and port while it lives, the exit code after."""

    held: bool
    supervisor: int | None = None
    mongod: int | None = None
    port: int | None = None
    exit_code: int | None = None


@dataclass(frozen=True)
class Home:
    """`<data_dir>/db-<major>`, readable by its owner only."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def key_file(self) -> Path:
        return self.folder / "key"

    @property
    def state_file(self) -> Path:
        return self.folder / "state.json"

    @property
    def launch_lock(self) -> Path:
        return self.folder / "launch.lock"

    @property
    def lease_lock(self) -> Path:
        return self.folder / "lease.lock"

    @property
    def guard_file(self) -> Path:
        return self.folder / "guard"

    @property
    def mongod_lock(self) -> Path:
        return self.data / "mongod.lock"

    @property
    def log(self) -> Path:
        return self.folder / "mongod.log"

    @property
    def launch_log(self) -> Path:
        """What supervisor and server print before the server's own log is open."""
        return self.folder / "launch.log"

    @classmethod
    def prepare(cls, data_dir: Path, major: str) -> Home:
        """Makes the folders, mode 0700. Raises `ConfigError` when they cannot be written."""
        home = cls(Path(os.path.realpath(data_dir)) / f"db-{major}")
        fresh = not home.folder.exists()
        try:
            home.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (home.folder, home.data):
                folder.mkdir(exist_ok=True, mode=0o700)
                if folder.stat().st_mode & 0o777 != 0o700:
                    folder.chmod(0o700)
            FileLock(home.launch_lock).release()
        except OSError as error:
            raise ConfigError(
                "CONCIERGE_DATA_DIR", f"'{data_dir}' cannot be written ({error.strerror})", "./var"
            ) from error
        if fresh:
            home._mention_older_data()
        return home

    def require_space(self) -> None:
        """Raises `ServerFailed` when the disk is too full to start."""
        need = _GROWN_BYTES if (self.data / "WiredTiger").exists() else _FRESH_BYTES
        free = shutil.disk_usage(self.data).free
        if free < need:
            raise ServerFailed(
                f"the disk that holds {self.data} has {free >> 20} MB left, "
                f"and {need >> 20} MB are needed to start",
                self.log,
            )

    def key(self) -> str:
        """The key file's content, made at the first call."""
        try:
            known = self.key_file.read_text("ascii")
        except FileNotFoundError:
            known = ""
        if len(known) >= 64:
            return known
        fresh = secrets.token_hex(64)
        self._write(self.key_file, fresh)
        return fresh

    def read_state(self) -> State | None:
        try:
            raw = json.loads(self.state_file.read_text("utf-8"))
            return State(port=int(raw["port"]), password=str(raw["password"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write_state(self, state: State) -> None:
        self._write(self.state_file, json.dumps({"port": state.port, "password": state.password}))

    def guard(self) -> Guard:
        # Held first, content after: what is read was then written by the one who holds it.
        held = is_held(self.guard_file)
        try:
            raw = json.loads(self.guard_file.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return Guard(held)
        words = (raw.get(name) for name in ("supervisor", "mongod", "port", "exit"))
        return Guard(held, *words)

    def _mention_older_data(self) -> None:
        others = sorted(p.name for p in self.folder.parent.glob("db-*") if p != self.folder)
        if others:
            log.warning("database.older_data_left", starting_empty=self.folder.name, others=others)

    @staticmethod
    def _write(path: Path, text: str) -> None:
        """Whole or not at all, mode 0600 from the first byte."""
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
