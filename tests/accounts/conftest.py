"""Accounts over a real database, with a clock that stands."""

from __future__ import annotations

import pytest

from concierge.accounts import passwords
from concierge.accounts.models import COLLECTIONS
from concierge.accounts.repository import AccountsRepository
from concierge.accounts.service import AccountsService
from concierge.core.actor import Actor, Role
from concierge.core.audit import AUDIT_LOG, AuditLog
from concierge.core.clock import ManualClock
from concierge.core.limits import RATE_COUNTERS, RateLimiter
from concierge.core.mongo import Mongo
from concierge.core.privacy import Hasher

ADMIN = Actor.staff("boss", {Role.ADMIN})
SYSTEM = Actor.system("tests")
PASSWORD = "a good long sentence"


@pytest.fixture
def audit(mongo: Mongo, clock: ManualClock) -> AuditLog:
    return AuditLog(mongo, clock)


@pytest.fixture
def accounts(mongo: Mongo, clock: ManualClock, hasher: Hasher, audit: AuditLog) -> AccountsService:
    mongo.apply([*COLLECTIONS, AUDIT_LOG, RATE_COUNTERS])
    return AccountsService(
        repository=AccountsRepository(mongo),
        mongo=mongo,
        audit=audit,
        limiter=RateLimiter(mongo),
        hasher=hasher,
        clock=clock,
        demo=True,
    )


@pytest.fixture(scope="session")
def hashed_password() -> str:
    """Hashing takes a quarter of a second by design: once for all tests."""
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def ada(accounts: AccountsService, mongo: Mongo, clock: ManualClock, hashed_password: str) -> str:
    """An agent with a password."""
    accounts.create(SYSTEM, username="ada", name="Ada Example", roles=[Role.AGENT])
    AccountsRepository(mongo).set_password("ada", hashed_password, clock.now())
    return "ada"
