"""Signing in and out, and keeping accounts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from concierge.accounts import passwords
from concierge.accounts.demo import DEMO_NAMES, DEMO_PASSWORD
from concierge.accounts.errors import (
    LastAdmin,
    LinkUnusable,
    NotDemo,
    OwnAccount,
    UserExists,
    WrongCredentials,
)
from concierge.accounts.models import LoginSession, PasswordLink, User
from concierge.accounts.repository import AccountsRepository
from concierge.accounts.views import (
    LoggedIn,
    LoginResult,
    OneTimeLink,
    UserView,
    logged_in,
    role_names,
    view_of,
)
from concierge.core.actor import Actor, Permission, Role
from concierge.core.audit import AuditLog
from concierge.core.clock import Clock
from concierge.core.errors import InvalidInput, NotFound
from concierge.core.ids import session_token, token_hash
from concierge.core.limits import RateLimiter
from concierge.core.mongo import ClientSession, Mongo
from concierge.core.paging import Page, decode_cursor, encode_cursor
from concierge.core.privacy import Hasher
from concierge.core.telemetry import get_logger

LOGIN_LASTS = timedelta(hours=12)
LINK_LASTS = timedelta(hours=24)
TOUCH_EVERY = timedelta(minutes=1)

# Windows, not locks: whoever guesses waits, and nobody can shut somebody else out for longer.
WINDOW_SECONDS = 300
TRIES_PER_ADDRESS = 200
TRIES_PER_USER_AND_ADDRESS = 10
TRIES_PER_USER = 50

SIGNED_OUT, ENDED = "out", "ended"
"""Why a sign-in is no more, as its owner is told: by themselves, or for any other reason."""
EndedListener = Callable[[Sequence[str], str], None]
"""Told which sign-ins ended and why; called from any thread."""

log = get_logger(__name__)


class AccountsService:
    """`demo` allows demo accounts to be made."""

    def __init__(
        self,
        *,
        repository: AccountsRepository,
        mongo: Mongo,
        audit: AuditLog,
        limiter: RateLimiter,
        hasher: Hasher,
        clock: Clock,
        demo: bool = False,
    ) -> None:
        self._repository = repository
        self._mongo = mongo
        self._audit = audit
        self._limiter = limiter
        self._hasher = hasher
        self._clock = clock
        self._demo = demo
        self._listeners: list[EndedListener] = []
        self._listeners_lock = threading.Lock()

    # signing in and out

    def login(
        self, username: str, password: str, address: str, user_agent: str = ""
    ) -> LoginResult:
        """Raises `WrongCredentials`, never saying which part, or `RateLimited`."""
        name = username.strip().lower()[:254] if passwords.is_text(username) else ""
        both = f"{name}\x1f{address}"
        limits = (
            ("login.address", address, TRIES_PER_ADDRESS),
            ("login.pair", both, TRIES_PER_USER_AND_ADDRESS),
            ("login.user", name, TRIES_PER_USER),
        )
        for limit_name, key, limit in limits:
            self._limiter.hit(limit_name, key, limit, WINDOW_SECONDS)
        user = self._repository.get(name) if name else None
        fits = passwords.matches(password, user.password_hash if user else None)
        if user is None or not fits or user.disabled:
            log.info("login.refused", address=self._hasher.hash(address)[:16])
            raise WrongCredentials
        for limit_name, key, limit in limits[1:]:
            self._limiter.clear(limit_name, key, limit, WINDOW_SECONDS)
        now = self._clock.now()
        token = session_token()
        login = LoginSession(
            id=token_hash(token),
            username=user.id,
            created_at=now,
            expires_at=now + LOGIN_LASTS,
            last_seen_at=now,
            address_hash=self._hasher.hash(address),
            user_agent=user_agent[:120],
        )
        self._repository.add_login(login)
        self._repository.note_login(user.id, now)
        self._audit.record(Actor.staff(user.id, set(user.roles)), "login", f"user:{user.id}")
        return LoginResult(token=token, user=logged_in(login, user))

    def authenticate(self, token: str) -> LoggedIn | None:
        """Who holds the cookie's token; none when it is unknown, ended or expired."""
        return self.still(token_hash(token)) if token else None

    def still(self, login_id: str) -> LoggedIn | None:
        """Reads a sign-in again: ended, expired or disabled meanwhile is none; roles are fresh."""
        login = self._repository.login(login_id)
        now = self._clock.now()
        if login is None or login.ended_at is not None or login.expires_at <= now:
            return None
        user = self._repository.get(login.username)
        if user is None or user.disabled:
            return None
        if now - login.last_seen_at >= TOUCH_EVERY:
            self._repository.touch_login(login_id, now)
        return logged_in(login, user)

    def ended(self, login_ids: Iterable[str]) -> dict[str, str]:
        """Those that have ended or expired, and why: `SIGNED_OUT` or `ENDED`."""
        found = self._repository.ended(login_ids, self._clock.now())
        return {one: why if why == SIGNED_OUT else ENDED for one, why in found.items()}

    def why_ended(self, token: str) -> str:
        """The same for the sign-in of a cookie's token."""
        login_id = token_hash(token)
        return self.ended([login_id]).get(login_id, ENDED)

    def logout(self, token: str) -> None:
        """Ends the sign-in of a cookie's token; nothing happens when there is none."""
        self.end_login(token_hash(token))

    def end_login(self, login_id: str) -> None:
        username = self._repository.end_login(login_id, self._clock.now(), SIGNED_OUT)
        if username is not None:
            self._audit.record(Actor.staff(username, set()), "logout", f"user:{username}")
            self._tell([login_id], SIGNED_OUT)

    def on_login_ended(self, listener: EndedListener) -> Callable[[], None]:
        """Registers a listener; the answer takes it away again."""
        with self._listeners_lock:
            self._listeners.append(listener)

        def remove() -> None:
            with self._listeners_lock:
                self._listeners.remove(listener)

        return remove

    def _tell(self, login_ids: Sequence[str], reason: str) -> None:
        with self._listeners_lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(login_ids, reason)

    # keeping accounts

    def get(self, actor: Actor, username: str) -> UserView:
        actor.require(Permission.USERS_MANAGE)
        return view_of(self._existing(username), self._clock.now())

    def list(self, actor: Actor, cursor: str | None = None, limit: int = 50) -> Page[UserView]:
        """All accounts by user name, a page at a time."""
        actor.require(Permission.USERS_MANAGE)
        start = str(decode_cursor(cursor, 1)[0]) if cursor else None
        rows = self._repository.after(start, limit + 1)
        more = encode_cursor(rows[limit - 1].id) if len(rows) > limit else None
        now = self._clock.now()
        return Page[UserView](items=[view_of(row, now) for row in rows[:limit]], next_cursor=more)

    def assignable(self, actor: Actor) -> Sequence[UserView]:
        """Active people who can hold a ticket."""
        actor.require(Permission.TICKETS_WRITE)
        now = self._clock.now()
        return [view_of(u, now) for u in self._repository.with_roles((Role.AGENT, Role.ADMIN))]

    def create(
        self,
        actor: Actor,
        *,
        username: str,
        name: str,
        roles: Iterable[Role],
        email: str | None = None,
    ) -> UserView:
        """An account without a password: give its owner a `one_time_link`. Raises `UserExists`."""
        actor.require(Permission.USERS_MANAGE)
        now = self._clock.now()
        user = User(
            id=passwords.checked_username(username),
            name=passwords.checked_name(name),
            email=passwords.checked_email(email),
            roles=_checked_roles(roles),
            created_at=now,
            updated_at=now,
        )

        def write(session: ClientSession) -> None:
            self._repository.add(user, session=session)
            changes = {"roles": (None, role_names(user.roles))}
            self._audit.record(actor, "user.create", f"user:{user.id}", changes, session=session)

        self._mongo.unit_of_work(write)
        return view_of(user, now)

    def change_roles(self, actor: Actor, username: str, roles: Iterable[Role]) -> UserView:
        """Raises `LastAdmin`, `OwnAccount` (an admin keeps the own admin role)."""
        actor.require(Permission.USERS_MANAGE)
        wanted = _checked_roles(roles)
        now = self._clock.now()

        def write(session: ClientSession) -> User:
            user = self._existing(username, session)
            if Role.ADMIN in user.roles and Role.ADMIN not in wanted:
                self._guard_admin(actor, user, "take the admin role from", session)
            if set(wanted) != set(user.roles):
                self._repository.set_roles(user.id, wanted, now, session)
                changes = {"roles": (role_names(user.roles), role_names(wanted))}
                self._audit.record(actor, "user.roles", f"user:{user.id}", changes, session=session)
            return self._existing(username, session)

        return view_of(self._mongo.unit_of_work(write), now)

    def disable(self, actor: Actor, username: str) -> UserView:
        """Ends the person's sign-ins at once. Raises `LastAdmin`, `OwnAccount`."""
        actor.require(Permission.USERS_MANAGE)
        now = self._clock.now()
        ended: list[str] = []

        def write(session: ClientSession) -> User:
            ended.clear()
            user = self._existing(username, session)
            if user.disabled:
                return user
            if user.id == actor.id and actor.is_staff:
                raise OwnAccount("disable")
            if Role.ADMIN in user.roles:
                self._guard_admin(actor, user, "disable", session)
            self._repository.set_disabled(user.id, True, now, session)
            ended.extend(self._repository.end_logins_of(user.id, now, "disabled", session=session))
            changes = {"disabled": (False, True)}
            self._audit.record(actor, "user.disable", f"user:{user.id}", changes, session=session)
            return self._existing(username, session)

        user = self._mongo.unit_of_work(write)
        self._tell(ended, ENDED)
        return view_of(user, now)

    def enable(self, actor: Actor, username: str) -> UserView:
        actor.require(Permission.USERS_MANAGE)
        now = self._clock.now()

        def write(session: ClientSession) -> User:
            user = self._existing(username, session)
            if user.disabled:
                self._repository.set_disabled(user.id, False, now, session)
                changes = {"disabled": (True, False)}
                self._audit.record(
                    actor, "user.enable", f"user:{user.id}", changes, session=session
                )
            return self._existing(username, session)

        return view_of(self._mongo.unit_of_work(write), now)

    # passwords

    def one_time_link(self, actor: Actor, username: str) -> OneTimeLink:
        """A link to choose a password, good once and for 24 hours; it replaces an earlier one."""
        actor.require(Permission.USERS_MANAGE)
        token = session_token()
        expires_at = self._clock.now() + LINK_LASTS
        link = PasswordLink(
            token_hash=token_hash(token), expires_at=expires_at, created_by=actor.id
        )

        def write(session: ClientSession) -> User:
            user = self._existing(username, session)
            if user.disabled:
                raise InvalidInput("username", "is disabled; enable the account first")
            self._repository.set_link(user.id, link, session)
            self._audit.record(actor, "user.link", f"user:{user.id}", session=session)
            return user

        user = self._mongo.unit_of_work(write)
        return OneTimeLink(
            username=user.id, path=f"/session/password/{token}", expires_at=expires_at
        )

    def link_owner(self, token: str) -> UserView:
        """Whose link it is, for the page that asks for the password. Raises `LinkUnusable`."""
        now = self._clock.now()
        user = self._repository.by_link(token_hash(token), now)
        if user is None:
            raise LinkUnusable
        return view_of(user, now)

    def use_link(self, token: str, password: str) -> UserView:
        """Sets the password, once; ends the person's other sign-ins. Raises `LinkUnusable`."""
        owner = self.link_owner(token)
        hashed = passwords.hash_password(passwords.checked_password(password, owner.username))
        now = self._clock.now()
        ended: list[str] = []

        def write(session: ClientSession) -> User:
            ended.clear()
            user = self._repository.use_link(token_hash(token), hashed, now, session)
            if user is None:
                raise LinkUnusable
            ended.extend(self._repository.end_logins_of(user.id, now, "password", session=session))
            actor = Actor.staff(user.id, set(user.roles))
            self._audit.record(actor, "user.password", f"user:{user.id}", session=session)
            return user

        user = self._mongo.unit_of_work(write)
        self._tell(ended, ENDED)
        return view_of(user, now)

    def set_password(self, actor: Actor, username: str, password: str) -> UserView:
        """For the command line; ends the person's sign-ins."""
        actor.require(Permission.USERS_MANAGE)
        user = self._existing(username)
        hashed = passwords.hash_password(passwords.checked_password(password, user.id))
        now = self._clock.now()
        self._repository.set_password(user.id, hashed, now)
        ended = self._repository.end_logins_of(user.id, now, "password")
        self._audit.record(actor, "user.password", f"user:{user.id}")
        self._tell(ended, ENDED)
        return view_of(self._existing(username), now)

    # demonstration

    def ensure_demo_accounts(self) -> None:
        """Makes the four demo accounts that are missing. Raises `NotDemo` outside demo mode."""
        if not self._demo:
            raise NotDemo
        missing = [role for role in Role if self._repository.get(role.value) is None]
        if not missing:
            return
        hashed = passwords.hash_password(DEMO_PASSWORD)
        now = self._clock.now()
        for role in missing:
            user = User(
                id=role.value,
                name=DEMO_NAMES[role],
                roles=[role],
                password_hash=hashed,
                password_changed_at=now,
                demo=True,
                created_at=now,
                updated_at=now,
            )
            try:
                self._repository.add(user)
            except UserExists:
                log.info("demo.account_exists", username=user.id)  # another process was first

    def demo_accounts(self) -> Sequence[UserView]:
        """Demo accounts that can sign in; known to everybody, so no actor is asked for."""
        now = self._clock.now()
        order = list(Role)
        found = [view_of(u, now) for u in self._repository.demo_users() if not u.disabled]
        return sorted(found, key=lambda u: min(order.index(role) for role in u.roles))

    def _existing(self, username: str, session: ClientSession | None = None) -> User:
        user = self._repository.get(username.strip().lower(), session)
        if user is None:
            raise NotFound("account", username)
        return user

    def _guard_admin(self, actor: Actor, user: User, what: str, session: ClientSession) -> None:
        if user.id == actor.id and actor.is_staff:
            raise OwnAccount(what)
        if not user.disabled and self._repository.count_active_admins_and_claim(session) <= 1:
            raise LastAdmin


def _checked_roles(roles: Iterable[Role]) -> list[Role]:
    wanted = set(roles)
    if not wanted:
        raise InvalidInput("roles", "choose at least one")
    return [role for role in Role if role in wanted]
