"""Building what the meaning layer reads from the phrases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import numpy as np

from concierge.detection.features import (
    BUCKETS,
    DIMENSIONS,
    Floats,
    WordVectors,
    phrases_of,
    pieces,
    plain,
    unit,
    weighted,
)
from concierge.detection.models import Intent
from concierge.detection.nearby import Nearby, pulls, whole
from concierge.detection.phrases import CARRIERS, FOLDER, PhraseBook
from concierge.detection.semantic import INTENTS, Meaning, Model, mark
from concierge.detection.slots import read_message
from concierge.detection.training import Rows, Tell, carried, fit, nobody
from concierge.detection.vocabulary import Vocabulary

_VERSION = "5"
"""Part of the fingerprint: raised when the code that compiles changes what it makes."""
_STRENGTH = 6.0
_CARRIED = 2
_DENSE_WEIGHT = 1.5
_NEAREST_WEIGHT = 0.3
_KNOWN, _MEANT = 2, 4
"""In how many phrases a word must stand to be known, and to be what a typo means."""
_FEW = 0.1
"""How many of the phrases may have changed for the weights to stay."""
_NONE = -1
_UNCARRIED = frozenset({Intent.GREETING, Intent.THANKS_GOODBYE})


def fingerprint(folder: Path) -> str:
    """Of everything that the compiled file depends on."""
    mixed = sha256(_VERSION.encode())
    files = [*sorted((folder / FOLDER).glob("*.yaml")), folder / CARRIERS]
    for file in [*files, folder / "vocabulary.yaml"]:
        mixed.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return mixed.hexdigest()


def build(
    book: PhraseBook,
    vocabulary: Vocabulary,
    vectors: WordVectors,
    fingerprint: str = "",
    *,
    begin: Model | None = None,
    tell: Tell = nobody,
) -> Model:
    """Compile phrases. The same phrases give the same model on the same machine.

    `begin` is a model of other phrases: the weights are sought from its own on, which takes a
    quarter of the time and comes out as near to the best ones; its thresholds stay. `tell` hears
    of each step.
    """
    own = _own(book, vocabulary)
    taught = [(intent, said) for _, intent, said in own]
    for text, intent, said in own:
        if intent not in _UNCARRIED and len(said) > 1:
            said_around = carried(text, book.openings, book.endings, _CARRIED)
            taught.extend((intent, _said(around, vocabulary)) for around in said_around)
    rare_pieces = _rarity(pieces(said) for _, _, said in own)
    rare_phrases = _rarity(phrases_of(said) for _, _, said in own)
    rows = []
    for _, said in taught:
        # One after the other: what is counted in all of them would fill the memory.
        first, second = (
            weighted(pieces(said), rare_pieces),
            weighted(phrases_of(said), rare_phrases),
        )
        rows.append(
            (
                np.concatenate((first[0], second[0] + BUCKETS)),
                np.concatenate((first[1], second[1])),
            )
        )
    means = np.stack([vectors.mean(said) for _, said in taught])
    centre = means[: len(own)].mean(axis=0).astype(np.float32)
    directions = np.stack([unit(mean - centre) for mean in means])
    labels = np.array([INTENTS.index(intent) for intent, _ in taught], np.int64)
    weights = fit(
        Rows.of(rows, 2 * BUCKETS),
        directions * np.float32(_DENSE_WEIGHT),
        labels,
        len(INTENTS),
        _STRENGTH / (1 + _CARRIED),
        begin=None
        if begin is None
        else np.concatenate((begin.pieces, begin.phrases, begin.dense, begin.bias[None])),
        tell=tell,
    )
    return Model(
        fingerprint=fingerprint,
        ground=ground(book),
        rarity_pieces=rare_pieces,
        rarity_phrases=rare_phrases,
        pieces=weights[:BUCKETS],
        phrases=weights[BUCKETS : 2 * BUCKETS],
        dense=weights[2 * BUCKETS : 2 * BUCKETS + DIMENSIONS],
        bias=weights[-1],
        centre=centre,
        vectors=whole(directions[: len(own)]),
        labels=labels[: len(own)].astype(np.uint8),
        marks=np.array([mark(said) for _, _, said in own], np.uint64),
        texts=tuple(text for text, _, _ in own),
        known=_known(own, vectors),
        meant=_meant(own),
        dense_weight=_DENSE_WEIGHT,
        nearest_weight=_NEAREST_WEIGHT,
        thresholds={} if begin is None else begin.thresholds,
    )


def lay_over(
    base: Meaning,
    book: PhraseBook,
    vocabulary: Vocabulary,
    vectors: WordVectors,
    fingerprint: str,
) -> Nearby | None:
    """What makes a compiled model one of these phrases; None where more changed than a few."""
    model = base.model
    if model.ground != ground(book):
        return None
    own = _own(book, vocabulary)
    now = [(mark(said), INTENTS.index(intent)) for _, intent, said in own]
    before = list(zip(model.marks.tolist(), model.labels.tolist(), strict=True))
    known_before, known_now = set(before), set(now)
    gone = [place for place, pair in enumerate(before) if pair not in known_now]
    came = {pair: at for at, pair in enumerate(now) if pair not in known_before}
    if len(gone) + len(came) > _FEW * len(before):
        return None
    new = [own[at] for at in came.values()]
    said = [words for _, _, words in new]
    # One after the other: what a phrase comes to must not hang on which others came with it.
    ways = np.array([base.directions([words])[0] for words in said], np.float32)
    rows = np.vstack((whole(ways.reshape(-1, DIMENSIONS)), model.vectors[gone]))
    labels = np.array([label for _, label in [*came, *(before[at] for at in gone)]], np.uint8)
    said += [_said(model.texts[at], vocabulary) for at in gone]
    scores = [base.scores([words], base.directions([words]))[0] for words in said]
    reads, read = dict(now), dict(before)
    marks = sorted(
        each for each in {*reads, *read} if reads.get(each, _NONE) != read.get(each, _NONE)
    )
    return Nearby(
        fingerprint=fingerprint,
        base=model.fingerprint,
        vectors=rows,
        labels=labels,
        pulls=pulls(
            rows,
            labels,
            np.array(scores, np.float32).reshape(-1, len(INTENTS)),
            len(came),
            _STRENGTH,
            2 + _DENSE_WEIGHT**2,
        ),
        texts=tuple(text for text, _, _ in new),
        places=np.array(gone, np.int64),
        marks=np.array(marks, np.uint64),
        mark_labels=np.array([reads.get(each, _NONE) for each in marks], np.int16),
        known=_known(own, vectors),
        meant=_meant(own),
    )


def ground(book: PhraseBook) -> str:
    """Of what the weights depend on beside the phrases: the code, and what is said around them."""
    around = json.dumps([_VERSION, book.openings, book.endings])
    return sha256(around.encode()).hexdigest()


_Own = list[tuple[str, Intent, list[str]]]
"""Each phrase that has words, with these."""


def _own(book: PhraseBook, vocabulary: Vocabulary) -> _Own:
    own = ((text, intent, _said(text, vocabulary)) for text, intent in book)
    return [each for each in own if each[2]]


def _known(own: _Own, vectors: WordVectors) -> tuple[str, ...]:
    return tuple(sorted(vectors.words() | _words_in(own, _KNOWN)))


def _meant(own: _Own) -> tuple[str, ...]:
    return tuple(sorted(_words_in(own, _MEANT)))


def _words_in(own: _Own, phrases: int) -> set[str]:
    counts = Counter(word for _, _, said in own for word in set(said))
    return {word for word, count in counts.items() if count >= phrases}


def _said(text: str, vocabulary: Vocabulary) -> list[str]:
    return plain(read_message(text, vocabulary).words)


def _rarity(rows: Iterable[dict[int, float]]) -> Floats:
    """How much a bucket says: more, the fewer phrases fill it."""
    holders = np.zeros(BUCKETS, np.float64)
    count = 0
    for row in rows:
        holders[list(row)] += 1
        count += 1
    rarity: Floats = (np.log((1 + count) / (1 + holders)) + 1).astype(np.float32)
    return rarity
