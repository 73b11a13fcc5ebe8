"""A run under way: steps are taken one by one, and each leaves what it made visible."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from concierge.chat.models import Submission, Turn
from concierge.core.actor import Actor, Role
from concierge.core.errors import ConciergeError
from concierge.core.ids import derived_id
from concierge.orders.models import OrderStatus
from concierge.rehearsal.models import Expectation, Scenario, Step
from concierge.rehearsal.seen import Look, Seen, TicketSeen, looks, observed
from concierge.rehearsal.setting import context_of, furnish
from concierge.rehearsal.stage import Stage
from concierge.replies.models import plain_text
from concierge.sessions.errors import SessionEnded
from concierge.sessions.models import Author, Channel, TranscriptEntry, WidgetSession
from concierge.tickets.models import Ticket

PLAYER = Actor.system("rehearsal")
AGENT = Actor.staff("agent", {Role.AGENT})


@dataclass(frozen=True)
class Difference:
    """The first look that failed; `step` counts from 1, 0 is the whole run."""

    step: int
    text: str

    def __str__(self) -> str:
        return f"step {self.step}: {self.text}"


class Run:
    """A scenario on a stage. `seen` holds a state per step taken, the opening first.

    `take` plays a step of one's own, `next` the scenario's next. Both raise `RunOver` when the run
    has rested for so long that its stage was cleared. What the product refuses is part of the run.
    """

    def __init__(self, scenario: Scenario, stage: Stage) -> None:
        self.scenario = scenario
        self.seen: list[Seen] = []
        self._stage = stage
        self._rooms = stage.rooms
        self._sessions: list[str] = []
        self._requests = itertools.count(1)
        self._scripted = 0
        furnish(self._rooms, scenario, stage.clock.now())
        self._open()

    @property
    def stage(self) -> Stage:
        return self._stage

    @property
    def now(self) -> datetime:
        """The run's own time."""
        return self._stage.clock.now()

    @property
    def upcoming(self) -> Step | None:
        """The scenario's next step; None at its end."""
        steps = self.scenario.steps
        return steps[self._scripted] if self._scripted < len(steps) else None

    @property
    def progress(self) -> tuple[int, int]:
        """Steps of the script that were taken, and all."""
        return self._scripted, len(self.scenario.steps)

    @property
    def looked(self) -> int:
        """How many looks there were."""
        return sum(len(seen.looks) for seen in self.seen)

    @property
    def difference(self) -> Difference | None:
        """The first; None while all is as expected."""
        for number, seen in enumerate(self.seen):
            if seen.difference is not None:
                return Difference(number, seen.difference)
        return None

    @property
    def ok(self) -> bool:
        return self.difference is None

    def next(self) -> Seen | None:
        """Takes the scenario's next step; None at its end."""
        step = self.upcoming
        if step is None:
            return None
        seen = self.take(step)
        self._scripted += 1
        return seen

    def finish(self) -> Run:
        """Takes the rest of the script, up to the first difference."""
        while self.ok and self.next() is not None:
            pass
        return self

    def take(self, step: Step) -> Seen:
        """Plays one step and looks at what its expectation names."""
        self._stage.hold()
        before = self._newest_seq()
        sessions = len(self._sessions)
        fault, intent = None, None
        text = self._filled(step.say * step.repeat) if step.say is not None else ""
        try:
            intent = self._act(step, text)
        except ConciergeError as error:
            fault = f"{error.title}: {error}"
        fresh = len(self._sessions) > sessions
        seen = self._look_around(step, text, intent, 0 if fresh else before, fault)
        if fresh:
            seen = replace(seen, new_session=True)
        if step.expect is not None and fault is None:
            wanted = Expectation.model_validate_json(self._filled(step.expect.model_dump_json()))
            seen = replace(seen, looks=looks(wanted, seen, self._rooms.texts))
        self.seen.append(seen)
        return seen

    def as_scenario(self, name: str, title: str, about: str = "") -> Scenario:
        """The run as a scenario that expects to see the same again. Steps that carry expectations
        of their own keep them."""
        steps: list[Step] = []
        for before, seen in itertools.pairwise(self.seen):
            expected = seen.step.expect or observed(seen, before)
            steps.append(seen.step.model_copy(update={"expect": expected}))
        kept = self.scenario.model_dump(exclude={"name", "title", "about", "steps"})
        return Scenario.model_validate(
            {**kept, "name": name, "title": title, "about": about, "steps": steps}
        )

    # -- inside ----------------------------------------------------------------------------

    def _open(self) -> None:
        session = self._start_session()
        (greeting,) = session.transcript
        self.seen.append(
            Seen(
                step=Step(say=""),
                at=self.now,
                replies=list(greeting.replies),
                said=greeting.text,
                statuses=self._statuses(),
            )
        )

    def _start_session(self) -> WidgetSession:
        opened = self._rooms.chat.open(
            Actor.visitor(),
            channel=Channel.WIDGET,
            context=context_of(self.scenario),
            variant="rehearsal",
            simulated=True,
        )
        self._sessions.append(opened.session.id)
        return opened.session

    def _act(self, step: Step, text: str) -> str | None:
        if step.move_clock is not None:
            self._stage.clock.advance(step.move_clock)
        elif step.agent is not None:
            self._work(step)
        elif step.shop is not None:
            self._rooms.order_changed.record(
                PLAYER,
                step.shop.order,
                OrderStatus(step.shop.status),
                at=self.now,
                request_id=self._request(),
            )
        else:
            return self._say(text, step.form)
        return None

    def _say(self, text: str, form: Submission | None) -> str:
        """As a shop page does it: a session that has ended is followed by a new one."""
        if form is not None:
            kind = type(form)
            form = kind.model_validate_json(self._filled(form.model_dump_json()))
        request = self._request()
        for _ in range(2):
            session_id = self._sessions[-1]
            turn = Turn(session_id=session_id, text=text, request_id=request, form=form)
            try:
                result = self._rooms.chat.handle(
                    Actor.customer(session_id), turn, address="rehearsal"
                )
            except SessionEnded:
                self._start_session()
                continue
            return result.intent.value
        raise SessionEnded(self._sessions[-1])

    def _work(self, step: Step) -> None:
        ticket = self._newest_ticket()
        if step.agent == "reply":
            self._rooms.tickets.reply(
                AGENT,
                ticket.ticket_id,
                self._filled(step.text or ""),
                version=ticket.version,
                request_id=self._request(),
            )
            return
        if ticket.assignee is None:
            ticket = self._rooms.tickets.claim(AGENT, ticket.ticket_id)
        self._rooms.survey.resolve_and_ask(
            AGENT, ticket.ticket_id, version=ticket.version, request_id=self._request()
        )

    def _newest_ticket(self) -> Ticket:
        tickets = self._tickets()
        return self._rooms.tickets.get(PLAYER, tickets[-1].ticket_id if tickets else "none")

    def _request(self) -> str:
        return derived_id("rehearsal", self._stage.run, self._sessions[0], next(self._requests))

    def _filled(self, text: str) -> str:
        """`{ticket}` and `{rma}` are the newest of the run."""
        newest = self.seen[-1] if self.seen else None
        if newest is not None and newest.ticket is not None:
            text = text.replace("{ticket}", newest.ticket.ticket_id)
        if newest is not None and newest.rmas:
            text = text.replace("{rma}", newest.rmas[-1])
        return text

    def _newest_seq(self) -> int:
        return self._session().turn_seq

    def _session(self) -> WidgetSession:
        return self._rooms.sessions.history(PLAYER, self._sessions[-1])

    def _look_around(
        self, step: Step, text: str, intent: str | None, after: int, fault: str | None
    ) -> Seen:
        session = self._session()
        entries = [entry for entry in session.transcript if entry.seq > after]
        mine = [entry for entry in entries if entry.author is Author.CUSTOMER]
        heard = [entry for entry in entries if entry.author is not Author.CUSTOMER]
        if intent is not None:
            heard = [entry for entry in heard if entry.request_id is not None]
        agents = [entry for entry in heard if entry.author is Author.AGENT]
        numbers = [order.number for order in self.scenario.customer.orders]
        filed = self._rooms.returns.for_orders(PLAYER, numbers, simulated=True)
        proven = session.order_number
        return Seen(
            step=step,
            at=self.now,
            text=mine[0].text if mine else text,
            intent=intent,
            replies=[reply for entry in heard for reply in entry.replies],
            said="\n".join(_words(entry) for entry in heard),
            agent=agents[0].author_name if agents else None,
            trace=mine[0].trace if mine else None,
            slots=_slots(session),
            awaiting=session.state.awaiting,
            order=proven,
            statuses=self._statuses(),
            rmas=_newest_last([one.rma for found in filed.values() for one in found]),
            tickets=self._tickets(),
            updates=[one.channel.value for one in self._rooms.subscriptions.active_for(proven)]
            if proven
            else [],
            shortlist=self._rooms.shortlists.get(
                Actor.customer(session.id), session.id
            ).product_ids,
            fault=fault,
        )

    def _statuses(self) -> dict[str, str]:
        numbers = [order.number for order in self.scenario.customer.orders]
        found = self._rooms.orders.get_many(PLAYER, numbers)
        return {number: order.status.value for number, order in found.items()}

    def _tickets(self) -> list[TicketSeen]:
        """Of all the run's conversations, the oldest first."""
        found = [
            self._rooms.tickets.get(PLAYER, ticket_id)
            for session_id in self._sessions
            for ticket_id in self._rooms.sessions.history(PLAYER, session_id).ticket_ids
        ]
        return [
            TicketSeen(one.ticket_id, one.status.value, one.priority.value)
            for one in sorted(found, key=lambda ticket: ticket.created_at)
        ]


def _words(entry: TranscriptEntry) -> str:
    return plain_text(entry.replies) if entry.replies else entry.text


def _slots(session: WidgetSession) -> dict[str, str]:
    """Slots as words: a ring size is its US size."""
    values = session.slots.model_dump(exclude_none=True)
    if session.slots.ring_size is not None:
        values["ring_size"] = f"{session.slots.ring_size.us:g}"
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
    }


def _newest_last(rmas: Sequence[str]) -> list[str]:
    return list(reversed(rmas))


__all__ = ["Difference", "Look", "Run"]
