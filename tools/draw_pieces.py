"""Draws the demo shop's pictures: one SVG per piece of data/shop/products.yaml, and the brand.

    python -m tools.draw_pieces           writes concierge/ui/static/{pieces,brand}/*.svg
    python -m tools.draw_pieces --check   exits 1 if a picture is missing, stale or left over

The same data always gives the same bytes, so that a changed picture is a change of design.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from tools.drawing import brand, ears, hands, necks, sets, wrists
from tools.drawing.design import picture

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "concierge" / "ui" / "static"
DESIGNS = hands.DESIGNS | ears.DESIGNS | necks.DESIGNS | wrists.DESIGNS | sets.DESIGNS


def draw_all() -> dict[Path, str]:
    """Every picture as `{path: SVG text}`. Raises `KeyError` for a piece without a design."""
    catalogue = yaml.safe_load((ROOT / "data/shop/products.yaml").read_text(encoding="utf-8"))
    drawn = {
        STATIC / "pieces" / piece["image"]: picture(
            piece["name"], piece["metal"], piece["gemstones"], DESIGNS[piece["id"]]
        )
        for piece in catalogue["products"]
    }
    drawn[STATIC / "pieces" / "placeholder.svg"] = brand.placeholder()
    drawn[STATIC / "brand" / "logo.svg"] = brand.logo()
    drawn[STATIC / "brand" / "favicon.svg"] = brand.favicon()
    return drawn


def main(arguments: list[str]) -> int:
    drawn = draw_all()
    present = {path for folder in ("pieces", "brand") for path in (STATIC / folder).glob("*.svg")}
    stale = [p for p, text in drawn.items() if p not in present or p.read_text("utf-8") != text]
    left_over = sorted(present - set(drawn))
    if "--check" in arguments:
        for path in [*stale, *left_over]:
            print(f"not as drawn: {path.relative_to(ROOT)}")
        return 1 if stale or left_over else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn[path], encoding="utf-8")
    for path in left_over:
        path.unlink()
    print(f"{len(drawn)} pictures, {len(stale)} written, {len(left_over)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
