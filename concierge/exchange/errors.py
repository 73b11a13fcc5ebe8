"""What is wrong with a whole file."""

from __future__ import annotations

from concierge.core.errors import InvalidInput


class WrongFile(InvalidInput):
    """The file is not what was asked for; nothing of it was taken in."""

    code = "wrong_file"
    title = "This is not the right file"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__("", f"{name} {reason}.")
        self.name = name
