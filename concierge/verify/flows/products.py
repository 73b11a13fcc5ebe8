"""Finding and keeping pieces."""

from __future__ import annotations

from concierge.catalog.models import Product, ProductQuery
from concierge.chat.models import ShortlistSubmission, TurnResult
from concierge.detection.models import Intent
from concierge.replies.models import ProductGrid, ShortlistView
from concierge.verify.walk import Visitor, Walk

WISHED = ("ring", "earrings", "necklace", "bracelet", "pendant")
"""Categories that a customer names by one plain word."""


def search(walk: Walk) -> None:
    """Search by words and price shows pieces of the category, within the price, ready to ship."""
    piece = piece_to_find(walk)
    budget = piece.price_cents // 100 + 1
    result = _ask(walk, walk.visitor(), piece)
    walk.check("understood as a search", result.intent, Intent.PRODUCT_SEARCH)
    grid = walk.shown("pieces are shown", result, ProductGrid)
    walk.check("no filter had to give way", grid.relaxed, None)
    ids = [card.product_id for card in grid.cards]
    walk.check_that("the piece that fits is shown", piece.id in ids, piece.id, ids)
    stored = walk.services.catalog.get_many(ids)
    walk.check("all are of the category", {p.category for p in stored.values()}, {piece.category})
    walk.check("all can ship today", [p for p in stored if not stored[p].ready_to_ship], [])
    over = {p.name: p.price_cents for p in stored.values() if p.price_cents > budget * 100}
    walk.check(f"none costs more than {budget}", over, {})
    wrong = [c.name for c in grid.cards if c.price_cents != stored[c.product_id].price_cents]
    walk.check("the prices shown are the prices kept", wrong, [])
    walk.check("each says why it fits", [card.name for card in grid.cards if not card.why], [])


def shortlist(walk: Walk) -> None:
    """A piece shown is kept, listed and taken off again."""
    visitor = walk.visitor()
    result = _ask(walk, visitor, piece_to_find(walk))
    shown = walk.shown("pieces are shown", result, ProductGrid).cards[0]
    view = walk.shown("saving answers the list", visitor.say("save the first one"), ShortlistView)
    walk.check("the first piece is on it", [c.product_id for c in view.cards], [shown.product_id])
    walk.check("and is kept", kept(walk, visitor), [shown.product_id])
    listed = walk.shown("the list is shown", visitor.say("show my list"), ShortlistView)
    walk.check("with its name", [card.name for card in listed.cards], [shown.name])
    saved = visitor.session.first_at.saved
    walk.check_that("the funnel's mark is set", saved is not None, "a moment", saved)
    visitor.send(ShortlistSubmission(product_ids=[shown.product_id], remove=True))
    walk.check("taken off again", kept(walk, visitor), [])


def piece_to_find(walk: Walk) -> Product:
    """A piece that its category and its own price must find: the cheapest of its kind."""
    for category in WISHED:
        page = walk.services.catalog.search(ProductQuery(category=category, limit=1))
        if page.items:
            return page.items[0]
    raise walk.differs(
        "the catalogue has something to find", f"one of {', '.join(WISHED)}", "nothing"
    )


def kept(walk: Walk, visitor: Visitor) -> list[str]:
    return walk.services.shortlists.get(visitor.actor, visitor.session_id).product_ids


def _ask(walk: Walk, visitor: Visitor, piece: Product) -> TurnResult:
    what = walk.say(f"category_{piece.category}")
    return visitor.say(f"show me {what} under ${piece.price_cents // 100 + 1}")
