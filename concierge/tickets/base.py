"""What all work on tickets stands on: its parts, one ticket read, one ticket changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from concierge.core.actor import Actor, ActorKind
from concierge.core.audit import AuditLog
from concierge.core.clock import Clock
from concierge.core.contact import same_address
from concierge.core.errors import NotFound, VersionConflict
from concierge.core.idempotency import IdempotencyStore, Made
from concierge.core.mongo import ClientSession, Mongo
from concierge.core.policies import Policies
from concierge.core.texts import Texts
from concierge.customers.service import CustomersService
from concierge.notifications.service import NotificationsService
from concierge.notifications.templates import first_name
from concierge.orders.service import OrdersService
from concierge.sessions.links import ConversationLinks
from concierge.sessions.service import SessionsService
from concierge.tickets import sla
from concierge.tickets.models import Ticket, TicketMessage
from concierge.tickets.repository import TicketsRepository

_AUDITED = ("status", "priority", "assignee", "tags")


class TicketBase:
    """The parts, and the one way a ticket changes."""

    def __init__(
        self,
        *,
        repository: TicketsRepository,
        mongo: Mongo,
        clock: Clock,
        policies: Policies,
        texts: Texts,
        idempotency: IdempotencyStore,
        audit: AuditLog,
        customers: CustomersService,
        sessions: SessionsService,
        notifications: NotificationsService,
        orders: OrdersService,
        links: ConversationLinks,
        agent_name: Callable[[str], str] = str.capitalize,
        is_agent: Callable[[str], bool] | None = None,
    ) -> None:
        self._repository = repository
        self._mongo = mongo
        self._clock = clock
        self._policies = policies
        self._texts = texts
        self._idempotency = idempotency
        self._audit = audit
        self._customers = customers
        self._sessions = sessions
        self._notifications = notifications
        self._orders = orders
        self._links = links
        self._agent_name = agent_name
        self._is_agent = is_agent

    def _load(self, ticket_id: str, session: ClientSession | None = None) -> Ticket:
        ticket = self._repository.get(ticket_id, session)
        if ticket is None:
            raise NotFound("ticket", ticket_id)
        return ticket

    def _require_owner(self, actor: Actor, ticket: Ticket) -> None:
        """The customer of the ticket's session, staff whose own chat that session is, or us."""
        if actor.kind is ActorKind.SYSTEM:
            return
        if ticket.session_id is None or (
            actor.is_customer and actor.session_id != ticket.session_id
        ):
            raise NotFound("ticket", ticket.ticket_id)
        if not actor.is_customer:
            self._sessions.history(actor, ticket.session_id)

    def _edit(
        self,
        actor: Actor,
        ticket_id: str,
        version: int | None,
        action: str,
        change: Callable[[Ticket], Ticket],
        request_id: str | None = None,
        session: ClientSession | None = None,
    ) -> Ticket:
        """Reads, checks the version, changes, writes and records, in one transaction."""

        def write(transaction: ClientSession) -> Ticket:
            before = self._load(ticket_id, transaction)
            if version is not None and before.version != version:
                raise VersionConflict("Ticket", ticket_id)
            after = change(before)
            if after is before:
                return before
            after = after.model_copy(
                update={
                    "version": before.version + 1,
                    "updated_at": self._clock.now(),
                    "rank": sla.rank_of(after.priority, after.status, after.awaiting_since),
                }
            )
            if not self._repository.replace(after, before.version, transaction):
                raise VersionConflict("Ticket", ticket_id)
            self._audit.record(
                actor,
                action,
                subject(ticket_id),
                _differences(before, after),
                request_id=request_id,
                session=transaction,
            )
            return after

        return write(session) if session is not None else self._mongo.unit_of_work(write)

    def _once(
        self,
        scope: str,
        ticket_id: str,
        request_id: str,
        message: TicketMessage,
        write: Callable[[ClientSession], Ticket],
        session: ClientSession | None = None,
    ) -> Ticket:
        def run(transaction: ClientSession) -> Made:
            return Made(id=write(transaction).ticket_id)

        key = f"{ticket_id}:{request_id}"
        made = self._idempotency.run(scope, key, {"text": message.text}, Made, run, session=session)
        return self._load(made.id, session)

    def mail_values(
        self, ticket: Ticket, session: ClientSession, proven: str | None = None
    ) -> dict[str, object]:
        """What every mail about a ticket says.

        Its link opens the whole conversation only for the address that this has `proven`, as is
        read unless given; else the ticket alone, as anybody's address may have been typed.
        """
        session_id = ticket.session_id or ""
        if session_id and proven is None:
            proven = self._sessions.proven_email(session_id, session)
        if not same_address(proven, ticket.customer.email):
            session_id = ""
        return {
            "name": first_name(ticket.customer.name),
            "ticket_id": ticket.ticket_id,
            "link": self._links.url(session_id, ticket.ticket_id),
        }


def subject(ticket_id: str) -> str:
    """A ticket's name in the audit log."""
    return f"ticket:{ticket_id}"


def _differences(before: Ticket, after: Ticket) -> dict[str, tuple[Any, Any]]:
    changed = {
        field: (getattr(before, field), getattr(after, field))
        for field in _AUDITED
        if getattr(before, field) != getattr(after, field)
    }
    if len(after.messages) != len(before.messages):
        changed["message"] = (None, None)
    return changed
