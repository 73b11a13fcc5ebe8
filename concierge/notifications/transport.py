"""Handing a mail to an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from concierge.core.config import Settings
from concierge.notifications.models import Mail

TIMEOUT_SECONDS = 20
IMPLICIT_TLS_PORT = 465
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class DeliveryFailed(Exception):
    """The server did not take it; `permanent` when trying again cannot help."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Transport(Protocol):
    """Anything that can send a mail."""

    def send(self, mail: Mail) -> None:
        """Raises `DeliveryFailed`."""
        ...


class SmtpTransport:
    """One connection per mail: an outbox of a shop is small, and a stale connection is a bug."""

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._username = username
        self._password = password

    @classmethod
    def from_settings(cls, settings: Settings) -> SmtpTransport | None:
        """None without a host: the outbox then keeps its mails."""
        if settings.smtp_host is None:
            return None
        return cls(
            settings.smtp_host,
            settings.smtp_port,
            settings.mail_from,
            settings.smtp_username,
            settings.smtp_password,
        )

    def send(self, mail: Mail) -> None:
        try:
            message = self._message(mail)
        except ValueError as error:
            raise DeliveryFailed(f"the mail cannot be written: {error}", permanent=True) from error
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise DeliveryFailed(
                f"the recipient was refused ({codes[0]})", permanent=all(c >= 500 for c in codes)
            ) from error
        except (smtplib.SMTPNotSupportedError, smtplib.SMTPSenderRefused) as error:
            raise DeliveryFailed(_plain(error), permanent=True) from error
        except smtplib.SMTPDataError as error:
            raise DeliveryFailed(_plain(error), permanent=error.smtp_code >= 500) from error
        except (smtplib.SMTPException, OSError) as error:
            # The server's state or ours (not reachable, wrong password): worth trying again.
            raise DeliveryFailed(_plain(error), permanent=False) from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self._port == IMPLICIT_TLS_PORT:
            server = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_SECONDS, context=context
            )
            private = True
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
            private = self._host in _LOOPBACK
        try:
            server.ehlo()
            if self._port != IMPLICIT_TLS_PORT and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
                private = True
            if self._username and self._password:
                if not private:
                    raise smtplib.SMTPException("no password is sent over an open connection")
                server.login(self._username, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.created_at)
        # The same for every attempt, so that a mailbox can drop a repeat.
        message["Message-ID"] = f"<{mail.id}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        for attachment in mail.attachments:
            message.add_attachment(
                attachment.content, subtype=attachment.subtype, filename=attachment.filename
            )
        return message


def _plain(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
