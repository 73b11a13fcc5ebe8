"""The database and the services for the time of one command.

Without `MONGODB_URI` a command shares the embedded server with an app that runs on the same data
folder, or runs it alone for as long as it lasts. Unlike the app a command starts no jobs and loads
no demo shop by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from concierge.core.actor import Actor

if TYPE_CHECKING:
    from concierge.bootstrap import Services
    from concierge.core.config import Settings
    from concierge.core.mongo import Mongo

COMMAND = Actor.system("command-line")
"""Who acts in the audit log: whoever may run commands here holds the database's keys anyway."""


@contextmanager
def store(settings: Settings) -> Iterator[Mongo]:
    """The configured database as it is; nothing in it is touched."""
    from concierge.core import embedded
    from concierge.core.mongo import Mongo

    if settings.mongodb_uri is not None:
        mongo = Mongo(settings.mongodb_uri, settings.db)
        try:
            yield mongo
        finally:
            mongo.close()
        return
    with embedded.acquire(settings.data_dir, env_binary=settings.mongod_path) as lease:
        lease.watch()
        mongo = Mongo(lease.uri, settings.db)
        try:
            yield mongo
        finally:
            mongo.close()  # before the lease: a client of a server that is gone waits for it


@contextmanager
def services() -> Iterator[Services]:
    """Every room, over collections that are up to date. What was recorded is written at the end."""
    from concierge import bootstrap
    from concierge.core.config import load_settings

    quiet_logging()
    settings = load_settings()
    with store(settings) as mongo:
        mongo.apply(bootstrap.ALL_COLLECTIONS)
        built = bootstrap.build(settings, mongo=mongo)
        try:
            yield built
        finally:
            built.events.stop()


def quiet_logging() -> None:
    """Only what people must hear of, on standard error: standard output is the command's."""
    import logging

    from concierge.core.telemetry import configure_logging

    configure_logging(level=logging.WARNING)
