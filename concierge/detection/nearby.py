"""Phrases that came or went since the weights were fitted, and what they change near themselves.

Fitting anew for a few phrases would move every weight a little, and with them the messages that
stand on a border, whatever they are about. So the weights stay, and a phrase that came or went
pulls at the scores of messages as close to it as `NEAR`, the closer the more; beyond that nothing
changes at all. How strongly it pulls is what fitting would have it: a phrase that was understood
already hardly pulls.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concierge.detection import kept
from concierge.detection.features import DIMENSIONS, Floats

NEAR = 0.7
"""The closeness from which on a changed phrase is heard. Paraphrases of a phrase mostly stand
nearer, other wishes farther off."""
_SCALE = 127
"""Directions are kept as whole numbers up to this."""
_ROUNDS = 300


@dataclass(frozen=True)
class Nearby:
    """What lies over the model of fingerprint `base`, where the files have `fingerprint`.

    A row of `vectors`, `labels` and `pulls` for each phrase: first those that came, whose words are
    `texts`, then those that went, which stand at `places` of the model. `marks` are the messages
    that are read otherwise word for word: by `mark_labels`, or no longer where that is less than
    nothing. `known` and `meant` stand for those of the model.
    """

    fingerprint: str
    base: str
    vectors: NDArray[np.int8]
    labels: NDArray[np.uint8]
    pulls: Floats
    texts: tuple[str, ...]
    places: NDArray[np.int64]
    marks: NDArray[np.uint64]
    mark_labels: NDArray[np.int16]
    known: tuple[str, ...]
    meant: tuple[str, ...]

    @property
    def came(self) -> int:
        """How many phrases are new."""
        return len(self.texts)

    @cached_property
    def directions(self) -> Floats:
        """Of all phrases."""
        return self.vectors.astype(np.float32) / np.float32(_SCALE)

    def save(self, file: Path) -> None:
        """As `kept.save` does."""
        kept.save(
            file,
            self,
            fingerprint=np.frombuffer(self.fingerprint.encode(), np.uint8),
            base=np.frombuffer(self.base.encode(), np.uint8),
            vectors=self.vectors,
            labels=self.labels,
            pulls=self.pulls,
            places=self.places,
            marks=self.marks,
            mark_labels=self.mark_labels,
            words=np.frombuffer(
                json.dumps([self.texts, self.known, self.meant]).encode(), np.uint8
            ),
        )

    @classmethod
    def load(cls, file: Path) -> Nearby | None:
        """None for a file that holds a whole model; raises as `Model.load` does."""
        with np.load(file) as held:
            if "base" not in held:
                return None
            texts, known, meant = json.loads(held["words"].tobytes())
            return cls(
                fingerprint=held["fingerprint"].tobytes().decode(),
                base=held["base"].tobytes().decode(),
                vectors=held["vectors"].reshape(-1, DIMENSIONS),
                labels=held["labels"],
                pulls=held["pulls"],
                texts=tuple(texts),
                places=held["places"],
                marks=held["marks"],
                mark_labels=held["mark_labels"],
                known=tuple(known),
                meant=tuple(meant),
            )


def whole(directions: Floats) -> NDArray[np.int8]:
    """Directions as they are kept."""
    return np.round(directions * _SCALE).astype(np.int8)


def heard(closeness: Floats) -> Floats:
    """How much of its pull a phrase has at such a closeness: nothing at `NEAR`, all at 1."""
    share: Floats = np.clip((closeness - NEAR) / (1 - NEAR), 0, 1)
    return share


def pulls(
    vectors: NDArray[np.int8],
    labels: NDArray[np.uint8],
    scores: Floats,
    came: int,
    strength: float,
    length: float,
) -> Floats:
    """By how much each phrase moves the scores where it stands itself.

    `scores` are the model's for these phrases, the first `came` of which are new. `strength` is the
    weight of a phrase against the penalty on weights and `length` the product of a phrase's row
    with itself, both as in fitting. Phrases that do not hear of each other are sought apart, so
    that the pulls of one do not depend on what else was changed, to the last digit.
    """
    exact = vectors.astype(np.int32)
    closeness = (exact @ exact.T) / np.float64(_SCALE**2)
    together = np.clip((closeness - NEAR) / (1 - NEAR), 0, 1)
    found = np.zeros(scores.shape, np.float64)
    for group in _groups(together > 0):
        here = together[np.ix_(group, group)] * length
        found[group] = _sought(
            here, labels[group], scores[group].astype(np.float64), group < came, strength
        )
    return (found * length).astype(np.float32)


def _sought(
    together: NDArray[np.float64],
    labels: NDArray[np.uint8],
    scores: NDArray[np.float64],
    came: NDArray[np.bool_],
    strength: float,
) -> NDArray[np.float64]:
    """What softmax regression would have each phrase add to the weights, sought step by step."""
    wanted = np.zeros(scores.shape)
    wanted[np.arange(len(labels)), labels] = 1.0
    # What a phrase had taught goes with it.
    found = np.where(came[:, None], 0.0, strength * (_chances(scores) - wanted))
    pace = came[:, None] / (1 + strength / 2 * together.sum(axis=1, keepdims=True))
    for _ in range(_ROUNDS if came.any() else 0):
        moved = scores + together @ found
        found += pace * (strength * (wanted - _chances(moved)) - found)
    return found


def _chances(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: NDArray[np.float64] = grown / grown.sum(axis=1, keepdims=True)
    return chances


def _groups(linked: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Who hears of whom, through others too."""
    left = np.ones(len(linked), bool)
    found: list[NDArray[np.int64]] = []
    for first in range(len(linked)):
        if not left[first]:
            continue
        group = linked[first].copy()
        group[first] = True
        while (wider := group | linked[group].any(axis=0)).sum() > group.sum():
            group = wider
        left &= ~group
        found.append(np.flatnonzero(group))
    return found


@dataclass(frozen=True)
class Apart:
    """Where two models over the same weights may read otherwise."""

    directions: Floats
    marks: frozenset[int]

    @property
    def nowhere(self) -> bool:
        """Whether they read every message alike."""
        return not self.marks and not len(self.directions)

    def reaches(self, mark: int, closeness: Floats) -> bool:
        """`closeness` of a message to each of `directions`."""
        # A message is as close as it is to within a few digits, which batches may change.
        return mark in self.marks or bool((closeness > NEAR - 1e-3).any())


def apart(one: Nearby | None, other: Nearby | None) -> Apart:
    """What is not in both."""
    mine, theirs = _rows(one), _rows(other)
    rows = [mine.get(key, theirs.get(key)) for key in sorted(mine.keys() ^ theirs.keys())]
    vectors = np.array(rows, np.float32).reshape(-1, DIMENSIONS)
    said, heard_of = _marks(one), _marks(other)
    return Apart(
        vectors / np.float32(_SCALE),
        frozenset(mark for mark, _ in said.items() ^ heard_of.items()),
    )


def _rows(nearby: Nearby | None) -> dict[bytes, NDArray[np.int8]]:
    """Each phrase by all that it changes."""
    if nearby is None:
        return {}
    places: Sequence[int] = [*[-1] * nearby.came, *nearby.places.tolist()]
    return {
        b"".join(
            (vector.tobytes(), bytes([label]), pull.tobytes(), place.to_bytes(8, signed=True))
        ): vector
        for vector, label, pull, place in zip(
            nearby.vectors, nearby.labels.tolist(), nearby.pulls, places, strict=True
        )
    }


def _marks(nearby: Nearby | None) -> dict[int, int]:
    if nearby is None:
        return {}
    return dict(zip(nearby.marks.tolist(), nearby.mark_labels.tolist(), strict=True))
