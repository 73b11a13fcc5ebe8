"""The rings of the shop."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.drawing.canvas import Canvas, arc, n
from tools.drawing.design import DIAMOND, Design, Draw
from tools.drawing.forms import back, engraved, face
from tools.drawing.gems import bead, dome, melee
from tools.drawing.materials import Metal, Stone
from tools.drawing.rings import (
    Band,
    basket,
    claws,
    cut_stone,
    draw_band,
    glints,
    set_stone,
    shadow,
    shoulders,
)
from tools.drawing.threads import tube

BAND = Band(200, 244, 128, 15, 9)


def _solitaire(
    cut: str,
    size: float,
    *,
    halo: bool = False,
    bezel: bool = False,
    sides: bool = False,
    width: float = 15,
    seed: int = 1,
    lift: float = 20,
) -> Draw:
    def draw(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        band = Band(BAND.x, BAND.y, BAND.radius, width, BAND.thick)
        draw_band(c, band, m)
        if sides:
            shoulders(c, band, DIAMOND, (230, 237, 244, 296, 303, 310), width * 0.36)
        ring = (s[1] if len(s) > 1 else s[0]) if halo else None
        set_stone(c, band, m, s[0], cut, size, halo_stone=ring, bezel=bezel, seed=seed, lift=lift)
        if not bezel:
            glints(c, (200 - size * 0.3, band.top(lift=lift)[1] - size * 0.34, size * 0.22))

    return draw


def _plain(width: float, satin: bool = False) -> Draw:
    def draw(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
        band = Band(200, 208, 134, width, 10)
        draw_band(c, band, m)
        if satin:
            x, y, r, k, h = band.x, band.y, band.radius, band.squash, band.half
            for i in range(9):
                at = y - h * 0.62 + i * h * 0.155
                c.stroke(
                    arc(x, at, r, r * k, 186, 354),
                    "#ffffff" if i % 2 else m.deep,
                    1.1,
                    opacity=".16",
                )
            for edge in (-0.74, 0.74):
                c.stroke(arc(x, y + h * edge, r, r * k, 184, 356), m.deep, 1, opacity=".55")
                c.stroke(arc(x, y + h * edge + 1.2, r, r * k, 184, 356), m.glint, 0.9, opacity=".8")

    return draw


def _trilogy(side: float, seed: int) -> Draw:
    def draw(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        draw_band(c, BAND, m)
        flank = s[1] if len(s) > 1 else s[0]
        s2 = c.scratch()
        shadow(s2, 0, side * 0.5, side * 1.1, side * 0.9, 0.3)
        cut_stone(s2, flank, "round", side, seed + 8)
        claws(s2, m, side * 0.97, side * 0.97, (45, 135, 225, 315), 3)
        small = c.symbol(s2)
        for degrees in (240.5, 299.5):
            c.use(small, *BAND.top(degrees, lift=19), 1, 0, 0.88)
        set_stone(c, BAND, m, s[0], "round", 44, seed=seed)
        glints(c, (187, 131, 10))

    return draw


def _fern(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    draw_band(c, BAND, m)
    for side in (-1, 1):
        for degrees, size in ((25, 34.0), (37, 25.0)):
            x, y = BAND.top(270 + side * degrees, lift=3)
            with c.group(f"translate({n(x)} {n(y)})rotate({side * (degrees + 48)})scale(1 1.1)"):
                half, side_x = n(size / 2), n(size * 0.4)
                leaf = f"M0 -{half}Q{side_x} 0 0 {half}Q-{side_x} 0 0 -{half}Z"
                c.path(leaf, face(c, m), stroke=m.dark, stroke_width=".8")
                c.stroke(f"M0 {n(-size * 0.4)}V{n(size * 0.4)}", m.dark, 0.9)
    set_stone(c, BAND, m, s[0], "emerald", 48, seed=4)
    glints(c, (186, 128, 11))


def _eternity(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    band = Band(200, 212, 134, 30, 8)
    draw_band(c, band, m)
    stone_row(c, band, s[0], 8.6)
    glints(c, (150, 128, 12), (262, 137, 8))


def stone_row(c: Canvas, band: Band, stone: Stone, size: float) -> None:
    """Stones shoulder to shoulder over the outside, narrower as they turn away."""
    small = melee(c, stone)
    step = math.degrees(size * 2.02 / band.radius)
    count = int(74 / step)
    places = sorted((270 + i * step for i in range(-count, count + 1)), key=lambda d: -abs(d - 270))
    for degrees in places:
        x, y = band.top(degrees)
        lean = abs(math.sin(math.radians(degrees)))
        turn = (degrees - 270) * 0.62
        wide = 0.45 + 0.55 * lean
        c.add(
            f'<use href="#{small}" transform="translate({n(x)} {n(y)})rotate({n(turn)})'
            f'scale({size / 10 * wide:.3g} {size / 10:.3g})"/>'
        )


def _cluster(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    draw_band(c, BAND, m)
    cx, cy = 200.0, BAND.top(lift=24)[1]
    basket(c, BAND, m, 34, cy + 12)
    with c.group(f"translate({n(cx)} {n(cy)})scale(1 .9)"):
        shadow(c, 0, 26, 62, 48, 0.3)
        tip = bead(c, m)
        flower = c.scratch()
        flower.circle(0, 0, 23, back(flower, m))
        cut_stone(flower, s[0], "round", 21, 5)
        petal = c.symbol(flower)
        for i in range(6):
            a = math.radians(i * 60 + 30)
            c.use(petal, 42 * math.cos(a), 42 * math.sin(a), 1, i * 60)
        for i in range(6):
            a = math.radians(i * 60)
            c.use(tip, 49 * math.cos(a), 49 * math.sin(a), 0.36)
        c.use(petal, 0, 0, 1.06, 15)
    glints(c, (168, 112, 13), (240, 150, 8))


def _signet(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    band = Band(200, 242, 126, 26, 11)
    draw_band(c, band, m)
    cy = band.top(lift=10)[1]
    sides = c.linear([(0, m.dark), (0.25, m.light), (0.5, m.base), (0.78, m.glint), (1, m.dark)])
    for side in (-1, 1):
        x1, y1 = band.top(270 + side * 42, lift=1)
        c.path(
            f"M{n(200 + side * 58)} {n(cy - 16)}"
            f"Q{n(x1)} {n(y1 - 26)} {n(x1 + side * 6)} {n(y1 - 8)}L{n(x1 - side * 2)} {n(y1 + 12)}"
            f"Q{n(200 + side * 58)} {n(cy + 34)} {n(200 + side * 26)} {n(cy + 40)}Z",
            sides,
        )
    c.ellipse(200, cy + 7, 61, 46, m.deep)
    c.ellipse(200, cy + 4, 62, 46, sides)
    c.ellipse(200, cy, 62, 46, back(c, m))
    c.ellipse(200, cy, 57, 41.5, face(c, m))
    for i in range(-9, 10):
        half = 54 * math.sqrt(1 - (i / 10) ** 2)
        c.stroke(
            f"M{n(200 - half)} {n(cy + i * 4)}H{n(200 + half)}",
            m.deep if i % 2 else "#fff",
            0.8,
            opacity=".14",
        )


def _stack(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    one = c.scratch()
    band = Band(0, 0, 92, 15, 7, tilt=46)
    draw_band(one, band, m)
    for i in range(15):
        degrees = 200 + i * 10
        px, py = band.top(degrees)
        tone, lean = m.glint if i % 2 else m.deep, (degrees - 270) * 0.6
        place = f"translate({n(px)} {n(py)})rotate({n(lean)})"
        one.ellipse(0, 0, 4.8, 3, tone, opacity=".4", transform=place)
    name = c.symbol(one)
    for x, y, tilt in ((146, 176, -16), (258, 190, 14), (194, 262, -3)):
        c.use(name, x, y, 1, tilt)


def _open(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    shadow(c, 200, 300, 140, 26)
    tube(c, arc(200, 218, 124, 84, 286, 608 - 12), m, 15)
    for degrees, r in ((286.0, 14.0), (236.0, 9.0)):
        x, y = (
            200 + 124 * math.cos(math.radians(degrees)),
            218 + 84 * math.sin(math.radians(degrees)),
        )
        c.use(bead(c, m), x, y, r / 10)
    c.stroke(arc(200, 215, 125, 84, 196, 228), "#fff", 2.2, opacity=".8", stroke_linecap="round")
    c.stroke(arc(200, 215, 125, 84, 296, 330), "#fff", 2.2, opacity=".7", stroke_linecap="round")


def _moon(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    draw_band(c, BAND, m)
    cy = BAND.top(lift=18)[1]
    basket(c, BAND, m, 30, cy + 10)
    with c.group(f"translate(200 {n(cy)})scale(1 .9)"):
        shadow(c, 0, 24, 54, 42, 0.3)
        c.circle(0, 0, 47, back(c, m))
        c.circle(0, 0, 43, face(c, m))
        c.circle(0, 0, 40.5, m.deep, opacity=".5")
        dome(c, 39, 39, s[0])
        glow = c.radial([(0, "#7fb2ff", 0.75), (1, "#7fb2ff", 0)])
        c.ellipse(6, 8, 25, 20, glow)


def _your_line(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    band = Band(200, 208, 134, 48, 9)
    draw_band(c, band, m)
    data, pen = "", "M"
    for i in range(301):
        t = i / 300
        if any(low < t < low + 0.04 for low in (0.2, 0.46, 0.76)):
            pen = "M"
            continue
        x, y = band.top(214 + 112 * t)
        loop = t * 132
        tall = 9.5 if int(loop / math.tau) % 4 == 1 else 5.5
        data += f"{pen}{n(x + 4.6 * math.cos(loop))} {n(y - tall * math.sin(loop) - tall * 0.2)}"
        pen = "L"
    engraved(c, data, m, 1.6)


def _ruby_lane(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    _trilogy(27, 7)(c, m, s)
    ball = bead(c, m)
    for side in (-1, 1):
        for degrees in (41, 46, 50.5):
            x, y = BAND.top(270 + side * degrees)
            c.use(ball, x, y, 0.5 - (degrees - 41) * 0.016)


def _ember(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    band = Band(200, 246, 126, 24, 10)
    draw_band(c, band, m)
    cy = band.top(lift=22)[1]
    basket(c, band, m, 46, cy + 16)
    with c.group(f"translate(200 {n(cy)})scale(1 .9)"):
        shadow(c, 0, 26, 74, 50, 0.32)
        c.ellipse(0, 0, 67, 54, back(c, m))
        ball = bead(c, m)
        for i in range(34):
            a = math.tau * i / 34
            c.use(ball, 64 * math.cos(a), 51 * math.sin(a), 0.46)
        c.ellipse(0, 0, 58, 45.5, m.deep)
        cut_stone(c, s[0], "wide oval", 51, 8)
        claws(c, m, 56, 43, (40, 140, 220, 320), 5)
    glints(c, (182, 130, 11))


DESIGNS = {
    "halo-ring": Design("plum", _solitaire("round", 42, halo=True, sides=True, width=17, seed=3)),
    "dawn-band": Design("blush", _plain(44)),
    "tidewater-ring": Design("mist", _solitaire("wide oval", 50, bezel=True, seed=6)),
    "lumen-solitaire": Design("cool", _solitaire("round", 47, width=11, seed=2)),
    "vesper-halo-ring": Design("cool", _solitaire("oval", 45, halo=True, sides=True, seed=9)),
    "three-wishes-ring": Design("plum", _trilogy(32, 5)),
    "fern-emerald-ring": Design("sage", _fern),
    "rosewater-ring": Design("blush", _solitaire("cushion", 42, halo=True, seed=4)),
    "willow-eternity": Design("cool", _eternity),
    "petal-cluster-ring": Design("lilac", _cluster),
    "ember-cocktail-ring": Design("warm", _ember),
    "ruby-lane-ring": Design("blush", _ruby_lane),
    "violet-hour-ring": Design("lilac", _solitaire("pear", 50, width=11, seed=7, lift=16)),
    "moonrise-ring": Design("mist", _moon),
    "opaline-ring": Design("pearl", _solitaire("oval", 50, bezel=True, seed=11)),
    "northlight-signet": Design("cool", _signet),
    "pebble-stack": Design("pearl", _stack),
    "crescent-ring": Design("warm", _open),
    "meridian-band": Design("cool", _plain(54, satin=True)),
    "your-line-ring": Design("warm", _your_line),
}
