"""What can go wrong with accounts.

Unauthenticated > WrongCredentials   401  name or password, never saying which
Conflict > UserExists                409  the user name is taken
Conflict > LastAdmin                 409  somebody must be able to manage accounts
Conflict > OwnAccount                409  nobody shuts the own door behind them
Conflict > NotDemo                   409  demo accounts exist in demo mode only
NotFound > LinkUnusable              404  used, replaced, expired or never ours
"""

from __future__ import annotations

from concierge.core.errors import Conflict, NotFound, Unauthenticated


class WrongCredentials(Unauthenticated):
    code = "wrong_credentials"
    title = "That did not fit"

    def __init__(self) -> None:
        super().__init__("The user name or the password is not right.")


class UserExists(Conflict):
    code = "user_exists"

    def __init__(self, username: str) -> None:
        super().__init__(f"There is already an account named {username}.")
        self.username = username


class LastAdmin(Conflict):
    code = "last_admin"

    def __init__(self) -> None:
        super().__init__("This is the last active admin. Make somebody else admin first.")


class OwnAccount(Conflict):
    code = "own_account"

    def __init__(self, what: str) -> None:
        super().__init__(f"You cannot {what} your own account. Another admin can.")


class NotDemo(Conflict):
    code = "not_demo"

    def __init__(self) -> None:
        super().__init__("Demo accounts exist only in demo mode.")


class LinkUnusable(NotFound):
    """One sentence for used, replaced, expired and invented links alike."""

    code = "link_unusable"
    title = "This link does not work any more"

    def __init__(self) -> None:
        super().__init__("password link")
