"""The session's shortlist: what is shown of it, goes onto it and comes off it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from concierge.catalog.classify import Wish as Wording
from concierge.catalog.classify import search_words
from concierge.catalog.models import Product
from concierge.chat.asked import CART, CHEAPEST, DEAREST
from concierge.chat.awaiting import PICK, PICK_OFF
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.dialogue import REMOVE, SAVE
from concierge.chat.handlers import pieces
from concierge.chat.handlers.cards import card
from concierge.chat.handlers.comparing import on_screen, side_by_side
from concierge.chat.models import ShortlistSubmission
from concierge.chat.wishes import Wish
from concierge.core.errors import NotFound
from concierge.core.formatting import listed
from concierge.detection.models import Intent
from concierge.detection.ordinals import all_of, both_of, places_in
from concierge.events.catalog import EventName
from concierge.replies.models import Reply, ShortlistView

ALSO = re.compile(r"\b(too|also|as well)\b", re.I)
"""After one was saved: "and the last one too"."""
CLEARS = re.compile(r"\b(?:clear|empty|wipe|get rid of|take (?:\w+ ){1,4}off)\b", re.I)
_WHAT_IS_ON_IT = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|hi|please|sorry)\W+)*(?:what|which|where|did|have|show|how many)\b"
    r"(?!.*\bhow do i\b).{0,40}\b(?:saved?|kept|shortlisted|bookmarked|list)\b",
    re.I,
)
"""What is on the list is asked, and nothing put there."""
HOLDS = re.compile(r"\b(?:hold|reserve|set (?:\w+ )?aside|put (?:\w+ )?aside)\b", re.I)
_SAYS_NOTHING = frozenset(
    {
        "remove", "delete", "take", "off", "drop", "unsave", "clear", "empty", "wipe", "rid",
        "save", "add", "keep", "hold", "shortlist", "favourite", "favorite", "favourites",
        "favorites", "bookmark", "list", "wishlist", "wish", "reserve", "aside", "set", "put",
        "later", "now", "just", "again", "too", "also", "please", "thank", "thanks", "you", "my",
        "this", "these", "those", "them", "they", "both", "out", "away", "from", "onto", "ok",
        "okay", "actually", "no", "yes", "sorry", "second", "first", "last", "other", "well",
        "for", "me", "him", "her", "us", "not", "dont", "don't", "anymore", "any", "more",
        "longer", "will", "can", "could", "would",
    }
)  # fmt: skip
"""Words of the act itself, which name no piece."""


class _NotThere(Exception):
    """What is to come off was named, and is not on the list."""


def shortlist(ctx: TurnContext) -> Outcome:
    """Shows, adds to or takes from the session's shortlist."""
    form = ctx.form if isinstance(ctx.form, ShortlistSubmission) else None
    awaited = ctx.session.state.awaiting if ctx.continued else None
    takes_off = REMOVE.search(ctx.text) or CLEARS.search(ctx.text)
    removing = form.remove if form else awaited == PICK_OFF or bool(takes_off)
    asks_what = form is None and _WHAT_IS_ON_IT.match(ctx.text) is not None
    too = ctx.session.state.last_intent == Intent.SHORTLIST.value and ALSO.search(ctx.text)
    acting = (
        removing or awaited == PICK or bool(SAVE.search(ctx.text) or HOLDS.search(ctx.text) or too)
    )
    if removing:
        return _take_off(ctx, form)
    acting = acting and not asks_what
    wanted = form.product_ids if form else _to_save(ctx) if acting else []
    if wanted:
        return _save(ctx, wanted)
    if acting:
        return _which(ctx, PICK)
    view = _list(ctx)
    if ctx.detection.slots.choice is not None:
        on_it = [kept.product_id for kept in view.cards]
        told = side_by_side(ctx, among=on_it) or pieces.about(ctx, among=on_it)
        if told is not None:
            return told
    if not view.cards:
        return _empty(ctx)
    key = "shortlist_shown_one" if len(view.cards) == 1 else "shortlist_shown"
    days = ctx.rooms.policies.shortlist_days
    return Outcome([ctx.say(key, count=len(view.cards), days=days), view, ctx.buttons("human")])


def _save(ctx: TurnContext, wanted: Sequence[str]) -> Outcome:
    known = ctx.rooms.catalog.get_many(wanted)
    if not known:
        if ctx.strict:
            raise NotFound("piece", ", ".join(wanted)[:200])
        return Outcome([ctx.say("product_not_found")])
    saved = [one for one in dict.fromkeys(wanted) if one in known]
    ctx.rooms.shortlists.add(ctx.actor, ctx.session.id, saved)
    key = "shortlist_added" if len(saved) == 1 else "shortlist_added_several"
    outcome = Outcome([_named(ctx, key, saved), _list(ctx)], marks={"saved"})
    if HOLDS.search(ctx.text):
        outcome.replies += [ctx.say("shortlist_holds_nothing"), ctx.buttons("human")]
    for product_id in saved:
        outcome.note(EventName.PRODUCT_SHORTLISTED, product_id=product_id)
    return outcome


def _take_off(ctx: TurnContext, form: ShortlistSubmission | None) -> Outcome:
    kept = ctx.rooms.shortlists.get(ctx.actor, ctx.session.id).product_ids
    if not kept and form is None:
        return _empty(ctx)
    try:
        unwanted = form.product_ids if form else _to_take_off(ctx, kept)
    except _NotThere:
        unwanted = [""]
    if not unwanted:
        return _which(ctx, PICK_OFF)
    if not set(unwanted) & set(kept):
        return Outcome([ctx.say("shortlist_not_there"), _list(ctx)])
    ctx.rooms.shortlists.remove(ctx.actor, ctx.session.id, unwanted)
    key = "shortlist_removed" if len(unwanted) == 1 else "shortlist_removed_several"
    return Outcome([_named(ctx, key, unwanted), _list(ctx)])


def _to_save(ctx: TurnContext) -> list[str]:
    """By place in what was shown, by name, by what it is, else what was spoken of or is on the
    page. Nothing where it is not clear."""
    state, context = ctx.session.state, ctx.session.context
    shown = state.shown_product_ids
    if SAVE.search(ctx.text) and CART.search(ctx.text):
        return context.cart
    if (placed := _placed(ctx, shown)) is not None:
        return placed
    if both_of(ctx.text) and len(newest := on_screen(ctx)) == 2:
        return newest
    known = ctx.rooms.catalog.get_many([*shown, *ctx.session.shown_items])
    if best := _by_price(ctx.text, [known[one] for one in shown if one in known]):
        return best
    catalog = ctx.rooms.catalog
    if named := catalog.each_named_in(ctx.text) or catalog.named_whole_in(ctx.text)[:1]:
        return [piece.id for piece in named]
    by_word = [piece.id for piece in catalog.named_in(ctx.text) if piece.id in known]
    if len(by_word) == 1:
        return by_word
    spoken_of = state.about_product_id or context.product_id
    if spoken_of and _fits(ctx, ctx.rooms.catalog.get_many([spoken_of]).values()):
        return [spoken_of]
    fits = [one.id for one in _fits(ctx, [known[one] for one in shown if one in known])]
    return fits if len(fits) == 1 else []


def _to_take_off(ctx: TurnContext, kept: Sequence[str]) -> list[str]:
    """By place on the list, by name, by what it is; never another than was said.

    Raises `_NotThere` for a place or a piece that is not on it; nothing where it is not clear.
    """
    if (placed := _placed(ctx, kept)) is not None:
        if not placed:
            raise _NotThere
        return placed
    known = ctx.rooms.catalog.get_many(kept)
    on_it = [known[one] for one in kept if one in known]
    if named := _by_whole_name(ctx.text, on_it) or _by_price(ctx.text, on_it):
        return named
    if ctx.rooms.catalog.named_whole_in(ctx.text):
        raise _NotThere
    fits = _fits(ctx, on_it)
    if not fits:
        raise _NotThere
    # "The signet" is one of the rings; "the ring" is any.
    said = set(search_words(ctx.text)) - _SAYS_NOTHING - {ctx.detection.slots.category}
    by_word = [piece.id for piece in fits if said & set(search_words(piece.name))]
    if len(by_word) == 1:
        return by_word
    if {word for word in Wording(ctx.text).words if word not in _SAYS_NOTHING}:
        if not by_word and ctx.rooms.catalog.named_in(ctx.text):
            raise _NotThere
        return []
    state, context = ctx.session.state, ctx.session.context
    if state.about_product_id in {piece.id for piece in fits}:
        return [str(state.about_product_id)]
    if context.product_id in kept and len(fits) == len(on_it):
        return [str(context.product_id)]
    return [fits[0].id] if len(fits) == 1 else []


def _placed(ctx: TurnContext, ids: Sequence[str]) -> list[str] | None:
    """The pieces whose places are named, none of them where there is no such place; None where no
    place is."""
    if all_of(ctx.text, len(ids)):
        return list(ids)
    if places := places_in(ctx.text, len(ids)):
        return [ids[place - 1] for place in places]
    return None if ctx.detection.slots.choice is None else []


def _by_whole_name(text: str, among: Iterable[Product]) -> list[str]:
    """ "Halo Pendant" over "Halo", should both be there; of several names all."""
    said, found = text.casefold(), []
    for piece in sorted(among, key=lambda one: -len(one.name)):
        name = piece.name.casefold()
        if name in said:
            found.append(piece.id)
            said = said.replace(name, " ")
    return found


def _by_price(text: str, among: Sequence[Product]) -> list[str]:
    """The cheapest of them, or the dearest, where that is said."""
    cheapest, dearest = CHEAPEST.search(text), DEAREST.search(text)
    if not among or not (cheapest or dearest):
        return []
    pick = min if cheapest else max
    return [pick(among, key=lambda one: one.price_cents).id]


def _fits(ctx: TurnContext, among: Iterable[Product]) -> list[Product]:
    """Those that are of the kind, the metal and the stone that are named."""
    slots = ctx.detection.slots
    return [
        piece
        for piece in among
        if slots.category in {None, piece.category}
        and (slots.metal is None or slots.metal in (piece.metal or ""))
        and (slots.stone is None or slots.stone in piece.gemstones)
    ]


def _which(ctx: TurnContext, awaiting: str) -> Outcome:
    return Outcome([ctx.say("shortlist_which")], awaiting=awaiting, pending=Intent.SHORTLIST)


def _empty(ctx: TurnContext) -> Outcome:
    return Outcome([ctx.say("shortlist_empty"), ctx.buttons("rings", "earrings", "gift")])


def _list(ctx: TurnContext) -> ShortlistView:
    items = ctx.rooms.shortlists.get(ctx.actor, ctx.session.id).product_ids
    known = ctx.rooms.catalog.get_many(items)
    saved = set(items)
    return ShortlistView(
        cards=[card(ctx, known[item], Wish(), saved) for item in items if item in known]
    )


def _named(ctx: TurnContext, key: str, product_ids: Sequence[str]) -> Reply:
    known = ctx.rooms.catalog.get_many(product_ids)
    return ctx.say(key, item=listed([known[i].name for i in product_ids if i in known]))
