"""The demo shop loads, keeps its promises, and stays where it is when it is loaded again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from concierge.catalog import models as catalog_models
from concierge.catalog.models import ProductQuery
from concierge.catalog.repository import CatalogRepository
from concierge.catalog.service import CatalogService
from concierge.core.actor import Actor
from concierge.core.audit import AUDIT_LOG, AuditLog
from concierge.core.errors import ConfigError
from concierge.core.limits import RATE_COUNTERS, RateLimiter
from concierge.core.mongo import Mongo
from concierge.customers import models as customer_models
from concierge.customers.models import Tier
from concierge.customers.repository import CustomersRepository
from concierge.customers.service import CustomersService
from concierge.demo.shop import load_shop
from concierge.orders import models as order_models
from concierge.orders.models import OrderFilter, OrderStatus
from concierge.orders.repository import OrdersRepository
from concierge.orders.service import OrdersService
from tests.conftest import DATA, NOW

STAFF = Actor.system("test")


@dataclass
class Slices:
    catalog: CatalogService
    customers: CustomersService
    orders: OrdersService


@pytest.fixture
def slices(mongo: Mongo, clock) -> Slices:
    mongo.apply(
        [
            *catalog_models.COLLECTIONS,
            *customer_models.COLLECTIONS,
            *order_models.COLLECTIONS,
            AUDIT_LOG,
            RATE_COUNTERS,
        ]
    )
    return Slices(
        catalog=CatalogService(repository=CatalogRepository(mongo), clock=clock),
        customers=CustomersService(repository=CustomersRepository(mongo), clock=clock),
        orders=OrdersService(
            repository=OrdersRepository(mongo),
            clock=clock,
            limiter=RateLimiter(mongo),
            audit=AuditLog(mongo, clock),
        ),
    )


@pytest.fixture
def shop(slices: Slices) -> Slices:
    load_shop(slices, DATA, NOW)
    return slices


def test_every_piece_customer_creator_and_order_is_loaded(slices):
    counts = load_shop(slices, DATA, NOW)
    assert counts["products"].created == slices.catalog.count() >= 60
    assert counts["customers"].created == slices.customers.count() >= 20
    assert counts["orders"].created == slices.orders.count() >= 40
    assert len(slices.orders.creators()) == 3
    assert not counts["orders"].refused


def test_loading_again_on_a_later_day_changes_nothing(shop, clock):
    later = clock.advance(timedelta(days=3, hours=5))
    counts = load_shop(shop, DATA, later)
    for name in ("products", "customers", "orders"):
        assert (counts[name].created, counts[name].updated) == (0, 0), name


def test_a_return_of_a_visitor_survives_loading_again(shop):
    shop.orders.mark_return("GG-12002", "RMA-1", "return")
    load_shop(shop, DATA, NOW)
    assert shop.orders.get(STAFF, "GG-12002").status is OrderStatus.RETURN_PENDING


def test_the_fixture_orders_stand_where_their_notes_promise(shop, policies):
    def since_delivery(number: str) -> timedelta:
        return NOW - shop.orders.get(STAFF, number).shipping.delivered_at

    assert shop.orders.get(STAFF, "GG-12001").status is OrderStatus.PROCESSING
    assert shop.orders.get(STAFF, "GG-12003").status is OrderStatus.SHIPPED
    assert shop.orders.get(STAFF, "GG-12007").status is OrderStatus.CANCELLED
    assert shop.orders.get(STAFF, "GG-12006").lines[0].custom
    window = timedelta(days=policies.returns.return_window_days)
    resize = timedelta(days=policies.returns.resize_window_days)
    assert since_delivery("GG-12002") < window
    assert since_delivery("GG-12008") <= window
    assert window < since_delivery("GG-12004") < resize
    assert since_delivery("GG-12005") > resize


def test_histories_run_forward_and_end_before_now_in_the_status_of_the_order(shop):
    page = shop.orders.page(STAFF, OrderFilter(), limit=100)
    assert page.items
    for order in page.items:
        times = [entry.at for entry in order.status_history]
        assert times == sorted(times), order.order_number
        assert times[-1] < NOW, order.order_number
        assert order.status_history[-1].status is order.status, order.order_number
        assert times[0] == order.placed_at, order.order_number
        assert order.customer_name, order.order_number


def test_every_picture_of_a_piece_is_one_of_ours(shop):
    for piece in shop.catalog.search(ProductQuery(ready_to_ship=False, limit=100)).items:
        (picture,) = piece.images
        assert picture.startswith("/app/static/pieces/")


def test_tiers_are_those_of_the_file(shop):
    assert shop.customers.tier_of("ada@example.com") is Tier.VIP
    assert shop.customers.tier_of("cy@example.org") is Tier.NEW


def test_a_file_that_cannot_be_read_is_named(slices, tmp_path):
    with pytest.raises(ConfigError, match=r"products\.yaml"):
        load_shop(slices, tmp_path, NOW)
