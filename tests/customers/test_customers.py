"""Customers are found by e-mail in any spelling, and their tier decides the promise."""

from __future__ import annotations

import pytest

from concierge.core.mongo import Mongo
from concierge.customers.models import COLLECTIONS, CustomerDraft, Tier
from concierge.customers.repository import CustomersRepository
from concierge.customers.service import CustomersService
from tests.explain import no_collection_scans


@pytest.fixture
def customers(mongo: Mongo, clock) -> CustomersService:
    mongo.apply(COLLECTIONS)
    service = CustomersService(repository=CustomersRepository(mongo), clock=clock)
    service.upsert_many(
        [
            CustomerDraft(email=" Ada@Example.com ", name="Ada Example", tier=Tier.VIP),
            CustomerDraft(email="bo@example.com", name="Bo Sample", tier=Tier.REGULAR),
        ]
    )
    return service


def test_an_address_is_found_however_it_is_spelled(customers):
    assert customers.by_email("ADA@example.COM ").name == "Ada Example"
    assert customers.by_email("nobody@example.com") is None


def test_the_tier_of_somebody_unknown_is_new(customers):
    assert customers.tier_of("ada@example.com") is Tier.VIP
    assert customers.tier_of("nobody@example.com") is Tier.NEW
    assert customers.tier_of(None) is Tier.NEW


def test_a_second_writing_changes_nothing_and_a_new_tier_is_an_update(customers):
    bo = CustomerDraft(email="bo@example.com", name="Bo Sample", tier=Tier.REGULAR)
    assert customers.upsert_many([bo]).unchanged == 1
    assert customers.upsert_many([bo.model_copy(update={"tier": Tier.VIP})]).updated == 1
    assert customers.tier_of("bo@example.com") is Tier.VIP
    assert customers.count() == 2


def test_no_query_on_customers_scans_the_collection(customers, mongo):
    with no_collection_scans(mongo):
        customers.by_email("ada@example.com")
        customers.upsert_many([CustomerDraft(email="cy@example.org", name="Cy Placeholder")])
        customers.upsert_many([CustomerDraft(email="cy@example.org", name="Cy P. Holder")])
