"""Signed links that bring a customer back, also after the session ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from itsdangerous import BadSignature, URLSafeTimedSerializer

from concierge.sessions.errors import SessionNotFound

LINK_DAYS = 180
_MAX_AGE_SECONDS = LINK_DAYS * 24 * 3600


class Purpose(StrEnum):
    """What a link is for. One signed for one purpose is nothing for the other."""

    CONVERSATION = "conversation"
    UPDATES = "updates"


@dataclass(frozen=True)
class LinkTarget:
    """A conversation, whole with its `session_id` or only the ticket of it; or, to be ended, one
    subscription to order updates."""

    purpose: Purpose
    session_id: str = ""
    ticket_id: str | None = None
    subscription_id: str | None = None


class ConversationLinks:
    """`/c/{token}`: the token names what it opens, signed and dated; nothing is stored.

    Whoever holds it sees that. A mail to an address that was only typed gets the least there is:
    the ticket without its session, or the way to stop updates. A label goes to the parcel's sender
    and on to who packs it, so its link opens the label alone.
    """

    def __init__(self, secret: str, base_url: str) -> None:
        self._conversations = URLSafeTimedSerializer(secret, salt="conversation-link")
        self._updates = URLSafeTimedSerializer(secret, salt="updates-link")
        self._labels = URLSafeTimedSerializer(secret, salt="label-link")
        self._base_url = base_url

    def token(self, session_id: str, ticket_id: str | None = None) -> str:
        """For the whole conversation; with an empty `session_id` for the ticket alone."""
        return str(self._conversations.dumps([session_id, ticket_id]))

    def url(self, session_id: str, ticket_id: str | None = None) -> str:
        return f"{self._base_url}/c/{self.token(session_id, ticket_id)}"

    def updates_token(self, subscription_id: str) -> str:
        """For ending one subscription, and nothing else."""
        return str(self._updates.dumps(subscription_id))

    def updates_url(self, subscription_id: str) -> str:
        return f"{self._base_url}/c/{self.updates_token(subscription_id)}"

    def label_url(self, rma: str) -> str:
        """For printing the label of one return, and nothing else."""
        return f"{self._base_url}/c/{self._labels.dumps(rma)}/label/{rma}"

    def opens_label(self, token: str, rma: str) -> bool:
        """Whether the token is that of this label; one for a conversation is not."""
        try:
            return bool(self._labels.loads(token, max_age=_MAX_AGE_SECONDS) == rma)
        except (BadSignature, ValueError, TypeError):
            return False

    def read(self, token: str) -> LinkTarget:
        """Raises `SessionNotFound` for a forged, mangled or outdated token, and for a label's."""
        try:
            session_id, ticket_id = self._conversations.loads(token, max_age=_MAX_AGE_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return self._read_updates(token)
        ticket_id = None if ticket_id is None else str(ticket_id)
        return LinkTarget(Purpose.CONVERSATION, str(session_id), ticket_id)

    def _read_updates(self, token: str) -> LinkTarget:
        try:
            subscription_id = self._updates.loads(token, max_age=_MAX_AGE_SECONDS)
        except (BadSignature, ValueError, TypeError) as error:
            raise SessionNotFound from error
        return LinkTarget(Purpose.UPDATES, subscription_id=str(subscription_id))
