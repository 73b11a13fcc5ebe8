"""Asking how it went when a ticket is resolved, and what a rating sets in motion."""

from __future__ import annotations

from concierge.core.actor import Actor
from concierge.core.documents import Embedded
from concierge.core.errors import NotFound
from concierge.core.idempotency import IdempotencyStore, Made
from concierge.core.mongo import ClientSession
from concierge.core.policies import Policies
from concierge.core.texts import Texts
from concierge.csat.models import Csat, CsatKind
from concierge.csat.service import CsatService
from concierge.events.catalog import EventName
from concierge.notifications.service import NotificationsService
from concierge.orders.errors import OrderNotFound
from concierge.orders.identity import spellings
from concierge.replies.models import CsatPrompt, Text
from concierge.sessions.models import TurnEvent, WidgetSession
from concierge.sessions.service import SessionsService
from concierge.tickets.models import Ticket
from concierge.tickets.reading import as_customer_sees
from concierge.tickets.service import TicketsService
from concierge.workflows.low_rating import LowRating

SYSTEM = Actor.system("survey")


class Rated(Embedded):
    """A stored rating, the order it is about, and the follow-up a low one opened."""

    score: int
    order_number: str | None = None
    follow_up_ticket_id: str | None = None


class Survey:
    def __init__(
        self,
        *,
        csat: CsatService,
        tickets: TicketsService,
        sessions: SessionsService,
        notifications: NotificationsService,
        low_rating: LowRating,
        idempotency: IdempotencyStore,
        policies: Policies,
        texts: Texts,
    ) -> None:
        self._csat = csat
        self._tickets = tickets
        self._sessions = sessions
        self._notifications = notifications
        self._low_rating = low_rating
        self._idempotency = idempotency
        self._policies = policies
        self._texts = texts

    def resolve_and_ask(
        self, actor: Actor, ticket_id: str, *, version: int, request_id: str
    ) -> Ticket:
        """Resolves, asks in the customer's chat and by mail how it went; one transaction."""

        def resolve(unit: ClientSession) -> Made:
            ticket = self._tickets.resolve(
                actor, ticket_id, version=version, request_id=request_id, session=unit
            )
            self._ask_in_chat(ticket, unit)
            self._csat.asked(
                CsatKind.AGENT,
                session_id=ticket.session_id,
                ticket_id=ticket.ticket_id,
                intent=ticket.intent,
                simulated=ticket.simulated,
                session=unit,
            )
            if ticket.customer.email is not None:
                self._notifications.queue(
                    "survey",
                    ticket.customer.email,
                    self._tickets.mail_values(ticket, unit),
                    f"survey:{ticket.ticket_id}",
                    session=unit,
                    ticket_id=ticket.ticket_id,
                    simulated=ticket.simulated,
                )
            return Made(id=ticket.ticket_id)

        self._idempotency.run(
            "resolve", f"{ticket_id}:{request_id}", {"version": version}, Made, resolve
        )
        return self._tickets.get(actor, ticket_id)

    def rate(
        self,
        actor: Actor,
        session: WidgetSession | None,
        *,
        survey: str,
        rating: str | int,
        notes: str,
        ticket_id: str | None,
        request_id: str,
        intent: str | None = None,
        order_number: str | None = None,
        by_link: bool = False,
    ) -> Rated:
        """Stores a rating; a low one opens a follow-up, once.

        The concierge's is about the order that `order_number` names among those the session has
        proven (else `OrderNotFound`), or the last of them; an agent's about the ticket's: the
        session may have proven another since. `intent` unless given is theirs, too.

        One that came `by_link` is told in the conversation, which no longer waits for it; in the
        chat the turn does both.
        """
        kind = CsatKind(survey)
        by_agent = kind is CsatKind.AGENT

        def store(unit: ClientSession) -> Rated:
            rated = self._rated(ticket_id, order_number) if by_agent and ticket_id else None
            subject = rated or session
            about = subject.order_number if subject else None
            if order_number is not None and rated is None:
                about = _proven(session, order_number)
            stored = self._csat.rate(
                actor,
                kind=kind,
                rating=rating,
                notes=notes or None,
                session_id=session.id if session else None,
                ticket_id=ticket_id,
                order_number=about,
                intent=intent or (subject.intent if subject else None),
                channel=session.channel.value if session else "link",
                simulated=session.simulated if session else False,
                request_id=request_id,
                session=unit,
            )
            if by_link and session is not None:
                self._tell(session, stored, notes, request_id, unit)
            follow_up = self._after(session, stored, notes, request_id, unit)
            return Rated(
                score=stored.score,
                order_number=stored.order_number,
                follow_up_ticket_id=follow_up,
            )

        owner = session.id if session else ticket_id
        return self._idempotency.run(
            "rating",
            f"{owner}:{request_id}",
            {"rating": rating, "notes": notes, "ticket": ticket_id, "order": order_number},
            Rated,
            store,
        )

    def add_notes(
        self,
        actor: Actor,
        session: WidgetSession,
        *,
        survey: str,
        ticket_id: str | None,
        notes: str,
        request_id: str,
        email: str | None = None,
    ) -> Rated:
        """A comment that came after its rating.

        With an `email`, a low rating that could not be followed up for want of one now is.
        """
        kind = CsatKind(survey)
        reachable = session
        if email is not None and session.customer_email is None:
            slots = session.slots.model_copy(update={"email": email})
            reachable = session.model_copy(update={"slots": slots})

        def store(unit: ClientSession) -> Rated:
            before = self._rating(kind, session, ticket_id)
            if before is None:
                raise NotFound("rating")
            stored = self._csat.rate(
                actor,
                kind=kind,
                rating=before.rating,
                notes=notes,
                session_id=session.id,
                ticket_id=ticket_id,
                request_id=request_id,
                session=unit,
            )
            late = reachable is not session and not self._low_rating.reaches(session, stored)
            follow_up = self._after(reachable, stored, "", request_id, unit) if late else None
            return Rated(score=stored.score, follow_up_ticket_id=follow_up)

        return self._idempotency.run(
            "rating_notes", f"{session.id}:{request_id}", {"notes": notes}, Rated, store
        )

    def _rated(self, ticket_id: str, order_number: str | None) -> Ticket:
        """The ticket, if it is about that order. Nobody learns which tickets there are."""
        try:
            ticket = self._tickets.get(SYSTEM, ticket_id)
        except NotFound as error:
            raise NotFound("survey", ticket_id) from error
        if order_number is not None and ticket.order_number not in spellings(order_number):
            raise NotFound("survey", ticket_id)
        return ticket

    def _after(
        self,
        session: WidgetSession | None,
        rating: Csat,
        notes: str,
        request_id: str,
        unit: ClientSession,
    ) -> str | None:
        if not self._csat.is_low(rating.score):
            return None
        return self._low_rating.follow_up(
            session, rating, notes=notes.strip() or None, request_id=request_id, unit=unit
        )

    def _tell(
        self,
        session: WidgetSession,
        rating: Csat,
        notes: str,
        request_id: str,
        unit: ClientSession,
    ) -> None:
        said = self._texts.say("form_rating", rating=rating.rating)
        event = TurnEvent(event=EventName.CSAT_SUBMITTED.value, order_number=rating.order_number)
        self._sessions.append_customer_message(
            session.id,
            text=" ".join(filter(None, (said, notes.strip()))),
            message_id=f"rating:{request_id}",
            ticket_id=rating.ticket_id,
            events=[event],
            session=unit,
        )
        if rating.ticket_id is not None:
            self._sessions.survey_answered(session.id, rating.ticket_id, unit)

    def _rating(
        self, kind: CsatKind, session: WidgetSession | None, ticket_id: str | None
    ) -> Csat | None:
        session_id = session.id if session else None
        return self._csat.find(SYSTEM, kind, session_id=session_id, ticket_id=ticket_id)

    def _ask_in_chat(self, ticket: Ticket, unit: ClientSession) -> None:
        if ticket.session_id is None:
            return
        question = self._texts.say(
            "csat_ask_agent", agent=as_customer_sees(ticket).agent_name or "us"
        )
        closed = Text(text=self._texts.say("ticket_resolved", ticket_id=ticket.ticket_id))
        prompt = CsatPrompt(survey="agent", question=question, ticket_id=ticket.ticket_id)
        self._sessions.append_prompt(
            ticket.session_id,
            replies=[closed, prompt],
            message_id=f"survey:{ticket.ticket_id}:{ticket.version}",
            ticket_id=ticket.ticket_id,
            events=[
                TurnEvent(event=EventName.TICKET_RESOLVED.value, order_number=ticket.order_number),
                TurnEvent(event=EventName.CSAT_REQUESTED.value, order_number=ticket.order_number),
            ],
            session=unit,
        )
        self._sessions.expect(
            ticket.session_id,
            {
                "awaiting": "csat",
                "pendingIntent": "feedback",
                "survey": "agent",
                "surveyTicketId": ticket.ticket_id,
            },
            unit,
        )
        other = self._tickets.unresolved_of(SYSTEM, ticket.session_id, unit)
        self._sessions.detach_ticket(
            ticket.session_id,
            ticket.ticket_id,
            instead=other.ticket_id if other else None,
            session=unit,
        )


def _proven(session: WidgetSession | None, order_number: str) -> str:
    meant = spellings(order_number)
    for number in session.orders if session else ():
        if number in meant:
            return number
    raise OrderNotFound
