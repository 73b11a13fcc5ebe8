"""Scenario files: what they may say, and how a fault is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from concierge.rehearsal import files
from concierge.rehearsal.errors import ScenarioFault
from concierge.rehearsal.moments import ago_of, clock_of, span_of, span_text

WHOLE = """\
name: small
title: A small one
clock: 2026-11-18 10:00
customer:
  orders:
    - number: GG-12001
      delivered: 12 days ago
      postal_code: 02134
steps:
  - say: yes
    expect:
      intent: returns
  - move_clock: 31 days
  - form: {kind: csat, rating: 2, notes: no}
"""


def test_plain_values_are_words_and_the_shape_decides_what_they_are() -> None:
    scenario = files.loads(WHOLE)
    (order,) = scenario.customer.orders
    assert order.postal_code == "02134"
    assert order.delivered == timedelta(days=12)
    assert scenario.steps[0].say == "yes"
    assert scenario.steps[1].move_clock == timedelta(days=31)
    assert scenario.clock == "2026-11-18 10:00"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("intent: returns", "intent: retruns", 12, "steps.0.expect.intent"),
        ("    expect:\n", "    expect_:\n", 11, "expect_"),
        ("move_clock: 31 days", "move_clock: soon", 13, "31 days"),
        ("move_clock: 31 days", "move_clock: -3 days", 13, "forward"),
        ("move_clock: 31 days", "{}", 13, "exactly one of"),
        ("move_clock: 31 days", "{say: a, move_clock: 1 day}", 13, "exactly one of"),
        ("move_clock: 31 days", "agent: reply", 13, "text"),
        ("delivered: 12 days ago", "delivered: yesterday", 7, "12 days ago"),
        ("delivered: 12 days ago", "delivered: 1 day ago\n      delivered: 2 days ago", 8, "twice"),
        ("number: GG-12001", "number: [", 8, "expected"),
        ("clock: 2026-11-18 10:00", "clock: noon", 3, "2026-11-18 10:00"),
        ("clock: 2026-11-18 10:00", "timezone: Mars/Olympus", 3, "time zone"),
        ("name: small", "name: Not Small", 1, "name"),
        ("title: A small one\n", "", 1, "title"),
        ("intent: returns", "slots: {colour: red}", 11, "colour"),
        ("intent: returns", "shows: fireworks", 12, "shows"),
        ("form: {kind: csat, rating: 2, notes: no}", "form: {kind: cast}", 14, "kind"),
    ],
)
def test_a_bad_file_is_refused_with_file_and_line(old: str, new: str, line: int, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(ScenarioFault) as refused:
        files.loads(WHOLE.replace(old, new), "small.yaml")
    assert refused.value.line == line, str(refused.value)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"small.yaml, line {line}: ")


@pytest.mark.parametrize("text", ["", "just words", "- a list", "name: &a [*a]", "? [a]\n: b"])
def test_what_is_no_scenario_at_all_is_refused_too(text: str) -> None:
    with pytest.raises(ScenarioFault):
        files.loads(text)


def test_a_written_form_keeps_its_kind() -> None:
    scenario = files.loads(WHOLE)
    assert scenario.steps[2].form is not None
    assert "kind: csat" in files.dumps(scenario)
    assert files.loads(files.dumps(scenario)) == scenario


def test_an_order_number_stands_once(tmp_path: Path) -> None:
    twice = "others:\n  - {email: bo@example.com, orders: [{number: GG-12001}]}\nsteps:"
    with pytest.raises(ScenarioFault, match="GG-12001 stands here twice"):
        files.loads(WHOLE.replace("steps:", twice))


def test_a_file_is_called_like_its_scenario(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    with pytest.raises(ScenarioFault, match="called other, the scenario small"):
        files.load(path)


def test_a_written_scenario_reads_as_itself_whatever_was_typed() -> None:
    scenario = files.loads(WHOLE)
    for typed in ("null", "~", "", "yes", "a: b", "- x", "\0\x07", "שלום 💍", "a\n\n  b\t", "#"):
        step = scenario.steps[0].model_copy(update={"say": typed})
        one = scenario.model_copy(update={"steps": [step]})
        assert files.loads(files.dumps(one)) == one


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("31 days", 31 * 1440),
        ("1 hour", 60),
        ("90 minutes", 90),
        ("2 weeks", 20160),
        ("0.5 days", 720),
    ],
)
def test_spans_read_and_written_mean_the_same(text: str, span: int) -> None:
    assert span_of(text) == timedelta(minutes=span)
    assert span_of(span_text(span_of(text))) == span_of(text)


@pytest.mark.parametrize("text", ["", "31", "days", "1 year", "99999999 weeks", "1e3 days"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        span_of(text)
    with pytest.raises(ValueError):
        ago_of(f"{text} ago")


def test_a_clock_has_no_zone_of_its_own() -> None:
    with pytest.raises(ValueError, match="timezone"):
        clock_of("2026-11-18T10:00+01:00")
