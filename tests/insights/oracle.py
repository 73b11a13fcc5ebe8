"""The funnel by brute force, straight from its definition; shares no code with the product."""

from __future__ import annotations

from itertools import pairwise, product
from statistics import median
from typing import Any

Marks = list[float | None]
"""Seconds of opened, understood, shown, saved, bought; None when it never happened."""


def reached_by_marks(marks: Marks, steps: list[int], window: float, order: str) -> int:
    """How many of `steps` (places among the five) a session reached."""
    best = 0
    for upto in range(1, len(steps) + 1):
        chosen = [marks[step] for step in steps[:upto]]
        if any(at is None for at in chosen):
            break
        times = [at for at in chosen if at is not None]
        if order == "any":
            holds = max(times) - min(times) <= window
        else:
            holds = all(a <= b for a, b in pairwise(times)) and all(
                at - times[0] <= window for at in times
            )
        if order == "strict" and holds:
            story = sorted((at, place) for place, at in enumerate(marks) if at is not None)
            places = [place for _, place in story]
            begin, end = places.index(steps[0]), places.index(steps[upto - 1])
            holds = places[begin : end + 1] == steps[:upto]
        if not holds:
            break
        best = upto
    return best


def reached_by_events(events: list[tuple[float, int]], steps: list[int], window: float) -> int:
    """Tries every choice of one event a step, the first step's being the session's first."""
    times = {step: sorted(at for at, place in events if place == step) for step in steps}
    if not times[steps[0]]:
        return 0
    anchor = times[steps[0]][0]
    best = 1
    for upto in range(2, len(steps) + 1):
        for later in product(*(times[step] for step in steps[1:upto])):
            chain = [anchor, *later]
            if chain == sorted(chain) and chain[-1] - anchor <= window:
                best = upto
                break
    return best


def funnel(
    sessions: list[Marks], steps: list[int], window: float, order: str, now: float
) -> dict[str, Any]:
    """Counts, medians of whole seconds, incomplete, and times to convert."""
    entered = [marks for marks in sessions if marks[steps[0]] is not None]
    counts = [0] * len(steps)
    waits: list[list[int]] = [[] for _ in steps]
    took: list[int] = []
    incomplete = 0
    for marks in entered:
        depth = reached_by_marks(marks, steps, window, order)
        times = [marks[step] or 0.0 for step in steps[:depth]]
        if order == "any":
            begun = min(times)
            times = [max(times[: k + 1]) for k in range(depth)]
        else:
            begun = times[0]
        for k in range(depth):
            counts[k] += 1
            if k:
                waits[k].append(int(times[k] - times[k - 1]))
        if depth == len(steps) and len(steps) > 1:
            took.append(int(times[-1] - begun))
        incomplete += (marks[steps[0]] or 0.0) + window >= now
    return {
        "counts": counts,
        "medians": [median(w) if w else None for w in waits],
        "incomplete": incomplete,
        "converted": sorted(took),
    }
