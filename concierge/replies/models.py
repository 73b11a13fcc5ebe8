"""Replies: what the concierge can say, as data.

Each knows its plain-text form (`as_text`), which tickets, mails and exports use, so that a reply
never has to be rendered twice in different words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from concierge.core.documents import Embedded, UtcDatetime
from concierge.core.formatting import short_money


class Text(Embedded):
    """A sentence or a few; plain text, never markup."""

    kind: Literal["text"] = "text"
    text: str

    def as_text(self) -> str:
        return self.text


class QuickReply(Embedded):
    """A button that says `text` for the customer."""

    label: str
    text: str


class QuickReplies(Embedded):
    """The next best actions."""

    kind: Literal["quick_replies"] = "quick_replies"
    options: list[QuickReply]

    def as_text(self) -> str:
        return " ".join(f"[{option.label}]" for option in self.options)


class ProductCard(Embedded):
    """A piece; `why` says why it fits ("under budget", "ready to ship"); `image` is a URL path."""

    product_id: str
    name: str
    price_cents: int
    currency: str = "USD"
    category: str
    metal: str | None = None
    gemstones: list[str] = []
    image: str | None = None
    ready_to_ship: bool = True
    why: list[str] = []
    saved: bool = False


class FilterChip(Embedded):
    """A filter in force; saying `without_text` asks again without it."""

    label: str
    without_text: str


class ProductGrid(Embedded):
    """Pieces found. `relaxed` names the filter that was dropped because nothing fitted."""

    kind: Literal["product_grid"] = "product_grid"
    title: str
    cards: list[ProductCard]
    filters: list[FilterChip] = []
    relaxed: str | None = None
    total: int = 0
    catalogue_url: str | None = None

    def as_text(self) -> str:
        pieces = ", ".join(f"{c.name} {short_money(c.price_cents, c.currency)}" for c in self.cards)
        return f"{self.title} {pieces}".strip()


class TrackForm(Embedded):
    """Asks for an order's number and its e-mail or postal code; known values are filled in."""

    kind: Literal["track_form"] = "track_form"
    purpose: str = "order_tracking"
    order_number: str | None = None
    email: str | None = None
    postal_code: str | None = None

    def as_text(self) -> str:
        return "[form: order number with e-mail or postal code]"


class TimelineEntry(Embedded):
    """One step of an order; `date` is absent while it lies ahead. `note` is a return's kind and
    number."""

    label: str
    status: Literal["done", "current", "ahead"]
    date: UtcDatetime | None = None
    estimated: bool = False
    note: str | None = None


class OrderTimeline(Embedded):
    """An order, shown only after its number and e-mail or postal code fitted. `standing` says the
    status in other words where its name would mislead."""

    kind: Literal["order_timeline"] = "order_timeline"
    order_number: str
    status: str
    entries: list[TimelineEntry]
    items: list[str] = []
    carrier: str | None = None
    tracking_number: str | None = None
    standing: str | None = None

    @property
    def stands(self) -> str:
        return self.standing or self.status.replace("_", " ")

    def as_text(self) -> str:
        sent = f" {self.carrier or ''} {self.tracking_number}" if self.tracking_number else ""
        return f"Order {self.order_number}: {self.stands}.{sent}"


class OrderSummary(Embedded):
    order_number: str
    status: str
    placed_at: UtcDatetime
    total_cents: int
    currency: str = "USD"


class OrderList(Embedded):
    """Orders found by e-mail and postal code together."""

    kind: Literal["order_list"] = "order_list"
    orders: list[OrderSummary]

    def as_text(self) -> str:
        return ", ".join(f"{order.order_number} {order.status}" for order in self.orders)


class ReturnKind(StrEnum):
    RETURN = "return"
    RESIZE = "resize"


class ReturnLine(Embedded):
    """A line of the order that may be chosen; `blocked` says why it may not."""

    line_id: str
    name: str
    quantity: int = 1
    blocked: str | None = None


class ReturnForm(Embedded):
    """Asks which piece goes back or is resized, and why."""

    kind: Literal["return_form"] = "return_form"
    order_number: str
    return_kind: ReturnKind
    lines: list[ReturnLine]
    new_size: str | None = None

    def as_text(self) -> str:
        return f"[form: {self.return_kind.value} of order {self.order_number}]"


class ReturnConfirmed(Embedded):
    """A return or resize that is filed."""

    kind: Literal["return_confirmed"] = "return_confirmed"
    rma: str
    order_number: str
    return_kind: ReturnKind
    item: str
    ship_by: UtcDatetime
    label_url: str
    new_size: str | None = None

    def as_text(self) -> str:
        return f"{self.rma} for {self.item} of {self.order_number}"


class UpdatesForm(Embedded):
    """Asks where order updates should go."""

    kind: Literal["updates_form"] = "updates_form"
    order_number: str
    opt_out: bool = False
    email: str | None = None
    phone: str | None = None

    def as_text(self) -> str:
        return f"[form: updates for {self.order_number}]"


class StylistForm(Embedded):
    """Asks how a human can reach the customer."""

    kind: Literal["stylist_form"] = "stylist_form"
    name: str | None = None
    email: str | None = None
    message: str | None = None
    order_number: str | None = None
    urgent: bool = False

    def as_text(self) -> str:
        return "[form: talk to a stylist]"


class TicketOpened(Embedded):
    """A human has it now."""

    kind: Literal["ticket_opened"] = "ticket_opened"
    ticket_id: str
    promised_by: UtcDatetime
    promise: str
    conversation_url: str | None = None

    def as_text(self) -> str:
        return f"Ticket {self.ticket_id}: {self.promise}"


class CsatPrompt(Embedded):
    """Asks how it went; `survey` is concierge or agent, and the two are never mixed."""

    kind: Literal["csat_prompt"] = "csat_prompt"
    survey: Literal["concierge", "agent"] = "concierge"
    question: str
    ticket_id: str | None = None

    def as_text(self) -> str:
        return self.question


class Article(Embedded):
    """An answer from the shop's own pages."""

    kind: Literal["article"] = "article"
    topic: str
    title: str
    body: str
    points: list[str] = []
    table: list[list[str]] = []
    links: list[QuickReply] = []

    def as_text(self) -> str:
        return f"{self.title}: {self.body}"


class ShortlistView(Embedded):
    """The session's shortlist."""

    kind: Literal["shortlist"] = "shortlist"
    cards: list[ProductCard]

    def as_text(self) -> str:
        return "Shortlist: " + (", ".join(card.name for card in self.cards) or "empty")


Reply = Annotated[
    Text
    | QuickReplies
    | ProductGrid
    | TrackForm
    | OrderTimeline
    | OrderList
    | ReturnForm
    | ReturnConfirmed
    | UpdatesForm
    | StylistForm
    | TicketOpened
    | CsatPrompt
    | Article
    | ShortlistView,
    Field(discriminator="kind"),
]
"""Everything the concierge can say."""

REPLIES: TypeAdapter[list[Reply]] = TypeAdapter(list[Reply])


def plain_text(replies: list[Reply]) -> str:
    """Replies as one plain text, for tickets, mails and exports; buttons and forms left out."""
    silent = QuickReplies | TrackForm | ReturnForm | UpdatesForm | StylistForm
    return "\n".join(reply.as_text() for reply in replies if not isinstance(reply, silent))
