"""Rehearsal: a customer's conversation played apart from all that is live, and kept as a test."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Permission
from concierge.rehearsal.errors import ScenarioNotFound
from concierge.ui import guards, state
from concierge.ui.components import empty, header
from concierge.ui.views import scenario_run, scenario_setting, scenarios

with guards.page():
    actor = guards.require(Permission.SCENARIOS_PLAY)
    state.show_flashes()
    header(
        "Scenarios",
        "A run has a store and a clock of its own: no real order, ticket, mail or number changes.",
    )
    entries = scenarios.entries(actor)
    chosen = scenarios.choose(entries)
    if chosen == scenarios.ALL:
        scenarios.replay_all(actor, entries)
    elif chosen == scenarios.OWN:
        run = scenario_run.current(chosen)
        if run is None:
            scenario = scenario_setting.form()
            if scenario is not None:
                scenario_run.begin(actor, chosen, scenario)
        else:
            scenario_run.show(actor, chosen, run)
    else:
        try:
            scenario = scenarios.load(actor, chosen, entries)
        except ScenarioNotFound:
            empty("No such scenario", "It may have been taken away. Choose another one above.")
            st.stop()
        run = scenario_run.current(chosen)
        if run is None:
            scenarios.overview(actor, chosen, scenario, entries)
        else:
            scenario_run.show(actor, chosen, run)
