"""What a handler is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from concierge.catalog.service import CatalogService
from concierge.chat.answers import Answers
from concierge.chat.models import Submission
from concierge.core.actor import Actor
from concierge.core.clock import Clock
from concierge.core.policies import Policies
from concierge.core.privacy import Hasher
from concierge.core.texts import Texts
from concierge.csat.service import CsatService
from concierge.customers.service import CustomersService
from concierge.detection.models import Detection, Intent, Slots
from concierge.events.catalog import EventName
from concierge.orders.service import OrdersService
from concierge.replies.models import QuickReplies, QuickReply, Reply, Text
from concierge.returns.service import ReturnsService
from concierge.sessions.models import TurnEvent, WidgetSession
from concierge.sessions.service import SessionsService
from concierge.shortlists.service import ShortlistsService
from concierge.subscriptions.service import SubscriptionsService
from concierge.tickets.service import TicketsService
from concierge.workflows.handoff import Handoff
from concierge.workflows.survey import Survey


@dataclass(frozen=True)
class Rooms:
    """The services and policies a handler may call."""

    catalog: CatalogService
    customers: CustomersService
    orders: OrdersService
    sessions: SessionsService
    returns: ReturnsService
    shortlists: ShortlistsService
    subscriptions: SubscriptionsService
    csat: CsatService
    tickets: TicketsService
    handoff: Handoff
    survey: Survey
    answers: Answers
    texts: Texts
    policies: Policies
    hasher: Hasher
    clock: Clock
    timezone: str


@dataclass(frozen=True)
class TurnContext:
    """One turn as a handler sees it. `slots` are the message's over the session's.

    `strict` callers want refusals raised instead of told.
    """

    rooms: Rooms
    actor: Actor
    session: WidgetSession
    text: str
    request_id: str
    address: str
    intent: Intent
    detection: Detection
    slots: Slots
    form: Submission | None
    continued: bool
    strict: bool
    now: datetime

    def say(self, key: str, **values: object) -> Text:
        return Text(text=self.rooms.texts.say(key, **values))

    def button(self, name: str) -> QuickReply:
        """The button whose label and words are `label_<name>` and `say_<name>`."""
        texts = self.rooms.texts
        return QuickReply(label=texts.say(f"label_{name}"), text=texts.say(f"say_{name}"))

    def buttons(self, *names: str) -> QuickReplies:
        return QuickReplies(options=[self.button(name) for name in names])


@dataclass
class Outcome:
    """What a handler decided; the service turns it into the one write of the turn.

    `awaiting` is what was asked and `pending` the intent that goes on with the answer. `fields`
    are session fields by stored path. `intent` overrides how the turn is counted. `aside` leaves
    open what was asked before, as some intents always do.
    """

    replies: list[Reply]
    awaiting: str | None = None
    pending: Intent | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    events: list[TurnEvent] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    shown: list[str] | None = None
    query: dict[str, str] = field(default_factory=dict)
    intent: Intent | None = None
    aside: bool = False

    def note(
        self,
        event: EventName,
        *,
        product_id: str | None = None,
        order_number: str | None = None,
        success: bool = True,
    ) -> Outcome:
        """Adds an event; returns itself, so that it can end a handler."""
        self.events.append(
            TurnEvent(
                event=event.value,
                product_id=product_id,
                order_number=order_number,
                success=success,
            )
        )
        return self
