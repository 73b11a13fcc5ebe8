"""Messages not understood, by what they are about, each with the way to a draft."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Actor
from concierge.core.formatting import number as counted
from concierge.core.formatting import percent
from concierge.insights.miner import Cluster
from concierge.ui import runtime
from concierge.ui.components import ago, empty, link, pill, plain, unbroken
from concierge.ui.views import parts, rules_phrases
from concierge.ui.views.parts import words
from concierge.ui.views.rules import SCREEN


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
        f"{_counted(found.messages, 'message')}, {counted(found.near_misses)} of them understood "
        f"only just, in {_counted(found.sessions, 'conversation')}"
        f"{', the newest that were looked at' if found.capped else ''}."
    )
    for cluster in found.clusters:
        with st.container(border=True, key=f"cluster-{cluster.key}"):
            _cluster(actor, cluster)


def _cluster(actor: Actor, cluster: Cluster) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            named = plain(cluster.label)
            st.markdown(
                f"**Numbers alone**, such as {named}" if cluster.numbers else f"**{named}**"
            )
            st.caption(_facts(cluster))
        times = "once" if cluster.count == 1 else f"{counted(cluster.count)} times"
        st.markdown(pill(times, "accent"), width="content")
    with st.expander("Messages" if cluster.numbers else "Messages, and a draft from them"):
        for example in cluster.examples:
            with st.container(horizontal=True, vertical_alignment="center"):
                with st.container(width="stretch"):
                    st.text(example.text)
                st.caption(f"{example.count} ×", width="content")
                link("conversations", "Read", session=example.session_id)
        if cluster.numbers:
            st.caption(
                "A number means what was asked before it, so no phrase helps here. Read what was "
                "asked, and whether the answer fitted."
            )
            return
        messages = [example.text for example in cluster.examples]
        likely = cluster.near[0][0] if cluster.near else None
        rules_phrases.to_draft(actor, cluster.key, messages, likely)


def _facts(cluster: Cluster) -> str:
    share = cluster.escalated / cluster.sessions
    facts = [
        _counted(cluster.sessions, "conversation"),
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


def _counted(count: int, thing: str) -> str:
    return f"{counted(count)} {thing}{'' if count == 1 else 's'}"
