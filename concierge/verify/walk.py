"""One flow under way: its visitors, its looks, its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import TypeVar

from concierge.bootstrap import Services
from concierge.chat.models import Submission, Turn, TurnResult
from concierge.core.actor import Actor, Role
from concierge.core.errors import ConciergeError
from concierge.core.ids import new_id
from concierge.notifications.models import Mail
from concierge.replies.models import plain_text
from concierge.sessions.models import TranscriptEntry, WidgetSession
from concierge.verify.evidence import Difference, Step
from concierge.verify.world import VERIFIER, World

R = TypeVar("R")
E = TypeVar("E", bound=ConciergeError)

AGENT = Actor.staff("verify-agent", {Role.AGENT})
COLLEAGUE = Actor.staff("verify-colleague", {Role.AGENT})
ANALYST = Actor.staff("verify-analyst", {Role.ANALYST})
MANAGER = Actor.staff("verify-manager", {Role.PM})


class Visitor:
    """A customer in a conversation of their own, known by its token only."""

    def __init__(self, services: Services, session_id: str, actor: Actor) -> None:
        self._services = services
        self.session_id = session_id
        self.actor = actor

    def say(self, text: str) -> TurnResult:
        return self._handle(Turn(session_id=self.session_id, text=text, request_id=new_id()))

    def send(self, form: Submission, request_id: str | None = None) -> TurnResult:
        """A filled-in form; refusals are answered in words."""
        key = request_id or new_id()
        return self._handle(Turn(session_id=self.session_id, request_id=key, form=form))

    def heard(self, after_seq: int = 0) -> list[TranscriptEntry]:
        """What the open chat shows since a message."""
        return self._services.chat.changes(self.actor, self.session_id, after_seq).entries

    @property
    def session(self) -> WidgetSession:
        return self._services.sessions.history(self.actor, self.session_id)

    def _handle(self, turn: Turn) -> TurnResult:
        return self._services.chat.handle(self.actor, turn)


class Walk:
    """What a flow is given. A look that differs raises `Difference` and ends the flow."""

    def __init__(self, services: Services, world: World) -> None:
        self.services = services
        self.world = world
        self.steps: list[Step] = []

    def visitor(self) -> Visitor:
        opened = self.world.visitor()
        actor = self.services.sessions.authenticate(opened.token)
        if actor is None:
            raise self.differs("the token opens the conversation", "its customer", "nobody")
        return Visitor(self.services, opened.session.id, actor)

    def say(self, key: str, **values: object) -> str:
        """A sentence of the shop's texts."""
        return self.services.texts.say(key, **values)

    # -- looks -----------------------------------------------------------------------------

    def check(self, name: str, seen: object, expected: object) -> None:
        """Equal, or the flow ends."""
        self._look(name, expected, seen, seen == expected)

    def check_that(self, name: str, holds: bool, expected: str, seen: object) -> None:
        """True, or the flow ends; `expected` says the rule in words."""
        self._look(name, expected, seen, holds)

    def check_said(self, name: str, result: TurnResult, key: str, **values: object) -> None:
        """The reply has this sentence of the texts in it."""
        sentence, said = self.say(key, **values), plain_text(result.replies)
        self._look(name, sentence, said, sentence in said)

    def shown(self, name: str, result: TurnResult, kind: type[R]) -> R:
        """The reply of a kind, or the flow ends."""
        reply = result.first(kind)
        kinds = [reply.kind for reply in result.replies]
        if reply is None:
            raise self.differs(name, kind.__name__, kinds)
        self._look(name, kind.__name__, kinds, True)
        return reply

    def refused(self, name: str, error: type[E], fn: Callable[[], object]) -> E:
        """The call raises this error, or the flow ends."""
        try:
            answered = fn()
        except error as refusal:
            self._look(name, error.__name__, type(refusal).__name__, True)
            return refusal
        except ConciergeError as other:
            raise self.differs(name, error.__name__, f"{type(other).__name__}: {other}") from None
        raise self.differs(name, error.__name__, f"an answer: {str(answered)[:100]}")

    def mail(self, name: str, kind: str, mails: Iterable[Mail]) -> Mail:
        """The one message of a kind to this run's customer, or the flow ends."""
        found = [mail for mail in mails if mail.kind == kind]
        self._look(name, f"one {kind}", [mail.kind for mail in found], len(found) == 1)
        return found[0]

    def differs(self, name: str, expected: object, seen: object) -> Difference:
        """Notes a difference; raise it to end the flow here."""
        self.steps.append(Step(name=name, expected=_plain(expected), seen=_plain(seen), ok=False))
        return Difference(name)

    def _look(self, name: str, expected: object, seen: object, ok: bool) -> None:
        if not ok:
            raise self.differs(name, expected, seen)
        self.steps.append(Step(name=name, expected=_plain(expected), seen=_plain(seen), ok=True))

    # -- what staff see --------------------------------------------------------------------

    def mails_of_order(self, number: str) -> list[Mail]:
        return self.services.notifications.recent(
            VERIFIER, order_number=number, simulated=True
        ).items

    def mails_of_ticket(self, ticket_id: str) -> list[Mail]:
        return self.services.notifications.recent(
            VERIFIER, ticket_id=ticket_id, simulated=True
        ).items


def _plain(value: object) -> object:
    """As JSON can hold it."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)
