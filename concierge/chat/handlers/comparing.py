"""Pieces side by side: of what they are, for how much, and which costs less."""

from __future__ import annotations

import re
from collections.abc import Sequence

from concierge.catalog.models import Product
from concierge.chat.asked import (
    CHEAPER,
    COMPARES,
    DEARER,
    WHICH_CHEAPER,
    WHICH_DEARER,
    points_here,
)
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.handlers import pieces
from concierge.core.formatting import listed, short_money
from concierge.detection.ordinals import places_in
from concierge.replies.models import ProductGrid, Reply

HOW_MANY = re.compile(r"\b(?:first|last) (?:two|three|four|[234])\b", re.I)
"""Places of several, which are looked at side by side."""


def side_by_side(ctx: TurnContext, *, among: Sequence[str] | None = None) -> Outcome | None:
    """The pieces that are named, or whose places are, one against the other; of all that are shown
    the one that costs least or most, where that is asked. None where nothing is compared.

    `among` are the pieces a place is counted in, if not those last shown.
    """
    cheaper, dearer = WHICH_CHEAPER.search(ctx.text), WHICH_DEARER.search(ctx.text)
    which = bool(cheaper or dearer)
    compares = which or COMPARES.search(ctx.text) or (HOW_MANY.search(ctx.text) and among is None)
    if ctx.detection.layer == "command" or not compares:
        return None
    named = [piece.id for piece in ctx.rooms.catalog.each_named_in(ctx.text)]
    spoken_of = ctx.session.state.about_product_id
    if len(named) == 1 and spoken_of not in {None, *named} and points_here(ctx.text):
        named = [str(spoken_of), *named]
    if len(named) > 1:
        return _compared(ctx, named)
    slots = ctx.detection.slots
    if slots.choice is not None:
        shown = list(ctx.session.state.shown_product_ids if among is None else among)
        if not shown:
            return pieces.ask_which(ctx, "choice_none")
        places = places_in(ctx.text, len(shown))
        return _compared(ctx, [shown[at - 1] for at in places]) if len(places) > 1 else None
    if not which or named or slots.category:
        return None
    newest = on_screen(ctx)
    if len(newest) == 2:
        return _compared(ctx, newest)
    known = ctx.rooms.catalog.get_many(newest).values()
    priced = [piece for piece in known if piece.price_cents]
    if len(priced) < 2:
        return pieces.ask_which(ctx, "choice_none")
    priced.sort(key=lambda one: (one.price_cents, one.id))
    piece = priced[0 if cheaper else -1]
    price = short_money(piece.price_cents, piece.currency)
    key = "cheapest_shown" if cheaper else "dearest_shown"
    return pieces.told_of(ctx, piece, [ctx.say(key, item=piece.name, price=price)])


def on_screen(ctx: TurnContext) -> list[str]:
    """The pieces of the newest grid: read for itself, as a turn is read without what earlier
    answers held."""
    whole = ctx.rooms.sessions.history(ctx.actor, ctx.session.id)
    for entry in reversed(whole.transcript):
        for reply in entry.replies:
            if isinstance(reply, ProductGrid):
                return [shown.product_id for shown in reply.cards]
    return []


def _compared(ctx: TurnContext, product_ids: Sequence[str]) -> Outcome:
    known = ctx.rooms.catalog.get_many(product_ids)
    against = [known[one] for one in product_ids if one in known]
    said: list[Reply] = [
        ctx.say(
            "product_compared",
            item=piece.name,
            what=listed([*filter(None, [piece.metal]), *piece.gemstones]) or piece.category,
            price=short_money(piece.price_cents, piece.currency),
        )
        for piece in against
    ]
    if len(against) > 1 and (verdict := _by_cost(ctx, against)) is not None:
        said.append(verdict)
    title = listed([piece.name for piece in against])
    outcome = pieces.with_cards(ctx, Outcome(said), against, title)
    # A place still counts in what was shown before.
    outcome.fields["state.shownProductIds"] = ctx.session.state.shown_product_ids
    outcome.fields["state.aboutProductId"] = None
    return outcome


def _by_cost(ctx: TurnContext, against: Sequence[Product]) -> Reply | None:
    """Which costs less, or more, where that was asked."""
    less = CHEAPER.search(ctx.text) or WHICH_CHEAPER.search(ctx.text)
    more = DEARER.search(ctx.text) or WHICH_DEARER.search(ctx.text)
    if not (less or more):
        return None
    ordered = sorted(against, key=lambda one: one.price_cents)
    if ordered[0].price_cents == ordered[-1].price_cents:
        return ctx.say("compared_same")
    key = "compared_cheaper" if less else "compared_dearer"
    return ctx.say(key, item=ordered[0 if less else -1].name)
