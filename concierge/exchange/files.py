"""Text files of unknown origin: what they are written in, and whether they are text at all."""

from __future__ import annotations

import codecs
from pathlib import Path

from concierge.exchange.errors import WrongFile
from concierge.exchange.models import Format

_CHUNK = 1 << 20


def encoding_of(path: Path) -> str:
    """UTF-8 (with or without a mark), else Windows' Latin, else ISO Latin, which fits any bytes.

    Raises `WrongFile` for a file that is missing, empty or binary.
    """
    fitting = {"utf-8-sig": True, "cp1252": True}
    decoders = {name: codecs.getincrementaldecoder(name)() for name in fitting}
    empty = True
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if b"\x00" in chunk:
                    raise WrongFile(path.name, "is not a text file")
                empty = empty and not chunk.strip(b"\xef\xbb\xbf \t\r\n")
                for name in fitting:
                    fitting[name] = fitting[name] and _fits(decoders[name], chunk)
        fitting["utf-8-sig"] = fitting["utf-8-sig"] and _fits(decoders["utf-8-sig"], b"", last=True)
    except OSError as error:
        raise WrongFile(path.name, f"cannot be read: {error.strerror}") from error
    if empty:
        raise WrongFile(path.name, "is empty")
    return next((name for name, fits in fitting.items() if fits), "latin-1")


def _fits(decoder: codecs.IncrementalDecoder, chunk: bytes, *, last: bool = False) -> bool:
    try:
        decoder.decode(chunk, last)
    except UnicodeDecodeError:
        return False
    return True


def format_of(path: Path, encoding: str) -> Format:
    """By its first sign: a bracket begins JSON, everything else may be CSV."""
    with path.open(encoding=encoding, newline="") as file:
        first = file.read(4096).lstrip()[:1]
    return Format.WOOCOMMERCE_JSON if first in ("[", "{") else Format.SHOPIFY_CSV
