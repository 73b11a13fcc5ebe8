"""What tickets ask of the accounts, which stand beside them and not below."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.accounts.service import AccountsService
from concierge.core.actor import Actor
from concierge.core.errors import NotFound

_SYSTEM = Actor.system("tickets")


@dataclass(frozen=True)
class Agents:
    """Names and roles of those who answer."""

    accounts: AccountsService

    def name(self, username: str) -> str:
        """How customers know the agent: the first name; nobody else learns the rest."""
        try:
            return self.accounts.get(_SYSTEM, username).name.split()[0]
        except NotFound:
            return username.capitalize()

    def is_agent(self, username: str) -> bool:
        return any(user.username == username for user in self.accounts.assignable(_SYSTEM))
