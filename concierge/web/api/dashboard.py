"""What staff read and do, by role; the screens' own services over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from concierge.core.documents import Embedded, Payload
from concierge.customers.models import Tier
from concierge.tickets.models import (
    Priority,
    Sort,
    Status,
    Ticket,
    TicketFilter,
    TicketRow,
    View,
)
from concierge.web.api.deps import Api, IdempotencyKey, Staff
from concierge.web.problems import refusals

router = APIRouter(prefix="/dashboard/support", tags=["dashboard"], responses=refusals(401, 403))
EDITS = refusals(404, 409, 422)


class TicketPage(Embedded):
    """A keyset page; `counts` are the queue's tabs."""

    items: list[TicketRow]
    next_cursor: str | None
    counts: dict[View, int]


class Words(Payload):
    """Written against `version`; another version is a 409 and nothing is lost."""

    text: str = Field(min_length=1, max_length=10_000)
    version: int = Field(ge=1)


class AtVersion(Payload):
    version: int = Field(ge=1)


class StatusChange(AtVersion):
    status: Status


@router.get("/tickets", responses=refusals(422))
def tickets(
    services: Api,
    actor: Staff,
    view: View = View.ALL,
    status: Status | None = None,
    priority: Priority | None = None,
    tier: Tier | None = None,
    tag: str | None = None,
    intent: str | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    sort: Sort | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> TicketPage:
    """The queue, as the tickets screen shows it."""
    wanted = TicketFilter(
        view=view, status=status, priority=priority, tier=tier, tag=tag, intent=intent, text=q
    )
    page = services.tickets.queue(actor, wanted, cursor=cursor, limit=limit, sort=sort)
    return TicketPage(
        items=page.items, next_cursor=page.next_cursor, counts=services.tickets.counts(actor)
    )


@router.get("/tickets/{ticket_id}", responses=refusals(404))
def ticket(services: Api, actor: Staff, ticket_id: str) -> Ticket:
    return services.tickets.get(actor, ticket_id)


@router.post("/tickets/{ticket_id}/claim", responses=refusals(404, 409))
def claim(services: Api, actor: Staff, ticket_id: str) -> Ticket:
    """Takes it, unless somebody else has. Claimed again by the same it stays as it is."""
    return services.tickets.claim(actor, ticket_id)


@router.post("/tickets/{ticket_id}/notes", status_code=201, responses=EDITS)
def note(services: Api, actor: Staff, ticket_id: str, key: IdempotencyKey, body: Words) -> Ticket:
    return services.tickets.note(actor, ticket_id, body.text, body.version, key)


@router.post("/tickets/{ticket_id}/replies", status_code=201, responses=EDITS)
def reply(services: Api, actor: Staff, ticket_id: str, key: IdempotencyKey, body: Words) -> Ticket:
    """Also into the customer's chat and by mail."""
    return services.tickets.reply(actor, ticket_id, body.text, body.version, key)


@router.post("/tickets/{ticket_id}/status", responses=EDITS)
def set_status(
    services: Api, actor: Staff, ticket_id: str, key: IdempotencyKey, body: StatusChange
) -> Ticket:
    """Into resolved also asks the customer how it went, as `resolve` does."""
    return services.moving.move(actor, ticket_id, body.status, version=body.version, request_id=key)


@router.post("/tickets/{ticket_id}/resolve", responses=EDITS)
def resolve(
    services: Api, actor: Staff, ticket_id: str, key: IdempotencyKey, body: AtVersion
) -> Ticket:
    """Resolves and asks the customer how it went."""
    return services.survey.resolve_and_ask(actor, ticket_id, version=body.version, request_id=key)
