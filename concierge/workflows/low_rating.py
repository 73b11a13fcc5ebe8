"""A low rating opens a follow-up that links back."""

from __future__ import annotations

from concierge.core.actor import Actor
from concierge.core.mongo import ClientSession
from concierge.csat.models import Csat
from concierge.sessions.models import WidgetSession
from concierge.sessions.service import SessionsService
from concierge.tickets.models import (
    Source,
    Status,
    TicketCustomerDraft,
    TicketDraft,
    TranscriptLine,
)
from concierge.tickets.service import TicketsService

SYSTEM = Actor.system("low_rating")


class LowRating:
    def __init__(self, *, tickets: TicketsService, sessions: SessionsService) -> None:
        self._tickets = tickets
        self._sessions = sessions

    def reaches(self, session: WidgetSession | None, rating: Csat) -> bool:
        """Whether anybody is known who could be written to."""
        return rating.ticket_id is not None or _customer(session) is not None

    def follow_up(
        self,
        session: WidgetSession | None,
        rating: Csat,
        *,
        notes: str | None,
        request_id: str,
        unit: ClientSession,
    ) -> str | None:
        """The follow-up's ticket id; None when nobody left a way to be reached.

        It is a ticket of its own, not an escalation, and names the ticket that was rated. A rating
        has one: given again it adds its `notes` there, and opens what was resolved again.
        """
        ticket = self._tickets.of_rating(SYSTEM, rating.id, unit)
        if ticket is None:
            draft = self._draft(session, rating, unit)
            if draft is None:
                return None
            ticket = self._tickets.open(
                SYSTEM, draft, request_id=f"low_rating:{rating.id}", session=unit
            )
        elif notes or ticket.status is Status.RESOLVED:
            self._tickets.customer_message(
                SYSTEM,
                ticket.ticket_id,
                text=notes or _in_words(rating),
                request_id=f"low_rating:{request_id}",
                session=unit,
            )
        if session is not None:
            self._sessions.attach_ticket(
                session.id, ticket.ticket_id, handed_over=False, session=unit
            )
        return ticket.ticket_id

    def _draft(
        self, session: WidgetSession | None, rating: Csat, unit: ClientSession
    ) -> TicketDraft | None:
        rated = self._tickets.get(SYSTEM, rating.ticket_id) if rating.ticket_id else None
        customer = (
            TicketCustomerDraft.of(name=rated.customer.name, email=rated.customer.email)
            if rated
            else _customer(session)
        )
        if customer is None or customer.email is None:
            return None
        # A turn is given only the newest words of its session.
        said = self._sessions.whole(SYSTEM, session.id, unit).transcript if session else []
        return TicketDraft.of(
            subject=f"Low {rating.kind.value} rating: {_stars(rating)}",
            intent=rating.intent or "feedback",
            tags=["low-rating"],
            customer=customer,
            order_number=rating.order_number,
            session_id=rating.session_id,
            follow_up_of=rated.ticket_id if rated else None,
            rating_id=rating.id,
            message=rating.notes or _in_words(rating),
            transcript=[
                TranscriptLine(
                    at=entry.at, author=entry.author.value, text=entry.text, intent=entry.intent
                )
                for entry in said
                if entry.text
            ],
            source=Source.RATING,
            simulated=rating.simulated,
        )


def _stars(rating: Csat) -> str:
    return f"{rating.score} of 5"


def _in_words(rating: Csat) -> str:
    return f"The customer rated {_stars(rating)} and left no comment."


def _customer(session: WidgetSession | None) -> TicketCustomerDraft | None:
    if session is None:
        return None
    email = session.customer_email or session.slots.email
    if email is None:
        return None
    name = session.customer_name or session.slots.name or email.split("@")[0]
    return TicketCustomerDraft.of(name=name, email=email)
