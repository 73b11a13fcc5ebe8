"""The journeys by name, in the order they are walked."""

from __future__ import annotations

from collections.abc import Callable

from concierge.verify.flows import (
    aftercare,
    answers,
    guards,
    handover,
    orders,
    products,
    rehearsal,
)
from concierge.verify.walk import Walk

Flow = Callable[[Walk], None]

FLOWS: dict[str, Flow] = {
    "product_search": products.search,
    "shortlist": products.shortlist,
    "order_tracking": orders.tracking,
    "return_inside_window": aftercare.inside_the_window,
    "return_refused_after_window": aftercare.after_the_window,
    "resize_inside_window": aftercare.resize,
    "return_repeated": aftercare.repeated,
    "order_change": orders.change,
    "order_updates": orders.updates,
    "information": answers.information,
    "unmatched_twice": answers.unmatched_twice,
    "stylist": handover.stylist,
    "funnel": guards.funnel,
    "roles": guards.roles,
    "sessions_apart": guards.sessions_apart,
    "scenarios": rehearsal.scenarios,
}
