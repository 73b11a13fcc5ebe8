"""The bracelets and watches of the shop."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.drawing.canvas import Canvas, arc, n, polar, polygon
from tools.drawing.design import DIAMOND, Design, Draw
from tools.drawing.ears import at
from tools.drawing.forms import back, engraved, face
from tools.drawing.gems import bead, dome, melee, pearl
from tools.drawing.materials import Metal, Stone
from tools.drawing.rings import Band, draw_band, glints, shadow
from tools.drawing.threads import Curve, cable, loop, ring_link, row, stations, tube

LYING: Curve = loop(200, 204, 132, 88)


def _ground(c: Canvas) -> None:
    shadow(c, 204, 296, 150, 26, 0.3)


def _tennis(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    _ground(c)
    one = c.scratch()
    fill = one.linear([(0, m.glint), (0.5, m.base), (1, m.dark)], (0, 0), (1, 1))
    one.add(
        f'<rect x="-11" y="-11" width="22" height="22" rx="6" fill="{fill}"/>'
        f'<use href="#{melee(c, s[0])}"/>'
    )
    c.stroke(arc(200, 207, 132, 88, 0, 359.9), m.deep, 7, opacity=".8")
    row(c, LYING, c.symbol(one), 20.4, 9.2, 204, 88)
    glints(c, (160, 286, 11), (268, 276, 8))


def _pearls(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    _ground(c)
    large, ball = pearl(c, s[0]), bead(c, m)
    places = []
    count = 24
    for i in range(count * 4):
        a = i * 360 / (count * 4)
        if i % 4 == 0:
            places.append((large, a, 12.6))
        elif i % 12 == 2:
            places.append((ball, a, 5.2))
    for name, a, size in sorted(places, key=lambda p: math.sin(math.radians(p[1]))):
        x, y = polar(200, 204, 130, a + 4, 0.68)
        c.use(name, x, y, size / 10 * (1 + 0.16 * math.sin(math.radians(a + 4))))


def _bangle(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    _ground(c)
    points = []
    for i in range(121):
        a = i * 3
        x, y = polar(200, 204, 132, a, 0.66)
        points.append((x, y + 3.4 * math.sin(math.radians(a * 9))))
    tube(c, polygon(points), m, 16)


def _cuff(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    _ground(c)
    band = Band(200, 206, 140, 62, 9, tilt=54)
    x, y, r, k, h = band.x, band.y, band.radius, band.squash, band.half
    gap = 34
    lower, upper = (polar(x, y + h, r, 90 - gap, k), polar(x, y - h, r - band.thick, 90 - gap, k))
    with c.group(clip_path="url(#open)"):
        draw_band(c, band, m, cast=False)
    left, right = 2 * x - lower[0], lower[0]
    c.add(
        f'<clipPath id="open"><path d="M0 0H400V400H{n(right)}V{n(upper[1] + 8)}'
        f'L{n(upper[0])} {n(y - h)}H{n(2 * x - upper[0])}L{n(left)} {n(upper[1] + 8)}V400H0Z"/>'
        "</clipPath>"
    )


def _bead_bracelet(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    _ground(c)
    one = c.scratch()
    dome(one, 10, 10, s[0])
    stone, ball = c.symbol(one), bead(c, m)
    c.stroke(arc(200, 204, 132, 88, 0, 359.9), m.dark, 2.4)
    count = 34
    for i in sorted(range(count), key=lambda i: math.sin(math.tau * (i + 0.5) / count)):
        a = 360 * (i + 0.5) / count
        x, y = polar(200, 204, 132, a, 0.667)
        size = 9.8 * (1 + 0.18 * math.sin(math.radians(a)))
        c.use(ball if i == 10 else stone, x, y, size / 10)


def _stations(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    _ground(c)
    cable(c, LYING, m, 4)
    stations(c, LYING, m, s[0], (0.3, 0.4, 0.6, 0.7), 11)
    stations(c, LYING, m, s[0], (0.5,), 14)
    ring_link(c, 200, 116, 7, m, 3)
    glints(c, (196, 288, 9))


def _name(c: Canvas, m: Metal, _: Sequence[Stone]) -> None:
    _ground(c)
    one = c.scratch()
    for colour, width in ((m.deep, 5.4), (m.base, 4), (m.light, 2.2), (m.glint, 0.8)):
        one.ellipse(0, 0, 9.5, 6, "none", stroke=colour, stroke_width=width)
    row(c, loop(200, 204, 132, 88, 138, 402), c.symbol(one), 15, 9, 204, 88)
    plate = (
        "M98 250C140 300 260 300 302 250C310 258 310 272 302 282"
        "C258 330 142 330 98 282C90 272 90 258 98 250Z"
    )
    c.path(plate, m.deep, opacity=".5", transform="translate(1 4)")
    fill = c.linear(
        [
            (0, m.dark),
            (0.15, m.light),
            (0.32, m.glint),
            (0.5, m.base),
            (0.68, m.light),
            (0.82, m.glint),
            (1, m.dark),
        ]
    )
    c.path(plate, fill, stroke=m.dark, stroke_width=".8")
    script = ""
    for i in range(121):
        t = i / 120
        turn = t * 46
        tall = 12 if int(turn / math.tau) in (0, 3) else 6.5
        x = 148 + 104 * t + 5 * math.cos(turn)
        y = 305 - 13 * (2 * t - 1) ** 2 - tall * math.sin(turn)
        script += f"{'L' if i else 'M'}{n(x)} {n(y)}"
    engraved(c, script, m, 1.7)


def _watch(
    dial: tuple[str, str],
    strap: str,
    hand: str,
    *,
    radius: float = 84,
    links: bool = False,
    stones: bool = False,
    marks: int = 12,
    moon: bool = False,
    bezel_stones: bool = False,
    time: tuple[float, float] = (305, 60),
    crown: int | None = None,
) -> Draw:
    """A watch face on; `time` gives the angles of the hour and the minute hand from twelve."""

    def draw(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
        half = radius * 0.62
        if links:
            _link_strap(c, m, half)
        else:
            _leather(c, strap, half)
        shadow(c, 208, 214, radius * 1.3, radius * 1.3, 0.3)
        for side in (-1, 1):
            for way in (-1, 1):
                x, y = 200 + side * half * 0.92, 200 + way * radius * 0.92
                c.path(
                    polygon(
                        [
                            (x - 10, y),
                            (x + 10, y),
                            (x + side * 2 + 7, y + way * 30),
                            (x + side * 2 - 7, y + way * 30),
                        ]
                    ),
                    back(c, m),
                )
        with at(c, 200 + radius + 9, 200):
            knob = c.linear(
                [(0, m.dark), (0.3, m.glint), (0.6, m.base), (1, m.deep)], (0, 0), (0, 1)
            )
            c.add(f'<rect x="-9" y="-10" width="19" height="20" rx="4" fill="{knob}"/>')
            if crown is not None:
                c.use(melee(c, s[crown]), 10, 0, 0.66)
        with at(c, 200, 200):
            c.circle(0, 0, radius + 3, m.deep)
            c.circle(0, 0, radius + 2, back(c, m))
            c.circle(0, 0, radius - 2, face(c, m))
            if bezel_stones:
                small = melee(c, DIAMOND)
                for i in range(48):
                    x, y = polar(0, 0, radius - 5, i * 7.5)
                    c.use(small, x, y, 0.5)
            inner = radius - 12
            c.circle(0, 0, inner + 1.5, m.deep, opacity=".7")
            c.circle(0, 0, inner, c.radial([(0, dial[0]), (1, dial[1])], 0.42, 0.36, 0.75))
            _dial(c, m, inner, hand, stones, marks, moon)
            _hands(c, inner, hand, time)
            glare = c.linear(
                [(0, "#ffffff", 0.42), (0.45, "#ffffff", 0), (1, "#ffffff", 0)], (0, 0), (1, 1)
            )
            c.circle(0, 0, inner, glare)

    return draw


def _leather(c: Canvas, colour: str, half: float) -> None:
    fill = c.linear(
        [
            (0, "#000000", 0.34),
            (0.14, "#000000", 0),
            (0.4, "#ffffff", 0.2),
            (0.7, "#000000", 0.05),
            (1, "#000000", 0.4),
        ]
    )
    w = half * 0.86
    for top, bottom in ((-10, 130), (270, 410)):
        inner, outer = (bottom, top) if top < 0 else (top, bottom)
        shape = polygon(
            [(200 - w, inner), (200 + w, inner), (200 + w * 0.88, outer), (200 - w * 0.88, outer)]
        )
        c.path(shape, colour)
        c.path(shape, fill)
        for side in (-1, 1):
            c.stroke(
                f"M{n(200 + side * (w - 7))} {inner}L{n(200 + side * (w * 0.88 - 6))} {outer}",
                "#fff",
                1.4,
                opacity=".55",
                stroke_dasharray="6 4",
            )


def _link_strap(c: Canvas, m: Metal, half: float) -> None:
    middle = c.linear([(0, m.dark), (0.25, m.glint), (0.5, m.base), (0.8, m.light), (1, m.deep)])
    outer = c.linear([(0, m.deep), (0.4, m.light), (0.6, m.base), (1, m.dark)])
    one = c.scratch()
    w = half * 0.84
    for x, width, fill in (
        (-w, w * 0.62, outer),
        (w * 0.38, w * 0.62, outer),
        (-w * 0.36, w * 0.72, middle),
    ):
        one.add(f'<rect x="{n(x)}" y="-10" width="{n(width)}" height="19" rx="4" fill="{fill}"/>')
    name = c.symbol(one)
    for i in range(7):
        for y in (112 - i * 20, 288 + i * 20):
            c.use(name, 200, y, 1)


def _dial(c: Canvas, m: Metal, r: float, hand: str, stones: bool, marks: int, moon: bool) -> None:
    small = melee(c, DIAMOND) if stones else ""
    for i in range(marks):
        a = i * 360 / marks - 90
        if stones and i % 3 == 0:
            x, y = polar(0, 0, r * 0.84, a)
            c.circle(x, y, 6.8, m.dark)
            c.use(small, x, y, 0.6)
            continue
        (x1, y1), (x2, y2) = polar(0, 0, r * 0.78, a), polar(0, 0, r * 0.91, a)
        c.stroke(
            f"M{n(x1)} {n(y1)}L{n(x2)} {n(y2)}",
            hand,
            3 if i % 3 == 0 else 1.8,
            stroke_linecap="round",
        )
    if marks:
        c.circle(
            0,
            0,
            r * 0.96,
            "none",
            stroke=hand,
            stroke_width=1.6,
            stroke_dasharray=f"1 {n(math.tau * r * 0.96 / 60 - 1)}",
            opacity=".6",
        )
    if moon:
        with at(c, 0, r * 0.42):
            c.circle(0, 0, r * 0.34, m.dark)
            c.circle(0, 0, r * 0.31, c.radial([(0, "#2a3f8f"), (1, "#0a1440")]))
            for x, y in ((-14, -8), (-6, 10), (-16, 4), (-2, -14)):
                c.circle(x, y, 1.2, "#fff6d6")
            c.circle(
                7,
                0,
                11.5,
                c.radial([(0, "#fff6d6"), (0.6, "#f6d98b"), (1, "#b07f2c")], 0.4, 0.35, 0.7),
            )


def _hands(c: Canvas, r: float, colour: str, time: tuple[float, float]) -> None:
    for angle, length, width in ((time[0], 0.52, 4.4), (time[1], 0.78, 3.2)):
        shape = polygon(
            [
                (-width / 2, r * 0.14),
                (width / 2, r * 0.14),
                (width * 0.7, -r * length * 0.5),
                (0, -r * length),
                (-width * 0.7, -r * length * 0.5),
            ]
        )
        c.path(shape, "#000", opacity=".2", transform=f"translate(1.6 2.4)rotate({n(angle)})")
        c.path(shape, colour, transform=f"rotate({n(angle)})")
    c.stroke(f"M0 {n(r * 0.2)}V{n(-r * 0.84)}", "#c0477f", 1.1, transform="rotate(208)")
    c.circle(0, 0, 4, colour)
    c.circle(0, 0, 1.6, "#fff")


DESIGNS = {
    "river-tennis-bracelet": Design("cool", _tennis),
    "harbor-pearl-bracelet": Design("pearl", _pearls),
    "tideline-bangle": Design("mist", _bangle),
    "dawn-cuff": Design("blush", _cuff),
    "ember-bead-bracelet": Design("blush", _bead_bracelet),
    "constellation-bracelet": Design("warm", _stations),
    "your-name-bracelet": Design("cool", _name),
    "meridian-watch": Design("cool", _watch(("#ffffff", "#e9edf1"), "", "#39434d", links=True)),
    "dawn-watch": Design(
        "blush",
        _watch(
            ("#fffaf7", "#f6e3dc"), "#d9a79c", "#a5644f", radius=78, stones=True, bezel_stones=True
        ),
    ),
    "northlight-watch": Design(
        "mist", _watch(("#33313c", "#060608"), "#2b2a30", "#eef2f6", marks=0, time=(310, 55))
    ),
    "lune-moonphase-watch": Design(
        "lilac",
        _watch(("#2c3f86", "#0b1340"), "#3a2440", "#f6d98b", moon=True, time=(322, 48), crown=0),
    ),
}
