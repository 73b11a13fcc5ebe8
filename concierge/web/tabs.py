"""Open tabs by sign-in, so that signing out in one ends them all.

A Streamlit page lives on a websocket. Ending the sign-in alone would leave other tabs showing what
they showed, and retrying for ever; so each is sent a frame that takes it to the sign-in page.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Any

from concierge.accounts.service import AccountsService
from concierge.core.mongo import OUTAGE
from concierge.core.telemetry import get_logger

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
EndFrame = Callable[[str], bytes]
"""Makes the screens' own message "go to this address"; handed in, as it is Streamlit's."""

CLOSE_CODE = 4401
LOOK_EVERY_SECONDS = 5.0
LET_OWN_ANSWER_PASS_SECONDS = 0.3
LET_PAGE_LEAVE_SECONDS = 2.0

log = get_logger(__name__)


def sign_in_url(reason: str) -> str:
    return f"/session/login?reason={reason}"


class Tab:
    """One open socket. After its end it neither shows nor takes anything more."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._closed = False
        self.ended = False

    async def receive(self) -> Any:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                self._closed = True
                return message
            if not self.ended:
                return message

    async def send(self, message: Any) -> None:
        if not self.ended:
            await self._send(message)

    async def end(self, frame: bytes) -> None:
        """Sends the page away, and closes the socket if it has not left by then.

        Not at once: a page whose socket closes opens another before it leaves, and would then be
        told something else.
        """
        if self.ended:
            return
        self.ended = True
        with contextlib.suppress(RuntimeError, OSError):  # it may have gone by itself
            await self._send({"type": "websocket.send", "bytes": frame})
            await asyncio.sleep(LET_PAGE_LEAVE_SECONDS)
            if not self._closed:
                await self._send({"type": "websocket.close", "code": CLOSE_CODE})


class Tabs:
    """The open tabs of this process; every method but `end` runs on the event loop."""

    def __init__(self, end_frame: EndFrame) -> None:
        self.end_frame = end_frame
        self._open: dict[str, set[Tab]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.contextmanager
    def opened(self, login_id: str, tab: Tab) -> Iterator[None]:
        self._open.setdefault(login_id, set()).add(tab)
        try:
            yield
        finally:
            mine = self._open.get(login_id, set())
            mine.discard(tab)
            if not mine:
                self._open.pop(login_id, None)

    def count(self, login_id: str) -> int:
        return len(self._open.get(login_id, ()))

    def end(self, login_ids: Sequence[str], reason: str) -> None:
        """Ends the tabs of these sign-ins; from any thread.

        A moment later: the tab that asked for it gets its own answer first.
        """
        if self._loop is not None and not self._loop.is_closed():
            endings = dict.fromkeys(login_ids, reason)
            self._loop.call_soon_threadsafe(
                self._loop.call_later, LET_OWN_ANSWER_PASS_SECONDS, self._end, endings
            )

    def _end(self, endings: Mapping[str, str]) -> None:
        """Each sign-in with the reason that its tabs are told."""
        for login_id, reason in endings.items():
            frame = self.end_frame(sign_in_url(reason))
            for tab in list(self._open.get(login_id, ())):
                self._run(tab.end(frame))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @contextlib.asynccontextmanager
    async def watching(self, accounts: AccountsService) -> AsyncIterator[None]:
        """Listens for sign-ins that end here; looks for those that expire or end elsewhere."""
        self._loop = asyncio.get_running_loop()
        stop_listening = accounts.on_login_ended(self.end)
        looking = asyncio.create_task(self._look(accounts), name="tabs")
        try:
            yield
        finally:
            stop_listening()
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking
            self._loop = None

    async def _look(self, accounts: AccountsService) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            open_now = list(self._open)
            if not open_now:
                continue
            try:
                ended = await asyncio.to_thread(accounts.ended, open_now)
            except OUTAGE:
                continue  # nobody is signed out because the database is away
            self._end(ended)
