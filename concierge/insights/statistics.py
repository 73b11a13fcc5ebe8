"""Medians and percentiles of histograms, so that a million waits need no list of a million."""

from __future__ import annotations

import math
from collections.abc import Mapping

Histogram = Mapping[int, int]
"""Whole seconds to how often they occurred."""


def median(histogram: Histogram) -> float | None:
    """The middle value, or the mean of the two middle ones; None of nothing."""
    n = sum(histogram.values())
    if n == 0:
        return None
    return (_at(histogram, (n - 1) // 2) + _at(histogram, n // 2)) / 2


def percentile(histogram: Histogram, share: float) -> float | None:
    """The nearest-rank percentile: the smallest value that at least `share` do not exceed."""
    n = sum(histogram.values())
    if n == 0:
        return None
    return float(_at(histogram, max(math.ceil(share * n) - 1, 0)))


def ratio(part: float, whole: float) -> float | None:
    """A share of one; nothing to divide by is None, never zero."""
    return part / whole if whole else None


def _at(histogram: Histogram, rank: int) -> int:
    """The value at a rank counted from 0."""
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen > rank:
            return value
    raise IndexError(rank)
