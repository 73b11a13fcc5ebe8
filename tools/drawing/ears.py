"""The earrings of the shop, always as a pair."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tools.drawing.canvas import Canvas, arc, n, polar
from tools.drawing.design import Design, Draw
from tools.drawing.forms import back, bar, face
from tools.drawing.gems import bead, melee, pearl, rim
from tools.drawing.materials import Metal, Stone
from tools.drawing.rings import Band, claws, cut_stone, draw_band, halo, shadow
from tools.drawing.threads import ring_link, tube

Half = Callable[[Canvas, Metal, Sequence[Stone]], None]


def pair(
    half: Half, left: tuple[float, float] = (132, 0), right: tuple[float, float] = (268, 14)
) -> Draw:
    """Draws one earring as a symbol about x = 0 and shows it twice, the right one mirrored."""

    def draw(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        one = c.scratch()
        half(one, m, s)
        name = c.symbol(one)
        c.use(name, *left)
        c.add(
            f'<use href="#{name}" transform="translate({n(right[0])} {n(right[1])})scale(-1 1)"/>'
        )

    return draw


@contextmanager
def at(c: Canvas, x: float, y: float, turn: float = 0) -> Iterator[None]:
    with c.group(f"translate({n(x)} {n(y)})" + (f"rotate({n(turn)})" if turn else "")):
        yield


def hook(c: Canvas, m: Metal, y: float) -> None:
    """A wire for the ear, ending at height `y`."""
    tube(
        c,
        f"M0 {n(y)}C-7 {n(y - 26)} -12 {n(y - 62)} 8 {n(y - 68)}"
        f"C30 {n(y - 74)} 34 {n(y - 34)} 27 {n(y - 4)}",
        m,
        4,
    )


def stud(cut: str, size: float, *, ring: bool = False, seed: int = 1, y: float = 196) -> Half:
    def draw(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        with at(c, 0, y, -6):
            shadow(c, 6, size * 0.45, size * 1.3, size * 1.2, 0.36)
            if ring:
                halo(c, m, s[-1], size * 1.2, size * 1.2, size * 0.16)
            else:
                c.circle(0, 0, size * 1.04, back(c, m))
            cut_stone(c, s[0], cut, size, seed)
            claws(c, m, size * 0.97, size * 0.97, (45, 135, 225, 315), max(size * 0.11, 3))

    return draw


def rim_stud(size: float, y: float = 198) -> Half:
    def draw(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        with at(c, 0, y):
            shadow(c, 6, size * 0.45, size * 1.3, size * 1.2, 0.34)
            c.circle(0, 0, size * 1.18, back(c, m))
            c.circle(0, 0, size * 1.1, face(c, m))
            c.circle(0, 0, size * 1.03, m.deep, opacity=".5")
            cut_stone(c, s[0], "round", size)
            glow = c.radial([(0, "#7fb2ff", 0.7), (1, "#7fb2ff", 0)])
            c.ellipse(size * 0.12, size * 0.2, size * 0.62, size * 0.5, glow)

    return draw


def drop(cut: str, size: float, *, upper: float = 0.0, framed: bool = False, seed: int = 1) -> Half:
    """A stone on a hook; `upper` is the size of a small stone above it."""

    def draw(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        hook(c, m, 142)
        y = 150.0
        if upper:
            c.circle(0, y + upper, upper * 1.24, back(c, m))
            c.use(melee(c, s[-1]), 0, y + upper, upper / 10)
            y += upper * 2.3
        ring_link(c, 0, y, 5, m, 2.6)
        middle = y + 6 + size * 1.08 + (size * 0.16 if framed else 0)
        with at(c, 0, middle):
            shadow(c, 7, 14, size * 1.1, size * 1.25, 0.3)
            if framed:
                c.ellipse(0, 0, size * 0.93, size * 1.2, back(c, m))
                c.ellipse(0, 0, size * 0.84, size * 1.1, m.deep, opacity=".55")
            cut_stone(c, s[0], cut, size, seed)
            if cut == "pear":
                c.path(
                    f"M-8 {n(-size * 0.86)}Q0 {n(-size * 1.3)} 8 {n(-size * 0.86)}"
                    f"Q0 {n(-size * 1.02)} -8 {n(-size * 0.86)}Z",
                    face(c, m),
                )

    return draw


def pearl_drop(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    hook(c, m, 150)
    c.use(bead(c, m), 0, 158, 0.95)
    ring_link(c, 0, 173, 5, m, 2.6)
    shadow(c, 8, 224, 52, 54, 0.34)
    c.path("M-15 188Q0 170 15 188Q0 182 -15 188Z", face(c, m))
    c.use(pearl(c, s[0]), 0, 218, 3.9)


def hoop(radius: float, width: float, thick: float, stones: bool = False) -> Half:
    def draw(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        with at(c, 0, 204):
            shadow(c, 14, radius * 0.98, radius * 0.7, radius * 0.16, 0.3)
            with c.group("rotate(84)"):
                band = Band(0, 0, radius, width, thick, tilt=44)
                draw_band(c, band, m, cast=False)
                if stones:
                    small, size = melee(c, s[0]), width * 0.28
                    step = math.degrees(size * 2.04 / radius)
                    count = int(64 / step)
                    for i in range(-count, count + 1):
                        c.use(small, *band.top(270 + i * step), size / 10, (i * step) * 0.6)
            tube(c, f"M{n(-4)} {n(-radius + 4)}q0 -13 8 -14", m, 4)

    return draw


def petal(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    with at(c, 0, 198, -9):
        shadow(c, 6, 26, 74, 66, 0.32)
        one = c.scratch()
        one.ellipse(0, 0, 24, 27, back(one, m))
        with one.group("scale(1.02 .98)"):
            cut_stone(one, s[0], "oval", 24, 3)
        name = c.symbol(one)
        for i in range(5):
            x, y = polar(0, 0, 34, i * 72 - 90)
            c.use(name, x, y, 1, i * 72)
        c.use(bead(c, m), 0, 0, 1.35)
        for i in range(5):
            x, y = polar(0, 0, 43, i * 72 - 54)
            c.use(bead(c, m), x, y, 0.42)


def climber(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    places = [
        (16, 292, 25.0),
        (-12, 246, 22.0),
        (-28, 200, 19.0),
        (-30, 156, 16.0),
        (-18, 118, 13.0),
    ]
    tube(c, "M24 306C-8 274 -40 224 -38 164C-37 138 -30 116 -12 98", m, 4.6)
    one = c.scratch()
    one.path("M0 -12.5Q9 0 0 13.5Q-9 0 0 -12.5Z", back(one, m), transform="scale(1.22)")
    with one.group("scale(1.16 1)"):
        cut_stone(one, s[0], "marquise", 10, 4)
    name = c.symbol(one)
    for i, (x, y, size) in enumerate(places):
        shadow(c, x + 6, y + 12, size * 0.9, size * 0.9, 0.22)
        c.use(name, x + size * 0.5, y - size * 0.2, size / 11, 58 - i * 7)
        c.use(name, x - size * 0.72, y - size * 0.5, size / 13, -38 - i * 3)


def onyx_bar(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    hook(c, m, 128)
    ring_link(c, 0, 134, 5, m, 2.6)
    shadow(c, 12, 236, 30, 112, 0.26)
    fill = c.linear(
        [(0, s[0].depth), (0.22, s[0].light), (0.34, s[0].base), (0.7, s[0].dark), (1, s[0].depth)]
    )
    c.add(f'<rect x="-11" y="150" width="22" height="166" fill="{fill}"/>')
    c.add('<rect x="-6" y="156" width="3.4" height="150" rx="1.7" fill="#fff" opacity=".5"/>')
    for y in (148.0, 318.0):
        with at(c, 0, y):
            bar(c, m, 27, 17)


def chandelier(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    small, ball = melee(c, s[-1]), bead(c, m)
    hook(c, m, 98)
    one = c.scratch()
    one.path(rim("pear", 13, 1.2), back(one, m))
    cut_stone(one, s[0], "pear", 13, 5)
    name = c.symbol(one)
    c.circle(0, 112, 16, back(c, m))
    c.use(melee(c, s[0]), 0, 112, 1.25)
    shadow(c, 8, 236, 60, 90, 0.14)
    for y, half in ((142.0, 28.0), (192.0, 46.0), (246.0, 30.0)):
        tube(c, arc(0, y - half * 0.5, half, half * 0.5, 12, 168), m, 4)
        count = 4 if half < 40 else 6
        for i in range(count):
            degrees = 12 + 156 * i / (count - 1)
            x, py = polar(0, y - half * 0.5, half, degrees, 0.5)
            c.circle(x, py, 7, m.dark)
            c.use(small, x, py, 0.58)
    for x, y in (
        (-27, 162),
        (0, 172),
        (27, 162),
        (-44, 212),
        (-15, 226),
        (15, 226),
        (44, 212),
        (-28, 266),
        (28, 266),
        (0, 280),
    ):
        c.use(ball, x, y - 17, 0.28)
        c.use(name, x, y, 0.92)
    tube(c, "M0 126V136", m, 3)


DESIGNS = {
    "lumen-studs": Design("cool", pair(stud("round", 50, seed=2))),
    "harbor-pearl-drops": Design("pearl", pair(pearl_drop, (134, 0), (262, 16))),
    "little-sun-hoops": Design("warm", pair(hoop(84, 22, 13), (122, -6), (280, 8))),
    "tidewater-drops": Design(
        "mist", pair(drop("oval", 44, framed=True, seed=6), (130, 0), (262, 14))
    ),
    "vesper-drops": Design("lilac", pair(drop("pear", 45, upper=14, seed=9), (130, -8), (262, 8))),
    "petal-studs": Design("blush", pair(petal, (126, -4), (276, 14))),
    "fern-climbers": Design("sage", pair(climber, (138, -4), (262, -4))),
    "comet-huggies": Design("cool", pair(hoop(72, 36, 9, stones=True), (124, -8), (278, 8))),
    "moonrise-studs": Design("mist", pair(rim_stud(44))),
    "onyx-bar-drops": Design("warm", pair(onyx_bar, (142, -26), (256, -10))),
    "cascade-chandeliers": Design("blush", pair(chandelier, (126, 20), (266, 28))),
}
