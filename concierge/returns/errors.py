"""Why a piece cannot come back: sentences that may be shown, with what a better one needs."""

from __future__ import annotations

from datetime import datetime

from concierge.core.errors import Conflict


class ReturnRefused(Conflict):
    """Base: not possible by the concierge; a person may still find a way."""

    code = "return_refused"
    title = "This cannot be returned here"

    def __init__(self, message: str, order_number: str) -> None:
        super().__init__(message)
        self.order_number = order_number


class ReturnWindowClosed(ReturnRefused):
    code = "return_window_closed"

    def __init__(
        self, order_number: str, days: int, delivered_at: datetime, *, estimated: bool = False
    ) -> None:
        super().__init__(f"{order_number} was delivered more than {days} days ago.", order_number)
        self.days = days
        self.delivered_at = delivered_at
        self.estimated = estimated


class NotDelivered(ReturnRefused):
    code = "not_delivered"

    def __init__(self, order_number: str) -> None:
        super().__init__(f"{order_number} has not been delivered yet.", order_number)


class OrderCancelled(ReturnRefused):
    code = "order_cancelled"

    def __init__(self, order_number: str) -> None:
        super().__init__(f"{order_number} was cancelled.", order_number)


class AlreadyRefunded(ReturnRefused):
    code = "already_refunded"

    def __init__(self, order_number: str) -> None:
        super().__init__(f"{order_number} was returned and refunded already.", order_number)


class ReturnUnderWay(ReturnRefused):
    """The order is on its way back by a return that was not filed here; `since` where known."""

    code = "return_under_way"
    title = "A return is already under way"

    def __init__(self, order_number: str, since: datetime | None) -> None:
        super().__init__(f"A return of {order_number} is already under way.", order_number)
        self.since = since


class NotReturnable(ReturnRefused):
    """Made or engraved for this customer; neither taken back nor resized without a look at it."""

    code = "not_returnable"

    def __init__(self, order_number: str, item: str) -> None:
        super().__init__(f"{item} was made or engraved to order.", order_number)
        self.item = item


class AlreadyReturning(ReturnRefused):
    """One return at a time for each line; `rma` is the one under way."""

    code = "already_returning"
    title = "A return is already open"

    def __init__(self, order_number: str, line_id: str, rma: str, ship_by: datetime) -> None:
        super().__init__(f"A return is already open for this piece: {rma}.", order_number)
        self.line_id = line_id
        self.rma = rma
        self.ship_by = ship_by
