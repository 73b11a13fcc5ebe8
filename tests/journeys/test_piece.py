"""A customer looks at a piece from near, by keyboard and on a phone, and goes on from there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.screens import answered, funnel, new_chat, say, settled
from tests.journeys.test_every_screen import is_fit_in_both_themes

pytestmark = pytest.mark.journey


def test_details_open_by_keyboard_and_escape_leads_back_to_where_they_were_opened(
    visit: Visit,
) -> None:
    page = visit("pm", "/chat")
    button = details_button(page)
    button.focus()
    page.keyboard.press("Enter")
    dialog = opened(page)
    for words in ("$289", "Metal: yellow gold", "Stones: diamond", "US 6", "under $300"):
        expect(dialog).to_contain_text(words)
    expect(dialog.get_by_role("img", name="Halo Ring")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_url(lambda url: "piece=" not in url)
    settled(page)
    expect(details_button(page, ask=False)).to_be_focused()


def test_details_outlast_a_reload_and_their_actions_are_said(visit: Visit) -> None:
    page = visit("pm", "/chat")
    details_button(page).click()
    expect(opened(page)).to_contain_text("$289")
    page.reload()
    dialog = opened(page)
    dialog.get_by_role("button", name="Others like it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    answered(page, "rings in yellow gold")


def test_a_piece_looked_at_moves_no_step_and_one_saved_from_its_details_moves_one(
    visit: Visit,
) -> None:
    figures = visit("pm", "/funnel")
    page = visit("pm", "/chat")
    details_button(page).click()
    opened(page)
    figures.reload()
    settled(figures)
    before = funnel(figures)
    opened(page).get_by_role("button", name="Save to shortlist").click()
    answered(page, "Halo Ring is on your shortlist")
    figures.reload()
    settled(figures)
    after = funnel(figures)
    moved = {step: after[step] - before[step] for step in after}
    assert moved == {"opened": 0, "understood": 0, "shown": 0, "saved": 1, "bought": 0}


def test_open_details_are_fit_for_all_and_for_a_phone(visit: Visit) -> None:
    page = visit("admin", "/chat")
    details_button(page).click()
    opened(page)
    is_fit_in_both_themes(page)
    save = opened(page).get_by_role("button", name="Save to shortlist")
    save.scroll_into_view_if_needed()
    expect(save).to_be_in_viewport()


def details_button(page: Page, *, ask: bool = True) -> Locator:
    """Of the Halo Ring, which the newest answer shows."""
    if ask:
        new_chat(page)
        say(page, "show me rings under $300")
    found = answered(page, "rings under $300")
    card = found.get_by_test_id("stVerticalBlock").filter(
        has=page.get_by_role("img", name="Halo Ring")
    )
    return card.last.get_by_role("button", name="Details")


def opened(page: Page) -> Locator:
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Halo Ring")
    settled(page)
    return dialog
