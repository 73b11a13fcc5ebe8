"""Messages not understood, by what they are about, each with the way to a draft."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Actor
from concierge.core.errors import ConciergeError
from concierge.core.formatting import number as counted
from concierge.core.formatting import percent
from concierge.detection.models import Intent
from concierge.insights.miner import Cluster
from concierge.ui import runtime, state
from concierge.ui.components import ago, empty, link, pill, plain, unbroken
from concierge.ui.views import parts
from concierge.ui.views.parts import words
from concierge.ui.views.rules import SCREEN, go_to

INTENTS: list[Intent] = [intent for intent in Intent if intent is not Intent.UNMATCHED]


def clusters(actor: Actor) -> None:
    """The largest clusters of a period."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = parts.period(SCREEN)
        only = parts.toggle(SCREEN, "Without near misses", "strict")
    with st.spinner("Putting messages together", show_time=True):
        found = runtime.services().miner.mine(actor, days.first, days.last, near_misses=not only)
    if not found.clusters:
        empty(
            "All understood", "Messages the concierge cannot place appear here, by what they say."
        )
        return
    st.caption(
        f"{counted(found.messages)} messages, {counted(found.near_misses)} of them understood only "
        f"just, in {counted(found.sessions)} conversations"
        f"{', the newest that were looked at' if found.capped else ''}."
    )
    for cluster in found.clusters:
        with st.container(border=True, key=f"cluster-{cluster.key}"):
            _cluster(actor, cluster)


def _cluster(actor: Actor, cluster: Cluster) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{plain(cluster.label)}**")
            st.caption(_facts(cluster))
        times = "once" if cluster.count == 1 else f"{counted(cluster.count)} times"
        st.markdown(pill(times, "accent"), width="content")
    with st.expander("Messages, and a draft from them"):
        for example in cluster.examples:
            with st.container(horizontal=True, vertical_alignment="center"):
                with st.container(width="stretch"):
                    st.text(example.text)
                st.caption(f"{example.count} ×", width="content")
                link("conversations", "Read", session=example.session_id)
        _to_draft(actor, cluster)


def _facts(cluster: Cluster) -> str:
    share = cluster.escalated / cluster.sessions
    facts = [
        f"{counted(cluster.sessions)} conversations",
        f"{percent(share)} handed to a human",
        f"rated {cluster.mean_score:.1f} by {cluster.ratings}"
        if cluster.mean_score is not None
        else "not rated",
        f"last {ago(cluster.last_at)}",
    ]
    if cluster.near_misses:
        facts.insert(1, f"{counted(cluster.near_misses)} understood only just")
    if cluster.near:
        facts.append("nearly: " + ", ".join(words(intent.value) for intent, _ in cluster.near[:3]))
    return unbroken(plain(" · ".join(facts)))


def _to_draft(actor: Actor, cluster: Cluster) -> None:
    likely = cluster.near[0][0] if cluster.near else Intent.PRODUCT_SEARCH
    with st.container(horizontal=True, vertical_alignment="bottom"):
        intent = st.selectbox(
            "Read them as",
            INTENTS,
            INTENTS.index(likely),
            format_func=lambda one: words(one.value),
            key=f"as-{cluster.key}",
            width=220,
        )
        if not st.button(
            "Draft a rule", icon=":material/edit_note:", type="primary", key=f"draft-{cluster.key}"
        ):
            return
    action = f"rules-draft-{cluster.key}-{intent}"
    try:
        made = runtime.services().rules.draft_messages(
            actor,
            intent,
            [example.text for example in cluster.examples],
            state.request_key(action),
        )
    except ConciergeError as error:
        st.error(plain(str(error)))
        return
    state.done(action)
    state.flash(f"Draft {made.number} made. Look at it, then ask what it would change.")
    go_to(made.number)
