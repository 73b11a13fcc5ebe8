"""The pictures in the documents are all there, and all of them are shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from concierge.ui.registry import SCREENS
from tools.scenes import Scene, scenes
from tools.screenshots import IMAGES, SIZES, THEMES, keep

PAGE = IMAGES.parent / "screens.md"
MOST_MEGABYTES = 8
ALL = scenes()


def names(scene: Scene) -> set[str]:
    return {f"{scene.name}-{theme}-{width}.png" for theme in THEMES for width in SIZES}


def test_every_screen_has_a_scene() -> None:
    pictured = {scene.path.partition("?")[0] for scene in ALL}
    assert {screen.url for screen in SCREENS} <= pictured


def test_no_two_scenes_share_a_name() -> None:
    assert len({scene.name for scene in ALL}) == len(ALL)


@pytest.mark.parametrize("scene", ALL, ids=lambda scene: scene.name)
def test_a_scene_has_its_pictures_in_both_themes_and_sizes(scene: Scene) -> None:
    for name in names(scene):
        with Image.open(IMAGES / name) as picture:
            assert picture.width == int(name.rsplit("-", 1)[1].removesuffix(".png"))


def test_the_page_of_screens_shows_every_picture_and_no_other() -> None:
    shown = re.findall(r"\(images/([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(name for scene in ALL for name in names(scene))
    assert {picture.name for picture in IMAGES.iterdir()} == set(shown)


def test_the_pictures_together_stay_small() -> None:
    assert sum(picture.stat().st_size for picture in IMAGES.iterdir()) < MOST_MEGABYTES * 2**20


def test_a_picture_is_kept_smaller_and_in_its_colours(tmp_path: Path) -> None:
    drawn, kept = tmp_path / "drawn.png", tmp_path / "kept.png"
    picture = Image.new("RGB", (256, 64), "#16121A")
    picture.paste(Image.linear_gradient("L").resize((200, 40)), (20, 10))
    picture.save(drawn)
    keep(drawn.read_bytes(), kept)
    with Image.open(kept) as again:
        assert again.mode == "P"
        assert again.size == picture.size
        assert again.convert("RGB").getpixel((0, 0)) == (0x16, 0x12, 0x1A)
