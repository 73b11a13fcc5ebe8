"""The circle: a customer asks, a human answers, the customer rates, and every screen shows it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.screens import (
    answered,
    cells,
    colours_of_row,
    funnel,
    heading,
    new_chat,
    pick_row,
    said_by_concierge,
    say,
    settled,
    shown,
)

pytestmark = pytest.mark.journey

NOTE = "She is a regular; be generous."
REPLY = "Of course, Ada. I have put a size 7 aside for you."
RED = (179, 38, 30)


def test_from_a_question_to_a_red_rating_on_the_order_and_one_more_session_in_the_funnel(
    visit: Visit,
) -> None:
    customer = visit("pm", "/chat")
    expect(said_by_concierge(customer).first).to_be_visible()  # this opened a session, or went on
    figures = visit("pm", "/funnel")
    before = funnel(figures)

    new_chat(customer)
    finds_a_ring_and_saves_it(customer)
    is_refused_with_a_wrong_address_and_shown_the_order_with_the_right_one(customer)
    rma = requests_a_return(customer)
    ticket = asks_for_a_human(customer)

    agent = visit("agent", "/tickets")
    claims(agent, ticket)
    reads_what_was_said(agent, rma)
    writes(agent, "Note", NOTE)
    writes(agent, "Reply", REPLY)

    sees_the_answer_without_reloading(customer)
    resolves(agent)
    rates(customer, 2)

    the_order_shows_badge_and_red_rating(agent)
    the_low_rating_stands_out(agent, ticket)
    after = funnel_again(figures)
    assert {step: after[step] - before[step] for step in after} == {
        "opened": 1,
        "understood": 1,
        "shown": 1,
        "saved": 1,
        "bought": 0,
    }


def finds_a_ring_and_saves_it(page: Page) -> None:
    say(page, "show me rings under $300")
    found = answered(page, "rings under $300")
    prices = re.findall(r"\$(\d+)\n", found.inner_text())
    assert prices
    assert all(int(price) < 300 for price in prices)
    expect(found.get_by_role("img", name="Halo Ring")).to_be_attached()
    found.get_by_role("button", name="Save").first.click()
    answered(page, "shortlist")


def is_refused_with_a_wrong_address_and_shown_the_order_with_the_right_one(page: Page) -> None:
    say(page, "track GG-12002")
    answered(page, "which e-mail address or postal code")
    say(page, "bo@example.com")
    refused = answered(page, "cannot find an order with these details")
    expect(page.get_by_text("1Z999AA14993527816")).to_have_count(0)
    refused.get_by_role("textbox", name="E-mail on the order").fill("ada@example.com")
    refused.get_by_role("button", name="Find my order").click()
    traced = answered(page, "Here is GG-12002")
    for step in ("Created", "Processing", "Shipped", "Delivered", "UPS 1Z999AA14993527816"):
        expect(traced).to_contain_text(step)


def requests_a_return(page: Page) -> str:
    """The number of the return."""
    said_by_concierge(page).last.get_by_role("button", name="Return a piece").click()
    form = answered(page, "Which piece")
    form.get_by_role("textbox", name="What was wrong").fill("It does not suit me after all")
    form.get_by_role("button", name="Request the return").click()
    done = answered(page, re.compile(r"RMA-\w{8}"))
    expect(done.get_by_role("link", name="Print the return label")).to_be_visible()
    return str(re.findall(r"RMA-\w{8}", done.inner_text())[0])


def asks_for_a_human(page: Page) -> str:
    """The number of the ticket."""
    say(page, "I want to talk to a human")
    form = answered(page, "Your name")
    form.get_by_role("textbox", name="Your name").fill("Ada Example")
    form.get_by_role("textbox", name="Your e-mail").fill("ada@example.com")
    form.get_by_role("textbox", name="What is it about").fill("Do you have this ring in 7?")
    form.get_by_role("button", name="Talk to a stylist").click()
    done = answered(page, re.compile(r"STY-\w{6}"))
    return str(re.findall(r"STY-\w{6}", done.inner_text())[0])


def claims(page: Page, ticket: str) -> None:
    expect(heading(page, "Tickets")).to_be_visible()
    pick_row(page, ticket)
    expect(heading(page, ticket)).to_be_visible()
    expect(shown(page, "vip")).to_be_visible()
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.get_by_text("Ticket claimed.")).to_be_visible()
    expect(shown(page, "in progress")).to_be_visible()


def reads_what_was_said(page: Page, rma: str) -> None:
    talk = page.get_by_test_id("stExpander").filter(has_text="With the concierge")
    for words in ("show me rings under $300", "track GG-12002", rma):
        expect(talk).to_contain_text(words)
    expect(page.get_by_text(re.compile(r"^Shortlist: \w"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("GG-12002"))).to_be_visible()


def writes(page: Page, kind: str, text: str) -> None:
    page.get_by_role("radio", name=kind).click()
    button = page.get_by_role("button", name="Keep note" if kind == "Note" else "Send reply")
    expect(button).to_be_visible()
    page.get_by_role("textbox", name="Message").fill(text)
    button.click()
    expect(page.get_by_label("Chat message from assistant").last).to_contain_text(text)
    expect(page.get_by_role("textbox", name="Message")).to_have_value("")


def sees_the_answer_without_reloading(page: Page) -> None:
    expect(said_by_concierge(page).last).to_contain_text(REPLY)
    expect(page.get_by_text(NOTE)).to_have_count(0)


def resolves(page: Page) -> None:
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("Ticket resolved.")).to_be_visible()


def rates(page: Page, stars: int) -> None:
    asked = answered(page, "How was the help you had")
    asked.get_by_role("radio").nth(stars - 1).click()
    asked.get_by_role("textbox", name="A word on why").fill("It took too long")
    asked.get_by_role("button", name="Send rating").click()
    expect(said_by_concierge(page).last).not_to_contain_text("How was the help you had")


def the_order_shows_badge_and_red_rating(page: Page) -> None:
    page.goto("/orders?find=GG-12002")
    row = cells(page, "GG-12002")
    expect(row.filter(has_text="✦")).to_have_count(1)
    expect(row.filter(has_text="● 2")).to_have_count(1)
    assert RED in colours_of_row(page, "GG-12002")
    pick_row(page, "GG-12002")
    rating = shown(page, "● 2", exact=True)
    expect(rating).to_have_css("color", f"rgb{RED}")
    expect(shown(page, "RMA created")).to_be_visible()


def the_low_rating_stands_out(page: Page, ticket: str) -> None:
    page.goto("/csat?kind=agent")
    newest = page.get_by_test_id("stVerticalBlock").filter(has_text=f"Rated {ticket}").last
    expect(newest).to_contain_text("It took too long")
    expect(newest.get_by_text("low", exact=True)).to_have_css("color", f"rgb{RED}")
    expect(newest).to_contain_text("Follow-up STY-")


def funnel_again(page: Page) -> dict[str, int]:
    page.reload()
    settled(page)
    return funnel(page)
