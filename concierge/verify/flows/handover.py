"""From the concierge to a human and back, with a rating that falls short at the end."""

from __future__ import annotations

from concierge.chat.models import CsatSubmission, StylistSubmission, TurnResult
from concierge.csat.models import Csat, CsatFilter, CsatKind
from concierge.csat.scoring import Tone, tone
from concierge.orders.models import Order, OrderFilter, OrderStatus
from concierge.replies.models import (
    CsatPrompt,
    OrderTimeline,
    ProductGrid,
    StylistForm,
    TicketOpened,
)
from concierge.sessions.models import Author
from concierge.tickets.errors import AlreadyClaimed
from concierge.tickets.models import Source, Status, Ticket, TicketFilter
from concierge.verify.flows.products import kept, piece_to_find
from concierge.verify.walk import AGENT, ANALYST, COLLEAGUE, Visitor, Walk

WISH = "The setting feels loose, could a person look at it?"
NOTE = "Looks like one claw; ask the bench for a free hour."
REPLY = "Thank you for writing. Please do not wear it until we have seen it."
THANKS = "Alright, I will bring it on Monday"
COMPLAINT = "It took too long."
RATING = 2


def stylist(walk: Walk) -> None:
    """The circle: handover, claim, note, reply, resolve, a rating of 2, what staff see of it."""
    order = walk.world.order(OrderStatus.DELIVERED, delivered_days_ago=4)
    visitor = walk.visitor()
    saved = _before(walk, visitor, order)
    ticket = _handed_over(walk, visitor, order, saved)
    ticket = _worked_on(walk, visitor, ticket)
    _answered_in_chat(walk, visitor, ticket)
    ticket = _resolved(walk, visitor, ticket)
    rating = _rated(walk, visitor, order, ticket)
    _on_the_order(walk, order)
    _in_the_figures(walk, rating)


def _before(walk: Walk, visitor: Visitor, order: Order) -> str:
    """A conversation worth handing over: a proven order and a piece kept."""
    visitor.say("where is my order")
    proven = visitor.say(f"{order.order_number} {walk.world.email}")
    walk.shown("the order is proven", proven, OrderTimeline)
    piece = piece_to_find(walk)
    what, budget = walk.say(f"category_{piece.category}"), piece.price_cents // 100 + 1
    grid = walk.shown(
        "pieces are shown", visitor.say(f"show me {what} under ${budget}"), ProductGrid
    )
    visitor.say("save the first one")
    walk.check("the first is kept", kept(walk, visitor), [grid.cards[0].product_id])
    return grid.cards[0].product_id


def _handed_over(walk: Walk, visitor: Visitor, order: Order, saved: str) -> Ticket:
    asked = visitor.say(walk.say("say_human"))
    walk.shown("asked how to be reached", asked, StylistForm)
    form = StylistSubmission(name=walk.world.name, email=walk.world.email, message=WISH)
    opened = walk.shown("a ticket is opened", visitor.send(form), TicketOpened)
    ticket = walk.services.tickets.get(AGENT, opened.ticket_id)
    queue = walk.services.tickets.queue(AGENT, TicketFilter(email=walk.world.email, simulated=True))
    queued = [row.ticket_id for row in queue.items]
    walk.check_that("it is in the queue", ticket.ticket_id in queued, ticket.ticket_id, queued)
    live = walk.services.tickets.queue(AGENT, TicketFilter(email=walk.world.email)).items
    walk.check("and not in the live one", [row.ticket_id for row in live], [])
    walk.check("open, and nobody's", (ticket.status, ticket.assignee), (Status.OPEN, None))
    walk.check("marked as simulated", ticket.simulated, True)
    walk.check("the order is attached", ticket.order_number, order.order_number)
    walk.check("the shortlist came along", ticket.shortlist, [saved])
    transcript = [line.text for line in ticket.transcript]
    walk.check_that(
        "the transcript came along", "where is my order" in transcript, "all said", transcript
    )
    walk.mail(
        "the customer has it in writing", "ticket_opened", walk.mails_of_ticket(ticket.ticket_id)
    )
    promised = walk.services.tickets.promise(ticket.priority)
    walk.check("the promise is that of the priority", opened.promise, promised)
    walk.check("and is the ticket's clock", opened.promised_by, ticket.first_reply_due_at)
    return ticket


def _worked_on(walk: Walk, visitor: Visitor, ticket: Ticket) -> Ticket:
    tickets = walk.services.tickets
    number = ticket.ticket_id
    ticket = tickets.claim(AGENT, number)
    walk.check("claimed", (ticket.status, ticket.assignee), (Status.IN_PROGRESS, AGENT.id))
    walk.refused(
        "a colleague cannot take it", AlreadyClaimed, lambda: tickets.claim(COLLEAGUE, number)
    )
    ticket = tickets.note(AGENT, number, NOTE, ticket.version, f"verify-note-{number}")
    seen = tickets.for_session(visitor.actor, visitor.session_id)[0]
    read = [message.text for message in seen.messages]
    walk.check_that("a note is the team's", NOTE not in read, "no note", read)
    before = visitor.session.turn_seq
    ticket = tickets.reply(AGENT, number, REPLY, ticket.version, f"verify-reply-{number}")
    heard = [e.text for e in visitor.heard(before) if e.author is Author.AGENT]
    walk.check("the reply is in the customer's chat", heard, [REPLY])
    walk.mail("and in the mail", "agent_reply", walk.mails_of_ticket(ticket.ticket_id))
    walk.check_that(
        "the first reply time is kept",
        ticket.first_reply_at is not None,
        "a moment",
        ticket.first_reply_at,
    )
    return ticket


def _answered_in_chat(walk: Walk, visitor: Visitor, ticket: Ticket) -> None:
    visitor.say(THANKS)
    messages = walk.services.tickets.get(AGENT, ticket.ticket_id).messages
    texts = [message.text for message in messages]
    walk.check_that("the answer reaches the ticket", THANKS in texts, THANKS, texts)


def _resolved(walk: Walk, visitor: Visitor, ticket: Ticket) -> Ticket:
    current = walk.services.tickets.get(AGENT, ticket.ticket_id)
    before = visitor.session.turn_seq
    resolved = walk.services.survey.resolve_and_ask(
        AGENT,
        ticket.ticket_id,
        version=current.version,
        request_id=f"verify-resolve-{ticket.ticket_id}",
    )
    walk.check("resolved", resolved.status, Status.RESOLVED)
    replies = [reply for entry in visitor.heard(before) for reply in entry.replies]
    asked = [reply for reply in replies if isinstance(reply, CsatPrompt)]
    walk.check(
        "asked how it was",
        [(prompt.survey, prompt.ticket_id) for prompt in asked],
        [("agent", ticket.ticket_id)],
    )
    walk.mail("by mail as well", "survey", walk.mails_of_ticket(ticket.ticket_id))
    return resolved


def _rated(walk: Walk, visitor: Visitor, order: Order, ticket: Ticket) -> Csat:
    form = CsatSubmission(
        survey="agent", rating=str(RATING), notes=COMPLAINT, ticket_id=ticket.ticket_id
    )
    answer = visitor.send(form)
    rating = walk.services.csat.find(AGENT, CsatKind.AGENT, ticket_id=ticket.ticket_id)
    if rating is None:
        raise walk.differs("the rating is kept", RATING, None)
    walk.check("as a number", rating.score, RATING)
    walk.check("with its order", rating.order_number, order.order_number)
    walk.check("with its ticket", rating.ticket_id, ticket.ticket_id)
    walk.check("with the words", rating.notes, COMPLAINT)
    walk.check("marked as simulated", rating.simulated, True)
    _followed_up(walk, answer, ticket)
    return rating


def _followed_up(walk: Walk, answer: TurnResult, ticket: Ticket) -> None:
    found = walk.services.tickets.queue(
        AGENT, TicketFilter(email=walk.world.email, simulated=True)
    ).items
    follow_ups = [
        walk.services.tickets.get(AGENT, row.ticket_id)
        for row in found
        if row.source is Source.RATING
    ]
    walk.check_that(
        "a follow-up is open",
        len(follow_ups) == 1,
        "one ticket",
        [follow_up.ticket_id for follow_up in follow_ups],
    )
    follow_up = follow_ups[0]
    walk.check("it names the ticket that was rated", follow_up.follow_up_of, ticket.ticket_id)
    walk.check("and the order", follow_up.order_number, ticket.order_number)
    walk.check_said("the customer is told", answer, "csat_low", ticket_id=follow_up.ticket_id)


def _on_the_order(walk: Walk, order: Order) -> None:
    enrichment = walk.services.enrichment
    wanted = OrderFilter(text=order.order_number)
    page = enrichment.page(AGENT, wanted, simulated=True)
    walk.check("the order is found", [r.order_number for r in page.items], [order.order_number])
    row = page.items[0]
    walk.check("it has the concierge's badge", row.has_concierge, True)
    walk.check("and the rating, of an agent", (row.csat_score, row.csat_kind), (2, CsatKind.AGENT))
    walk.check("which is red", tone(row.csat_score or 0), Tone.RED)
    walk.check("and both tickets", row.tickets, 2)
    live = enrichment.page(AGENT, wanted).items[0]
    walk.check(
        "the live list knows of none of it",
        (live.has_concierge, live.csat_score, live.tickets),
        (False, None, 0),
    )
    masked = enrichment.page(ANALYST, wanted, simulated=True).items[0]
    walk.check_that(
        "an analyst sees no person",
        masked.customer_email != walk.world.email,
        "a mask",
        masked.customer_email,
    )


def _in_the_figures(walk: Walk, rating: Csat) -> None:
    csat = walk.services.csat
    recent = CsatFilter(kind=CsatKind.AGENT, start=rating.created_at, simulated=True)
    simulated = csat.summary(ANALYST, recent)
    walk.check_that(
        "the summary counts it",
        simulated.distribution[RATING] >= 1,
        "1 or more",
        simulated.distribution[RATING],
    )
    live = recent.model_copy(update={"simulated": False})
    listed = [one.id for one in csat.comments(AGENT, recent).items]
    walk.check_that("it is listed", rating.id in listed, rating.id, listed)
    shown = [one.id for one in csat.comments(AGENT, live).items]
    walk.check_that("the live figures leave it out", rating.id not in shown, "not it", shown)
