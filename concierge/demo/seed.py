"""The demo shop's recent weeks, played through the real chat, so that no page is ever empty."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import yaml

from concierge.catalog.service import CatalogService
from concierge.chat.models import (
    CsatSubmission,
    ReturnSubmission,
    ShortlistSubmission,
    StylistSubmission,
    Submission,
    Turn,
)
from concierge.chat.service import ChatService
from concierge.core.actor import Actor, Role
from concierge.core.clock import Clock, ManualClock
from concierge.core.errors import ConciergeError
from concierge.core.ids import new_id
from concierge.core.leases import Leases
from concierge.customers.service import CustomersService
from concierge.demo.shop import load_shop
from concierge.orders.models import Order, OrderFilter, OrderStatus
from concierge.orders.service import OrdersService
from concierge.replies.models import ProductGrid, ReturnKind, TicketOpened
from concierge.returns.service import ReturnsService
from concierge.sessions.models import Channel
from concierge.sessions.service import SessionsService
from concierge.tickets.service import TicketsService
from concierge.workflows.survey import Survey

CUSTOMER = Actor.system("demo")
AGENT = Actor.staff("agent", {Role.AGENT})
CATEGORIES = ("rings", "earrings", "necklaces", "bracelets", "pendants")
BUDGETS = (150, 200, 250, 300, 400, 500)
VISITORS = ("Vera Visitor", "Paul Passerby", "Wanda Window", "Nils Nobody", "Cora Curious")
FIXTURES = {f"GG-{number}" for number in (*range(12001, 12010), *range(12014, 12017))}
"""Orders the guides speak of, and those on the edge of a window: the played past leaves them as
they are."""
DRAWS = 5
"""A visitor of whom no order speaks yet is drawn again, so often."""
MOVING = {OrderStatus.CREATED, OrderStatus.PROCESSING, OrderStatus.SHIPPED}
HOURS = (7, 8, 9, 9, 10, 10, 11, 11, 12, 13, 14, 14, 15, 16, 17, 18, 19, 19, 20, 20, 21, 22, 23)
"""When people write, in the shop's mornings to nights (UTC hours shifted by five)."""


LEASE = "demo"
HELD = timedelta(seconds=30)


class DemoRooms(Protocol):
    """The rooms the player needs; bootstrap's `Services` has them all."""

    @property
    def leases(self) -> Leases: ...

    @property
    def clock(self) -> Clock: ...
    @property
    def catalog(self) -> CatalogService: ...
    @property
    def customers(self) -> CustomersService: ...
    @property
    def orders(self) -> OrdersService: ...
    @property
    def sessions(self) -> SessionsService: ...
    @property
    def chat(self) -> ChatService: ...
    @property
    def tickets(self) -> TicketsService: ...
    @property
    def survey(self) -> Survey: ...
    @property
    def returns(self) -> ReturnsService: ...


@dataclass(frozen=True)
class Played:
    """What was made, for people to read."""

    sessions: int
    turns: int
    tickets: int


def ensure(
    rooms: DemoRooms,
    factory: Callable[[Clock], DemoRooms],
    folder: Path,
    *,
    days: int = 21,
    sessions: int = 150,
    progress: Callable[[int, int], None] | None = None,
) -> Played | None:
    """Loads shop and past into an empty database; None when there is a shop already.

    `factory` makes the same rooms over a clock that can be moved. Of processes that start together
    one seeds and the others wait for it. What a killed one left is finished by the next: the shop
    is loaded again, but a past that had begun stays the shorter one it is, never twice.
    """
    leases, holder = rooms.leases, new_id()
    begun = leases.find(LEASE)
    if begun is None and rooms.catalog.count() > 0:
        return None
    while not leases.acquire(LEASE, holder, HELD):
        found = leases.find(LEASE)
        if found is not None and found.done_at is not None:
            return None
        threading.Event().wait(0.1)

    def tell(done: int, total: int) -> None:
        leases.acquire(LEASE, holder, HELD)
        if progress is not None:
            progress(done, total)

    now = rooms.clock.now()
    load_shop(rooms, folder, now)
    played = None
    if not rooms.sessions.any_since(now - timedelta(days=days * 2)):
        played = play(factory, folder, now, days=days, sessions=sessions, progress=tell)
    leases.finish(LEASE, holder)
    return played


def play(
    factory: Callable[[Clock], DemoRooms],
    folder: Path,
    now: datetime,
    *,
    days: int,
    sessions: int,
    seed: int = 7,
    simulated: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Played:
    """Plays `sessions` conversations over the `days` before `now`; the same seed, the same past."""
    source = random.Random(seed)
    scripts: list[dict[str, Any]] = yaml.safe_load(
        (folder / "demo" / "conversations.yaml").read_text(encoding="utf-8")
    )["scripts"]
    clock = ManualClock(now)
    rooms = factory(clock)
    orders = rooms.orders.page(CUSTOMER, OrderFilter(), limit=100).items
    player = _Player(rooms, clock, source, orders, now, simulated)
    for index, start in enumerate(_starts(source, now, days, sessions)):
        for _ in range(DRAWS):
            if player.visit(_drawn(source, scripts), start):
                break
        if progress is not None:
            progress(index + 1, sessions)
    rooms.chat.emit_missing(now - timedelta(days=days + 2))
    return Played(player.sessions, player.turns, player.tickets)


def _starts(source: random.Random, now: datetime, days: int, sessions: int) -> list[datetime]:
    starts = []
    for _ in range(sessions):
        back = source.triangular(0, days, 1.5)
        day = (now - timedelta(days=back)).replace(hour=0, minute=0, second=0, microsecond=0)
        hour = source.choice(HOURS) + 5
        moment = day + timedelta(hours=hour, seconds=source.randrange(3600))
        starts.append(min(moment, now - timedelta(minutes=source.randrange(40, 400))))
    return sorted(starts)


def _drawn(source: random.Random, scripts: list[dict[str, Any]]) -> dict[str, Any]:
    return source.choices(scripts, weights=[script["weight"] for script in scripts])[0]


class _Player:
    """One after the other, as themselves: only what a customer or an agent could do."""

    def __init__(
        self,
        rooms: DemoRooms,
        clock: ManualClock,
        source: random.Random,
        orders: list[Order],
        now: datetime,
        simulated: bool,
    ) -> None:
        self._rooms = rooms
        self._clock = clock
        self._source = source
        self._orders = [order for order in orders if order.order_number not in FIXTURES]
        self._now = now
        self._simulated = simulated
        self._sent_back: set[str] = set()
        self._told: set[str] = set()
        self.sessions = 0
        self.turns = 0
        self.tickets = 0

    def visit(self, script: dict[str, Any], start: datetime) -> bool:
        """False when the script needs an order and none fits at `start`."""
        self._clock.set(start)
        order = self._order(script.get("order"), start)
        if script.get("order") and order is None:
            return False
        self.sessions += 1
        words = self._words(order)
        channel = self._source.choices([Channel.WIDGET, Channel.API], [9, 1])[0]
        opened = self._rooms.chat.open(CUSTOMER, channel=channel, simulated=self._simulated)
        session_id = opened.session.id
        shown: list[str] = []
        ticket_id: str | None = None
        for step in script["turns"]:
            self._pause(8, 70)
            if "save" in step and not shown:
                continue
            form = self._form(step, shown, words, order)
            text = "" if form else str(step["say"]).format(**words)
            result = self._say(session_id, text, form)
            for reply in result.replies if result else []:
                if isinstance(reply, ProductGrid):
                    shown = [card.product_id for card in reply.cards]
                if isinstance(reply, TicketOpened):
                    ticket_id = reply.ticket_id
        if script.get("buys") and shown:
            bought = self._clock.now() + timedelta(seconds=self._source.randint(600, 90_000))
            if bought < self._now:
                self._rooms.sessions.record_purchase(CUSTOMER, session_id, bought)
        if script.get("rate") and self._source.random() < 0.6:
            self._rate(session_id, "concierge", self._source.choice(script["rate"]), None)
        if ticket_id is not None:
            self.tickets += 1
            self._serve(session_id, ticket_id, script)
        return True

    def _serve(self, session_id: str, ticket_id: str, script: dict[str, Any]) -> None:
        """What a human did about it, if there was time; the newest are still waiting."""
        plan = script.get("agent")
        age = self._now - self._clock.now()
        if plan is None or age < timedelta(hours=20):
            return
        if age < timedelta(days=4) and self._source.random() < 0.5:
            return
        tickets = self._rooms.tickets
        self._pause(600, 9_000)
        ticket = tickets.claim(AGENT, ticket_id)
        if "note" in plan:
            self._pause(60, 600)
            ticket = tickets.note(
                AGENT, ticket_id, plan["note"], version=ticket.version, request_id=self._key()
            )
        self._pause(60, 2_400)
        ticket = tickets.reply(
            AGENT, ticket_id, plan["reply"], version=ticket.version, request_id=self._key()
        )
        if not plan.get("resolve") or self._source.random() < 0.2:
            return
        self._pause(900, 20_000)
        self._rooms.survey.resolve_and_ask(
            AGENT, ticket_id, version=ticket.version, request_id=self._key()
        )
        if "rate_agent" in script and self._source.random() < 0.7:
            self._pause(60, 7_200)
            self._rate(session_id, "agent", self._source.choice(script["rate_agent"]), ticket_id)

    def _say(self, session_id: str, text: str, form: Submission | None) -> Any:
        self.turns += 1
        turn = Turn(session_id=session_id, text=text, request_id=self._key(), form=form)
        try:
            return self._rooms.chat.handle(CUSTOMER, turn)
        except ConciergeError:
            return None

    def _rate(self, session_id: str, survey: str, score: int, ticket_id: str | None) -> None:
        self._pause(20, 200)
        notes = ""
        if self._source.random() < 0.4:
            notes = {
                5: "Quick and kind, thank you.",
                4: "Found what I needed.",
                3: "It took a few tries.",
                2: "I waited too long for an answer.",
                1: "This did not help me.",
            }[score]
        form = CsatSubmission(
            survey="agent" if survey == "agent" else "concierge",
            rating=score,
            notes=notes,
            ticket_id=ticket_id,
        )
        self._say(session_id, "", form)

    def _form(
        self,
        step: dict[str, Any],
        shown: list[str],
        words: dict[str, str],
        order: Order | None,
    ) -> Submission | None:
        if "save" in step:
            place = min(int(step["save"]), len(shown)) - 1
            return ShortlistSubmission(product_ids=[shown[place]])
        if "stylist" in step:
            said = step["stylist"]
            message = said if isinstance(said, str) else self._source.choice(said)
            return StylistSubmission(
                name=words["name"], email=words["email"], message=message.format(**words)
            )
        for kind in ReturnKind:
            if kind.value in step and order is not None:
                said = self._source.choice(step[kind.value])
                self._sent_back.add(order.order_number)
                return ReturnSubmission(
                    order_number=order.order_number,
                    line_id=self._lines(order, kind)[0],
                    return_kind=kind,
                    reason=said if kind is ReturnKind.RETURN else "",
                    new_size=said if kind is ReturnKind.RESIZE else None,
                )
        return None

    def _order(self, wanted: str | None, moment: datetime) -> Order | None:
        if wanted is None:
            return None
        if wanted in set(ReturnKind):
            fitting = [o for o in self._orders if self._may_go_back(o, ReturnKind(wanted), moment)]
            return self._source.choice(fitting) if fitting else None
        statuses = {
            "open": {OrderStatus.CREATED, OrderStatus.PROCESSING},
            "moving": MOVING,
            "awaited": MOVING,
        }.get(wanted, set(OrderStatus))
        fitting = [
            order
            for order in self._orders
            if order.status in statuses and order.placed_at < moment and order.customer_email
        ]
        if wanted == "awaited":
            fitting = [order for order in fitting if order.order_number not in self._told]
        chosen = self._source.choice(fitting) if fitting else None
        if wanted == "awaited" and chosen is not None:
            self._told.add(chosen.order_number)
        return chosen

    def _may_go_back(self, order: Order, kind: ReturnKind, moment: datetime) -> bool:
        """Inside the window then, and still today: nobody wonders at a return past its day.

        What is simulated changes no order.
        """
        if self._simulated:
            return False
        if order.status is not OrderStatus.DELIVERED or order.order_number in self._sent_back:
            return False
        self._clock.set(self._now)
        today = self._lines(order, kind)
        self._clock.set(moment)
        return bool(today) and today == self._lines(order, kind)

    def _lines(self, order: Order, kind: ReturnKind) -> list[str]:
        """The lines that may go back now; only rings have a size."""
        pieces = self._rooms.catalog.get_many([line.product_id or "" for line in order.lines])
        rings = {piece.id for piece in pieces.values() if piece.category == "ring"}
        return [
            line.line_id
            for line in order.lines
            if (kind is ReturnKind.RETURN or line.product_id in rings)
            and self._rooms.returns.eligibility(order, line.line_id, kind).allowed
        ]

    def _words(self, order: Order | None) -> dict[str, str]:
        email = order.customer_email if order and order.customer_email else "visitor@example.com"
        customer = self._rooms.customers.by_email(email)
        return {
            "category": self._source.choice(CATEGORIES),
            "budget": str(self._source.choice(BUDGETS)),
            "order": order.order_number if order else "",
            "email": email,
            "postal_code": (order.shipping.postal_code or "") if order else "",
            "name": customer.name if customer else self._source.choice(VISITORS),
        }

    def _pause(self, least: int, most: int) -> None:
        """Some seconds go by; nothing is ever played after the present."""
        later = self._clock.now() + timedelta(seconds=self._source.randint(least, most))
        self._clock.set(min(later, self._now))

    def _key(self) -> str:
        return f"demo-{self._source.getrandbits(64):016x}"
