"""Several processes of the application on one machine, started, stopped and killed."""

from __future__ import annotations

import signal
import time

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.browser import sign_in_as, watched_page
from tests.faults.conftest import House
from tests.journeys.customer import ShopVisitor
from tests.server import RunningApp, until

pytestmark = pytest.mark.faults


def test_four_processes_started_at_once_share_one_server_and_one_shop(house: House) -> None:
    apps = [house.start() for _ in range(4)]
    for app in apps:
        app.wait_ready(180)
    assert len(house.servers()) == 1, house.servers()
    with ShopVisitor(apps[0]) as customer:
        ticket = customer.asks_for_a_human("Ada Example", "Seen by all four?")
    queues = [tickets_of(app) for app in apps]
    assert all(ticket in queue for queue in queues)
    assert len({tuple(queue) for queue in queues}) == 1
    for app in apps:
        assert "Traceback" not in app.output()
        stop(app)
    house.is_left()


def test_a_killed_process_leaves_the_others_at_work(house: House) -> None:
    """The one that started the server is killed: the server stays with the one that uses it."""
    first = house.run()
    second = house.run()
    (server,) = house.servers()
    with ShopVisitor(second) as customer:
        customer.says("show me rings under $300")
        first.kill()
        customer.says("and necklaces?")
        ticket = customer.asks_for_a_human("Bo Example", "Still there?")
        assert ticket in tickets_of(second)
        assert house.servers() == [server]
        third = house.run()
        assert ticket in tickets_of(third)
    stop(third)
    stop(second)
    house.is_left()


def test_it_ends_within_three_seconds_while_people_have_pages_open(
    house: House, browser: Browser
) -> None:
    app = house.run()
    with ShopVisitor(app) as customer:
        ticket = customer.asks_for_a_human("Cy Example", "Are you open?")
    with (
        watched_page(browser, app.url) as chat,
        watched_page(browser, app.url) as desk,
    ):
        for page, path, role in (
            (chat.page, "/chat", "pm"),
            (desk.page, f"/tickets?ticket={ticket}", "agent"),
        ):
            page.goto(path)
            sign_in_as(page, role)
        expect(chat.page.get_by_label("Chat message from assistant")).to_be_visible()
        expect(desk.page.get_by_role("heading", name=ticket)).to_be_visible()
        began = time.monotonic()
        stop(app)
        assert time.monotonic() - began < 3
        house.is_left()
    assert "Traceback" not in app.output()


def test_a_start_over_what_a_killed_process_left_finds_everything(house: House) -> None:
    app = house.run()
    with ShopVisitor(app) as customer:
        ticket = customer.asks_for_a_human("Dee Example", "Kept?")
    app.kill()
    until(lambda: not house.servers(), 10, "the server ends with its last user")
    again = house.run()
    assert ticket in tickets_of(again)
    stop(again)


def stop(app: RunningApp) -> None:
    """SIGTERM; it tidies up and then ends of that very signal."""
    assert app.stop() in (0, -signal.SIGTERM), app.output()


def tickets_of(app: RunningApp) -> list[str]:
    """The numbers of the open tickets, as an agent reads them there."""
    with app.client("agent") as agent:
        answer: httpx2.Response = agent.get("/api/dashboard/support/tickets", params={"limit": 100})
        answer.raise_for_status()
        return [str(row["ticketId"]) for row in answer.json()["items"]]
