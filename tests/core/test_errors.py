from __future__ import annotations

import inspect

import pytest

from concierge.core import errors
from concierge.core.errors import (
    ConciergeError,
    ConfigError,
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    RateLimited,
    Unauthenticated,
    Unavailable,
    VersionConflict,
)

EXAMPLES: list[tuple[ConciergeError, int, str]] = [
    (InvalidInput("email", "is not an address"), 422, "email: is not an address"),
    (Unauthenticated(), 401, "Please sign in first."),
    (Forbidden("exports"), 403, "Your role does not include exports."),
    (NotFound("order", "GG-1"), 404, "No order GG-1 was found."),
    (NotFound("session"), 404, "No such session."),
    (Conflict("It is closed."), 409, "It is closed."),
    (
        VersionConflict("Ticket", "STY-1"),
        409,
        "Ticket STY-1 was changed by somebody else. Look again, then repeat.",
    ),
    (
        IdempotencyMismatch("k"),
        409,
        "This request key was already used for a different request.",
    ),
    (RateLimited(30), 429, "Too many tries. Please wait 30 seconds."),
    (RateLimited(1), 429, "Too many tries. Please wait 1 second."),
    (RateLimited(91), 429, "Too many tries. Please wait 2 minutes."),
    (RateLimited(3600), 429, "Too many tries. Please wait 60 minutes."),
    (
        Unavailable("The database"),
        503,
        "The database does not answer right now. Please try again in a moment.",
    ),
    (
        ConfigError("PORT", "is not a number", "8501"),
        500,
        "PORT: is not a number (example: PORT=8501)",
    ),
]


@pytest.mark.parametrize(("error", "status", "sentence"), EXAMPLES)
def test_an_error_has_its_status_and_reads_as_a_sentence(
    error: ConciergeError, status: int, sentence: str
) -> None:
    assert error.status == status
    assert str(error) == sentence


def test_invalid_input_without_a_field_says_only_the_reason() -> None:
    assert str(InvalidInput("", "Nothing was entered.")) == "Nothing was entered."


def test_errors_carry_their_data() -> None:
    assert RateLimited(7).retry_after_seconds == 7
    assert InvalidInput("size", "is unknown").field == "size"
    assert VersionConflict("Ticket", "STY-1").key == "STY-1"


def test_conflicts_of_version_and_of_key_are_conflicts() -> None:
    assert issubclass(VersionConflict, Conflict)
    assert issubclass(IdempotencyMismatch, Conflict)


def test_every_error_has_a_code_of_its_own_and_a_title() -> None:
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    kinds = [c for c in classes if issubclass(c, ConciergeError)]
    assert len({c.code for c in kinds}) == len(kinds)
    assert all(c.title for c in kinds)


def test_every_error_is_in_the_tree_at_the_top_of_the_module() -> None:
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    for kind in (c for c in classes if issubclass(c, ConciergeError)):
        assert kind.__name__ in (errors.__doc__ or "")
