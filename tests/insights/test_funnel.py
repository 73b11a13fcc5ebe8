"""The funnel counts what its definition says."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concierge.core.actor import Actor
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden, InvalidInput
from concierge.core.mongo import Mongo
from concierge.csat.models import CsatKind
from concierge.events.catalog import FUNNEL_STEPS, EventName
from concierge.insights.funnel import FunnelService
from concierge.insights.funnel_models import FunnelOrder, FunnelQuery, period
from concierge.insights.funnel_pipeline import counting
from concierge.sessions.models import WIDGET_SESSIONS, DialogueState, SessionCounters
from tests.explain import no_collection_scans
from tests.insights import oracle
from tests.insights.conftest import AGENT, ANALYST, ZONE
from tests.insights.sessions import rate, session, store

DAY = 24 * 3600
AT = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
QUERY = FunnelQuery(from_day=date(2026, 11, 1), to_day=date(2026, 11, 18))


def counts(funnel: FunnelService, query: FunnelQuery = QUERY) -> list[int]:
    return [step.count for step in funnel.compute(ANALYST, query).steps]


def test_each_step_counts_the_sessions_that_got_there_in_order(
    desk: Mongo, funnel: FunnelService
) -> None:
    store(
        desk,
        session(AT),
        session(AT, 5),
        session(AT, 5, 10, 60),
        session(AT, 5, 10, 60, 3600),
        session(AT, None, 10),  # shown without being understood first: not in order
        session(AT, 30, 10),  # shown before it was understood
    )
    answer = funnel.compute(ANALYST, QUERY)
    assert [step.count for step in answer.steps] == [6, 4, 2, 2, 1]
    assert answer.steps[1].median_seconds_from_previous == 5
    assert answer.steps[0].median_seconds_from_previous is None
    assert answer.steps[4].share_of_first == pytest.approx(1 / 6)
    assert answer.steps[4].drop_off == pytest.approx(0.5)
    assert answer.time_to_convert.n == 1
    assert answer.time_to_convert.median_seconds == 3600


def test_marks_of_one_moment_are_taken_in_step_order(desk: Mongo, funnel: FunnelService) -> None:
    store(desk, session(AT, 0, 0, 0, 0))
    assert counts(funnel) == [1, 1, 1, 1, 1]


def test_the_window_includes_its_last_moment_and_no_millisecond_more(
    desk: Mongo, funnel: FunnelService
) -> None:
    store(desk, session(AT, 1, 2, 3, DAY), session(AT, 1, 2, 3, DAY + 0.001))
    assert counts(funnel) == [2, 2, 2, 2, 1]


def test_days_are_the_shops_and_filter_the_entry(desk: Mongo, funnel: FunnelService) -> None:
    last_evening = datetime(2026, 11, 10, 4, 59, 59, 999000, tzinfo=UTC)  # still the 9th there
    midnight = datetime(2026, 11, 10, 5, 0, tzinfo=UTC)
    store(desk, session(last_evening), session(midnight), session(midnight + timedelta(days=1)))
    only = FunnelQuery(from_day=date(2026, 11, 10), to_day=date(2026, 11, 10))
    assert counts(funnel, only)[0] == 1


def test_a_day_of_25_hours_is_counted_whole(desk: Mongo, funnel: FunnelService) -> None:
    clocks_go_back = date(2026, 11, 1)
    first = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
    last = datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC)
    store(desk, session(first), session(last))
    assert counts(funnel, FunnelQuery(from_day=clocks_go_back, to_day=clocks_go_back))[0] == 2


def test_sessions_whose_window_is_open_are_incomplete(
    desk: Mongo, funnel: FunnelService, clock: ManualClock
) -> None:
    now = clock.now()
    edge = now - timedelta(days=1)
    store(desk, session(now), session(edge), session(edge - timedelta(milliseconds=1)))
    assert funnel.compute(ANALYST, QUERY).incomplete == 2


def test_simulated_sessions_are_left_out_unless_asked_for(
    desk: Mongo, funnel: FunnelService
) -> None:
    store(desk, session(AT), session(AT, simulated=True))
    assert counts(funnel)[0] == 1
    assert counts(funnel, QUERY.model_copy(update={"include_simulated": True}))[0] == 2


def test_a_breakdown_adds_up_to_the_whole(desk: Mongo, funnel: FunnelService) -> None:
    store(
        desk,
        session(AT, 5, 9, intent="product_search"),
        session(AT, 5, intent="product_search"),
        session(AT, 5, intent="returns"),
        session(AT),
    )
    answer = funnel.compute(ANALYST, FunnelQuery.of_texts(from_day="2026-11-01", by="intent"))
    assert [group.key for group in answer.groups] == [
        {"intent": "product_search"},
        {"intent": "returns"},
        {"intent": None},
    ]
    for place, step in enumerate(answer.steps):
        assert step.count == sum(group.steps[place].count for group in answer.groups)


def test_a_breakdown_by_day_runs_forward_in_the_shops_days(
    desk: Mongo, funnel: FunnelService
) -> None:
    late = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)  # 23:00 on the 10th in New York
    store(desk, session(AT + timedelta(days=1)), session(late), session(AT))
    answer = funnel.compute(ANALYST, FunnelQuery.of_texts(from_day="2026-11-01", by="day,channel"))
    assert [(g.key, g.steps[0].count) for g in answer.groups] == [
        ({"day": "2026-11-10", "channel": "widget"}, 2),
        ({"day": "2026-11-11", "channel": "widget"}, 1),
    ]


def test_strict_refuses_a_step_that_came_out_of_turn(desk: Mongo, funnel: FunnelService) -> None:
    store(desk, session(AT, 5, 30, 10), session(AT, 5, 10, 30))
    sequential = FunnelQuery.of_texts(steps="opened,understood,shown", from_day="2026-11-01")
    strict = sequential.model_copy(update={"order": FunnelOrder.STRICT})
    assert counts(funnel, sequential) == [2, 2, 2]
    assert counts(funnel, strict) == [2, 2, 1]


def test_any_order_counts_steps_that_came_the_other_way_round(
    desk: Mongo, funnel: FunnelService
) -> None:
    store(desk, session(AT, 30, 10, 20), session(AT, 30, 10, DAY + 1))
    query = FunnelQuery.of_texts(order="any", from_day="2026-11-01")
    assert counts(funnel, query) == [2, 2, 2, 1, 0]


def test_a_later_first_step_filters_by_its_own_time(desk: Mongo, funnel: FunnelService) -> None:
    the_day_before = AT - timedelta(hours=20)
    store(desk, session(the_day_before, 20 * 3600, 20 * 3600 + 60), session(the_day_before))
    query = FunnelQuery.of_texts(from_day="2026-11-10", steps="understood,shown")
    assert counts(funnel, query) == [1, 1]


seconds = st.one_of(
    st.none(), st.sampled_from([0, 1, 2, 3, 4, 5, 59.999, 60, 60.001, 90]), st.integers(0, 7)
)
chosen_steps = st.lists(st.integers(0, 4), min_size=1, max_size=5, unique=True).map(sorted)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sessions=st.lists(
        st.tuples(seconds, seconds, seconds, seconds, st.integers(0, 200)), max_size=12
    ),
    steps=chosen_steps,
    order=st.sampled_from(["sequential", "strict", "any"]),
)
def test_the_funnel_equals_brute_force_for_ties_gaps_and_window_edges(
    desk: Mongo,
    funnel: FunnelService,
    clock: ManualClock,
    sessions: list[tuple[float | None, float | None, float | None, float | None, int]],
    steps: list[int],
    order: str,
) -> None:
    now = clock.now()
    collection = desk.collection(WIDGET_SESSIONS)
    collection.delete_many({})
    marks: list[oracle.Marks] = []
    documents = []
    for *later, age in sessions:
        documents.append(session(now - timedelta(seconds=age), *later))
        marks.append([-age, *(None if s is None else s - age for s in later)])
    if documents:
        store(desk, *documents)
    query = FunnelQuery(
        from_day=date(2026, 11, 17),
        to_day=date(2026, 11, 18),
        window_seconds=60,
        order=order,
        steps=tuple(FUNNEL_STEPS[step] for step in steps),
    )
    answer = funnel.compute(ANALYST, query)
    expected = oracle.funnel(marks, steps, 60, order, 0)
    assert [step.count for step in answer.steps] == expected["counts"]
    assert [s.median_seconds_from_previous for s in answer.steps] == expected["medians"]
    assert answer.incomplete == expected["incomplete"]
    took = expected["converted"]
    assert answer.time_to_convert.n == len(took)
    p90 = took[math.ceil(0.9 * len(took)) - 1] if took else None
    assert answer.time_to_convert.p90_seconds == p90


def test_the_sessions_behind_a_bar_are_those_that_stopped_there(
    desk: Mongo, funnel: FunnelService
) -> None:
    stopped = [session(AT + timedelta(seconds=n // 2), 5, intent="returns") for n in range(7)]
    store(desk, *stopped, session(AT, 5, 9), session(AT))
    step, seen, cursor = EventName.INTENT_DETECTED, [], None
    while True:
        page = funnel.sessions_stopped_at(ANALYST, QUERY, step, cursor=cursor, limit=3)
        seen += [row.session_id for row in page.items]
        if (cursor := page.next_cursor) is None:
            break
    newest_first = sorted(stopped, key=lambda s: (s.opened_at, s.id), reverse=True)
    assert seen == [one.id for one in newest_first]


def test_the_rows_of_all_bars_add_up_to_the_first_step(desk: Mongo, funnel: FunnelService) -> None:
    store(desk, *[session(AT, *([5, 9, 12, 20][:n])) for n in (0, 1, 1, 2, 3, 4, 4)])
    behind = [len(funnel.sessions_stopped_at(ANALYST, QUERY, step).items) for step in FUNNEL_STEPS]
    assert behind == [1, 2, 1, 1, 2]


def test_a_bar_of_one_group_opens_only_its_sessions(desk: Mongo, funnel: FunnelService) -> None:
    mine = session(AT, tier="vip")
    store(desk, mine, session(AT, tier="new"), session(AT))
    query = FunnelQuery.of_texts(from_day="2026-11-01", by="tier")
    vip = funnel.sessions_stopped_at(ANALYST, query, FUNNEL_STEPS[0], group={"tier": "vip"})
    none = funnel.sessions_stopped_at(ANALYST, query, FUNNEL_STEPS[0], group={"tier": None})
    assert [row.session_id for row in vip.items] == [mine.id]
    assert len(none.items) == 1


def test_the_summary_of_a_bar_says_what_its_sessions_share(
    desk: Mongo, funnel: FunnelService
) -> None:
    lost = session(
        AT,
        5,
        state=DialogueState(last_intent="returns"),
        counters=SessionCounters(customer_messages=2, matched=1, unmatched=1),
    )
    silent = session(AT, 5, messages=0)
    handed = session(AT, 5, state=DialogueState(last_intent="returns"), handoff_at=AT)
    store(desk, lost, silent, handed, session(AT))
    rate(desk, lost, 2)
    rate(desk, handed, 5, kind=CsatKind.AGENT)
    summary = funnel.summary_of_stopped(ANALYST, QUERY, EventName.INTENT_DETECTED)
    assert (summary.n, summary.capped) == (3, False)
    assert summary.last_intents == [("returns", 2)]
    assert summary.unmatched_share == pytest.approx(1 / 2)
    assert summary.handed_over_share == pytest.approx(1 / 2)
    assert (summary.ratings, summary.mean_score) == (1, 2.0)


def test_counting_reads_the_index_and_no_conversation(desk: Mongo, clock: ManualClock) -> None:
    store(desk, *[session(AT, 5, 9, intent="returns", tier="vip") for _ in range(20)])
    query = FunnelQuery.of_texts(from_day="2026-11-01", by="intent,tier,channel,category,variant")
    days = period(query.from_day, None, clock.now(), ZoneInfo(ZONE))
    plan = desk.db.command(
        "explain",
        {
            "aggregate": WIDGET_SESSIONS.name,
            "pipeline": counting(query, days, clock.now(), ZONE),
            "cursor": {},
        },
        verbosity="executionStats",
    )
    stats = plan["stages"][0]["$cursor"]["executionStats"]
    assert stats["totalDocsExamined"] == 0
    assert stats["totalKeysExamined"] >= 20


def test_no_query_of_the_funnel_scans_a_collection(desk: Mongo, funnel: FunnelService) -> None:
    stopped = session(AT, 5)
    store(desk, stopped)
    rate(desk, stopped, 5)
    with no_collection_scans(desk):
        funnel.compute(ANALYST, QUERY)
        funnel.sessions_stopped_at(ANALYST, QUERY, EventName.INTENT_DETECTED)
        funnel.summary_of_stopped(ANALYST, QUERY, EventName.INTENT_DETECTED)


def test_only_who_reads_insights_may_ask(funnel: FunnelService) -> None:
    for actor in (AGENT, Actor.customer("s1")):
        with pytest.raises(Forbidden):
            funnel.compute(actor, QUERY)
        with pytest.raises(Forbidden):
            funnel.sessions_stopped_at(actor, QUERY, FUNNEL_STEPS[0])
        with pytest.raises(Forbidden):
            funnel.summary_of_stopped(actor, QUERY, FUNNEL_STEPS[0])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("window", "soon"),
        ("window", "91d"),
        ("window", "0h"),
        ("order", "sideways"),
        ("by", "weather"),
        ("steps", "shown,opened"),
        ("steps", "aurora_error"),
        ("steps", "shown,shown"),
        ("from_day", "yesterday"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        FunnelQuery.of_texts(**{field: value})
    assert refused.value.field == field.removesuffix("_day")


def test_the_answer_has_the_shape_scripts_rely_on(desk: Mongo, funnel: FunnelService) -> None:
    store(desk, session(AT, 5))
    said = funnel.compute(ANALYST, QUERY).model_dump(mode="json", by_alias=True)
    assert set(said) >= {"steps", "groups", "incomplete", "definition"}
    assert said["steps"][1]["event"] == "aurora_intent_detected"
    assert said["steps"][1]["count"] == 1
    assert said["steps"][1]["medianSecondsFromPrevious"] == 5
    assert said["definition"]["from"] == "2026-11-01"
