"""The customer's chat: open a session, say something, see what others said."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from concierge.chat.models import MAX_TEXT, Turn
from concierge.core.actor import Actor
from concierge.core.config import Settings
from concierge.core.documents import Embedded, Payload
from concierge.core.privacy import Hasher
from concierge.detection.models import Intent
from concierge.replies.models import QuickReplies, QuickReply, Reply, plain_text
from concierge.sessions.models import Channel, SessionContext, TranscriptEntry, TurnTrace
from concierge.web.api.deps import Address, Api, Customer
from concierge.web.problems import refusals

SESSIONS_PER_HOUR = 240
"""From one address: an office or a school shares one."""

router = APIRouter(prefix="/concierge", tags=["concierge"])


class OpenSession(Payload):
    """Where the customer comes from, if the page says so."""

    context: SessionContext | None = None


class SessionOpened(Embedded):
    """`token` is the customer's key to this one session; it is shown only here."""

    session_id: str
    token: str
    greeting: str
    quick_replies: list[QuickReply]
    enabled: bool


class Message(Payload):
    """`requestId` is the caller's: the same one again answers the same."""

    text: str = Field(max_length=MAX_TEXT)
    request_id: str = Field(min_length=1, max_length=100)


class ProductView(Payload):
    product_id: str = Field(min_length=1, max_length=200)


class Answered(Embedded):
    """`leftToHuman`: the human with the ticket answers, by `GET /messages`; once one has written,
    the concierge keeps quiet and `replies` is empty."""

    replies: list[Reply]
    left_to_human: bool
    intent: Intent
    request_id: str
    turn_seq: int
    trace: TurnTrace | None = None


class Said(Embedded):
    """One bubble of the conversation, without what only staff may see."""

    seq: int
    at: str
    author: str
    author_name: str | None
    text: str
    replies: list[Reply]


class Conversation(Embedded):
    """What is new since `after`."""

    turn_seq: int
    messages: list[Said]


@router.post(
    "/sessions", status_code=201, response_model_exclude_none=True, responses=refusals(422, 429)
)
def open_session(services: Api, address: Address, body: OpenSession | None = None) -> SessionOpened:
    """Opens a session. Where the concierge is switched off there is none: `enabled` is false and
    `greeting` says what to do instead."""
    services.limiter.hit("sessions", address, SESSIONS_PER_HOUR, 3600)
    if not switched_on(services.settings, services.hasher, address):
        return SessionOpened(
            session_id="",
            token="",
            greeting=services.texts.say("disabled"),
            quick_replies=[],
            enabled=False,
        )
    opened = services.chat.open(
        Actor.visitor(), channel=Channel.WIDGET, context=body.context if body else None
    )
    greeting = opened.session.transcript[0].replies
    buttons = [reply for reply in greeting if isinstance(reply, QuickReplies)]
    return SessionOpened(
        session_id=opened.session.id,
        token=opened.token,
        greeting=plain_text(greeting),
        quick_replies=[option for reply in buttons for option in reply.options],
        enabled=True,
    )


@router.post("/messages", response_model_exclude_none=True, responses=refusals(401, 404, 409, 422))
def send_message(services: Api, actor: Customer, address: Address, message: Message) -> Answered:
    """One turn. Faults in what was typed are answered in words, with status 200. A repeated
    `requestId` answers as before; with another text it is refused with 409."""
    turn = Turn(session_id=actor.session_id or "", text=message.text, request_id=message.request_id)
    result = services.chat.handle(actor, turn, address=address)
    return Answered(
        replies=result.replies,
        left_to_human=result.left_to_human,
        intent=result.intent,
        request_id=result.request_id,
        turn_seq=result.turn_seq,
        trace=result.trace,
    )


@router.post("/product-views", status_code=204, responses=refusals(401, 404, 409, 422))
def view_product(services: Api, actor: Customer, body: ProductView) -> None:
    """Tells that the customer opened a piece. Raises 404 for a piece that is not there."""
    services.chat.view_product(actor, actor.session_id or "", body.product_id)


@router.get("/messages", response_model_exclude_none=True, responses=refusals(401, 404, 422))
def messages(
    services: Api, actor: Customer, after: Annotated[int, Query(ge=0)] = 0
) -> Conversation:
    """What was said since the message with number `after`, by anybody."""
    view = services.chat.changes(actor, actor.session_id or "", after)
    return Conversation(turn_seq=view.turn_seq, messages=[_said(entry) for entry in view.entries])


def switched_on(settings: Settings, hasher: Hasher, address: str) -> bool:
    """By `CONCIERGE_ENABLED`, and for a share of the addresses by `CONCIERGE_ROLLOUT_PERCENT`.

    An address stays on the side it fell on, and a higher share only adds to it.
    """
    bucket = int(hasher.hash(f"rollout:{address}")[:8], 16) % 100
    return settings.enabled and bucket < settings.rollout_percent


def _said(entry: TranscriptEntry) -> Said:
    return Said(
        seq=entry.seq,
        at=entry.at.isoformat(),
        author=entry.author.value,
        author_name=entry.author_name,
        text=entry.text,
        replies=entry.replies,
    )
