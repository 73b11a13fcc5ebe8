"""Finding pieces: search and gifts. Every card says why it is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from concierge.catalog.models import Product
from concierge.chat.asked import CHEAPEST, DEAREST, LAB_GROWN, MORE, NICKEL
from concierge.chat.awaiting import BUDGET, OUTLAST, WIDEN_OFFER
from concierge.chat.consent import asks
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.following import NO_LIMIT
from concierge.chat.handlers import pieces
from concierge.chat.handlers.cards import (
    CANDIDATES,
    CARDS,
    card,
    chips,
    saved_pieces,
    size_name,
    varied,
    what,
)
from concierge.chat.handlers.comparing import side_by_side
from concierge.chat.wishes import FILTERS, SIZED, Wish, looser, wish_of
from concierge.core.formatting import currency_name, listed, short_money
from concierge.detection.models import Intent, RingSize
from concierge.events.catalog import EventName
from concierge.replies.models import ProductGrid, Reply, Text

PROPOSAL = "proposal"
MOST_READ = 100
"""So many descriptions are read for a word that no list of the shop keeps."""
GONE = re.compile(
    r"\b(?:sold[- ]?out|out of stock|not in stock|unavailable|discontinued"
    r"|no longer (?:made|sold|available|in stock))\b",
    re.I,
)
"""What cannot be had is asked for; only what can is shown, and that is said."""


def search(ctx: TurnContext) -> Outcome:
    """A grid of pieces that are ready to ship; when nothing fits, the nearest and what gave way.

    A question about one piece, or about the cart, is answered instead of searched for.
    """
    if ctx.continued and ctx.session.state.awaiting == WIDEN_OFFER:
        return _widened(ctx)
    about = side_by_side(ctx) or pieces.about(ctx) or pieces.cart(ctx)
    if about is not None:
        return about
    wish = wish_of(ctx)
    seen = ctx.session.state.shown_product_ids if MORE.match(ctx.text) else []
    if CHEAPEST.search(ctx.text) or DEAREST.search(ctx.text):
        return _by_price(ctx, wish)
    found = ctx.rooms.catalog.search(wish.query(CANDIDATES, seen))
    gone = [ctx.say("products_only_ready")] if GONE.search(ctx.text) else []
    gone += [ctx.say("products_nickel")] if NICKEL.search(ctx.text) else []
    if LAB_GROWN.search(ctx.text) and (grown := _lab_grown(ctx, wish)) is not None:
        return grown
    if found.items:
        wish, noted = _in_shop_money(ctx, wish, found.items)
        key = "products_found_one" if found.total == 1 else "products_found"
        items = varied(found.items, wish)
        said = ctx.say(key, count=found.total, what=what(ctx, wish))
        if seen:
            key = "products_more_one" if len(items) == 1 else "products_more"
            said = ctx.say(key, count=len(items))
        return _grid(ctx, wish, items, [*noted, *gone, said], total=found.total)
    if seen:
        return Outcome(
            [ctx.say("products_no_more"), ctx.buttons("yes", "earrings", "human")],
            awaiting=WIDEN_OFFER,
            pending=Intent.PRODUCT_SEARCH,
        )
    return _nothing_fits(ctx, wish)


def in_own_size(ctx: TurnContext, size: RingSize, said: list[Reply]) -> Outcome:
    """Rings in the size that was told just now; what is asked next goes on from them."""
    wish = wish_of(ctx).but(category=SIZED, size=size)
    found = ctx.rooms.catalog.search(wish.query(CANDIDATES))
    if found.items:
        wish, _ = _in_shop_money(ctx, wish, found.items)
        key = "products_found_one" if found.total == 1 else "products_found"
        told = ctx.say(key, count=found.total, what=what(ctx, wish))
        outcome = _grid(ctx, wish, varied(found.items, wish), [*said, told], total=found.total)
    else:
        outcome = _nothing_fits(ctx, wish)
        outcome.replies[:0] = said
    outcome.intent = Intent.PRODUCT_SEARCH
    return outcome


def _in_shop_money(
    ctx: TurnContext, wish: Wish, found: Sequence[Product]
) -> tuple[Wish, list[Reply]]:
    """The same in the money of the pieces found, or of any where none were; it is said where
    another one was named."""
    if wish.currency is None:
        return wish, []
    some = found or ctx.rooms.catalog.nearest(Wish().query(1), 1)
    if not some or some[0].currency == wish.currency:
        return wish, []
    currency = some[0].currency
    priced = wish.but(currency=currency)
    told = ctx.detection.slots.currency is not None and wish.priced
    name = currency_name(currency)
    return priced, [ctx.say("products_currency", currency=name)] if told else []


def _by_price(ctx: TurnContext, wish: Wish) -> Outcome:
    """The cheapest, or the dearest, of what is looked for: in that order, and no others between."""
    dearest = DEAREST.search(ctx.text) is not None
    query = wish.query(CARDS).model_copy(update={"dearest_first": dearest})
    found = ctx.rooms.catalog.search(query)
    if not found.items:
        return _nothing_fits(ctx, wish)
    wish, noted = _in_shop_money(ctx, wish, found.items)
    best = found.items[0]
    key = "products_dearest" if dearest else "products_cheapest"
    price = short_money(best.price_cents, best.currency)
    said = ctx.say(key, item=best.name, price=price)
    outcome = _grid(ctx, wish, found.items, [*noted, said], total=found.total)
    outcome.fields["state.aboutProductId"] = best.id  # "do you have it in gold"
    return outcome


def _lab_grown(ctx: TurnContext, wish: Wish) -> Outcome | None:
    """Pieces whose own words say so; no list tells it of the others."""
    found = ctx.rooms.catalog.search(wish.query(MOST_READ))
    items = varied([one for one in found.items if LAB_GROWN.search(one.description)], wish)
    if not items:
        return None
    outcome = _grid(ctx, wish, items, [ctx.say("products_lab_grown")], total=len(items))
    outcome.replies.append(ctx.buttons("human"))
    return outcome


def gift(ctx: TurnContext) -> Outcome:
    """The gift answer, and pieces that need no size within the budget."""
    if ctx.session.state.shown_product_ids and MORE.match(ctx.text):
        return search(ctx)
    article = ctx.rooms.answers.article(Intent.GIFT)
    told = ctx.rooms.answers.first(Intent.GIFT, ctx.text) if asks(ctx.text) else None
    if told is not None:  # of the wrapping, a note, a card: no search
        return Outcome([Text(text=told), article, ctx.rooms.answers.quick_replies(Intent.GIFT)])
    wish = wish_of(ctx)
    asked = any(getattr(ctx.detection.slots, name) for name in (*FILTERS, "recipient", "occasion"))
    answered = ctx.session.state.awaiting == BUDGET or NO_LIMIT.search(ctx.text)
    if not asked and not wish.priced and not answered:
        options = ctx.rooms.answers.quick_replies(Intent.GIFT)
        outcome = Outcome([article, ctx.say("gift_ask_budget"), options])
        if ctx.session.state.awaiting not in OUTLAST:
            outcome.awaiting, outcome.pending = BUDGET, Intent.GIFT
        return outcome
    if ctx.detection.slots.occasion == PROPOSAL and wish.category in {None, SIZED}:
        return _proposal(ctx, wish.but(category=SIZED))
    found = ctx.rooms.catalog.search(wish.query(CANDIDATES))
    items: Sequence[Product] = found.items
    if wish.category is None:
        items = [piece for piece in items if piece.category != "ring"] or items
    if not items:
        return _nothing_fits(ctx, wish)
    wish, noted = _in_shop_money(ctx, wish, items)
    items = varied(items, wish)
    low, high = wish.budget_min_cents, wish.budget_max_cents
    if low and high:
        said = ctx.say("gift_intro_between", below=short_money(low), above=short_money(high))
    elif high:
        said = ctx.say("gift_intro_budget", budget=short_money(high))
    elif wish.category == SIZED:
        days = ctx.rooms.policies.returns.resize_window_days
        said = ctx.say("gift_intro_rings", resize_days=days)
    else:
        said = ctx.say("gift_intro")
    return _grid(ctx, wish, items, [*noted, said], total=len(items))


def _proposal(ctx: TurnContext, wish: Wish) -> Outcome:
    """Engagement rings; any rings, where none are marked as such."""
    query = wish.query(CANDIDATES)
    found = ctx.rooms.catalog.search(query.model_copy(update={"tags": ("engagement",)}))
    items = found.items or ctx.rooms.catalog.search(query).items
    if not items:
        return _nothing_fits(ctx, wish)
    wish, noted = _in_shop_money(ctx, wish, items)
    days = ctx.rooms.policies.returns.resize_window_days
    said = ctx.say("proposal_intro", resize_days=days)
    items_shown = varied(items, wish)
    return _grid(ctx, wish, items_shown, [*noted, said], total=len(items_shown))


def _widened(ctx: TurnContext) -> Outcome:
    """What is left of the same kind, then of any kind, when all that fitted was seen."""
    wish, seen = wish_of(ctx), ctx.session.state.shown_product_ids
    for wider in (Wish(category=wish.category, currency=wish.currency), Wish()):
        found = ctx.rooms.catalog.search(wider.query(CANDIDATES, seen))
        if found.items:
            items = varied(found.items, wider)
            said = ctx.say("products_widened", what=what(ctx, wider))
            return _grid(ctx, wider, items, [said], total=found.total)
    return Outcome([ctx.say("products_all_seen"), ctx.buttons("human", "custom")])


def _nothing_fits(ctx: TurnContext, wish: Wish) -> Outcome:
    """What comes nearest, and what gave way for it."""
    wish, noted = _in_shop_money(ctx, wish, ())
    outcome = _loosened(ctx, wish)
    outcome.replies[:0] = noted
    return outcome


def _loosened(ctx: TurnContext, wish: Wish) -> Outcome:
    """Lets one filter go at a time, the budget after the others, then several; says which, and
    never shows what cannot be had."""
    said = what(ctx, wish)
    ways = [(wider, _relaxed(ctx, wish, names), len(names)) for wider, names in looser(wish)]
    for wider, relaxed in ((way[0], way[1]) for way in ways if way[2] == 1):
        if (outcome := _as_relaxed(ctx, wish, wider, said, relaxed)) is not None:
            return outcome
    if wish.priced and (nearest := ctx.rooms.catalog.nearest(wish.query(4), 4)):
        return _nearest_prices(ctx, wish, nearest, said, None)
    for wider, relaxed in ((way[0], way[1]) for way in ways if way[2] > 1):
        if (outcome := _as_relaxed(ctx, wish, wider, said, relaxed)) is not None:
            return outcome
    for wider, relaxed, _ in ways if wish.priced else ():
        if nearest := ctx.rooms.catalog.nearest(wider.query(4), 4):
            return _nearest_prices(ctx, wish, nearest, said, relaxed)
    return Outcome(
        [ctx.say("nothing_fits", what=said), ctx.buttons("rings", "earrings", "human")],
        query=wish.traced(),
        fields=wish.fields(),
    )


def _as_relaxed(
    ctx: TurnContext, wish: Wish, wider: Wish, said: str, relaxed: str
) -> Outcome | None:
    found = ctx.rooms.catalog.search(wider.query(CANDIDATES))
    if not found.items:
        return None
    words = ctx.say("products_relaxed", what=said, relaxed=relaxed)
    items = varied(found.items, wish)
    return _grid(ctx, wish, items, [words], relaxed=relaxed, total=found.total)


def _relaxed(ctx: TurnContext, wish: Wish, names: Sequence[str]) -> str:
    """How it is said that these filters were let go."""
    say = ctx.rooms.texts.say
    values = {name: getattr(wish, name) for name in names}
    if "size" in values and wish.sized:
        values["size"] = size_name(wish.sized)
    return listed([say(f"relaxed_{name}", **{name: value}) for name, value in values.items()])


def _nearest_prices(
    ctx: TurnContext, wish: Wish, nearest: Sequence[Product], said: str, also: str | None
) -> Outcome:
    say = ctx.rooms.texts.say
    prices = sorted({piece.price_cents for piece in nearest})
    currency = nearest[0].currency
    budget = short_money(wish.budget_max_cents or wish.budget_min_cents or 0, currency)
    relaxed = listed([*filter(None, (also, say("relaxed_budget", budget=budget)))])
    words = ctx.say("products_relaxed", what=said, relaxed=relaxed)
    price = " – ".join(short_money(p, currency) for p in dict.fromkeys((prices[0], prices[-1])))
    outcome = _grid(
        ctx,
        wish,
        nearest,
        [words, ctx.say("products_nearest_price", price=price)],
        relaxed=relaxed,
        total=len(nearest),
    )
    outcome.replies.append(ctx.buttons("financing", "human"))
    return outcome


def _grid(
    ctx: TurnContext,
    wish: Wish,
    items: Sequence[Product],
    before: list[Reply],
    *,
    relaxed: str | None = None,
    total: int,
) -> Outcome:
    saved = saved_pieces(ctx)
    cards = [card(ctx, piece, wish, saved) for piece in items]
    grid = ProductGrid(
        title=what(ctx, wish),
        cards=cards,
        filters=chips(ctx, wish),
        relaxed=relaxed,
        total=total,
        catalogue_url=ctx.rooms.policies.catalogue_url,
    )
    replies: list[Reply] = [*before, grid]
    if total > len(cards):
        replies.append(ctx.buttons("more", "human"))
    shown = [piece.id for piece in items]
    earlier = ctx.session.state.shown_product_ids if MORE.match(ctx.text) else []
    category = wish.category or items[0].category
    outcome = Outcome(
        replies,
        shown=[*earlier, *shown][-50:],
        marks={"shown"},
        query=wish.traced(),
        fields={
            **wish.fields(),
            "state.aboutProductId": None,
            **({} if ctx.session.category else {"category": category}),
        },
    )
    return outcome.note(EventName.PRODUCTS_SHOWN)
