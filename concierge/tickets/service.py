"""Working on tickets. Every change is one transaction with its record; edits name a version."""

from __future__ import annotations

from collections.abc import Sequence

from concierge.core.actor import Actor, Permission
from concierge.core.errors import InvalidInput
from concierge.core.idempotency import Made
from concierge.core.ids import derived_id
from concierge.core.mongo import ClientSession
from concierge.tickets import lifecycle
from concierge.tickets.base import subject
from concierge.tickets.errors import AlreadyClaimed, ResolveInstead, TicketResolved
from concierge.tickets.models import (
    MAX_TEXT,
    AuthorKind,
    Priority,
    Status,
    Ticket,
    TicketFilter,
    TicketMessage,
)
from concierge.tickets.opening import MAX_TAGS, TicketOpener, checked_tags
from concierge.tickets.reading import TicketReader


class TicketsService(TicketReader, TicketOpener):
    """Reading is in `TicketReader`, opening in `TicketOpener`; here is the agents' work."""

    # -- taking and giving -----------------------------------------------------------------

    def claim(self, actor: Actor, ticket_id: str) -> Ticket:
        """Takes a ticket that nobody has; one's own is answered as it is.

        An open one becomes in progress. Raises `AlreadyClaimed` or `TicketResolved`.
        """
        actor.require(Permission.TICKETS_WRITE)
        taken = self._repository.claim(ticket_id, actor.id, self._clock.now())
        if taken is not None:
            self._record_claim(actor, taken)
            return taken
        ticket = self._load(ticket_id)
        if ticket.status is Status.RESOLVED:
            raise TicketResolved(ticket_id)
        if ticket.assignee is not None and ticket.assignee != actor.id:
            raise AlreadyClaimed(ticket_id, ticket.assignee)
        return ticket

    def claim_next(self, actor: Actor, filter_: TicketFilter | None = None) -> Ticket | None:
        """Takes the first open ticket of the queue that nobody has and that passes the filter
        (its view does not matter), or None. However many ask at once, each gets another."""
        actor.require(Permission.TICKETS_WRITE)
        wanted = filter_ or TicketFilter()
        taken = self._repository.claim_next(wanted, actor.id, self._clock.now())
        if taken is not None:
            self._record_claim(actor, taken)
        return taken

    def assign(self, actor: Actor, ticket_id: str, assignee: str | None, version: int) -> Ticket:
        """Gives a ticket to a colleague, or with None back to nobody."""
        actor.require(Permission.TICKETS_WRITE)
        if assignee is not None and self._is_agent is not None and not self._is_agent(assignee):
            raise InvalidInput("assignee", f"{assignee} does not work on tickets")
        return self._edit(
            actor,
            ticket_id,
            version,
            "ticket.assign",
            lambda ticket: ticket.model_copy(update={"assignee": assignee}),
        )

    # -- editing ---------------------------------------------------------------------------

    def set_status(self, actor: Actor, ticket_id: str, status: Status, version: int) -> Ticket:
        """Moves a ticket that is worked on; see `lifecycle.moved` for its clocks.

        Into resolved and out of it the customer's chat has a part, so these are workflows of their
        own: raises `ResolveInstead` and `TicketResolved`.
        """
        actor.require(Permission.TICKETS_WRITE)
        if status is Status.RESOLVED:
            raise ResolveInstead(ticket_id)
        now = self._clock.now()

        def moved(ticket: Ticket) -> Ticket:
            if ticket.status is Status.RESOLVED:
                raise TicketResolved(ticket_id)
            return lifecycle.moved(ticket, status, actor.id, now, self._policies)

        return self._edit(actor, ticket_id, version, "ticket.status", moved)

    def reopen(
        self, actor: Actor, ticket_id: str, status: Status, version: int, session: ClientSession
    ) -> Ticket:
        """Out of resolved again, in the transaction that gives the ticket its chat back."""
        actor.require(Permission.TICKETS_WRITE)
        now = self._clock.now()
        return self._edit(
            actor,
            ticket_id,
            version,
            "ticket.reopen",
            lambda t: lifecycle.moved(t, status, actor.id, now, self._policies),
            session=session,
        )

    def set_priority(
        self, actor: Actor, ticket_id: str, priority: Priority, version: int
    ) -> Ticket:
        """Changes the priority and, from where it was counted, what is due."""
        actor.require(Permission.TICKETS_WRITE)
        now = self._clock.now()
        return self._edit(
            actor,
            ticket_id,
            version,
            "ticket.priority",
            lambda ticket: lifecycle.reprioritised(ticket, priority, now, self._policies),
        )

    def tag(
        self,
        actor: Actor,
        ticket_id: str,
        version: int,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> Ticket:
        """Adds and removes tags; they are lower case, at most 20 of 40 characters."""
        actor.require(Permission.TICKETS_WRITE)
        added, removed = checked_tags(add), set(checked_tags(remove))

        def retagged(ticket: Ticket) -> Ticket:
            tags = [tag for tag in dict.fromkeys([*ticket.tags, *added]) if tag not in removed]
            if len(tags) > MAX_TAGS:
                raise InvalidInput("tags", f"must be at most {MAX_TAGS}")
            return ticket.model_copy(update={"tags": tags}) if tags != ticket.tags else ticket

        return self._edit(actor, ticket_id, version, "ticket.tag", retagged)

    # -- words -----------------------------------------------------------------------------

    def note(
        self, actor: Actor, ticket_id: str, text: str, version: int, request_id: str
    ) -> Ticket:
        """Adds a note for the team. Idempotent by `request_id`; on a version that is no longer
        the ticket's raises `VersionConflict` and changes nothing, so the draft can be sent again
        once it was looked at."""
        actor.require(Permission.TICKETS_WRITE)
        message = self._message(actor, ticket_id, text, request_id, public=False)
        return self._once(
            "ticket.note",
            ticket_id,
            request_id,
            message,
            lambda session: self._edit(
                actor,
                ticket_id,
                version,
                "ticket.note",
                lambda ticket: ticket.model_copy(update={"messages": [*ticket.messages, message]}),
                request_id,
                session,
            ),
        )

    def reply(
        self, actor: Actor, ticket_id: str, text: str, version: int, request_id: str
    ) -> Ticket:
        """Answers the customer: ticket, customer's chat and mail in one transaction.

        As help desks do, the ticket then waits for the customer, and one that nobody had belongs
        to who replied. The first reply stops the clock of the first reply. Idempotent by
        `request_id`; raises `VersionConflict` as `note` does, and `TicketResolved`.
        """
        actor.require(Permission.TICKETS_WRITE)
        message = self._message(actor, ticket_id, text, request_id, public=True)

        def answered(ticket: Ticket) -> Ticket:
            if ticket.status is Status.RESOLVED:
                raise TicketResolved(ticket_id)
            return lifecycle.answered(ticket, message, self._policies)

        def write(session: ClientSession) -> Ticket:
            ticket = self._edit(
                actor, ticket_id, version, "ticket.reply", answered, request_id, session
            )
            self._deliver(ticket, message, session)
            return ticket

        return self._once("ticket.reply", ticket_id, request_id, message, write)

    def customer_message(
        self,
        actor: Actor,
        ticket_id: str,
        text: str,
        request_id: str,
        session: ClientSession | None = None,
        *,
        urgent: bool = False,
    ) -> Ticket:
        """The customer writes on the ticket: one that waited, or was resolved, is open again (in
        progress when somebody has it), and an `urgent` message or one with a trigger word makes it
        urgent. Needs no version: nothing of the team's is overwritten.

        Idempotent by `request_id`, unless it joins the caller's transaction by `session`. For the
        customer of the ticket's session, staff in their own chat, and the signed link's page
        (`Actor.system`). The chat's transcript is the caller's.
        """
        ticket = self._load(ticket_id, session)
        self._require_owner(actor, ticket)
        owner = ticket.customer
        message = TicketMessage(
            message_id=derived_id("customer", ticket_id, request_id),
            at=self._clock.now(),
            author=owner.name or owner.email or AuthorKind.CUSTOMER.value,
            author_kind=AuthorKind.CUSTOMER,
            public=True,
            text=_checked(text),
        )
        return self._once(
            "ticket.customer_message",
            ticket_id,
            request_id,
            message,
            lambda transaction: self._edit(
                actor,
                ticket_id,
                None,
                "ticket.customer_message",
                lambda ticket: lifecycle.heard(ticket, message, self._policies, urgent=urgent),
                request_id,
                transaction,
            ),
            session,
        )

    def customer_hurries(
        self, actor: Actor, ticket_id: str, request_id: str, session: ClientSession
    ) -> Ticket:
        """The customer says, without a word more, that it is urgent; joins a transaction."""
        self._require_owner(actor, self._load(ticket_id, session))
        now = self._clock.now()
        return self._edit(
            actor,
            ticket_id,
            None,
            "ticket.customer_hurries",
            lambda t: lifecycle.reprioritised(t, Priority.URGENT, now, self._policies),
            request_id,
            session,
        )

    def resolve(
        self,
        actor: Actor,
        ticket_id: str,
        version: int,
        request_id: str,
        session: ClientSession | None = None,
    ) -> Ticket:
        """Resolves; a resolved one is answered as it is. Idempotent by `request_id`, unless it
        joins the caller's transaction by `session`."""
        actor.require(Permission.TICKETS_WRITE)
        now = self._clock.now()

        def write(transaction: ClientSession) -> Made:
            self._edit(
                actor,
                ticket_id,
                version,
                "ticket.resolve",
                lambda t: lifecycle.moved(t, Status.RESOLVED, actor.id, now, self._policies),
                request_id,
                transaction,
            )
            return Made(id=ticket_id)

        key = f"{ticket_id}:{request_id}"
        self._idempotency.run("ticket.resolve", key, {}, Made, write, session=session)
        return self._load(ticket_id, session)

    # -- inside ----------------------------------------------------------------------------

    def _message(
        self, actor: Actor, ticket_id: str, text: str, request_id: str, *, public: bool
    ) -> TicketMessage:
        return TicketMessage(
            message_id=derived_id("reply" if public else "note", ticket_id, request_id),
            at=self._clock.now(),
            author=actor.id,
            author_name=self._agent_name(actor.id) if public else None,
            author_kind=AuthorKind.AGENT,
            public=public,
            text=_checked(text),
        )

    def _deliver(self, ticket: Ticket, message: TicketMessage, session: ClientSession) -> None:
        agent = message.author_name or message.author
        if ticket.session_id is not None:
            self._sessions.append_agent_message(
                ticket.session_id,
                text=message.text,
                author_name=agent,
                ticket_id=ticket.ticket_id,
                message_id=message.message_id,
                session=session,
            )
        if ticket.customer.email is not None:
            self._notifications.queue(
                "agent_reply",
                ticket.customer.email,
                {**self.mail_values(ticket, session), "agent": agent, "message": message.text},
                f"agent_reply:{message.message_id}",
                session=session,
                ticket_id=ticket.ticket_id,
                session_id=ticket.session_id,
                order_number=ticket.order_number,
                simulated=ticket.simulated,
            )

    def _record_claim(self, actor: Actor, ticket: Ticket) -> None:
        # Beside the claim, not in a transaction with it: those who ask for the same ticket at once
        # would make each other start over. The status history, which is in it, names the agent.
        self._audit.record(
            actor, "ticket.claim", subject(ticket.ticket_id), {"assignee": (None, actor.id)}
        )


def _checked(text: str) -> str:
    stripped = text.strip()
    if not 1 <= len(stripped) <= MAX_TEXT:
        raise InvalidInput("text", f"must have 1 to {MAX_TEXT} characters")
    return stripped
