"""When answers are due, by the shop's opening hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.core.policies import BusinessHours, Holiday, Policies
from concierge.core.texts import Texts
from concierge.customers.models import Tier
from concierge.tickets import sla
from concierge.tickets.models import Priority, Status, StatusEntry
from tests.conftest import DATA

NEW_YORK = ZoneInfo("America/New_York")
WEEK = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
NINE_TO_FIVE = BusinessHours(timezone="America/New_York", weekly=WEEK)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
FRIDAY = date(2026, 11, 6)


def local(day: date, clock: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone)


def day(offset: int) -> date:
    """Days after the Friday all vectors start from."""
    return FRIDAY + timedelta(days=offset)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (local(day(0), "16:30"), 60, local(day(3), "09:30")),
        (local(day(0), "16:55"), 24 * 60, local(day(5), "16:55")),
        (local(day(0), "16:30"), 30, local(day(0), "17:00")),
        (local(day(0), "09:00"), 8 * 60, local(day(0), "17:00")),
        (local(day(0), "09:00"), 8 * 60 + 1, local(day(3), "09:01")),
        (local(day(0), "03:00"), 10, local(day(0), "09:10")),
        (local(day(0), "17:00"), 1, local(day(3), "09:01")),
        (local(day(1), "12:00"), 60, local(day(3), "10:00")),
        (local(day(2), "23:59"), 60, local(day(3), "10:00")),
        (local(day(0), "10:00"), 0, local(day(0), "10:00")),
    ],
)
def test_business_time_is_added_over_nights_and_weekends(
    start: datetime, minutes: int, due: datetime
) -> None:
    result = sla.add_business(start, minutes, NINE_TO_FIVE)
    assert result == due
    assert result.tzinfo is UTC


def test_a_holiday_is_closed() -> None:
    monday = Holiday(date=day(3), name="Founders' Day")
    hours = BusinessHours(timezone="America/New_York", weekly=WEEK, holidays=[monday])
    assert sla.add_business(local(day(0), "16:30"), 60, hours) == local(day(4), "09:30")
    assert sla.add_business(local(day(3), "12:00"), 60, hours) == local(day(4), "10:00")


def test_several_intervals_a_day_leave_their_break_out() -> None:
    hours = BusinessHours(
        timezone="America/New_York", weekly={"fri": [("14:00", "18:00"), ("09:00", "12:00")]}
    )
    assert sla.add_business(local(day(0), "11:30"), 60, hours) == local(day(0), "14:30")
    assert sla.add_business(local(day(0), "12:30"), 60, hours) == local(day(0), "15:00")
    assert sla.business_minutes(local(day(0), "00:00"), local(day(1), "00:00"), hours) == 7 * 60


def test_intervals_that_overlap_are_not_counted_twice() -> None:
    hours = BusinessHours(
        timezone="America/New_York", weekly={"fri": [("09:00", "12:00"), ("11:00", "13:00")]}
    )
    assert sla.business_minutes(local(day(0), "00:00"), local(day(1), "00:00"), hours) == 4 * 60


def test_an_interval_that_ends_at_24_00_runs_into_the_next_day() -> None:
    hours = BusinessHours(
        timezone="America/New_York",
        weekly={"fri": [("22:00", "24:00")], "sat": [("00:00", "02:00")]},
    )
    assert sla.add_business(local(day(0), "23:30"), 30, hours) == local(day(1), "00:00")
    assert sla.add_business(local(day(0), "23:30"), 60, hours) == local(day(1), "00:30")
    assert sla.business_minutes(local(day(0), "00:00"), local(day(2), "00:00"), hours) == 4 * 60


def test_hours_stay_local_when_the_clocks_change() -> None:
    # Clocks go back on Sunday 1 November 2026: 09:00 is 13:00 UTC before and 14:00 UTC after.
    before = local(date(2026, 10, 30), "16:30")
    assert sla.add_business(before, 60, NINE_TO_FIVE) == datetime(2026, 11, 2, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "hours_long"), [(date(2026, 11, 1), 25), (date(2026, 3, 8), 23)]
)
def test_a_day_of_changing_clocks_has_its_real_length(changes: date, hours_long: int) -> None:
    always = BusinessHours(timezone="America/New_York", weekly={"sun": [("00:00", "24:00")]})
    start = local(changes, "00:00")
    end = local(changes + timedelta(days=1), "00:00")
    assert sla.business_minutes(start, end, always) == hours_long * 60
    assert sla.add_business(start, hours_long * 60, always) == end


def test_an_opening_inside_the_skipped_hour_does_not_break() -> None:
    hours = BusinessHours(timezone="America/New_York", weekly={"sun": [("02:30", "05:00")]})
    opened = local(date(2026, 3, 8), "03:30")
    assert sla.add_business(local(date(2026, 3, 8), "00:00"), 30, hours) == opened + timedelta(
        minutes=30
    )


def test_a_calendar_that_never_opens_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(ValueError, match="never open"):
        sla.add_business(local(day(0), "09:00"), 1, BusinessHours(timezone="UTC", weekly={}))


@given(
    st.integers(0, 2 * 365 * 24 * 60 * 60).map(lambda s: NEW_YEAR + timedelta(seconds=s)),
    st.integers(1, 20_000),
)
def test_what_is_added_is_what_is_measured_back(start: datetime, minutes: int) -> None:
    end = sla.add_business(start, minutes, NINE_TO_FIVE)
    assert sla.business_minutes(start, end, NINE_TO_FIVE) == pytest.approx(minutes)
    assert sla.add_business(start, minutes + 1, NINE_TO_FIVE) > end


def test_promises_are_business_time_but_urgent_is_time_around_the_clock(
    policies: Policies,
) -> None:
    saturday_night = local(day(1), "23:00")
    assert sla.due(saturday_night, Priority.STANDARD, policies) == local(day(3), "13:00")
    assert sla.due(saturday_night, Priority.VIP, policies) == local(day(3), "10:00")
    assert sla.due(saturday_night, Priority.URGENT, policies) == local(day(1), "23:15")


def test_waiting_for_the_customer_is_added_to_what_is_due(policies: Policies) -> None:
    created = local(day(0), "10:00")
    history = [
        StatusEntry(status=Status.OPEN, at=created, by="ada"),
        StatusEntry(status=Status.WAITING, at=local(day(0), "11:00"), by="agent"),
        StatusEntry(status=Status.OPEN, at=local(day(3), "10:00"), by="ada"),
        StatusEntry(status=Status.WAITING, at=local(day(3), "10:30"), by="agent"),
    ]
    now = local(day(3), "11:00")
    paused = sla.paused_minutes(history, created, now, Priority.STANDARD, policies)
    assert paused == 7 * 60 + 60 + 30
    assert sla.due(created, Priority.STANDARD, policies, paused) == local(day(3), "13:30")
    urgent = sla.paused_minutes(history, created, now, Priority.URGENT, policies)
    assert urgent == (71 * 60) + 30


def test_another_priority_counts_from_creation_but_hands_nobody_a_breach(
    policies: Policies,
) -> None:
    created = local(day(0), "10:00")
    soon = local(day(0), "10:30")
    later = local(day(0), "12:00")
    assert sla.due_after_change(created, Priority.VIP, policies, soon) == local(day(0), "11:00")
    assert sla.due_after_change(created, Priority.VIP, policies, later) == local(day(0), "12:06")
    urgent = sla.due_after_change(created, Priority.URGENT, policies, later)
    assert urgent == later + timedelta(minutes=1.5)
    assert sla.due_after_change(created, Priority.STANDARD, policies, later) == local(
        day(0), "14:00"
    )


@pytest.mark.parametrize(
    "text",
    [
        "I will SUE you",
        "my lawyer says no",
        "you made a double charge",
        "this is about privacy.",
        "you sent me someone else's order",
        "you sent me someone else’s order",
    ],
)
def test_a_trigger_word_makes_it_urgent(text: str, policies: Policies) -> None:
    priority = sla.priority_of(urgent=False, text=text, tier=Tier.VIP, policies=policies)
    assert priority is Priority.URGENT


@pytest.mark.parametrize("text", ["one more issue", "the courtyard ring", "it pursues me", ""])
def test_part_of_a_word_is_no_trigger(text: str, policies: Policies) -> None:
    def of(tier: Tier) -> Priority:
        return sla.priority_of(urgent=False, text=text, tier=tier, policies=policies)

    assert of(Tier.NEW) is of(Tier.REGULAR) is Priority.STANDARD
    assert of(Tier.VIP) is Priority.VIP


def test_the_promise_is_said_in_the_shops_words(policies: Policies) -> None:
    texts = Texts.load(DATA, "chat")
    said = {priority: sla.promise_text(priority, policies, texts) for priority in Priority}
    assert said == {
        Priority.STANDARD: "within 4 business hours",
        Priority.VIP: "within 1 business hour",
        Priority.URGENT: "at once",
    }


def test_the_queue_ranks_who_waits_for_an_answer_and_last_who_does_not() -> None:
    now = local(day(0), "10:00")
    assert [sla.rank_of(p, Status.OPEN, now) for p in Priority] == [0, 1, 2]
    for status in (Status.WAITING, Status.RESOLVED):
        assert sla.rank_of(Priority.URGENT, status, now) == 3
    assert sla.rank_of(Priority.URGENT, Status.OPEN, None) == 3
