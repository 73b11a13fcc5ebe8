"""Scenarios as files write them and as they are kept; and which stage is taken by which run."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from concierge.chat.models import MAX_TEXT, Submission
from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.schema import CollectionSpec, Index
from concierge.customers.models import Email, Tier
from concierge.detection.models import Intent, Slots
from concierge.orders.models import OrderStatus
from concierge.rehearsal.moments import Ago, DeviceClock, Span, Zone
from concierge.tickets.models import Priority

NAME = r"^[a-z0-9]+(_[a-z0-9]+)*$"
MOST_STEPS = 200


class _Part(BaseModel):
    """A part of a scenario file; an unknown word in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


def _listed(value: object) -> object:
    """One thing may stand where several may."""
    return [value] if isinstance(value, str) else value


ReplyKind = Literal[
    "text",
    "quick_replies",
    "product_grid",
    "track_form",
    "order_timeline",
    "order_list",
    "return_form",
    "return_confirmed",
    "updates_form",
    "stylist_form",
    "ticket_opened",
    "csat_prompt",
    "article",
    "shortlist",
]
Kinds = Annotated[list[ReplyKind], BeforeValidator(_listed)]
Words = Annotated[list[str], BeforeValidator(_listed)]


class Line(_Part):
    """A line of an order; name and price are the catalogue's unless they are given."""

    piece: str
    name: str | None = None
    price_cents: int | None = Field(default=None, ge=0)
    quantity: int = Field(default=1, ge=1)
    custom: bool = False
    engraved: bool = False


class OrderSetting(_Part):
    """An order of the customer. What is not said follows from the status; days are calendar days
    of 24 hours before the run begins."""

    number: str = Field(max_length=64)
    status: OrderStatus = OrderStatus.DELIVERED
    placed: Ago | None = None
    shipped: Ago | None = None
    delivered: Ago | None = None
    postal_code: str = "10001"
    payment: str = "paid"
    lines: list[Line] = Field(default=[Line(piece="halo-ring")], min_length=1)


class CustomerSetting(_Part):
    """Who writes. The concierge knows the name and the tier only once an order is proven."""

    name: str = "Ada Example"
    email: Email = "ada@example.com"
    tier: Tier = Tier.NEW
    orders: list[OrderSetting] = []


class Expectation(_Part):
    """What must be true after a step. What is not named may be anything.

    `says` and `never` are words of the answer, in any case of letters; `sentences` are keys of
    data/texts/chat.yaml, whatever stands in their placeholders. `slots` maps a slot to its value
    or to `none`; `order` is the proven order or `none`; `updates` are the channels switched on.
    """

    intent: Intent | None = None
    kinds: Kinds | None = None
    shows: Kinds = []
    hides: Kinds = []
    says: Words = []
    never: Words = []
    sentences: Words = []
    offers: Words = []
    slots: dict[str, str] = {}
    awaiting: str | None = None
    order: str | None = None
    status: dict[str, OrderStatus] = {}
    rma: bool | None = None
    ticket: Literal["none", "open", "resolved"] | None = None
    priority: Priority | None = None
    updates: Annotated[list[Literal["email", "sms"]], BeforeValidator(_listed)] | None = None
    shortlist: Words | None = None
    new_session: bool | None = None

    @model_validator(mode="after")
    def _known_slots(self) -> Self:
        if unknown := sorted(set(self.slots) - set(Slots.model_fields)):
            raise ValueError(f"there is no slot `{unknown[0]}`")
        return self

    @property
    def asks(self) -> int:
        """How many things are looked at."""
        return len(self.model_dump(exclude_defaults=True))


class ShopSays(_Part):
    """A notice of the shop: an order is now this far."""

    order: str
    status: OrderStatus


class Step(_Part):
    """One thing that happens; exactly one of the words of `ACTIONS`.

    `say` is typed (`repeat` times over); `{ticket}` and `{rma}`, in it, in a form or in what is
    expected, stand for the newest of the run before this step. `agent` replies to the open ticket
    with `text`, or resolves it.
    """

    say: str | None = None
    repeat: int = Field(default=1, ge=1, le=MAX_TEXT)
    form: Submission | None = None
    move_clock: Span | None = None
    agent: Literal["reply", "resolve"] | None = None
    text: str | None = None
    shop: ShopSays | None = None
    expect: Expectation | None = None

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = [name for name in ACTIONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a step is exactly one of {', '.join(ACTIONS)}")
        if (self.agent == "reply") != (self.text is not None):
            raise ValueError("`text` is what an agent replies, and nothing else has one")
        if self.move_clock is not None and self.move_clock.total_seconds() < 0:
            raise ValueError("`move_clock` goes forward only")
        return self


ACTIONS = ("say", "form", "move_clock", "agent", "shop")


class Scenario(_Part):
    """A customer, where they come from, what happens, and what must come of it.

    `clock` is the device's own time at the beginning; without it the run begins now. `others` are
    further customers, whose orders nobody must see.
    """

    name: str = Field(pattern=NAME, max_length=80)
    title: str = Field(min_length=1, max_length=160)
    about: str = Field(default="", max_length=1_000)
    clock: DeviceClock | None = None
    timezone: Zone = "America/New_York"
    customer: CustomerSetting = CustomerSetting()
    others: list[CustomerSetting] = []
    page: str | None = Field(default=None, max_length=500)
    product: str | None = Field(default=None, max_length=200)
    cart: list[str] = Field(default=[], max_length=50)
    steps: list[Step] = Field(default=[], max_length=MOST_STEPS)

    @model_validator(mode="after")
    def _numbers_once(self) -> Self:
        people = [self.customer, *self.others]
        numbers = [order.number for person in people for order in person.orders]
        emails = [person.email for person in people]
        for what, values in (("order number", numbers), ("e-mail address", emails)):
            if twice := sorted({value for value in values if values.count(value) > 1}):
                raise ValueError(f"the {what} {twice[0]} stands here twice")
        return self


class SavedScenario(Document):
    """A version of a scenario that somebody saved; `source` is its file, word for word."""

    name: str
    version: int = Field(ge=1)
    title: str
    source: str
    saved_by: str
    saved_at: UtcDatetime


class Outcome(Embedded):
    """How one scenario came out; `version` is None for one that ships, `difference` for a good
    end."""

    name: str
    title: str
    version: int | None = None
    looked: int
    difference: str | None = None


class Replay(Document):
    """The newest replay of all scenarios by one version of the rules, whose number is the id.

    `known` is how many scenarios there were; those that were not reached are not in `outcomes`.
    """

    known: int
    outcomes: list[Outcome]
    played_by: str
    played_at: UtcDatetime

    @property
    def failing(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.difference is not None]


class StageClaim(Document):
    """A stage that a run has to itself until `until`; the id is the stage's number."""

    run: str
    taken_by: str
    until: UtcDatetime


SCENARIOS = CollectionSpec(
    name="scenarios",
    model=SavedScenario,
    indexes=(Index((("name", 1), ("version", -1)), "name_version", unique=True),),
)
REHEARSAL_STAGES = CollectionSpec(
    name="rehearsalStages",
    model=StageClaim,
    indexes=(Index((("until", 1),), "until"),),
)
REPLAYS = CollectionSpec(name="replays", model=Replay)
COLLECTIONS = [SCENARIOS, REHEARSAL_STAGES, REPLAYS]
