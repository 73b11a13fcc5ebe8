"""The database of a running application, from the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from concierge import bootstrap
from concierge.core import embedded
from concierge.core.config import Settings
from concierge.core.mongo import Mongo
from tests.server import RunningApp


@contextmanager
def services_of(app: RunningApp) -> Iterator[bootstrap.Services]:
    """Services over the same database; the server is shared, as among application processes."""
    secret = (app.data_dir / "secret_key").read_text(encoding="ascii").strip()
    with embedded.acquire(app.data_dir) as lease:
        settings = Settings(
            _env_file=None,
            mongodb_uri=lease.uri,
            secret_key=secret,
            data_dir=app.data_dir,
            port=app.port,
        )
        mongo = Mongo(lease.uri, settings.db)
        services = bootstrap.build(settings, mongo=mongo)
        try:
            yield services
        finally:
            services.events.stop()
            mongo.close()
