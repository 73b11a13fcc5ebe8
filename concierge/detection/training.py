"""Fitting the linear model of the meaning layer: softmax regression in plain numpy.

It runs when phrases are compiled, never while messages are read. The same phrases give the same
weights: nothing is random but the carriers, which are drawn with a fixed seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from concierge.detection.features import Floats

Ints = NDArray[np.int64]

Tell = Callable[[int, int], None]
"""Told while weights are sought: steps done, steps in all at most."""

_STEPS = 40
_FEW = 3
"""Steps from given weights on: enough for a few new phrases, and so few that the reading of other
messages hardly moves."""
_MEMORY = 8
_SLOPE = 1e-4


def nobody(done: int, total: int) -> None:
    """Where nobody waits."""


@dataclass(frozen=True)
class Rows:
    """Sparse rows: the filled columns of row `i` are `columns[starts[i]:starts[i + 1]]`."""

    starts: Ints
    columns: Ints
    values: Floats
    width: int

    @classmethod
    def of(cls, rows: Sequence[tuple[Ints, Floats]], width: int) -> Rows:
        lengths = np.array([len(columns) for columns, _ in rows], np.int64)
        return cls(
            np.concatenate(([0], np.cumsum(lengths))),
            np.concatenate([columns for columns, _ in rows]),
            np.concatenate([values for _, values in rows]).astype(np.float32),
            width,
        )

    def turned(self) -> Rows:
        """Columns as rows."""
        owners = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        order = np.argsort(self.columns, kind="stable")
        counts = np.bincount(self.columns, minlength=self.width)
        starts = np.concatenate(([0], np.cumsum(counts)))
        return Rows(starts, owners[order], self.values[order], len(self.starts) - 1)

    def times(self, matrix: Floats) -> Floats:
        """This matrix times another one of `width` rows."""
        result = np.zeros((len(self.starts) - 1, matrix.shape[1]), np.float32)
        filled = np.flatnonzero(np.diff(self.starts))
        step = 2000  # in parts: the products of all rows at once would fill the memory
        for begin in range(0, len(filled), step):
            part = filled[begin : begin + step]
            low, high = int(self.starts[part[0]]), int(self.starts[part[-1] + 1])
            products = matrix[self.columns[low:high]] * self.values[low:high, None]
            result[part] = np.add.reduceat(products, self.starts[part] - low, axis=0)
        return result


def fit(
    sparse: Rows,
    dense: Floats,
    labels: Ints,
    classes: int,
    strength: float,
    *,
    begin: Floats | None = None,
    tell: Tell = nobody,
) -> Floats:
    """Weights of softmax regression, shape (sparse width + dense width + 1, classes).

    `strength` is the weight of the data against the penalty on large weights; the last row is
    the bias, which is free. `begin` are weights of nearly the same rows.
    """
    turned = sparse.turned()
    count, split, wide = len(labels), sparse.width, sparse.width + dense.shape[1]
    target = np.zeros((count, classes), np.float32)
    target[np.arange(count), labels] = 1.0

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(wide + 1, classes)
        scores = sparse.times(weights[:split]) + dense @ weights[split:wide] + weights[wide]
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        missed = -np.log(chances[np.arange(count), labels] + 1e-12).sum(dtype=np.float64)
        wrong = chances - target
        slope = np.empty_like(weights)
        slope[:split] = turned.times(wrong)
        slope[split:wide] = dense.T @ wrong
        slope[wide] = wrong.sum(axis=0)
        slope[:wide] += weights[:wide] / strength
        size = float(np.square(weights[:wide]).sum(dtype=np.float64)) / (2 * strength)
        return float(missed) + size, slope.ravel()

    point = np.zeros((wide + 1, classes), np.float32) if begin is None else begin
    steps = _STEPS if begin is None else _FEW
    return _descend(loss, point.ravel(), steps, tell).reshape(wide + 1, classes)


def _descend(
    loss: Callable[[Floats], tuple[float, Floats]], point: Floats, steps: int, tell: Tell
) -> Floats:
    """Limited-memory BFGS with a backtracking line search."""
    value, slope = loss(point)
    moves: list[tuple[Floats, Floats, float]] = []
    for step in range(1, steps + 1):
        way = -_curved(slope, moves)
        reach = 1.0 if moves else 1.0 / max(1.0, float(np.linalg.norm(slope)))
        falls = float(slope @ way)
        for _ in range(20):
            following = point + np.float32(reach) * way
            new_value, new_slope = loss(following)
            if new_value <= value + _SLOPE * reach * falls:
                break
            reach /= 2
        moved, turned = following - point, new_slope - slope
        product = float(moved @ turned)
        if product > 1e-10:
            moves = [*moves[-_MEMORY + 1 :], (moved, turned, product)]
        done = abs(value - new_value) <= 1e-4 * max(1.0, abs(value))
        point, value, slope = following, new_value, new_slope
        tell(step, steps)
        if done:
            break
    return point


def _curved(slope: Floats, moves: Sequence[tuple[Floats, Floats, float]]) -> Floats:
    """The slope, bent by what the last moves said of the curvature."""
    bent = slope.copy()
    shares = []
    for moved, turned, product in reversed(moves):
        share = float(moved @ bent) / product
        shares.append(share)
        bent -= np.float32(share) * turned
    if moves:
        moved, turned, product = moves[-1]
        bent *= np.float32(product / float(turned @ turned))
    for (moved, turned, product), share in zip(moves, reversed(shares), strict=True):
        bent += np.float32(share - float(turned @ bent) / product) * moved
    return bent


def carried(text: str, openings: Sequence[str], endings: Sequence[str], times: int) -> list[str]:
    """A phrase as people say it around: with an opening, an ending, or both."""
    draw = random.Random(text)
    found = []
    for _ in range(times):
        said = text
        if draw.random() < 0.8:
            said = f"{draw.choice(openings)} {said}"
        if draw.random() < 0.4:
            said = f"{said} {draw.choice(endings)}"
        if said != text and said not in found:
            found.append(said)
    return found
