"""The application as a process (`running_app`, in the root conftest) and sockets to its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.server import RunningApp


class Page:
    """An open page, as the browser holds it: the websocket with the sign-in cookie."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def sent_to(self, seconds: float) -> tuple[str | None, int | None]:
        """Where the page is sent, and the close code; reads until the socket closes."""
        url: str | None = None
        try:
            while True:
                message = ForwardMsg()
                message.ParseFromString(self.socket.recv(timeout=seconds))  # type: ignore[arg-type]
                if message.WhichOneof("type") == "auth_redirect":
                    url = message.auth_redirect.url
        except ConnectionClosed as closed:
            return url, closed.rcvd.code if closed.rcvd else None

    def is_open(self) -> bool:
        return bool(self.socket.ping().wait(5))


@contextmanager
def open_page(
    app: RunningApp, client: httpx2.Client | None = None, *, origin: str | None = None
) -> Iterator[Page]:
    """A page of this client's sign-in, from `origin` or the application's own."""
    cookies = "; ".join(f"{k}={v}" for k, v in client.cookies.items()) if client else ""
    with connect(
        f"ws://127.0.0.1:{app.port}/_stcore/stream",
        additional_headers={"Cookie": cookies} if cookies else {},
        origin=origin or app.url,  # type: ignore[arg-type]
        subprotocols=["streamlit", "no-token"],  # type: ignore[list-item]
        compression=None,
        max_size=None,
    ) as socket:
        yield Page(socket)


@pytest.fixture
def visitor(running_app: RunningApp) -> Iterator[httpx2.Client]:
    """Nobody signed in."""
    with running_app.client() as client:
        yield client


@pytest.fixture
def agent(running_app: RunningApp) -> Iterator[httpx2.Client]:
    """A sign-in of the test's own: it may end it."""
    with running_app.client("agent") as client:
        yield client
