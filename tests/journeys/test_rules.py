"""A rule is published and taken back while a chat is open in another tab."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.screens import heading, new_chat, said_by_concierge, say, settled

pytestmark = pytest.mark.journey

MESSAGE = "could you flumox my zorbles"
SECONDS = 30.0


def test_an_open_chat_takes_up_what_is_published_and_what_is_taken_back(visit: Visit) -> None:
    chat = visit("agent", "/chat")
    new_chat(chat)
    assert "unmatched" in trace_of(chat, MESSAGE)

    rules = visit("admin", "/rules?show=missed")
    cluster = rules.locator("[class*='st-key-cluster-']").filter(has_text=MESSAGE)
    cluster.get_by_text("Messages, and a draft from them").click()
    cluster.get_by_role("button", name="Draft a rule").click()

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
