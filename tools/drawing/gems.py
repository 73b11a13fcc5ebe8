"""Stones seen from above: brilliant, step and domed cuts, and the settings that hold them."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable

from tools.drawing.canvas import Canvas, Point, mix, n, polygon
from tools.drawing.materials import Metal, Stone

Outline = Callable[[float], Point]
LIGHT = math.radians(225)  # from above left


def _power(value: float, exponent: float) -> float:
    return math.copysign(abs(value) ** exponent, value)


def round_cut(a: float) -> Point:
    return math.cos(a), math.sin(a)


def oval_cut(a: float) -> Point:
    return 0.8 * math.cos(a), 1.06 * math.sin(a)


def wide_oval_cut(a: float) -> Point:
    return 1.12 * math.cos(a), 0.86 * math.sin(a)


def cushion_cut(a: float) -> Point:
    return 1.02 * _power(math.cos(a), 0.66), 1.02 * _power(math.sin(a), 0.66)


def pear_cut(a: float) -> Point:
    """Point at the top."""
    y = math.sin(a)
    waist = 1.0 if y > 0 else (1 - 0.9 * (-y) ** 1.7)
    return 0.82 * math.cos(a) * waist, y * (0.85 if y > 0 else 1.25) + 0.2


def marquise_cut(a: float) -> Point:
    x = math.cos(a)
    return 0.5 * x * (0.62 + 0.38 * abs(x)), 1.15 * _power(math.sin(a), 0.9)


CUTS: dict[str, Outline] = {
    "round": round_cut,
    "oval": oval_cut,
    "wide oval": wide_oval_cut,
    "cushion": cushion_cut,
    "pear": pear_cut,
    "marquise": marquise_cut,
}


def rim(cut: str, size: float, share: float = 1.13) -> str:
    """Path data of a cut's outline, grown by `share`: the metal round a stone."""
    steps = (CUTS[cut](math.tau * k / 32) for k in range(32))
    return polygon((x * size * share, y * size * share) for x, y in steps)


def _tone(stone: Stone, brightness: float) -> str:
    """Brightness 0 to 1 through the stone's five tones, in twelve steps to keep paths few."""
    tones = (stone.depth, stone.dark, stone.base, stone.light, stone.sparkle)
    place = round(min(max(brightness, 0.0), 1.0) * 12) / 12 * 4
    low = min(int(place), 3)
    return mix(tones[low], tones[low + 1], place - low)


def brilliant(canvas: Canvas, size: float, stone: Stone, cut: str = "round", seed: int = 1) -> None:
    """A faceted stone of radius `size` about (0, 0): table, stars, kites and girdle facets."""
    outline, rnd = CUTS[cut], random.Random(seed)
    facets: dict[str, list[str]] = defaultdict(list)

    def at(step: float, share: float) -> Point:
        x, y = outline(math.tau * step / 16)
        return x * size * share, y * size * share

    def facet(points: list[Point], lift: float, spread: float) -> None:
        mx, my = (sum(p[i] for p in points) / len(points) for i in (0, 1))
        facing = math.cos(math.atan2(my, mx) - LIGHT)
        facets[_tone(stone, lift + 0.26 * facing + rnd.uniform(-spread, spread))].append(
            polygon(points)
        )

    for k in range(0, 16, 2):
        table, left, right = at(k + 1, 0.56), at(k, 0.78), at(k + 2, 0.78)
        facet([table, left, at(k + 1, 1), right], 0.52, 0.16)
        facet([left, at(k, 1), at(k + 1, 1)], 0.4, 0.2)
        facet([right, at(k + 2, 1), at(k + 1, 1)], 0.44, 0.2)
        facet([at(k - 1, 0.56), left, table], 0.68, 0.12)
        facet([(0, 0), at(k, 0.5), table], 0.3, 0.2)
        facet([(0, 0), at(k + 2, 0.5), table], 0.7, 0.22)
        facet([at(k, 0.5), at(k - 1, 0.56), table], 0.6, 0.1)
    edge_line = rim(cut, size, 1)
    canvas.path(edge_line, mix(stone.base, stone.dark, 0.3))
    for colour, shapes in facets.items():
        canvas.path("".join(shapes), colour)
    gloss = [at(k, 0.56) for k in (9, 11, 13)] + [at(12, 0.02), at(8, 0.3)]
    canvas.path(polygon(gloss), "#fff", opacity=".34")
    edge = mix(stone.depth, "#000000", 0.15)
    canvas.stroke(edge_line, edge, max(size / 60, 0.5), opacity=".55")


def step_cut(canvas: Canvas, width: float, height: float, stone: Stone, seed: int = 1) -> None:
    """An emerald cut about (0, 0): three steps of trapezoids and a long table."""
    rnd = random.Random(seed)

    def corners(share: float) -> list[Point]:
        w, h, c = width * share, height * share, min(width, height) * 0.34 * share
        return [
            (-w + c, -h),
            (w - c, -h),
            (w, -h + c),
            (w, h - c),
            (w - c, h),
            (-w + c, h),
            (-w, h - c),
            (-w, -h + c),
        ]

    for outer, inner, lift in ((1.0, 0.82, 0.36), (0.82, 0.64, 0.5), (0.64, 0.48, 0.6)):
        big, small = corners(outer), corners(inner)
        for i in range(8):
            j = (i + 1) % 8
            mx, my = (big[i][0] + big[j][0]) / 2, (big[i][1] + big[j][1]) / 2
            facing = math.cos(math.atan2(my / height, mx / width) - LIGHT)
            tone = _tone(stone, lift + 0.3 * facing + rnd.uniform(-0.06, 0.06))
            canvas.path(polygon([big[i], big[j], small[j], small[i]]), tone)
    table = canvas.linear(
        [
            (0, stone.sparkle),
            (0.3, stone.light),
            (0.52, stone.base),
            (0.56, stone.dark),
            (1, stone.base),
        ],
        (0, 0),
        (1, 1),
    )
    t = corners(0.48)
    canvas.path(polygon(t), table)
    canvas.path(
        polygon([t[0], (t[1][0] * 0.2, t[1][1]), (-t[3][0] * 0.4, t[4][1]), t[6], t[7]]),
        "#fff",
        opacity=".28",
    )
    canvas.stroke(polygon(corners(1)), mix(stone.depth, "#000000", 0.2), 0.9, opacity=".5")


def dome(
    canvas: Canvas, rx: float, ry: float, stone: Stone, seed: int = 1, fire: bool = False
) -> None:
    """A cabochon or pearl about (0, 0); `fire` adds the colour play of an opal."""
    fill = canvas.radial(
        [
            (0, stone.sparkle),
            (0.22, stone.light),
            (0.58, stone.base),
            (0.86, stone.dark),
            (1, stone.depth),
        ],
        0.36,
        0.3,
        0.78,
    )
    canvas.ellipse(0, 0, rx, ry, fill)
    if fire:
        rnd = random.Random(seed)
        for colour in ("#5fd3b4", "#f59ac0", "#8fb6ff", "#ffd37a", "#7fe0d0", "#d9a0ff", "#ff9f8a"):
            for _ in range(2):
                a, r = rnd.uniform(0, math.tau), rnd.uniform(0.1, 0.62)
                x, y = math.cos(a) * rx * r, math.sin(a) * ry * r
                glow = canvas.radial([(0, colour, 0.75), (1, colour, 0)])
                canvas.ellipse(x, y, rx * rnd.uniform(0.2, 0.4), ry * rnd.uniform(0.14, 0.3), glow)
    shine = canvas.radial([(0, "#ffffff", 0.95), (1, "#ffffff", 0)])
    canvas.ellipse(-rx * 0.32, -ry * 0.4, rx * 0.34, ry * 0.24, shine)
    back = canvas.radial([(0, "#ffffff", 0.5), (1, "#ffffff", 0)])
    canvas.ellipse(rx * 0.34, ry * 0.52, rx * 0.36, ry * 0.2, back)


def melee(canvas: Canvas, stone: Stone, size: float = 10) -> str:
    """A small stone of radius `size` as a symbol, to be repeated."""
    s = canvas.scratch()
    edge = s.radial([(0, stone.light), (0.6, stone.base), (1, stone.dark)], 0.4, 0.35, 0.7)
    s.circle(0, 0, size, edge, stroke=stone.depth, stroke_opacity=".45", stroke_width=n(size / 14))
    points = [
        (size * 0.62 * math.cos(i * math.tau / 8), size * 0.62 * math.sin(i * math.tau / 8))
        for i in range(8)
    ]
    light = [polygon([(0, 0), points[i], points[(i + 1) % 8]]) for i in (4, 5, 1)]
    dark = [polygon([(0, 0), points[i], points[(i + 1) % 8]]) for i in (0, 3, 6)]
    s.path("".join(light), stone.sparkle)
    s.path("".join(dark), mix(stone.dark, stone.depth, 0.25), opacity=".75")
    s.path(
        "".join(
            polygon([points[i], points[(i + 1) % 8], (points[i][0] * 1.5, points[i][1] * 1.5)])
            for i in (4, 6, 2)
        ),
        stone.sparkle,
        opacity=".7",
    )
    return canvas.symbol(s)


def bead(canvas: Canvas, metal: Metal, size: float = 10) -> str:
    """A small metal ball of radius `size` as a symbol: claw tip, milgrain, clasp bead."""
    s = canvas.scratch()
    fill = s.radial(
        [(0, metal.glint), (0.35, metal.light), (0.7, metal.base), (1, metal.deep)],
        0.36,
        0.32,
        0.72,
    )
    s.circle(0, 0, size, fill)
    return canvas.symbol(s)


def pearl(canvas: Canvas, stone: Stone, size: float = 10) -> str:
    """A pearl or polished bead of radius `size` as a symbol."""
    s = canvas.scratch()
    dome(s, size, size, stone)
    return canvas.symbol(s)


def sparkle(canvas: Canvas, x: float, y: float, size: float) -> None:
    """A four-pointed glint."""
    w = size * 0.1
    canvas.path(
        f"M{n(x)} {n(y - size)}Q{n(x + w)} {n(y - w)} {n(x + size)} {n(y)}"
        f"Q{n(x + w)} {n(y + w)} {n(x)} {n(y + size)}Q{n(x - w)} {n(y + w)} {n(x - size)} {n(y)}"
        f"Q{n(x - w)} {n(y - w)} {n(x)} {n(y - size)}Z",
        "#fff",
        opacity=".95",
    )
