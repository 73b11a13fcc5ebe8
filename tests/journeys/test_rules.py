"""A rule is published and taken back while a chat is open in another tab."""

from __future__ import annotations

import re
import time
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TimedOut

from tests.journeys.conftest import Visit
from tests.journeys.screens import heading, new_chat, said_by_concierge, say, settled

pytestmark = pytest.mark.journey

MESSAGE = "could you flumox my zorbles"
SECONDS = 30.0
TRIES, LIST_OPENS_MS = 4, 3_000


def test_an_open_chat_takes_up_what_is_published_and_what_is_taken_back(visit: Visit) -> None:
    chat = visit("agent", "/chat")
    new_chat(chat)
    assert "unmatched" in trace_of(chat, MESSAGE)

    rules = visit("admin", "/rules?show=missed")
    cluster = rules.locator("[class*='st-key-cluster-']").filter(has_text=MESSAGE)
    cluster.get_by_text("Messages, and a draft from them").click()
    add_phrase(cluster, "product search")

    rules.get_by_role("button", name="Run over all stored messages").click()
    expect(rules.get_by_text("Turns that change")).to_be_visible()
    expect(rules.get_by_test_id("stCode").get_by_text(MESSAGE)).to_be_visible()
    settled(rules)
    rules.get_by_role("button", name="Publish").click()
    rules.get_by_role("button", name="Yes, publish").click()
    expect(rules.get_by_text(re.compile(r"Version \d+, published"))).to_be_visible()
    until_read_as(chat, "product_search")

    rules.get_by_text("History", exact=True).click()
    rules.get_by_role("button", name=re.compile("Roll back to version")).click()
    expect(rules.get_by_text("own files")).to_be_visible()
    until_read_as(chat, "unmatched")
    expect(heading(rules, "Rules")).to_be_visible()


def test_a_turn_of_the_chat_is_tried_with_a_rule_change(visit: Visit) -> None:
    chat = visit("pm", "/chat")
    new_chat(chat)
    trace_of(chat, "would you wibble the snorf for eve@example.com")
    chat.get_by_role("link", name="Try a rule change on this turn").click()

    expect(heading(chat, "Rules")).to_be_visible()
    tried = chat.locator(".st-key-try-a-change")
    expect(tried).to_contain_text("would you wibble the snorf for •••")
    assert "wibble" not in chat.url
    add_phrase(tried, "gift")
    expect(heading(chat, "What this draft changes")).to_be_visible()
    expect(tried).to_have_count(0)
    added = chat.get_by_test_id("stCode").get_by_text("wibble the snorf")
    expect(added).to_be_visible()
    settled(chat)
    chat.get_by_role("button", name="Run over all stored messages").click()
    expect(chat.get_by_text("Newly understood")).to_be_visible()
    settled(chat)
    chat.get_by_role("button", name="Discard").click()
    expect(chat.get_by_text("laid aside")).to_be_visible()


def test_where_the_customer_comes_from_holds_at_once_or_says_when(visit: Visit) -> None:
    chat = visit("pm", "/chat")
    new_chat(chat)
    before = chat.url
    comes_from(chat, "From a ring's page")
    chat.wait_for_url(lambda url: url != before and "session=" in url)
    settled(chat)
    say(chat, "is this in stock in size 6")
    expect(said_by_concierge(chat).last).to_contain_text("Halo Ring")
    settled(chat)
    before = chat.url
    comes_from(chat, "From the home page")
    expect(chat.get_by_text("From the home page: applies to the next chat.")).to_be_visible()
    assert chat.url == before
    new_chat(chat)
    expect(chat.get_by_text("applies to the next chat")).to_have_count(0)


def comes_from(chat: Page, page: str) -> None:
    settled(chat)
    chat.get_by_role("combobox", name="Where the customer comes from").click()
    chat.get_by_role("option", name=page).click()


def add_phrase(place: Locator, intent: str) -> None:
    """What a message shall mean is chosen by a person; nothing was near."""
    add = place.get_by_role("button", name="Add phrase to a new draft")
    expect(add).to_be_disabled()
    box = place.get_by_role("combobox", name="Read it as")
    settled(place.page)
    # At the edge of the window its list would not open.
    box.evaluate("(box) => box.scrollIntoView({block: 'center'})")
    chooses(box, intent)
    expect(add).to_be_enabled()
    add.click()


def chooses(box: Locator, option: str) -> None:
    """As a person does, whose list closes when the screen is drawn anew: opens it once more."""
    listed = box.page.get_by_role("option", name=option, exact=True)
    for _ in range(TRIES):
        box.click()
        box.fill(option)
        with suppress(TimedOut):
            listed.click(timeout=LIST_OPENS_MS)
            return
        box.press("Escape")
    listed.click()


def trace_of(chat: Page, text: str) -> str:
    """Says it; how the newest turn was read."""
    before = said_by_concierge(chat).count()
    say(chat, text)
    expect(said_by_concierge(chat)).not_to_have_count(before)
    settled(chat)
    return chat.get_by_test_id("stExpander").first.inner_text()


def until_read_as(chat: Page, intent: str) -> None:
    """Asked again and again, as nobody can say which turn will be the first."""
    deadline = time.monotonic() + SECONDS
    while intent not in (read := trace_of(chat, MESSAGE)):
        assert time.monotonic() < deadline, f"still read as {read}"
        new_chat(chat)  # a long one shows its newest answers only, and they are counted
