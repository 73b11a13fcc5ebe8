"""What customers write is shown as they wrote it: nothing in it becomes a link or a sign."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.customer import ShopVisitor
from tests.journeys.screens import answered, new_chat, say, settled
from tests.server import RunningApp

pytestmark = pytest.mark.journey

ASKED = "zorgle www.elsewhere.test or https://elsewhere.test :material/home: -> there"
WRITTEN = "Write to eve@example.com or see https://elsewhere.test :smile:"
LINKS = "a[href^='mailto:'], a[href*='elsewhere']"


def test_addresses_and_signs_in_customers_words_stay_words(
    visit: Visit, running_app: RunningApp
) -> None:
    with ShopVisitor(running_app) as customer:
        for _ in range(8):
            customer.says(ASKED)
        ticket = customer.asks_for_a_human("Eve Example", WRITTEN, urgent=True)
        session = customer.session_id

    agent = visit("agent", f"/tickets?ticket={ticket}")
    shows_as_words(agent, WRITTEN)
    agent.goto(f"/conversations?session={session}")
    shows_as_words(agent, ASKED)
    agent.goto("/")
    expect(agent.get_by_role("heading", name="Tickets")).to_be_visible()
    no_links(agent)

    manager = visit("pm", "/")
    shows_as_words(manager, ASKED)
    manager.goto("/rules?show=missed")
    shows_as_words(manager, ASKED)


def test_a_long_paste_is_sent_as_far_as_it_is_read_and_the_rest_can_be_copied(visit: Visit) -> None:
    page = visit("pm", "/chat")
    new_chat(page)
    box = page.get_by_role("textbox", name="Type a message")
    box.focus()
    page.keyboard.insert_text("lorem " * 1_000 + "end of it " * 120)
    box.press("Enter")
    expect(page.get_by_text("Only the first 5,000 characters of your message")).to_be_visible()
    expect(page.get_by_label("Chat message from user").last).to_contain_text("lorem lorem")
    page.get_by_text("The other 2,200").click()
    expect(page.get_by_text("end of it end of it")).to_be_visible()
    say(page, "show me rings")
    answered(page, "rings")
    expect(page.get_by_text("Only the first 5,000")).to_have_count(0)


def shows_as_words(page: Page, text: str) -> None:
    expect(page.get_by_text(text).filter(visible=True).first).to_be_visible()
    no_links(page)


def no_links(page: Page) -> None:
    settled(page)
    expect(page.locator(LINKS)).to_have_count(0)
