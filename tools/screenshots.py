"""Pictures of every page, light and dark, on a desk and on a phone, into `docs/images/`.

    make screenshots                    all of them
    make screenshots ARGS='chat funnel' only these

Each is named `<scene>-<light|dark>-<1280|390>.png`. They show the demo shop of an app that is
started for the purpose, so nothing in them is anybody's. What is pictured is in `scenes.py`.
"""

from __future__ import annotations

import argparse
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from PIL import Image  # comes with Streamlit
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from concierge.accounts.demo import DEMO_PASSWORD
from concierge.core.folders import PROJECT_ROOT
from tools.local_app import LocalApp, temporary_app
from tools.scenes import PATIENCE_MS, Scene, scenes, settle

IMAGES = PROJECT_ROOT / "docs" / "images"
FIND_CHROMIUM = PROJECT_ROOT / "tools" / "chromium.sh"
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
SIZES = {1280: 860, 390: 844}

# A screen that looks for news by itself may just be doing so.
QUIET = '[data-testid="stStatusWidget"] { visibility: hidden; }'

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]


def take_all(app: LocalApp, browser: Browser, wanted: list[Scene]) -> Iterator[Path]:
    signed_in: dict[str | None, StorageState | None] = {None: None}
    for scene in wanted:
        if scene.username is not None and scene.username not in signed_in:
            signed_in[scene.username] = sign_in(app, browser, scene.username)
        for theme in THEMES:
            for width, height in SIZES.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=theme,
                    reduced_motion="reduce",
                    is_mobile=width < 600,
                    has_touch=width < 600,
                    locale="en-US",
                    timezone_id="America/New_York",
                    storage_state=signed_in[scene.username],
                )
                context.set_default_timeout(PATIENCE_MS)
                target = IMAGES / f"{scene.name}-{theme}-{width}.png"
                take(context.new_page(), app.base_url, scene, target)
                context.close()
                yield target


def sign_in(app: LocalApp, browser: Browser, username: str) -> StorageState:
    """Once for each: too many sign-ins in a row are refused."""
    context = browser.new_context()
    answer = context.request.post(
        f"{app.base_url}/session/login",
        data={"username": username, "password": DEMO_PASSWORD},
        headers={"Origin": app.base_url},
    )
    if not answer.ok:
        raise SystemExit(f"{username} could not sign in: {answer.status}")
    state = context.storage_state()
    context.close()
    return state


def take(page: Page, base_url: str, scene: Scene, target: Path) -> None:
    page.goto(base_url + scene.path)
    settle(page)
    if scene.act is not None:
        scene.act(page)
        settle(page)
    page.wait_for_load_state("networkidle")
    # Not the whole document: a screen is what fits the screen.
    keep(page.screenshot(animations="disabled", caret="hide", style=QUIET), target)


def keep(drawn: bytes, target: Path) -> None:
    """As a PNG of 256 colours, a third of the size and hardly to be told apart."""
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


def main() -> None:
    known = {scene.name: scene for scene in scenes()}
    parser = argparse.ArgumentParser(description="Pictures of every page into docs/images.")
    parser.add_argument("scene", nargs="*", help=f"one of: {', '.join(known)}; none means all")
    names = parser.parse_args().scene or list(known)
    if unknown := sorted(set(names) - set(known)):
        parser.error(f"no such scene: {', '.join(unknown)}")
    found = subprocess.run([FIND_CHROMIUM], stdout=subprocess.PIPE, text=True, check=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with temporary_app() as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.stdout.strip(), args=CHROMIUM_ARGUMENTS
        )
        for target in take_all(app, browser, [known[name] for name in names]):
            print(target.relative_to(PROJECT_ROOT), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
