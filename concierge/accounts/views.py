"""What others see of accounts and sign-ins: never a hash, never a token but the fresh one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from concierge.accounts.models import LoginSession, User
from concierge.core.actor import Actor, Role


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class UserView(_View):
    """An account without its secrets."""

    username: str
    name: str
    email: str | None
    roles: frozenset[Role]
    disabled: bool
    demo: bool
    has_password: bool
    link_expires_at: datetime | None
    created_at: datetime
    last_login_at: datetime | None


class LoggedIn(_View):
    """Who is signed in, as of this read."""

    login_id: str
    username: str
    name: str
    roles: frozenset[Role]
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        return Actor.staff(self.username, self.roles)


class LoginResult(_View):
    """`token` goes into the cookie and nowhere else."""

    token: str
    user: LoggedIn


class OneTimeLink(_View):
    """`path` is what to put after the installation's address; it works once."""

    username: str
    path: str
    expires_at: datetime


def logged_in(login: LoginSession, user: User) -> LoggedIn:
    return LoggedIn(
        login_id=login.id,
        username=user.id,
        name=user.name,
        roles=frozenset(user.roles),
        expires_at=login.expires_at,
    )


def view_of(user: User, now: datetime) -> UserView:
    link = user.password_link
    return UserView(
        username=user.id,
        name=user.name,
        email=user.email,
        roles=frozenset(user.roles),
        disabled=user.disabled,
        demo=user.demo,
        has_password=user.password_hash is not None,
        link_expires_at=link.expires_at if link and link.expires_at > now else None,
        created_at=user.created_at,
        last_login_at=user.last_login_at,
    )


def role_names(roles: Iterable[Role]) -> str:
    """`agent, pm`"""
    return ", ".join(sorted(role.value for role in roles))
