"""Messages alike, put together: deterministic, and without a model to train. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

ALIKE = 0.47
"""Cosine from which two messages are about the same thing."""
_USED_BY_ALL = 0.3
"""A piece of a word in more of the messages than this says nothing of any."""

Vector = Mapping[str, float]


def clusters(messages: Sequence[Sequence[str]]) -> list[list[int]]:
    """Groups of places in `messages` (each its words), in the order they come.

    The first message of a group is its leader: put the most frequent messages first. A message
    joins the leader it is most like (TF-IDF over pieces of words, so that a typo or another
    ending stays near), or becomes one.
    """
    vectors = _vectors([_pieces(words) for words in messages])
    groups: list[list[int]] = []
    leaders: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        near: defaultdict[int, float] = defaultdict(float)
        for piece, weight in vector.items():
            for group, its_weight in leaders[piece]:
                near[group] += weight * its_weight
        best = max(near, key=lambda group: (near[group], -group), default=None)
        if best is not None and near[best] >= ALIKE:
            groups[best].append(at)
            continue
        for piece, weight in vector.items():
            leaders[piece].append((len(groups), weight))
        groups.append([at])
    return groups


def _pieces(words: Sequence[str]) -> Counter[str]:
    """`ring` has ` r`, `ri`, `in`, `ng`, `g ` and ` ri`, `rin`, `ing`, `ng `."""
    found: Counter[str] = Counter()
    for word in words:
        padded = f" {word} "
        for length in (2, 3):
            found.update(padded[at : at + length] for at in range(len(padded) - length + 1))
    return found


def _vectors(counted: Sequence[Counter[str]]) -> list[Vector]:
    """Unit vectors; rare pieces weigh more."""
    having = Counter(piece for pieces in counted for piece in pieces)
    n = len(counted)
    common = {piece for piece, in_ in having.items() if n > 20 and in_ > n * _USED_BY_ALL}
    made: list[Vector] = []
    for pieces in counted:
        kept = {piece: count for piece, count in pieces.items() if piece not in common} or pieces
        weights = {
            piece: count * (1 + math.log((1 + n) / (1 + having[piece])))
            for piece, count in kept.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        made.append({piece: weight / length for piece, weight in weights.items()})
    return made
