"""`init-db` and `seed`."""

from __future__ import annotations

import pytest

from concierge.bootstrap import ALL_COLLECTIONS
from concierge.core.actor import Actor, Role
from concierge.events.models import ANALYTICS_EVENTS
from concierge.notifications.models import OUTBOX
from concierge.orders.models import ORDERS
from concierge.returns.models import RETURNS
from concierge.sessions.models import WIDGET_SESSIONS
from concierge.tickets.models import STYLIST_TICKETS
from tests.cli.command import Command

VOLUME = (
    *("seed", "--orders", "40", "--tickets", "12", "--sessions", "4", "--events", "30"),
    *("--days", "10"),
)


def test_init_db_may_be_repeated(command: Command) -> None:
    first = command.json("init-db")
    assert first["collections"] == len(ALL_COLLECTIONS)
    assert command.json("init-db") == first


def test_the_demo_shop_is_loaded_once(shop_command: Command) -> None:
    made = shop_command.json("seed", "--demo")["demo"]
    assert {what: made[what]["created"] for what in made} == dict.fromkeys(made, 0)
    assert made["products"]["unchanged"] == shop_command.services.catalog.count()


def test_demo_accounts_need_demo_mode_on_a_named_database(shop_command: Command) -> None:
    shop_command.json("seed", "--demo")
    assert shop_command.services.accounts.demo_accounts() == []
    shop_command.json("seed", "--demo", CONCIERGE_DEMO="1")
    assert [user.username for user in shop_command.services.accounts.demo_accounts()] == [
        "agent",
        "analyst",
        "pm",
        "admin",
    ]


def test_volume_is_simulated_and_written_to_nobody(shop_command: Command) -> None:
    made = shop_command.json(*VOLUME)
    assert made["orders"]["created"] == 40
    assert made["tickets"]["opened"] == 12
    assert made["sessions"]["played"] == 4
    assert made["events"]["recorded"] == 30
    services = shop_command.services
    assert services.mongo.collection(ORDERS).count_documents({"source": "volume"}) == 40
    played = services.mongo.collection(WIDGET_SESSIONS)
    assert played.count_documents({}) == played.count_documents({"simulated": True}) > 0
    tickets = services.mongo.collection(STYLIST_TICKETS)
    assert tickets.count_documents({"tags": "volume"}) == 12
    assert tickets.count_documents({"simulated": {"$ne": True}}) == 0
    assert tickets.count_documents({"tags": "volume", "status": "resolved"}) > 0
    events = services.mongo.collection(ANALYTICS_EVENTS)
    assert events.count_documents({"variant": "volume", "simulated": True}) == 30
    outbox = services.mongo.collection(OUTBOX)
    assert outbox.count_documents({"$or": [{"simulated": False}, {"status": "queued"}]}) == 0
    assert services.mongo.collection(RETURNS).count_documents({}) == 0


def test_the_same_seed_makes_the_same(shop_command: Command) -> None:
    volume = ("seed", "--orders", "8", "--tickets", "4", "--events", "9")
    shop_command.json(*volume)
    orders = shop_command.services.mongo.collection(ORDERS)
    numbers = orders.distinct("orderNumber", {"source": "volume"})
    again = shop_command.json(*volume)
    assert again["orders"]["created"] == 0
    assert orders.distinct("orderNumber", {"source": "volume"}) == numbers
    tickets = shop_command.services.mongo.collection(STYLIST_TICKETS)
    assert tickets.count_documents({"tags": "volume"}) == 4
    assert shop_command.json(*volume, "--seed", "8")["orders"]["created"] == 8


def test_fresh_empties_everything_but_accounts_and_audit_log(shop_command: Command) -> None:
    services = shop_command.services
    admin = Actor.system("test")
    services.accounts.create(admin, username="ada", name="Ada Example", roles={Role.AGENT})
    refused = shop_command.run("seed", "--fresh")
    assert refused.exit_code == 2
    assert services.catalog.count() > 0
    shop_command.json("seed", "--fresh", "--yes", "--orders", "2")
    assert (services.catalog.count(), services.orders.count()) == (0, 2)
    assert [user.username for user in services.accounts.list(admin).items] == ["ada"]
    assert shop_command.json("doctor")["ok"]


@pytest.mark.parametrize("number", ["-1", "1.5"])
def test_a_volume_that_is_no_number_is_bad_usage(command: Command, number: str) -> None:
    assert command.run("seed", "--orders", number).exit_code == 2
