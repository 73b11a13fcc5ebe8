"""Looking at tickets: the queue, its counts, one ticket, and what its customer may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from concierge.core.actor import Actor, Permission
from concierge.core.audit import AuditEntry
from concierge.core.contact import same_address
from concierge.core.errors import InvalidInput
from concierge.core.mongo import ClientSession
from concierge.core.paging import Page, decode_cursor, decode_moment, encode_cursor
from concierge.tickets.base import TicketBase, subject
from concierge.tickets.models import (
    CustomerTicket,
    Sort,
    Source,
    Ticket,
    TicketFilter,
    TicketRow,
    View,
)
from concierge.tickets.repository import Found, QueuePosition

COUNT_CAP = 1_000
"""Counts stop here: this many means at least this many."""
SEARCH_CAP = 200
MAX_PAGE = 200
OF_CUSTOMER = 50


class TicketReader(TicketBase):
    """The reading half of the tickets' service."""

    def get(self, actor: Actor, ticket_id: str) -> Ticket:
        """The whole ticket, for the team. Raises `NotFound`."""
        actor.require(Permission.TICKETS_READ)
        return self._load(ticket_id)

    def queue(
        self,
        actor: Actor,
        filter_: TicketFilter | None = None,
        cursor: str | None = None,
        limit: int = 50,
        sort: Sort | None = None,
    ) -> Page[TicketRow]:
        """A page of a view. Unless asked otherwise the queue's own order; resolved: newest change.

        With `filter_.text` at most the first 200 matches are looked at, and the total says when
        there are more: such a search wants another word, not another page.
        """
        actor.require(Permission.TICKETS_READ)
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInput("limit", f"must be between 1 and {MAX_PAGE}")
        filter_ = filter_ or TicketFilter()
        sort = sort or (Sort.UPDATED if filter_.view is View.RESOLVED else Sort.QUEUE)
        now = self._clock.now()
        text = (filter_.text or "").strip()
        if text:
            return self._search(actor, filter_, text, cursor, limit, sort, now)
        if sort is Sort.QUEUE:
            after = _place(cursor)
            found = self._repository.queue_page(filter_, actor.id, now, after, limit + 1)
        else:
            before = decode_moment(cursor)
            found = self._repository.time_page(filter_, actor.id, now, sort, before, limit + 1)
        return _page(found, limit, sort)

    def counts(self, actor: Actor, *, simulated: bool = False) -> dict[View, int]:
        """How many tickets each view has; `COUNT_CAP` means that many or more."""
        actor.require(Permission.TICKETS_READ)
        now = self._clock.now()
        return {
            view: self._repository.count(
                TicketFilter(view=view, simulated=simulated), actor.id, now, COUNT_CAP
            )
            for view in View
        }

    def history(self, actor: Actor, ticket_id: str) -> list[AuditEntry]:
        """Who did what to a ticket, newest first; values of free text are not kept."""
        actor.require(Permission.TICKETS_READ)
        return self._audit.of(subject(ticket_id))

    def for_orders(
        self, actor: Actor, numbers: Sequence[str], *, simulated: bool = False
    ) -> dict[str, list[TicketRow]]:
        """Tickets by the verified order they are about, newest first; simulated ones only on
        request."""
        actor.require(Permission.TICKETS_READ)
        found: dict[str, list[TicketRow]] = {}
        tickets = self._repository.of_orders(numbers, simulated=simulated)
        rows = [ticket.row for ticket in tickets]
        for row in sorted(rows, key=lambda r: r.created_at, reverse=True):
            if row.order_number is not None:
                found.setdefault(row.order_number, []).append(row)
        return found

    def for_customer(self, actor: Actor, email: str, *, simulated: bool = False) -> list[TicketRow]:
        """A customer's newest tickets; simulated ones only on request."""
        actor.require(Permission.TICKETS_READ)
        address = email.strip().lower()
        found = self._repository.of_email(address, OF_CUSTOMER, simulated=simulated)
        return [ticket.row for ticket in found]

    def only_typed(self, actor: Actor, ticket: Ticket) -> bool:
        """Whether a customer only typed the ticket's address: the conversation has proven no order
        with it, so the one who writes may be somebody else than the record's customer."""
        actor.require(Permission.TICKETS_READ)
        if ticket.customer.email is None or ticket.source is Source.AGENT:
            return False
        proven = self._sessions.proven_email(ticket.session_id) if ticket.session_id else None
        return not same_address(proven, ticket.customer.email)

    def for_session(self, actor: Actor, session_id: str) -> list[CustomerTicket]:
        """What the session's customer may see of its tickets, newest first."""
        tickets = self._repository.of_session(session_id, OF_CUSTOMER)
        if actor.is_customer:
            actor.require_participant(session_id)
        elif not actor.may(Permission.TICKETS_READ):
            self._sessions.history(actor, session_id)
        return [as_customer_sees(ticket) for ticket in tickets]

    def unresolved_of(
        self, actor: Actor, session_id: str, session: ClientSession | None = None
    ) -> Ticket | None:
        """The conversation's ticket that is not done and was written on last, if there is one."""
        actor.require(Permission.TICKETS_READ)
        return self._repository.unresolved_of(session_id, session)

    def of_rating(
        self, actor: Actor, rating_id: str, session: ClientSession | None = None
    ) -> Ticket | None:
        """The follow-up of a low rating, if it has one."""
        actor.require(Permission.TICKETS_READ)
        return self._repository.of_rating(rating_id, session)

    def _search(
        self,
        actor: Actor,
        filter_: TicketFilter,
        text: str,
        cursor: str | None,
        limit: int,
        sort: Sort,
        now: datetime,
    ) -> Page[TicketRow]:
        found: list[Found] = []
        if not re.search(r"\s", text):
            found = self._repository.exact(text, SEARCH_CAP + 1, simulated=filter_.simulated)
        if not found and (words := _all_words(text)):
            found = self._repository.search(filter_, words, actor.id, now, SEARCH_CAP + 1)
        capped = len(found) > SEARCH_CAP
        found = found[:SEARCH_CAP]
        total = len(found)
        if sort is Sort.QUEUE:
            found.sort(key=lambda ticket: ticket.place)
            if (after := _place(cursor)) is not None:
                found = [ticket for ticket in found if ticket.place > after]
        else:
            found.sort(key=lambda ticket: (ticket.times[sort], ticket.identity), reverse=True)
            if (before := decode_moment(cursor)) is not None:
                found = [t for t in found if (t.times[sort], t.identity) < before]
        page = _page(found, limit, sort)
        return page.model_copy(update={"total": total, "total_capped": capped})


def as_customer_sees(ticket: Ticket) -> CustomerTicket:
    public = [message for message in ticket.messages if message.public]
    names = [message.author_name for message in public if message.author_name]
    return CustomerTicket(
        ticket_id=ticket.ticket_id,
        subject=ticket.subject,
        status=ticket.status,
        messages=public,
        agent_name=names[-1] if names else None,
        created_at=ticket.created_at,
        resolved_at=ticket.resolved_at,
    )


def _all_words(text: str) -> str:
    """As the text index wants it for tickets that have all the words: each quoted. One word alone
    goes unquoted, so that "rings" finds "ring"."""
    words = re.findall(r"[^\W_]+(?:['.@-][^\W_]+)*", text)
    return words[0].replace("-", " ") if len(words) == 1 else " ".join(f'"{w}"' for w in words)


def _place(cursor: str | None) -> QueuePosition | None:
    if cursor is None:
        return None
    rank, due_at, identity = decode_cursor(cursor, 3)
    is_ours = isinstance(rank, int) and isinstance(due_at, datetime) and isinstance(identity, str)
    if not is_ours:
        raise InvalidInput("cursor", "is not one of ours")
    return rank, due_at, identity  # type: ignore[return-value]


def _page(found: list[Found], limit: int, sort: Sort) -> Page[TicketRow]:
    shown = found[:limit]
    cursor = None
    if len(found) > limit:
        last = shown[-1]
        place = last.place if sort is Sort.QUEUE else (last.times[sort], last.identity)
        cursor = encode_cursor(*place)
    return Page(items=[ticket.row for ticket in shown], next_cursor=cursor)
