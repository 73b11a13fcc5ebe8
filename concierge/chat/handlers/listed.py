"""Which order of a list is meant: by its place, its number, its age, its state or a piece. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from concierge.detection.models import Slots
from concierge.orders.models import Order

_NEWEST = re.compile(r"\b(newest|latest|most recent)\b", re.I)
_OLDEST = re.compile(r"\b(oldest|earliest)\b", re.I)
_IDLE = {"the", "one", "order", "my", "with", "a", "an", "is", "it", "s", "that", "of", "please"}
"""Words that say nothing about which."""


def pointed_at(
    orders: Sequence[Order], text: str, slots: Slots, kinds: Mapping[str, str]
) -> Order | None:
    """`orders` as they were shown; None where no order, or more than one, is meant. `kinds` are the
    categories of the pieces in them, by the piece's id."""
    if not orders:
        return None
    place = re.fullmatch(r"\W*(?:number |no )?(\d)\W*", text, re.I)
    choice = int(place[1]) if place else slots.choice
    if place is None and slots.order_number is not None:
        digits = re.sub(r"\D", "", slots.order_number)
        return _only([one for one in orders if re.sub(r"\D", "", one.order_number) == digits])
    if _NEWEST.search(text):
        return max(orders, key=lambda one: one.placed_at)
    if _OLDEST.search(text):
        return min(orders, key=lambda one: one.placed_at)
    if choice is not None and choice != 0 and -len(orders) <= choice <= len(orders):
        return orders[choice - 1 if choice > 0 else choice]
    words = {_stem(word) for word in re.findall(r"\w+", text.casefold())} - _IDLE
    by_state = _only([one for one in orders if _stem(one.status.value) in words])
    if slots.category is not None:
        words.add(_stem(slots.category))
    named = [len(words & _told(one, kinds)) for one in orders]
    best = max(named)
    by_piece = _only([one for one, n in zip(orders, named, strict=True) if n == best and best])
    return by_piece or by_state


def _told(order: Order, kinds: Mapping[str, str]) -> set[str]:
    said = " ".join(f"{line.name} {kinds.get(line.product_id or '', '')}" for line in order.lines)
    return {_stem(word) for word in re.findall(r"[^\W_]+", said.casefold())} - _IDLE


def _stem(word: str) -> str:
    return word.removesuffix("s")


def _only(orders: list[Order]) -> Order | None:
    return orders[0] if len(orders) == 1 else None
