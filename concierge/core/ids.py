"""Names for things: unguessable where they open something, short where people read them aloud."""

from __future__ import annotations

import hashlib
import secrets

# Without 0/O, 1/I/L and U: what is read out on the telephone is typed as it was meant.
_READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def _readable(length: int) -> str:
    return "".join(secrets.choice(_READABLE) for _ in range(length))


def new_id() -> str:
    """32 hexadecimal digits, 128 random bits."""
    return secrets.token_hex(16)


def session_token() -> str:
    """A bearer secret of 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of such a secret. It is random, so a plain SHA-256 keeps it as safe as a slow
    hash would."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def ticket_number() -> str:
    """`STY-8F3K2Q`: 30^6 names; the unique index settles the rare collision."""
    return f"STY-{_readable(6)}"


def rma_number() -> str:
    """`RMA-7K2M9QXA`: 30^8 names."""
    return f"RMA-{_readable(8)}"


def derived_id(*parts: object) -> str:
    """The same 32 hexadecimal digits for the same parts: makes a repeat recognisable."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
