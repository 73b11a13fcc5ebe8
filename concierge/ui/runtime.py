"""Where screens get the services from."""

from __future__ import annotations

from concierge import bootstrap
from concierge.bootstrap import Services


def services() -> Services:
    """The process's services; the same objects the API uses."""
    return bootstrap.current()
