"""The read models on the real database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from concierge.bootstrap import Services, build
from concierge.core.actor import Actor, Role
from concierge.core.audit import AUDIT_LOG
from concierge.core.clock import ManualClock
from concierge.core.config import Settings
from concierge.core.idempotency import IDEMPOTENCY_KEYS
from concierge.core.mongo import Mongo
from concierge.core.policies import Policies
from concierge.csat.models import COLLECTIONS as CSAT
from concierge.customers.models import COLLECTIONS as CUSTOMERS
from concierge.events.models import COLLECTIONS as EVENTS
from concierge.insights.conversations import ConversationsService
from concierge.insights.funnel import FunnelService
from concierge.insights.metrics import MetricsService
from concierge.insights.unmatched import UnmatchedService
from concierge.notifications.models import COLLECTIONS as MAILS
from concierge.orders.models import COLLECTIONS as ORDERS
from concierge.returns.models import COLLECTIONS as RETURNS
from concierge.sessions.models import COLLECTIONS as SESSIONS
from concierge.sessions.repository import SessionsRepository
from concierge.sessions.service import SessionsService
from concierge.subscriptions.models import COLLECTIONS as SUBSCRIPTIONS
from concierge.tickets.models import COLLECTIONS as TICKETS

READ = [*SESSIONS, *EVENTS, *CSAT, *ORDERS, *TICKETS]
WRITTEN = [*RETURNS, *SUBSCRIPTIONS, *CUSTOMERS, *MAILS, AUDIT_LOG, IDEMPOTENCY_KEYS]
ZONE = "America/New_York"
ANALYST = Actor.staff("ana", {Role.ANALYST})
ADMIN = Actor.staff("adm", {Role.ADMIN})
AGENT = Actor.staff("agn", {Role.AGENT})
PM = Actor.staff("pam", {Role.PM})


def built(mongo: Mongo, clock: ManualClock) -> Services:
    """Every room over the test's database and clock."""
    settings = Settings(
        _env_file=None,
        mongodb_uri=mongo.uri,
        db=mongo.db.name,
        secret_key="a secret for tests only, of 32 letters or more",
    )
    return build(settings, clock, mongo)


@pytest.fixture
def desk(mongo: Mongo) -> Mongo:
    """Only what is read: making every collection for every test takes its time."""
    mongo.apply(READ)
    return mongo


@pytest.fixture
def services(desk: Mongo, clock: ManualClock) -> Iterator[Services]:
    desk.apply(WRITTEN)
    made = built(desk, clock)
    yield made
    made.events.stop()


@pytest.fixture
def funnel(desk: Mongo, clock: ManualClock) -> FunnelService:
    return FunnelService(mongo=desk, clock=clock, timezone=ZONE)


@pytest.fixture
def conversations(desk: Mongo, clock: ManualClock, policies: Policies) -> ConversationsService:
    sessions = SessionsService(
        repository=SessionsRepository(desk), clock=clock, policies=policies, timezone=ZONE
    )
    return ConversationsService(mongo=desk, sessions=sessions)


@pytest.fixture
def metrics(desk: Mongo, clock: ManualClock) -> MetricsService:
    return MetricsService(mongo=desk, clock=clock, timezone=ZONE)


@pytest.fixture
def unmatched(desk: Mongo, clock: ManualClock) -> UnmatchedService:
    return UnmatchedService(mongo=desk, clock=clock, timezone=ZONE)
