"""Orders as a source would send them, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from concierge.orders.models import OrderDraft, OrderLine, OrderStatus, Shipping
from tests.conftest import NOW


def order_draft(number: str = "GG-1", **fields: Any) -> OrderDraft:
    """Placed ten days ago by Ada Example in 10001, unless told otherwise."""
    base: dict[str, Any] = {
        "order_number": number,
        "external_id": number,
        "status": OrderStatus.PROCESSING,
        "lines": (OrderLine(line_id="1", sku="S1", name="Halo Ring", price_cents=28900),),
        "shipping": Shipping(postal_code="10001", city="New York", country="US"),
        "customer_email": "ada@example.com",
        "customer_name": "Ada Example",
        "placed_at": NOW - timedelta(days=10),
    }
    return OrderDraft(**{**base, **fields})
