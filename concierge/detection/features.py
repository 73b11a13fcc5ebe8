"""A message as numbers: pieces of its words, and the mean of its words' vectors.

Both are made of the words the rules see too, so one spelling and one name for recognised things
(an order number is "order number", whatever its digits) serve every layer.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from concierge.detection.text import Words

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]

BUCKETS = 1 << 15
"""Places for pieces of words; pieces that share one by chance do little harm."""
DIMENSIONS = 256
MAX_WORDS = 60
"""A longer message is read by its first words; what people want stands early."""

_SHORTEST, _LONGEST = 2, 5
_TABLE = "l2_supercat_256.safetensors"
_TOKENIZER = "l2_supercat_tokenizer_config.json"
_NAMES = {
    "#order": "order number",
    "#email": "email",
    "#phone": "phone number",
    "#money": "amount of money",
    "#number": "number",
    "#size": "size",
    "#postal": "postcode",
}


def plain(words: Words) -> list[str]:
    """The words of a message, with what was recognised called by its name."""
    found: list[str] = []
    for token in words.tokens[:MAX_WORDS]:
        found.extend(_NAMES[token].split() if token in _NAMES else (token,))
    return found


def pieces(words: Sequence[str]) -> dict[int, float]:
    """Buckets of words, pairs, triples and of the letters within words, with their counts.

    Letters are kept apart from whole words, which count as much in all.
    """
    counts: dict[int, float] = {}
    for word in words:
        padded = f" {word} ".encode()
        length = len(padded)
        for size in range(_SHORTEST, _LONGEST + 1):
            for at in range(max(1, length - size + 1)):
                bucket = crc32(padded[at : at + size]) % BUCKETS
                counts[bucket] = counts.get(bucket, 0.0) + 1.0
    return counts


def phrases_of(words: Sequence[str]) -> dict[int, float]:
    """Buckets of single words, pairs and triples, with their counts."""
    counts: dict[int, float] = {}
    for size in (1, 2, 3):
        for at in range(len(words) - size + 1):
            bucket = crc32(("|" + " ".join(words[at : at + size])).encode()) % BUCKETS
            counts[bucket] = counts.get(bucket, 0.0) + 1.0
    return counts


def weighted(counts: dict[int, float], rarity: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Buckets and values of unit length: dampened counts times the rarity of each bucket."""
    buckets = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
    values: Floats = (np.float32(1.0) + np.log(often)) * rarity[buckets]
    norm = float(np.sqrt(values @ values)) or 1.0
    return buckets, (values / np.float32(norm)).astype(np.float32)


class WordVectors:
    """The table of word vectors that comes inside the wordllama package.

    Its own loader copies the table to 32 bits and imports a web client; here the file is mapped
    as it is and only the rows of a message are touched. Never asks the network.
    """

    def __init__(self, table: NDArray[np.float16], tokenizer: Tokenizer) -> None:
        self._table = table
        self._tokenizer = tokenizer

    @classmethod
    def load(cls) -> WordVectors:
        from tokenizers import Tokenizer

        home = package_folder()
        tokenizer = Tokenizer.from_file(str(home / "tokenizers" / _TOKENIZER))
        tokenizer.no_padding()
        return cls(_table(home / "weights" / _TABLE), tokenizer)

    def words(self) -> set[str]:
        """What the table has as a word of its own, in lower case: some fifteen thousand."""
        begins = "\u2581"  # how the tokenizer marks where a word begins
        return {
            token[1:].lower()
            for token in self._tokenizer.get_vocab()
            if token.startswith(begins) and token[1:].isalpha()
        }

    def mean(self, words: Iterable[str]) -> Floats:
        """The mean vector of some words; zeros for none."""
        found = self._tokenizer.encode(" ".join(words), add_special_tokens=False).ids
        if not found:
            return np.zeros(DIMENSIONS, np.float32)
        mean: Floats = self._table[found].astype(np.float32).mean(axis=0)
        return mean


def package_folder() -> Path:
    """Where wordllama is installed, found without importing it."""
    spec = find_spec("wordllama")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("wordllama is not installed: pip install -r requirements.txt")
    return Path(next(iter(spec.submodule_search_locations)))


def _table(file: Path) -> NDArray[np.float16]:
    """The only tensor of a safetensors file: a length, a header in JSON, then the numbers."""
    with file.open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    length = int.from_bytes(mapped[:8], "little")
    header: dict[str, Any] = json.loads(mapped[8 : 8 + length])
    tensor = header["embedding.weight"]
    begin, _ = tensor["data_offsets"]
    rows, columns = tensor["shape"]
    flat = np.frombuffer(mapped, np.float16, rows * columns, 8 + length + begin)
    return flat.reshape(rows, columns)


def unit(vector: Floats) -> Floats:
    """The same direction at length 1; zeros stay zeros."""
    length = float(np.sqrt(vector @ vector))
    return (vector / np.float32(length)).astype(np.float32) if length > 1e-9 else vector


def units(vectors: Floats) -> Floats:
    """The same for each row."""
    lengths = np.sqrt(np.vecdot(vectors, vectors))[:, None]
    scaled: Floats = np.where(lengths > 1e-9, vectors / np.maximum(lengths, 1e-9), vectors)
    return scaled.astype(np.float32)
