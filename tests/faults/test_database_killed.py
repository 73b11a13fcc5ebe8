"""`kill -9` of the database while people talk."""

from __future__ import annotations

import threading
import time

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from concierge.core.ids import new_id
from concierge.ui.guards import LOOK_EVERY_SECONDS
from tests.browser import sign_in_as, watched_page
from tests.faults.conftest import House
from tests.journeys.customer import ShopVisitor
from tests.journeys.screens import answered, heading, new_chat, say
from tests.server import until

pytestmark = pytest.mark.faults

BACK_WITHIN_SECONDS = 10


def test_nothing_acknowledged_is_lost_and_nothing_is_said_twice(house: House) -> None:
    """A customer talks on while the server is killed, twice; what failed is said again."""
    app = house.run()
    acknowledged: list[str] = []
    refusals: list[httpx2.Response] = []

    def talk(customer: ShopVisitor, stop: threading.Event) -> None:
        while not stop.is_set():
            text, key = f"note {len(acknowledged) + 1}", new_id()
            while True:
                answer = customer.says(text, request_id=key, check=False)
                if answer.is_success:
                    break
                refusals.append(answer)
            acknowledged.append(text)

    with ShopVisitor(app) as customer:
        stop = threading.Event()
        talking = threading.Thread(target=talk, args=(customer, stop))
        talking.start()
        try:
            for _ in range(2):
                talks_on(acknowledged, 5, 30)
                killed = house.kill_database()
                began = time.monotonic()
                talks_on(acknowledged, 2, BACK_WITHIN_SECONDS)
                assert house.database_pid() not in (None, killed)
                assert time.monotonic() - began < BACK_WITHIN_SECONDS
        finally:
            stop.set()
            talking.join(30)
        said = [line for line in customer.heard() if line.startswith("note ")]
    assert said == acknowledged, "all kept, in order, and each once"
    for answer in refusals:
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert "does not answer right now" in answer.json()["detail"]
    assert "Traceback" not in app.output()


def test_a_conversation_in_the_browser_goes_on_by_itself(house: House, browser: Browser) -> None:
    app = house.run()
    with (
        watched_page(browser, app.url) as chat,
        watched_page(browser, app.url) as desk,
    ):
        customer, agent = chat.page, desk.page
        customer.goto("/chat")
        sign_in_as(customer, "pm")
        new_chat(customer)
        say(customer, "show me rings under $300")
        answered(customer, "rings under $300")
        agent.goto("/tickets")
        sign_in_as(agent, "agent")
        expect(heading(agent, "Tickets")).to_be_visible()

        house.kill_database()
        began = time.monotonic()
        box = customer.get_by_role("textbox", name="Type a message")
        box.fill("track GG-12002, ada@example.com")
        box.press("Enter")
        expect(customer.get_by_text("1Z999AA14993527816")).to_be_visible(
            timeout=BACK_WITHIN_SECONDS * 1_000
        )
        assert time.monotonic() - began < BACK_WITHIN_SECONDS
        expect(customer.get_by_text("show me rings under $300").first).to_be_visible()
        agent.get_by_role("button", name="Claim next").click()
        expect(agent.get_by_text("is yours.")).to_be_visible()
        for page in (customer, agent):
            shows_no_entrails(page)
    assert "Traceback" not in app.output()


def test_an_outage_that_lasts_is_said_plainly_and_what_was_typed_is_answered_after_it(
    house: House, browser: Browser
) -> None:
    app = house.run()
    with watched_page(browser, app.url) as chat:
        page = chat.page
        page.goto("/chat")
        sign_in_as(page, "pm")
        new_chat(page)
        with house.database_away():
            # So long that the sign-in is due for a look, too, when something is typed.
            page.wait_for_timeout((LOOK_EVERY_SECONDS + 1) * 1_000)
            box = page.get_by_role("textbox", name="Type a message")
            box.fill("where do you deliver")
            box.press("Enter")
            away = page.get_by_text("The database does not answer right now").first
            expect(away).to_be_visible(timeout=60_000)
            expect(page.get_by_text("Nothing that was confirmed is lost").first).to_be_visible()
            shows_no_entrails(page)
            ready = httpx2.get(f"{app.url}/readyz", timeout=30)
            assert ready.status_code == 503
            assert httpx2.get(f"{app.url}/healthz", timeout=5).status_code == 200
        began = time.monotonic()
        until(app.ready, BACK_WITHIN_SECONDS + 5, "ready again")
        expect(page.get_by_label("Chat message from user").last).to_contain_text(
            "where do you deliver"
        )
        expect(page.get_by_text("The database does not answer")).to_have_count(0)
        expect(page.get_by_label("Chat message from user")).to_have_count(1)
        assert time.monotonic() - began < 2 * BACK_WITHIN_SECONDS
    assert "Traceback" not in app.output()


def talks_on(acknowledged: list[str], more: int, seconds: float) -> None:
    enough = len(acknowledged) + more
    until(lambda: len(acknowledged) >= enough, seconds, "the customer is answered")


def shows_no_entrails(page: Page) -> None:
    words = page.locator("body").inner_text()
    for entrails in ("Traceback", "pymongo", "mongodb://", "127.0.0.1", "ServerSelection"):
        assert entrails not in words
    expect(page.get_by_test_id("stException")).to_have_count(0)
