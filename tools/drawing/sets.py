"""The sets of the shop: two or three pieces in one picture."""

from __future__ import annotations

from collections.abc import Sequence

from tools.drawing.canvas import Canvas
from tools.drawing.design import Design
from tools.drawing.ears import drop, pearl_drop
from tools.drawing.forms import back
from tools.drawing.gems import pearl
from tools.drawing.hands import stone_row
from tools.drawing.materials import Metal, Stone
from tools.drawing.necks import vee
from tools.drawing.rings import Band, claws, cut_stone, draw_band, glints, set_stone, shadow
from tools.drawing.threads import bail, cable


def _lumen(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    cable(c, vee(112, 118), m)
    one = c.scratch()
    shadow(one, 4, 20, 54, 50, 0.32)
    one.circle(0, 0, 41.5, back(one, m))
    cut_stone(one, s[0], "round", 40, 2)
    claws(one, m, 39, 39, (45, 135, 225, 315), 4.2)
    name = c.symbol(one)
    c.use(name, 200, 170)
    bail(c, 200, 136, m, 1)
    for x, turn in ((118, -6), (282, 6)):
        c.use(name, x, 286, 0.92, turn)
    glints(c, (187, 156, 9), (106, 274, 8))


def _harbor(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    cable(c, vee(150, 124), m)
    shadow(c, 206, 226, 48, 50, 0.3)
    bail(c, 200, 176, m, 1)
    c.use(pearl(c, s[0]), 200, 210, 3.6)
    one = c.scratch()
    pearl_drop(one, m, s)
    name = c.symbol(one)
    c.use(name, 92, 152, 0.8)
    c.add(f'<use href="#{name}" transform="translate(308 152)scale(-.8 .8)"/>')


def _tidewater(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    band = Band(200, 296, 92, 13, 8)
    draw_band(c, band, m)
    set_stone(c, band, m, s[0], "wide oval", 36, bezel=True, seed=6, lift=14)
    one = c.scratch()
    drop("oval", 44, framed=True, seed=6)(one, m, s)
    name = c.symbol(one)
    c.use(name, 96, -22, 0.82)
    c.add(f'<use href="#{name}" transform="translate(304 -22)scale(-.82 .82)"/>')


def _bridal(c: Canvas, m: Metal, s: Sequence[Stone]) -> None:
    back_band = Band(196, 262, 126, 18, 8)
    with c.group("rotate(4 196 262)"):
        draw_band(c, back_band, m)
        stone_row(c, back_band, s[0], 7.4)
    front = Band(204, 222, 126, 13, 8)
    with c.group("rotate(-5 204 222)"):
        draw_band(c, front, m, cast=False)
        set_stone(c, front, m, s[0], "round", 44, seed=2)
        glints(c, (192, 108, 10))


DESIGNS = {
    "lumen-duo": Design("plum", _lumen),
    "harbor-set": Design("pearl", _harbor),
    "tidewater-set": Design("mist", _tidewater),
    "willow-bridal-set": Design("lilac", _bridal),
}
