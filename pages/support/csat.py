"""CSAT: how customers rate the concierge, and, apart from it, the agents."""

from __future__ import annotations

from concierge.core.actor import Permission
from concierge.ui import guards, registry, runtime
from concierge.ui.components import empty, header
from concierge.ui.views import csat as view

with guards.page():
    actor = guards.require(Permission.CSAT_READ)
    header("CSAT", registry.screen("csat").about)
    wanted = view.controls()
    summary = runtime.services().csat.summary(actor, wanted)
    view.figures(summary)
    if summary.n:
        view.pictures(actor, summary)
        view.comments(actor, wanted)
    else:
        empty(
            "No rating in this period",
            "Customers are asked when a ticket is resolved or they say how it went. "
            "Choose more days, or the other kind.",
        )
