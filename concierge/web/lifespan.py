"""What happens before the first request and after the last."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from types import FrameType
from typing import Any, NoReturn

from concierge import bootstrap
from concierge.accounts import passwords
from concierge.core.config import Settings, load_settings
from concierge.core.errors import ConciergeError, ConfigError
from concierge.core.mongo import OUTAGE
from concierge.core.telemetry import configure_logging, get_logger
from concierge.web import html, tcp
from concierge.web.requests import Stopping
from concierge.web.tabs import Tabs

Lifespan = Callable[[Any], AbstractAsyncContextManager[dict[str, Any] | None]]

log = get_logger(__name__)


def create(*, tabs: Tabs, stopping: Stopping, port: int, host: str) -> Lifespan:
    """`port` and `host` are what the server was told to bind."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[dict[str, Any] | None]:
        configure_logging()
        # In this thread, which lives as long as the process: a database server of our own is tied
        # to the thread that starts it. Nothing is served yet, so nothing waits.
        services = _start(port, host)
        tcp.set_no_delay()
        await asyncio.to_thread(passwords.warm_up)
        # What is there now stays: no collection needs to look through it again.
        gc.collect()
        gc.freeze()
        try:
            with _stop_signals(stopping):
                async with tabs.watching(services.accounts):
                    log.info("ready", port=port, demo=services.settings.demo)
                    yield None
        finally:
            log.info("stopping")
            bootstrap.stop()
            log.info("stopped")

    return lifespan


def _start(port: int, host: str) -> bootstrap.Services:
    """Everything the requests need; a fault is one line and the end of the process."""
    try:
        settings = load_settings({"port": port, "host": host})
        refuse_open_demo(settings, [host, *(name for name, _ in tcp.listening_addresses())])
        html.read_texts()
        services = bootstrap.start(settings)
        if services.accounts.demo_accounts():
            refuse_open_demo(settings, [host], demo=True)
        return services
    except ConfigError as error:
        _give_up(str(error), 2)
    except ConciergeError as error:
        _give_up(str(error), 1)
    except OUTAGE as error:
        _give_up(f"The database named by MONGODB_URI does not answer: {error}"[:300], 1)


def refuse_open_demo(settings: Settings, hosts: list[str], *, demo: bool | None = None) -> None:
    """Raises `ConfigError` when accounts with a printed password could be reached from outside."""
    exposed = [host for host in hosts if not tcp.is_loopback(host)]
    if exposed and (settings.demo if demo is None else demo):
        raise ConfigError(
            "CONCIERGE_HOST",
            f"demo accounts are present, so only this machine may be served, not '{exposed[0]}'",
            "127.0.0.1",
        )


def _give_up(line: str, code: int) -> NoReturn:
    """Ends the process here: an error raised in a lifespan would be logged with its traceback."""
    sys.stderr.write(" ".join(line.split()) + "\n")
    sys.stderr.flush()
    os._exit(code)


@contextlib.contextmanager
def _stop_signals(stopping: Stopping) -> Iterator[None]:
    """Hears of SIGTERM and SIGINT before the server does, which would wait for open streams."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {}

    def chained(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopping.begin)
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, chained)
    try:
        yield
    finally:
        for number, then in before.items():
            signal.signal(number, then)
