"""Pictures of pieces: our own are drawn, those of other hosts are not asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.catalog.models import ProductDraft, Variant
from concierge.core.actor import Role
from concierge.ui.components import PLACEHOLDER, picture
from tests.pages.conftest import OpenScreen

OWN = "/app/static/pieces/halo-ring.svg"


def ring(name: str, *images: str) -> ProductDraft:
    return ProductDraft(
        external_id=name,
        handle=name,
        name=name,
        category="ring",
        images=images,
        variants=(Variant(option="One", price_cents=20_000, inventory=3),),
    )


def drawn(screen: AppTest) -> list[str]:
    """Where the pictures on a screen come from."""
    blocks = [str(block.proto.body) for block in screen.get("html")]
    return [source for body in blocks for source in re.findall(r'<img src="([^"]*)"', body)]


def test_an_imported_piece_shows_the_placeholder_in_the_chat(
    services: Services, open_screen: OpenScreen
) -> None:
    elsewhere = ring("Imported ring", "https://cdn.example.com/ring.jpg")
    services.catalog.upsert_from("shopify", [elsewhere, ring("Own ring", OWN), ring("Bare ring")])
    screen = open_screen(Role.AGENT, "chat")
    screen.chat_input[0].set_value("show me rings").run()
    assert not screen.exception
    assert sorted(drawn(screen)) == sorted([PLACEHOLDER, PLACEHOLDER, OWN])
    [kept] = services.catalog.ids_by_external("shopify", {"Imported ring"}).values()
    assert services.catalog.get(kept).images == ["https://cdn.example.com/ring.jpg"]


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "https://cdn.example.com/ring.jpg",
        "//cdn.example.com/ring.jpg",
        "/\\cdn.example.com/ring.jpg",
        "/\t/cdn.example.com/ring.jpg",
        "ring.jpg",
        "data:image/svg+xml,<svg/>",
    ],
)
def test_what_is_no_path_of_our_own_is_the_placeholder(address: str | None) -> None:
    assert picture(address) == PLACEHOLDER


def test_the_placeholder_is_there() -> None:
    static = Path(__file__).resolve().parents[2] / "concierge" / "ui" / "static"
    assert (static / "pieces" / Path(PLACEHOLDER).name).is_file()
    assert picture(OWN) == OWN
