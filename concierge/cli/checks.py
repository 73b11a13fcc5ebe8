"""What `doctor` looks at. Nothing is changed; a check that cannot be made says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concierge.cli.ending import told_as
from concierge.cli.running import store
from concierge.core.clock import SystemClock
from concierge.core.config import Settings, load_settings
from concierge.core.errors import ConciergeError
from concierge.core.folders import DATA_FOLDER

if TYPE_CHECKING:
    from concierge.core.mongo import Mongo

LOW_BYTES = 2 << 30
TOO_LOW_BYTES = 300 << 20
"""A data folder holds about 300 MB before the first order."""
CLOCK_SECONDS = 2.0
OLDEST_SERVER = (6, 0)


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """`todo` is empty when there is nothing to do."""

    name: str
    state: State
    seen: str
    todo: str = ""


def examine() -> list[Finding]:
    """All checks; those that need what another one found missing are left out."""
    try:
        settings = load_settings()
    except ConciergeError as error:
        return [Finding("configuration", State.FAILED, str(error), "Change or remove it.")]
    findings = [Finding("configuration", State.OK, "readable")]
    findings += [_secret(settings), _disk(settings.data_dir), *_data_files()]
    if settings.embedded:
        findings.append(_binary(settings))
        if findings[-1].state is State.FAILED:
            return findings
    try:
        with store(settings) as mongo:
            mongo.ping()
            findings += list(_database(mongo, settings))
    except Exception as error:
        told = told_as(error)
        if told is None:
            raise
        todo = "Is the server up, and MONGODB_URI right?" if not settings.embedded else ""
        findings.append(Finding("database", State.FAILED, told[0], todo or "See the line beside."))
    return [*findings, _mail(settings)]


def _secret(settings: Settings) -> Finding:
    kept = settings.data_dir / "secret_key"
    given = not kept.exists() or kept.read_text(encoding="ascii").strip() != settings.secret_key
    if given:
        return Finding("secret", State.OK, "CONCIERGE_SECRET_KEY")
    open_to_others = kept.stat().st_mode & 0o077
    if open_to_others:
        return Finding("secret", State.FAILED, f"{kept} can be read by others", f"chmod 600 {kept}")
    if settings.embedded:
        return Finding("secret", State.OK, f"kept in {kept}")
    todo = "Set CONCIERGE_SECRET_KEY to the same text on each machine that shares the database."
    return Finding("secret", State.WARNING, f"this machine's own, in {kept}", todo)


def _disk(folder: Path) -> Finding:
    existing = next(place for place in (folder, *folder.resolve().parents) if place.exists())
    free = shutil.disk_usage(existing).free
    seen = f"{free / (1 << 30):.1f} GB free for {folder}"
    if free < TOO_LOW_BYTES:
        return Finding("disk", State.FAILED, seen, "Make room, or move CONCIERGE_DATA_DIR.")
    if free < LOW_BYTES:
        return Finding("disk", State.WARNING, seen, "Make room soon.")
    return Finding("disk", State.OK, seen)


def _data_files() -> Iterator[Finding]:
    from concierge.chat.answers import Answers
    from concierge.core.policies import Policies
    from concierge.core.texts import Texts
    from concierge.detection.detector import Detector
    from concierge.notifications.templates import MailTexts

    readers: dict[str, Callable[[], object]] = {
        "policies": lambda: Policies.load(DATA_FOLDER),
        "texts": lambda: (
            [Texts.load(DATA_FOLDER, name) for name in ("chat", "link", "signin", "slip")],
            MailTexts.load(DATA_FOLDER),
        ),
        "answers": lambda: Answers.load(DATA_FOLDER, Policies.load(DATA_FOLDER).returns),
        "detection rules": lambda: Detector.load(DATA_FOLDER / "intents"),
    }
    for name, read in readers.items():
        try:
            read()
        except ConciergeError as error:
            yield Finding(name, State.FAILED, str(error), "Mend the file in data/.")
        else:
            yield Finding(name, State.OK, "readable")


def _binary(settings: Settings) -> Finding:
    from concierge.core.embedded import NoServerBinary, find_binary

    try:
        binary = find_binary(settings.mongod_path)
    except NoServerBinary as error:
        first, _, rest = str(error).partition("\n")
        return Finding("server binary", State.FAILED, first, " ".join(rest.split()))
    return Finding("server binary", State.OK, f"{binary.path}, version {binary.version}")


def _database(mongo: Mongo, settings: Settings) -> Iterator[Finding]:
    where = "own server" if settings.embedded else "MONGODB_URI"
    yield Finding("database", State.OK, f"'{settings.db}' answers ({where})")
    version = mongo.server_version()
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_SERVER:
        yield Finding("server version", State.FAILED, version, "MongoDB 6.0 or newer is needed.")
    else:
        yield Finding("server version", State.OK, version)
    hello: dict[str, Any] = mongo.client.admin.command("hello")
    if "setName" in hello or hello.get("msg") == "isdbgrid":
        yield Finding("transactions", State.OK, "a replica set")
    else:
        todo = "Start it with --replSet and run rs.initiate() once."
        yield Finding("transactions", State.FAILED, "a single server has none", todo)
    yield _clock(hello)
    yield _indexes(mongo)
    yield _accounts(mongo, settings)


def _clock(hello: dict[str, Any]) -> Finding:
    theirs = hello["localTime"].replace(tzinfo=UTC)
    apart = abs((SystemClock().now() - theirs).total_seconds())
    seen = f"{apart:.1f} s from the server's"
    if apart > CLOCK_SECONDS:
        return Finding("clock", State.WARNING, seen, "Let both keep time by NTP.")
    return Finding("clock", State.OK, seen)


def _indexes(mongo: Mongo) -> Finding:
    from concierge.bootstrap import ALL_COLLECTIONS

    there = set(mongo.db.list_collection_names())
    missing = [spec.name for spec in ALL_COLLECTIONS if spec.name not in there]
    drops: list[str] = []
    for spec in ALL_COLLECTIONS:
        if spec.name in there:
            known = {index["name"] for index in mongo.collection(spec).list_indexes()}
            wanted = {index.name for index in spec.indexes} | {"_id_"}
            missing += [f"{spec.name}.{name}" for name in sorted(wanted - known)]
            drops += [f"db.{spec.name}.dropIndex('{name}')" for name in sorted(known - wanted)]
    if missing:
        named = ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
        todo = "python -m concierge init-db"
        return Finding("indexes", State.FAILED, f"{len(missing)} missing: {named}", todo)
    seen = f"all there, {len(ALL_COLLECTIONS)} collections"
    if drops:
        # Never dropped unasked: the shop may have made one for itself.
        seen += f"; {len(drops)} more that nothing here uses"
        todo = f"Unless you made them, drop them: {'; '.join(drops)}"
        return Finding("indexes", State.WARNING, seen, todo)
    return Finding("indexes", State.OK, seen)


def _accounts(mongo: Mongo, settings: Settings) -> Finding:
    from concierge.accounts.models import USERS
    from concierge.core.actor import Role

    admins = {"roles": Role.ADMIN.value, "disabled": False}
    users = mongo.collection(USERS)
    if users.count_documents(admins, limit=1) == 0:
        todo = "python -m concierge user add NAME --role admin"
        return Finding("accounts", State.WARNING, "no admin", todo)
    if not settings.embedded and users.count_documents({"demo": True, "disabled": False}, limit=1):
        todo = "Disable the accounts agent, analyst, pm and admin before anybody else gets here."
        return Finding("accounts", State.WARNING, "demo accounts with a known password", todo)
    return Finding("accounts", State.OK, "an admin is there")


def _mail(settings: Settings) -> Finding:
    if settings.smtp_host is None:
        todo = "Set CONCIERGE_SMTP_HOST to send them; until then the screens show them."
        return Finding("mail", State.WARNING, "kept, not sent", todo)
    return Finding("mail", State.OK, f"sent by {settings.smtp_host}:{settings.smtp_port}")
