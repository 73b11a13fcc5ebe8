"""Compiled arrays in a file of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def save(file: Path, owner: object, **arrays: NDArray[Any]) -> None:
    """Write it whole or not at all: another process may be reading. `owner` tells two writers of
    one process apart."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(f".{id(owner):x}.partial")
    with partial.open("wb") as opened:
        np.savez(opened, allow_pickle=False, **arrays)
    partial.replace(file)
