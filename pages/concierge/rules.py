"""Rules as versions: edit a draft, ask what it would have changed, publish it, go back."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Permission
from concierge.ui import guards, registry
from concierge.ui.components import header
from concierge.ui.views import rules as view
from concierge.ui.views import rules_history as history
from concierge.ui.views import rules_miner as miner
from concierge.ui.views import rules_phrases as phrases

with guards.page():
    actor = guards.require(Permission.RULES_DRAFT)
    header("Rules", registry.screen("rules").about)
    view.live(actor)
    phrases.turn(actor)
    match view.section():
        case view.DRAFTS:
            draft = view.chosen_draft(actor)
            if draft is None:
                view.no_draft(actor)
            else:
                view.difference(draft)
                view.editor(actor, draft)
                st.divider()
                view.what_if(actor, draft)
                st.divider()
                view.publishing(actor, draft)
        case view.MISSED:
            miner.clusters(actor)
        case _:
            history.versions(actor)
