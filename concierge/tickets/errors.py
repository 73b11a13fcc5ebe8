"""Why a ticket cannot be worked on as asked."""

from __future__ import annotations

from concierge.core.errors import Conflict


class AlreadyClaimed(Conflict):
    """A colleague has it."""

    code = "already_claimed"
    title = "Somebody else has this ticket"

    def __init__(self, ticket_id: str, assignee: str) -> None:
        super().__init__(f"{ticket_id} is already with {assignee}.")
        self.ticket_id = ticket_id
        self.assignee = assignee


class ResolveInstead(Conflict):
    """Resolving is more than a status: the customer is asked how it went."""

    code = "resolve_instead"
    title = "Resolve this ticket instead"

    def __init__(self, ticket_id: str) -> None:
        super().__init__(f"{ticket_id} has to be resolved: that also asks how it went.")
        self.ticket_id = ticket_id


class TicketResolved(Conflict):
    """It has to be opened again first."""

    code = "ticket_resolved"
    title = "This ticket is resolved"

    def __init__(self, ticket_id: str) -> None:
        super().__init__(f"{ticket_id} is resolved. Open it again first.")
        self.ticket_id = ticket_id
