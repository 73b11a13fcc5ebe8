"""Orders: who may see one, what changed, and what comes in from the shop.

Every order leaves this service as it reads now (`timeline.as_of`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from concierge.core.actor import Actor, ActorKind, Permission
from concierge.core.audit import AuditLog
from concierge.core.batches import batches
from concierge.core.clock import Clock
from concierge.core.errors import Forbidden, InvalidInput, RateLimited
from concierge.core.limits import RateLimiter
from concierge.core.mongo import ClientSession, Row
from concierge.core.paging import Page, decode_cursor, encode_cursor
from concierge.core.privacy import MASK, mask_email
from concierge.core.upserts import Refusal, UpsertCounts
from concierge.orders.errors import OrderNotFound
from concierge.orders.identity import limit_key, postal_key, proven, spellings
from concierge.orders.merge import merged
from concierge.orders.models import (
    Creator,
    Order,
    OrderDraft,
    OrderFilter,
    OrderStatus,
    StatusEntry,
)
from concierge.orders.repository import OrdersRepository
from concierge.orders.timeline import as_of, rma_called_off, rma_created
from concierge.replies.models import ReturnKind

COUNTED_TO = 10_000
MOST_OF_A_PERSON = 20
# Failed tries: (limit, seconds). Successes are free: a customer may look as often as wished.
_PER_ADDRESS = (30, 15 * 60)
_PER_SESSION = (10, 15 * 60)
_PER_ORDER = (20, 60 * 60)


class OrdersService:
    def __init__(
        self,
        *,
        repository: OrdersRepository,
        clock: Clock,
        limiter: RateLimiter,
        audit: AuditLog,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._limiter = limiter
        self._audit = audit

    # --- the customer's way in ------------------------------------------------------------------

    def verify(
        self,
        actor: Actor,
        *,
        order_number: str,
        email: str | None = None,
        postal_code: str | None = None,
        address: str = "",
    ) -> Order:
        """The order, to who gives its number and the e-mail or postal code on it.

        A wrong pair and a missing order raise the same `OrderNotFound` after the same work. Failed
        tries are limited per network `address`, session and order number (`RateLimited`); after too
        many for one number its e-mail still opens it, so that nobody locks its customer out.
        Raises `InvalidInput` when the number, or both e-mail and postal code, are empty.
        """
        _may_ask(actor)
        if not order_number.strip():
            raise InvalidInput("orderNumber", "is missing")
        if not (email or "").strip() and not (postal_code or "").strip():
            raise InvalidInput("email", "give the e-mail address or the postal code of the order")
        limits = self._limits(actor, address, "order", limit_key(order_number))
        *of_who_asks, of_the_order = limits
        self._check(of_who_asks)
        try:
            self._check([of_the_order])
        except RateLimited:
            if not (email or "").strip():
                raise
            # Postal codes can be tried one after the other from many addresses, e-mails cannot.
            postal_code = None
        proofs = self._repository.proofs(spellings(order_number))
        number = proven(proofs, email, postal_code)
        order = self._repository.get(number) if number is not None else None
        if order is None:
            self._count_failure(limits)
            raise OrderNotFound
        return as_of(order, self._clock.now())

    def find_by_person(
        self, actor: Actor, *, email: str, postal_code: str, address: str = ""
    ) -> list[Order]:
        """The newest orders on which e-mail and postal code both stand; limited like `verify`.

        Raises `OrderNotFound` when there is none.
        """
        _may_ask(actor)
        wanted, place = email.strip().lower(), postal_key(postal_code)
        if not wanted:
            raise InvalidInput("email", "is missing")
        if not place:
            raise InvalidInput("postalCode", "is missing")
        limits = self._limits(actor, address, "person", wanted)
        self._check(limits)
        now = self._clock.now()
        found = [
            as_of(order, now)
            for order in self._repository.by_email(wanted, MOST_OF_A_PERSON)
            if postal_key(order.shipping.postal_code or "") == place
        ]
        if not found:
            self._count_failure(limits)
            raise OrderNotFound
        return found

    # --- the staff's way in ---------------------------------------------------------------------

    def get(self, actor: Actor, order_number: str) -> Order:
        """One order by number; the person is taken out for roles that may not see people."""
        found = self.get_many(actor, spellings(order_number))
        for number in spellings(order_number):
            if number in found:
                return found[number]
        raise OrderNotFound

    def get_many(self, actor: Actor, order_numbers: Iterable[str]) -> dict[str, Order]:
        """By exact number; those that do not exist are left out."""
        actor.require(Permission.ORDERS_READ)
        now = self._clock.now()
        found = self._repository.get_many(order_numbers)
        return {number: _for(actor, as_of(order, now)) for number, order in found.items()}

    def page(
        self, actor: Actor, wanted: OrderFilter, cursor: str | None = None, limit: int = 50
    ) -> Page[Order]:
        """Orders by the date they were placed, the newest first.

        Raises `Forbidden` for a search by e-mail from a role that may not see people.
        """
        actor.require(Permission.ORDERS_READ)
        wanted, numbers = _read_text(wanted)
        if wanted.email is not None:
            actor.require(Permission.PEOPLE_SEE)
        now = self._clock.now()
        after = _after(cursor) if cursor else None
        rows = self._repository.page(wanted, numbers, now, after, limit + 1)
        items, more = rows[:limit], len(rows) > limit
        total = self._repository.count(wanted, numbers, now, COUNTED_TO)
        return Page[Order](
            items=[_for(actor, as_of(order, now)) for order in items],
            next_cursor=encode_cursor(items[-1].placed_at, items[-1].id) if more else None,
            total=total,
            total_capped=total >= COUNTED_TO,
        )

    def count(self) -> int:
        return self._repository.count_all()

    def creators(self) -> list[Creator]:
        return self._repository.creators()

    # --- what changes an order ------------------------------------------------------------------

    def mark_return(
        self, order_number: str, rma: str, kind: str, session: ClientSession | None = None
    ) -> None:
        """The order becomes `return_pending` and its history gains "RMA created".

        Inside the caller's transaction, which has authorised it. `kind` is return or resize;
        history and audit name it. Raises `OrderNotFound`.
        """
        now = self._clock.now()
        entry = rma_created(rma, ReturnKind(kind), now)
        if not self._repository.push_status(
            order_number, OrderStatus.RETURN_PENDING, entry, now, session=session
        ):
            raise OrderNotFound
        self._audit.record(
            Actor.system("returns"),
            "order.return_pending",
            f"order:{order_number}",
            {"rma": (None, rma), "kind": (None, kind)},
            session=session,
        )

    def unmark_return(
        self, order_number: str, rma: str, *, pending: bool, session: ClientSession
    ) -> None:
        """The return was called off: its history says so, and the order is what it was before,
        unless another of its returns is `pending`. Inside the caller's transaction, like
        `mark_return`. Raises `OrderNotFound`.
        """
        order = self._repository.get(order_number, session=session)
        if order is None:
            raise OrderNotFound
        off = OrderStatus.RETURN_PENDING
        before = [one.status for one in order.status_history if one.status is not off]
        latest = max(before, key=lambda one: one.rank, default=order.source_status)
        status = off if pending else latest or OrderStatus.DELIVERED
        now = self._clock.now()
        entry = rma_called_off(order, rma, now)
        self._repository.push_status(order_number, status, entry, now, session=session)
        self._audit.record(
            Actor.system("returns"),
            "order.return_called_off",
            f"order:{order_number}",
            {"rma": (rma, None)},
            session=session,
        )

    def link_session(
        self, order_number: str, session_id: str, session: ClientSession | None = None
    ) -> None:
        """Remembers the conversation that proved this order last."""
        self._repository.link_session(order_number, session_id, self._clock.now(), session)

    def record_status(
        self,
        actor: Actor,
        order_number: str,
        status: OrderStatus,
        at: datetime,
        *,
        carrier: str | None = None,
        tracking_number: str | None = None,
        request_id: str | None = None,
    ) -> Order:
        """A notice of the shop: the order is this since then. Repeats change nothing.

        A notice that comes late joins the history but moves no order backwards. For machines, jobs
        and those who may see operations. Raises `OrderNotFound`.
        """
        if actor.kind not in (ActorKind.MACHINE, ActorKind.SYSTEM):
            actor.require(Permission.OPERATIONS_READ)
        now = self._clock.now()

        def once(session: ClientSession) -> Order:
            order = self._repository.get(order_number, session=session)
            if order is None:
                raise OrderNotFound
            if any(entry.status is status for entry in order.status_history):
                return order
            current = status if status.rank > order.status.rank else order.status
            self._repository.push_status(
                order_number,
                current,
                StatusEntry(status=status, at=at),
                now,
                more=_dates(status, at, carrier, tracking_number),
                session=session,
            )
            self._audit.record(
                actor,
                "order.status",
                f"order:{order_number}",
                {"status": (order.status, current)},
                request_id=request_id,
                session=session,
            )
            changed = self._repository.get(order_number, session=session)
            assert changed is not None  # noqa: S101  read in the transaction that wrote it
            return changed

        return as_of(self._repository.in_transaction(once), now)

    def upsert_from(self, source: str, drafts: Iterable[OrderDraft]) -> UpsertCounts:
        """Writes a source's orders; those that did not change are not touched.

        Never ours: returns, status history, session links. A number that another source has
        already is refused. Callers (imports, the demo loader) have authorised it.
        """
        counts = UpsertCounts()
        for batch in batches(drafts):
            counts += self._upsert_batch(source, {d.order_number: d for d in batch})
        return counts

    def put_creators(self, creators: Sequence[Creator]) -> None:
        self._repository.put_creators(creators)

    def remove(self, actor: Actor, order_numbers: Sequence[str]) -> int:
        """Takes orders out again; only for jobs and commands that made them."""
        if actor.kind is not ActorKind.SYSTEM:
            raise Forbidden("removing orders")
        return self._repository.remove(order_numbers)

    # --- inside ---------------------------------------------------------------------------------

    def _upsert_batch(self, source: str, drafts: dict[str, OrderDraft]) -> UpsertCounts:
        now = self._clock.now()
        inserts: list[Order] = []
        replacements: list[Order] = []
        refused: list[Refusal] = []

        def decide(stored: dict[str, Order]) -> tuple[Sequence[Order], Sequence[Order]]:
            inserts.clear()
            replacements.clear()
            refused.clear()
            for number, draft in drafts.items():
                before = stored.get(number)
                if before is not None and before.source != source:
                    reason = f"belongs to an order that came from {before.source}"
                    refused.append(Refusal(key=number, field="orderNumber", reason=reason))
                    continue
                after = merged(source, draft, before, now)
                if before is None:
                    inserts.append(after)
                elif after is not before:
                    replacements.append(after)
            return inserts, replacements

        self._repository.write_batch(list(drafts), decide)
        written = len(inserts) + len(replacements) + len(refused)
        return UpsertCounts(
            created=len(inserts),
            updated=len(replacements),
            unchanged=len(drafts) - written,
            refused=tuple(refused),
        )

    def _limits(
        self, actor: Actor, address: str, kind: str, key: str
    ) -> list[tuple[str, str, tuple[int, int]]]:
        """Of who asks, and last of what is asked for: a failure counts for all but the last, also
        where that one refuses."""
        limits = [
            ("lookup-session", actor.session_id or f"{actor.kind.value}:{actor.id}", _PER_SESSION)
        ]
        if address:
            limits.append(("lookup-address", address, _PER_ADDRESS))
        return [*limits, (f"lookup-{kind}", key, _PER_ORDER)]

    def _check(self, limits: list[tuple[str, str, tuple[int, int]]]) -> None:
        for name, key, (limit, seconds) in limits:
            self._limiter.check(name, key, limit, seconds)

    def _count_failure(self, limits: list[tuple[str, str, tuple[int, int]]]) -> None:
        for name, key, (limit, seconds) in limits:
            self._limiter.hit(name, key, limit, seconds)


def _may_ask(actor: Actor) -> None:
    """Customers, machines and jobs; of the staff those who may use the chat."""
    if actor.is_staff:
        actor.require(Permission.CHAT_USE)


def _for(actor: Actor, order: Order) -> Order:
    if actor.may(Permission.PEOPLE_SEE):
        return order
    hidden = {
        "customer_email": mask_email(order.customer_email) if order.customer_email else None,
        "customer_name": MASK if order.customer_name else None,
        "shipping": order.shipping.model_copy(
            update={
                "postal_code": MASK if order.shipping.postal_code else None,
                "city": MASK if order.shipping.city else None,
                "tracking_number": MASK if order.shipping.tracking_number else None,
            }
        ),
    }
    return order.model_copy(update=hidden)


def _read_text(wanted: OrderFilter) -> tuple[OrderFilter, list[str] | None]:
    """The search box: an e-mail address, else an order number in any spelling."""
    email = wanted.email.strip().lower() if wanted.email else None
    text = (wanted.text or "").strip()
    if "@" in text:
        email, text = text.lower(), ""
    return wanted.model_copy(update={"email": email}), spellings(text) if text else None


def _after(cursor: str) -> tuple[datetime, str]:
    placed, last_id = decode_cursor(cursor, 2)
    if not isinstance(placed, datetime) or not isinstance(last_id, str):
        raise InvalidInput("cursor", "is not one of ours")
    return placed, last_id


def _dates(
    status: OrderStatus, at: datetime, carrier: str | None, tracking_number: str | None
) -> Row:
    fields: Row = {"shipping.carrier": carrier, "shipping.trackingNumber": tracking_number}
    if status is OrderStatus.SHIPPED:
        fields["shipping.shippedAt"] = at
    elif status is OrderStatus.DELIVERED:
        fields["shipping.deliveredAt"] = at
    elif status is OrderStatus.CANCELLED:
        fields["cancelledAt"] = at
    return {name: value for name, value in fields.items() if value is not None}
