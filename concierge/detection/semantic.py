"""The meaning layer: a linear model over pieces of words and word vectors, and nearest phrases.

It is read from one compiled file (`compile.py`), so that a start takes milliseconds. The model
says how likely each intent is; the nearest phrases say why, in words that people wrote.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concierge.detection import kept
from concierge.detection.features import (
    Floats,
    WordVectors,
    phrases_of,
    pieces,
    plain,
    units,
    weighted,
)
from concierge.detection.models import Intent, Nearest
from concierge.detection.nearby import NEAR, Apart, Nearby, apart, heard
from concierge.detection.text import Words

COMPILED = Path("compiled") / "meaning.npz"

INTENTS = tuple(Intent)
_VOICES = 12
"""How many nearest phrases have a say."""
_LIKELY = 3
"""Of how many intents the phrases are looked at."""
_SHOWN = 3
_WORD_FOR_WORD = 0.9
"""What a phrase says of a message that is that phrase; a model of thousands may have smoothed it
away, and whoever wrote it down meant it."""
_AT_ONCE = 512
"""Messages read together; more would not be faster and need more memory."""
_REMEMBERED = 2_048
"""Readings kept: what a button says is said again and again, as is "hi" and "where is my order"."""
_SHARPNESS = 12.0
"""How much a nearer phrase says more than a farther one."""


@dataclass(frozen=True)
class Reading:
    """What a message seems to mean: `chances` adds up to 1 over all intents."""

    chances: dict[Intent, float]
    nearest: tuple[Nearest, ...]

    @property
    def best(self) -> Intent:
        return max(self.chances, key=lambda intent: self.chances[intent])

    @property
    def best_wish(self) -> Intent:
        """The likeliest intent that is one of ours."""
        return max(
            (intent for intent in self.chances if intent is not Intent.UNMATCHED),
            key=lambda intent: self.chances[intent],
        )


@dataclass(frozen=True)
class Model:
    """What the compiled file holds. Arrays are as wide as `INTENTS`, in that order.

    `ground` is of what the weights depend on beside the phrases (`building.ground`).
    `marks` tell whether a message is one of the phrases, word for word (`mark`).
    `known` are words that are no typos, `meant` those that a typo may mean. `thresholds` are the
    chances from which on intents are answered, where they were calibrated (`calibration.py`).
    """

    fingerprint: str
    ground: str
    rarity_pieces: Floats
    rarity_phrases: Floats
    pieces: Floats
    phrases: Floats
    dense: Floats
    bias: Floats
    centre: Floats
    vectors: NDArray[np.int8]
    labels: NDArray[np.uint8]
    marks: NDArray[np.uint64]
    texts: tuple[str, ...]
    known: tuple[str, ...]
    meant: tuple[str, ...]
    dense_weight: float
    nearest_weight: float
    thresholds: Mapping[Intent, float] = field(default_factory=dict)

    def save(self, file: Path) -> None:
        """As `kept.save` does."""
        kept.save(
            file,
            self,
            fingerprint=np.frombuffer(self.fingerprint.encode(), np.uint8),
            ground=np.frombuffer(self.ground.encode(), np.uint8),
            rarity_pieces=self.rarity_pieces.astype(np.float16),
            rarity_phrases=self.rarity_phrases.astype(np.float16),
            pieces=self.pieces.astype(np.float16),
            phrases=self.phrases.astype(np.float16),
            dense=self.dense,
            bias=self.bias,
            centre=self.centre,
            vectors=self.vectors,
            labels=self.labels,
            marks=self.marks,
            texts=_packed(self.texts),
            known=_packed(self.known),
            meant=_packed(self.meant),
            weights=np.array([self.dense_weight, self.nearest_weight]),
            thresholds=np.array([self.thresholds.get(one, np.nan) for one in INTENTS]),
        )

    @staticmethod
    def fingerprint_of(file: Path) -> str:
        """Of what a file was compiled from; raises as `load` does."""
        with np.load(file) as held:
            return str(held["fingerprint"].tobytes().decode())

    @classmethod
    def load(cls, file: Path) -> Model:
        """Raises `OSError`, `ValueError` or `KeyError` for a file that is not such a model."""
        with np.load(file) as held:
            weights = held["weights"]
            return cls(
                fingerprint=held["fingerprint"].tobytes().decode(),
                ground=held["ground"].tobytes().decode(),
                rarity_pieces=held["rarity_pieces"].astype(np.float32),
                rarity_phrases=held["rarity_phrases"].astype(np.float32),
                pieces=held["pieces"].astype(np.float32),
                phrases=held["phrases"].astype(np.float32),
                dense=held["dense"],
                bias=held["bias"],
                centre=held["centre"],
                vectors=held["vectors"],
                labels=held["labels"],
                marks=held["marks"],
                texts=_unpacked(held["texts"]),
                known=_unpacked(held["known"]),
                meant=_unpacked(held["meant"]),
                dense_weight=float(weights[0]),
                nearest_weight=float(weights[1]),
                thresholds={
                    intent: value
                    for intent, value in zip(INTENTS, held["thresholds"].tolist(), strict=True)
                    if not math.isnan(value)
                },
            )


class Meaning:
    """Reads messages by a compiled model, and by what lies over it. Safe to share between
    threads."""

    def __init__(self, model: Model, vectors: WordVectors) -> None:
        self._model = model
        self._vectors = vectors
        self._phrases = model.vectors.astype(np.float32) / 127.0
        self._said = dict(zip(model.marks.tolist(), model.labels.tolist(), strict=True))
        # The phrases stand in the order of their intents.
        bounds = np.searchsorted(model.labels, np.arange(len(INTENTS) + 1))
        self._spans = [(int(low), int(high)) for low, high in pairwise(bounds)]
        self._labels = model.labels
        self._base: Meaning = self
        self._nearby: Nearby | None = None
        self._gone = np.zeros(0, bool)
        self._remembered: dict[tuple[str, ...], Reading] = {}

    def over(self, nearby: Nearby) -> Meaning:
        """The same model with changed phrases over it; it costs no memory but theirs."""
        made = copy(self)
        made._base, made._nearby = self, nearby
        made._labels = np.concatenate((self._labels, nearby.labels[: nearby.came]))
        made._gone = np.zeros(len(made._labels), bool)
        made._gone[nearby.places] = True
        changed = dict(zip(nearby.marks.tolist(), nearby.mark_labels.tolist(), strict=True))
        said = {**self._said, **changed}
        made._remembered = {}
        made._said = {mark: label for mark, label in said.items() if label >= 0}
        return made

    @property
    def known(self) -> tuple[str, ...]:
        """Words that are no typos."""
        return (self._nearby or self._model).known

    @property
    def meant(self) -> tuple[str, ...]:
        """Words that a typo may mean."""
        return (self._nearby or self._model).meant

    @property
    def thresholds(self) -> Mapping[Intent, float]:
        """From which chance on intents are answered, where that was calibrated."""
        return self._model.thresholds

    @property
    def fingerprint(self) -> str:
        """Of the files this was compiled from."""
        return (self._nearby or self._model).fingerprint

    @property
    def model(self) -> Model:
        """What lies below."""
        return self._model

    def apart_from(self, other: Meaning) -> Apart | None:
        """Where the two may read otherwise; None: anywhere."""
        if self._base is not other._base:
            return None
        return apart(self._nearby, other._nearby)

    def read(self, words: Words) -> Reading | None:
        """None for a message without words."""
        said = tuple(plain(words))
        if not said:
            return None
        reading = self._remembered.get(said)
        if reading is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            reading = self._remembered[said] = self._read([said])[0]
        return reading

    def read_all(self, messages: Sequence[Words]) -> list[Reading | None]:
        """The same for many at once, each as it would be read alone, at a fraction of the time."""
        said = [plain(words) for words in messages]
        spoken = [at for at, each in enumerate(said) if each]
        readings: list[Reading | None] = [None] * len(said)
        for begin in range(0, len(spoken), _AT_ONCE):
            part = spoken[begin : begin + _AT_ONCE]
            for at, reading in zip(part, self._read([said[at] for at in part]), strict=True):
                readings[at] = reading
        return readings

    def directions(self, said: Sequence[Sequence[str]]) -> Floats:
        """Where messages stand among all; none of them may be without words."""
        return units(np.stack([self._vectors.mean(each) for each in said]) - self._model.centre)

    def scores(self, said: Sequence[Sequence[str]], vectors: Floats) -> Floats:
        """What the model alone makes of them, before any changed phrase is heard."""
        model = self._model
        dense = (vectors * np.float32(model.dense_weight)) @ model.dense + model.bias
        scores = dense.astype(np.float32)
        for counted, rarity, weights in (
            (pieces, model.rarity_pieces, model.pieces),
            (phrases_of, model.rarity_phrases, model.phrases),
        ):
            for at, each in enumerate(said):
                buckets, values = weighted(counted(each), rarity)
                scores[at] += values @ weights[buckets]
        return scores

    def _read(self, said: Sequence[Sequence[str]]) -> list[Reading]:
        vectors = self.directions(said)
        scores = self.scores(said, vectors)
        places, closeness = self._nearest(vectors, scores)
        if self._nearby is not None:
            scores, places, closeness = self._heard(
                self._nearby, vectors, scores, places, closeness
            )
        chances = blended(scores, closeness, self._labels[places], self._model.nearest_weight)
        for at, each in enumerate(said):
            label = self._said.get(mark(each))
            if label is not None:
                chances[at] *= 1 - _WORD_FOR_WORD
                chances[at, label] += _WORD_FOR_WORD
        return [
            Reading(dict(zip(INTENTS, row, strict=True)), self._shown(near, close))
            for row, near, close in zip(chances.tolist(), places, closeness, strict=True)
        ]

    def _nearest(self, vectors: Floats, scores: Floats) -> tuple[NDArray[np.int64], Floats]:
        """Places and closeness of the nearest phrases of the intents that the model thinks of.

        A row for each message, the nearest first; a place of less than nothing is none.
        """
        # All phrases would be read from memory for every message, most of them for nothing.
        likely = np.argpartition(scores, -_LIKELY, axis=1)[:, -_LIKELY:]
        places = np.full((len(vectors), _LIKELY * _VOICES), -1, np.int64)
        closeness = np.full(places.shape, -np.inf, np.float32)
        for intent in np.unique(likely):
            low, high = self._spans[intent]
            rows, thought = np.nonzero(likely == intent)
            count = min(_VOICES, high - low)
            if len(rows) == 1:
                # A product of one row would be spread over threads that wait for each other.
                near = np.vecdot(self._phrases[low:high], vectors[rows[0]])[None]
            else:
                near = vectors[rows] @ self._phrases[low:high].T
            best = np.argpartition(near, -count, axis=1)[:, -count:]
            columns = thought[:, None] * _VOICES + np.arange(count)
            places[rows[:, None], columns] = low + best
            closeness[rows[:, None], columns] = np.take_along_axis(near, best, axis=1)
        order = np.argsort(-closeness, axis=1, kind="stable")[:, :_VOICES]
        return (
            np.take_along_axis(places, order, axis=1),
            np.take_along_axis(closeness, order, axis=1),
        )

    def _heard(
        self,
        nearby: Nearby,
        vectors: Floats,
        scores: Floats,
        places: NDArray[np.int64],
        closeness: Floats,
    ) -> tuple[Floats, NDArray[np.int64], Floats]:
        """What is near a changed phrase: pulled by it, and it has a say as a phrase, or no more."""
        if len(vectors) == 1:
            close = np.vecdot(nearby.directions, vectors[0])[None]
        else:
            close = vectors @ nearby.directions.T
        rows = np.flatnonzero((close > NEAR).any(axis=1))
        if not len(rows):
            return scores, places, closeness
        close, scores = close[rows], scores.copy()
        scores[rows] += heard(close) @ nearby.pulls
        came = close[:, : nearby.came]
        new = np.broadcast_to(len(self._base._labels) + np.arange(nearby.came), came.shape)
        all_places = np.hstack((places[rows], new))
        all_close = np.hstack((closeness[rows], np.where(came > NEAR, came, -np.inf)))
        all_close[self._gone[all_places] & (all_close > NEAR)] = -np.inf
        order = np.argsort(-all_close, axis=1, kind="stable")[:, : places.shape[1]]
        places, closeness = places.copy(), closeness.copy()
        closeness[rows] = np.take_along_axis(all_close, order, axis=1)
        near = np.take_along_axis(all_places, order, axis=1)
        places[rows] = np.where(np.isfinite(closeness[rows]), near, -1)
        return scores, places, closeness

    def _shown(self, near: NDArray[np.int64], close: Floats) -> tuple[Nearest, ...]:
        return tuple(
            Nearest.model_construct(
                intent=INTENTS[self._labels[at]],
                text=self._text(at),
                score=round(min(1.0, max(0.0, float(score))), 4),
            )
            for at, score in zip(near[:_SHOWN].tolist(), close, strict=False)
            if at >= 0
        )

    def _text(self, at: int) -> str:
        own = self._model.texts
        return (
            own[at] if at < len(own) or self._nearby is None else self._nearby.texts[at - len(own)]
        )


def blended(
    scores: Floats, closeness: Floats, labels: NDArray[np.uint8], nearest_weight: float
) -> Floats:
    """Chances of all intents by the model's scores and the say of the nearest phrases.

    All have a row for each message; a closeness of minus infinity says nothing.
    """
    votes = np.full(scores.shape, 1e-3, np.float64)
    voices = 10.0 * np.exp(_SHARPNESS * (closeness.astype(np.float64) - 1.0))
    np.add.at(votes, (np.arange(len(scores))[:, None], labels), voices)
    votes /= votes.sum(axis=1, keepdims=True)
    shifted = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    model = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    mixed = (1 - nearest_weight) * np.maximum(model, -14.0) + nearest_weight * np.log(votes)
    mixed = np.exp(mixed - mixed.max(axis=1, keepdims=True))
    result: Floats = (mixed / mixed.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def mark(said: Sequence[str]) -> int:
    """The same for the same words, in every process."""
    return int.from_bytes(blake2b(" ".join(said).encode(), digest_size=8).digest())


def _packed(texts: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(list(texts)).encode(), np.uint8)


def _unpacked(held: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(json.loads(held.tobytes()))
