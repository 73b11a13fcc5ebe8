"""A piece's details over the chat: opened, recorded, acted on, closed."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.core.actor import Role
from concierge.core.folders import DATA_FOLDER
from concierge.demo.shop import load_pieces
from tests.pages.conftest import OpenScreen, words_of

DATA: Path = DATA_FOLDER


@pytest.fixture
def stocked(services: Services) -> Services:
    load_pieces(services.catalog, DATA)
    return services


def asked(open_screen: OpenScreen, text: str = "show me rings under $300") -> AppTest:
    screen = open_screen(Role.AGENT, "chat")
    screen.chat_input[0].set_value(text).run()
    assert not screen.exception, screen.exception
    return screen


def open_details(screen: AppTest, product_id: str = "halo-ring") -> AppTest:
    (button,) = [b for b in screen.button if str(b.key).endswith(f"{product_id}-details")]
    button.click().run()
    assert not screen.exception, screen.exception
    return screen


def views(services: Services) -> list[str]:
    assert services.events.flush()
    query = {"event": "aurora_product_viewed"}
    return [row["productId"] for row in services.mongo.db["analyticsEvents"].find(query)]


def test_details_show_the_piece_and_count_as_one_view(
    stocked: Services, open_screen: OpenScreen
) -> None:
    screen = open_details(asked(open_screen))
    shown = words_of(screen)
    for words in ("$289", "Metal: yellow gold", "Stones: diamond", "Ready to ship", "US 6"):
        assert words in shown
    assert "Shown to you because: under $300 · ready to ship" in shown
    assert screen.query_params["piece"] == "halo-ring"
    screen.run()
    assert views(stocked) == ["halo-ring"]


def test_an_action_of_the_dialog_is_said_and_closes_it(
    stocked: Services, open_screen: OpenScreen
) -> None:
    screen = open_details(asked(open_screen, "rings in size 6 under $300"))
    (stock,) = [b for b in screen.button if b.label == "In stock in my size?"]
    stock.click().run()
    assert not screen.exception, screen.exception
    assert "Halo Ring is in stock in US 6, $289." in words_of(screen)
    assert "piece" not in screen.query_params


def test_a_piece_is_saved_from_its_details(stocked: Services, open_screen: OpenScreen) -> None:
    screen = open_details(asked(open_screen))
    screen.button(key="piece-save").click().run()
    assert not screen.exception, screen.exception
    assert "Halo Ring is on your shortlist" in words_of(screen)
    (session,) = stocked.mongo.db["widgetSessions"].find({"counters.customerMessages": 2})
    assert set(session["firstAt"]) == {"opened", "understood", "shown", "saved"}


def test_a_view_moves_no_step_of_the_funnel(stocked: Services, open_screen: OpenScreen) -> None:
    screen = asked(open_screen)
    query = {"counters.customerMessages": 1}
    before = stocked.mongo.db["widgetSessions"].find_one(query)
    open_details(screen)
    assert stocked.mongo.db["widgetSessions"].find_one(query) == before


def test_a_link_to_a_piece_that_is_gone_says_so_and_opens_nothing(
    stocked: Services, open_screen: OpenScreen
) -> None:
    screen = open_screen(Role.AGENT, "chat", piece="no-such-piece")
    assert [toast.value for toast in screen.toast] == [
        "That piece is not in the catalogue any more."
    ]
    assert "piece" not in screen.query_params


def test_what_a_shop_wrote_stays_words(stocked: Services, open_screen: OpenScreen) -> None:
    nasty = "<script>alert(1)</script> **[x](https://example.org)** :red[y]"
    change = {"$set": {"name": nasty, "description": nasty, "metal": nasty}}
    stocked.mongo.db["products"].update_one({"_id": "halo-ring"}, change)
    screen = open_screen(Role.AGENT, "chat", piece="halo-ring")
    assert nasty in words_of(screen)
    for element in screen.markdown:
        assert "<script>" not in element.value or not element.allow_html
        assert "[x](" not in element.value
