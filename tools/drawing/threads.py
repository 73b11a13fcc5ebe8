"""Chains, wires and rows: what follows a curve."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

from tools.drawing.canvas import Canvas, Point, mix, n, through
from tools.drawing.gems import bead, melee, pearl
from tools.drawing.materials import Metal, Stone

Curve = list[Point]


def line(points: Curve) -> str:
    """Path data through many points, every few of them so that it stays short."""
    kept = points[::12] + ([points[-1]] if (len(points) - 1) % 12 else [])
    return through(kept)


def sample(function: Callable[[float], Point], count: int = 401) -> Curve:
    return [function(i / (count - 1)) for i in range(count)]


def drape(half: float = 122, top: float = -12, depth: float = 262, power: float = 2.3) -> Curve:
    """A necklace as it hangs, from the upper left edge to the upper right one."""

    def at(share: float) -> Point:
        t = share * 2 - 1
        return 200 + half * math.copysign(abs(t) ** 0.82, t), top + depth * (1 - abs(t) ** power)

    return sample(at)


def loop(x: float, y: float, rx: float, ry: float, start: float = -90, end: float = 270) -> Curve:
    """Part of an ellipse, from `start` to `end` degrees, clockwise."""

    def at(share: float) -> Point:
        a = math.radians(start + (end - start) * share)
        return x + rx * math.cos(a), y + ry * math.sin(a)

    return sample(at)


def walk(points: Curve, step: float) -> Iterator[tuple[float, float, float]]:
    """Places along a curve every `step` units, evenly fitted: x, y, direction in degrees."""
    lengths = [math.dist(a, b) for a, b in pairwise(points)]
    total = sum(lengths)
    count = max(round(total / step), 1)
    gap, goal, gone, placed = total / count, 0.0, 0.0, 0
    for (a, b), length in zip(pairwise(points), lengths, strict=True):
        while placed <= count and gone + length >= goal - 1e-9 and length > 0:
            share = (goal - gone) / length
            turn = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
            yield a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, turn
            placed += 1
            goal += gap
        gone += length


def cast_shadow(canvas: Canvas, points: Curve, width: float) -> None:
    """A soft shadow below and to the right."""
    path = line([(x + 5, y + 8) for x, y in points])
    for grow, opacity in ((2.6, ".035"), (1.8, ".045"), (1.0, ".06")):
        canvas.stroke(path, "#2a1830", width * grow, opacity=opacity, stroke_linejoin="round")


def tube(canvas: Canvas, data: str, metal: Metal, width: float, *, cap: str = "round") -> None:
    """Round wire along a path."""
    for colour, share, opacity in (
        (metal.deep, 1.0, 1.0),
        (metal.dark, 0.88, 1.0),
        (metal.base, 0.68, 1.0),
        (metal.light, 0.42, 0.95),
        (metal.glint, 0.16, 0.95),
    ):
        canvas.stroke(
            data,
            colour,
            width * share,
            opacity=f"{opacity:g}",
            stroke_linecap=cap,
            stroke_linejoin="round",
        )


def cable(canvas: Canvas, points: Curve, metal: Metal, width: float = 3.4) -> None:
    """A fine chain: round links too small to draw one by one."""
    cast_shadow(canvas, points, width)
    path = line(points)
    canvas.stroke(path, metal.dark, width)
    canvas.stroke(
        path, metal.light, width * 0.78, stroke_dasharray=f"{n(width * 1.3)} {n(width * 0.7)}"
    )
    canvas.stroke(
        path, metal.glint, width * 0.3, stroke_dasharray=f"{n(width * 0.8)} {n(width * 1.2)}"
    )


def rope(canvas: Canvas, points: Curve, metal: Metal, width: float = 11) -> None:
    cast_shadow(canvas, points, width)
    s = canvas.scratch()
    fill = s.linear(
        [
            (0, metal.deep),
            (0.3, metal.light),
            (0.5, metal.glint),
            (0.75, metal.base),
            (1, metal.deep),
        ],
        (0, 0),
        (0, 1),
    )
    s.ellipse(0, 0, width * 0.62, width * 0.3, fill, transform="rotate(-52)")
    strand = canvas.symbol(s)
    canvas.stroke(line(points), metal.deep, width * 0.8)
    for x, y, turn in walk(points, width * 0.46):
        canvas.use(strand, x, y, 1, turn)


def paperclip(
    canvas: Canvas, points: Curve, metal: Metal, long: float = 34, wide: float = 12
) -> None:
    cast_shadow(canvas, points, wide * 0.6)
    s = canvas.scratch()
    box = (
        f'<rect x="{n(-long / 2)}" y="{n(-wide / 2)}" width="{n(long)}" height="{n(wide)}" '
        f'rx="{n(wide / 2)}" fill="none" '
    )
    for colour, width in (
        (metal.deep, 4.2),
        (metal.base, 3.2),
        (metal.light, 1.8),
        (metal.glint, 0.7),
    ):
        s.add(f'{box}stroke="{colour}" stroke-width="{width}"/>')
    flat = canvas.symbol(s)
    s = canvas.scratch()
    tube(s, f"M{n(-long * 0.22)} 0H{n(long * 0.22)}", metal, 4.6)
    edge = canvas.symbol(s)
    places = list(walk(points, long * 0.72))
    for i in (1, 0):
        for x, y, turn in places[i::2]:
            canvas.use(edge if i else flat, x, y, 1, turn)
    for x, y, turn in places[1::2]:
        canvas.use(edge, x, y, 1, turn)


def pearls(canvas: Canvas, points: Curve, stone: Stone, size: float = 9.6) -> None:
    cast_shadow(canvas, points, size * 1.6)
    one = pearl(canvas, stone)
    canvas.stroke(line(points), mix(stone.dark, stone.base, 0.4), 1.4)
    for x, y, _ in walk(points, size * 1.96):
        canvas.use(one, x, y, size / 10)


def stones(
    canvas: Canvas,
    points: Curve,
    metal: Metal,
    stone: Stone,
    size: float = 7.4,
) -> None:
    """A tennis row: small stones, each in its own little box of metal."""
    cast_shadow(canvas, points, size * 1.8)
    s = canvas.scratch()
    fill = s.linear([(0, metal.glint), (0.5, metal.base), (1, metal.dark)], (0, 0), (1, 1))
    s.add(
        f'<rect x="-11" y="-11" width="22" height="22" rx="6" fill="{fill}"/>'
        f'<use href="#{melee(canvas, stone)}"/>'
    )
    box = canvas.symbol(s)
    canvas.stroke(line(points), metal.dark, size * 0.7)
    for x, y, turn in walk(points, size * 2.16):
        canvas.use(box, x, y, size / 10, turn)


def stations(
    canvas: Canvas,
    points: Curve,
    metal: Metal,
    stone: Stone,
    shares: tuple[float, ...],
    size: float,
) -> None:
    """Single stones in round rims along a chain, at shares of the curve."""
    s = canvas.scratch()
    rim = s.linear([(0, metal.glint), (0.5, metal.base), (1, metal.deep)], (0, 0), (1, 1))
    s.circle(0, 0, 12.6, rim)
    s.add(f'<use href="#{melee(canvas, stone)}"/>')
    one = canvas.symbol(s)
    for share in shares:
        x, y = points[round(share * (len(points) - 1))]
        canvas.use(one, x, y, size / 10)


def row(
    canvas: Canvas,
    points: Curve,
    symbol: str,
    step: float,
    size: float,
    middle: float,
    reach: float,
) -> None:
    """Symbols along a lying loop, larger in front than behind (`middle` and `reach` in height)."""
    placed = sorted(walk(points, step), key=lambda place: place[1])
    for x, y, turn in placed[:-1] if points[0] == points[-1] else placed:
        depth = 1 + 0.2 * (y - middle) / reach
        canvas.use(symbol, x, y, size / 10 * depth, turn if abs(turn) < 90 else turn + 180)


def ring_link(
    canvas: Canvas, x: float, y: float, r: float, metal: Metal, width: float = 3.2
) -> None:
    """A small round jump ring."""
    tube(
        canvas,
        f"M{n(x - r)} {n(y)}a{n(r)} {n(r)} 0 1 1 {n(2 * r)} 0a{n(r)} {n(r)} 0 1 1 {n(-2 * r)} 0Z",
        metal,
        width,
    )


def bail(canvas: Canvas, x: float, y: float, metal: Metal, size: float = 1.0) -> None:
    """The loop a pendant hangs from; `y` is its lower end."""
    fill = canvas.linear([(0, metal.dark), (0.35, metal.glint), (0.6, metal.base), (1, metal.deep)])
    w, h = 7 * size, 26 * size
    canvas.path(
        f"M{n(x)} {n(y)}C{n(x - w)} {n(y - h * 0.4)} {n(x - w)} {n(y - h)} {n(x)} {n(y - h)}"
        f"C{n(x + w)} {n(y - h)} {n(x + w)} {n(y - h * 0.4)} {n(x)} {n(y)}Z",
        fill,
    )


def ball(canvas: Canvas, x: float, y: float, r: float, metal: Metal) -> None:
    canvas.use(bead(canvas, metal), x, y, r / 10)
