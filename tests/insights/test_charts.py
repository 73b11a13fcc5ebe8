"""Figures start at zero, say what they show, and look alike in both themes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from concierge.core.mongo import Mongo
from concierge.csat.models import CsatDay
from concierge.insights import charts
from concierge.insights.charts import COATS, Mode
from concierge.insights.funnel import FunnelService
from concierge.insights.funnel_models import FunnelQuery
from tests.insights.conftest import ANALYST
from tests.insights.sessions import session, store

AT = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
MODES: tuple[Mode, ...] = ("light", "dark")
BACKGROUND = {"light": "#FFFFFF", "dark": "#16121A"}


def contrast(one: str, other: str) -> float:
    """By the accessibility guidelines' formula."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", MODES)
def test_words_and_marks_stand_out_from_the_background(mode: Mode) -> None:
    coat = COATS[mode]
    for colour in (coat.text, coat.muted, coat.good, coat.warn, coat.bad):
        assert contrast(colour, BACKGROUND[mode]) >= 4.5, colour
    for colour in coat.sequence:
        assert contrast(colour, BACKGROUND[mode]) >= 3, colour


@pytest.mark.parametrize("mode", MODES)
def test_a_funnels_bars_start_at_zero_and_carry_their_numbers(
    desk: Mongo, funnel: FunnelService, mode: Mode
) -> None:
    store(desk, *[session(AT, 5) for _ in range(3)], session(AT))
    query = FunnelQuery(from_day=date(2026, 11, 1))
    figure = charts.funnel_bars(funnel.compute(ANALYST, query), mode)
    bar = figure.data[0]
    assert list(bar.y) == ["bought", "saved", "shown", "understood", "opened"]
    assert list(bar.text)[-2:] == ["3 · 75 %", "4"]
    assert contrast(bar.insidetextfont.color, bar.marker.color) >= 4.5
    assert bar.customdata[-1][0] == "aurora_widget_open"
    assert figure.layout.xaxis.range[0] == 0
    assert figure.layout.template.layout.showlegend is False


def test_a_broken_down_funnel_names_each_group_on_its_bars(
    desk: Mongo, funnel: FunnelService
) -> None:
    store(desk, session(AT, tier="vip"), session(AT, tier="vip"), session(AT))
    query = FunnelQuery.of_texts(from_day="2026-11-01", by="tier")
    figure = charts.funnel_bars(funnel.compute(ANALYST, query), "light")
    assert {trace.name for trace in figure.data} == {"vip", "none"}
    assert {trace.text[-1] for trace in figure.data} == {"vip · 2", "none · 1"}
    assert figure.data[-1].customdata[-1][1] == 0


def test_scores_keep_their_colours_and_say_their_share() -> None:
    figure = charts.csat_distribution({1: 1, 2: 0, 3: 1, 4: 0, 5: 2}, "light")
    coat = COATS["light"]
    assert list(figure.data[0].marker.color) == [
        coat.bad,
        coat.bad,
        coat.warn,
        coat.good,
        coat.good,
    ]
    assert figure.data[0].text[-1] == "2 · 50 %"


def test_the_trend_shows_target_and_ambition() -> None:
    days = [CsatDay(day="2026-11-10", n=2, mean=4.5, score=100)]
    figure = charts.csat_trend(days, "dark", target=4.0, ambition=4.5)
    words = [note.text for note in figure.layout.annotations]
    assert words == ["target 4.0", "ambition 4.5"]
    assert list(figure.data[0].y) == [4.5]


def test_no_chart_asks_for_a_font_from_elsewhere() -> None:
    assert not re.search(r"https?:", charts.FONT)
