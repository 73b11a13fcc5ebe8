"""The way back: a customer follows the link of a mail, without the shop and without an account."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.customer import ShopVisitor
from tests.journeys.screens import answered, heading, settled
from tests.server import RunningApp

pytestmark = pytest.mark.journey


def test_the_mail_leads_back_to_the_ticket_to_answer_and_rate(
    visit: Visit, running_app: RunningApp
) -> None:
    with ShopVisitor(running_app) as shop:
        shop.says("show me necklaces under $400")
        ticket = shop.asks_for_a_human("Hana Example", "Is it long enough for a turtleneck?")

    agent = visit("agent", f"/tickets?ticket={ticket}")
    expect(heading(agent, ticket)).to_be_visible()
    agent.get_by_role("textbox", name="Message").fill("It is 45 cm, so yes.")
    agent.get_by_role("button", name="Send reply").click()
    answered(agent, "It is 45 cm, so yes.")

    customer = visit(None, link_of_the_mail(agent))
    talk = customer.get_by_role("list")
    for words in ("turtleneck", "It is 45 cm, so yes."):
        expect(talk).to_contain_text(words)
    # Nobody knows whose address was typed into the form: the mail opens the ticket alone.
    expect(talk).not_to_contain_text("show me necklaces")

    customer.get_by_role("textbox", name="Your message").fill("Perfect, I take it.")
    customer.get_by_role("button", name="Send", exact=True).click()
    expect(customer.get_by_role("status")).to_have_text("Your message is with us.")
    expect(agent.get_by_label("Chat message from user").last).to_contain_text("Perfect, I take it.")

    agent.get_by_role("textbox", name="Message").fill("It leaves us today.")
    agent.get_by_role("button", name="Send reply").click()
    expect(talk).to_contain_text("It leaves us today.")

    agent.get_by_role("button", name="Resolve").click()
    expect(agent.get_by_text("Ticket resolved.")).to_be_visible()
    rating = customer.get_by_role("group", name=re.compile("How was the help you had"))
    rating.get_by_role("radio", name=re.compile("^4")).check()
    customer.get_by_role("textbox", name=re.compile("A word on why")).fill("Quick")
    customer.get_by_role("button", name="Send rating").click()
    expect(customer.get_by_role("status")).to_have_text("Thank you for your rating.")
    expect(rating.get_by_role("radio", name=re.compile("^4"))).to_be_checked()

    agent.goto("/csat?kind=agent")
    row = agent.get_by_test_id("stVerticalBlock").filter(has_text=f"Rated {ticket}").last
    expect(row).to_contain_text("● 4")
    expect(row).to_contain_text("Quick")


def test_a_link_that_was_tampered_with_shows_nobody_anything(visit: Visit) -> None:
    page = visit(None, "/session/login")
    answer = page.request.get("/c/bm90IGEgbGluaw.c2lnbmF0dXJl")
    assert answer.status == 404
    assert "This link does not work" in answer.text()


def link_of_the_mail(agent: Page) -> str:
    """The path of the link in the mail that the open ticket shows."""
    mails = agent.get_by_test_id("stExpander").filter(has_text="Mails to the customer")
    expect(mails).to_be_visible()
    settled(agent)  # a run that is still going on would fold it up again
    mails.locator("summary").click()
    text = mails.get_by_text("You can answer here:")
    expect(text).to_be_visible()
    return "/c/" + re.findall(r"/c/(\S+)", text.inner_text())[0]
