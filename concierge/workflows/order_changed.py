"""An order moved on: a message to everybody who asked for one, whoever moved it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from concierge.core.actor import Actor
from concierge.core.batches import batches
from concierge.core.clock import Clock
from concierge.core.formatting import date_text
from concierge.core.mongo import ClientSession, Mongo
from concierge.core.texts import Texts
from concierge.notifications.models import Channel
from concierge.notifications.service import NotificationsService
from concierge.orders.models import Order, OrderStatus
from concierge.orders.service import OrdersService
from concierge.orders.timeline import known_status, since
from concierge.subscriptions.models import Subscription
from concierge.subscriptions.service import SubscriptionsService

TELLER = Actor.system("order-updates")
ENDS = {OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.RETURNED}
LATE = timedelta(days=14)
"""So long after its estimate a parcel may still be told of; then nobody will tell us any more."""


class OrderChanged:
    def __init__(
        self,
        *,
        mongo: Mongo,
        clock: Clock,
        orders: OrdersService,
        subscriptions: SubscriptionsService,
        notifications: NotificationsService,
        texts: Texts,
        timezone: str,
    ) -> None:
        self._mongo = mongo
        self._clock = clock
        self._orders = orders
        self._subscriptions = subscriptions
        self._notifications = notifications
        self._texts = texts
        self._timezone = timezone

    def record(
        self,
        actor: Actor,
        order_number: str,
        status: OrderStatus,
        *,
        at: datetime,
        request_id: str,
        carrier: str | None = None,
        tracking_number: str | None = None,
    ) -> Order:
        """Records the status and queues the messages. Safe to repeat."""
        order = self._orders.record_status(
            actor,
            order_number,
            status,
            at,
            carrier=carrier,
            tracking_number=tracking_number,
            request_id=request_id,
        )
        self._tell(self._subscriptions.active_for(order_number))
        return order

    def notify(self) -> int:
        """Tells all subscribers what they do not know yet; answers how many were told.

        A job: it finds what imports and returns changed, and what a killed process left untold.
        Safe to repeat and to run in several processes at once.
        """
        return sum(self._tell(batch) for batch in batches(self._subscriptions.active()))

    def _tell(self, subscriptions: Sequence[Subscription]) -> int:
        numbers = {subscription.order_number for subscription in subscriptions}
        orders = self._orders.get_many(TELLER, numbers)
        return sum(self._catch_up(one, orders.get(one.order_number)) for one in subscriptions)

    def _catch_up(self, subscription: Subscription, order: Order | None) -> bool:
        """Brings one subscriber up to date; whether that took a message."""
        before = subscription.notified_status
        # An order that was taken out again has nothing more to tell.
        status = before if order is None else known_status(order)
        over = order is None or self._is_over(order)
        if status is before and not over:
            return False

        def write(session: ClientSession) -> bool:
            if not self._subscriptions.note(subscription, status, over=over, session=session):
                return False
            if order is None or status is None or status is before or before is None:
                return False  # whoever is seen for the first time knows how it stands
            self._queue(subscription, order, status, session)
            return True

        return self._mongo.unit_of_work(write)

    def _is_over(self, order: Order) -> bool:
        if known_status(order) in ENDS:
            return True
        estimate = order.shipping.delivered_at if order.shipping.delivered_estimated else None
        return estimate is not None and self._clock.now() > estimate + LATE

    def _queue(
        self, subscription: Subscription, order: Order, status: OrderStatus, session: ClientSession
    ) -> None:
        number, parcel = order.order_number, order.shipping
        carrier = (parcel.carrier or "", parcel.tracking_number or "")
        self._notifications.queue(
            "order_status",
            subscription.address,
            {
                "order_number": number,
                "status": self._texts.say(f"status_{status.value}"),
                "date": date_text(since(order, status), self._timezone),
                "tracking": " ".join(carrier).strip() if parcel.tracking_number else "",
                "link": self._subscriptions.link(subscription, session),
            },
            f"order_status:{number}:{status.value}:{subscription.id}",
            channel=Channel(subscription.channel.value),
            session=session,
            order_number=number,
            session_id=subscription.session_id,
            simulated=subscription.simulated,
        )
