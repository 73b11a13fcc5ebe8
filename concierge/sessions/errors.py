"""What can be wrong with a session."""

from __future__ import annotations

from concierge.core.errors import Conflict, NotFound


class SessionNotFound(NotFound):
    """No such session, or not this actor's; the two look alike on purpose."""

    code = "session_not_found"

    def __init__(self) -> None:
        super().__init__("conversation")


class SessionEnded(Conflict):
    """Nobody wrote for longer than a session lasts; a new one is opened instead."""

    code = "session_ended"
    title = "This conversation has ended"

    def __init__(self, session_id: str) -> None:
        super().__init__("This conversation has ended. Please start a new one.")
        self.session_id = session_id


class SessionBusy(Conflict):
    """Too many writers at once; the caller may repeat with the same request id."""

    code = "session_busy"

    def __init__(self, session_id: str) -> None:
        super().__init__("Several messages arrived at once. Please send the last one again.")
        self.session_id = session_id
