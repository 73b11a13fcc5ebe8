"""docs/events.md says what the catalogue says."""

from __future__ import annotations

import re

from concierge.events.catalog import FUNNEL_STEPS, MEANING, EventName
from concierge.events.models import EVENTS_DAYS, Event
from concierge.events.recorder import BATCH, INTERVAL_SECONDS
from concierge.sessions.models import MARKS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`.+?`(?:, `.+?`)*) \| (.+) \|$", PAGE, re.MULTILINE)


def test_every_event_is_listed_with_its_meaning_and_no_other() -> None:
    listed = [(name.strip("`"), means) for name, means in ROWS if "aurora_" in name]
    assert listed == [(name.value, MEANING[name]) for name in EventName]


def test_every_field_of_an_event_is_described_and_no_other() -> None:
    described = [field for names, _ in ROWS for field in re.findall(r"`(\w+)`", names)]
    fields = {f.alias or name for name, f in Event.model_fields.items()}
    fields = {"_id" if name == "id" else name for name in fields}
    assert {name for name in described if not name.startswith("aurora_")} == fields


def test_the_page_names_the_steps_of_the_funnel_in_order() -> None:
    told = PAGE[PAGE.index("The funnel's steps") :].split(".")[0]
    assert re.findall(r"aurora_\w+", told) == [step.value for step in FUNNEL_STEPS]
    assert len(MARKS) == len(FUNNEL_STEPS)


def test_the_numbers_on_the_page_are_the_codes() -> None:
    assert f"{int(INTERVAL_SECONDS * 1000)} ms" in PAGE
    assert f"when {BATCH} have" in PAGE
    assert f"{EVENTS_DAYS} days" in PAGE
