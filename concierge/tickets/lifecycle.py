"""What happens to a ticket when something happens: pure, from one ticket to the next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from concierge.core.policies import Policies
from concierge.tickets import sla
from concierge.tickets.models import (
    Priority,
    Status,
    StatusEntry,
    Ticket,
    TicketMessage,
)


def moved(ticket: Ticket, status: Status, by: str, now: datetime, policies: Policies) -> Ticket:
    """In another status, with what that does to its clocks.

    Leaving `waiting` adds the paused time to what is due. Opening a resolved ticket again owes an
    answer from now on, never one in the past. Resolving owes nothing any more.
    """
    if status is ticket.status:
        return ticket
    changes: dict[str, Any] = {
        "status": status,
        "status_history": [*ticket.status_history, StatusEntry(status=status, at=now, by=by)],
    }
    if status is Status.RESOLVED:
        changes.update(resolved_at=now, awaiting_since=None)
    elif ticket.status is Status.RESOLVED:
        changes.update(
            resolved_at=None, awaiting_since=now, sla_due_at=sla.due(now, ticket.priority, policies)
        )
    after = ticket.model_copy(update=changes)
    if ticket.status is Status.WAITING and after.awaiting_since is not None:
        paused = _paused(after, after.awaiting_since, now, policies)
        moment = sla.due(after.awaiting_since, after.priority, policies, paused)
        after = after.model_copy(update={"sla_due_at": moment})
    return after


def answered(ticket: Ticket, message: TicketMessage, policies: Policies) -> Ticket:
    """An agent wrote to the customer, for whom the ticket now waits.

    The first such message is the first reply. A ticket nobody had is the writer's from now on.
    """
    after = ticket.model_copy(
        update={
            "messages": [*ticket.messages, message],
            "last_message_at": message.at,
            "awaiting_since": None,
            "first_reply_at": ticket.first_reply_at or message.at,
            "assignee": ticket.assignee or message.author,
        }
    )
    return moved(after, Status.WAITING, message.author, message.at, policies)


def heard(
    ticket: Ticket, message: TicketMessage, policies: Policies, *, urgent: bool = False
) -> Ticket:
    """The customer wrote: a waiting or resolved ticket is the team's turn again.

    An answer is due counted from the oldest message that nobody has answered. By flag or trigger
    word it is urgent from now on.
    """
    changes: dict[str, Any] = {
        "messages": [*ticket.messages, message],
        "last_message_at": message.at,
    }
    if ticket.awaiting_since is None:
        changes["awaiting_since"] = message.at
        changes["sla_due_at"] = sla.due(message.at, ticket.priority, policies)
    after = ticket.model_copy(update=changes)
    if ticket.status in (Status.WAITING, Status.RESOLVED):
        back = Status.IN_PROGRESS if ticket.assignee else Status.OPEN
        after = moved(after, back, message.author, message.at, policies)
    if urgent or sla.is_urgent(message.text, policies.urgent_words):
        after = reprioritised(after, Priority.URGENT, message.at, policies)
    return after


def reprioritised(ticket: Ticket, priority: Priority, now: datetime, policies: Policies) -> Ticket:
    """Under another priority; what is due is counted anew from where it was counted before."""
    if priority is ticket.priority:
        return ticket
    changes: dict[str, Any] = {"priority": priority}
    after = ticket.model_copy(update=changes)
    if ticket.awaiting_since is not None:
        changes["sla_due_at"] = _due_again(after, ticket.awaiting_since, now, policies)
    if ticket.first_reply_at is None:
        changes["first_reply_due_at"] = _due_again(after, ticket.created_at, now, policies)
    return ticket.model_copy(update=changes)


def _due_again(ticket: Ticket, start: datetime, now: datetime, policies: Policies) -> datetime:
    paused = _paused(ticket, start, now, policies)
    return sla.due_after_change(start, ticket.priority, policies, now, paused)


def _paused(ticket: Ticket, start: datetime, now: datetime, policies: Policies) -> float:
    return sla.paused_minutes(ticket.status_history, start, now, ticket.priority, policies)
