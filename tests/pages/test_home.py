"""Home says what needs each role, and links there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.rehearsal.models import Outcome, Replay
from concierge.rehearsal.repository import ScenariosRepository
from tests.pages.conftest import OpenScreen, text_of, words_of
from tests.rules.conftest import Desk

PM = Actor.staff("pm", {Role.PM})


def _links(screen: AppTest) -> list[str]:
    return [link.label for link in screen.page_link]


def _headings(screen: AppTest) -> list[str]:
    return [heading.value for heading in screen.header]


@pytest.mark.parametrize(
    ("role", "name", "headings"),
    [
        (Role.AGENT, "Sam", ["Tickets"]),
        (Role.ANALYST, "Noor", ["Yesterday"]),
        (Role.PM, "Kim", ["Yesterday", "Rehearsal", "Not understood lately"]),
        (
            Role.ADMIN,
            "Robin",
            ["Health", "Tickets", "Yesterday", "Rehearsal", "Not understood lately"],
        ),
    ],
)
def test_each_role_is_greeted_with_its_own_work(
    demo_services: Services, open_screen: OpenScreen, role: Role, name: str, headings: list[str]
) -> None:
    screen = open_screen(role)
    assert screen.title[0].value == f"Hello {name}"
    assert _headings(screen) == headings


def test_an_agent_sees_what_is_due_with_a_link_to_each(
    demo_services: Services, open_screen: OpenScreen
) -> None:
    screen = open_screen(Role.AGENT)
    assert [metric.label for metric in screen.metric] == [
        "Late",
        "Due soon",
        "Mine",
        "Unassigned",
        "Waiting",
    ]
    due = int(screen.metric[0].value) + int(screen.metric[1].value)
    assert due > 0
    assert _links(screen).count("Open") == min(due, 5)


def test_an_empty_shop_says_what_would_be_here(services: Services, open_screen: OpenScreen) -> None:
    shown = text_of(open_screen(Role.ADMIN))
    assert "Nothing is late or due soon" in shown
    assert "All understood" in shown


def test_figures_carry_their_definitions_and_what_they_are_compared_with(
    demo_services: Services, open_screen: OpenScreen
) -> None:
    screen = open_screen(Role.ANALYST)
    assert len(screen.metric) == 4
    assert all(metric.help for metric in screen.metric)
    assert "week before" in text_of(screen)


def test_rehearsal_says_what_the_newest_replay_by_the_live_rules_left(
    services: Services, open_screen: OpenScreen
) -> None:
    assert "not checked" in text_of(open_screen(Role.PM))
    names = sorted(entry.name for entry in services.rehearsal.entries(PM))
    kept_as_played(services, names, failing=())
    shown = words_of(open_screen(Role.PM))
    assert "all well" in shown
    assert f"{len(names)} of {len(names)} scenarios as expected" in shown
    assert "Rules version 0, checked" in shown
    kept_as_played(services, names, failing=names[:7])
    screen = open_screen(Role.PM)
    assert f"{len(names) - 7} of {len(names)} scenarios as expected" in words_of(screen)
    assert "failing" in text_of(screen)
    assert "and 2 more" in text_of(screen)
    red = [label for label in _links(screen) if "step 2" in label]
    assert len(red) == 5


def test_rules_that_went_live_since_are_not_called_rehearsed(
    services: Services, open_screen: OpenScreen
) -> None:
    names = [entry.name for entry in services.rehearsal.entries(PM)]
    kept_as_played(services, names, failing=())
    live = Desk(services).published("flurb", "gift", "flurb").number
    services.live_rules.look()
    shown = words_of(open_screen(Role.ADMIN))
    assert f"Rules version {live} has not been rehearsed yet" in shown


def test_a_scenario_that_is_new_or_changed_makes_the_replay_incomplete(
    services: Services, open_screen: OpenScreen
) -> None:
    names = [entry.name for entry in services.rehearsal.entries(PM)]
    kept_as_played(services, names[1:], failing=())
    shown = words_of(open_screen(Role.PM))
    assert "incomplete" in shown
    assert "1 are new, changed or were not played" in shown


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
def test_rehearsal_is_shown_to_those_who_rehearse(
    demo_services: Services, open_screen: OpenScreen, role: Role
) -> None:
    assert "Rehearsal" not in _headings(open_screen(role))


def kept_as_played(services: Services, names: Sequence[str], failing: Sequence[str]) -> None:
    """A replay as `replay_all` keeps it."""
    services.live_rules.look()
    outcomes = [
        Outcome(
            name=name,
            title=name,
            looked=3,
            difference="step 2: expected returns" if name in failing else None,
        )
        for name in names
    ]
    now = services.clock.now()
    replay = Replay(id="0", known=len(names), outcomes=outcomes, played_by="pm", played_at=now)
    ScenariosRepository(services.mongo).keep_replay(replay)
