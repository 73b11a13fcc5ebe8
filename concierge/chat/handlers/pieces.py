"""One piece: what it is, whether it is there in a size, why it was shown; and the cart."""

from __future__ import annotations

from collections.abc import Sequence

from concierge.catalog.models import Product
from concierge.chat.asked import (
    CART,
    CHEAPER,
    DEARER,
    LIKE,
    MORE,
    MY_SIZE,
    NICKEL,
    SIMILAR,
    Asked,
    also_of_piece,
    asked_of_piece,
    goes_on,
    points_at_piece,
    points_here,
    size_gone_on,
)
from concierge.chat.awaiting import OUTLAST, PIECE
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.details import actions_for, why_shown
from concierge.chat.following import BACK_AGAIN
from concierge.chat.handlers.cards import (
    CANDIDATES,
    card,
    in_size,
    saved_pieces,
    size_name,
    varied,
    what,
)
from concierge.chat.handlers.hours import offered
from concierge.chat.wishes import SIZED, Wish
from concierge.core.formatting import listed, short_money
from concierge.detection.models import Intent, RingSize
from concierge.detection.sizes import find_size
from concierge.detection.text import clean
from concierge.events.catalog import EventName
from concierge.replies.models import ProductGrid, QuickReplies, Reply
from concierge.sessions.models import Author, TranscriptEntry

RELATED = 4


def about(ctx: TurnContext, *, among: Sequence[str] | None = None) -> Outcome | None:
    """The answer to a question about one piece; None when the message asks none.

    `among` are the pieces a place ("the second one") is counted in, if not those last shown.
    """
    slots = ctx.detection.slots
    earlier = _asked_before(ctx)
    own = also_of_piece(ctx.text, slots) or asked_of_piece(ctx.text)
    asked = own or (asked_of_piece(earlier.text) if earlier else None)
    if ctx.detection.layer == "command":
        return None
    if (sold_out := _sold_out(ctx)) is not None:
        return sold_out
    shown = list(ctx.session.state.shown_product_ids if among is None else among)
    if asked is None and slots.choice is None:
        return by_name(ctx)
    piece = _meant(ctx, shown, asked)
    if piece is None:
        named = own is None and slots.choice is None
        return by_name(ctx) if named else _unclear(ctx, asked, shown)
    match asked:
        case Asked.STOCK:
            return _stock(ctx, piece)
        case Asked.MATERIAL:
            return _material(ctx, piece)
        case Asked.SKIN:
            return _on_the_skin(ctx, piece)
        case Asked.PRICE:
            price = short_money(piece.price_cents, piece.currency)
            key = "product_price" if piece.price_cents else "product_no_price"
            return told_of(ctx, piece, [ctx.say(key, item=piece.name, price=price)])
        case Asked.WHY:
            return _why(ctx, piece)
        case Asked.BUY if piece.ready_to_ship:
            return _to_buy(ctx, piece)
        case Asked.BUY:
            return _stock(ctx, piece)
        case _:
            return _described(ctx, piece)


def _sold_out(ctx: TurnContext) -> Outcome | None:
    """Of a piece that was just said to be sold out: when it is back, and what is like it."""
    state, slots = ctx.session.state, ctx.detection.slots
    spoken_of = _public(ctx, state.about_product_id) if state.about_product_id else None
    if spoken_of is None or spoken_of.ready_to_ship or slots.category or slots.choice is not None:
        return None
    if BACK_AGAIN.search(ctx.text):
        return offered(ctx, [ctx.say("product_back_when", item=spoken_of.name)])
    if MORE.match(ctx.text) or SIMILAR.search(ctx.text):
        return _instead(ctx, spoken_of, "product_nearest_to", None)
    return None


def _asked_before(ctx: TurnContext) -> TranscriptEntry | None:
    """The question that could not be answered, as which piece it was about was asked back."""
    if ctx.session.state.awaiting != PIECE:
        return None
    said = (one for one in reversed(ctx.session.transcript) if one.author is Author.CUSTOMER)
    return next(said, None)


def _unclear(ctx: TurnContext, asked: Asked | None, shown: Sequence[str]) -> Outcome | None:
    """Which piece is meant is asked; None when the words are those of a search."""
    slots = ctx.detection.slots
    wishes = (slots.category, slots.metal, slots.stone, slots.ring_size, slots.budget_max_cents)
    if asked is None:
        return None
    if not points_at_piece(ctx.text, slots):
        told = asked is Asked.BUY and not any(wishes)
        return ask_which(ctx, "how_to_order") if told else None
    if shown:
        return _asked_back(ctx, [ctx.say("choice_unclear")])
    if asked is Asked.BUY:
        return ask_which(ctx, "how_to_order")
    if slots.choice is None and (any(wishes) or asked is Asked.STOCK):
        return None
    return ask_which(ctx, "choice_none")


def ask_which(ctx: TurnContext, key: str) -> Outcome:
    """Asks for the piece where none was shown."""
    return _asked_back(ctx, [ctx.say(key), ctx.buttons("rings", "earrings", "human")])


def _asked_back(ctx: TurnContext, replies: list[Reply]) -> Outcome:
    """The piece is waited for, unless what was asked before still is."""
    if ctx.session.state.awaiting in OUTLAST:
        return Outcome(replies)
    return Outcome(replies, awaiting=PIECE, pending=Intent.PRODUCT_SEARCH)


def by_name(ctx: TurnContext) -> Outcome | None:
    """A piece that is only named is looked at; beside "like" or "than" others are asked for."""
    if LIKE.search(ctx.text) or CHEAPER.search(ctx.text) or DEARER.search(ctx.text):
        return None
    named = ctx.rooms.catalog.named_whole_in(ctx.text)
    if len(named) != 1:
        return None
    (piece,) = named
    slots = ctx.detection.slots
    asks_stock = asked_of_piece(ctx.text) is Asked.STOCK
    if slots.ring_size is not None or asks_stock or not piece.ready_to_ship:
        return _stock(ctx, piece)
    if asked_of_piece(ctx.text) is Asked.SKIN:
        return _on_the_skin(ctx, piece)
    if slots.metal is not None and slots.metal not in (piece.metal or ""):
        return _material(ctx, piece)
    return _described(ctx, piece)


def _described(ctx: TurnContext, piece: Product) -> Outcome:
    said: list[Reply] = [ctx.say("product_about", item=piece.name, what=piece.description)]
    if not piece.description:
        said = [_made_of(ctx, piece)]
    told = told_of(ctx, piece, said)
    return told.note(EventName.PRODUCT_VIEWED, product_id=piece.id)


def cart(ctx: TurnContext) -> Outcome | None:
    """What the shop's page says is in the cart, and whether it can leave today."""
    ids = ctx.session.context.cart
    if not ids or not CART.search(ctx.text):
        return None
    known = ctx.rooms.catalog.get_many(ids)
    held = [known[one] for one in dict.fromkeys(ids) if one in known]
    ready = [piece for piece in held if piece.ready_to_ship]
    if not held:
        return Outcome([ctx.say("cart_unknown"), ctx.buttons("human")])
    replies: list[Reply] = [ctx.say("cart_holds", item=listed([piece.name for piece in held]))]
    if gone := [piece.name for piece in held if not piece.ready_to_ship]:
        replies.append(ctx.say("cart_not_ready", item=listed(gone)))
    outcome = Outcome(replies)
    if ready:
        outcome = with_cards(ctx, outcome, ready, ctx.rooms.texts.say("cart_title"))
        outcome.shown = [piece.id for piece in ready]
    outcome.replies.append(ctx.buttons("shipping", "financing", "human"))
    return outcome


def _meant(ctx: TurnContext, shown: Sequence[str], asked: Asked | None) -> Product | None:
    """By its place, its name, or a word that stands for it: what was spoken of, the page's piece,
    the only one shown, the only one in the cart."""
    catalog, choice = ctx.rooms.catalog, ctx.detection.slots.choice
    if choice is not None:
        if choice == 0 or not -len(shown) <= choice <= len(shown):
            return None
        return _public(ctx, shown[choice - 1 if choice > 0 else choice])
    state, here = ctx.session.state, ctx.session.context
    named = catalog.named_in(ctx.text)
    if len(named) > 1 and ctx.detection.slots.ring_size is not None:
        named = [piece for piece in named if piece.category == SIZED]
    if len(named) > 1:
        near = {*shown, *ctx.session.shown_items, here.product_id, *here.cart}
        named = [piece for piece in named if piece.id in near]
    if len(named) == 1:
        return named[0]
    # "How do I order", "and the price", "and in 7" need no word for what was just spoken of.
    brief = asked is Asked.BUY or goes_on(ctx.text)
    goes = brief and asked is not None and ctx.detection.slots.category is None
    if not goes and not points_at_piece(ctx.text, ctx.detection.slots):
        return None
    spoken_of = state.about_product_id
    if here.product_id and not shown and (spoken_of is None or points_here(ctx.text)):
        spoken_of = here.product_id
    only = [ids[0] for ids in (shown, here.cart) if len(ids) == 1]
    wanted = spoken_of or (only[0] if only else None)
    return _public(ctx, wanted) if wanted else None


def _public(ctx: TurnContext, product_id: str) -> Product | None:
    piece = ctx.rooms.catalog.get_many([product_id]).get(product_id)
    return piece if piece is not None and piece.published else None


def _stock(ctx: TurnContext, piece: Product) -> Outcome:
    """Whether it is there, in the size that was named or is known; else what comes nearest."""
    price = short_money(piece.price_cents, piece.currency)
    sizes = [variant.option for variant in piece.variants if variant.ready]
    size = _size(ctx) if piece.category == SIZED else None
    if not piece.ready_to_ship:
        key = "product_made_to_order" if "made-to-order" in piece.tags else "product_sold_out"
        return _instead(ctx, piece, key, size)
    if size is not None:
        name = size_name(size)
        if in_size(piece, size):
            said = ctx.say("product_in_stock", item=piece.name, sizes=name, price=price)
            return told_of(ctx, piece, [said])
        said = ctx.say("product_not_in_size", item=piece.name, size=name, sizes=listed(sizes))
        return told_of(ctx, piece, [said])
    if len(piece.variants) > 1:
        said = ctx.say("product_in_stock", item=piece.name, sizes=listed(sizes), price=price)
    else:
        said = ctx.say("product_there", item=piece.name, price=price)
    return told_of(ctx, piece, [said])


def _size(ctx: TurnContext) -> RingSize | None:
    """The size that was named, or is known."""
    named = ctx.detection.slots.ring_size or size_gone_on(ctx.text)
    if named is not None:
        return named
    before = _asked_before(ctx)
    if before is not None:
        found = find_size(clean(before.text))
        return found.size if found else None
    return ctx.session.slots.ring_size if MY_SIZE.search(ctx.text) else None


def _to_buy(ctx: TurnContext, piece: Product) -> Outcome:
    """Where it is bought: on its page in the shop, or with a human's help where that is unknown."""
    size = _size(ctx) if piece.category == SIZED else None
    if size is not None and not in_size(piece, size):
        return _stock(ctx, piece)
    pattern = ctx.rooms.policies.product_url
    price = short_money(piece.price_cents, piece.currency)
    item = f"{piece.name} ({size_name(size)})" if size else piece.name
    said = ctx.say("product_buy" if pattern else "product_buy_human", item=item, price=price)
    told = told_of(ctx, piece, [said])
    return told.note(EventName.PRODUCT_VIEWED, product_id=piece.id)


def _material(ctx: TurnContext, piece: Product) -> Outcome:
    """What it is made of; where another metal was named, what there is in that."""
    metal = ctx.detection.slots.metal
    said: Reply = _made_of(ctx, piece)
    if metal is None or (piece.metal and metal in piece.metal):
        return told_of(ctx, piece, [said])
    if piece.metal:
        of = listed([piece.metal, *piece.gemstones])
        said = ctx.say("product_not_in_metal", item=piece.name, metal=metal, what=of)
    wish = Wish(category=piece.category, metal=metal)
    found = ctx.rooms.catalog.search(wish.query(CANDIDATES))
    if not found.items:
        return told_of(ctx, piece, [said, ctx.say("nothing_fits", what=what(ctx, wish))])
    also = ctx.say("product_other_metal", what=what(ctx, wish))
    outcome = Outcome([said, also], fields=wish.fields())
    return with_cards(ctx, outcome, varied(found.items, wish), what(ctx, wish), wish=wish)


def _on_the_skin(ctx: TurnContext, piece: Product) -> Outcome:
    """What it is made of is known; what its metal is mixed with is not, and that is said."""
    told = told_of(ctx, piece, [_made_of(ctx, piece)])
    if NICKEL.search(ctx.text) or ctx.detection.slots.metal is None:
        told.replies.insert(1, ctx.say("product_nickel", item=piece.name))
    return told


def _made_of(ctx: TurnContext, piece: Product) -> Reply:
    stones = listed(list(piece.gemstones))
    if not piece.metal:
        return ctx.say("product_unknown_metal", item=piece.name)
    key = "product_metal_and_stones" if stones else "product_real_metal"
    return ctx.say(key, item=piece.name, metal=piece.metal, stone=stones)


def _why(ctx: TurnContext, piece: Product) -> Outcome:
    reasons = _reasons(ctx, piece)
    if not reasons:
        return told_of(ctx, piece, [ctx.say("product_why_none", item=piece.name)], reasons)
    said = ctx.say("product_why", item=piece.name, what=listed(reasons))
    return told_of(ctx, piece, [said], reasons)


def _reasons(ctx: TurnContext, piece: Product) -> list[str]:
    """Why it was shown: read for itself, as a turn is read without what earlier answers held."""
    return why_shown(ctx.rooms.sessions.history(ctx.actor, ctx.session.id), piece.id)


def _instead(ctx: TurnContext, piece: Product, key: str, size: RingSize | None) -> Outcome:
    """Pieces of the same kind at about the same price; never the one that cannot be had."""
    said = ctx.say(key, item=piece.name)
    wish = Wish(
        category=piece.category,
        size=size,
        budget_min_cents=piece.price_cents // 2,
        budget_max_cents=piece.price_cents * 2,
    )
    found = ctx.rooms.catalog.search(wish.query(CANDIDATES, [piece.id]))
    near = sorted(found.items, key=lambda one: abs(one.price_cents - piece.price_cents))[:RELATED]
    outcome = Outcome([said], fields={"state.aboutProductId": piece.id})
    if near:
        outcome = with_cards(ctx, outcome, near, what(ctx, Wish(category=piece.category)))
        outcome.shown = [one.id for one in near]
    outcome.replies.append(ctx.buttons("human"))
    return outcome


def told_of(
    ctx: TurnContext, piece: Product, said: list[Reply], why: Sequence[str] | None = None
) -> Outcome:
    """The sentence, the card if it can be had, and what may come next; "it" is this piece now."""
    outcome = Outcome(said)
    if piece.ready_to_ship:
        reasons = _reasons(ctx, piece) if why is None else why
        outcome = with_cards(ctx, outcome, [piece], piece.name, why=reasons)
        # A place still counts in what was shown before; "it" is the piece.
        outcome.fields["state.shownProductIds"] = ctx.session.state.shown_product_ids
    outcome.fields["state.aboutProductId"] = piece.id
    actions = actions_for(piece, ctx.session, ctx.rooms.texts)
    outcome.replies.append(QuickReplies(options=actions))
    return outcome


def with_cards(
    ctx: TurnContext,
    outcome: Outcome,
    items: Sequence[Product],
    title: str,
    *,
    wish: Wish | None = None,
    why: Sequence[str] = (),
) -> Outcome:
    """With cards of these, counted as pieces shown."""
    saved = saved_pieces(ctx)
    cards = [card(ctx, piece, wish or Wish(), saved) for piece in items]
    if why and len(cards) == 1:
        cards[0].why = list(why)
    outcome.replies.append(ProductGrid(title=title, cards=cards, total=len(cards)))
    outcome.shown = [piece.id for piece in items]
    outcome.marks.add("shown")
    if wish is not None:
        outcome.query = wish.traced()
    if not ctx.session.category:
        outcome.fields["category"] = items[0].category
    return outcome.note(EventName.PRODUCTS_SHOWN)
