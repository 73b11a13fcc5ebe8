"""The funnel's parts: what is asked, its story in a line, its bars, and who is behind them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concierge.core.actor import Actor
from concierge.core.formatting import duration, number, percent
from concierge.events.catalog import FUNNEL_STEPS, EventName
from concierge.exchange.exports import Row
from concierge.insights import charts
from concierge.insights.funnel_models import (
    MARK_OF,
    Dimension,
    Funnel,
    FunnelGroup,
    FunnelOrder,
    FunnelQuery,
    StepCount,
)
from concierge.insights.stopped import StoppedSession, StoppedSummary
from concierge.ui import runtime
from concierge.ui.components import empty, link, moment, plain, unbroken
from concierge.ui.views import parts
from concierge.ui.views.parts import words

SCREEN = "funnel"
WINDOWS = {"24h": "24 hours", "1h": "1 hour", "7d": "7 days", "30d": "30 days"}
ORDERS = {
    FunnelOrder.SEQUENTIAL.value: "sequential",
    FunnelOrder.STRICT.value: "strict",
    FunnelOrder.ANY.value: "any order",
}
BREAKDOWNS = {"": "nothing"} | {d.value: d.value for d in Dimension}
EVENT_OF = {mark: event for event, mark in MARK_OF.items()}
STEP_COLUMNS = (
    "group",
    "step",
    "event",
    "sessions",
    "ofFirst",
    "ofPrevious",
    "dropOff",
    "medianSecondsFromPrevious",
)
MOST_ROWS = 5 * (1 + charts.MOST_GROUPS)
"""Of the table that are seen at once: as much as the chart shows."""
_TO_REACH = {
    EventName.WIDGET_OPEN: "open",
    EventName.INTENT_DETECTED: "understand",
    EventName.PRODUCTS_SHOWN: "show",
    EventName.PRODUCT_SHORTLISTED: "save",
    EventName.ORDER_PLACED: "buy",
}
_CHART, _STOPPED, _GROUP = "funnel-chart", "stopped", "group"


def controls() -> FunnelQuery:
    """All that the funnel can be asked; it stands in the link."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = parts.period(SCREEN)
        by = parts.choice(SCREEN, "Broken down by", BREAKDOWNS, "by", width=140)
        window = parts.choice(SCREEN, "Window", WINDOWS, "window", default="24h", width=130)
        order = parts.choice(
            SCREEN, "Order", ORDERS, "order", default=FunnelOrder.SEQUENTIAL.value, width=140
        )
        with st.popover("More", icon=":material/tune:"):
            chosen = _steps()
            simulated = parts.toggle(SCREEN, "Count simulated sessions", "simulated")
    steps = tuple(step for step in FUNNEL_STEPS if MARK_OF[step] in chosen)
    return FunnelQuery(
        from_day=days.first,
        to_day=days.last,
        by=(Dimension(by),) if by else (),
        window_seconds=FunnelQuery.of_texts(window=window).window_seconds,
        order=FunnelOrder(order),
        steps=steps or FUNNEL_STEPS,
        include_simulated=simulated,
    )


def _steps() -> list[str]:
    """The marks of the steps to count, all of them unless some are chosen."""
    marks = list(MARK_OF.values())
    return parts.linked(
        SCREEN,
        "steps",
        marks,
        draw=lambda widget: st.pills("Steps", marks, selection_mode="multi", key=widget),
        read=lambda asked: [mark for mark in marks if mark in asked.split(",")] or None,
        tell=",".join,
    )


def story(funnel: Funnel) -> None:
    """The whole funnel in one line, and what it means one click away."""
    told = [
        f"**{number(step.count)}** {charts.STEP_NAMES[step.event]}"
        + (f" ({percent(step.share_of_previous)})" if place else "")
        for place, step in enumerate(funnel.steps)
    ]
    st.markdown(unbroken(" → ".join(told)))
    took = funnel.time_to_convert
    last = _TO_REACH[funnel.steps[-1].event]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Time to {last}: median {duration(took.median_seconds)} · p90 "
            f"{duration(took.p90_seconds)} · n {number(took.n)}. "
            f"Incomplete, as their window is still open: {number(funnel.incomplete)}.",
            width="content",
        )
        with st.popover("What this counts", icon=":material/info:", type="tertiary"):
            for sentence in funnel.definition.sentences:
                st.markdown(f"- {plain(sentence)}")


def bars(funnel: Funnel) -> None:
    """The chart; a click on a bar opens who stopped there."""
    st.caption("Click a bar, or choose a step below, to see the sessions that stopped there.")
    if len(funnel.groups) > charts.MOST_GROUPS:
        st.caption(f"The {charts.MOST_GROUPS} largest groups; the table has them all.")
    first, last = funnel.steps[0], funnel.steps[-1]
    parts.chart(
        charts.funnel_bars(funnel, parts.mode()),
        f"Sessions at each step, from {number(first.count)} at "
        f"{charts.STEP_NAMES[first.event]} to {number(last.count)} at "
        f"{charts.STEP_NAMES[last.event]}",
        _CHART,
        on_select=lambda: _clicked(funnel),
        selection_mode="points",
    )


def table(actor: Actor, funnel: Funnel) -> None:
    """The same numbers in rows."""
    rows = [_step_row("all", step) for step in funnel.steps]
    rows += [
        _step_row(charts.group_name(group), step) for group in funnel.groups for step in group.steps
    ]
    shown = pd.DataFrame(
        {
            "Group": [row["group"] for row in rows],
            "Step": [row["step"] for row in rows],
            "Sessions": [row["sessions"] for row in rows],
            "Of first": [_per_cent(row["ofFirst"]) for row in rows],
            "Of previous": [_per_cent(row["ofPrevious"]) for row in rows],
            "Drop-off": [_per_cent(row["dropOff"]) for row in rows],
            "Median wait": [_wait(row["medianSecondsFromPrevious"]) for row in rows],
        }
    )
    share = st.column_config.NumberColumn(format="%.1f %%")
    st.dataframe(
        shown if funnel.groups else shown.drop(columns="Group"),
        hide_index=True,
        placeholder="–",
        height=parts.rows_height(min(len(rows), MOST_ROWS)),
        alt="The funnel's numbers, step by step",
        column_config={
            "Sessions": st.column_config.NumberColumn(format="localized"),
            "Of first": share,
            "Of previous": share,
            "Drop-off": share,
        },
    )
    parts.csv_button(actor, "funnel", STEP_COLUMNS, rows)


def chosen_bar(funnel: Funnel) -> tuple[EventName, FunnelGroup | None] | None:
    """The step, and the group where there are some, whose sessions are asked for."""
    marks = [MARK_OF[step.event] for step in funnel.steps]
    # Not beside each other: on a phone the steps wrap only where they have the line alone.
    mark = _stopped_mark(marks)
    group = None
    if funnel.groups:
        names = {charts.group_name(group): group for group in funnel.groups}
        options = {"": "all"} | {name: name for name in names}
        group = names.get(parts.choice(SCREEN, "Of", options, _GROUP))
    return None if mark is None else (EVENT_OF[mark], group)


def _stopped_mark(marks: list[str]) -> str | None:
    nothing: str | None = None
    return parts.linked(
        SCREEN,
        _STOPPED,
        nothing,
        draw=lambda widget: st.segmented_control("Sessions that stopped at", marks, key=widget),
        read=lambda asked: asked if asked in marks else None,
        tell=lambda mark: mark or "",
    )


def behind(actor: Actor, query: FunnelQuery, step: EventName, group: FunnelGroup | None) -> None:
    """The sessions of a bar: what they have in common, and each with its transcript."""
    service = runtime.services().funnel
    key = group.key if group else None
    at = parts.cursor("stopped", query, step, key)
    page = service.sessions_stopped_at(actor, query, step, group=key, cursor=at)
    if not page.items:
        empty("Nobody stopped here", "All sessions that came this far went on to the next step.")
        return
    _summary(service.summary_of_stopped(actor, query, step, group=key))
    _sessions(page.items)
    parts.pager("stopped", page.next_cursor)


def _summary(summary: StoppedSummary) -> None:
    last = ", ".join(f"{words(name)} {number(n)}" for name, n in summary.last_intents)
    rated = (
        f"rated {summary.mean_score:.1f} by {number(summary.ratings)}"
        if summary.mean_score is not None
        else "none rated"
    )
    of = f"the newest {number(summary.n)}" if summary.capped else number(summary.n)
    st.markdown(
        f"**{of} sessions** · last asked for: {last or '–'} · "
        f"something not understood: {percent(summary.unmatched_share)} · "
        f"handed over: {percent(summary.handed_over_share)} · {rated}"
    )


def _sessions(rows: list[StoppedSession]) -> None:
    frame = pd.DataFrame(
        {
            "Entered": [moment(row.entered_at) for row in rows],
            "First intent": [words(row.intent) for row in rows],
            "Last intent": [words(row.last_intent) for row in rows],
            "Messages": [row.customer_messages for row in rows],
            "Not understood": [row.unmatched for row in rows],
            "Handed over": ["yes" if row.handed_over else "" for row in rows],
            "Channel": [words(row.channel) for row in rows],
            "Tier": [row.tier or "" for row in rows],
            "Order": [row.order_number or "" for row in rows],
        }
    )
    picked = st.dataframe(
        frame,
        hide_index=True,
        alt="Sessions that stopped at this step; select one to read it",
        on_select="rerun",
        selection_mode="single-row",
        key=f"stopped-rows-{rows[0].session_id}",
    )
    for place in picked["selection"]["rows"][:1]:
        one = rows[place]
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"Entered {moment(one.entered_at)}, first intent {words(one.intent)}")
            link("conversations", "Read the conversation", session=one.session_id)


def _clicked(funnel: Funnel) -> None:
    """Puts the clicked bar into the two controls below, which are in the link."""
    points = st.session_state[_CHART]["selection"]["points"]
    if not points:
        return
    event, place = points[0]["customdata"][:2]
    parts.choose(SCREEN, _STOPPED, MARK_OF[EventName(event)])
    if funnel.groups and 0 <= place < len(funnel.groups):
        parts.choose(SCREEN, _GROUP, charts.group_name(funnel.groups[place]))


def _step_row(group: str, step: StepCount) -> Row:
    return {
        "group": group,
        "step": charts.STEP_NAMES[step.event],
        "event": step.event.value,
        "sessions": step.count,
        "ofFirst": step.share_of_first,
        "ofPrevious": step.share_of_previous,
        "dropOff": step.drop_off,
        "medianSecondsFromPrevious": step.median_seconds_from_previous,
    }


def _per_cent(share: object) -> float | None:
    return share * 100 if isinstance(share, int | float) else None


def _wait(seconds: object) -> str:
    return duration(seconds) if isinstance(seconds, int | float) else "–"
