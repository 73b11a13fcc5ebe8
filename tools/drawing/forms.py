"""Shapes cut from metal: discs, stars, moons, hearts, leaves, bars and plates."""

from __future__ import annotations

import math

from tools.drawing.canvas import Canvas, Point, ellipse_path, n, polygon
from tools.drawing.gems import bead
from tools.drawing.materials import Metal
from tools.drawing.rings import shadow


def face(canvas: Canvas, metal: Metal) -> str:
    return canvas.linear(
        [
            (0, metal.glint),
            (0.28, metal.light),
            (0.52, metal.base),
            (0.7, metal.light),
            (1, metal.dark),
        ],
        (0, 0),
        (1, 1),
    )


def back(canvas: Canvas, metal: Metal) -> str:
    return canvas.linear([(0, metal.dark), (0.5, metal.base), (1, metal.glint)], (0, 0), (1, 1))


def puffed(canvas: Canvas, data: str, metal: Metal, inset: float = 0.84, cy: float = 0.0) -> None:
    """A shape about (0, cy) with a rounded edge, lit against the light; the top is lit with it."""
    canvas.path(data, metal.deep, transform="translate(1.5 3)", opacity=".55")
    canvas.path(data, back(canvas, metal))
    shift = n(cy * (1 - inset))
    canvas.path(data, face(canvas, metal), transform=f"translate(0 {shift})scale({inset})")
    canvas.path(
        data,
        "none",
        stroke=metal.glint,
        stroke_width=1.2,
        opacity=".7",
        transform=f"translate(0 {shift})scale({inset})",
    )


def star(points: int, outer: float, inner: float) -> list[Point]:
    return [
        (
            (outer if i % 2 == 0 else inner) * math.sin(math.pi * i / points),
            -(outer if i % 2 == 0 else inner) * math.cos(math.pi * i / points),
        )
        for i in range(points * 2)
    ]


def facet_star(
    canvas: Canvas, metal: Metal, outer: float, inner: float, points: int, turn: float = 0
) -> None:
    """A star folded along its rays, each half lit by its own direction."""
    corners = star(points, outer, inner)
    for i in range(points * 2):
        a, b = corners[i], corners[(i + 1) % (points * 2)]
        middle = math.degrees(math.atan2(a[1] + b[1], a[0] + b[0])) + turn
        lit = math.cos(math.radians(middle - 225)) + (0.9 if i % 2 else -0.5)
        tone = (
            metal.glint
            if lit > 1
            else metal.light
            if lit > 0.3
            else metal.base
            if lit > -0.5
            else metal.dark
        )
        canvas.path(
            polygon([(0, 0), a, b]),
            tone,
            transform=f"rotate({n(turn)})",
            stroke=tone,
            stroke_width=".4",
        )


def rounded_star(outer: float, inner: float) -> str:
    """Five soft points."""
    p = star(5, outer, inner)
    data = ""
    for i in range(10):
        (ax, ay), (bx, by), (cx, cy) = p[i - 1], p[i], p[(i + 1) % 10]
        k = 0.24 if i % 2 == 0 else 0.1
        sx, sy, ex, ey = (
            bx + (ax - bx) * k,
            by + (ay - by) * k,
            bx + (cx - bx) * k,
            by + (cy - by) * k,
        )
        data += f"{'L' if i else 'M'}{n(sx)} {n(sy)}Q{n(bx)} {n(by)} {n(ex)} {n(ey)}"
    return data + "Z"


def crescent(r: float, bite: float = 0.8, shift: float = 0.36) -> str:
    """A moon open to the upper right."""
    d, q = r * shift, r * bite
    # Circles of radius r about 0 and q about d meet this far along, half a chord to each side.
    along = (r * r - q * q + d * d) / (2 * d)
    chord = math.sqrt(max(r * r - along * along, 0))
    c, s = math.cos(math.radians(-38)), math.sin(math.radians(-38))
    (x1, y1), (x2, y2) = ((along * c - e * s, along * s + e * c) for e in (chord, -chord))
    return (
        f"M{n(x1)} {n(y1)}A{n(r)} {n(r)} 0 1 1 {n(x2)} {n(y2)}A{n(q)} {n(q)} 0 1 0 {n(x1)} {n(y1)}Z"
    )


def crescent_edge(
    r: float, bite: float, shift: float, inset: float, count: int
) -> list[tuple[Point, float]]:
    """Places in the body of that moon, with a share of size: larger in the belly."""
    d = r * shift
    places = []
    for i in range(count):
        t = (i / (count - 1) - 0.5) * 2
        a = math.radians(-38 + 180 + t * 40)
        ox = d * math.cos(math.radians(-38))
        oy = d * math.sin(math.radians(-38))
        q = r * bite + inset * (1 - 0.55 * abs(t))
        places.append(((ox + q * math.cos(a), oy + q * math.sin(a)), 1 - 0.5 * abs(t)))
    return places


def heart(size: float) -> str:
    s = size
    return (
        f"M0 {n(s * 0.92)}"
        f"C{n(-s * 0.5)} {n(s * 0.5)} {n(-s * 1.06)} {n(s * 0.1)} {n(-s)} {n(-s * 0.38)}"
        f"C{n(-s * 0.94)} {n(-s * 0.86)} {n(-s * 0.26)} {n(-s * 0.96)} 0 {n(-s * 0.42)}"
        f"C{n(s * 0.26)} {n(-s * 0.96)} {n(s * 0.94)} {n(-s * 0.86)} {n(s)} {n(-s * 0.38)}"
        f"C{n(s * 1.06)} {n(s * 0.1)} {n(s * 0.5)} {n(s * 0.5)} 0 {n(s * 0.92)}Z"
    )


def leaf(size: float) -> str:
    s = size
    return (
        f"M0 {n(-s)}C{n(s * 0.5)} {n(-s * 0.62)} {n(s * 0.72)} {n(s * 0.1)} 0 {n(s)}"
        f"C{n(-s * 0.72)} {n(s * 0.1)} {n(-s * 0.5)} {n(-s * 0.62)} 0 {n(-s)}Z"
    )


def disc(canvas: Canvas, metal: Metal, r: float, *, beaded: bool = False) -> None:
    """A coin about (0, 0) with a raised edge."""
    shadow(canvas, 4, 9, r * 1.14, r * 1.12, 0.3)
    canvas.circle(0, 0, r, back(canvas, metal))
    canvas.circle(0, 0, r * 0.93, face(canvas, metal))
    canvas.path(
        ellipse_path(0, 0, r * 0.88, r * 0.88),
        "none",
        stroke=metal.dark,
        stroke_width=1,
        opacity=".5",
    )
    if beaded:
        ball = bead(canvas, metal)
        count = round(math.tau * r * 0.965 / 7.4)
        for i in range(count):
            a = math.tau * i / count
            canvas.use(ball, r * 0.965 * math.cos(a), r * 0.965 * math.sin(a), 0.37)


def engraved(canvas: Canvas, data: str, metal: Metal, width: float, **attributes: object) -> None:
    """A line cut into metal: dark groove, lit lower edge."""
    common = {"stroke_linecap": "round", "stroke_linejoin": "round", **attributes}
    with canvas.group("translate(.8 1)"):
        canvas.stroke(data, metal.glint, width, opacity=".9", **common)
    canvas.stroke(data, metal.deep, width, opacity=".85", **common)


def bar(canvas: Canvas, metal: Metal, width: float, height: float) -> None:
    """A flat bar about (0, 0)."""
    r = min(width, height) / 2
    fill = canvas.linear(
        [(0, metal.glint), (0.35, metal.light), (0.6, metal.base), (1, metal.dark)], (0, 0), (0, 1)
    )
    box = (
        f'x="{n(-width / 2)}" y="{n(-height / 2)}" width="{n(width)}" height="{n(height)}" '
        f'rx="{n(r)}"'
    )
    canvas.add(f'<rect {box} fill="{metal.deep}" opacity=".5" transform="translate(1 2.5)"/>')
    canvas.add(f'<rect {box} fill="{fill}" stroke="{metal.dark}" stroke-width=".6"/>')
