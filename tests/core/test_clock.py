from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.core.clock import ManualClock, SystemClock, whole_milliseconds

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def test_the_system_clock_tells_aware_utc_in_whole_milliseconds() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert now.microsecond % 1000 == 0
    assert before <= now <= datetime.now(UTC)


def test_a_manual_clock_stands_until_it_is_moved() -> None:
    clock = ManualClock(NOON)
    assert clock.now() == clock.now() == NOON


def test_a_manual_clock_advances_and_says_the_new_time() -> None:
    clock = ManualClock(NOON)
    assert clock.advance(timedelta(minutes=5)) == NOON + timedelta(minutes=5) == clock.now()


def test_a_manual_clock_can_be_set_back() -> None:
    clock = ManualClock(NOON)
    clock.set(NOON - timedelta(days=1))
    assert clock.now() == NOON - timedelta(days=1)


def test_a_moment_in_another_zone_becomes_the_same_moment_in_utc() -> None:
    new_york = datetime(2026, 11, 18, 7, 0, tzinfo=ZoneInfo("America/New_York"))
    moment = whole_milliseconds(new_york)
    assert moment == NOON
    assert moment.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        whole_milliseconds(datetime(2026, 11, 18))  # noqa: DTZ001  that is the point


@given(st.datetimes(timezones=st.just(UTC)))
def test_cutting_to_milliseconds_loses_less_than_one_and_nothing_twice(moment: datetime) -> None:
    cut = whole_milliseconds(moment)
    assert timedelta(0) <= moment - cut < timedelta(milliseconds=1)
    assert whole_milliseconds(cut) == cut
