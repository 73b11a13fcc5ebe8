"""The demo's past: played once, whoever starts, and never into the future."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from concierge import bootstrap
from concierge.bootstrap import Services
from concierge.chat import service as chat
from concierge.core.actor import Actor, Role
from concierge.core.mongo import Mongo
from concierge.demo import seed
from concierge.events.models import ANALYTICS_EVENTS
from concierge.notifications.models import Mail, MailStatus
from concierge.notifications.repository import NotificationsRepository
from concierge.notifications.service import NotificationsService
from concierge.notifications.templates import MailTexts
from concierge.orders.models import OrderFilter, OrderStatus
from concierge.returns.eligibility import decide
from concierge.sessions.models import WIDGET_SESSIONS
from tests.conftest import DATA, NOW

SESSIONS = 12
AGENT = Actor.staff("agent", {Role.AGENT})
SYSTEM = Actor.system("tests")


def _seed(services: Services) -> seed.Played | None:
    with bootstrap.moved(services) as factory:
        return seed.ensure(services, factory, DATA, days=10, sessions=SESSIONS)


def test_of_processes_that_start_together_one_seeds_and_all_find_the_same_shop(
    services: Services,
) -> None:
    rooms = [bootstrap.build(services.settings, services.clock, services.mongo) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        played = list(pool.map(_seed, rooms))
    assert [p.sessions for p in played if p] == [SESSIONS]
    assert _count(services.mongo) <= SESSIONS
    assert _seed(services) is None


def test_a_seeding_that_was_killed_is_finished_and_its_past_is_not_doubled(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(seed, "play", killed)
        with pytest.raises(KeyboardInterrupt):
            _seed(services)
    assert services.catalog.count() > 0
    services.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    assert _seed(services) is not None
    before = _count(services.mongo)
    assert _seed(services) is None
    assert _count(services.mongo) == before


def test_a_database_with_a_shop_of_its_own_is_left_alone(shop: Services) -> None:
    assert _seed(shop) is None
    assert _count(shop.mongo) == 0


def test_nothing_is_played_after_the_present_and_every_event_is_written(
    services: Services,
) -> None:
    assert _seed(services) is not None
    sessions = list(services.mongo.collection(WIDGET_SESSIONS).find())
    assert sessions
    for session in sessions:
        assert session["lastAt"] <= NOW
        assert all(entry["at"] <= NOW for entry in session["transcript"])
    held = sum(len(entry["events"]) for s in sessions for entry in s["transcript"])
    assert services.mongo.collection(ANALYTICS_EVENTS).count_documents({}) == held


def _count(mongo: Mongo) -> int:
    return mongo.collection(WIDGET_SESSIONS).count_documents({})


@pytest.fixture
def past(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The whole past of the demo; a turn that would be refused fails."""

    def refused(event: str, **_: object) -> None:
        raise AssertionError(f"{event} while seeding")

    monkeypatch.setattr(chat.log, "info", refused)
    with bootstrap.moved(services) as factory:
        played = seed.ensure(services, factory, DATA)
    assert played is not None
    assert played.sessions == _count(services.mongo)
    return services


def test_the_orders_page_shows_returns_resizes_and_updates_and_nobody_was_refused(
    past: Services,
) -> None:
    rows = past.enrichment.page(AGENT, OrderFilter(), limit=100).items
    filed = [row for row in rows if row.rma is not None]
    assert {row.return_kind for row in filed} == {"return", "resize"}
    assert len(filed) >= 4
    assert sum(row.updates for row in rows) >= 4
    assert not seed.FIXTURES & {row.order_number for row in rows if row.rma or row.updates}


def test_of_the_past_no_mail_is_ever_sent_and_all_are_shown(past: Services) -> None:
    sent: list[Mail] = []

    class Server:
        def send(self, mail: Mail) -> None:
            sent.append(mail)

    mails = past.notifications.recent(SYSTEM, limit=200).items
    assert {mail.kind for mail in mails} >= {"rma", "ticket_opened", "agent_reply", "survey"}
    assert {mail.status for mail in mails} == {MailStatus.KEPT}
    outbox = NotificationsService(
        repository=NotificationsRepository(past.mongo),
        clock=past.clock,
        texts=MailTexts.load(DATA),
        transport=Server(),
    )
    words = {"ticket_id": "STY-1", "promise": "soon", "link": "https://shop.example.com/c/x"}
    outbox.queue("ticket_opened", "ada@example.com", words, "of today")
    assert outbox.deliver_due().sent == 1
    assert [mail.dedupe_key for mail in sent] == ["of today"]
    past.order_changed.notify()
    assert outbox.deliver_due().sent == 0


def test_the_past_leaves_the_orders_on_the_edge_of_a_window_to_be_tried(past: Services) -> None:
    edges = ["GG-12002", "GG-12008", "GG-12014", "GG-12015", "GG-12016"]
    assert past.returns.for_orders(AGENT, edges) == {}


def test_every_return_of_the_past_was_inside_its_window_then_and_still_is(past: Services) -> None:
    found = past.returns.for_orders(AGENT, [f"GG-12{number:03d}" for number in range(1, 100)])
    for one in (filed for kept in found.values() for filed in kept):
        order = past.orders.get(AGENT, one.order_number)
        assert order.status is OrderStatus.RETURN_PENDING
        line = order.line(one.line_id)
        assert line is not None
        for moment in (one.created_at, NOW):
            assert decide(order, line, one.kind, moment, past.policies).allowed
