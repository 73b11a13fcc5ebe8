"""What a design is: the ground it stands on, and the function that draws it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.drawing.canvas import SIZE, Canvas
from tools.drawing.materials import GROUNDS, METALS, STONES, Metal, Stone

Draw = Callable[[Canvas, Metal, Sequence[Stone]], None]
DIAMOND = STONES["diamond"]


@dataclass(frozen=True)
class Design:
    ground: str
    draw: Draw


def picture(title: str, metal: str, stones: Sequence[str], design: Design) -> str:
    """The whole picture of a piece as SVG text."""
    canvas = Canvas(title)
    middle, edge = GROUNDS[design.ground]
    light = canvas.radial([(0, middle), (1, edge)], 0.42, 0.32, 0.85)
    canvas.add(f'<rect width="{SIZE}" height="{SIZE}" fill="{light}"/>')
    design.draw(canvas, METALS[metal], [STONES[name] for name in stones])
    return canvas.render()
