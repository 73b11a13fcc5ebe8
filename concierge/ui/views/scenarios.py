"""Which scenarios there are, what one is about, and all of them replayed."""

from __future__ import annotations

from contextlib import closing

import pandas as pd
import streamlit as st

from concierge.core.actor import Actor
from concierge.core.formatting import datetime_text
from concierge.rehearsal import files
from concierge.rehearsal.models import Scenario
from concierge.rehearsal.service import Entry
from concierge.ui import runtime, state
from concierge.ui.components import ago, empty, plain
from concierge.ui.views import scenario_run, scenario_words
from concierge.ui.views.parts import ALL_REPLAYED

OWN, ALL = "-own", ALL_REPLAYED
"""What may be chosen beside a scenario; no scenario has such a name."""


def entries(actor: Actor) -> list[Entry]:
    return runtime.services().rehearsal.entries(actor)


def choose(known: list[Entry]) -> str:
    """The scenario of the link, or the one that is picked; the link follows."""
    names = {OWN: "A customer of your own", ALL: "All scenarios, replayed"}
    names |= {entry.name: _label(entry) for entry in known}
    asked = state.query("scenario", OWN)
    if asked not in names:
        st.info("No such scenario. It may have been taken away; here is one of your own.")
        asked = OWN
        state.set_query(scenario=None)
    # A box of its own for each link. When the link moves without the box (a run was saved), the
    # browser may send what its box held before once more, and the screen would go back.
    box = f"scenarios-choice-{asked}"
    st.selectbox(
        "Scenario",
        list(names),
        index=list(names).index(asked),
        format_func=lambda name: names[name],
        key=box,
        on_change=_follow,
        args=(box,),
        help="What somebody saved stands first, then what ships with the product",
    )
    return asked


def load(actor: Actor, name: str, known: list[Entry]) -> Scenario:
    """The scenario, in the version of the link. Raises `ScenarioNotFound`."""
    rehearsal = runtime.services().rehearsal
    entry = next((one for one in known if one.name == name), None)
    if entry is None or entry.shipped:
        return rehearsal.get(actor, name)
    asked = state.query("version")
    version = int(asked) if asked.isdecimal() else None
    newest = entry.version or 1
    if newest > 1:
        kept = {one.version: one for one in rehearsal.versions(actor, name)}
        picked = st.selectbox(
            "Version",
            list(kept),
            index=list(kept).index(version) if version in kept else 0,
            format_func=lambda one: f"{one} · {kept[one].saved_by} · {ago(kept[one].saved_at)}",
            width=320,
            key=f"scenarios-version-{name}",
        )
        version = picked
        state.set_query(version=None if picked == newest else str(picked))
    else:
        st.caption(f"Saved by {plain(entry.saved_by or '–')} {ago(entry.saved_at)}")
    return rehearsal.get(actor, name, version)


def overview(actor: Actor, name: str, scenario: Scenario, known: list[Entry]) -> None:
    """Who and what, before anything is played."""
    removable = any(entry.name == name and not entry.shipped for entry in known)
    st.markdown(f"**{plain(scenario.title)}**")
    if scenario.about:
        st.markdown(plain(scenario.about))
    with st.container(horizontal=True):
        step_by_step = st.button("Play step by step", icon=":material/play_arrow:")
        whole = st.button("Play to the end", type="primary", icon=":material/fast_forward:")
        st.download_button(
            "Download",
            files.dumps(scenario),
            file_name=f"{scenario.name}.yaml",
            mime="application/yaml",
            icon=":material/download:",
            on_click="ignore",
        )
        if removable:
            with st.popover("Take away", icon=":material/delete:"):
                st.caption("All its versions go. Download it first to keep it.")
                if st.button("Take it away", key="scenario-remove"):
                    _remove(actor, name)
    if step_by_step or whole:
        scenario_run.begin(actor, name, scenario, whole=whole)
    who, what = st.columns([1, 2], gap="medium")
    with who, st.container(border=True):
        scenario_words.customer(scenario)
    with what:
        st.caption("What happens")
        for number, step in enumerate(scenario.steps, start=1):
            asks = step.expect.asks if step.expect else 0
            looks = f"  ·  {asks} look{'s' * (asks != 1)}" if asks else ""
            # As text: an address in it becomes no link.
            st.text(f"{number}. {scenario_words.told(step)}{looks}")


def replay_all(actor: Actor, known: list[Entry]) -> None:
    """Every scenario from its beginning; the list says how each came out, whoever played them."""
    rehearsal = runtime.services().rehearsal
    if st.button("Replay all", type="primary", icon=":material/replay:"):
        _replay(actor)
        st.rerun()
    health = rehearsal.health(actor)
    replay = health.replay
    if replay is None:
        empty(
            f"Nothing replayed yet by rules version {health.rules}",
            f"Replaying all {len(known)} scenarios takes some seconds.",
        )
        return
    results, red = replay.outcomes, replay.failing
    summary = f"{len(results) - len(red)} of {len(results)} as expected"
    summary += f", {health.changed} not played" if health.changed else ""
    if red:
        st.error(summary, icon=":material/error:")
    elif health.changed:
        st.warning(summary, icon=":material/warning:")
    else:
        st.success(summary, icon=":material/check_circle:")
    at = datetime_text(replay.played_at, state.zone())
    st.caption(f"Played {at} by {plain(replay.played_by)}, rules version {health.rules}")
    ordered = [*red, *(result for result in results if not result.difference)]
    columns: dict[str, list[object]] = {
        "": ["✗" if one.difference else "✓" for one in ordered],
        "Scenario": [one.title for one in ordered],
        "First difference": [one.difference or "" for one in ordered],
        "Looks": [one.looked for one in ordered],
        "Open": [f"/scenarios?scenario={one.name}" for one in ordered],
    }
    if not red:
        del columns["First difference"]
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        height="content",
        alt="Scenarios and how they came out",
        column_config={
            "": st.column_config.TextColumn(width=30),
            # What is left over is shared by width: the words get it, not the mark.
            "Scenario": st.column_config.TextColumn(width=330 if red else 700),
            "First difference": st.column_config.TextColumn(width=400),
            "Looks": st.column_config.NumberColumn(width=60),
            "Open": st.column_config.LinkColumn(display_text="Open", width=60),
        },
    )


def _replay(actor: Actor) -> None:
    bar = st.progress(0.0, "Setting the stage…")
    st.button("Stop", icon=":material/stop:", help="What was played so far is kept")
    with closing(runtime.services().rehearsal.replay_all(actor)) as played:
        for number, of, _ in played:
            bar.progress(number / of, f"{number} of {of}")


def _remove(actor: Actor, name: str) -> None:
    runtime.services().rehearsal.remove(actor, name)
    state.set_query(scenario=None, version=None)
    state.flash(f"{name} is gone.")
    st.rerun()


def _follow(box: str) -> None:
    """The box was used: another scenario, in its newest version."""
    chosen = st.session_state[box]
    state.set_query(scenario=None if chosen == OWN else chosen, version=None)


def _label(entry: Entry) -> str:
    return entry.title if entry.shipped else f"{entry.title} · saved, version {entry.version}"
