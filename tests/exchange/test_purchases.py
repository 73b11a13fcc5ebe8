"""Orders that name the conversation they came out of: the funnel's last step, by import."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.exchange.models import ImportReport
from concierge.insights.funnel_models import FunnelQuery
from tests.conftest import NOW
from tests.explain import no_collection_scans
from tests.talk import SYSTEM, Talk

ANALYST = Actor.staff("analyst", {Role.ANALYST})
LATER = NOW + timedelta(minutes=20)
HEADER = (
    "Name,Email,Financial Status,Fulfillment Status,Currency,Subtotal,Total,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Note Attributes,Id"
)

Bring = Callable[[str | None], ImportReport]
"""Imports one order that carries this session id."""


@pytest.fixture(params=["shopify", "woocommerce"])
def bring(
    request: pytest.FixtureRequest, shop: Services, written: Callable[..., Path]
) -> Callable[..., ImportReport]:
    def as_csv(session_id: str | None, placed: datetime) -> Path:
        attributes = f"gift: yes\naurora_session: {session_id}\n" if session_id else "gift: yes"
        row = (
            f"#901,ada@example.com,paid,,USD,289.00,289.00,{placed.isoformat()},1,"
            f'Halo ring,289.00,,"{attributes}",1'
        )
        return written("orders.csv", f"{HEADER}\n{row}\n")

    def as_json(session_id: str | None, placed: datetime) -> Path:
        told = [{"id": 2, "key": "aurora_session", "value": session_id}] if session_id else []
        entry = {
            "id": 901,
            "number": "901",
            "status": "processing",
            "currency": "USD",
            "date_created_gmt": placed.replace(tzinfo=None).isoformat(),
            "total": "289.00",
            "billing": {"email": "ada@example.com"},
            "line_items": [{"name": "Halo ring", "quantity": 1, "price": 289}],
            "meta_data": [{"id": 1, "key": "_other", "value": {"deep": 1}}, *told],
        }
        return written("orders.json", json.dumps([entry]))

    def bring(session_id: str | None, placed: datetime = LATER) -> ImportReport:
        path = (as_csv if request.param == "shopify" else as_json)(session_id, placed)
        report = shop.imports.orders(SYSTEM, path)
        assert report.rejected == []
        shop.events.flush()
        return report

    return bring


def funnel(shop: Services) -> list[int]:
    query = FunnelQuery.of_texts(from_day="2026-11-01")
    return [step.count for step in shop.funnel.compute(ANALYST, query).steps]


def customer(shop: Services) -> Talk:
    """One who has got as far as the shortlist."""
    talk = Talk.begin(shop)
    talk.say("show me rings")
    talk.say("save the first one")
    return talk


def linked_to(shop: Services) -> str | None:
    found = shop.orders.get_many(SYSTEM, ["#901", "901"])
    [order] = found.values()
    return order.concierge_session_id


def test_the_last_step_of_the_funnel_moves_with_an_import(shop: Services, bring: Bring) -> None:
    talk = customer(shop)
    assert funnel(shop) == [1, 1, 1, 1, 0]
    bring(talk.session_id)
    assert funnel(shop) == [1, 1, 1, 1, 1]
    assert talk.session().first_at.bought == LATER
    assert linked_to(shop) == talk.session_id
    query = FunnelQuery.of_texts(from_day="2026-11-01")
    audit = shop.funnel.compute(ANALYST, query, audit=True).audit
    assert audit is not None
    assert [step.difference for step in audit.steps] == [0, 0, 0, 0, 0]


def test_the_same_file_again_changes_nothing(shop: Services, bring: Bring) -> None:
    talk = customer(shop)
    bring(talk.session_id)
    again = bring(talk.session_id)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert funnel(shop) == [1, 1, 1, 1, 1]
    assert shop.mongo.db["analyticsEvents"].count_documents({"event": "aurora_order_placed"}) == 1


def test_an_order_that_was_there_without_a_session_gains_it(shop: Services, bring: Bring) -> None:
    talk = customer(shop)
    bring(None)
    assert bring(talk.session_id).updated == 1
    assert linked_to(shop) == talk.session_id
    assert funnel(shop)[-1] == 1


def test_the_session_that_proved_an_order_stays_on_it(shop: Services, bring: Bring) -> None:
    asked, bought = Talk.begin(shop), customer(shop)
    bring(None)
    asked.say("#901, ada@example.com")
    bring(bought.session_id)
    [number] = shop.orders.get_many(SYSTEM, ["#901", "901"])
    shop.orders.link_session(number, asked.session_id)
    bring(bought.session_id)
    assert linked_to(shop) == asked.session_id
    assert funnel(shop)[-1] == 1


@pytest.mark.parametrize("named", ["nobody", "", "0" * 500, "$where"])
def test_a_session_that_is_not_ours_is_no_fault_of_the_order(
    shop: Services, bring: Bring, named: str
) -> None:
    customer(shop)
    assert bring(named).created == 1
    assert linked_to(shop) is None
    assert funnel(shop)[-1] == 0


def test_a_simulated_session_buys_nothing(shop: Services, bring: Bring) -> None:
    talk = Talk.begin(shop, simulated=True)
    bring(talk.session_id)
    assert linked_to(shop) is None
    assert talk.session().first_at.bought is None


def test_an_order_from_before_the_conversation_did_not_come_out_of_it(
    shop: Services, bring: Callable[..., ImportReport]
) -> None:
    talk = customer(shop)
    bring(talk.session_id, NOW - timedelta(hours=1))
    assert linked_to(shop) is None
    assert talk.session().first_at.bought is None


def test_marking_purchases_reads_no_whole_collection(
    shop: Services, bring: Bring, clock: ManualClock
) -> None:
    talk = customer(shop)
    with no_collection_scans(shop.mongo):
        bring(talk.session_id)
