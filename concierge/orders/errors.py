"""What can go wrong with orders."""

from __future__ import annotations

from concierge.core.errors import NotFound


class OrderNotFound(NotFound):
    """No such order, or not with these details: on purpose one answer for both.

    It never names what was typed, so that the two cannot be told apart.
    """

    code = "order_not_found"

    def __init__(self) -> None:
        super().__init__("order with these details")
