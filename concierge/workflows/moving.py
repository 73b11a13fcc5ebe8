"""The one way a ticket changes its status by hand: the customer's chat moves along with it."""

from __future__ import annotations

from concierge.core.actor import Actor
from concierge.core.mongo import ClientSession, Mongo
from concierge.sessions.service import SessionsService
from concierge.tickets.models import Status, Ticket
from concierge.tickets.service import TicketsService
from concierge.workflows.survey import Survey


class Moving:
    """Resolving asks how it went; opening again gives the ticket its conversation back."""

    def __init__(
        self,
        *,
        mongo: Mongo,
        tickets: TicketsService,
        sessions: SessionsService,
        survey: Survey,
    ) -> None:
        self._mongo = mongo
        self._tickets = tickets
        self._sessions = sessions
        self._survey = survey

    def move(
        self, actor: Actor, ticket_id: str, status: Status, *, version: int, request_id: str
    ) -> Ticket:
        """Into any status, made against `version`. Raises `VersionConflict`.

        Idempotent by `request_id` where it resolves.
        """
        if status is Status.RESOLVED:
            return self._survey.resolve_and_ask(
                actor, ticket_id, version=version, request_id=request_id
            )
        if self._tickets.get(actor, ticket_id).status is Status.RESOLVED:
            return self._open_again(actor, ticket_id, status, version)
        return self._tickets.set_status(actor, ticket_id, status, version)

    def _open_again(self, actor: Actor, ticket_id: str, status: Status, version: int) -> Ticket:
        def reopen(unit: ClientSession) -> Ticket:
            ticket = self._tickets.reopen(actor, ticket_id, status, version, unit)
            if ticket.session_id is not None:
                self._sessions.attach_ticket(
                    ticket.session_id, ticket_id, handed_over=False, session=unit
                )
            return ticket

        return self._mongo.unit_of_work(reopen)
