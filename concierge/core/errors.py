"""Every error the product raises on purpose.

    ConciergeError
    |- InvalidInput            422  a value cannot be used; names the field and the reason
    |- Unauthenticated         401  nobody is signed in
    |- Forbidden               403  signed in, but not for this
    |- NotFound                404  no such thing, or not for you
    |- Conflict                409  the state does not allow it
    |  |- VersionConflict           somebody else changed it first
    |  `- IdempotencyMismatch       one key, two different requests
    |- RateLimited             429  too many tries; says when to come back
    |- Unavailable             503  a part we need does not answer
    `- ConfigError             500  the configuration stops the start

Slices derive their own from these and carry data (`ReturnWindowClosed(order_number, days=30)`).
`str(error)` is a sentence that may be shown to people.
"""

from __future__ import annotations

from typing import ClassVar


class ConciergeError(Exception):
    """Base of all deliberate errors; `status` is the HTTP status it maps to."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"


class InvalidInput(ConciergeError):
    """A value that cannot be used."""

    status = 422
    code = "invalid_input"
    title = "Please check what was entered"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


class Unauthenticated(ConciergeError):
    status = 401
    code = "unauthenticated"
    title = "Please sign in"

    def __init__(self, message: str = "Please sign in first.") -> None:
        super().__init__(message)


class Forbidden(ConciergeError):
    status = 403
    code = "forbidden"
    title = "Not for this role"

    def __init__(self, what: str = "this") -> None:
        super().__init__(f"Your role does not include {what}.")
        self.what = what


class NotFound(ConciergeError):
    status = 404
    code = "not_found"
    title = "Not found"

    def __init__(self, kind: str, key: str = "") -> None:
        super().__init__(f"No {kind} {key}".strip() + " was found." if key else f"No such {kind}.")
        self.kind = kind
        self.key = key


class Conflict(ConciergeError):
    status = 409
    code = "conflict"
    title = "That cannot be done now"


class VersionConflict(Conflict):
    code = "version_conflict"
    title = "Somebody else changed this first"

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"{kind} {key} was changed by somebody else. Look again, then repeat.")
        self.kind = kind
        self.key = key


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"
    title = "One key, two requests"

    def __init__(self, key: str) -> None:
        super().__init__("This request key was already used for a different request.")
        self.key = key


class RateLimited(ConciergeError):
    status = 429
    code = "rate_limited"
    title = "Too many tries"

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"Too many tries. Please wait {self.wait}.")

    @property
    def wait(self) -> str:
        """How long, in words: seconds up to a minute and a half, then whole minutes."""
        seconds = self.retry_after_seconds
        if seconds > 90:
            return f"{-(-seconds // 60)} minutes"
        return f"{seconds} second{'' if seconds == 1 else 's'}"


class Unavailable(ConciergeError):
    status = 503
    code = "unavailable"
    title = "Out of reach for a moment"

    def __init__(self, part: str) -> None:
        super().__init__(f"{part} does not answer right now. Please try again in a moment.")
        self.part = part


class ConfigError(ConciergeError):
    """One line that names the variable, what is wrong with it, and an example."""

    code = "bad_configuration"
    title = "The configuration stops the start"

    def __init__(self, variable: str, fault: str, example: str) -> None:
        fault = " ".join(fault.split())  # a parser's message may be several lines
        super().__init__(f"{variable}: {fault} (example: {variable}={example})")
        self.variable = variable
        self.fault = fault
        self.example = example
