"""The CSAT screen: two numbers never mixed, and low ratings that stand out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.core.privacy import MASK
from concierge.csat.models import CSAT_FEEDBACK, CsatKind
from concierge.tickets.models import Source, TicketCustomerDraft, TicketDraft
from tests.insights.sessions import rate, session, store
from tests.pages.conftest import OpenScreen, text_of


@pytest.fixture
def rated(services: Services) -> str:
    """Concierge: 5, 4, 1 with words and a follow-up; agents: 2. Returns the follow-up's id."""
    at = services.clock.now() - timedelta(hours=3)
    good, fair, bad, agents = (session(at) for _ in range(4))
    store(services.mongo, good, fair, bad, agents)
    rate(services.mongo, good, 5)
    rate(services.mongo, fair, 4)
    rate(services.mongo, bad, 1)
    rate(services.mongo, agents, 2, CsatKind.AGENT)
    low = services.mongo.collection(CSAT_FEEDBACK).find_one_and_update(
        {"sessionId": bad.id}, {"$set": {"notes": "Ada says **no**"}}
    )
    assert low is not None
    follow_up = services.tickets.open(
        Actor.system("test"),
        TicketDraft(
            customer=TicketCustomerDraft(name="Ada Example", email="ada@example.com"),
            message="Low rating",
            source=Source.RATING,
            tags=["low-rating"],
            session_id=bad.id,
            rating_id=low["_id"],
        ),
        request_id="follow-up",
    )
    return follow_up.ticket_id


def metrics(screen: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in screen.metric}


def test_the_concierge_and_the_agents_are_two_numbers(open_screen: OpenScreen, rated: str) -> None:
    screen = open_screen(Role.ANALYST, "csat")
    assert metrics(screen) == {
        "Mean": "3.33",
        "CSAT score": "67 %",
        "Response rate": "–",
        "Ratings": "3",
    }
    screen.button_group(key="csat-kind").set_value("agent").run()
    assert metrics(screen)["Ratings"] == "1"
    assert metrics(screen)["Mean"] == "2.00"
    assert screen.query_params["kind"] == "agent"


def test_a_link_opens_the_agents_ratings(open_screen: OpenScreen, rated: str) -> None:
    assert metrics(open_screen(Role.AGENT, "csat", kind="agent"))["Ratings"] == "1"


def test_the_mean_stands_against_target_and_ambition(open_screen: OpenScreen, rated: str) -> None:
    assert "below target 4\\.0" in text_of(open_screen(Role.ANALYST, "csat"))


def test_a_low_rating_stands_out_with_its_follow_up(open_screen: OpenScreen, rated: str) -> None:
    screen = open_screen(Role.AGENT, "csat", low="true")
    words = text_of(screen)
    assert ":red-badge[● 1] :red-badge[low]" in words
    assert "follow\\-up open" in words
    assert [text.value for text in screen.text] == ["Ada says **no**"]


def test_low_only_leaves_the_rest_out(open_screen: OpenScreen, rated: str) -> None:
    assert text_of(open_screen(Role.AGENT, "csat")).count("-badge[● ") == 3
    assert text_of(open_screen(Role.AGENT, "csat", low="true")).count("-badge[● ") == 1


def test_a_follow_up_that_is_done_says_so(
    services: Services, open_screen: OpenScreen, rated: str
) -> None:
    system = Actor.system("test")
    ticket = services.tickets.get(system, rated)
    services.tickets.resolve(system, rated, ticket.version, "done")
    assert "follow\\-up resolved" in text_of(open_screen(Role.ANALYST, "csat"))


def test_an_analyst_reads_no_customers_words(open_screen: OpenScreen, rated: str) -> None:
    screen = open_screen(Role.ANALYST, "csat")
    assert [text.value for text in screen.text] == [MASK]


def test_nothing_rated_says_when_customers_are_asked(
    services: Services, open_screen: OpenScreen
) -> None:
    assert "No rating in this period" in text_of(open_screen(Role.AGENT, "csat"))


def test_a_manager_of_products_is_told_it_is_not_theirs(
    services: Services, open_screen: OpenScreen
) -> None:
    screen = open_screen(Role.PM, "csat")
    assert "does not include customer satisfaction" in text_of(screen)
    assert not screen.metric
