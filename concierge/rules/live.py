"""The rules that chats read by: the published version, taken up without a restart.

A turn asks for `current()` and gets what is there at once. At most every two seconds somebody
looks whether another version is live (one indexed read); it is compiled beside the chats and then
put in place by one assignment, so that a turn sees the old rules or the new, never a mixture.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from concierge.core.mongo import OUTAGE
from concierge.core.telemetry import ERRORS, get_logger
from concierge.detection.detector import Detector
from concierge.detection.errors import BadRules, NotCompiled
from concierge.rules.files import Workshop
from concierge.rules.models import LiveMark
from concierge.rules.repository import RulesRepository

LOOK_EVERY_SECONDS = 2.0

log = get_logger("rules")


@dataclass(frozen=True)
class CurrentRules:
    """A detector and the number of the version it was made of."""

    number: int
    detector: Detector


class RulesSource(Protocol):
    """Where a chat gets its rules from, turn by turn."""

    def current(self) -> CurrentRules: ...


class LiveDetector:
    """One per process; safe to share between threads.

    `own` makes the detector of the product's own files, version 0.
    """

    def __init__(
        self,
        *,
        repository: RulesRepository,
        own: Callable[[], Detector],
        workshop: Workshop,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self._repository = repository
        self._own = own
        self._workshop = workshop
        self._every = look_every_seconds
        self._current: CurrentRules | None = None
        self._mark = LiveMark()
        self._refused: LiveMark | None = None
        self._looked_at = 0.0
        self._taking = threading.Lock()

    def current(self) -> CurrentRules:
        """What to read the next message by; never waits for a compilation but the first."""
        current = self._current
        if current is None:
            self.look()
            with self._taking:
                return self._current or CurrentRules(0, self._own())
        if time.monotonic() - self._looked_at >= self._every:
            wanted = self._wanted()
            if wanted is not None:
                threading.Thread(
                    target=self._take, args=(wanted,), name="rules", daemon=True
                ).start()
        return self._current or current

    def look(self) -> int:
        """Takes up another live version if there is one; answers the number in use."""
        wanted = self._wanted()
        if wanted is not None:
            self._take(wanted)
        return self._current.number if self._current is not None else 0

    def _wanted(self) -> LiveMark | None:
        """The live version when it is neither in use nor known to be unusable here."""
        self._looked_at = time.monotonic()
        try:
            mark = self._repository.live_mark()
        except OUTAGE:
            return None  # the rules in use go on; the turn itself will say what is out of reach
        if mark == self._refused or (self._current is not None and mark == self._mark):
            return None
        return mark

    def _take(self, mark: LiveMark) -> None:
        with self._taking:
            if self._current is not None and mark == self._mark:
                return  # a neighbour was first
            try:
                self._current = CurrentRules(mark.number, self._detector(mark.number))
            except OUTAGE:
                return
            except NotCompiled as error:
                # Of this process's surroundings, not of the version: it is tried again.
                ERRORS.labels(where="rules", code=error.code).inc()
                log.error("rules.not_compiled", number=mark.number, reason=str(error))
                return
            except BadRules as error:
                # Published by a newer product than this one, say: what is in use stays in use.
                self._refused = mark
                ERRORS.labels(where="rules", code=error.code).inc()
                log.error("rules.refused", number=mark.number, reason=str(error))
                return
            self._mark, self._refused = mark, None
            log.info("rules.live", number=mark.number)

    def _detector(self, number: int) -> Detector:
        version = self._repository.get(number) if number else None
        if version is None:
            return self._own()
        changed = {file.path: file.text for file in version.files}
        return self._workshop.detector(changed)
