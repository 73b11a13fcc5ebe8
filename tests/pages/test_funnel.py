"""The funnel's screen: asked by its link, told in a line, opened step by step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.core.actor import Role
from concierge.sessions.models import WidgetSession
from concierge.ui.components import unbroken
from tests.insights.sessions import session, store
from tests.pages.conftest import OpenScreen, text_of


@pytest.fixture
def five(services: Services) -> list[WidgetSession]:
    """Five sessions of two days ago: one to each step, and one simulated."""
    begun = services.clock.now() - timedelta(days=2)
    made = [
        session(begun, intent="returns"),
        session(begun, 5, intent="returns"),
        session(begun, 5, 9, intent="product_search"),
        session(begun, 5, 9, 60, intent="product_search"),
        session(begun, 5, 9, 60, 3600, simulated=True),
    ]
    store(services.mongo, *made)
    return made


def story(screen: AppTest) -> str:
    return next(m.value for m in screen.markdown if "**" in m.value and "→" in m.value)


def test_the_whole_funnel_is_told_in_one_line(
    open_screen: OpenScreen, five: list[WidgetSession]
) -> None:
    screen = open_screen(Role.ANALYST, "funnel")
    assert story(screen) == unbroken(
        "**4** opened → **3** understood (75 %) → **2** shown (67 %) → **1** saved (50 %) "
        "→ **0** bought (0 %)"
    )
    table = screen.dataframe[0].value
    assert list(table["Sessions"]) == [4, 3, 2, 1, 0]


def test_simulated_sessions_count_when_the_switch_is_on(
    open_screen: OpenScreen, five: list[WidgetSession]
) -> None:
    screen = open_screen(Role.ANALYST, "funnel")
    screen.toggle(key="funnel-simulated").set_value(True).run()
    assert story(screen).startswith("**5** opened")


def test_everything_asked_is_in_the_link(
    open_screen: OpenScreen, five: list[WidgetSession]
) -> None:
    screen = open_screen(Role.ANALYST, "funnel")
    screen.selectbox(key="funnel-by").set_value("intent").run()
    screen.selectbox(key="funnel-window").set_value("1h").run()
    assert screen.query_params["by"] == "intent"
    assert screen.query_params["window"] == "1h"
    screen.selectbox(key="funnel-by").set_value("").run()
    assert "by" not in screen.query_params


def test_a_link_asks_the_same_again(open_screen: OpenScreen, five: list[WidgetSession]) -> None:
    screen = open_screen(Role.ANALYST, "funnel", by="intent", order="any", period="7")
    assert screen.selectbox(key="funnel-by").value == "intent"
    assert screen.selectbox(key="funnel-order").value == "any"
    assert screen.selectbox(key="funnel-period").value == "7"
    assert set(screen.dataframe[0].value["Group"]) == {"all", "returns", "product search"}


def test_a_link_with_nonsense_falls_back_to_the_usual_question(
    open_screen: OpenScreen, five: list[WidgetSession]
) -> None:
    screen = open_screen(Role.ANALYST, "funnel", by="weather", order="<b>", period="-1")
    assert screen.selectbox(key="funnel-by").value == ""
    assert story(screen).startswith("**4** opened")


def test_a_step_opens_the_sessions_that_stopped_there(
    open_screen: OpenScreen, five: list[WidgetSession]
) -> None:
    screen = open_screen(Role.ANALYST, "funnel", stopped="shown")
    assert "**1 sessions**" in text_of(screen)
    rows = screen.dataframe[1].value
    assert list(rows["First intent"]) == ["product search"]


def test_the_steps_can_be_fewer(open_screen: OpenScreen, five: list[WidgetSession]) -> None:
    screen = open_screen(Role.ANALYST, "funnel")
    screen.button_group(key="funnel-steps").set_value(["opened", "saved"]).run()
    assert story(screen) == unbroken("**4** opened → **1** saved (25 %)")


def test_an_empty_period_says_how_to_get_numbers(open_screen: OpenScreen) -> None:
    screen = open_screen(Role.ADMIN, "funnel")
    assert "No session in this period" in text_of(screen)
    assert not screen.dataframe


def test_only_who_may_export_gets_the_button(
    open_screen: OpenScreen, five: list[WidgetSession]
) -> None:
    assert open_screen(Role.ANALYST, "funnel").get("download_button")
    assert not open_screen(Role.PM, "funnel").get("download_button")


def test_an_agent_is_told_that_insights_are_not_theirs(open_screen: OpenScreen) -> None:
    screen = open_screen(Role.AGENT, "funnel")
    assert "does not include insights" in text_of(screen)
    assert not screen.dataframe
