"""What can be wrong with a version of the rules."""

from __future__ import annotations

from concierge.core.errors import Conflict, NotFound


class NoSuchVersion(NotFound):
    code = "rules_not_found"

    def __init__(self, number: int) -> None:
        super().__init__("version of the rules", str(number))
        self.number = number


class NotADraft(Conflict):
    """Only a draft can be changed."""

    code = "rules_not_a_draft"

    def __init__(self, number: int) -> None:
        super().__init__(f"Version {number} is no draft, so it stays as it is. Begin a new draft.")
        self.number = number


class BehindLive(Conflict):
    """Another version went live since the draft was begun; publishing would undo it unseen."""

    code = "rules_behind_live"

    def __init__(self, number: int, base: int, live: int) -> None:
        super().__init__(
            f"Version {live} went live after draft {number} was begun from version {base}. "
            "Bring the draft up to date, look at the difference, then publish."
        )
        self.number = number
        self.base = base
        self.live = live


class CannotMerge(Conflict):
    """The same lines were changed here and in the version that went live."""

    code = "rules_cannot_merge"

    def __init__(self, path: str, line: int) -> None:
        super().__init__(
            f"{path}, line {line} of the live version: both changed the same lines. "
            "Begin a new draft and put your lines in there."
        )
        self.path = path
        self.line = line


class NotLive(Conflict):
    """Only the live version can be taken back."""

    code = "rules_not_live"

    def __init__(self, number: int) -> None:
        super().__init__(f"Version {number} is not live, so there is nothing to take back.")
        self.number = number
