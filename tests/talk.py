"""A customer who talks to the concierge, as tests write it.

ada = Talk.begin(shop)
said = ada.say("where is GG-12001, ada@example.com")
assert said.has(OrderTimeline)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from concierge.bootstrap import Services
from concierge.chat.models import Submission, Turn, TurnResult
from concierge.core.actor import Actor
from concierge.core.ids import new_id
from concierge.replies.models import Text
from concierge.sessions.models import Channel, SessionContext, TranscriptEntry, WidgetSession

R = TypeVar("R")
SYSTEM = Actor.system("tests")


@dataclass(frozen=True)
class Said:
    """What the concierge answered."""

    result: TurnResult

    @property
    def intent(self) -> str:
        return self.result.intent.value

    @property
    def kinds(self) -> list[str]:
        return [reply.kind for reply in self.result.replies]

    @property
    def text(self) -> str:
        """All plain sentences."""
        return " ".join(reply.text for reply in self.result.replies if isinstance(reply, Text))

    def has(self, kind: type[Any]) -> bool:
        return any(isinstance(reply, kind) for reply in self.result.replies)

    def one(self, kind: type[R]) -> R:
        found: list[Any] = [reply for reply in self.result.replies if isinstance(reply, kind)]
        assert len(found) == 1, f"{kind.__name__} among {self.kinds}: {self.text}"
        return found[0]


@dataclass
class Talk:
    """One session and who holds it."""

    services: Services
    session_id: str
    actor: Actor
    token: str = ""
    address: str = ""
    asked: list[str] = field(default_factory=list)

    @classmethod
    def begin(
        cls,
        services: Services,
        *,
        context: SessionContext | None = None,
        simulated: bool = False,
        address: str = "",
    ) -> Talk:
        opened = services.chat.open(
            Actor.visitor(), channel=Channel.WIDGET, context=context, simulated=simulated
        )
        session_id = opened.session.id
        return cls(services, session_id, Actor.customer(session_id), opened.token, address)

    def say(self, text: str, *, request_id: str | None = None) -> Said:
        return self._turn(text, None, request_id)

    def form(
        self, form: Submission, *, request_id: str | None = None, strict: bool = False
    ) -> Said:
        return self._turn("", form, request_id, strict=strict)

    def _turn(
        self, text: str, form: Submission | None, request_id: str | None, *, strict: bool = False
    ) -> Said:
        key = request_id or new_id()
        self.asked.append(key)
        turn = Turn(session_id=self.session_id, text=text, request_id=key, form=form)
        return Said(
            self.services.chat.handle(self.actor, turn, address=self.address, strict=strict)
        )

    def session(self) -> WidgetSession:
        """As it is stored."""
        return self.services.sessions.history(SYSTEM, self.session_id)

    def transcript(self) -> list[TranscriptEntry]:
        return self.session().transcript

    def lines(self) -> list[tuple[str, str]]:
        return [(entry.author.value, entry.text) for entry in self.transcript()]
