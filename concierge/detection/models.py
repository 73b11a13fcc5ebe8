"""The shapes of detection: what a message means, what it names, and why we think so."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from concierge.core.documents import Embedded


class Intent(StrEnum):
    """What a customer wants. Rollups and stored conversations rely on these names."""

    ORDER_TRACKING = "order_tracking"
    RETURNS = "returns"
    RESIZE = "resize"
    ORDER_CHANGE = "order_change"
    ORDER_UPDATES = "order_updates"
    SHIPPING_INFO = "shipping_info"
    CARE_REPAIR = "care_repair"
    FINANCING = "financing"
    SIZING = "sizing"
    GIFT = "gift"
    PRODUCT_SEARCH = "product_search"
    CUSTOM_DESIGN = "custom_design"
    STYLIST = "stylist"
    FEEDBACK = "feedback"
    SHORTLIST = "shortlist"
    GREETING = "greeting"
    THANKS_GOODBYE = "thanks_goodbye"
    UNMATCHED = "unmatched"


class RingSystem(StrEnum):
    """How a ring size was written."""

    US = "US"
    UK = "UK"
    EU = "EU"
    MM = "mm"


class RingSize(Embedded):
    """A ring size as written, and what it is in US sizes (nearest quarter)."""

    system: RingSystem
    value: str
    us: float


class Slots(Embedded):
    """What one message names. A field is None when the message does not name it.

    `budget_*_cents` are integer cents of `currency`, or of the shop's currency where that is None.
    `order_number` is `GG-12001` when the prefix was typed, else the digits as typed.
    `choice` is the place in what was last shown: 1 is the first, -1 the last.
    """

    order_number: str | None = None
    email: str | None = None
    postal_code: str | None = None
    phone: str | None = None
    budget_min_cents: int | None = None
    budget_max_cents: int | None = None
    currency: str | None = None
    category: str | None = None
    metal: str | None = None
    stone: str | None = None
    style: str | None = None
    ready_to_ship: bool | None = None
    ring_size: RingSize | None = None
    recipient: str | None = None
    occasion: str | None = None
    name: str | None = None
    choice: int | None = None
    channel: str | None = None
    opt_out: bool | None = None


class Candidate(Embedded):
    """One reading of a message.

    `score` is 0..1; `layer` is command, context, rule or meaning. `rule` names the rule, or is
    "nearest phrases" for a reading by meaning.
    """

    intent: Intent
    score: float = Field(ge=0, le=1)
    layer: str
    rule: str


class Blocked(Embedded):
    """A rule whose words were there and which did not count; `why` names the reason."""

    intent: Intent
    rule: str
    why: str


class Nearest(Embedded):
    """One of our own phrases that is close to a message; `score` is 0..1, 1 the same words."""

    intent: Intent
    text: str
    score: float = Field(ge=0, le=1)


class LayerTime(Embedded):
    """One layer that ran: how many readings it offered, and how long it took."""

    layer: str
    candidates: int
    elapsed_ms: float


class Trace(Embedded):
    """How the answer came about.

    `nearest` are phrases of our own files. `repaired` counts words that were read as another one.
    `chance` is how likely the likeliest intent was, and `needed` how likely it had to be; None
    where a rule or a command settled it. It holds no word of the message, so it may outlive the
    text.
    """

    layers: list[LayerTime] = Field(default_factory=list)
    blocked: list[Blocked] = Field(default_factory=list)
    nearest: list[Nearest] = Field(default_factory=list)
    chance: float | None = None
    needed: float | None = None
    repaired: int = 0
    words: int = 0
    cut: bool = False


class Detection(Embedded):
    """The reading of one message.

    `candidates` holds every intent that was considered, the winner first; for an unmatched message
    these are the near misses. `also` are further intents of the same message, in its order.
    `negated` says that something was asked not to be done. `elapsed_ms` is wall time.
    """

    intent: Intent
    confidence: float = Field(ge=0, le=1)
    layer: str
    rule: str | None = None
    slots: Slots = Field(default_factory=Slots)
    candidates: list[Candidate] = Field(default_factory=list)
    also: list[Intent] = Field(default_factory=list)
    negated: bool = False
    angry: bool = False
    urgent: bool = False
    elapsed_ms: float = 0.0
    trace: Trace = Field(default_factory=Trace)


class DetectionContext(Embedded):
    """What the conversation knows before this message.

    `awaiting` is what the concierge asked for last (`order_number`, `identity`, `csat`,
    `return_reason`, `ring_size`, `stylist_contact`, `order_updates`, ...); `page` is the path of
    the shop page the customer is on.
    """

    awaiting: str | None = None
    last_intent: Intent | None = None
    known: Slots | None = None
    page: str | None = None
