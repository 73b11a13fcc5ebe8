from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from concierge.core.errors import ConfigError
from concierge.core.policies import BusinessHours, Policies
from tests.conftest import DATA


def test_the_shops_own_policies_keep_the_promises_of_the_handbook(policies: Policies) -> None:
    assert policies.returns.return_window_days == 30
    assert policies.returns.resize_window_days == 60
    assert policies.returns.ship_within_days == 14
    assert policies.delivery_estimate_days == 5
    assert policies.reply_promise.standard_minutes == 4 * 60
    assert policies.reply_promise.vip_minutes == 60
    assert policies.reply_promise.urgent_minutes == 15
    assert policies.session_hours == 24
    assert policies.shortlist_days == 30
    assert policies.csat.words == {"great": 5, "good": 4, "okay": 3, "poor": 2, "bad": 1}
    assert (policies.csat.target, policies.csat.ambition) == (4.0, 4.5)


def test_the_shop_is_open_on_weekdays_from_nine_to_six_in_new_york(policies: Policies) -> None:
    hours = policies.business_hours
    assert hours.timezone == "America/New_York"
    assert [hours.intervals(day) for day in range(7)] == [[(540, 1080)]] * 5 + [[], []]


def test_intervals_are_sorted_and_midnight_is_the_end_of_its_day() -> None:
    hours = BusinessHours(timezone="UTC", weekly={"mon": [("13:30", "24:00"), ("08:00", "12:00")]})
    assert hours.intervals(0) == [(480, 720), (810, 1440)]
    assert hours.intervals(1) == []


def test_holidays_are_dates(policies: Policies) -> None:
    assert date(2026, 12, 25) in policies.business_hours.holiday_dates


def test_policies_do_not_change_while_we_run(policies: Policies) -> None:
    with pytest.raises(Exception, match="frozen"):
        policies.session_hours = 1  # type: ignore[misc]


Change = Callable[[dict[str, Any]], object]
FAULTS: list[tuple[Change, str]] = [
    (lambda p: p["returns"].update(return_window_days=0), "returns.return_window_days"),
    (lambda p: p["returns"].update(window=1), "returns.window"),
    (lambda p: p.pop("session_hours"), "session_hours"),
    (lambda p: p["business_hours"].update(timezone="Mars/Olympus"), "business_hours.timezone"),
    (lambda p: p["business_hours"]["weekly"].update(monday=[]), "business_hours.weekly"),
    (lambda p: p["csat"]["words"].update(great=6), "csat.words.great"),
    (
        lambda p: p["business_hours"]["weekly"].update(mon=[["9 o'clock", "18:00"]]),
        "business_hours.weekly",
    ),
    (
        lambda p: p["business_hours"]["weekly"].update(mon=[["18:00", "09:00"]]),
        "business_hours.weekly",
    ),
]


@pytest.mark.parametrize(("change", "where"), FAULTS)
def test_a_fault_in_the_file_is_named_with_its_place(
    tmp_path: Path, change: Change, where: str
) -> None:
    source = yaml.safe_load((DATA / "policies.yaml").read_text(encoding="utf-8"))
    change(source)
    (tmp_path / "policies.yaml").write_text(yaml.safe_dump(source), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"^data/policies\.yaml: {where}"):
        Policies.load(tmp_path)


def test_a_file_that_is_missing_or_no_yaml_names_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^data/policies\.yaml: "):
        Policies.load(tmp_path)
    (tmp_path / "policies.yaml").write_text("returns: [open", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^data/policies\.yaml: ") as caught:
        Policies.load(tmp_path)
    assert "\n" not in str(caught.value)
