"""What people do on the screens, by what they see there."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

ROW_HEIGHT = 35
PIXELS = """(canvas, [top, height]) => {
    const scale = canvas.width / canvas.clientWidth;
    const band = canvas.getContext("2d").getImageData(
        0, top * scale, canvas.width, height * scale
    ).data;
    const seen = new Map();
    for (let at = 0; at < band.length; at += 4) {
        const colour = [band[at], band[at + 1], band[at + 2]];
        seen.set(colour.join(), colour);
    }
    return [...seen.values()];
}"""
STEPS = ("opened", "understood", "shown", "saved", "bought")


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, exact=True)


def shown(page: Page, text: str, *, exact: bool = False) -> Locator:
    """The first place where one can see this text.

    A table also holds its texts unseen, for those who cannot see the canvas it is drawn on.
    """
    return page.get_by_text(text, exact=exact).filter(visible=True).first


def settled(page: Page) -> None:
    """Waits until the script of the screen has run to its end."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


# -- the concierge chat ----------------------------------------------------------------------


def new_chat(page: Page) -> None:
    """A conversation of one's own, whatever this account has talked about before."""
    expect(said_by_concierge(page).first).to_be_visible()
    before = page.url
    page.get_by_role("button", name="New chat").click()
    page.wait_for_url(lambda url: url != before and "session=" in url)
    expect(said_by_concierge(page)).to_have_count(1)


def said_by_concierge(page: Page) -> Locator:
    return page.get_by_label("Chat message from assistant")


def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Type a message")
    box.fill(text)
    box.press("Enter")
    expect(page.get_by_label("Chat message from user").last).to_contain_text(text)


def answered(page: Page, words: str | re.Pattern[str]) -> Locator:
    """The newest answer, once it has these words and nothing else.

    While a screen's script runs, what an earlier answer had in the same place (its buttons, say)
    can still stand below the new words.
    """
    newest = said_by_concierge(page).last
    expect(newest).to_contain_text(words)
    settled(page)
    return newest


# -- tables, which are drawn on a canvas with a table inside for those who cannot see it -------


def cells(page: Page, row: str) -> Locator:
    """The cells of the row in which one cell says exactly this."""
    inside = page.get_by_role("row", include_hidden=True)
    exact = page.get_by_role("gridcell", name=row, exact=True, include_hidden=True)
    return inside.filter(has=exact).get_by_role("gridcell", include_hidden=True)


def pick_row(page: Page, row: str) -> None:
    """Ticks the row in which one cell says exactly this."""
    _table(page).click(position={"x": 16, "y": _top(page, row) + ROW_HEIGHT // 2})


def colours_of_row(page: Page, row: str) -> set[tuple[int, int, int]]:
    """The colours in which the row is drawn, as red, green, blue."""
    drawn = _table(page).get_by_test_id("data-grid-canvas")
    pixels = drawn.evaluate(PIXELS, [_top(page, row), ROW_HEIGHT])
    return {(red, green, blue) for red, green, blue in pixels}


def _table(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("select one"))


def _top(page: Page, row: str) -> int:
    cell = cells(page, row).first
    expect(cell).to_be_attached()
    number = int(str(cell.get_attribute("id")).rsplit("-", 1)[1])
    return ROW_HEIGHT * (number + 1)


# -- figures -----------------------------------------------------------------------------------


def funnel(page: Page) -> dict[str, int]:
    """How many sessions reached each step, as the funnel's own line tells it."""
    line = page.get_by_test_id("stMarkdownContainer").filter(has_text=re.compile("opened.*→"))
    expect(line).to_be_visible()
    told = re.findall(rf"([\d,]+) ({'|'.join(STEPS)})", line.inner_text())
    assert len(told) == len(STEPS), line.inner_text()
    return {step: int(count.replace(",", "")) for count, step in told}
