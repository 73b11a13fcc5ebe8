"""The figures divide what their definitions say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from concierge.core.actor import Actor
from concierge.core.errors import Forbidden
from concierge.core.mongo import Mongo
from concierge.insights.metrics import FigureKey, MetricsService
from concierge.insights.unmatched import UnmatchedService
from concierge.sessions.models import Author, SessionCounters
from tests.explain import no_collection_scans
from tests.insights.conftest import AGENT, ANALYST
from tests.insights.sessions import AT, said, session, store

DAY = date(2026, 11, 10)


def counted(**counters: int) -> SessionCounters:
    return SessionCounters(**{"customer_messages": 1, **counters})


def figures(metrics: MetricsService) -> dict[str, tuple[float | None, int]]:
    return {f.key.value: (f.value, f.n) for f in metrics.overview(ANALYST, DAY).figures}


def test_the_rates_of_a_day(desk: Mongo, metrics: MetricsService) -> None:
    later = AT + timedelta(hours=25)
    solved = session(AT, intent="returns", counters=counted(matched=2, unmatched=1))
    handed = session(AT, intent="stylist", handoff_at=AT, counters=counted(matched=1))
    handed_late = session(AT, intent="returns", handoff_at=later, counters=counted(matched=1))
    greeted = session(AT, counters=counted(matched=1))
    praised = session(AT, intent="feedback", counters=counted(matched=1))
    silent = session(AT, messages=0)
    played = session(AT, intent="returns", simulated=True, counters=counted(matched=9))
    store(desk, solved, handed, handed_late, greeted, praised, silent, played)
    assert figures(metrics) == {
        "conversations": (5, 6),
        "match_rate": (6 / 7, 7),
        "deflection": (2 / 5, 5),  # solved, and the one handed over only after a day
        "escalation_rate": (2 / 5, 5),
    }


def test_feedback_first_and_a_search_later_is_deflected(
    desk: Mongo, metrics: MetricsService
) -> None:
    store(
        desk,
        session(
            AT,
            intent="feedback",
            transcript=[said(1, "love it", "feedback"), said(2, "rings", "product_search")],
        ),
    )
    assert figures(metrics)["deflection"] == (1.0, 1)


def test_nothing_to_divide_by_is_no_number(desk: Mongo, metrics: MetricsService) -> None:
    assert figures(metrics)["match_rate"] == (None, 0)


def test_yesterday_stands_against_the_week_before(desk: Mongo, metrics: MetricsService) -> None:
    yesterday = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
    week = [yesterday - timedelta(days=n) for n in range(1, 8)]
    before = [session(at, counters=counted(matched=1)) for at in week for _ in range(2)]
    too_old = session(yesterday - timedelta(days=8))
    store(desk, session(yesterday, counters=counted(unmatched=1)), *before, too_old)
    with no_collection_scans(desk):
        overview = metrics.overview(ANALYST)
    assert (overview.day, overview.week_from, overview.week_to) == (
        date(2026, 11, 17),
        date(2026, 11, 10),
        date(2026, 11, 16),
    )
    by_key = {figure.key: figure for figure in overview.figures}
    conversations = by_key[FigureKey.CONVERSATIONS]
    assert (conversations.value, conversations.before) == (1, 2)
    assert (by_key[FigureKey.MATCH_RATE].value, by_key[FigureKey.MATCH_RATE].before) == (0, 1)
    assert by_key[FigureKey.MATCH_RATE].before_n == 14
    assert all(figure.definition for figure in overview.figures)


def test_what_was_not_understood_is_grouped_and_masked(
    desk: Mongo, unmatched: UnmatchedService
) -> None:
    missed = counted(unmatched=1)
    store(
        desk,
        session(
            AT,
            customer_name="Ada Example",
            counters=missed,
            transcript=[
                said(1, "Do you do tattoos?", "unmatched"),
                said(2, "Sorry", author=Author.CONCIERGE),
                said(3, "rings", "product_search"),
                said(4, "ask for Ada at ada@example.com", "unmatched"),
            ],
        ),
        session(AT, counters=missed, transcript=[said(9, "do you do  TATTOOS", "unmatched")]),
        session(AT, counters=missed, simulated=True, transcript=[said(1, "x y", "unmatched")]),
    )
    with no_collection_scans(desk):
        found = unmatched.top(ANALYST)
    assert [(p.text, p.count, p.sessions) for p in found.phrases] == [
        ("do you do TATTOOS", 2, 2),
        ("ask for ••• at •••", 1, 1),
    ]
    assert (found.messages, found.sessions, found.capped) == (3, 2, False)


@pytest.mark.parametrize("actor", [AGENT, Actor.customer("s1")])
def test_figures_are_for_who_reads_insights(
    metrics: MetricsService, unmatched: UnmatchedService, actor: Actor
) -> None:
    for ask in (metrics.overview, unmatched.top):
        with pytest.raises(Forbidden):
            ask(actor)
