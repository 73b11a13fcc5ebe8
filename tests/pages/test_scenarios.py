"""The scenarios screen: a script played, a customer written, a run saved and replayed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import ALL_COLLECTIONS, Services
from concierge.chat.models import MAX_TEXT
from concierge.core.actor import Actor, Role
from concierge.core.audit import AUDIT_LOG
from concierge.detection.detector import Detector
from concierge.detection.models import Detection, DetectionContext, Intent
from concierge.rehearsal.models import COLLECTIONS, Scenario, Step
from concierge.rehearsal.repository import StagesRepository
from concierge.rehearsal.stage import MOST_STAGES
from tests.pages import conftest
from tests.pages.conftest import OpenScreen

PM = Actor.staff("pm", {Role.PM})


@pytest.fixture(scope="module", autouse=True)
def _stages_dropped(_prepared: Services) -> Iterator[None]:
    yield
    _prepared.rehearsal.stop()
    StagesRepository(_prepared.mongo, MOST_STAGES).drop()


def text_of(screen: AppTest) -> str:
    """With what is shown as it was typed."""
    return "\n".join([conftest.text_of(screen), *(str(one.value) for one in screen.text)])


def press(screen: AppTest, label: str) -> None:
    (button,) = [one for one in screen.button if one.label == label]
    button.click()
    screen.run()
    assert not screen.exception, screen.exception


def say(screen: AppTest, text: str) -> None:
    screen.chat_input[0].set_value(text)
    screen.run()
    assert not screen.exception, screen.exception


def counts(services: Services) -> dict[str, int]:
    kept = {spec.name for spec in COLLECTIONS} | {AUDIT_LOG.name}
    return {
        spec.name: services.mongo.collection(spec).count_documents({})
        for spec in ALL_COLLECTIONS
        if spec.name not in kept
    }


def test_a_link_shows_the_customer_and_the_script(
    services: Services, open_screen: OpenScreen
) -> None:
    screen = open_screen(Role.PM, "scenarios", scenario="return_on_day_31")
    assert "A return on day 31 is refused" in text_of(screen)
    assert "31 days pass" in text_of(screen)
    assert "GG\\-12002" in text_of(screen)


def test_a_script_is_played_step_by_step_with_the_trace_beside_it(
    services: Services, open_screen: OpenScreen
) -> None:
    before = counts(services)
    screen = open_screen(Role.PM, "scenarios", scenario="return_on_day_31")
    press(screen, "Play step by step")
    for _ in range(4):
        press(screen, "Next step")
    assert "returns are open for 30 days" in text_of(screen)
    assert any("returns" in one.label for one in screen.expander)
    assert "4 of 6 steps as expected" in screen.success[0].value
    press(screen, "Play to the end")
    assert "All steps as expected" in screen.success[0].value
    press(screen, "End")
    assert counts(services) == before
    assert services.rehearsal.sweep() == 0


def test_a_customer_of_ones_own_is_refused_on_day_31_and_the_run_is_saved_and_replayed(
    services: Services, open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = open_screen(Role.PM, "scenarios")
    (days,) = [one for one in screen.number_input if one.label == "Days since delivery"]
    days.set_value(0)
    press(screen, "Begin")
    press(screen, "31 days")
    say(screen, "I want to return GG-12002, ada@example.com")
    assert "returns are open for 30 days" in text_of(screen)
    assert "delivered" in text_of(screen)
    (title,) = [one for one in screen.text_input if one.label == "Title"]
    title.set_value("Ada is late").run()
    press(screen, "Save")
    saved = services.rehearsal.get(PM, "ada_is_late")
    assert saved.steps[-1].expect is not None
    assert saved.steps[-1].expect.intent is Intent.RETURNS
    assert saved.steps[-1].expect.rma is False
    assert screen.query_params["scenario"] in ("ada_is_late", ["ada_is_late"])
    press(screen, "Play to the end")
    assert "All steps as expected" in screen.success[0].value

    whole = Detector.detect

    def broken(self: Detector, text: str, context: DetectionContext | None = None) -> Detection:
        found = whole(self, text, context)
        if found.intent is Intent.RETURNS:
            return found.model_copy(update={"intent": Intent.UNMATCHED})
        return found

    monkeypatch.setattr(Detector, "detect", broken)
    press(screen, "From the beginning")
    assert "expected returns, saw unmatched" in screen.error[0].value
    press(screen, "End")
    press(screen, "Take it away")
    assert [entry for entry in services.rehearsal.entries(PM) if not entry.shipped] == []


def test_all_are_replayed_and_the_list_says_how_each_came_out(
    services: Services, open_screen: OpenScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = services.rehearsal.get(PM, "return_on_day_31")
    monkeypatch.setattr(services.rehearsal, "shipped", lambda: [one])
    wrong = Scenario.model_validate(
        {"name": "wrong", "title": "Wrong", "steps": [{"say": "hello", "expect": {"rma": True}}]}
    )
    services.rehearsal.save(PM, wrong)
    screen = open_screen(Role.PM, "scenarios", scenario="-all")
    press(screen, "Replay all")
    assert "1 of 2 as expected" in screen.error[0].value
    table = screen.dataframe[0].value
    assert list(table[""]) == ["✗", "✓"]
    assert table["First difference"][0] == "step 1: rma: expected an RMA, saw none"


def test_versions_of_a_saved_scenario_can_be_chosen(
    services: Services, open_screen: OpenScreen
) -> None:
    for text in ("hello", "good evening"):
        step = Step(say=text)
        services.rehearsal.save(PM, Scenario(name="polite", title="Polite", steps=[step]))
    screen = open_screen(Role.PM, "scenarios", scenario="polite")
    assert "good evening" in text_of(screen)
    screen = open_screen(Role.PM, "scenarios", scenario="polite", version="1")
    assert "“hello”" in text_of(screen)


def test_a_link_to_a_scenario_that_is_gone_says_so(
    services: Services, open_screen: OpenScreen
) -> None:
    screen = open_screen(Role.PM, "scenarios", scenario="gone")
    assert "No such scenario" in text_of(screen)


def test_a_run_whose_stage_was_cleared_is_let_go_with_a_word(
    services: Services, open_screen: OpenScreen
) -> None:
    screen = open_screen(Role.PM, "scenarios", scenario="return_on_day_31")
    press(screen, "Play step by step")
    for spec in COLLECTIONS:
        services.mongo.collection(spec).delete_many({})
    press(screen, "Next step")
    assert any("This run is over" in one.value or "rested" in one.value for one in screen.toast)
    assert any(one.label == "Play step by step" for one in screen.button)


def test_bad_input_is_told_and_begins_nothing(services: Services, open_screen: OpenScreen) -> None:
    screen = open_screen(Role.PM, "scenarios")
    count = next(one for one in screen.number_input if one.label == "How many")
    count.set_value(2).run()
    numbers = [one for one in screen.text_input if one.label == "Order number"]
    numbers[1].set_value(numbers[0].value)
    press(screen, "Begin")
    assert "stands here twice" in text_of(screen)


def test_of_a_long_message_the_beginning_is_said(
    services: Services, open_screen: OpenScreen
) -> None:
    screen = open_screen(Role.PM, "scenarios", scenario="talk_paste_and_nothing")
    press(screen, "Play step by step")
    say(screen, "a" * (MAX_TEXT + 2_000))
    assert "Only the first 5,000 characters were said." in [one.value for one in screen.toast]
