"""The shop's mark: a cut stone with a first glint of light."""

from __future__ import annotations

from tools.drawing.canvas import Canvas, polygon
from tools.drawing.materials import GROUNDS

PRIMARY, DEEP, BRIGHT = "#8A2B6A", "#5C1A4E", "#B5478F"
# Of the name beside the mark, on the light and on the dark background.
WORD, WORD_IN_THE_DARK = PRIMARY, "#E79BCB"

# Facets of the stone from the side, in a box of 64, with how much light each one holds.
_FACETS: tuple[tuple[tuple[tuple[float, float], ...], str], ...] = (
    (((14, 28), (23, 17), (26, 28)), ".72"),
    (((23, 17), (32, 17), (26, 28)), ".95"),
    (((32, 17), (38, 28), (26, 28)), ".82"),
    (((32, 17), (41, 17), (38, 28)), "1"),
    (((41, 17), (50, 28), (38, 28)), ".62"),
    (((14, 28), (26, 28), (32, 50)), ".55"),
    (((26, 28), (38, 28), (32, 50)), ".88"),
    (((38, 28), (50, 28), (32, 50)), ".42"),
)
_GLINT = "M49 9Q49.6 13.4 54 14Q49.6 14.6 49 19Q48.4 14.6 44 14Q48.4 13.4 49 9Z"


def _mark() -> str:
    facets = "".join(
        f'<path d="{polygon(points)}" fill="#fff" fill-opacity="{light}"/>'
        for points, light in _FACETS
    )
    return (
        '<defs><linearGradient id="a" x1="0" y1="0" x2="1" y2="1">'
        f'<stop offset="0" stop-color="{BRIGHT}"/><stop offset=".45" stop-color="{PRIMARY}"/>'
        f'<stop offset="1" stop-color="{DEEP}"/></linearGradient></defs>'
        f'<rect width="64" height="64" rx="16" fill="url(#a)"/>{facets}'
        f'<path d="{_GLINT}" fill="#fff"/>'
    )


def favicon() -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img">'
        f"<title>Aurora Concierge</title>{_mark()}</svg>\n"
    )


def logo() -> str:
    """The mark and the name beside it, in the reader's serif."""
    font = "font-family=\"'Source Serif 4','Source Serif Pro',Georgia,'Times New Roman',serif\""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 64" role="img">'
        f"<title>Aurora Concierge</title><style>text{{fill:{WORD}}}"
        f"@media (prefers-color-scheme:dark){{text{{fill:{WORD_IN_THE_DARK}}}}}</style>{_mark()}"
        f'<text x="80" y="33" {font} font-size="31" font-weight="600">Aurora</text>'
        f'<text x="81" y="55" {font} font-size="17" letter-spacing="3.2">'
        "CONCIERGE</text></svg>\n"
    )


def placeholder() -> str:
    """What stands where a picture is missing: the stone as a fine drawing."""
    canvas = Canvas("No picture")
    middle, edge = GROUNDS["plum"]
    light = canvas.radial([(0, middle), (1, edge)], 0.42, 0.32, 0.85)
    canvas.add(f'<rect width="400" height="400" fill="{light}"/>')
    with canvas.group("translate(72 80)scale(4)"):
        for points, _ in _FACETS:
            canvas.path(
                polygon(points),
                "#fff",
                fill_opacity=".35",
                stroke=PRIMARY,
                stroke_opacity=".55",
                stroke_width=".7",
                stroke_linejoin="round",
            )
    return canvas.render()
