"""Starting, joining and stopping the server of one home.

`ensure_running` leads to the same end from every beginning: nothing runs, a server runs, a start
broke off half-way, the port is taken, the last server was killed. Each of its steps looks first
and acts only if needed, so a repeat does no harm. Callers hold the launch lock and a share of the
lease.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from pymongo.errors import (
    AutoReconnect,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from concierge.core.embedded.binary import Binary
from concierge.core.embedded.errors import ServerFailed
from concierge.core.embedded.home import Guard, Home, State
from concierge.core.embedded.locks import FileLock, Patience, Stopped
from concierge.core.embedded.replica import (
    HOST,
    REPLICA_SET,
    product_client,
    settle_membership,
    settle_user,
    system_client,
    uri_of,
)
from concierge.core.telemetry import get_logger

log = get_logger("embedded")

# A moved server first asks whoever sits on its old port whether that is itself; if nothing is
# answered, it waits 30 seconds. The rest is for recovery after a kill under load.
START_SECONDS = 90.0
STOP_SECONDS = 45.0
# Below the range that systems give to outgoing connections, so that nobody gets it by chance.
PORTS = range(20_000, 30_000)

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_ATTEMPTS = 5
_ORPHAN_SECONDS = 20.0
_SHUTDOWN_SECONDS = 5.0
_PORT_SECONDS = 2.0
_EXIT_PORT_TAKEN = 48


@dataclass(frozen=True)
class EmbeddedServer:
    """A server that was a writable primary a moment ago; `uri` carries its credentials."""

    uri: str = field(repr=False)
    version: str
    pid: int
    db_path: Path
    port: int


class _Gone(Exception):
    """The server ended while we waited for it."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(f"exit code {exit_code}")
        self.exit_code = exit_code


def ensure_running(
    home: Home, binary: Binary, stop: threading.Event | None = None
) -> EmbeddedServer:
    """The running server of `home`, started if need be, writable. Raises `ServerFailed`.

    `stop` calls the wait off (`locks.Stopped`).
    """
    patience = Patience(START_SECONDS, stop)
    attempts = 0
    try:
        while True:
            state = _settle_state(home)
            if not home.guard().held:
                _end_orphan(home, patience)
                home.require_space()
                state = _settle_port(home, state, stop)
                _launch(home, binary, state, patience)
            try:
                return _make_writable(home, state, patience)
            except _Gone as gone:
                # A taken port, a stop or a kill by somebody else: worth another start.
                final = (gone.exit_code or 0) > 0 and gone.exit_code != _EXIT_PORT_TAKEN
                attempts += 1
                if final or attempts == _ATTEMPTS:
                    raise ServerFailed(_why(home, gone.exit_code), home.log) from gone
    except Stopped as stopped:
        if not stopped.timed_out:
            raise
        raise ServerFailed(
            f"it was not writable after {START_SECONDS:.0f} seconds", home.log
        ) from stopped


def stop_server(home: Home) -> None:
    """Shuts the server down and waits until it is gone. The caller holds the whole lease."""
    guard = home.guard()
    if not guard.held:
        return
    asked = _ask_to_shut_down(home)
    if not (asked and _has_ended(home, guard, Patience(_SHUTDOWN_SECONDS))):
        _signal(guard.supervisor, home.lease_lock, signal.SIGTERM)
    if not _has_ended(home, guard, Patience(STOP_SECONDS)):
        raise ServerFailed(f"it did not end within {STOP_SECONDS:.0f} seconds", home.log)


def _ask_to_shut_down(home: Home) -> bool:
    state = home.read_state()
    if state is None:
        return False
    try:
        with system_client(home, state.port) as client:
            client.admin.command("shutdown", force=True, timeoutSecs=0)
    except (ServerSelectionTimeoutError, OperationFailure):
        return False
    except AutoReconnect:
        # A server that shuts down hangs up instead of answering.
        return True
    return True


def _has_ended(home: Home, guard: Guard, patience: Patience) -> bool:
    try:
        while home.guard().held or _runs(guard.supervisor, home.lease_lock):
            patience.pause()
    except Stopped:
        return False
    return True


# -- before the start --------------------------------------------------------------------------


def _settle_state(home: Home) -> State:
    state = home.read_state()
    if state is None:
        guard = home.guard()
        port = guard.port if guard.held and guard.port else _free_port()
        state = State(port, secrets.token_urlsafe(32))
        home.write_state(state)
    return state


def _settle_port(home: Home, state: State, stop: threading.Event | None) -> State:
    # Open clients know this port, and a server that was just killed may need a moment to leave it.
    patience = Patience(_PORT_SECONDS, stop)
    try:
        while not _is_free(state.port):
            patience.pause()
    except Stopped as stopped:
        if not stopped.timed_out:
            raise
    else:
        return state
    moved = State(port=_free_port(), password=state.password)
    log.warning("database.moved", taken_port=state.port, port=moved.port)
    home.write_state(moved)
    return moved


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As mongod does it: connections that are still fading away do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        if _is_free(port):
            return port


def _end_orphan(home: Home, patience: Patience) -> None:
    """Ends a server whose supervisor was killed, so that its data folder is free again."""
    if not home.mongod_lock.exists():
        return
    with FileLock(home.mongod_lock) as lock:
        if lock.try_take():
            return
        try:
            pid = int(home.mongod_lock.read_text("ascii").strip() or "0")
        except ValueError:
            pid = 0
        if not _signal(pid, home.key_file, signal.SIGTERM):
            raise ServerFailed(f"{home.data} is in use by another server (process {pid})", home.log)
        try:
            lock.take(Patience(_ORPHAN_SECONDS))
        except Stopped:
            _signal(pid, home.key_file, signal.SIGKILL)
            lock.take(patience)


def _signal(pid: int | None, evidence: Path, number: signal.Signals) -> bool:
    """Signals a process whose command line names `evidence`; process ids are used again."""
    if not pid or not _runs(pid, evidence):
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True


def _runs(pid: int | None, evidence: Path) -> bool:
    return pid is not None and str(evidence) in _command_line(pid)


def _command_line(pid: int) -> str:
    if sys.platform.startswith("linux"):
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""
    listing = subprocess.run(
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return listing.stdout


# -- the start ---------------------------------------------------------------------------------


def _launch(home: Home, binary: Binary, state: State, patience: Patience) -> None:
    home.key()
    with FileLock(home.guard_file) as guard, home.launch_log.open("wb") as output:
        # Others may be looking at the guard at this moment, which takes a share of it.
        guard.take(patience)
        os.ftruncate(guard.descriptor, 0)
        command = [
            sys.executable, "-I", "-S", str(_SUPERVISOR),
            str(guard.descriptor), str(home.lease_lock), str(home.log), str(state.port), "--",
            *_mongod_command(home, binary, state.port),
        ]  # fmt: skip
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=home.folder,
            pass_fds=(guard.descriptor,),
            start_new_session=True,
            check=False,
        )
        guard.hand_over()


def _mongod_command(home: Home, binary: Binary, port: int) -> list[str]:
    return [
        str(binary.path),
        "--dbpath", str(home.data),
        "--bind_ip", HOST,
        "--port", str(port),
        "--nounixsocket",
        "--replSet", REPLICA_SET,
        "--keyFile", str(home.key_file),
        # Nobody but the holder of the key makes the first user.
        "--setParameter", "enableLocalhostAuthBypass=false",
        # CVE-2025-14847 sits in zlib decompression, before authentication.
        "--networkMessageCompressors", "disabled",
        "--logpath", str(home.log),
        "--logappend",
        "--logRotate", "reopen",
        "--syncdelay", "10",
        "--setParameter", "ttlMonitorSleepSecs=5",
        # A killed app leaves its transaction open; nobody waits a minute for its locks.
        "--setParameter", "transactionLifetimeLimitSeconds=10",
        "--setParameter", "diagnosticDataCollectionEnabled=false",
        "--wiredTigerCacheSizeGB", "0.25",
        "--oplogSize", "192",
        # Journal files of 32 MB made when needed: 300 MB less in every new folder.
        "--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=32MB)",
    ]  # fmt: skip


def _make_writable(home: Home, state: State, patience: Patience) -> EmbeddedServer:
    """Initiates, moves, elects and makes the user, each if it is not done yet. Raises `_Gone`."""
    while True:
        _check_alive(home)
        try:
            with socket.create_connection((HOST, state.port), timeout=1.0):
                pass
            with system_client(home, state.port) as client:
                settle_membership(client, state.port)
            # A client opened before the initiation never learns of sessions: a new one each time.
            with system_client(home, state.port) as client:
                while not client.admin.command("hello").get("isWritablePrimary"):
                    _check_alive(home)
                    patience.pause()
                settle_user(client, state)
            return _visit(home, state)
        except (OSError, PyMongoError) as fault:
            # Not up yet, still electing, or a stranger on the port: the guard and time decide.
            log.debug("database.not_writable_yet", fault=str(fault))
        patience.pause()


def _check_alive(home: Home) -> Guard:
    guard = home.guard()
    if not guard.held:
        raise _Gone(guard.exit_code)
    return guard


def _visit(home: Home, state: State) -> EmbeddedServer:
    """Signs in as the product will, and makes sure that this is our server with our data."""
    with product_client(state) as client:
        options = client.admin.command("getCmdLineOpts")
        version = str(client.server_info()["version"])
    path = Path(options["parsed"]["storage"]["dbPath"])
    if path != home.data:
        raise ServerFailed(f"port {state.port} serves {path}, not {home.data}", home.log)
    guard = _check_alive(home)
    if guard.mongod is None:
        raise _Gone(None)
    return EmbeddedServer(uri_of(state), version, guard.mongod, home.data, state.port)


def _why(home: Home, exit_code: int | None) -> str:
    """What was printed before the server's log was open, or its last complaint in there."""
    printed = _last_lines(home.launch_log)
    logged = [line for line in _last_lines(home.log) if line.startswith("{")]
    starts = [place for place, line in enumerate(logged) if "MongoDB starting" in line]
    for line in [*reversed(printed), *reversed(logged[starts[-1] if starts else 0 :])]:
        complaint = _complaint(line)
        if complaint:
            return f"{complaint} (exit code {exit_code})"
    return f"it ended without a word (exit code {exit_code})"


def _last_lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 200_000))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _complaint(line: str) -> str:
    """The text of an error line of mongod's log, of a plain line the line; else nothing."""
    if not line.startswith("{"):
        return line.strip(" *")
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    if entry.get("s") not in ("E", "F"):
        return ""
    return f"{entry.get('msg', '')} {entry.get('attr', {}).get('error', '')}".strip()
