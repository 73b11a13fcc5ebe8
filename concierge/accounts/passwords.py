"""Hashing and checking passwords, and what may be a user name: streamlit-authenticator's part.

The package is imported when first needed: it pulls in streamlit, which a command line that only
detects intents should not wait for. Its cookie is not used (docs/decisions, "Sign-in").
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from concierge.core.errors import InvalidInput

SHORTEST = 12
LONGEST_BYTES = 72
"""What bcrypt reads; more would be cut off silently by some versions and refused by others."""


_SPEAK_OF_A_MISSING_RUNTIME = (
    "streamlit.runtime.scriptrunner_utils.script_run_context",
    "streamlit.runtime.caching.cache_data_api",
)
"""Streamlit's loggers that complain when it is imported outside of `streamlit run`."""


@cache
def _package() -> tuple[Any, Any]:
    """The package's `Hasher` and `Validator`, imported without what it says meanwhile."""
    loggers = [logging.getLogger(name) for name in _SPEAK_OF_A_MISSING_RUNTIME]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        from streamlit_authenticator.utilities.hasher import Hasher
        from streamlit_authenticator.utilities.validator import Validator
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
    make_validator: Any = Validator
    return Hasher, make_validator()


def hash_password(password: str) -> str:
    """A bcrypt hash, 60 characters."""
    return str(_package()[0].hash(password))


@cache
def _dummy_hash() -> str:
    return hash_password("nobody's password, hashed as anybody's")


def matches(password: str, stored: str | None) -> bool:
    """Whether it fits. Takes as long without a stored hash as with one, and then is False."""
    readable = _readable(password)
    candidate = password if readable else "too long to be anybody's"
    fits = bool(_package()[0].check_pw(candidate, stored or _dummy_hash()))
    return fits and readable and stored is not None


def _readable(password: str) -> bool:
    """Whether bcrypt can read all of it. JSON can carry halves of characters, which it cannot."""
    as_bytes = password.encode("utf-8", "surrogatepass")
    return len(as_bytes) <= LONGEST_BYTES and b"\0" not in as_bytes and is_text(password)


def is_text(value: str) -> bool:
    """Whether it is made of whole characters, as the database and bcrypt need it."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def warm_up() -> None:
    """Imports the package and makes the dummy hash, so that the first sign-in takes no longer."""
    _dummy_hash()


def checked_password(password: str, username: str) -> str:
    """Raises `InvalidInput` for one that is too short, too long, or the user name again."""
    if len(password) < SHORTEST:
        raise InvalidInput("password", f"needs at least {SHORTEST} characters")
    if not _readable(password):
        raise InvalidInput("password", f"must have at most {LONGEST_BYTES} characters")
    if len(set(password)) < 4 or username.casefold() in password.casefold():
        raise InvalidInput("password", "is too easy to guess")
    return password


def checked_username(username: str) -> str:
    """In lower case; raises `InvalidInput` for what the package's validator refuses."""
    name = username.strip().lower()
    if not name or not _package()[1].validate_username(name):
        raise InvalidInput(
            "username", "may have up to 20 letters, digits, - and _, or be an e-mail"
        )
    return name


def checked_name(name: str) -> str:
    """A person's name, 2 to 100 letters."""
    tidy = " ".join(name.split())
    if not _package()[1].validate_name(tidy):
        raise InvalidInput("name", "may have 2 to 100 letters, spaces, dots, dashes, apostrophes")
    return tidy


def checked_email(email: str | None) -> str | None:
    """In lower case, or none for an empty one."""
    tidy = (email or "").strip().lower()
    if not tidy:
        return None
    if not _package()[1].validate_email(tidy):
        raise InvalidInput("email", "is not an e-mail address")
    return tidy
