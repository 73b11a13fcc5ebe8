"""Every screen, for those who cannot see it, on a phone, and for those it is not meant for."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.customer import ShopVisitor
from tests.journeys.screens import answered, heading, new_chat, say, settled
from tests.server import RunningApp

pytestmark = pytest.mark.journey

# Faults in Streamlit's own markup, which we cannot reach: rule, part of the element, and why.
ALLOWED = {
    "list": ('data-testid="stSidebarNavItems"', "the menu's sections are divs in its list"),
    "listitem": ('<li class="st-emotion-cache', "so the menu's entries are not of a list"),
    "heading-order": ("<h3 ", "st.subheader is a third heading, also right below st.title"),
}
PHONE = {"width": 390, "height": 844}
SCREENS = {
    "home": "/",
    "chat": "/chat",
    "rules": "/rules",
    "rules-missed": "/rules?show=missed",
    "scenarios": "/scenarios",
    "scenario": "/scenarios?scenario=return_on_day_31",
    "tickets": "/tickets",
    "conversations": "/conversations",
    "csat": "/csat?kind=agent",
    "orders": "/orders",
    "order": "/orders?order=GG-12001",
    "funnel": "/funnel",
    "users": "/users",
}


@pytest.mark.parametrize("path", SCREENS.values(), ids=SCREENS)
def test_a_screen_is_fit_for_all_and_for_a_phone(visit: Visit, path: str) -> None:
    page = visit("admin", path)
    expect(page.locator("h1").first).to_be_visible()
    is_fit_in_both_themes(page)


def test_a_long_conversation_is_fit_for_all_and_for_a_phone(visit: Visit) -> None:
    page = visit("admin", "/chat")
    new_chat(page)
    say(page, "show me rings under $300")
    answered(page, "rings under $300")
    say(page, "track GG-12003, dee@example.com")
    answered(page, "Here is GG-12003")
    say(page, "what ring sizes are there")
    answered(page, "size")
    say(page, "/stylist")
    answered(page, "Your name")
    is_fit_in_both_themes(page)


def test_an_open_ticket_is_fit_for_all_and_for_a_phone(
    visit: Visit, running_app: RunningApp
) -> None:
    with ShopVisitor(running_app) as customer:
        customer.says("show me rings under $300")
        ticket = customer.asks_for_a_human("Ivo Example", "W" * 400, urgent=True)
    page = visit("admin", f"/tickets?ticket={ticket}")
    expect(heading(page, ticket)).to_be_visible()
    is_fit_in_both_themes(page)
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_visible()


def test_a_run_is_fit_for_all_and_for_a_phone(visit: Visit) -> None:
    page = visit("admin", "/scenarios?scenario=search_and_shortlist")
    page.get_by_role("button", name="Play to the end").click()
    expect(page.get_by_text("All steps as expected")).to_be_visible()
    is_fit_in_both_themes(page)


@pytest.mark.parametrize(
    ("role", "path", "missing", "title"),
    [
        ("analyst", "/tickets", "tickets", "Tickets"),
        ("agent", "/users", "accounts", "Accounts"),
        ("pm", "/orders", "orders", "Orders"),
    ],
)
def test_a_screen_of_another_role_says_so_and_is_not_in_the_menu(
    visit: Visit, role: str, path: str, missing: str, title: str
) -> None:
    page = visit(role, path)
    expect(page.get_by_text(f"Your role does not include {missing}")).to_be_visible()
    menu = page.get_by_test_id("stSidebarNav")
    expect(menu.get_by_role("link", name="Home")).to_be_visible()
    expect(menu.get_by_role("link", name=title, exact=True)).to_have_count(0)
    expect(heading(page, title)).to_have_count(0)


def is_fit_in_both_themes(page: Page) -> None:
    """Light on a desk, dark on a phone."""
    settled(page)
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", "dark")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults(page) == []


def faults(page: Page) -> list[str]:
    """What axe finds, but for Streamlit's own."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['target']} {node['html'][:200]}"
        for fault in found
        for node in fault["nodes"]
        if ALLOWED.get(fault["id"], ("\0", ""))[0] not in node["html"]
    ]
