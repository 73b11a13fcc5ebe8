"""What comes into a chat turn and what goes out of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, StrictInt

from concierge.core.documents import Embedded, Payload
from concierge.detection.models import Intent
from concierge.replies.models import Reply, ReturnKind, TrackForm
from concierge.sessions.models import TurnTrace

MAX_TEXT = 5_000
R = TypeVar("R")


def readable(text: Any) -> Any:
    """At most 5,000 characters that UTF-8 can hold; lone surrogates become question marks."""
    if not isinstance(text, str):
        return text
    return text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")


class TrackSubmission(Payload):
    """An order number with its e-mail or postal code; or both of these for a list."""

    kind: Literal["track"] = "track"
    purpose: Intent = Intent.ORDER_TRACKING
    order_number: str | None = Field(default=None, max_length=64)
    email: str | None = Field(default=None, max_length=254)
    postal_code: str | None = Field(default=None, max_length=16)


class ReturnSubmission(Payload):
    """One line of an order goes back or is resized."""

    kind: Literal["return"] = "return"
    order_number: str = Field(max_length=64)
    email: str | None = Field(default=None, max_length=254)
    postal_code: str | None = Field(default=None, max_length=16)
    line_id: str | None = Field(default=None, max_length=64)
    return_kind: ReturnKind
    reason: str = Field(default="", max_length=1_000)
    new_size: str | None = Field(default=None, max_length=32)


class UpdatesSubmission(Payload):
    """Updates about one order, on or off."""

    kind: Literal["updates"] = "updates"
    order_number: str = Field(max_length=64)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=32)
    opt_out: bool = False
    origin_intent: str | None = Field(default=None, max_length=40)


class StylistSubmission(Payload):
    """How a human can reach the customer, and what about."""

    kind: Literal["stylist"] = "stylist"
    name: str = Field(min_length=1, max_length=120)
    email: str = Field(min_length=3, max_length=254)
    phone: str | None = Field(default=None, max_length=32)
    message: str = Field(default="", max_length=MAX_TEXT)
    order_number: str | None = Field(default=None, max_length=64)
    urgent: bool = False


class CsatSubmission(Payload):
    """A rating by word or number; `survey` says of whom. `intent` and `order_number` are what it is
    about, where that is not what the conversation, or the ticket, is about."""

    kind: Literal["csat"] = "csat"
    survey: Literal["concierge", "agent"] = "concierge"
    rating: str | StrictInt
    notes: str = Field(default="", max_length=2_000)
    ticket_id: str | None = Field(default=None, max_length=64)
    intent: Intent | None = None
    order_number: str | None = Field(default=None, max_length=64)


class ShortlistSubmission(Payload):
    """Pieces on or off the shortlist."""

    kind: Literal["shortlist"] = "shortlist"
    product_ids: list[str] = Field(default_factory=list, max_length=50)
    remove: bool = False


Submission = Annotated[
    TrackSubmission
    | ReturnSubmission
    | UpdatesSubmission
    | StylistSubmission
    | CsatSubmission
    | ShortlistSubmission,
    Field(discriminator="kind"),
]
"""A form that was filled in, instead of words that must be understood."""


class Turn(Payload):
    """One customer message. `request_id` repeats after a lost answer and is then not done twice."""

    session_id: str = Field(max_length=64)
    text: Annotated[str, BeforeValidator(readable)] = ""
    request_id: str = Field(min_length=1, max_length=100)
    form: Submission | None = None


class TurnResult(Embedded):
    """What the concierge answers; `trace` is for those who may see it.

    `left_to_human`: the human with the ticket answers. Once one has written there are no replies.
    """

    session_id: str
    request_id: str
    intent: Intent
    replies: list[Reply]
    turn_seq: int
    trace: TurnTrace | None = None
    left_to_human: bool = False
    repeated: bool = False

    def first(self, kind: type[R]) -> R | None:
        """The first reply of a kind."""
        replies: list[Any] = list(self.replies)
        return next((reply for reply in replies if isinstance(reply, kind)), None)

    @property
    def asked_for_identity(self) -> bool:
        """Whether nothing was done because no order was proven yet."""
        return any(isinstance(reply, TrackForm) for reply in self.replies)
