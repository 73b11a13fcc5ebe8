"""Opting in to and out of messages about one order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from concierge.core.actor import Actor, ActorKind, Permission
from concierge.core.audit import AuditLog
from concierge.core.clock import Clock
from concierge.core.contact import email_address, phone_number, same_address
from concierge.core.documents import Embedded
from concierge.core.errors import InvalidInput, NotFound
from concierge.core.idempotency import IdempotencyStore
from concierge.core.ids import derived_id
from concierge.core.mongo import ClientSession
from concierge.core.privacy import mask_email, mask_phone
from concierge.notifications.models import Channel
from concierge.notifications.service import NotificationsService
from concierge.orders.models import OrderStatus
from concierge.sessions.links import ConversationLinks
from concierge.sessions.service import SessionsService
from concierge.subscriptions.models import Subscription
from concierge.subscriptions.repository import SubscriptionsRepository

Address = tuple[Channel, str]


class _Touched(Embedded):
    """Which subscriptions a request made or ended; by name, so that keys keep no address."""

    ids: list[str]


class SubscriptionsService:
    """Order numbers given here are verified ones: the caller has checked the identity rule."""

    def __init__(
        self,
        *,
        repository: SubscriptionsRepository,
        clock: Clock,
        idempotency: IdempotencyStore,
        audit: AuditLog,
        notifications: NotificationsService,
        sessions: SessionsService,
        links: ConversationLinks,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._idempotency = idempotency
        self._audit = audit
        self._notifications = notifications
        self._sessions = sessions
        self._links = links

    def opt_in(
        self,
        actor: Actor,
        *,
        order_number: str,
        session_id: str,
        request_id: str,
        email: str | None = None,
        phone: str | None = None,
        origin_intent: str | None = None,
        status: OrderStatus | None = None,
        simulated: bool = False,
    ) -> list[Subscription]:
        """Turns messages on for an e-mail address, a telephone number, or both.

        `status` is the order's as its customer sees it: what differs from it will be told.
        Idempotent by `request_id`. What was on stays as it is, what had ended begins again. Each
        address that is newly on gets a message that says so, in the same transaction.
        `InvalidInput` names the address that cannot be one.
        """
        actor.require_participant(session_id)
        addresses = _addresses(email, phone)
        if not addresses:
            raise InvalidInput("email", "is needed, or a telephone number")

        def turn_on(session: ClientSession) -> list[Subscription]:
            now = self._clock.now()
            wanted = [
                Subscription(
                    id=derived_id("subscription", order_number, channel.value, to),
                    session_id=session_id,
                    order_number=order_number,
                    channel=channel,
                    address=to,
                    origin_intent=origin_intent,
                    notified_status=status,
                    simulated=simulated,
                    subscribed_at=now,
                )
                for channel, to in addresses
            ]
            for subscription in wanted:
                self._turn_on(actor, subscription, request_id, session)
            return wanted

        key = f"{session_id}:{request_id}"
        return self._once("subscriptions.opt_in", key, order_number, addresses, turn_on)

    def opt_out(
        self,
        actor: Actor,
        *,
        order_number: str,
        session_id: str,
        request_id: str,
        email: str | None = None,
        phone: str | None = None,
    ) -> list[Subscription]:
        """Ends messages to the addresses given, or without any to all that this session turned on.

        Idempotent by `request_id`. Answers what has ended; nothing to end is an empty list and no
        error, so that nobody learns who is subscribed.
        """
        actor.require_participant(session_id)
        addresses = _addresses(email, phone)

        def turn_off(session: ClientSession) -> list[Subscription]:
            ended = [
                subscription
                for subscription in self._repository.of_orders([order_number], session)
                if subscription.active and _is_meant(subscription, addresses, session_id)
            ]
            for subscription in ended:
                self._turn_off(actor, subscription, request_id, session)
            return ended

        key = f"{session_id}:{request_id}"
        return self._once("subscriptions.opt_out", key, order_number, addresses, turn_off)

    def turned_on_by(
        self, actor: Actor, session_id: str, order_numbers: Sequence[str]
    ) -> list[Subscription]:
        """What this session has switched on for these orders, and is on still."""
        actor.require_participant(session_id)
        found = self._repository.of_orders(order_numbers)
        return [one for one in found if one.active and one.session_id == session_id]

    def stop(self, actor: Actor, subscription_id: str, request_id: str) -> None:
        """Ends one, for who holds the link of its mails (`Actor.system`); once is enough."""
        self._require_link(actor)

        def write(session: ClientSession) -> _Touched:
            found = self._repository.get(subscription_id, session)
            if found is None or not found.active:
                return _Touched(ids=[])
            self._turn_off(actor, found, request_id, session)
            return _Touched(ids=[found.id])

        key = f"{subscription_id}:{request_id}"
        self._idempotency.run("subscriptions.stop", key, {}, _Touched, write)

    def of_link(self, actor: Actor, subscription_id: str) -> Subscription | None:
        """The one that a link of its mails is about, on or off (`Actor.system`)."""
        self._require_link(actor)
        return self._repository.get(subscription_id)

    def link(self, subscription: Subscription, session: ClientSession | None = None) -> str:
        """For a message about these updates: back to the conversation for the address that it has
        proven, and only a way to stop them for any other."""
        proven = self._sessions.proven_email(subscription.session_id, session)
        if same_address(proven, subscription.address):
            return self._links.url(subscription.session_id)
        return self._links.updates_url(subscription.id)

    def for_orders(
        self, actor: Actor, numbers: Sequence[str], *, simulated: bool = False
    ) -> dict[str, list[Subscription]]:
        """Subscriptions by order, ended ones too, simulated ones only on request.

        Addresses are masked from who may not see people.
        """
        actor.require(Permission.ORDERS_READ)
        found: dict[str, list[Subscription]] = {}
        for subscription in self._repository.of_orders(numbers, simulated=simulated):
            if not actor.may(Permission.PEOPLE_SEE):
                subscription = subscription.model_copy(update={"address": _masked(subscription)})
            found.setdefault(subscription.order_number, []).append(subscription)
        return found

    def active_for(self, order_number: str) -> list[Subscription]:
        """Who is to be told about an order now; for the workflow that tells them."""
        return [s for s in self._repository.of_orders([order_number]) if s.active]

    def active(self) -> Iterator[Subscription]:
        """All who are to be told something, by order; for the workflow that tells them."""
        return self._repository.active()

    def note(
        self,
        subscription: Subscription,
        status: OrderStatus | None,
        *,
        over: bool,
        session: ClientSession | None = None,
    ) -> bool:
        """Its customer knows of this status now; when it is `over`, it ends without a word.

        For the workflow that tells them, inside its transaction. False, and nothing is written,
        when somebody else was first: another process that told them, or an opt-out.
        """
        after = subscription.model_copy(update={"notified_status": status})
        if over:
            after = after.model_copy(update={"active": False, "ended_at": self._clock.now()})
        if not self._repository.note(subscription, after, session):
            return False
        if over:
            self._record(Actor.system("order-updates"), after, None, session)
        return True

    def _require_link(self, actor: Actor) -> None:
        if actor.kind is not ActorKind.SYSTEM:
            raise NotFound("updates")

    def _turn_on(
        self, actor: Actor, subscription: Subscription, request_id: str, session: ClientSession
    ) -> None:
        before = self._repository.find(
            subscription.order_number, subscription.channel, subscription.address, session
        )
        # A live customer takes over what only a simulated one had turned on.
        if before is not None and before.active and before.simulated <= subscription.simulated:
            return
        self._repository.put(subscription, session)
        self._tell("order_updates_on", subscription, request_id, session)
        self._record(actor, subscription, request_id, session)

    def _turn_off(
        self, actor: Actor, before: Subscription, request_id: str, session: ClientSession
    ) -> None:
        subscription = before.model_copy(update={"active": False, "ended_at": self._clock.now()})
        self._repository.put(subscription, session)
        self._tell("order_updates_off", subscription, request_id, session)
        self._record(actor, subscription, request_id, session)

    def _tell(
        self, kind: str, subscription: Subscription, request_id: str, session: ClientSession
    ) -> None:
        self._notifications.queue(
            kind,
            subscription.address,
            {
                "order_number": subscription.order_number,
                "link": self.link(subscription, session),
            },
            f"{kind}:{subscription.id}:{request_id}",
            channel=subscription.channel,
            session=session,
            order_number=subscription.order_number,
            session_id=subscription.session_id,
            simulated=subscription.simulated,
        )

    def _record(
        self,
        actor: Actor,
        subscription: Subscription,
        request_id: str | None,
        session: ClientSession | None,
    ) -> None:
        self._audit.record(
            actor,
            "subscription.on" if subscription.active else "subscription.off",
            f"order:{subscription.order_number}",
            {
                "channel": (None, subscription.channel),
                "active": (not subscription.active, subscription.active),
            },
            request_id=request_id,
            session=session,
        )

    def _once(
        self,
        scope: str,
        key: str,
        order_number: str,
        addresses: list[Address],
        write: Callable[[ClientSession], list[Subscription]],
    ) -> list[Subscription]:
        """What the request touched, as it is now; a repeated one touches nothing again."""
        touched = self._idempotency.run(
            scope,
            key,
            {"order": order_number, "addresses": addresses},
            _Touched,
            lambda session: _Touched(ids=[one.id for one in write(session)]),
        )
        wanted = set(touched.ids)
        return [s for s in self._repository.of_orders([order_number]) if s.id in wanted]


def _addresses(email: str | None, phone: str | None) -> list[Address]:
    addresses: list[Address] = []
    if email:
        addresses.append((Channel.EMAIL, email_address(email)))
    if phone:
        addresses.append((Channel.SMS, phone_number(phone)))
    return addresses


def _is_meant(subscription: Subscription, addresses: list[Address], session_id: str) -> bool:
    if addresses:
        return (subscription.channel, subscription.address) in addresses
    return subscription.session_id == session_id


def _masked(subscription: Subscription) -> str:
    if subscription.channel is Channel.EMAIL:
        return mask_email(subscription.address)
    return mask_phone(subscription.address)
