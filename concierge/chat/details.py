"""A piece opened by a customer: all that the shop says of it, and what may come next. Pure."""

from __future__ import annotations

from concierge.catalog.models import Product
from concierge.chat.context import Rooms
from concierge.chat.wishes import us_name
from concierge.core.documents import Embedded
from concierge.core.texts import Texts
from concierge.replies.models import ProductCard, ProductGrid, QuickReply, ShortlistView
from concierge.sessions.models import WidgetSession

RINGS = "ring"


class SizeOffered(Embedded):
    """One size or form of the piece, and whether it can leave today."""

    option: str
    ready: bool
    price_cents: int


class PieceDetails(Embedded):
    """What the dialog of a piece shows. `why` says why it was shown in this conversation, `url` is
    the piece's page in the shop, `actions` are words the customer may say next."""

    product_id: str
    name: str
    description: str
    category: str
    price_cents: int
    currency: str
    metal: str | None = None
    gemstones: list[str] = []
    images: list[str] = []
    ready_to_ship: bool
    sizes: list[SizeOffered] = []
    why: list[str] = []
    saved: bool = False
    url: str | None = None
    size_known: str | None = None
    actions: list[QuickReply] = []


def details_of(
    piece: Product, session: WidgetSession, rooms: Rooms, *, saved: bool
) -> PieceDetails:
    """The piece as this conversation's customer sees it."""
    pattern = rooms.policies.product_url
    return PieceDetails(
        product_id=piece.id,
        name=piece.name,
        description=piece.description,
        category=piece.category,
        price_cents=piece.price_cents,
        currency=piece.currency,
        metal=piece.metal,
        gemstones=list(piece.gemstones),
        images=list(piece.images),
        ready_to_ship=piece.ready_to_ship,
        sizes=[
            SizeOffered(option=one.option, ready=one.ready, price_cents=one.price_cents)
            for one in piece.variants
        ]
        if len(piece.variants) > 1
        else [],
        why=why_shown(session, piece.id),
        saved=saved,
        url=pattern.format(handle=piece.handle) if pattern else None,
        size_known=_size_known(piece, session),
        actions=actions_for(piece, session, rooms.texts),
    )


def _size_known(piece: Product, session: WidgetSession) -> str | None:
    """The customer's size as a ring has it."""
    known = session.slots.ring_size if piece.category == RINGS else None
    return us_name(known) if known else None


def why_shown(session: WidgetSession, product_id: str) -> list[str]:
    """The reasons on the newest card of the piece in this conversation."""
    for entry in reversed(session.transcript):
        for reply in reversed(entry.replies):
            cards: list[ProductCard] = (
                reply.cards if isinstance(reply, ProductGrid | ShortlistView) else []
            )
            if (card := next((c for c in cards if c.product_id == product_id), None)) is not None:
                return list(card.why)
    return []


def actions_for(piece: Product, session: WidgetSession, texts: Texts) -> list[QuickReply]:
    """The next best actions: its size, others like it, a human."""
    name = piece.name
    actions: list[QuickReply] = []
    if piece.category == RINGS and len(piece.variants) > 1 and piece.ready_to_ship:
        if size := _size_known(piece, session):
            asks = texts.say("say_stock", item=name, size=size)
            actions.append(QuickReply(label=texts.say("label_stock"), text=asks))
        else:
            actions.append(QuickReply(label=texts.say("label_size"), text=texts.say("say_size")))
    key = f"category_{piece.category}"
    kind = texts.say(key) if key in texts else texts.say("category_any")
    what = texts.say("what_metal", what=kind, metal=piece.metal) if piece.metal else kind
    similar = texts.say("say_similar", what=what)
    actions.append(QuickReply(label=texts.say("label_similar"), text=similar))
    stylist = texts.say("say_stylist_about", item=name)
    actions.append(QuickReply(label=texts.say("label_stylist_about"), text=stylist))
    return actions
