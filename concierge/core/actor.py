"""Who acts, and what they may do. Services ask here; menus only follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from concierge.core.errors import Forbidden, NotFound


class Role(StrEnum):
    AGENT = "agent"
    ANALYST = "analyst"
    PM = "pm"
    ADMIN = "admin"


class Permission(StrEnum):
    """Each reads as the end of "your role does not include ..."."""

    CHAT_USE = "the concierge chat"
    TRACE_SEE = "the trace of a turn"
    TICKETS_READ = "tickets"
    TICKETS_WRITE = "work on tickets"
    CONVERSATIONS_READ = "conversations"
    ORDERS_READ = "orders"
    CSAT_READ = "customer satisfaction"
    INSIGHTS_READ = "insights"
    PEOPLE_SEE = "customers' names and addresses"
    EXPORT = "exports"
    SCENARIOS_PLAY = "rehearsal"
    RULES_DRAFT = "drafts of rules"
    RULES_PUBLISH = "publishing rules"
    USERS_MANAGE = "accounts"
    OPERATIONS_READ = "operations"


_AGENT = frozenset(
    {
        Permission.CHAT_USE,
        Permission.TRACE_SEE,
        Permission.TICKETS_READ,
        Permission.TICKETS_WRITE,
        Permission.CONVERSATIONS_READ,
        Permission.ORDERS_READ,
        Permission.CSAT_READ,
        Permission.PEOPLE_SEE,
    }
)
_ANALYST = frozenset(
    {
        Permission.CONVERSATIONS_READ,
        Permission.ORDERS_READ,
        Permission.CSAT_READ,
        Permission.INSIGHTS_READ,
        Permission.EXPORT,
    }
)
_PM = frozenset(
    {
        Permission.CHAT_USE,
        Permission.TRACE_SEE,
        Permission.CONVERSATIONS_READ,
        Permission.INSIGHTS_READ,
        Permission.SCENARIOS_PLAY,
        Permission.RULES_DRAFT,
    }
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.ANALYST: _ANALYST,
    Role.PM: _PM,
    Role.ADMIN: frozenset(Permission),
}


class ActorKind(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"
    MACHINE = "machine"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who asks. `id` is a user name, a session id, a key's name or a job's name."""

    kind: ActorKind
    id: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    session_id: str | None = None

    @classmethod
    def customer(cls, session_id: str) -> Actor:
        """The holder of one widget session's token: may touch that session and nothing else."""
        return cls(ActorKind.CUSTOMER, session_id, session_id=session_id)

    @classmethod
    def visitor(cls) -> Actor:
        """Somebody without a session yet: may open one and nothing else."""
        return cls(ActorKind.CUSTOMER, "visitor")

    @classmethod
    def staff(cls, username: str, roles: frozenset[Role] | set[Role]) -> Actor:
        return cls(ActorKind.STAFF, username, frozenset(roles))

    @classmethod
    def system(cls, name: str) -> Actor:
        """A job or a command of ours; may do everything, and the audit log names it."""
        return cls(ActorKind.SYSTEM, name)

    @property
    def is_staff(self) -> bool:
        return self.kind is ActorKind.STAFF

    @property
    def is_customer(self) -> bool:
        return self.kind is ActorKind.CUSTOMER

    @property
    def permissions(self) -> frozenset[Permission]:
        if self.kind is ActorKind.SYSTEM:
            return frozenset(Permission)
        return frozenset().union(*(PERMISSIONS[role] for role in self.roles))

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raises `Forbidden` unless the actor holds the permission."""
        if not self.may(permission):
            raise Forbidden(permission.value)

    def require_participant(self, session_id: str | None) -> None:
        """The customer of that session, or staff who may use the chat (whose own session it is
        the session's service has checked)."""
        if self.is_customer:
            if session_id is None or self.session_id != session_id:
                raise NotFound("session")
        else:
            self.require(Permission.CHAT_USE)
