"""What a customer looks for, put together from this message and the ones before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median_low
from typing import Any

from concierge.catalog.classify import same_category, stem, words_apart
from concierge.catalog.models import ProductQuery
from concierge.chat.asked import CHEAPER, DEARER, IN_IT, MORE, MY_SIZE
from concierge.chat.context import TurnContext
from concierge.chat.following import ANY_STYLE, NO_LIMIT
from concierge.detection.models import Intent, RingSize, Slots
from concierge.detection.unwanted import dropped, unwanted, words_left_out

FRESH = re.compile(r"\b(anything|everything|any piece|all pieces|pieces|jewel\w*)\b", re.I)
FILTERS = ("category", "metal", "stone", "budget_min_cents", "budget_max_cents")
STORED_FILTERS = ("category", "metal", "stone", "budgetMinCents", "budgetMaxCents")
OR = re.compile(r"\bor\b|\band\b|[,;/&]", re.I)
WITHOUT = {
    "category": "without_categories",
    "metal": "without_metals",
    "stone": "without_stones",
}
"""Each filter by a word, and where the words go that it must not have."""
SIZED = "ring"
LOOKING = {Intent.PRODUCT_SEARCH.value, Intent.GIFT.value, Intent.SHORTLIST.value}
STEP_CENTS = 100
"""Cheaper and dearer than something begin this far from its price."""


@dataclass(frozen=True)
class Wish:
    """Filters in force; money is integer cents of `currency`, or of the shop's where it is None."""

    category: str | None = None
    metal: str | None = None
    stone: str | None = None
    budget_min_cents: int | None = None
    budget_max_cents: int | None = None
    currency: str | None = None
    size: RingSize | None = None
    styles: tuple[str, ...] = ()
    without_categories: tuple[str, ...] = ()
    without_metals: tuple[str, ...] = ()
    without_stones: tuple[str, ...] = ()
    without_words: tuple[str, ...] = ()
    measured: bool = False
    """The budget was worked out from prices, and nobody named it: "cheaper"."""

    @property
    def without(self) -> tuple[str, ...]:
        """All that is not wanted."""
        made_of = (*self.without_metals, *self.without_stones)
        return (*self.without_categories, *made_of, *self.without_words)

    @property
    def priced(self) -> bool:
        return bool(self.budget_min_cents or self.budget_max_cents)

    @property
    def sized(self) -> RingSize | None:
        """The size, where it is one of what is looked for: only rings have one."""
        return self.size if self.category in {None, SIZED} else None

    def query(self, limit: int, exclude: list[str] | None = None) -> ProductQuery:
        """As the catalogue is asked: only what can leave today."""
        return ProductQuery(
            category=self.category,
            metal=self.metal,
            stone=self.stone,
            styles=self.styles,
            without_categories=self.without_categories,
            without_metals=self.without_metals,
            without_stones=self.without_stones,
            without_words=self.without_words,
            size_us=nearest_half(self.sized) if self.sized else None,
            budget_min_cents=self.budget_min_cents,
            budget_max_cents=self.budget_max_cents,
            ready_to_ship=True,
            limit=limit,
            exclude_ids=tuple(exclude or ()),
        )

    def but(self, **changes: Any) -> Wish:
        """The same with other filters."""
        return replace(self, **changes)

    def fields(self) -> dict[str, object]:
        """What the session keeps: these filters and no older ones, as a later refinement starts
        from here."""
        return {
            **{
                f"slots.{stored}": getattr(self, name)
                for name, stored in zip(FILTERS, STORED_FILTERS, strict=True)
            },
            "state.wishedSize": self.size.to_mongo() if self.size else None,
            "state.wishedStyles": list(self.styles),
            "state.withoutCategories": list(self.without_categories),
            "state.withoutMetals": list(self.without_metals),
            "state.withoutStones": list(self.without_stones),
            "state.withoutWords": list(self.without_words),
            "state.budgetMeasured": self.measured,
        }

    def traced(self) -> dict[str, str]:
        """For the trace beside the turn."""
        shown = {name: str(value) for name in FILTERS if (value := getattr(self, name)) is not None}
        if self.styles:
            shown["styles"] = ", ".join(self.styles)
        if self.sized:
            shown["size_us"] = f"{self.sized.us:g}"
        if self.without:
            shown["without"] = ", ".join(self.without)
        return {**shown, "ready_to_ship": "true"}


def nearest_half(size: RingSize) -> float:
    """The US size as rings are made: in halves."""
    return round(size.us * 2) / 2


def us_name(size: RingSize) -> str:
    """`US 6.5`"""
    return f"US {nearest_half(size):g}"


def wish_of(ctx: TurnContext) -> Wish:
    """A command, or a message that names a category (or "anything"), begins afresh; others refine
    what was last looked for, as "not a ring, a bracelet" does. Another category keeps the budget
    that was named; the same one again lets it go, as the words of its chip do."""
    new, state = ctx.detection.slots, ctx.session.state
    instead = unwanted(ctx.text, ctx.session.slots.category)
    styles = ctx.rooms.catalog.styles_in(words_left_out(ctx.text))
    # "No hoops" names earrings, and asks for none afresh.
    of_style = _only_left_out(ctx.text, new.category, styles)
    named = new.category is not None and not instead and not unwanted(ctx.text, new.category)
    named = named and not of_style
    anew = FRESH.search(ctx.text) and not MORE.match(ctx.text)  # "anything else" is of the same
    fresh = named or anew or ctx.detection.layer == "command"
    looked = state.last_intent in LOOKING
    refines = looked and not fresh
    before = _kept(ctx) if refines else Wish()
    if looked and named and not anew and ctx.detection.layer != "command":
        before = _budget_kept(ctx)
    if of_style and before.category is not None:
        new = new.model_copy(update={"category": None})
    wish = replace(
        before,
        currency=new.currency or before.currency,
        size=new.ring_size or _told_size(ctx) or before.size,
    )
    wish = _with_words(wish, new, ctx.text)
    wish = wish.but(without_words=_without_styles(wish, styles, ctx.text))
    wish = wish.but(styles=_wished_styles(ctx, wish, styles))
    wish = _with_budget(wish, new.budget_min_cents, new.budget_max_cents, ctx.text)
    return _nearer(ctx, wish, new, refines=bool(refines))


def _only_left_out(text: str, category: str | None, styles: list[str]) -> bool:
    """Whether a kind is named by nothing but styles that are left out: "no hoops", "no bangles"."""
    if category is None or not styles:
        return False
    said: list[str] = re.findall(r"[a-z]+", text.casefold())
    naming = [word for word in said if same_category(word) == category]
    return bool(naming) and all(word in styles for word in naming)


def _told_size(ctx: TurnContext) -> RingSize | None:
    """ "In my size"; "in it", right after the size was told."""
    told = ctx.session.state.last_intent == Intent.SIZING.value and IN_IT.search(ctx.text)
    return ctx.session.slots.ring_size if told or MY_SIZE.search(ctx.text) else None


def looser(wish: Wish) -> Iterator[tuple[Wish, tuple[str, ...]]]:
    """The wish with one filter less, then with several; and which were let go. The budget is not
    among them: what lies beyond it is shown as such."""
    given = [name for name in ("stone", "metal") if getattr(wish, name)]
    given += ["styles"] if wish.styles else []
    given += ["size"] if wish.sized else []
    for name in given:
        yield _less(wish, name), (name,)
    if len(given) > 2:
        yield _less(wish, *given[:2]), tuple(given[:2])
    if len(given) > 1:
        yield _less(wish, *given), tuple(given)


def _less(wish: Wish, *names: str) -> Wish:
    return wish.but(**{name: () if name == "styles" else None for name in names})


def _kept(ctx: TurnContext) -> Wish:
    known, state = ctx.session.slots, ctx.session.state
    return Wish(
        **{name: getattr(known, name) for name in (*FILTERS, "currency")},
        size=state.wished_size,
        styles=tuple(state.wished_styles),
        without_categories=tuple(state.without_categories),
        without_metals=tuple(state.without_metals),
        without_stones=tuple(state.without_stones),
        without_words=tuple(state.without_words),
        measured=state.budget_measured,
    )


def _budget_kept(ctx: TurnContext) -> Wish:
    kept = _kept(ctx)
    if kept.measured or kept.category == ctx.detection.slots.category:
        return Wish()
    return Wish(
        budget_min_cents=kept.budget_min_cents,
        budget_max_cents=kept.budget_max_cents,
        currency=kept.currency,
    )


def _with_words(wish: Wish, new: Slots, text: str) -> Wish:
    """ "Not gold" takes gold away; "in gold" brings it back."""
    for name, without in WITHOUT.items():
        said: str | None = getattr(new, name)
        if said is None:
            continue
        others = [word for word in getattr(wish, without) if word != said]
        if dropped(text, said):
            wanted = None
        elif unwanted(text, said):
            wanted, others = None, [*others, said]
        else:
            wanted = said
        wish = wish.but(**{name: wanted, without: tuple(others)})
    return wish


def _without_styles(wish: Wish, styles: list[str], text: str) -> tuple[str, ...]:
    """Those left out before and now, but for one that is named again without a no."""
    said = {stem(word) for word in re.findall(r"\w+", text.casefold())}
    before = (word for word in wish.without_words if stem(word) not in said)
    return tuple(dict.fromkeys([*before, *styles]))


def _wished_styles(ctx: TurnContext, wish: Wish, left_out: list[str]) -> tuple[str, ...]:
    """What is named now in place of what was named before: any of "studs or hoops", all of
    "vintage halo". The name of a piece names no style, nor does what a gift is for."""
    text, slots, catalog = ctx.text, ctx.detection.slots, ctx.rooms.catalog
    said = [word for word in words_apart(text) if word not in left_out and not dropped(text, word)]
    known = set(catalog.styles_in(said))
    if slots.category is None and ctx.intent is Intent.GIFT:
        known.discard(slots.occasion or "")
    if known:
        named = {word for piece in catalog.each_named_in(text) for word in words_apart(piece.name)}
        known -= named
    phrases = (" ".join(w for w in words_apart(part) if w in known) for part in OR.split(text))
    styles = tuple(dict.fromkeys(filter(None, phrases)))
    if not styles and (other := _by_another_name(ctx, left_out)) is not None:
        styles = (other,)
    if styles:
        return styles
    if ANY_STYLE.search(text):
        return ()
    gone = {stem(word) for word in left_out}
    gone |= {stem(word) for style in wish.styles for word in style.split() if dropped(text, word)}
    return tuple(one for one in wish.styles if not gone & {stem(word) for word in one.split()})


def _by_another_name(ctx: TurnContext, left_out: list[str]) -> str | None:
    """ "Antique" is what the shop tags as vintage."""
    style = ctx.detection.slots.style
    if style is None or left_out or dropped(ctx.text, style) or style in words_apart(ctx.text):
        return None
    return next(iter(ctx.rooms.catalog.styles_in([style])), None)


def _with_budget(wish: Wish, low: int | None, high: int | None, text: str) -> Wish:
    """A new bound replaces the old one, and the other one where both would leave nothing."""
    if low is None and high is None:
        free = NO_LIMIT.search(text) is not None
        return wish.but(budget_min_cents=None, budget_max_cents=None) if free else wish
    bottom = low if low is not None else wish.budget_min_cents
    top = high if high is not None else wish.budget_max_cents
    if bottom is not None and top is not None and bottom >= top and (low is None or high is None):
        bottom, top = low, high
    return wish.but(budget_min_cents=bottom, budget_max_cents=top, measured=False)


def _nearer(ctx: TurnContext, wish: Wish, new: Slots, *, refines: bool) -> Wish:
    """ "Cheaper", "something more expensive": than the piece that is named or was spoken of, else
    than the middle of what was shown."""
    if new.budget_min_cents or new.budget_max_cents:
        return wish
    cheaper, dearer = CHEAPER.search(ctx.text), DEARER.search(ctx.text)
    if not (cheaper or dearer):
        return wish
    state = ctx.session.state
    measure = ctx.rooms.catalog.named_whole_in(ctx.text)
    if not measure and refines:
        ids = [state.about_product_id] if state.about_product_id else state.shown_product_ids
        measure = list(ctx.rooms.catalog.get_many(ids).values())
    prices = [piece.price_cents for piece in measure]
    if not prices:
        return wish
    than = median_low(prices)
    low, high = (None, max(STEP_CENTS, than - STEP_CENTS)) if cheaper else (than + STEP_CENTS, None)
    return wish.but(budget_min_cents=low, budget_max_cents=high, measured=True)
