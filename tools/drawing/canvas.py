"""A small SVG canvas: collects shapes and gradients, writes compact and repeatable text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

Point = tuple[float, float]
Stop = tuple[float, str] | tuple[float, str, float]
SIZE = 400


def n(value: float) -> str:
    """A number with one decimal at most: pictures stay small and the same on every machine."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def polar(cx: float, cy: float, radius: float, degrees: float, squash: float = 1.0) -> Point:
    """A point on an ellipse; 0 degrees is right, 90 is down, as SVG counts."""
    angle = math.radians(degrees)
    return cx + radius * math.cos(angle), cy + radius * squash * math.sin(angle)


def through(points: Iterable[Point]) -> str:
    """Path data of straight lines through points, in as few characters as SVG allows."""
    numbers = [n(value) for point in points for value in point]
    return "M" + " ".join(numbers).replace(" -", "-")


def polygon(points: Iterable[Point]) -> str:
    """Path data of a closed polygon."""
    return through(points) + "Z"


def ellipse_path(cx: float, cy: float, rx: float, ry: float) -> str:
    """Path data of an ellipse, so that it can be cut out of others with the even-odd rule."""
    a = f"A{n(rx)} {n(ry)} 0 1 1 "
    return f"M{n(cx - rx)} {n(cy)}{a}{n(cx + rx)} {n(cy)}{a}{n(cx - rx)} {n(cy)}Z"


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> str:
    """Path data of an elliptic arc, drawn clockwise from `start` to `end` degrees."""
    x1, y1 = polar(cx, cy, rx, start, ry / rx)
    x2, y2 = polar(cx, cy, rx, end, ry / rx)
    large = 1 if (end - start) % 360 > 180 else 0
    return f"M{n(x1)} {n(y1)}A{n(rx)} {n(ry)} 0 {large} 1 {n(x2)} {n(y2)}"


def mix(one: str, other: str, share: float) -> str:
    """The colour `share` of the way from `one` to `other`, both `#rrggbb`."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


class Canvas:
    """One picture of 400 by 400 units."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._defs: dict[str, str] = {}
        self._body: list[str] = []

    def add(self, markup: str) -> None:
        self._body.append(markup)

    def path(self, data: str, fill: str = "none", **attributes: object) -> None:
        """One path; `stroke_width=2` becomes `stroke-width="2"`."""
        self.add(f'<path d="{data}" fill="{fill}"{_attributes(attributes)}/>')

    def stroke(self, data: str, colour: str, width: float, **attributes: object) -> None:
        extra = _attributes(attributes)
        self.add(
            f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{n(width)}"{extra}/>'
        )

    def circle(self, x: float, y: float, r: float, fill: str, **attributes: object) -> None:
        extra = _attributes(attributes)
        self.add(f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="{fill}"{extra}/>')

    def ellipse(
        self, x: float, y: float, rx: float, ry: float, fill: str, **attributes: object
    ) -> None:
        extra = _attributes(attributes)
        self.add(
            f'<ellipse cx="{n(x)}" cy="{n(y)}" rx="{n(rx)}" ry="{n(ry)}" fill="{fill}"{extra}/>'
        )

    @contextmanager
    def group(self, transform: str = "", **attributes: object) -> Iterator[None]:
        if transform:
            attributes["transform"] = transform
        self.add(f"<g{_attributes(attributes)}>")
        yield
        self.add("</g>")

    def linear(
        self,
        stops: Sequence[Stop],
        start: Point = (0, 0),
        end: Point = (1, 0),
        *,
        user: bool = False,
    ) -> str:
        """A linear gradient as `url(#id)`; in the shape's own box unless `user` units are asked."""
        units = ' gradientUnits="userSpaceOnUse"' if user else ""
        where = f'x1="{n(start[0])}" y1="{n(start[1])}" x2="{n(end[0])}" y2="{n(end[1])}"'
        return self._define(f"<linearGradient {where}{units}>{_stops(stops)}</linearGradient>")

    def radial(self, stops: Sequence[Stop], x: float = 0.5, y: float = 0.5, r: float = 0.5) -> str:
        """A radial gradient as `url(#id)`, in the shape's own box."""
        where = f'cx="{x:.2g}" cy="{y:.2g}" r="{r:.2g}"'
        return self._define(f"<radialGradient {where}>{_stops(stops)}</radialGradient>")

    def symbol(self, draw: Canvas) -> str:
        """Keeps what a `scratch` canvas drew, to be repeated with `use`; answers its id."""
        return self._define(f"<g>{''.join(draw._body)}</g>")[5:-1]

    def scratch(self) -> Canvas:
        """A canvas that shares this one's gradients, to draw a symbol on."""
        other = Canvas(self._title)
        other._defs = self._defs
        return other

    def use(
        self, name: str, x: float, y: float, scale: float = 1, turn: float = 0, flat: float = 1
    ) -> None:
        """Repeats a symbol at a place; `flat` presses it together vertically."""
        moves = f"translate({n(x)} {n(y)})"
        if turn:
            moves += f"rotate({n(turn)})"
        if flat != 1:
            moves += f"scale({scale:.3g} {scale * flat:.3g})"
        elif scale != 1:
            moves += f"scale({scale:.3g})"
        self.add(f'<use href="#{name}" transform="{moves}"/>')

    def render(self) -> str:
        defs = "".join(
            markup.replace(" ", f' id="{key}" ', 1)
            if not markup.startswith("<g>")
            else f'<g id="{key}">' + markup[3:]
            for markup, key in self._defs.items()
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img">'
            f"<title>{self._title}</title><defs>{defs}</defs>{''.join(self._body)}</svg>\n"
        )

    def _define(self, markup: str) -> str:
        key = self._defs.setdefault(markup, f"d{len(self._defs)}")
        return f"url(#{key})"


def _attributes(attributes: dict[str, object]) -> str:
    return "".join(
        f' {key.replace("_", "-")}="{n(v) if isinstance(v, float) else v}"'
        for key, v in attributes.items()
    )


def _stops(stops: Sequence[Stop]) -> str:
    parts = []
    for stop in stops:
        opacity = f' stop-opacity="{stop[2]:g}"' if len(stop) == 3 else ""
        parts.append(f'<stop offset="{stop[0]:g}" stop-color="{stop[1]}"{opacity}/>')
    return "".join(parts)
