"""Home: what needs this person now, by role."""

from __future__ import annotations

from concierge.core.actor import Permission, Role
from concierge.ui import components, guards
from concierge.ui.views import home

with guards.page():
    login = guards.current_login()
    actor = login.actor
    first_name = components.plain(login.name.split()[0])
    components.header(f"Hello {first_name}", "What needs you now.")
    if Role.ADMIN in actor.roles:
        home.health()
    if actor.may(Permission.TICKETS_READ):
        home.tickets(actor)
    if actor.may(Permission.INSIGHTS_READ):
        home.figures(actor)
    if actor.may(Permission.SCENARIOS_PLAY):
        home.rehearsal(actor)
        home.not_understood(actor)
