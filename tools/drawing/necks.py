"""The necklaces, pendants and charms of the shop."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.drawing.canvas import Canvas, n, polygon
from tools.drawing.design import Design, Draw
from tools.drawing.ears import at
from tools.drawing.forms import (
    back,
    bar,
    crescent,
    crescent_edge,
    disc,
    engraved,
    face,
    facet_star,
    heart,
    leaf,
    puffed,
    rounded_star,
)
from tools.drawing.gems import bead, melee, rim
from tools.drawing.materials import Metal, Stone
from tools.drawing.rings import claws, cut_stone, glints, halo, shadow
from tools.drawing.threads import (
    Curve,
    bail,
    cable,
    drape,
    line,
    paperclip,
    pearls,
    ring_link,
    rope,
    sample,
    stations,
    stones,
    tube,
    walk,
)


def vee(bottom: float, half: float = 104) -> Curve:
    """A fine chain drawn down by the weight of a pendant."""

    def place(share: float) -> tuple[float, float]:
        t = share * 2 - 1
        return 200 + half * t, bottom - (bottom + 12) * abs(t) ** 1.22

    return sample(place)


def pendant(bottom: float, draw: Draw, *, loop: float = 1.0, wide: float = 3.2) -> Draw:
    """A chain, a bail, and what hangs below it (drawn about the bail's lower end)."""

    def whole(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        cable(c, vee(bottom), m, wide)
        with at(c, 200, bottom + 20 * loop):
            draw(c, m, s)
        bail(c, 200, bottom + 22 * loop, m, loop)

    return whole


def _moon_necklace(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    cable(c, vee(178), m)
    with at(c, 200, 232):
        shadow(c, 0, 62, 46, 14, 0.24)
        puffed(c, crescent(56), m, 0.94)
        small = melee(c, s[0])
        for (x, y), share in crescent_edge(56, 0.8, 0.36, 9.5, 3):
            c.circle(x, y, 8.4 * (0.5 + share / 2), m.dark)
            c.use(small, x, y, 0.76 * (0.5 + share / 2))
        ring_link(c, 3, -56, 6, m)


def _pearl_strand(c: Canvas, _: Metal, s: Sequence[Stone]) -> None:
    pearls(c, drape(118, -14, 286), s[0], 11)


def _paperclip(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    paperclip(c, drape(112, -30, 300), m)


def _rope(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    rope(c, drape(116, -14, 278), m, 13)


def _constellation(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    curve = drape(118, -14, 272)
    cable(c, curve, m, 3.2)
    stations(c, curve, m, s[0], (0.18, 0.3, 0.385, 0.585, 0.7, 0.83), 11)
    stations(c, curve, m, s[0], (0.5,), 16)
    glints(c, (196, 254, 8), (104, 168, 6))


def _lariat(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    cable(c, vee(168, 96), m, 3.6)
    ring_link(c, 200, 180, 13, m, 4.4)
    cable(c, [(200 - i * 0.01, 190 + i * 0.25) for i in range(321)], m, 3.6)
    c.use(bead(c, m), 197, 272, 0.6)
    with at(c, 197, 314):
        shadow(c, 8, 14, 44, 48, 0.28)
        c.path(rim("pear", 36, 1.15), back(c, m))
        cut_stone(c, s[0], "pear", 36, 4)
    glints(c, (186, 306, 8))


def _violet(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    curve = drape(116, -12, 226)
    cable(c, curve, m)
    one = c.scratch()
    one.path(rim("pear", 31, 1.15), back(one, m))
    cut_stone(one, s[0], "pear", 31, 7)
    name = c.symbol(one)
    for share, size in ((0.335, 0.62), (0.665, 0.62), (0.41, 0.8), (0.59, 0.8), (0.5, 1.06)):
        x, y = curve[round(share * 400)]
        turn = (0.5 - share) * 96
        ring_link(c, x, y + 4, 4, m, 2.2)
        shadow(c, x + 6, y + 42 * size, 34 * size, 40 * size, 0.26)
        with c.group(f"translate({n(x)} {n(y + 6)})rotate({n(turn)})"):
            c.use(name, 0, 38 * size, size)


def _bar_necklace(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    def side(sign: int) -> Curve:
        return [
            (200 + sign * (58 + 58 * (i / 200) ** 0.86), 232 - 246 * (i / 200) ** 1.06)
            for i in range(201)
        ]

    for sign in (-1, 1):
        cable(c, side(sign), m, 3.6)
        ring_link(c, 200 + sign * 60, 234, 6, m, 3)
    with at(c, 200, 238):
        shadow(c, 6, 16, 76, 20, 0.32)
        bar(c, m, 122, 22)
        engraved(
            c,
            "M-30 5q3 -13 7 -10t-4 12q5 2 9 -5t8 -3q-2 9 3 8t7 -10q2 10 7 9t6 -9q-1 9 4 9t9 -8",
            m,
            1.4,
        )
    glints(c, (150, 230, 9))


def _tennis(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    stones(c, drape(122, -14, 288), m, s[0], 9.4)
    glints(c, (200, 264, 12), (110, 190, 8), (291, 186, 7))


def _sunray(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    curve = drape(118, -12, 196, 2.6)
    small = melee(c, s[0])
    places = [p for p in walk(curve, 21) if p[1] > 60]
    middle = len(places) // 2
    for i, (x, y, turn) in enumerate(places):
        far = abs(i - middle) / middle
        length = 26 + 62 * (1 - far**1.3)
        with c.group(f"translate({n(x)} {n(y)})rotate({n(turn)})"):
            fold = polygon([(0, 0), (0, length), (5.6, length - 9), (2.4, 0)])
            c.path(fold, m.dark)
            c.path(polygon([(0, 0), (0, length), (-5.6, length - 9), (-2.4, 0)]), m.light)
            c.circle(0, length, 9.6, m.dark)
            c.circle(-0.6, length - 0.8, 9, m.light)
            c.use(small, 0, length, 0.8)
    tube(c, line(curve), m, 9)


def _halo_drop(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    with at(c, 0, 58):
        shadow(c, 8, 18, 68, 66, 0.3)
        halo(c, m, s[0], 49, 49, 7.6)
        cut_stone(c, s[0], "round", 40, 3)
        claws(c, m, 39, 39, (45, 135, 225, 315), 4.4)
        glints(c, (-14, -15, 10))


def _emerald_drop(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    with at(c, 0, 70):
        shadow(c, 8, 18, 66, 78, 0.3)
        frame = [
            (-32, -66),
            (32, -66),
            (51, -47),
            (51, 47),
            (32, 66),
            (-32, 66),
            (-51, 47),
            (-51, -47),
        ]
        c.path(polygon(frame), back(c, m), stroke=m.deep, stroke_width=".8")
        c.path(polygon((x * 0.955, y * 0.965) for x, y in frame), face(c, m))
        with c.group("scale(1 .98)"):
            cut_stone(c, s[0], "emerald", 57, 4)
        claws(c, m, 44, 58, (45, 135, 225, 315), 4.6)


def _opal_drop(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    tear = "M0 -6C17 22 46 44 46 76C46 104 25 120 0 120C-25 120 -46 104 -46 76C-46 44 -17 22 0 -6Z"
    shadow(c, 8, 82, 62, 66, 0.3)
    c.path(tear, back(c, m))
    fill = c.radial(
        [(0, "#ffffff"), (0.4, s[0].light), (0.75, s[0].base), (1, s[0].depth)], 0.38, 0.42, 0.7
    )
    with c.group("translate(0 7)scale(.9)"):
        c.path(tear, m.deep, opacity=".6")
        c.path(tear, fill, transform="translate(0 3)scale(.965)")
        for i, colour in enumerate(
            ("#5fd3b4", "#f59ac0", "#8fb6ff", "#ffd37a", "#7fe0d0", "#d9a0ff", "#ff9f8a", "#6fd0ff")
        ):
            a, r = i * 2.4, 10 + 2.6 * i
            glow = c.radial([(0, colour, 0.8), (1, colour, 0)])
            c.ellipse(
                r * math.cos(a), 76 + r * 0.9 * math.sin(a), 17 - i * 0.6, 10 + (i % 3) * 3, glow
            )
        c.ellipse(
            -15,
            54,
            9,
            17,
            c.radial([(0, "#ffffff", 0.95), (1, "#ffffff", 0)]),
            transform="rotate(24 -15 54)",
        )


def _locket(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    with at(c, 0, 64):
        disc(c, m, 62)
        c.add(f'<rect x="58" y="-9" width="8" height="18" rx="3" fill="{m.dark}"/>')
        for i in range(12):
            a = f"rotate({i * 30})"
            engraved(c, "M0 -20Q9 -34 0 -47Q-9 -34 0 -20", m, 0.9, transform=a)
        engraved(c, "M-14 0a14 14 0 1 1 28 0a14 14 0 1 1 -28 0", m, 1)
        c.use(bead(c, m), 0, 0, 0.7)


def _star(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    with at(c, 0, 74):
        shadow(c, 8, 18, 72, 72, 0.28)
        facet_star(c, m, 52, 12, 4, 45)
        facet_star(c, m, 76, 14, 4)
        c.circle(0, 0, 14, back(c, m))
        c.use(melee(c, s[0]), 0, 0, 1.15)
        glints(c, (-4, -5, 8))


def _initial(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    with at(c, 0, 66):
        disc(c, m, 62, beaded=True)
        letter = (
            "M-34 27C-16 30 -4 4 8 -33C10 -39 14 -37 14 -31C13 -10 16 12 22 25C25 31 32 29 36 20"
            "M-14 6C-2 0 14 0 26 4"
        )
        engraved(c, letter, m, 3.4)


def _on_ring(draw: Draw, y: float = 96) -> Draw:
    """A charm: a small clip to hang it by, and the shape below."""

    def whole(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        with at(c, 200, y):
            tube(c, "M-4 -12C-24 -18 -28 -58 0 -62C28 -58 26 -22 8 -12", m, 9)
            c.use(bead(c, m), 8, -12, 0.8)
            ring_link(c, 0, 4, 12, m, 6)
            draw(c, m, s)

    return whole


def _star_charm(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    with at(c, 0, 112):
        shadow(c, 8, 18, 112, 104, 0.26)
        puffed(c, rounded_star(104, 54), m, 0.86, 6)
        glints(c, (-32, -18, 15))


def _moon_charm(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    with at(c, -4, 104):
        shadow(c, 4, 100, 74, 16, 0.26)
        puffed(c, crescent(92, 0.78, 0.4), m, 0.95)
        glints(c, (-64, -26, 14))


def _leaf_charm(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    with c.group("translate(0 112)rotate(14)"):
        shadow(c, 10, 8, 82, 112, 0.26)
        puffed(c, leaf(100), m, 0.92)
        veins = "M0 -80V84" + "".join(
            f"M0 {y}q{s_ * 16} -7 {s_ * 27} -22" for y in (-22, 6, 34) for s_ in (-1, 1)
        )
        engraved(c, veins, m, 1.5)
        with at(c, 14, 44, -14):
            c.circle(0, 0, 17.5, back(c, m))
            cut_stone(c, s[0], "round", 15, 3)


def _heart_charm(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    with at(c, 0, 104):
        shadow(c, 8, 18, 110, 100, 0.26)
        puffed(c, heart(92), m, 0.87)
        c.circle(0, 2, 28, back(c, m))
        with at(c, 0, 2):
            cut_stone(c, s[0], "round", 25, 6)
            claws(c, m, 24, 24, (45, 135, 225, 315), 3.4)


DESIGNS = {
    "crescent-necklace": Design("warm", _moon_necklace),
    "harbor-pearl-strand": Design("pearl", _pearl_strand),
    "paperclip-chain": Design("warm", _paperclip),
    "tideline-chain": Design("cool", _rope),
    "constellation-necklace": Design("lilac", _constellation),
    "rosewater-lariat": Design("blush", _lariat),
    "violet-hour-necklace": Design("lilac", _violet),
    "ember-bar-necklace": Design("blush", _bar_necklace),
    "river-tennis-necklace": Design("cool", _tennis),
    "sunray-collar": Design("warm", _sunray),
    "halo-pendant": Design("plum", pendant(150, _halo_drop)),
    "fern-emerald-pendant": Design("sage", pendant(140, _emerald_drop)),
    "opaline-pendant": Design("blush", pendant(146, _opal_drop)),
    "keepsake-locket": Design("mist", pendant(140, _locket)),
    "northlight-star": Design("warm", pendant(136, _star)),
    "your-initial-pendant": Design("warm", pendant(138, _initial)),
    "star-charm": Design("cool", _on_ring(_star_charm)),
    "moon-charm": Design("warm", _on_ring(_moon_charm)),
    "leaf-charm": Design("sage", _on_ring(_leaf_charm)),
    "heart-charm": Design("blush", _on_ring(_heart_charm)),
}
