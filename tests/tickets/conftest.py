"""The tickets' service with everything it works with, on the real database."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from concierge.core.actor import Actor, Role
from concierge.core.audit import AUDIT_LOG, AuditLog
from concierge.core.clock import ManualClock
from concierge.core.idempotency import IDEMPOTENCY_KEYS, IdempotencyStore
from concierge.core.ids import new_id
from concierge.core.limits import RateLimiter
from concierge.core.mongo import Mongo
from concierge.core.policies import Policies
from concierge.core.texts import Texts
from concierge.customers.models import COLLECTIONS as CUSTOMERS
from concierge.customers.models import CustomerDraft, Tier
from concierge.customers.repository import CustomersRepository
from concierge.customers.service import CustomersService
from concierge.notifications.models import COLLECTIONS as OUTBOX
from concierge.notifications.repository import NotificationsRepository
from concierge.notifications.service import NotificationsService
from concierge.notifications.templates import MailTexts
from concierge.orders.models import COLLECTIONS as ORDERS
from concierge.orders.repository import OrdersRepository
from concierge.orders.service import OrdersService
from concierge.sessions.links import ConversationLinks
from concierge.sessions.models import COLLECTIONS as SESSIONS
from concierge.sessions.models import Channel
from concierge.sessions.repository import SessionsRepository
from concierge.sessions.service import SessionsService
from concierge.tickets.models import COLLECTIONS, Status, Ticket, TicketCustomerDraft, TicketDraft
from concierge.tickets.repository import TicketsRepository
from concierge.tickets.service import TicketsService
from tests.conftest import DATA

AGENT = Actor.staff("sam", {Role.AGENT})
COLLEAGUE = Actor.staff("kim", {Role.AGENT})
ANALYST = Actor.staff("analyst", {Role.ANALYST})
PM = Actor.staff("pm", {Role.PM})
ADMIN = Actor.staff("admin", {Role.ADMIN})
SYSTEM = Actor.system("tests")


@dataclass
class Desk:
    """The service and its surroundings."""

    tickets: TicketsService
    sessions: SessionsService
    orders: OrdersService
    mongo: Mongo
    clock: ManualClock

    def chat(self) -> str:
        """A customer's widget session."""
        opened = self.sessions.open(Actor.system("widget"), channel=Channel.WIDGET, greeting=[])
        return opened.session.id

    def open(self, message: str = "Where is my ring?", **more) -> Ticket:
        """A ticket by a customer in a session of their own."""
        session_id = more.pop("session_id", None) or self.chat()
        request_id = more.pop("request_id", None) or new_id()
        given = {"name": "Ada Example", "email": "ada@example.com"}
        customer = TicketCustomerDraft(**{**given, **more.pop("customer", {})})
        draft = TicketDraft(customer=customer, message=message, session_id=session_id, **more)
        return self.tickets.open(Actor.customer(session_id), draft, request_id)

    def reopen(self, ticket: Ticket, actor: Actor = AGENT) -> Ticket:
        return self.mongo.unit_of_work(
            lambda session: self.tickets.reopen(
                actor, ticket.ticket_id, Status.OPEN, ticket.version, session
            )
        )

    def texts_in_chat(self, session_id: str) -> list[tuple[str, str]]:
        session = self.sessions.history(Actor.customer(session_id), session_id)
        return [(entry.author.value, entry.text) for entry in session.transcript if entry.text]

    def mails(self, kind: str) -> list[dict]:
        return list(self.mongo.db["outbox"].find({"kind": kind}))

    def audited(self, ticket: Ticket) -> list[str]:
        found = self.mongo.db["auditLog"].find({"subject": f"ticket:{ticket.ticket_id}"})
        return sorted(row["action"] for row in found)


@pytest.fixture
def desk(mongo: Mongo, clock: ManualClock, policies: Policies) -> Desk:
    stored = [*COLLECTIONS, *CUSTOMERS, *ORDERS, *SESSIONS, *OUTBOX]
    mongo.apply([*stored, IDEMPOTENCY_KEYS, AUDIT_LOG])
    customers = CustomersService(repository=CustomersRepository(mongo), clock=clock)
    customers.upsert_many(
        [CustomerDraft(email="vera@example.com", name="Vera Example", tier=Tier.VIP)]
    )
    sessions = SessionsService(
        repository=SessionsRepository(mongo),
        clock=clock,
        policies=policies,
        timezone="America/New_York",
    )
    audit = AuditLog(mongo, clock)
    orders = OrdersService(
        repository=OrdersRepository(mongo), clock=clock, limiter=RateLimiter(mongo), audit=audit
    )
    tickets = TicketsService(
        repository=TicketsRepository(mongo),
        mongo=mongo,
        clock=clock,
        policies=policies,
        texts=Texts.load(DATA, "chat"),
        idempotency=IdempotencyStore(mongo, clock),
        audit=audit,
        customers=customers,
        sessions=sessions,
        notifications=NotificationsService(
            repository=NotificationsRepository(mongo), clock=clock, texts=MailTexts.load(DATA)
        ),
        orders=orders,
        links=ConversationLinks("a secret for tests only, long enough", "https://desk.example.com"),
        is_agent=lambda name: name in {"sam", "kim", "admin"},
    )
    return Desk(tickets, sessions, orders, mongo, clock)
