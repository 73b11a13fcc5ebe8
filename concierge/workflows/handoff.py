"""From the concierge to a human, with everything said so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from concierge.core.actor import Actor
from concierge.core.clock import Clock
from concierge.core.contact import email_address, phone_number
from concierge.core.documents import Embedded, Payload, UtcDatetime
from concierge.core.idempotency import IdempotencyStore
from concierge.core.limits import RateLimiter
from concierge.core.mongo import ClientSession
from concierge.core.policies import Policies
from concierge.customers.models import Tier
from concierge.customers.service import CustomersService
from concierge.orders.models import Order
from concierge.sessions.links import ConversationLinks
from concierge.sessions.models import Author, WidgetSession
from concierge.sessions.service import SessionsService
from concierge.shortlists.service import ShortlistsService
from concierge.tickets.models import (
    Priority,
    Source,
    Ticket,
    TicketCustomerDraft,
    TicketDraft,
    TranscriptLine,
)
from concierge.tickets.service import TicketsService
from concierge.tickets.sla import due, due_after_change, priority_of

SYSTEM = Actor.system("handoff")
# Tickets opened by customers: (limit, seconds). An office shares an address, and each ticket sends
# its recipient a mail, who may be somebody else than who typed the address.
_PER_ADDRESS = (30, 60 * 60)
_PER_RECIPIENT = (10, 60 * 60)


class Contact(Payload):
    """How to reach the customer, and what about."""

    name: str
    email: str
    phone: str | None = None
    message: str = ""
    subject: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Promise:
    """When a human answers, and how that is said."""

    priority: Priority
    by: datetime
    text: str


class HandedOver(Embedded):
    """The ticket as the customer hears of it; `added` says that it was open already, `escalated`
    that a human was asked for and had not been before on this ticket."""

    ticket_id: str
    promised_by: UtcDatetime
    promise_text: str
    urgent: bool
    url: str
    added: bool = False
    escalated: bool = True


class PassedOn(Embedded):
    """What follows from words that went to a ticket; `escalated` as in `HandedOver`."""

    promise_text: str
    escalated: bool


class Handoff:
    """The promise told in the chat follows the ticket's urgency and what the session has proven;
    the ticket's own priority follows the customer's record, which a typed e-mail must not reveal.
    """

    def __init__(
        self,
        *,
        tickets: TicketsService,
        sessions: SessionsService,
        customers: CustomersService,
        shortlists: ShortlistsService,
        links: ConversationLinks,
        idempotency: IdempotencyStore,
        limiter: RateLimiter,
        policies: Policies,
        clock: Clock,
    ) -> None:
        self._tickets = tickets
        self._sessions = sessions
        self._customers = customers
        self._shortlists = shortlists
        self._links = links
        self._idempotency = idempotency
        self._limiter = limiter
        self._policies = policies
        self._clock = clock

    def promise(
        self,
        session: WidgetSession,
        *,
        urgent: bool,
        message: str = "",
        since: datetime | None = None,
    ) -> Promise:
        """Of a ticket that was opened then, or would be now: by urgency, else by the tier that an
        order's proof has shown."""
        tier = Tier(session.tier) if session.tier else Tier.NEW
        priority = priority_of(urgent=urgent, text=message, tier=tier, policies=self._policies)
        by = due(since or self._clock.now(), priority, self._policies)
        return Promise(priority, by, self._tickets.promise(priority))

    def promise_of(self, session: WidgetSession, ticket_id: str) -> Promise:
        """Of a ticket that is open, as this session's customer may hear it."""
        return self._told(session, self._tickets.get(SYSTEM, ticket_id))

    def open(
        self,
        actor: Actor,
        session_id: str,
        contact: Contact,
        *,
        intent: str,
        request_id: str,
        order: Order | None = None,
        mentioned: str | None = None,
        address: str = "",
    ) -> HandedOver:
        """Opens the ticket: transcript, shortlist, order and clocks, in one transaction.

        A session with an open ticket gets the message added there instead of a second ticket.
        `order` was proven by this very request, `mentioned` was only typed. Idempotent by
        `request_id`. Raises `InvalidInput` for an e-mail or a telephone number that cannot be one,
        and `RateLimited` when a network `address`, or anybody for this e-mail, has opened many.
        """
        recipient = email_address(contact.email)
        if contact.phone:
            phone_number(contact.phone)

        counted = False

        def hand_over(unit: ClientSession) -> HandedOver:
            nonlocal counted
            # Read inside, so that of two tabs that ask at once the second adds to the first's.
            session = self._with(
                self._sessions.whole(actor, session_id, unit), order=order, mentioned=mentioned
            )
            if session.open_ticket_id:
                return self._add_to_open(
                    actor, session, session.open_ticket_id, contact, request_id, unit
                )
            if actor.is_customer and not session.simulated and not counted:
                self._count(address, recipient)
                counted = True  # the transaction may be run again, which is no second request
            draft = self._draft(actor, session, contact, intent)
            ticket = self._tickets.open(actor, draft, request_id=request_id, session=unit)
            promise = self.promise(
                session, urgent=draft.urgent, message=draft.message, since=ticket.created_at
            )
            self._sessions.attach_ticket(
                session.id, ticket.ticket_id, handed_over=True, session=unit
            )
            return self._handed(session, ticket.ticket_id, promise)

        return self._idempotency.run(
            "handoff",
            f"{session_id}:{request_id}",
            contact.model_dump(mode="json"),
            HandedOver,
            hand_over,
        )

    def pass_on(
        self,
        actor: Actor,
        session: WidgetSession,
        ticket_id: str,
        *,
        text: str,
        request_id: str,
        urgent: bool = False,
        asks_for_human: bool = False,
    ) -> PassedOn:
        """The customer's words, onto the ticket; one that was resolved is open again with them.

        Idempotent by `request_id`.
        """

        def write(unit: ClientSession) -> PassedOn:
            ticket = self._tickets.customer_message(
                actor, ticket_id, text=text, request_id=request_id, session=unit, urgent=urgent
            )
            escalated = asks_for_human and self._is_escalation(session.id, ticket, unit)
            self._sessions.attach_ticket(session.id, ticket_id, handed_over=escalated, session=unit)
            return PassedOn(promise_text=self._told(session, ticket).text, escalated=escalated)

        key = f"{session.id}:{request_id}"
        return self._idempotency.run("handoff.pass_on", key, {"text": text}, PassedOn, write)

    def _count(self, address: str, recipient: str) -> None:
        if address:
            self._limiter.hit("handoff-address", address, *_PER_ADDRESS)
        self._limiter.hit("handoff-recipient", recipient, *_PER_RECIPIENT)

    def _with(
        self, session: WidgetSession, *, order: Order | None, mentioned: str | None
    ) -> WidgetSession:
        """The session as it will be once this turn is written."""
        if order is not None:
            customer = (
                self._customers.by_email(order.customer_email) if order.customer_email else None
            )
            return session.model_copy(
                update={
                    "order_number": order.order_number,
                    "mentioned_order_number": None,
                    "customer_email": order.customer_email,
                    "tier": customer.tier.value if customer else None,
                }
            )
        if mentioned is not None:
            return session.model_copy(update={"mentioned_order_number": mentioned})
        return session

    def _draft(
        self, actor: Actor, session: WidgetSession, contact: Contact, intent: str
    ) -> TicketDraft:
        proven = session.customer_email
        customer = self._customers.by_email(proven) if proven else None
        lines = [
            TranscriptLine(
                at=entry.at, author=entry.author.value, text=entry.text, intent=entry.intent
            )
            for entry in session.transcript
            if entry.text
        ]
        return TicketDraft.of(
            urgent=contact.urgent,
            intent=intent,
            customer=TicketCustomerDraft.of(
                name=contact.name,
                email=contact.email,
                phone=contact.phone,
                timezone=customer.timezone if customer else session.context.timezone,
            ),
            order_number=session.order_number,
            mentioned_order_number=session.mentioned_order_number,
            session_id=session.id,
            proven_email=proven,
            subject=contact.subject or None,
            message=contact.message or _last_words(session) or intent.replace("_", " "),
            transcript=lines,
            shortlist=self._shortlists.get(actor, session.id).product_ids,
            source=Source.CHAT,
            simulated=session.simulated,
        )

    def _add_to_open(
        self,
        actor: Actor,
        session: WidgetSession,
        ticket_id: str,
        contact: Contact,
        request_id: str,
        unit: ClientSession,
    ) -> HandedOver:
        ticket = self._tickets.get(SYSTEM, ticket_id)
        escalated = self._is_escalation(session.id, ticket, unit)
        if escalated:
            self._sessions.attach_ticket(session.id, ticket_id, handed_over=True, session=unit)
        text = contact.message or (_last_words(session) if escalated else "")
        if text:
            ticket = self._tickets.customer_message(
                actor,
                ticket_id,
                text=text,
                request_id=request_id,
                session=unit,
                urgent=contact.urgent,
            )
        elif contact.urgent:
            ticket = self._tickets.customer_hurries(actor, ticket_id, request_id, unit)
        handed = self._handed(session, ticket_id, self._told(session, ticket))
        return handed.model_copy(update={"added": True, "escalated": escalated})

    def _is_escalation(self, session_id: str, ticket: Ticket, unit: ClientSession) -> bool:
        """Whether asking for a human is news for this ticket: a rating opened it, not a wish."""
        if ticket.source is not Source.RATING:
            return False
        now = self._sessions.history(SYSTEM, session_id, unit)
        return now.handoff_ticket_id != ticket.ticket_id

    def _told(self, session: WidgetSession, ticket: Ticket) -> Promise:
        """By the ticket's urgency, else by the tier that the session has proven, and counted from
        the words that wait longest: from nothing that another customer's record would change."""
        known = self.promise(session, urgent=ticket.priority is Priority.URGENT)
        now = self._clock.now()
        start = ticket.awaiting_since or now
        by = due_after_change(start, known.priority, self._policies, now)
        return replace(known, by=by)

    def _handed(self, session: WidgetSession, ticket_id: str, promise: Promise) -> HandedOver:
        return HandedOver(
            ticket_id=ticket_id,
            promised_by=promise.by,
            promise_text=promise.text,
            urgent=promise.priority is Priority.URGENT,
            url=self._links.url(session.id, ticket_id),
        )


def _last_words(session: WidgetSession) -> str:
    said = (e.text for e in reversed(session.transcript) if e.author is Author.CUSTOMER)
    return next((text for text in said if text), "")
