"""Signing in and out as a person does, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from concierge.ui.registry import SCREENS
from tests.browser import sign_in_as, watch, watched_page
from tests.server import RunningApp

pytestmark = pytest.mark.journey


def test_a_deep_link_leads_through_the_sign_in_to_the_screen_that_was_asked_for(
    running_app: RunningApp, browser: Browser
) -> None:
    with watched_page(browser, running_app.url) as watched:
        page = watched.page
        page.goto("/users?user=agent")
        expect(page.get_by_role("heading", name="Aurora Concierge")).to_be_visible()
        expect(page.get_by_label("User name")).to_be_focused()
        sign_in_as(page, "admin")
        expect(page.get_by_role("heading", name="Accounts", exact=True)).to_be_visible()
        expect(page.get_by_role("dialog")).to_contain_text("Sam Agent")
        assert page.url == f"{running_app.url}/users?user=agent"
        assert not watched.foreign
        assert not watched.complaints


def test_an_address_without_a_page_leads_through_the_sign_in_to_our_own_words_and_home(
    running_app: RunningApp, browser: Browser
) -> None:
    with watched_page(browser, running_app.url) as watched:
        page = watched.page
        page.goto("/nopage")
        expect(page.get_by_label("Password")).to_be_visible()
        sign_in_as(page, "agent")
        expect(page.get_by_role("heading", name="This page does not exist")).to_be_visible()
        assert page.url == f"{running_app.url}/nopage"
        page.get_by_role("link", name="To the home page").click()
        expect(page.get_by_role("heading", name="Hello Sam")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert not watched.foreign


def test_the_first_deep_links_of_a_fresh_process_show_the_sign_in_and_then_the_refusal(
    tmp_path: Path, browser: Browser
) -> None:
    """Before the router has run once, a page beside the main script would be served past it."""
    with RunningApp(tmp_path / "data") as app, watched_page(browser, app.url) as watched:
        page = watched.page
        for screen in SCREENS:
            page.goto(screen.url)
            expect(page.get_by_label("Password")).to_be_visible()
        page.goto("/users")
        sign_in_as(page, "agent")
        expect(page.get_by_text("Your role does not include accounts.")).to_be_visible()
        expect(page.get_by_role("heading", name="Accounts")).not_to_be_visible()


def test_a_wrong_password_is_said_and_the_name_is_kept(
    running_app: RunningApp, browser: Browser
) -> None:
    with watched_page(browser, running_app.url) as watched:
        page = watched.page
        page.goto("/tickets")
        page.get_by_label("User name").fill("agent")
        page.get_by_label("Password").fill("not it")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_have_text(
            "The user name or the password is not right."
        )
        expect(page.get_by_label("User name")).to_have_value("agent")
        expect(page.get_by_label("Password")).to_be_focused()
        page.keyboard.type("aurora-demo")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Tickets", exact=True)).to_be_visible()


def test_signing_out_in_one_tab_takes_every_tab_to_the_sign_in(
    running_app: RunningApp, browser: Browser
) -> None:
    with watched_page(browser, running_app.url) as watched:
        first = watched.page
        first.goto("/")
        sign_in_as(first, "analyst")
        expect(first.get_by_role("heading", name="Hello Noor")).to_be_visible()
        second = watch(first.context.new_page(), running_app.url).page
        second.goto("/")
        expect(second.get_by_role("heading", name="Hello Noor")).to_be_visible()
        first.get_by_role("button", name="Sign out").click()
        for tab in (first, second):
            tab.wait_for_url("**/session/login?reason=out")
            expect(tab.get_by_text("You are signed out.")).to_be_visible()
        second.goto("/orders")
        expect(second.get_by_label("Password")).to_be_visible()


def test_a_tab_left_open_over_a_restart_goes_to_the_sign_in_when_its_sign_in_is_gone(
    running_app: RunningApp, browser: Browser
) -> None:
    """Its cookie is taken away as if it had expired; the page's socket then finds the gate."""
    with watched_page(browser, running_app.url) as watched:
        page = watched.page
        page.goto("/")
        sign_in_as(page, "pm")
        expect(page.get_by_role("heading", name="Hello Kim")).to_be_visible()
        page.context.clear_cookies()
        page.context.set_offline(True)
        page.context.set_offline(False)
        page.reload()
        expect(page.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("path", [screen.path for screen in SCREENS])
def test_no_screen_asks_anything_of_another_host_or_complains(
    running_app: RunningApp, browser: Browser, path: str
) -> None:
    (screen,) = [found for found in SCREENS if found.path == path]
    with watched_page(browser, running_app.url) as watched:
        page = watched.page
        page.goto(screen.url)
        sign_in_as(page, "admin")
        expect(page.locator("h1").first).to_be_visible(timeout=20_000)
        page.wait_for_function(
            "() => !document.querySelector('[data-testid=stStatusWidget],[data-stale=true]')"
        )
        assert not watched.foreign
        assert not watched.complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_sign_in_fits_a_phone_and_twice_the_size(
    running_app: RunningApp, browser: Browser, scheme: str, width: int
) -> None:
    with watched_page(browser, running_app.url, scheme=scheme, width=width // 2) as watched:  # type: ignore[arg-type]
        page = watched.page
        page.goto("/session/login")
        widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1]
        assert not watched.complaints
