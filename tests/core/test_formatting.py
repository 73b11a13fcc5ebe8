from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from concierge.core import formatting as f

AT = datetime(2026, 12, 3, 19, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (28900, "$289.00"),
        (123456789, "$1,234,567.89"),
        (0, "$0.00"),
        (-500, "-$5.00"),
        (1, "$0.01"),
    ],
)
def test_money_shows_cents_and_thousands(cents: int, text: str) -> None:
    assert f.money(cents) == text


def test_money_follows_its_currency_and_locale() -> None:
    assert f.money(28900, "EUR", "de_DE") == "289,00\xa0€"
    assert f.money(28900, "JPY") == "¥289"


def test_a_currency_has_a_name_in_words() -> None:
    assert f.currency_name("USD") == "US dollars"
    assert f.currency_name("EUR") == "euros"


@pytest.mark.parametrize(("cents", "text"), [(28900, "$289"), (28950, "$289.50"), (0, "$0")])
def test_short_money_shows_cents_only_when_there_are_some(cents: int, text: str) -> None:
    assert f.short_money(cents) == text


@pytest.mark.parametrize("cents", [2**53 + 1, 10**17 + 1])
def test_money_is_exact_beyond_what_a_float_can_hold(cents: int) -> None:
    assert f.money(cents).replace(",", "").replace(".", "") == f"${cents}"


def test_numbers_have_thousands_separators() -> None:
    assert f.number(12480) == "12,480"


@pytest.mark.parametrize(("share", "text"), [(0.738, "74 %"), (0.0, "0 %"), (1.0, "100 %")])
def test_a_share_is_a_percentage(share: float, text: str) -> None:
    assert f.percent(share) == text


def test_nothing_to_divide_by_is_a_dash_and_never_zero() -> None:
    assert f.percent(None) == "–"
    assert f.duration(None) == "–"


def test_a_date_is_the_date_of_the_zone() -> None:
    late = datetime(2026, 12, 4, 3, 0, tzinfo=UTC)
    assert f.date_text(late, "America/New_York") == "Dec 3, 2026"
    assert f.date_text(late, "Europe/Berlin") == "Dec 4, 2026"


def test_a_time_with_its_date_names_its_zone() -> None:
    assert f.datetime_text(AT, "America/New_York") == "Dec 3, 2026, 14:22 EST"
    assert f.time_text(AT, "America/New_York") == "14:22"


def test_daylight_saving_is_named_as_well() -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert f.datetime_text(summer, "America/New_York") == "Jul 1, 2026, 08:00 EDT"


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(seconds=-10), "just now"),
        (timedelta(seconds=29), "just now"),
        (timedelta(minutes=-2), "2 minutes ago"),
        (timedelta(hours=3), "in 3 hours"),
        (timedelta(days=-1), "1 day ago"),
        (timedelta(days=-12), "12 days ago"),
        (timedelta(days=59), "in 59 days"),
        (timedelta(days=-90), "3 months ago"),
    ],
)
def test_a_moment_is_told_from_now(delta: timedelta, text: str) -> None:
    assert f.relative(AT + delta, AT) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (45 * 60, "45 min"),
        (3 * 3600 + 10 * 60, "3 h 10 min"),
        (26 * 3600, "26 h"),
        (50 * 3600, "2 d 2 h"),
        (72 * 3600, "3 d"),
    ],
)
def test_a_duration_uses_the_two_units_that_matter(seconds: float, text: str) -> None:
    assert f.duration(seconds) == text


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (timedelta(minutes=35), "due in 35 min"),
        (timedelta(hours=3, minutes=10), "due in 3 h 10 min"),
        (timedelta(days=3), "due in 3 d"),
        (timedelta(minutes=1), "due in 1 min"),
        (timedelta(seconds=59), "due now"),
        (timedelta(0), "due now"),
        (timedelta(seconds=-1), "1 min late"),
        (timedelta(minutes=-2), "2 min late"),
        (timedelta(hours=-2, minutes=-10), "2 h 10 min late"),
        (timedelta(hours=-1), "1 h late"),
        (timedelta(days=-2, hours=-23), "2 d 23 h late"),
    ],
)
def test_a_promise_is_due_or_late_in_one_wording(away: timedelta, text: str) -> None:
    assert f.due_text(AT + away, AT) == text


def test_days_that_are_open_alike_stand_together() -> None:
    day = [(540, 1080)]
    assert f.week_text([day] * 5 + [[], []]) == "Monday – Friday 9:00 AM – 6:00 PM"
    assert f.week_text([day, [], day, [(0, 720), (780, 1440)], [], [], []]) == (
        "Monday 9:00 AM – 6:00 PM; Wednesday 9:00 AM – 6:00 PM; "
        "Thursday 12:00 AM – 12:00 PM and 1:00 PM – 12:00 AM"
    )
    assert f.week_text([[]] * 7) == ""


def test_an_opening_names_day_time_and_zone() -> None:
    assert f.opening_text(AT, "America/New_York") == "Thursday, Dec 3, 2:22 PM EST"
