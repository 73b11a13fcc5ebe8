"""What customers ask of the shop, as forms: each is one turn of their session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BeforeValidator, Field, StrictInt

from concierge.bootstrap import Services
from concierge.chat.models import (
    CsatSubmission,
    ReturnSubmission,
    ShortlistSubmission,
    StylistSubmission,
    Submission,
    TrackSubmission,
    Turn,
    TurnResult,
    UpdatesSubmission,
)
from concierge.core.actor import Actor
from concierge.core.documents import Embedded, Payload, UtcDatetime
from concierge.core.errors import Conflict, InvalidInput
from concierge.core.ids import derived_id
from concierge.detection.models import Intent
from concierge.orders.errors import OrderNotFound
from concierge.replies.models import (
    OrderList,
    OrderSummary,
    OrderTimeline,
    ReturnConfirmed,
    ReturnKind,
    TicketOpened,
    TimelineEntry,
    plain_text,
)
from concierge.web.api.deps import Address, Api, Customer, IdempotencyKey
from concierge.web.problems import refusals

router = APIRouter(prefix="/support", tags=["support"], responses=refusals(401, 404, 409, 422, 429))


RATING_CHARACTERS = 40


class OrderStatusRequest(Payload):
    """Number with e-mail or postal code; or e-mail with postal code, for a list."""

    order_number: str | None = Field(default=None, max_length=64)
    email: str | None = Field(default=None, max_length=254)
    postal_code: str | None = Field(default=None, max_length=16)


class OrderStatusAnswer(Embedded):
    """One order's timeline, or the list of orders that fit."""

    reference: str | None = None
    status: str | None = None
    entries: list[TimelineEntry] = []
    carrier: str | None = None
    tracking_number: str | None = None
    orders: list[OrderSummary] = []


class ReturnRequest(Payload):
    order_number: str = Field(min_length=1, max_length=64)
    email: str | None = Field(default=None, max_length=254)
    postal_code: str | None = Field(default=None, max_length=16)
    line_id: str | None = Field(default=None, max_length=64)
    kind: ReturnKind = ReturnKind.RETURN
    reason: str = Field(default="", max_length=1_000)
    new_size: str | None = Field(default=None, max_length=32)


class ReturnAnswer(Embedded):
    rma: str
    ship_by: UtcDatetime
    label_url: str
    status: str


class ShortlistRequest(Payload):
    """Pieces to put on the list, or with `remove` to take off; none just reads it."""

    items: list[str] = Field(default_factory=list, max_length=50)
    remove: bool = False


class ShortlistAnswer(Embedded):
    items: list[str]


class StylistRequest(Payload):
    name: str = Field(min_length=1, max_length=120)
    email: str = Field(min_length=3, max_length=254)
    phone: str | None = Field(default=None, max_length=32)
    message: str = Field(min_length=1, max_length=5_000)
    order_number: str | None = Field(default=None, max_length=64)
    urgent: bool = False


class StylistAnswer(Embedded):
    ticket_id: str
    promised_by: UtcDatetime


def _rated(given: object) -> object:
    """A word or a whole number; which of them count is for the ratings to say, in the shop's words.

    What is neither becomes a word that none of them is, so that it is refused in the same sentence.
    """
    word = isinstance(given, str) and len(given) <= RATING_CHARACTERS
    if word or (isinstance(given, int) and not isinstance(given, bool)):
        return given
    return ""


class CsatRequest(Payload):
    """A word or a number; with `ticketId` it rates the human, else the concierge.

    `intent` is what it was about, `orderNumber` an order this session has proven (or the ticket's);
    without them what the conversation, or the ticket, is about.
    """

    rating: Annotated[
        Annotated[str, Field(max_length=RATING_CHARACTERS)] | StrictInt, BeforeValidator(_rated)
    ]
    notes: str = Field(default="", max_length=2_000)
    intent: Intent | None = None
    order_number: str | None = Field(default=None, max_length=64)
    ticket_id: str | None = Field(default=None, max_length=64)


class CsatAnswer(Embedded):
    ok: bool
    message: str


class UpdatesRequest(Payload):
    """An e-mail, or with `sms` a phone; `optOut` ends them."""

    order_number: str = Field(min_length=1, max_length=64)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=32)
    sms: bool | None = None
    opt_out: bool = False
    origin_intent: str | None = Field(default=None, max_length=40)


class UpdatesAnswer(Embedded):
    ok: bool
    message: str


@router.post("/order-status", response_model_exclude_none=True)
def order_status(
    services: Api, actor: Customer, address: Address, key: IdempotencyKey, body: OrderStatusRequest
) -> OrderStatusAnswer:
    """Wrong pair and missing order answer the same 404."""
    form = TrackSubmission(
        order_number=body.order_number, email=body.email, postal_code=body.postal_code
    )
    result = _turn(services, actor, address, key, form)
    if (orders := result.first(OrderList)) is not None:
        return OrderStatusAnswer(orders=orders.orders)
    view = result.first(OrderTimeline)
    if view is None:
        raise OrderNotFound
    return OrderStatusAnswer(
        reference=view.order_number,
        status=view.status,
        entries=view.entries,
        carrier=view.carrier,
        tracking_number=view.tracking_number,
    )


@router.post("/returns", status_code=201)
def request_return(
    services: Api, actor: Customer, address: Address, key: IdempotencyKey, body: ReturnRequest
) -> ReturnAnswer:
    """Files a return or a resize. A repeated key answers the first RMA."""
    fields = body.model_dump()
    form = ReturnSubmission(return_kind=fields.pop("kind"), **fields)
    filed = _turn(services, actor, address, key, form).first(ReturnConfirmed)
    if filed is None:
        raise OrderNotFound
    return ReturnAnswer(
        rma=filed.rma, ship_by=filed.ship_by, label_url=filed.label_url, status="requested"
    )


@router.post("/shortlist")
def shortlist(
    services: Api, actor: Customer, address: Address, key: IdempotencyKey, body: ShortlistRequest
) -> ShortlistAnswer:
    """The session's list, after the change. Unknown pieces are left out; 404 when all are."""
    if body.items:
        form = ShortlistSubmission(product_ids=body.items, remove=body.remove)
        _turn(services, actor, address, key, form)
    kept = services.shortlists.get(actor, actor.session_id or "")
    return ShortlistAnswer(items=kept.product_ids)


@router.post("/stylist", status_code=201)
def stylist(
    services: Api, actor: Customer, address: Address, key: IdempotencyKey, body: StylistRequest
) -> StylistAnswer:
    """Hands over to a human, with everything said so far."""
    form = StylistSubmission(**body.model_dump())
    opened = _turn(services, actor, address, key, form).first(TicketOpened)
    if opened is None:
        raise Conflict("The conversation could not be handed over.")
    return StylistAnswer(ticket_id=opened.ticket_id, promised_by=opened.promised_by)


@router.post("/csat", status_code=201)
def csat(
    services: Api, actor: Customer, address: Address, key: IdempotencyKey, body: CsatRequest
) -> CsatAnswer:
    """Stores a rating. An order that is not proven is the same 404 as one that is not there."""
    form = CsatSubmission(
        survey="agent" if body.ticket_id else "concierge",
        rating=body.rating,
        notes=body.notes,
        ticket_id=body.ticket_id,
        intent=body.intent,
        order_number=body.order_number,
    )
    result = _turn(services, actor, address, key, form)
    return CsatAnswer(ok=True, message=plain_text(result.replies))


@router.post("/order-updates")
def order_updates(
    services: Api, actor: Customer, address: Address, key: IdempotencyKey, body: UpdatesRequest
) -> UpdatesAnswer:
    """Only for an order this session has proven (`POST /support/order-status`)."""
    if not body.opt_out and not (body.phone if body.sms else body.email or body.phone):
        raise InvalidInput("phone" if body.sms else "email", "is missing")
    form = UpdatesSubmission(
        order_number=body.order_number,
        email=None if body.sms else body.email,
        phone=body.phone,
        opt_out=body.opt_out,
        origin_intent=body.origin_intent,
    )
    result = _turn(services, actor, address, key, form)
    if result.asked_for_identity:
        raise OrderNotFound
    return UpdatesAnswer(ok=True, message=plain_text(result.replies))


def _turn(services: Services, actor: Actor, address: str, key: str, form: Submission) -> TurnResult:
    # By kind of form too: one key used on two routes is two requests, not one answer for both.
    request_id = derived_id("api", form.kind, key)
    turn = Turn(session_id=actor.session_id or "", request_id=request_id, form=form)
    return services.chat.handle(actor, turn, address=address, strict=True)
