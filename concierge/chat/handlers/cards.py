"""Pieces as they are shown: cards that say why, filters as words and as chips, a varied row."""

from __future__ import annotations

from collections.abc import Sequence

from concierge.catalog.classify import singular, style_forms
from concierge.catalog.models import Product
from concierge.chat.context import TurnContext
from concierge.chat.wishes import WITHOUT, Wish, nearest_half, us_name
from concierge.core.formatting import listed, short_money
from concierge.detection.models import RingSize
from concierge.replies.models import FilterChip, ProductCard

CARDS = 8
VARIED = 4
"""So many stand on a screen at once: these differ from each other, the others follow by price."""
CANDIDATES = 24


def card(ctx: TurnContext, piece: Product, wish: Wish, saved: set[str]) -> ProductCard:
    return ProductCard(
        product_id=piece.id,
        name=piece.name,
        price_cents=piece.price_cents,
        currency=piece.currency,
        category=piece.category,
        metal=piece.metal,
        gemstones=list(piece.gemstones),
        image=piece.images[0] if piece.images else None,
        ready_to_ship=piece.ready_to_ship,
        why=_why(ctx, piece, wish),
        saved=piece.id in saved,
    )


def saved_pieces(ctx: TurnContext) -> set[str]:
    """What is on the shortlist; a session that never saved anything has none to be read."""
    if ctx.session.first_at.saved is None:
        return set()
    return set(ctx.rooms.shortlists.get(ctx.actor, ctx.session.id).product_ids)


def in_size(piece: Product, size: RingSize) -> bool:
    """Whether the piece is there in this size today."""
    return any(one.ready and one.is_size(nearest_half(size)) for one in piece.variants)


def size_name(size: RingSize) -> str:
    """`US 6.5`, or as it was written with the size it is here: `EU 55 (US 7)`."""
    us, unit = us_name(size), size.system.value
    if unit == "US":
        return us
    return f"{size.value} mm ({us})" if unit == "mm" else f"{unit} {size.value} ({us})"


def varied(items: Sequence[Product], wish: Wish) -> list[Product]:
    """The first `VARIED` as different as they can be in kind, metal, stone and price, the cheapest
    among them; then the others. Both parts the cheapest first."""
    if len(items) <= VARIED:
        return list(items)
    chosen, rest = [items[0]], list(items[1:])
    while len(chosen) < VARIED:
        best = max(rest, key=lambda piece: (_news(piece, chosen, wish), piece.featured_in_widget))
        chosen.append(best)
        rest.remove(best)
    chosen.sort(key=lambda piece: (piece.price_cents, piece.id))
    return [*chosen, *rest][:CARDS]


def plural(ctx: TurnContext, category: str | None) -> str:
    texts = ctx.rooms.texts
    key = f"category_{category}" if category else "category_any"
    return texts.say(key) if key in texts else f"{category}s"


def style_name(style: str) -> str:
    """As it stands before a kind: `stud` earrings, `vintage halo` rings."""
    return " ".join(singular(word) for word in style.split())


def what(ctx: TurnContext, wish: Wish) -> str:
    """`rings in gold under $300`."""
    say = ctx.rooms.texts.say
    said = plural(ctx, wish.category)
    if wish.styles:
        styles = listed([style_name(style) for style in wish.styles], "or")
        said = say("what_style", what=said, style=styles)
    if wish.metal:
        said = say("what_metal", what=said, metal=wish.metal)
    if wish.stone:
        said = say("what_stone", what=said, stone=wish.stone)
    if wish.sized:
        said = say("what_size", what=said, size=us_name(wish.sized))
    if wish.without:
        left_out = [plural(ctx, word) for word in wish.without_categories]
        left_out += [*wish.without_metals, *wish.without_stones, *wish.without_words]
        said = say("what_without", what=said, item=listed(left_out, "or"))
    low, high = wish.budget_min_cents, wish.budget_max_cents
    currency = wish.currency or "USD"
    if low and high:
        below, above = short_money(low, currency), short_money(high, currency)
        return say("what_between", what=said, below=below, above=above)
    if high:
        return say("what_under", what=said, budget=short_money(high, currency))
    if low:
        return say("what_over", what=said, budget=short_money(low, currency))
    return said


def chips(ctx: TurnContext, wish: Wish) -> list[FilterChip]:
    """A chip per filter; its words ask for the same without that filter."""
    say = ctx.rooms.texts.say
    shown: list[FilterChip] = []

    def chip(label: str, without: Wish) -> None:
        shown.append(FilterChip(label=label, without_text=f"Show me {what(ctx, without)}"))

    if wish.category:
        chip(plural(ctx, wish.category), wish.but(category=None, size=None))
    for style in wish.styles:
        others = tuple(one for one in wish.styles if one != style)
        chip(style, wish.but(styles=others))
    if wish.metal:
        chip(wish.metal, wish.but(metal=None))
    if wish.stone:
        chip(wish.stone, wish.but(stone=None))
    if wish.sized:
        chip(us_name(wish.sized), wish.but(size=None))
    for name in (*WITHOUT.values(), "without_words"):
        words: tuple[str, ...] = getattr(wish, name)
        for word in words:
            left = tuple(other for other in words if other != word)
            chip(say("chip_without", item=word), wish.but(**{name: left}))
    if label := _budget(wish):
        chip(label, wish.but(budget_min_cents=None, budget_max_cents=None))
    return shown


def _why(ctx: TurnContext, piece: Product, wish: Wish) -> list[str]:
    say = ctx.rooms.texts.say
    why: list[str] = []
    top = wish.budget_max_cents
    if top is not None and piece.price_cents <= top:
        why.append(say("why_budget", budget=short_money(top, piece.currency)))
    elif top is not None:
        over = short_money(piece.price_cents - top, piece.currency)
        why.append(say("why_near_budget", difference=over))
    why += [_why_style(ctx, piece, style) for style in wish.styles if _is_of_style(piece, style)]
    if wish.metal and piece.metal and wish.metal in piece.metal:
        why.append(say("why_metal", metal=piece.metal))
    if wish.stone and wish.stone in piece.gemstones:
        why.append(say("why_stone", stone=wish.stone))
    if wish.sized and in_size(piece, wish.sized):
        why.append(say("why_size", size=size_name(wish.sized)))
    if piece.ready_to_ship:
        why.append(say("why_ready"))
    if piece.featured_in_widget and len(why) < 3:
        why.append(say("why_featured"))
    return why


def _is_of_style(piece: Product, style: str) -> bool:
    return all(set(style_forms(word)) & set(piece.tags) for word in style.split())


def _why_style(ctx: TurnContext, piece: Product, style: str) -> str:
    """A thing, which a shop tags in the plural, is told as one ("a stud"), a manner as it is."""
    tags = [tag for tag in piece.tags if tag in style_forms(style)]
    key = "why_style_thing" if any(singular(tag) != tag for tag in tags) else "why_style"
    return ctx.rooms.texts.say(key, style=style_name(style))


def _news(piece: Product, chosen: Sequence[Product], wish: Wish) -> int:
    """In how many ways a piece differs from all that are chosen."""
    ways = [
        all(piece.metal != other.metal for other in chosen),
        all(set(piece.gemstones) != set(other.gemstones) for other in chosen),
        # Half as dear again is another kind of price.
        all(
            max(piece.price_cents, other.price_cents) * 2
            >= 3 * min(piece.price_cents, other.price_cents)
            for other in chosen
        ),
    ]
    if wish.category is None:
        ways += [all(piece.category != other.category for other in chosen)] * 2
    return sum(ways)


def _budget(wish: Wish) -> str | None:
    low, high, currency = wish.budget_min_cents, wish.budget_max_cents, wish.currency or "USD"
    if low and high:
        return f"{short_money(low, currency)} – {short_money(high, currency)}"
    if high:
        return f"≤ {short_money(high, currency)}"
    return f"≥ {short_money(low, currency)}" if low else None
