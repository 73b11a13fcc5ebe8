"""Writing to customers: into the outbox at once, out of it when a server takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from concierge.core.actor import Actor, Permission
from concierge.core.clock import Clock
from concierge.core.errors import InvalidInput
from concierge.core.ids import derived_id, new_id
from concierge.core.mongo import ClientSession
from concierge.core.paging import Page, decode_moment, encode_cursor
from concierge.core.telemetry import get_logger
from concierge.notifications.models import Attachment, Channel, Mail, MailStatus
from concierge.notifications.repository import NotificationsRepository
from concierge.notifications.templates import MailTexts
from concierge.notifications.transport import DeliveryFailed, Transport

log = get_logger("notifications")

ATTEMPT_LASTS = timedelta(minutes=5)
"""A claim is lost after this, as when the process that sent was killed."""
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""Waits before the second and later attempts; after the last one the mail has failed."""
MAX_PAGE = 200


class DeliveryReport(BaseModel):
    """What one round of sending did; `postponed` are those that will be tried again."""

    model_config = ConfigDict(frozen=True)

    sent: int = 0
    kept: int = 0
    postponed: int = 0
    failed: int = 0


class NotificationsService:
    """The outbox. Without a `transport` mails are kept and shown instead of sent.

    With `sends` false nothing written here is ever sent, whoever looks through the outbox later:
    for a past that is played.
    """

    def __init__(
        self,
        *,
        repository: NotificationsRepository,
        clock: Clock,
        texts: MailTexts,
        transport: Transport | None = None,
        sends: bool = True,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._texts = texts
        self._transport = transport
        self._sends = sends

    def queue(
        self,
        kind: str,
        to: str,
        values: Mapping[str, object],
        dedupe_key: str,
        *,
        channel: Channel = Channel.EMAIL,
        attachments: Sequence[Attachment] = (),
        session: ClientSession | None = None,
        order_number: str | None = None,
        ticket_id: str | None = None,
        session_id: str | None = None,
        rma: str | None = None,
        simulated: bool = False,
    ) -> Mail:
        """Writes a message of a `kind` of mail.yaml (or sms.yaml), in the caller's transaction.

        `values` fill its placeholders and arrive formatted for people; an unknown name falls back
        to a neutral address. The same `dedupe_key` again writes nothing and answers the first.
        What is `simulated` is kept from the first moment and never sent.
        Called by services that have authorised what the message is about.
        """
        render = self._texts.mail if channel is Channel.EMAIL else self._texts.sms
        rendered = render(kind, values)
        now = self._clock.now()
        # No gateway for text messages exists.
        leaves = self._sends and not simulated and channel is not Channel.SMS
        return self._repository.add(
            Mail(
                id=derived_id("mail", dedupe_key),
                kind=kind,
                channel=channel,
                to=to,
                subject=rendered.subject,
                body=rendered.body,
                attachments=list(attachments),
                dedupe_key=dedupe_key,
                order_number=order_number,
                ticket_id=ticket_id,
                session_id=session_id,
                rma=rma,
                simulated=simulated,
                status=MailStatus.QUEUED if leaves else MailStatus.KEPT,
                created_at=now,
                due_at=now,
            ),
            session,
        )

    def deliver_due(self, limit: int = 100) -> DeliveryReport:
        """Sends what is due, at most `limit`; several processes may do so at once.

        Each mail is claimed before it is sent. Only a process killed between the server's "taken"
        and our note of it makes a repeat, and both carry one Message-ID.
        """
        counts = dict.fromkeys(("sent", "kept", "postponed", "failed"), 0)
        for _ in range(limit):
            now = self._clock.now()
            claim = new_id()
            mail = self._repository.claim_due(now, claim, now + ATTEMPT_LASTS)
            if mail is None:
                break
            counts[self._attempt(mail, claim)] += 1
        return DeliveryReport(**counts)

    def _attempt(self, mail: Mail, claim: str) -> str:
        if self._transport is None:
            self._repository.settle(mail.id, claim, MailStatus.KEPT)
            return "kept"
        try:
            self._transport.send(mail)
        except DeliveryFailed as error:
            return self._after_failure(mail, claim, error)
        self._repository.settle(mail.id, claim, MailStatus.SENT, sent_at=self._clock.now())
        return "sent"

    def _after_failure(self, mail: Mail, claim: str, error: DeliveryFailed) -> str:
        over = error.permanent or mail.attempts > len(BACKOFF)
        status = MailStatus.FAILED if over else MailStatus.QUEUED
        due_at = None if over else self._clock.now() + BACKOFF[mail.attempts - 1]
        self._repository.settle(mail.id, claim, status, due_at=due_at, error=str(error))
        log.warning("mail.failed", mail=mail.id, attempts=mail.attempts, final=over)
        return "failed" if over else "postponed"

    def recent(
        self,
        actor: Actor,
        *,
        ticket_id: str | None = None,
        order_number: str | None = None,
        status: MailStatus | None = None,
        simulated: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Mail]:
        """Messages, newest first: of a ticket, of an order, or all of them for operations.

        They name people, so of an order only who may see people reads them. Simulated ones are
        left out unless asked for.
        """
        if ticket_id is not None:
            actor.require(Permission.TICKETS_READ)
        elif order_number is not None:
            actor.require(Permission.ORDERS_READ)
            actor.require(Permission.PEOPLE_SEE)
        else:
            actor.require(Permission.OPERATIONS_READ)
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInput("limit", f"must be between 1 and {MAX_PAGE}")
        mails = self._repository.page(
            status=status,
            order_number=order_number,
            ticket_id=ticket_id,
            simulated=simulated,
            before=decode_moment(cursor),
            limit=limit + 1,
        )
        shown = mails[:limit]
        more = len(mails) > limit
        return Page(
            items=shown,
            next_cursor=encode_cursor(shown[-1].created_at, shown[-1].id) if more else None,
        )
