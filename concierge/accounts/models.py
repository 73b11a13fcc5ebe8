"""Accounts and sign-ins as they are stored."""

from __future__ import annotations

from concierge.core.actor import Role
from concierge.core.documents import Document, Embedded, UtcDatetime
from concierge.core.schema import CollectionSpec, Index


class PasswordLink(Embedded):
    """A one-time invitation to choose a password; only the hash of its token is kept."""

    token_hash: str
    expires_at: UtcDatetime
    created_by: str


class User(Document):
    """A member of staff. `id` is the user name, in lower case.

    `version` moves with every change of roles or state; changes that could leave the shop without
    an admin move it on all active admins, so that two such changes cannot pass each other.
    """

    name: str
    email: str | None = None
    roles: list[Role]
    password_hash: str | None = None
    password_changed_at: UtcDatetime | None = None
    password_link: PasswordLink | None = None
    disabled: bool = False
    demo: bool = False
    created_at: UtcDatetime
    updated_at: UtcDatetime
    last_login_at: UtcDatetime | None = None
    version: int = 1


class LoginSession(Document):
    """One signed-in browser. `id` is the hash of the cookie's token, never the token."""

    username: str
    created_at: UtcDatetime
    expires_at: UtcDatetime
    last_seen_at: UtcDatetime
    ended_at: UtcDatetime | None = None
    reason: str | None = None
    address_hash: str
    user_agent: str = ""


USERS = CollectionSpec(
    name="users",
    model=User,
    indexes=(
        Index((("roles", 1), ("disabled", 1), ("_id", 1)), "roles_disabled"),
        Index((("demo", 1), ("_id", 1)), "demo"),
        Index(
            (("passwordLink.tokenHash", 1),),
            "password_link",
            unique=True,
            partial={"passwordLink.tokenHash": {"$exists": True}},
        ),
    ),
)

LOGIN_SESSIONS = CollectionSpec(
    name="loginSessions",
    model=LoginSession,
    indexes=(
        Index((("username", 1), ("expiresAt", -1)), "username_expires"),
        Index((("expiresAt", 1),), "expired", ttl_seconds=30 * 24 * 3600),
    ),
)

COLLECTIONS = [USERS, LOGIN_SESSIONS]
