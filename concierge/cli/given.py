"""Files that a command is given: read, or refused in one line that names the file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from concierge.core.errors import InvalidInput


def checked(file: Path) -> Path:
    """The same, once it could be opened. Raises `InvalidInput`."""
    _opened(file).close()
    return file


def text_of(file: Path) -> str:
    """A file of UTF-8 text, with or without a mark. Raises `InvalidInput`."""
    with _opened(file) as given:
        try:
            return given.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidInput("", f"{file} is not UTF-8 text (byte {error.start + 1})") from None


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise InvalidInput("", f"file not found: {file}") from None
    except IsADirectoryError:
        raise InvalidInput("", f"{file} is a folder, not a file") from None
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise InvalidInput("", f"{file} cannot be read: {said}") from None
