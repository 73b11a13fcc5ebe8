"""A conversation by its signed link: read on, answer, rate, stop updates. No session is needed.

A link without a session shows the ticket alone: what its customer and the team wrote there. Words
and ratings that come by it go into the ticket's conversation all the same.
"""

from __future__ import annotations

from concierge.core.actor import Actor
from concierge.core.documents import Embedded, UtcDatetime
from concierge.core.errors import Conflict, InvalidInput, NotFound
from concierge.core.mongo import ClientSession, Mongo
from concierge.csat.models import CsatKind
from concierge.csat.service import CsatService
from concierge.returns.service import ReturnsService
from concierge.sessions.errors import SessionNotFound
from concierge.sessions.links import ConversationLinks, LinkTarget
from concierge.sessions.models import Author, WidgetSession
from concierge.sessions.service import SessionsService
from concierge.subscriptions.service import SubscriptionsService
from concierge.tickets.models import AuthorKind, Status
from concierge.tickets.reading import as_customer_sees
from concierge.tickets.service import TicketsService
from concierge.workflows.survey import Survey

LINK = Actor.system("link")
"""Who holds the link is its customer: the signature is the proof."""


class Line(Embedded):
    """One bubble as the customer reads it; `number` orders them."""

    number: int
    at: UtcDatetime
    author: str
    name: str | None = None
    text: str


class Linked(Embedded):
    """The page behind a link. `score` is the rating given, `ask` says one is wanted; where
    `only_updates` holds, nothing but updates can be stopped. `updates_for` are order numbers."""

    lines: list[Line]
    ticket_id: str | None = None
    status: Status | None = None
    agent_name: str | None = None
    ask: bool = False
    score: int | None = None
    updates_for: str | None = None
    only_updates: bool = False


class LinkedConversations:
    def __init__(
        self,
        *,
        mongo: Mongo,
        links: ConversationLinks,
        sessions: SessionsService,
        tickets: TicketsService,
        subscriptions: SubscriptionsService,
        survey: Survey,
        csat: CsatService,
        returns: ReturnsService,
    ) -> None:
        self._mongo = mongo
        self._links = links
        self._sessions = sessions
        self._tickets = tickets
        self._subscriptions = subscriptions
        self._survey = survey
        self._csat = csat
        self._returns = returns

    def view(self, token: str, after: int = 0) -> Linked:
        """Everything said since line `after`, and what the customer may do.

        Raises `SessionNotFound` for a link that is not ours or has run out.
        """
        target = self._links.read(token)
        if target.subscription_id is not None:
            kept = self._subscriptions.of_link(LINK, target.subscription_id)
            updates_for = kept.order_number if kept and kept.active else None
            return Linked(lines=[], updates_for=updates_for, only_updates=True)
        session = self._session(target.session_id, after=after)
        ticket = self._tickets.get(LINK, target.ticket_id) if target.ticket_id else None
        lines = _session_lines(session) if session else []
        seen = as_customer_sees(ticket) if ticket else None
        if session is None and seen is not None:
            lines = [
                Line(
                    number=place,
                    at=message.at,
                    author="customer" if message.author_kind is AuthorKind.CUSTOMER else "agent",
                    name=message.author_name,
                    text=message.text,
                )
                for place, message in enumerate(seen.messages, start=1)
            ]
        score = self._score(target)
        return Linked(
            lines=[line for line in lines if line.number > after],
            ticket_id=target.ticket_id,
            status=ticket.status if ticket else None,
            agent_name=seen.agent_name if seen else None,
            ask=ticket is not None and ticket.status is Status.RESOLVED,
            score=score,
            updates_for=self._updates_for(session),
        )

    def reply(self, token: str, text: str, request_id: str) -> None:
        """The customer's words, onto the ticket and into the conversation, in one transaction."""
        target = self._links.read(token)
        if target.ticket_id is None:
            raise Conflict("This conversation has no ticket. Please start a new chat.")
        ticket_id = target.ticket_id
        if not text.strip():
            raise InvalidInput("text", "is empty")

        session = self._behind(target)
        if session is None:
            self._tickets.customer_message(LINK, ticket_id, text, request_id)
            return

        def write(unit: ClientSession) -> None:
            if self._sessions.append_customer_message(
                session.id,
                text=text.strip(),
                message_id=f"link:{request_id}",
                ticket_id=ticket_id,
                session=unit,
            ):  # else a second click: it is on the ticket already
                self._tickets.customer_message(LINK, ticket_id, text, request_id, session=unit)
                self._sessions.attach_ticket(session.id, ticket_id, handed_over=False, session=unit)

        self._mongo.unit_of_work(write)

    def rate(self, token: str, rating: str | int, notes: str, request_id: str) -> None:
        """Rates the human who had the ticket."""
        target = self._links.read(token)
        if target.ticket_id is None:
            raise NotFound("ticket")
        self._survey.rate(
            LINK,
            self._behind(target),
            survey=CsatKind.AGENT.value,
            rating=rating,
            notes=notes,
            ticket_id=target.ticket_id,
            request_id=request_id,
            by_link=True,
        )

    def stop_updates(self, token: str, request_id: str) -> None:
        """Ends the order updates of the link, or those its conversation had switched on."""
        target = self._links.read(token)
        if target.subscription_id is not None:
            self._subscriptions.stop(LINK, target.subscription_id, request_id)
            return
        session = self._session(target.session_id)
        if session is None or not session.orders:
            raise NotFound("updates")
        for number in session.orders:
            self._subscriptions.opt_out(
                LINK,
                order_number=number,
                session_id=session.id,
                request_id=f"{request_id}:{number}",
            )

    def slip(self, token: str, rma: str) -> str:
        """The printable slip, by its own link or by that of the conversation that filed the return;
        `NotFound` for any other."""
        if self._links.opens_label(token, rma):
            return self._returns.slip(LINK, rma)
        session = self._session(self._links.read(token).session_id)
        if session is None:
            raise NotFound("return", rma)
        return self._returns.slip(LINK, rma, session_id=session.id)

    def _behind(self, target: LinkTarget) -> WidgetSession | None:
        """The conversation that what is written goes to, also where the link does not show it."""
        session_id: str | None = target.session_id
        if not session_id and target.ticket_id is not None:
            session_id = self._tickets.get(LINK, target.ticket_id).session_id
        return self._session(session_id)

    def _session(self, session_id: str | None, *, after: int | None = None) -> WidgetSession | None:
        """With `after`, as far back as that line."""
        if not session_id:
            return None
        try:
            if after is None:
                return self._sessions.history(LINK, session_id)
            return self._sessions.whole(LINK, session_id, after_seq=after)
        except SessionNotFound:
            return None

    def _score(self, target: LinkTarget) -> int | None:
        if target.ticket_id is None:
            return None
        rated = self._csat.find(LINK, CsatKind.AGENT, ticket_id=target.ticket_id)
        return rated.score if rated else None

    def _updates_for(self, session: WidgetSession | None) -> str | None:
        if session is None:
            return None
        numbers = [
            number
            for number in session.orders
            if any(kept.session_id == session.id for kept in self._subscriptions.active_for(number))
        ]
        return ", ".join(numbers) or None


def _session_lines(session: WidgetSession) -> list[Line]:
    return [
        Line(
            number=entry.seq,
            at=entry.at,
            author=entry.author.value,
            name=entry.author_name if entry.author is Author.AGENT else None,
            text=entry.text,
        )
        for entry in session.transcript
        if entry.text
    ]
