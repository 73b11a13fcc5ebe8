"""The audit counts raw events exactly, repeats and all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.core.mongo import Mongo
from concierge.events.catalog import FUNNEL_STEPS, EventName
from concierge.insights.audit import depth_of
from concierge.insights.funnel import FunnelService
from concierge.insights.funnel_models import FunnelOrder, FunnelQuery
from tests.explain import no_collection_scans
from tests.insights import oracle
from tests.insights.conftest import ANALYST
from tests.insights.sessions import session, store, store_events

AT = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
QUERY = FunnelQuery(from_day=date(2026, 11, 1), to_day=date(2026, 11, 18))


def test_a_step_reached_too_early_and_again_in_its_turn_is_the_difference(
    desk: Mongo, funnel: FunnelService
) -> None:
    # saved at 5, shown at 10, saved again at 20: the first mark is too early
    store(desk, session(AT, 1, 10, 5, session_id="a"), session(AT, 1, session_id="b"))
    store_events(desk, "a", AT, (0, 0), (1, 1), (3, 5), (2, 10), (3, 20))
    store_events(desk, "b", AT, (0, 0), (1, 1))
    with no_collection_scans(desk):
        audit = funnel.compute(ANALYST, QUERY, audit=True).audit
    assert audit is not None
    assert [(s.by_marks, s.by_events, s.difference) for s in audit.steps] == [
        (2, 2, 0),
        (2, 2, 0),
        (1, 1, 0),
        (0, 1, -1),
        (0, 0, 0),
    ]


def test_the_audit_agrees_with_the_marks_when_nothing_repeats(
    desk: Mongo, funnel: FunnelService
) -> None:
    plans = [(), (5,), (5, 10), (5, 10, 60), (5, 10, 60, 3600), (5, 10, 60, 24 * 3600 + 1)]
    for number, later in enumerate(plans):
        store(desk, session(AT, *later, session_id=f"s{number}"))
        store_events(desk, f"s{number}", AT, (0, 0), *enumerate(later, 1))
    audit = funnel.compute(ANALYST, QUERY, audit=True).audit
    assert audit is not None
    assert [step.difference for step in audit.steps] == [0] * 5
    assert audit.steps[4].by_events == 1


def test_a_session_that_entered_before_the_period_does_not_enter_again(
    desk: Mongo, funnel: FunnelService
) -> None:
    store(desk, session(AT - timedelta(days=20), session_id="a"))
    store_events(desk, "a", AT - timedelta(days=20), (0, 0), (0, 20 * 24 * 3600))
    audit = funnel.compute(ANALYST, QUERY, audit=True).audit
    assert audit is not None
    assert audit.sessions == 0


events = st.lists(st.tuples(st.sampled_from([0, 1, 2, 3, 59, 60, 61]), st.integers(0, 4)))


@settings(max_examples=300, deadline=None)
@given(happened=events, steps=st.lists(st.integers(0, 4), min_size=1, unique=True).map(sorted))
def test_the_chain_equals_every_choice_tried(
    happened: list[tuple[int, int]], steps: list[int]
) -> None:
    times: dict[EventName, list[datetime]] = {}
    for at, step in sorted(happened):
        times.setdefault(FUNNEL_STEPS[step], []).append(AT + timedelta(seconds=at))
    query = FunnelQuery(steps=tuple(FUNNEL_STEPS[s] for s in steps), window_seconds=60)
    told = [(float(at), step) for at, step in happened]
    assert depth_of(times, query) == oracle.reached_by_events(told, steps, 60)


@settings(max_examples=200, deadline=None)
@given(
    first=st.lists(st.one_of(st.none(), st.integers(0, 70)), min_size=5, max_size=5),
    steps=st.lists(st.integers(0, 4), min_size=1, unique=True).map(sorted),
    order=st.sampled_from([FunnelOrder.STRICT, FunnelOrder.ANY]),
)
def test_the_other_orders_go_by_first_times(
    first: list[int | None], steps: list[int], order: FunnelOrder
) -> None:
    times = {
        FUNNEL_STEPS[place]: [AT + timedelta(seconds=at)]
        for place, at in enumerate(first)
        if at is not None
    }
    query = FunnelQuery(steps=tuple(FUNNEL_STEPS[s] for s in steps), window_seconds=60, order=order)
    marks: oracle.Marks = [None if at is None else float(at) for at in first]
    assert depth_of(times, query) == oracle.reached_by_marks(marks, steps, 60, order.value)
