"""`detect` and `chat`: text in, understanding or answers out, as JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from concierge.cli.lines import JsonLines
from concierge.cli.output import write_json
from concierge.cli.running import services

if TYPE_CHECKING:
    from concierge.bootstrap import Services
    from concierge.core.actor import Actor


def detect() -> None:
    """JSON lines {"text": ...} in; text, intent, confidence, layer, slots, candidates out.

    Reads the files in data/ and no database.
    """
    from concierge.core.folders import DATA_FOLDER
    from concierge.core.policies import Policies
    from concierge.detection.detector import Detector

    urgent_words = Policies.load(DATA_FOLDER).urgent_words
    detector = Detector.load(DATA_FOLDER / "intents", urgent_words)
    lines = JsonLines()
    for line in lines:
        text = line.get("text")
        if not isinstance(text, str):
            lines.fault('needs "text", a string')
            continue
        read = detector.detect(text).model_dump(mode="json", by_alias=True, exclude_none=True)
        shown = ("intent", "confidence", "layer", "slots", "candidates")
        write_json({"text": text, **{field: read[field] for field in shown}})
    lines.end()


def chat() -> None:
    """JSON lines {"sessionId"?, "text"} in; sessionId, intent, replies out, through it all.

    A line without "sessionId" goes on with the conversation of the line before; the first one, and
    one with null, begin a new one. "requestId" makes a line safe to repeat, and "form" sends a
    filled-in form instead of words. These are live conversations of the channel "cli".
    """
    with services() as ready:
        lines = JsonLines()
        conversation = _Conversation(ready)
        for line in lines:
            answer = conversation.say(line, lines)
            if answer is not None:
                write_json(answer)
        lines.end()


class _Conversation:
    def __init__(self, ready: Services) -> None:
        self._ready = ready
        self._session_id: str | None = None

    def say(self, line: dict[str, Any], lines: JsonLines) -> dict[str, Any] | None:
        """The answer to one line; None, with its fault told, for a line that cannot be said."""
        from pydantic import ValidationError

        from concierge.chat.models import Turn
        from concierge.core.errors import InvalidInput, NotFound
        from concierge.core.ids import new_id
        from concierge.sessions.errors import SessionEnded

        wanted = line.get("sessionId", self._session_id)
        if not isinstance(line.get("text", ""), str) or not ("text" in line or "form" in line):
            lines.fault('needs "text", a string')
            return None
        given = {"requestId": new_id(), **line, "sessionId": wanted or "new"}
        try:
            turn = Turn.model_validate(given)
            actor = self._actor(wanted)
            turn.session_id = actor.session_id or ""
            result = self._ready.chat.handle(actor, turn)
        except ValidationError as error:
            first = error.errors()[0]
            lines.fault(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
            return None
        except (NotFound, SessionEnded, InvalidInput) as error:
            lines.fault(str(error))
            return None
        self._session_id = result.session_id
        return {
            "sessionId": result.session_id,
            "intent": result.intent.value,
            "replies": [
                reply.model_dump(mode="json", by_alias=True, exclude_none=True)
                for reply in result.replies
            ],
        }

    def _actor(self, session_id: str | None) -> Actor:
        from concierge.core.actor import Actor
        from concierge.sessions.models import Channel

        if session_id is not None:
            return Actor.customer(session_id)
        opened = self._ready.chat.open(Actor.visitor(), channel=Channel.CLI)
        return Actor.customer(opened.session.id)
