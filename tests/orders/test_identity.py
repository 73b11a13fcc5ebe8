"""An order is shown to who gives its number and the e-mail or postal code on it; to nobody else."""

from __future__ import annotations

import pytest

from concierge.core.actor import Actor, Role
from concierge.core.errors import Forbidden, InvalidInput, RateLimited
from concierge.orders.errors import OrderNotFound
from concierge.orders.identity import limit_key, postal_key, spellings
from tests.explain import no_collection_scans
from tests.orders.drafts import order_draft

CUSTOMER = Actor.customer("s1")


@pytest.fixture
def shop(orders):
    orders.upsert_from("t", [order_draft("GG-12001"), order_draft("#2611340")])
    return orders


@pytest.mark.parametrize("typed", ["GG-12001", "gg-12001", " gg 12001", "12001", "#12001"])
def test_a_number_is_found_in_every_usual_spelling(shop, typed):
    found = shop.verify(CUSTOMER, order_number=typed, email="ada@example.com")
    assert found.order_number == "GG-12001"


@pytest.mark.parametrize("typed", ["2611340", "#2611340"])
def test_a_number_with_a_hash_is_found_without_it(shop, typed):
    assert shop.verify(CUSTOMER, order_number=typed, postal_code="10001").order_number == "#2611340"


@pytest.mark.parametrize(
    "proof",
    [
        {"email": " ADA@example.com"},
        {"postal_code": "10001"},
        {"postal_code": "'10001"},
        {"postal_code": "10001-1234"},
        {"email": "wrong@example.com", "postal_code": "10001"},
    ],
)
def test_the_email_or_the_postal_code_proves_who_asks(shop, proof):
    assert shop.verify(CUSTOMER, order_number="GG-12001", **proof).order_number == "GG-12001"


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_number": "GG-12001", "email": "eve@example.com"},
        {"order_number": "GG-12001", "postal_code": "99999"},
        {"order_number": "GG-99999", "email": "ada@example.com"},
        {"order_number": "none", "postal_code": "10001"},
        {"order_number": "none", "postal_code": "-"},
        {"order_number": "none", "email": "nobody@example.invalid"},
    ],
)
def test_a_wrong_pair_and_a_missing_order_answer_the_same(shop, wrong):
    with pytest.raises(OrderNotFound) as caught:
        shop.verify(CUSTOMER, **wrong)
    assert str(caught.value) == str(OrderNotFound())


def test_a_missing_email_on_the_order_is_not_proven_by_an_empty_one(orders):
    orders.upsert_from("t", [order_draft("X-1", customer_email=None)])
    with pytest.raises(InvalidInput):
        orders.verify(CUSTOMER, order_number="X-1", email=" ", postal_code="")
    with pytest.raises(OrderNotFound):
        orders.verify(CUSTOMER, order_number="X-1", email="ada@example.com")


def test_failed_tries_of_a_session_are_limited_and_successes_are_free(shop):
    for _ in range(12):
        shop.verify(CUSTOMER, order_number="GG-12001", postal_code="10001")
    for guess in range(10):
        with pytest.raises(OrderNotFound):
            shop.verify(CUSTOMER, order_number=f"GG-{guess}", postal_code="10001")
    with pytest.raises(RateLimited):
        shop.verify(CUSTOMER, order_number="GG-12001", postal_code="10001")
    other = Actor.customer("s2")
    assert shop.verify(other, order_number="GG-12001", postal_code="10001")


def test_failed_tries_of_one_order_are_limited_over_all_sessions_and_spellings(shop):
    for guess in range(20):
        with pytest.raises(OrderNotFound):
            shop.verify(
                Actor.customer(f"s{guess}"),
                order_number=("GG-12001", "#12001", "12001")[guess % 3],
                postal_code=f"{guess:05}",
            )
    with pytest.raises(RateLimited):
        shop.verify(Actor.customer("fresh"), order_number="gg12001", postal_code="10001")


def test_others_wrong_tries_do_not_lock_the_customer_out_who_gives_the_e_mail(shop):
    def tried(session, **proof):
        return shop.verify(Actor.customer(session), order_number="GG-12001", **proof)

    for guess in range(20):
        with pytest.raises(OrderNotFound):
            tried(f"s{guess}", postal_code=f"{guess:05}")
    assert tried("hers", email="ada@example.com").order_number == "GG-12001"
    with pytest.raises(RateLimited):
        tried("theirs", email="nobody@example.com", postal_code="10001")
    for _ in range(9):
        with pytest.raises(RateLimited):
            tried("theirs", email="nobody@example.com")
    with pytest.raises(RateLimited):
        tried("theirs", email="ada@example.com")
    with pytest.raises(RateLimited):
        shop.verify(Actor.customer("s"), order_number="GG-12001", postal_code="10001")


def test_failed_tries_of_one_network_address_are_limited(shop):
    for guess in range(30):
        with pytest.raises(OrderNotFound):
            shop.verify(
                Actor.customer(f"s{guess}"),
                order_number=f"GG-7{guess}",
                postal_code="10001",
                address="192.0.2.7",
            )
    with pytest.raises(RateLimited):
        shop.verify(
            Actor.customer("s"), order_number="GG-12001", postal_code="10001", address="192.0.2.7"
        )


def test_a_list_needs_both_email_and_postal_code(shop):
    found = shop.find_by_person(CUSTOMER, email="Ada@example.com", postal_code="10001")
    assert {order.order_number for order in found} == {"GG-12001", "#2611340"}
    with pytest.raises(OrderNotFound):
        shop.find_by_person(CUSTOMER, email="ada@example.com", postal_code="99999")
    with pytest.raises(InvalidInput):
        shop.find_by_person(CUSTOMER, email="ada@example.com", postal_code=" ")


def test_staff_without_the_chat_may_not_try_pairs(shop):
    analyst = Actor.staff("ana", {Role.ANALYST})
    with pytest.raises(Forbidden):
        shop.verify(analyst, order_number="GG-12001", email="ada@example.com")
    with pytest.raises(Forbidden):
        shop.find_by_person(analyst, email="ada@example.com", postal_code="10001")


def test_no_lookup_of_a_customer_scans_the_collection(shop, mongo):
    with no_collection_scans(mongo):
        shop.verify(CUSTOMER, order_number="12001", email="ada@example.com")
        shop.find_by_person(CUSTOMER, email="ada@example.com", postal_code="10001")
        with pytest.raises(OrderNotFound):
            shop.verify(CUSTOMER, order_number="0", email="ada@example.com")


def test_spellings_are_few_and_share_one_key_of_limits():
    assert spellings("gg-7") == ["gg-7", "GG-7", "#7", "7"]
    assert spellings(" ") == []
    assert {limit_key(s) for s in ("gg-7", "#7", "7")} == {"7"}


def test_postal_codes_meet_without_space_case_and_dashes():
    assert postal_key(" sw1a 1aa") == postal_key("SW1A-1AA")
    assert postal_key("'10083-1234") == "10083"
    assert postal_key("12345-000") == "12345000"
