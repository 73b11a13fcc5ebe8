"""Order updates on the real database, with their confirmations in the outbox."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from concierge.core.actor import Actor, Role
from concierge.core.audit import AUDIT_LOG, AuditLog
from concierge.core.clock import ManualClock
from concierge.core.errors import Forbidden, IdempotencyMismatch, InvalidInput, NotFound
from concierge.core.idempotency import IDEMPOTENCY_KEYS, IdempotencyStore
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo
from concierge.core.policies import Policies
from concierge.notifications.models import COLLECTIONS as OUTBOX_COLLECTIONS
from concierge.notifications.models import Channel
from concierge.notifications.repository import NotificationsRepository
from concierge.notifications.service import NotificationsService
from concierge.notifications.templates import MailTexts
from concierge.sessions.links import ConversationLinks
from concierge.sessions.models import COLLECTIONS as SESSIONS
from concierge.sessions.repository import SessionsRepository
from concierge.sessions.service import SessionsService
from concierge.subscriptions.models import COLLECTIONS, Subscription
from concierge.subscriptions.repository import SubscriptionsRepository
from concierge.subscriptions.service import SubscriptionsService
from tests.conftest import DATA
from tests.explain import no_collection_scans

ADA = Actor.customer("s1")
AGENT = Actor.staff("agent", {Role.AGENT})
ANALYST = Actor.staff("analyst", {Role.ANALYST})
SYSTEM = Actor.system("link")
ORDER = "GG-12001"


@pytest.fixture
def subscriptions(mongo: Mongo, clock: ManualClock, policies: Policies) -> SubscriptionsService:
    mongo.apply([*COLLECTIONS, *SESSIONS, *OUTBOX_COLLECTIONS, IDEMPOTENCY_KEYS, AUDIT_LOG])
    return SubscriptionsService(
        repository=SubscriptionsRepository(mongo),
        clock=clock,
        idempotency=IdempotencyStore(mongo, clock),
        audit=AuditLog(mongo, clock),
        notifications=NotificationsService(
            repository=NotificationsRepository(mongo), clock=clock, texts=MailTexts.load(DATA)
        ),
        sessions=SessionsService(
            repository=SessionsRepository(mongo),
            clock=clock,
            policies=policies,
            timezone="America/New_York",
        ),
        links=ConversationLinks("a secret for tests only, long enough", "https://desk.example.com"),
    )


def opt_in(service: SubscriptionsService, **more) -> list[Subscription]:
    given = {"email": "ada@example.com", "request_id": new_id(), "session_id": "s1", **more}
    return service.opt_in(ADA, order_number=ORDER, origin_intent="order_tracking", **given)


def opt_out(service: SubscriptionsService, **more) -> list[Subscription]:
    given = {"request_id": new_id(), "session_id": "s1", **more}
    return service.opt_out(ADA, order_number=ORDER, **given)


def kinds(mongo: Mongo) -> list[str]:
    return sorted(row["kind"] for row in mongo.db["outbox"].find())


def test_updates_go_to_an_address_a_number_or_both_and_each_is_told(
    subscriptions: SubscriptionsService, mongo: Mongo
) -> None:
    made = opt_in(subscriptions, email=" Ada@Example.com ", phone="(212) 555-0123")
    assert {(s.channel, s.address) for s in made} == {
        (Channel.EMAIL, "ada@example.com"),
        (Channel.SMS, "+12125550123"),
    }
    assert {s.origin_intent for s in made} == {"order_tracking"}
    assert kinds(mongo) == ["order_updates_on", "order_updates_on"]
    mail = mongo.db["outbox"].find_one({"channel": "email"})
    assert mail is not None
    assert "https://desk.example.com/c/" in mail["body"]
    assert subscriptions.for_orders(AGENT, [ORDER])[ORDER] == made
    assert mongo.db["auditLog"].count_documents({"action": "subscription.on"}) == 2


def test_asking_again_changes_nothing_and_writes_no_second_mail(
    subscriptions: SubscriptionsService, mongo: Mongo
) -> None:
    first = opt_in(subscriptions, request_id="r1")
    assert opt_in(subscriptions, request_id="r1") == first
    assert opt_in(subscriptions, request_id="r2", session_id="s1") == first
    assert kinds(mongo) == ["order_updates_on"]
    with pytest.raises(IdempotencyMismatch):
        opt_in(subscriptions, request_id="r1", email="eve@example.com")


def test_stopping_ends_it_and_beginning_again_is_a_new_beginning(
    subscriptions: SubscriptionsService, mongo: Mongo, clock: ManualClock
) -> None:
    opt_in(subscriptions)
    (ended,) = opt_out(subscriptions)
    assert (ended.active, ended.ended_at) == (False, clock.now())
    assert subscriptions.active_for(ORDER) == []
    assert subscriptions.for_orders(AGENT, [ORDER])[ORDER] == [ended]
    (again,) = opt_in(subscriptions)
    assert (again.active, again.ended_at, again.id) == (True, None, ended.id)
    assert kinds(mongo) == ["order_updates_off", "order_updates_on", "order_updates_on"]


def test_stopping_without_an_address_ends_only_what_this_session_turned_on(
    subscriptions: SubscriptionsService,
) -> None:
    opt_in(subscriptions)
    subscriptions.opt_in(
        Actor.customer("s2"),
        order_number=ORDER,
        session_id="s2",
        request_id="r",
        email="bea@example.com",
    )
    assert [s.address for s in opt_out(subscriptions)] == ["ada@example.com"]
    assert [s.address for s in subscriptions.active_for(ORDER)] == ["bea@example.com"]
    assert opt_out(subscriptions) == []
    assert opt_out(subscriptions, email="nobody@example.com") == []
    (by_address,) = opt_out(subscriptions, email="BEA@example.com")
    assert not by_address.active


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"email": "ada@example"}, "email"),
        ({"email": "a..b@example.com"}, "email"),
        ({"email": "ada@example.com, eve@example.com"}, "email"),
        ({"email": "ada@example.com\nBcc: eve@example.com"}, "email"),
        ({"email": f"{'a' * 250}@example.com"}, "email"),
        ({"email": None, "phone": "12345"}, "phone"),
        ({"email": None, "phone": "call me"}, "phone"),
        ({"email": None, "phone": "+0123456789"}, "phone"),
        ({"email": None, "phone": "020 7946 0958"}, "phone"),
        ({"email": None, "phone": "+1234567890123456"}, "phone"),
        ({"email": None}, "email"),
        ({"email": ""}, "email"),
    ],
)
def test_what_cannot_be_an_address_is_named_and_nothing_is_stored(
    subscriptions: SubscriptionsService, mongo: Mongo, given: dict[str, str | None], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        opt_in(subscriptions, **given)
    assert caught.value.field == field
    assert mongo.db["widgetOrderSubscriptions"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+1 212-555-0123", "+12125550123"),
        ("1 212 555 0123", "+12125550123"),
        ("0044 20 7946 0958", "+442079460958"),
        ("+44 (20) 7946.0958", "+442079460958"),
    ],
)
def test_a_number_has_one_spelling(
    subscriptions: SubscriptionsService, typed: str, kept: str
) -> None:
    (made,) = opt_in(subscriptions, email=None, phone=typed)
    assert made.address == kept


def test_a_link_of_the_mails_stops_one_subscription_and_is_ours_alone(
    subscriptions: SubscriptionsService, mongo: Mongo
) -> None:
    (first, second) = opt_in(subscriptions, phone="+12125550123")
    for _ in range(2):
        subscriptions.stop(SYSTEM, first.id, new_id())
    assert subscriptions.active_for(ORDER) == [second]
    assert kinds(mongo).count("order_updates_off") == 1
    subscriptions.stop(SYSTEM, "unknown", "r")
    assert subscriptions.of_link(SYSTEM, "unknown") is None
    for actor in (ADA, AGENT):
        for attempt in (
            lambda a=actor: subscriptions.stop(a, second.id, "r"),
            lambda a=actor: subscriptions.of_link(a, second.id),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_sixteen_at_once_make_one_subscription_and_one_mail(
    subscriptions: SubscriptionsService, mongo: Mongo
) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: opt_in(subscriptions), range(16)))
    assert len({a.model_dump_json() for (a,) in answers}) == 1
    assert kinds(mongo) == ["order_updates_on"]


def test_only_the_sessions_customer_and_chat_staff_may_subscribe(
    subscriptions: SubscriptionsService,
) -> None:
    with pytest.raises(NotFound):
        opt_in(subscriptions, session_id="s2")
    with pytest.raises(NotFound):
        opt_out(subscriptions, session_id="s2")
    with pytest.raises(Forbidden):
        subscriptions.opt_in(
            ANALYST, order_number=ORDER, session_id="s", request_id="r", email="a@example.com"
        )
    with pytest.raises(Forbidden):
        subscriptions.for_orders(ADA, [ORDER])


def test_an_analyst_sees_no_address(subscriptions: SubscriptionsService) -> None:
    opt_in(subscriptions, phone="+12125550123")
    seen = subscriptions.for_orders(ANALYST, [ORDER])[ORDER]
    assert {s.address for s in seen} == {"a•••@•••", "•••23"}


def test_no_query_of_subscriptions_scans_them(
    subscriptions: SubscriptionsService, mongo: Mongo
) -> None:
    opt_in(subscriptions)
    with no_collection_scans(mongo):
        opt_in(subscriptions, phone="+12125550123")
        opt_out(subscriptions, email="ada@example.com")
        subscriptions.active_for(ORDER)
        subscriptions.for_orders(AGENT, [ORDER, "GG-2"])
