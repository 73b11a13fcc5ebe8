"""Reading stored turns by a draft and by what is live, and adding up what differs. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from concierge.chat.dialogue import decide
from concierge.chat.listening import listens_for
from concierge.detection.detector import Detector
from concierge.detection.difference import Difference
from concierge.detection.models import Detection, DetectionContext, Intent, Slots
from concierge.insights.turns import SessionTurns, StoredTurn

EXAMPLES = 5
"""The newest turns kept of each change."""
REMEMBERED = 50_000
"""Readings kept for messages that come again, such as those of buttons."""

Example = tuple[datetime, str, int, str]
"""When, which session, which entry, what was typed; ordered by time, then by name."""


@dataclass
class Move:
    """Turns that go from one intent to another."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)

    def take(self, count: int, examples: Iterable[Example]) -> None:
        self.count += count
        self.examples = heapq.nlargest(EXAMPLES, [*self.examples, *examples])


@dataclass
class Tally:
    """What came of the turns read so far; `escalations_*` are before and after the change."""

    sessions: int = 0
    turns: int = 0
    without_text: int = 0
    escalations: list[int] = field(default_factory=lambda: [0, 0])
    escalated_sessions: list[int] = field(default_factory=lambda: [0, 0])
    moves: dict[tuple[Intent, Intent], Move] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.sessions += other.sessions
        self.turns += other.turns
        self.without_text += other.without_text
        for side in (0, 1):
            self.escalations[side] += other.escalations[side]
            self.escalated_sessions[side] += other.escalated_sessions[side]
        for pair, move in other.moves.items():
            self.moves.setdefault(pair, Move()).take(move.count, move.examples)

    def to_plain(self) -> dict[str, Any]:
        """For the way from one process to another."""
        return {
            "sessions": self.sessions,
            "turns": self.turns,
            "without_text": self.without_text,
            "escalations": self.escalations,
            "escalated_sessions": self.escalated_sessions,
            "moves": [
                [a, b, move.count, [[at.isoformat(), *rest] for at, *rest in move.examples]]
                for (a, b), move in self.moves.items()
            ],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Tally:
        moves = {
            (Intent(a), Intent(b)): Move(
                count,
                [(datetime.fromisoformat(at), s, seq, text) for at, s, seq, text in examples],
            )
            for a, b, count, examples in plain["moves"]
        }
        return cls(**{**plain, "moves": moves})


class Reader:
    """Compares two detectors over stored turns.

    Where both decide alike, the turn counts as it is stored; so does one that the change cannot
    reach, and one that was read by the version now live and that the draft reads the same.
    """

    def __init__(
        self, live: Detector, draft: Detector, difference: Difference, live_number: int
    ) -> None:
        self._live = live
        self._draft = draft
        self._difference = difference
        self._live_number = live_number
        self._known: dict[Hashable, tuple[Intent, Intent] | None] = {}

    def read(self, sessions: Iterable[SessionTurns], tally: Tally) -> None:
        """Adds some sessions to the tally, their messages read together."""
        together = list(sessions)
        self._learn(turn for session in together for turn in session.turns)
        for session in together:
            self._add(session, tally)

    def _add(self, session: SessionTurns, tally: Tally) -> None:
        tally.sessions += 1
        tally.without_text += session.without_text
        misses = [0, 0]
        escalated = [False, False]
        for turn in session.turns:
            tally.turns += 1
            before, after = self._compared(turn)
            for side, intent in enumerate((before, after)):
                misses[side] = misses[side] + 1 if intent is Intent.UNMATCHED else 0
                if intent is Intent.STYLIST or misses[side] == 2:
                    tally.escalations[side] += 1
                    escalated[side] = True
            if before is not after:
                example = (turn.at, turn.session_id, turn.seq, turn.text)
                tally.moves.setdefault((before, after), Move()).take(1, [example])
        for side in (0, 1):
            tally.escalated_sessions[side] += escalated[side]

    def _compared(self, turn: StoredTurn) -> tuple[Intent, Intent]:
        """The turn's intent before and after the change."""
        return self._known[self._key(turn)] or (turn.intent, turn.intent)

    def _learn(self, turns: Iterable[StoredTurn]) -> None:
        """Reads what was not read yet, each message once for each situation it was typed in."""
        wanted = {self._key(turn): turn for turn in turns}
        if len(self._known) + len(wanted) > REMEMBERED:
            self._known.clear()
        fresh = {key: turn for key, turn in wanted.items() if key not in self._known}
        self._known.update(dict.fromkeys(fresh))
        reaches = self._difference.reached(
            [(turn.text, listens_for(turn.state, turn.text)) for turn in fresh.values()]
        )
        reached = [
            _Asked(key, turn, self._as_read(turn), _context(turn))
            for (key, turn), may_differ in zip(fresh.items(), reaches, strict=True)
            if may_differ
        ]
        # What was read by the version now live is known; the others are read by it, too.
        known = [asked for asked in reached if asked.as_read is not None]
        unknown = [asked for asked in reached if asked.as_read is None]
        now = _decided(self._draft.detect_all(_messages(known)), known)
        befores, afters = Detector.detect_both(
            self._live,
            self._draft,
            _messages(unknown),
            begin_alike=self._difference.begins_alike,
        )
        pairs = [
            *((asked, asked.as_read, after) for asked, after in zip(known, now, strict=True)),
            *zip(unknown, _decided(befores, unknown), _decided(afters, unknown), strict=True),
        ]
        for asked, before, after in pairs:
            if before is not after:
                self._known[asked.key] = self._read_alone(asked)

    def _read_alone(self, asked: _Asked) -> tuple[Intent, Intent] | None:
        """A change counts when a chat would show it; None: alike."""
        turn = asked.turn
        before, after = (
            decide(detector.detect(turn.text, asked.context), turn.state, None, turn.text).intent
            for detector in (self._live, self._draft)
        )
        return None if before is after else (before, after)

    def _as_read(self, turn: StoredTurn) -> Intent | None:
        # Before versions were kept, the product's own files were all there was.
        return turn.intent if (turn.rules_version or 0) == self._live_number else None

    def _key(self, turn: StoredTurn) -> Hashable:
        state = turn.state
        return (
            turn.text,
            state.awaiting,
            state.pending_intent,
            state.last_intent,
            bool(state.shown_product_ids),
            turn.order_number is None,
            turn.page,
            self._as_read(turn),
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A message in its situation; `as_read` is its intent where the live version read it."""

    key: Hashable
    turn: StoredTurn
    as_read: Intent | None
    context: DetectionContext


def _context(turn: StoredTurn) -> DetectionContext:
    last = turn.state.last_intent
    return DetectionContext.model_construct(
        awaiting=listens_for(turn.state, turn.text),
        last_intent=Intent(last) if last else None,
        known=Slots.model_construct(order_number=turn.order_number),
        page=turn.page,
    )


def _messages(asked: Sequence[_Asked]) -> list[tuple[str, DetectionContext]]:
    return [(one.turn.text, one.context) for one in asked]


def _decided(found: Sequence[Detection], asked: Sequence[_Asked]) -> list[Intent]:
    return [
        decide(detection, one.turn.state, None, one.turn.text).intent
        for one, detection in zip(asked, found, strict=True)
    ]
