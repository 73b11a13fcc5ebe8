"""A row of pieces in the chat: how many there are, and a step back and on, for keys and pointer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.screens import answered, new_chat, say, settled
from tests.journeys.test_every_screen import PHONE, faults

pytestmark = pytest.mark.journey
DESK = 1280


@pytest.mark.parametrize("width", [DESK, PHONE["width"]])
def test_a_row_tells_what_of_it_is_shown_and_is_leafed_through_and_back(
    visit: Visit, width: int
) -> None:
    page = rings(visit, width)
    seen = [place_of(page)]
    assert shown(page) == numbers(seen[0])
    while not at_the_end(button(page, "Next pieces")):
        seen.append(stepped(page, "Next pieces"))
        assert set(shown(page)) == set(numbers(seen[-1]))
    assert [number for place in seen for number in numbers(place)] == list(range(1, 9))
    assert len(seen) == (4 if width == DESK else 8)
    button(page, "Next pieces").press("Enter")  # there is no more: row and focus stay
    assert place_of(page) == seen[-1]
    expect(button(page, "Next pieces")).to_be_focused()
    while not at_the_end(button(page, "Previous pieces")):
        stepped(page, "Previous pieces")
    assert place_of(page) == seen[0]


def test_the_row_is_leafed_through_by_keys_which_go_on_where_it_stands(visit: Visit) -> None:
    page = rings(visit, DESK)
    on = button(page, "Next pieces")
    on.focus()
    before = place_of(page)
    page.keyboard.press("Enter")
    expect(place(page)).not_to_have_text(before)
    stands = numbers(place_of(page))
    expect(on).to_be_focused()
    page.keyboard.press("Tab")
    focused = cards(page).nth(stands[0] - 1).get_by_role("button").first
    expect(focused).to_be_focused()
    assert numbers(place_of(page)) == stands
    page.keyboard.press("Shift+Tab")
    expect(on).not_to_be_focused()  # a card before it, as the row is one of its own buttons


@pytest.mark.parametrize("width", [DESK, PHONE["width"]])
def test_a_row_with_its_steps_is_fit_for_all(visit: Visit, width: int) -> None:
    page = rings(visit, width)
    assert faults(page) == []
    box = button(page, "Next pieces").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    assert box["x"] + box["width"] <= width


def test_a_row_that_is_wholly_in_view_has_nothing_to_press(visit: Visit) -> None:
    page = rings(visit, DESK)
    page.set_viewport_size({"width": 3840, "height": 900})
    expect(button(page, "Next pieces")).to_be_hidden()
    page.set_viewport_size({"width": DESK, "height": 900})
    expect(button(page, "Next pieces")).to_be_visible()


def test_the_next_answers_row_begins_at_its_first_piece(visit: Visit) -> None:
    page = rings(visit, DESK)
    first = place_of(page)
    stepped(page, "Next pieces")
    say(page, "show me rings under $400")
    answered(page, "rings under $400")
    settled(page)
    expect(place(page)).to_have_count(1)
    expect(place(page)).to_have_text(re.compile(r"^1"))
    stepped(page, "Next pieces")
    stepped(page, "Previous pieces")
    assert numbers(place_of(page))[0] == numbers(first)[0]


def rings(visit: Visit, width: int) -> Page:
    """A chat whose newest answer is eight rings."""
    page = visit("pm", "/chat", width=width)
    page.emulate_media(reduced_motion="reduce")
    new_chat(page)
    say(page, "show me rings under $300")
    answered(page, "8 rings under $300")
    settled(page)
    expect(place(page)).to_have_text(re.compile(r"^1.* of 8$"))
    return page


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Pieces").get_by_role("button", name=name)


def place(page: Page) -> Locator:
    return page.get_by_role("group", name="Pieces").locator("[aria-live]")


def place_of(page: Page) -> str:
    return place(page).inner_text()


def numbers(said: str) -> list[int]:
    """`3–4 of 8` is 3 and 4."""
    first, last = re.fullmatch(r"(\d+)(?:–(\d+))? of \d+", said).groups()  # type: ignore[union-attr]
    return list(range(int(first), int(last or first) + 1))


def at_the_end(step: Locator) -> bool:
    return step.get_attribute("aria-disabled") == "true"


def stepped(page: Page, name: str) -> str:
    """Where the row stands after one step."""
    before = place_of(page)
    button(page, name).click()
    expect(place(page)).not_to_have_text(before)
    return place_of(page)


def cards(page: Page) -> Locator:
    return page.locator("[class*='st-key-row-'] > *")


def shown(page: Page) -> list[int]:
    """The numbers of the cards that are wholly within the row, by where they are drawn."""
    drawn: list[int] = page.locator("[class*='st-key-row-']").evaluate(
        """(row) => {
            const box = row.getBoundingClientRect();
            return [...row.children].flatMap((card, place) => {
                const { left, right } = card.getBoundingClientRect();
                return left >= box.left - 2 && right <= box.right + 2 ? [place + 1] : [];
            });
        }"""
    )
    return drawn
