"""A product manager rehearses day 31, keeps it as a test, and sees it turn red."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in_as, watched_page
from tests.journeys.conftest import PATIENCE_MS, Visit
from tests.journeys.screens import answered, heading, settled, shown
from tests.server import RunningApp

pytestmark = pytest.mark.journey


def test_day_31_is_refused_the_trace_says_why_the_run_is_saved_and_replayed_and_a_broken_rule_shows(
    visit: Visit, running_app: RunningApp, browser: Browser
) -> None:
    pm = visit("pm", "/scenarios")
    a_customer_whose_ring_came_today(pm)
    moves_the_clock(pm, "31 days")
    expect(pm.get_by_text("31 days pass")).to_be_visible()
    types(pm, "I want to return GG-12002, ada@example.com")
    answered(pm, "returns are open for 30 days")
    trace_says(pm, "2. returns", "aftercare.send_back")
    saves(pm, "Ada is late by a day")
    pm.wait_for_url("**scenario=ada_is_late_by_a_day**")
    plays_to_the_end(pm)
    expect(pm.get_by_text("All steps as expected")).to_be_visible()

    broken = RunningApp(running_app.data_dir, script="tests/journeys/broken_rules_app.py")
    with broken, watched_page(browser, broken.url) as watched:
        page = watched.page
        page.set_default_timeout(PATIENCE_MS)
        page.goto("/scenarios?scenario=ada_is_late_by_a_day")
        sign_in_as(page, "pm")
        plays_to_the_end(page)
        expect(page.get_by_text("First difference, step 2")).to_be_visible()
        expect(shown(page, "expected returns, saw unmatched")).to_be_visible()


def test_a_shipped_scenario_is_played_step_by_step_from_its_link(visit: Visit) -> None:
    pm = visit("pm", "/scenarios?scenario=track_wrong_email_first")
    pm.get_by_role("button", name="Play step by step").click()
    for said in ("What is the order number", "which e-mail address or postal code"):
        settled(pm)
        pm.get_by_role("button", name="Next step").click()
        answered(pm, said)
    settled(pm)
    pm.get_by_role("button", name="Play to the end").click()
    answered(pm, "Here is GG-12003")
    expect(pm.get_by_text("All steps as expected")).to_be_visible()


@pytest.mark.parametrize("role", ["agent", "analyst"])
def test_rehearsal_is_not_for_others_and_says_so(visit: Visit, role: str) -> None:
    page = visit(role, "/scenarios?scenario=return_on_day_31")
    expect(page.get_by_text("Your role does not include rehearsal")).to_be_visible()
    expect(heading(page, "Scenarios")).to_have_count(0)


def a_customer_whose_ring_came_today(page: Page) -> None:
    days = page.get_by_label("Days since delivery")
    days.fill("0")
    days.press("Tab")
    settled(page)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("textbox", name="Type as the customer")).to_be_visible()


def moves_the_clock(page: Page, span: str) -> None:
    page.get_by_role("button", name="Move the clock").click()
    page.get_by_role("button", name=span, exact=True).click()


def types(page: Page, text: str) -> None:
    settled(page)
    box = page.get_by_role("textbox", name="Type as the customer")
    box.fill(text)
    box.press("Enter")
    expect(page.get_by_label("Chat message from user").last).to_contain_text(text)


def trace_says(page: Page, intent: str, handler: str) -> None:
    """The newest step's trace lies open beside it."""
    newest = page.get_by_test_id("stExpander").filter(has_text=intent).last
    expect(newest.get_by_text(handler)).to_be_visible()


def saves(page: Page, title: str) -> None:
    settled(page)
    page.get_by_text("Save this run as a scenario").click()
    box = page.get_by_role("textbox", name="Title")
    box.fill(title)
    box.press("Tab")
    page.get_by_role("button", name="Save", exact=True).click()


def plays_to_the_end(page: Page) -> None:
    page.get_by_role("button", name="Play to the end").click()
