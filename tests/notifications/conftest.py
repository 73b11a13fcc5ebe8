"""The outbox on the real database, and a real mail server to send to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from concierge.core.clock import ManualClock
from concierge.core.mongo import Mongo
from concierge.notifications.models import COLLECTIONS
from concierge.notifications.repository import NotificationsRepository
from concierge.notifications.service import NotificationsService
from concierge.notifications.templates import MailTexts
from concierge.notifications.transport import SmtpTransport, Transport
from tests.conftest import DATA


class Mailbox:
    """Answers a mail server's questions; `answer` is what it says to a mail's content."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"

    async def handle_RCPT(  # noqa: N802  the server's own spelling
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.received.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.extend(envelope.rcpt_tos)
        return self.answer


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp_port(mailbox: Mailbox) -> Iterator[int]:
    """A mail server on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def transport(smtp_port: int) -> SmtpTransport:
    return SmtpTransport("127.0.0.1", smtp_port, "concierge@shop.example")


@pytest.fixture
def repository(mongo: Mongo) -> NotificationsRepository:
    mongo.apply(COLLECTIONS)
    return NotificationsRepository(mongo)


def outbox(
    repository: NotificationsRepository, clock: ManualClock, transport: Transport | None
) -> NotificationsService:
    return NotificationsService(
        repository=repository, clock=clock, texts=MailTexts.load(DATA), transport=transport
    )
