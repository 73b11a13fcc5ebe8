"""Rings, seen from above the front: the band as two ellipses, the stone facing up at its top."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tools.drawing.canvas import Canvas, arc, ellipse_path, mix, n, polar, polygon
from tools.drawing.gems import bead, brilliant, dome, melee, sparkle, step_cut
from tools.drawing.materials import Metal, Stone


@dataclass(frozen=True)
class Band:
    """A hoop of metal: centre, outer radius, width along the finger, wall thickness, view angle."""

    x: float
    y: float
    radius: float
    width: float
    thick: float
    tilt: float = 52.0

    @property
    def squash(self) -> float:
        return math.cos(math.radians(self.tilt))

    @property
    def half(self) -> float:
        """Half the width, as it appears."""
        return self.width / 2 * math.sin(math.radians(self.tilt))

    def top(self, degrees: float = 270.0, lift: float = 0.0) -> tuple[float, float]:
        """A point on the middle line of the outside, 270 degrees being the top."""
        return polar(self.x, self.y, self.radius + lift, degrees, self.squash)


def shine(metal: Metal, canvas: Canvas, x1: float, x2: float) -> str:
    """The reflections that run round polished metal."""
    return canvas.linear(
        [
            (0, metal.deep),
            (0.07, metal.dark),
            (0.17, metal.light),
            (0.24, metal.glint),
            (0.33, metal.base),
            (0.48, metal.dark),
            (0.6, metal.base),
            (0.72, metal.glint),
            (0.8, metal.light),
            (0.92, metal.dark),
            (1, metal.deep),
        ],
        (x1, 0),
        (x2, 0),
        user=True,
    )


def shadow(
    canvas: Canvas, x: float, y: float, rx: float, ry: float, strength: float = 0.34
) -> None:
    fill = canvas.radial(
        [(0, "#2a1830", strength), (0.55, "#2a1830", strength * 0.4), (1, "#2a1830", 0)]
    )
    canvas.ellipse(x, y, rx, ry, fill)


def draw_band(canvas: Canvas, band: Band, metal: Metal, *, cast: bool = True) -> None:
    """The hoop: outside above, inside below, the front edge as a thin face."""
    x, y, r, k, h = band.x, band.y, band.radius, band.squash, band.half
    inner = r - band.thick
    if cast:
        shadow(canvas, x, y + r * k + h * 0.4, r * 1.12, r * 0.2)
    ry, iy = r * k, inner * k
    cross = inner * math.sqrt(max(1 - (h / iy) ** 2, 0))
    lens = (
        f"M{n(x - cross)} {n(y)}A{n(inner)} {n(iy)} 0 0 1 {n(x + cross)} {n(y)}"
        f"A{n(inner)} {n(iy)} 0 0 1 {n(x - cross)} {n(y)}Z"
    )
    hull = (
        f"M{n(x - r)} {n(y - h)}A{n(r)} {n(ry)} 0 0 1 {n(x + r)} {n(y - h)}V{n(y + h)}"
        f"A{n(r)} {n(ry)} 0 0 1 {n(x - r)} {n(y + h)}Z"
    )
    canvas.path(hull + lens, shine(metal, canvas, x - r, x + r), fill_rule="evenodd")
    inside = canvas.linear(
        [
            (0, metal.light),
            (0.2, metal.dark),
            (0.45, metal.deep),
            (0.62, metal.dark),
            (0.85, metal.light),
            (1, metal.base),
        ],
        (x - inner, 0),
        (x + inner, 0),
        user=True,
    )
    canvas.path(ellipse_path(x, y + h, inner, iy) + lens, inside, fill_rule="evenodd")
    face = canvas.linear(
        [
            (0, metal.glint),
            (0.3, metal.light),
            (0.55, metal.base),
            (0.8, metal.glint),
            (1, metal.base),
        ],
        (x - r, y - ry),
        (x + r, y + ry),
        user=True,
    )
    canvas.path(
        ellipse_path(x, y + h, r, ry) + ellipse_path(x, y + h, inner, iy), face, fill_rule="evenodd"
    )
    canvas.stroke(arc(x, y + h, inner, iy, 20, 160), metal.deep, 0.8, opacity=".5")
    canvas.stroke(
        arc(x, y + h, r, ry, 205, 335), mix(metal.dark, metal.base, 0.4), 0.7, opacity=".6"
    )
    if h > 4:
        fade = canvas.linear(
            [
                (0.06, "#ffffff", 0),
                (0.22, "#ffffff", 0.6),
                (0.42, "#ffffff", 0),
                (0.6, "#ffffff", 0),
                (0.74, "#ffffff", 0.5),
                (0.92, "#ffffff", 0),
            ],
            (x - r, 0),
            (x + r, 0),
            user=True,
        )
        canvas.stroke(arc(x, y - h * 0.3, r * 0.998, ry, 184, 356), fade, h * 0.5)
        canvas.stroke(arc(x, y - h * 0.95, r * 0.998, ry, 190, 350), metal.glint, 0.9, opacity=".7")


def basket(canvas: Canvas, band: Band, metal: Metal, rx: float, y: float) -> None:
    """The metal cup between band and stone."""
    top = band.top()[1]
    fill = canvas.linear(
        [
            (0, metal.dark),
            (0.3, metal.light),
            (0.55, metal.base),
            (0.75, metal.glint),
            (1, metal.dark),
        ]
    )
    canvas.path(
        polygon(
            [
                (band.x - rx, y),
                (band.x + rx, y),
                (band.x + rx * 0.42, top + 8),
                (band.x - rx * 0.42, top + 8),
            ]
        ),
        fill,
    )


def claws(
    canvas: Canvas, metal: Metal, rx: float, ry: float, places: tuple[float, ...], size: float
) -> None:
    """Claw tips on the rim of a stone about (0, 0)."""
    tip = bead(canvas, metal)
    for degrees in places:
        px, py = polar(0, 0, rx, degrees, ry / rx)
        canvas.use(tip, px, py, size / 10)


def halo(
    canvas: Canvas, metal: Metal, stone: Stone, rx: float, ry: float, size: float, power: float = 1
) -> None:
    """A closed row of small stones round (0, 0), on a metal plate with a milled edge."""
    fill = canvas.linear(
        [(0, metal.glint), (0.4, metal.base), (0.6, metal.light), (1, metal.dark)], (0, 0), (1, 1)
    )
    samples = [_super(rx, ry, power, i / 240) for i in range(240)]
    plate = [_super(rx + size * 1.25, ry + size * 1.25, power, i / 48) for i in range(48)]
    canvas.path(polygon(plate), fill)
    lengths = [math.dist(samples[i], samples[i - 1]) for i in range(240)]
    count = round(sum(lengths) / (size * 2.04))
    step, walked, small = sum(lengths) / count, 0.0, melee(canvas, stone)
    for i in range(240):
        walked += lengths[i]
        if walked >= step - 1e-6:
            walked -= step
            canvas.use(small, *samples[i], size / 10)


def _super(rx: float, ry: float, power: float, share: float) -> tuple[float, float]:
    a = math.tau * share
    c, s = math.cos(a), math.sin(a)
    return rx * math.copysign(abs(c) ** power, c), ry * math.copysign(abs(s) ** power, s)


def shoulders(
    canvas: Canvas, band: Band, stone: Stone, places: tuple[float, ...], size: float
) -> None:
    """Small stones along the outside of the band, smaller as they turn away."""
    small = melee(canvas, stone)
    for degrees in places:
        px, py = band.top(degrees)
        lean = abs(math.sin(math.radians(degrees)))
        canvas.use(small, px, py, size / 10 * (0.72 + 0.28 * lean), degrees - 270, 0.8)


def set_stone(
    canvas: Canvas,
    band: Band,
    metal: Metal,
    stone: Stone,
    cut: str,
    size: float,
    *,
    halo_stone: Stone | None = None,
    bezel: bool = False,
    lift: float = 18,
    seed: int = 1,
) -> None:
    """One stone facing up at the top of the band, with claws, a rim, or a halo."""
    flat = 0.88
    cy = band.top(lift=lift)[1]
    basket(canvas, band, metal, size * 0.8, cy + size * 0.3)
    with canvas.group(f"translate({n(band.x)} {n(cy)})scale(1 {flat})"):
        shadow(canvas, 0, size * 0.5, size * 1.15, size * 0.95, 0.3)
        rx, ry = _reach(cut, size)
        if halo_stone is not None:
            power = 0.66 if cut == "cushion" else 1
            halo(canvas, metal, halo_stone, rx * 1.2 + 1, ry * 1.2 + 1, size * 0.17, power)
        if bezel:
            rim = canvas.linear(
                [(0, metal.glint), (0.45, metal.base), (0.7, metal.light), (1, metal.deep)],
                (0, 0),
                (1, 1),
            )
            canvas.ellipse(0, 0, rx * 1.14, ry * 1.14, rim)
            canvas.ellipse(0, 0, rx * 1.03, ry * 1.03, metal.deep, opacity=".55")
        cut_stone(canvas, stone, cut, size, seed)
        if not bezel:
            claws(
                canvas,
                metal,
                rx * 0.97,
                ry * 0.97,
                CLAWS.get(cut, (45, 135, 225, 315)),
                max(size * 0.1, 2.6),
            )


CLAWS = {
    "pear": (271, 28, 152),
    "emerald": (33, 147, 213, 327),
    "marquise": (90, 270),
    "oval": (50, 130, 230, 310),
    "wide oval": (40, 140, 220, 320),
}


def _reach(cut: str, size: float) -> tuple[float, float]:
    return {
        "oval": (0.8 * size, 1.06 * size),
        "wide oval": (1.12 * size, 0.86 * size),
        "emerald": (0.78 * size, 1.06 * size),
        "pear": (0.82 * size, 1.05 * size),
        "cushion": (1.02 * size, 1.02 * size),
        "marquise": (0.5 * size, 1.15 * size),
    }.get(cut, (size, size))


def cut_stone(canvas: Canvas, stone: Stone, cut: str, size: float, seed: int = 1) -> None:
    """A stone about (0, 0) in the given cut; polished stones are domed in any outline."""
    rx, ry = _reach(cut, size)
    if stone.polished:
        dome(canvas, rx, ry, stone, seed, fire=stone.base == "#e3eeec")
    elif cut == "emerald":
        step_cut(canvas, rx, ry, stone, seed)
    else:
        brilliant(canvas, size, stone, cut, seed)


def glints(canvas: Canvas, *places: tuple[float, float, float]) -> None:
    for x, y, size in places:
        sparkle(canvas, x, y, size)
