"""Figures: one template in a light and a dark coat, and the few kinds of charts the screens draw.

Colours are those of the screens' theme and told apart by colour-blind eyes as well; bars start at
zero; what a bar says is written on it, so that no legend is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plotly import graph_objects

from concierge.core.formatting import number, percent
from concierge.csat.models import CsatDay
from concierge.csat.scoring import Tone, tone
from concierge.events.catalog import EventName
from concierge.insights.funnel_models import Funnel, FunnelGroup, StepCount

go: Any = graph_objects  # its names are made at run time, so that no type checker sees them
Figure = Any
"""A `plotly.graph_objects.Figure`."""

Mode = Literal["light", "dark"]
FONT = '"Source Sans", "Source Sans Pro", sans-serif'
MOST_GROUPS = 6
STEP_NAMES: Mapping[str, str] = {
    EventName.WIDGET_OPEN: "opened",
    EventName.INTENT_DETECTED: "understood",
    EventName.PRODUCTS_SHOWN: "shown",
    EventName.PRODUCT_SHORTLISTED: "saved",
    EventName.ORDER_PLACED: "bought",
}


@dataclass(frozen=True)
class Coat:
    """The colours of one theme, as on the screens; `inside` is for words on a bar."""

    text: str
    inside: str
    muted: str
    line: str
    good: str
    warn: str
    bad: str
    sequence: tuple[str, ...]


COATS: Mapping[Mode, Coat] = {
    "light": Coat(
        text="#221B26",
        inside="#FFFFFF",
        muted="#5E5566",
        line="#E4DCE8",
        good="#1B7A49",
        warn="#8A5A00",
        bad="#B3261E",
        sequence=("#8A2B6A", "#2B5C8A", "#B87400", "#1B7A49", "#6B6375", "#B3261E"),
    ),
    "dark": Coat(
        text="#F1ECF4",
        inside="#16121A",
        muted="#B3A9BC",
        line="#3A3143",
        good="#5FD39A",
        warn="#F0B849",
        bad="#FF8A80",
        sequence=("#E79BCB", "#8FBFEA", "#F0B849", "#5FD39A", "#B3A9BC", "#FF8A80"),
    ),
}


def template(mode: Mode) -> Any:
    """No frame, no background of its own, faint lines, thousands separators."""
    coat = COATS[mode]
    axis = {
        "gridcolor": coat.line,
        "zeroline": False,
        "showline": False,
        "tickfont": {"color": coat.muted},
        "separatethousands": True,
        "automargin": True,
        "fixedrange": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 14, "color": coat.text},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(coat.sequence),
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "showlegend": False,
            "separators": ".,",
            "xaxis": axis,
            "yaxis": axis,
            "bargap": 0.3,
            "hoverlabel": {"font": {"family": FONT}},
            "dragmode": False,
        }
    )


def funnel_bars(funnel: Funnel, mode: Mode) -> Figure:
    """One bar a step, or one a step and group; `customdata` is `[event, group's key]`."""
    if funnel.groups:
        return _grouped_funnel(funnel.groups, mode)
    coat = COATS[mode]
    steps = list(reversed(funnel.steps))
    figure = go.Figure(
        go.Bar(
            x=[step.count for step in steps],
            y=[STEP_NAMES[step.event] for step in steps],
            orientation="h",
            text=[_step_label(step) for step in steps],
            textposition="auto",
            insidetextanchor="start",
            insidetextfont={"color": coat.inside},
            customdata=[[step.event.value, -1] for step in steps],
            marker={"color": coat.sequence[0]},
            hovertemplate="%{y}: %{x:,} sessions<extra></extra>",
            cliponaxis=False,
        )
    )
    _horizontal(figure, mode, rows=len(steps), widest=max(s.count for s in steps))
    return figure


def _grouped_funnel(groups: Sequence[FunnelGroup], mode: Mode) -> Figure:
    coat = COATS[mode]
    shown = groups[:MOST_GROUPS]
    figure = go.Figure()
    for place, group in reversed(list(enumerate(shown))):
        steps = list(reversed(group.steps))
        name = group_name(group)
        figure.add_bar(
            x=[step.count for step in steps],
            y=[STEP_NAMES[step.event] for step in steps],
            orientation="h",
            name=name,
            text=[f"{name} · {number(step.count)}" if step.count else "" for step in steps],
            textposition="outside",
            customdata=[[step.event.value, place] for step in steps],
            marker={"color": coat.sequence[place % len(coat.sequence)]},
            hovertemplate=name + ", %{y}: %{x:,} sessions<extra></extra>",
            cliponaxis=False,
        )
    rows = len(shown) * len(shown[0].steps)
    widest = max((step.count for group in shown for step in group.steps), default=0)
    _horizontal(figure, mode, rows=rows, widest=widest, row_height=24, room=1.9)
    figure.update_layout(barmode="group", bargap=0.25, bargroupgap=0.1)
    return figure


def csat_distribution(distribution: Mapping[int, int], mode: Mode) -> Figure:
    """How often each score was given, 5 on top, coloured as everywhere and named in words."""
    coat = COATS[mode]
    colours = {Tone.GREEN: coat.good, Tone.YELLOW: coat.warn, Tone.RED: coat.bad}
    n = sum(distribution.values())
    scores = sorted(distribution)
    counts = [distribution[score] for score in scores]
    shares = [count / n if n else None for count in counts]
    figure = go.Figure(
        go.Bar(
            x=counts,
            y=[str(score) for score in scores],
            orientation="h",
            text=[f"{number(c)} · {percent(s)}" for c, s in zip(counts, shares, strict=True)],
            textposition="outside",
            marker={"color": [colours[tone(score)] for score in scores]},
            hovertemplate="rated %{y}: %{x:,}<extra></extra>",
            cliponaxis=False,
        )
    )
    _horizontal(figure, mode, rows=len(scores), widest=max(counts, default=0), room=1.35)
    figure.update_yaxes(type="category")
    return figure


def csat_trend(days: Sequence[CsatDay], mode: Mode, *, target: float, ambition: float) -> Figure:
    """The mean of each day with ratings, against the target and the ambition."""
    coat = COATS[mode]
    figure = go.Figure(
        go.Scatter(
            x=[day.day for day in days],
            y=[day.mean for day in days],
            mode="lines+markers",
            line={"color": coat.sequence[0], "width": 2},
            marker={"size": 7},
            customdata=[[day.n, day.score] for day in days],
            hovertemplate="%{x|%b %-d}: mean %{y:.2f}, CSAT %{customdata[1]:.0f} %, "
            "n = %{customdata[0]:,}<extra></extra>",
        )
    )
    for value, word in ((target, "target"), (ambition, "ambition")):
        figure.add_hline(
            y=value,
            line={"color": coat.muted, "width": 1, "dash": "dot"},
            annotation={
                "text": f"{word} {value:.1f}",
                "font": {"color": coat.muted, "size": 12},
                "x": 1.01,
                "xanchor": "left",
                "yanchor": "middle",
            },
        )
    # The words stand right of the lines that they name, where no mean is drawn.
    figure.update_layout(template=template(mode), height=260, margin={"r": 84})
    figure.update_yaxes(range=[0.8, 5.2], dtick=1)
    figure.update_xaxes(type="date", showgrid=False, tickformat="%b %-d")
    return figure


def group_name(group: FunnelGroup) -> str:
    """The group's values in words; a missing one is "none"."""
    return ", ".join((value or "none").replace("_", " ") for value in group.key.values())


def _step_label(step: StepCount) -> str:
    kept = "" if step.share_of_previous is None else f" · {percent(step.share_of_previous)}"
    return f"{number(step.count)}{kept}"


def _horizontal(
    figure: Figure,
    mode: Mode,
    *,
    rows: int,
    widest: int,
    row_height: int = 44,
    room: float = 1.15,
) -> None:
    """Bars from zero, with room for what is written at their ends."""
    figure.update_layout(template=template(mode), height=max(rows * row_height, 120))
    figure.update_xaxes(range=[0, max(widest, 1) * room], visible=False)
    figure.update_yaxes(showgrid=False, tickfont={"color": COATS[mode].text}, ticklabelstandoff=8)
    figure.update_traces(
        marker={"cornerradius": 3},
        unselected={"marker": {"opacity": 0.45}, "textfont": {"color": COATS[mode].text}},
        selector={"type": "bar"},
    )
