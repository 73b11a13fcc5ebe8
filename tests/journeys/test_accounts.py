"""The accounts on a phone."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.screens import heading, settled
from tests.journeys.test_every_screen import PHONE

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("width", [PHONE["width"], 320, 1280])
def test_what_manages_an_account_stands_at_the_same_place_in_every_row(
    visit: Visit, width: int
) -> None:
    page = visit("admin", "/users", width=width)
    heading(page, "Accounts").wait_for()
    settled(page)
    buttons = page.get_by_role("button", name="Manage").all()
    boxes = [button.bounding_box() for button in buttons]
    assert len(boxes) >= 4
    places = {(round(box["x"]), round(box["width"])) for box in boxes if box is not None}
    assert len(places) == 1, places
    ((left, wide),) = places
    assert left + wide <= width
