"""Opening a ticket: who it is from, how urgent it is, what was promised."""

from __future__ import annotations

from collections.abc import Sequence

from concierge.core.actor import Actor, Permission
from concierge.core.contact import email_address, phone_number
from concierge.core.errors import InvalidInput
from concierge.core.idempotency import Made
from concierge.core.ids import derived_id, new_id, ticket_number
from concierge.core.mongo import ClientSession
from concierge.orders.errors import OrderNotFound
from concierge.tickets import sla
from concierge.tickets.base import TicketBase, subject
from concierge.tickets.models import (
    AuthorKind,
    Priority,
    Source,
    Status,
    StatusEntry,
    Ticket,
    TicketCustomer,
    TicketDraft,
    TicketMessage,
)

SUBJECT_LENGTH = 80
MAX_TAG = 40
MAX_TAGS = 20
SYSTEM = Actor.system("tickets")


class TicketOpener(TicketBase):
    """The opening half of the tickets' service."""

    def open(
        self,
        actor: Actor,
        draft: TicketDraft,
        request_id: str,
        session: ClientSession | None = None,
    ) -> Ticket:
        """Opens a ticket and tells its customer by mail, unless it follows a rating.

        Idempotent by `request_id`, unless it joins the caller's transaction by `session`. Urgent
        by flag or trigger word, else by the customer's tier on record. What an agent opens starts
        with the agent's note and is about the order whose number the agent typed, if there is one;
        what a customer opens starts with the customer's message. `InvalidInput` for an address that
        cannot be one, or when nobody could ever be answered.
        """
        if draft.source is Source.AGENT:
            actor.require(Permission.TICKETS_WRITE)
        else:
            actor.require_participant(draft.session_id)
        customer = self._customer(draft)
        if customer.email is None and draft.session_id is None:
            raise InvalidInput("email", "is needed, so that we can answer")

        def write(transaction: ClientSession) -> Made:
            ticket = self._drafted(
                actor, self._with_order(draft), customer, self._free_number(transaction)
            )
            self._repository.insert(ticket, transaction)
            if ticket.source is not Source.RATING:
                self._confirm(ticket, draft.proven_email, transaction)
            self._audit.record(
                actor,
                "ticket.open",
                subject(ticket.ticket_id),
                {"priority": (None, ticket.priority), "source": (None, ticket.source)},
                request_id=request_id,
                session=transaction,
            )
            return Made(id=ticket.ticket_id)

        fingerprint = draft.model_dump(mode="json", exclude={"transcript", "shortlist"})
        scope = f"tickets.open:{draft.session_id or actor.id}"
        made = self._idempotency.run(scope, request_id, fingerprint, Made, write, session=session)
        return self._load(made.id, session)

    def promise(self, priority: Priority) -> str:
        """What a customer is told about the reply: "within 4 business hours"."""
        return sla.promise_text(priority, self._policies, self._texts)

    def _drafted(
        self, actor: Actor, draft: TicketDraft, customer: TicketCustomer, ticket_id: str
    ) -> Ticket:
        now = self._clock.now()
        by_agent = draft.source is Source.AGENT
        priority = sla.priority_of(
            urgent=draft.urgent, text=draft.message, tier=customer.tier, policies=self._policies
        )
        due_at = sla.due(now, priority, self._policies)
        message = TicketMessage(
            message_id=derived_id("opening", ticket_id),
            at=now,
            author=actor.id
            if by_agent
            else customer.name or customer.email or AuthorKind.CUSTOMER.value,
            author_kind=AuthorKind.AGENT if by_agent else AuthorKind.CUSTOMER,
            public=not by_agent,
            text=draft.message,
        )
        return Ticket(
            id=new_id(),
            ticket_id=ticket_id,
            subject=draft.subject or _beginning(draft.message),
            priority=priority,
            rank=sla.rank_of(priority, Status.OPEN, now),
            tags=checked_tags(draft.tags),
            intent=draft.intent,
            source=draft.source,
            customer=customer,
            order_number=draft.order_number,
            mentioned_order_number=draft.mentioned_order_number,
            session_id=draft.session_id,
            follow_up_of=draft.follow_up_of,
            rating_id=draft.rating_id,
            messages=[message],
            transcript=draft.transcript,
            shortlist=draft.shortlist,
            simulated=draft.simulated,
            created_at=now,
            updated_at=now,
            last_message_at=now,
            awaiting_since=now,
            sla_due_at=due_at,
            first_reply_due_at=due_at,
            status_history=[StatusEntry(status=Status.OPEN, at=now, by=actor.id)],
        )

    def _with_order(self, draft: TicketDraft) -> TicketDraft:
        """An agent's spelling becomes the order's own number, or stays a mention of none."""
        if draft.source is not Source.AGENT or draft.order_number is None:
            return draft
        try:
            number = self._orders.get(SYSTEM, draft.order_number).order_number
        except OrderNotFound:
            mentioned = {"order_number": None, "mentioned_order_number": draft.order_number}
            return draft.model_copy(update=mentioned)
        return draft.model_copy(update={"order_number": number})

    def _customer(self, draft: TicketDraft) -> TicketCustomer:
        given = draft.customer
        email = email_address(given.email) if given.email else None
        return TicketCustomer(
            name=given.name or None,
            email=email,
            phone=phone_number(given.phone) if given.phone else None,
            tier=self._customers.tier_of(email),
            timezone=given.timezone,
        )

    def _free_number(self, session: ClientSession) -> str:
        number = ticket_number()
        while self._repository.exists(number, session):
            number = ticket_number()
        return number

    def _confirm(self, ticket: Ticket, proven: str | None, session: ClientSession) -> None:
        if ticket.customer.email is None:
            return
        self._notifications.queue(
            "ticket_opened",
            ticket.customer.email,
            {
                **self.mail_values(ticket, session, proven),
                "promise": self.promise(ticket.priority),
            },
            f"ticket_opened:{ticket.ticket_id}",
            session=session,
            ticket_id=ticket.ticket_id,
            session_id=ticket.session_id,
            order_number=ticket.order_number,
            simulated=ticket.simulated,
        )


def checked_tags(tags: Sequence[str]) -> list[str]:
    plain = list(dict.fromkeys(" ".join(tag.lower().split()) for tag in tags))
    if any(not 1 <= len(tag) <= MAX_TAG for tag in plain):
        raise InvalidInput("tags", f"must have 1 to {MAX_TAG} characters each")
    return plain


def _beginning(message: str) -> str:
    """The first line, cut at a word."""
    line = message.strip().splitlines()[0].strip()
    if len(line) <= SUBJECT_LENGTH:
        return line
    return line[:SUBJECT_LENGTH].rsplit(" ", 1)[0] + "…"
