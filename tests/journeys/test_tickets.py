"""The desk while others work at it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.customer import ShopVisitor
from tests.journeys.screens import answered, cells, heading, pick_row, settled, shown
from tests.server import RunningApp

pytestmark = pytest.mark.journey


def test_the_queue_shows_new_tickets_by_itself(visit: Visit, running_app: RunningApp) -> None:
    agent = visit("agent", "/tickets")
    expect(heading(agent, "Tickets")).to_be_visible()
    unassigned = agent.get_by_role("radio", name="Unassigned")
    before = unassigned.inner_text()
    with ShopVisitor(running_app) as customer:
        ticket = customer.asks_for_a_human("Bo Example", "Is the clasp <b>solid</b> gold?")
    expect(cells(agent, ticket)).not_to_have_count(0)
    expect(cells(agent, ticket).nth(2)).to_have_text("Is the clasp <b>solid</b> gold?")
    expect(unassigned).not_to_have_text(before)


def test_an_open_ticket_shows_what_others_do_to_it_and_keeps_what_is_being_written(
    visit: Visit, running_app: RunningApp
) -> None:
    with ShopVisitor(running_app) as customer:
        ticket = customer.asks_for_a_human("Cy Example", "Please call me back")
        agent = visit("agent", f"/tickets?ticket={ticket}")
        expect(heading(agent, ticket)).to_be_visible()
        agent.get_by_role("textbox", name="Message").fill("Dear Cy, half a sentence")
        customer.says("I am at home after six")
        newest = agent.get_by_label("Chat message from user").last
        expect(newest).to_contain_text("I am at home after six")
        expect(agent.get_by_role("textbox", name="Message")).to_have_value(
            "Dear Cy, half a sentence"
        )
        agent.get_by_role("button", name="Send reply").click()
        answered(agent, "Dear Cy, half a sentence")
        assert "Dear Cy, half a sentence" in customer.heard()


def test_closing_a_ticket_leaves_it_closed_and_another_can_be_opened(
    visit: Visit, running_app: RunningApp
) -> None:
    with ShopVisitor(running_app) as customer:
        first = customer.asks_for_a_human("Dee Example", "About an engraving")
    with ShopVisitor(running_app) as customer:
        second = customer.asks_for_a_human("Eli Example", "About a bracelet")
    agent = visit("agent", "/tickets")
    for ticket in (first, second):
        pick_row(agent, ticket)
        expect(heading(agent, ticket)).to_be_visible()
        agent.get_by_role("button", name="Close", exact=True).click()
        expect(heading(agent, ticket)).to_have_count(0)
        settled(agent)
        expect(cells(agent, ticket).first).to_be_attached()
        assert "ticket=" not in agent.url


def test_claim_next_opens_the_most_pressing_ticket(visit: Visit, running_app: RunningApp) -> None:
    with ShopVisitor(running_app) as customer:
        customer.asks_for_a_human("Fay Example", "About a necklace")
    agent = visit("agent", "/tickets")
    expect(heading(agent, "Tickets")).to_be_visible()
    agent.get_by_role("button", name="Claim next").click()
    expect(agent.get_by_text("is yours.")).to_be_visible()
    agent.wait_for_url("**ticket=STY-*")
    expect(shown(agent, "in progress")).to_be_visible()


def test_an_agent_opens_a_ticket_for_somebody_on_the_telephone(visit: Visit) -> None:
    agent = visit("agent", "/tickets")
    agent.get_by_role("button", name="Open a ticket").click()
    form = agent.get_by_role("dialog")
    form.get_by_role("textbox", name="Customer's name").fill("Gus Example")
    form.get_by_role("textbox", name="E-mail").fill("gus@example.com")
    form.get_by_role("textbox", name="What is it about").fill("Called about his watch")
    form.get_by_role("button", name="Open", exact=True).click()
    expect(agent.get_by_role("heading", name="STY-")).to_be_visible()
    expect(agent.get_by_role("dialog")).to_have_count(0)
    expect(shown(agent, "Called about his watch")).to_be_visible()


def test_a_ticket_that_cannot_be_opened_says_why_and_keeps_what_was_typed(visit: Visit) -> None:
    agent = visit("agent", "/tickets")
    agent.get_by_role("button", name="Open a ticket").click()
    form = agent.get_by_role("dialog")
    name = form.get_by_role("textbox", name="Customer's name")
    about = form.get_by_role("textbox", name="What is it about")
    name.fill("Hal Example")
    about.fill("   ")
    send = form.get_by_role("button", name="Open", exact=True)
    send.click()
    expect(form.get_by_role("alert")).to_contain_text("What is it about: is missing")
    expect(name).to_have_value("Hal Example")
    about.fill("Called about his watch")
    send.click()
    expect(form.get_by_role("alert")).to_contain_text("E-mail: is needed, so that we can answer")
    expect(about).to_have_value("Called about his watch")
    form.get_by_role("textbox", name="E-mail").fill("hal@example.com")
    form.get_by_role("textbox", name="Order number").fill("gg 99999")
    send.click()
    expect(agent.get_by_role("heading", name="STY-")).to_be_visible()
    expect(agent.get_by_text("Mentioned gg 99999, not proven")).to_be_visible()
