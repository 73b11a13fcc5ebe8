from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from concierge.accounts.demo import DEMO_PASSWORD
from concierge.accounts.errors import (
    LastAdmin,
    LinkUnusable,
    NotDemo,
    OwnAccount,
    UserExists,
)
from concierge.accounts.models import USERS
from concierge.accounts.repository import AccountsRepository
from concierge.accounts.service import LINK_LASTS, AccountsService
from concierge.core.actor import Actor, Role
from concierge.core.audit import AuditLog
from concierge.core.clock import ManualClock
from concierge.core.errors import ConciergeError, Forbidden, InvalidInput, NotFound
from concierge.core.limits import RateLimiter
from concierge.core.mongo import Mongo
from concierge.core.privacy import Hasher
from tests.accounts.conftest import ADMIN, PASSWORD, SYSTEM


def _token(path: str) -> str:
    return path.removeprefix("/session/password/")


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST, Role.PM])
@pytest.mark.parametrize(
    "deed",
    [
        lambda s, a: s.list(a),
        lambda s, a: s.get(a, "ada"),
        lambda s, a: s.create(a, username="x", name="Xe Example", roles=[Role.ADMIN]),
        lambda s, a: s.change_roles(a, "ada", [Role.ADMIN]),
        lambda s, a: s.disable(a, "ada"),
        lambda s, a: s.enable(a, "ada"),
        lambda s, a: s.one_time_link(a, "ada"),
        lambda s, a: s.set_password(a, "ada", "another long one"),
    ],
)
def test_only_admins_keep_accounts(
    accounts: AccountsService, ada: str, role: Role, deed: Callable[[Any, Actor], object]
) -> None:
    with pytest.raises(Forbidden):
        deed(accounts, Actor.staff("somebody", {role}))
    with pytest.raises(Forbidden):
        deed(accounts, Actor.customer("a session"))


def test_a_created_account_is_tidied_listed_and_audited_without_its_name(
    accounts: AccountsService, audit: AuditLog
) -> None:
    made = accounts.create(
        ADMIN,
        username=" Bo.Example@Example.com ",
        name="  Bo   Example ",
        email=" BO@example.com",
        roles=[Role.PM, Role.AGENT, Role.PM],
    )
    assert (made.username, made.name, made.email) == (
        "bo.example@example.com",
        "Bo Example",
        "bo@example.com",
    )
    assert made.roles == {Role.AGENT, Role.PM}
    assert not made.has_password
    assert [user.username for user in accounts.list(ADMIN).items] == [made.username]
    (entry,) = audit.of(f"user:{made.username}")
    assert entry.action == "user.create"
    assert "Bo Example" not in str(entry)


def test_a_user_name_is_taken_once(accounts: AccountsService, ada: str) -> None:
    with pytest.raises(UserExists, match="ada"):
        accounts.create(ADMIN, username="ADA", name="Other Example", roles=[Role.AGENT])


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("username", {"username": "has space"}),
        ("username", {"username": "x" * 21}),
        ("username", {"username": ""}),
        ("username", {"username": "ünïcode"}),
        ("name", {"name": "x"}),
        ("name", {"name": "<b>bold</b>"}),
        ("email", {"email": "not an address"}),
        ("roles", {"roles": []}),
    ],
)
def test_what_cannot_be_an_account_names_its_fault(
    accounts: AccountsService, field: str, given: dict[str, Any]
) -> None:
    values = {"username": "fine", "name": "Fine Example", "roles": [Role.AGENT], **given}
    with pytest.raises(InvalidInput) as fault:
        accounts.create(ADMIN, **values)
    assert fault.value.field == field


def test_accounts_are_paged_by_user_name(accounts: AccountsService) -> None:
    for number in range(5):
        accounts.create(SYSTEM, username=f"user{number}", name="Some Example", roles=[Role.AGENT])
    first = accounts.list(ADMIN, limit=2)
    second = accounts.list(ADMIN, first.next_cursor, limit=2)
    third = accounts.list(ADMIN, second.next_cursor, limit=2)
    names = [user.username for page in (first, second, third) for user in page.items]
    assert names == [f"user{number}" for number in range(5)]
    assert third.next_cursor is None


def test_the_last_active_admin_stays(accounts: AccountsService) -> None:
    accounts.create(SYSTEM, username="boss", name="Boss Example", roles=[Role.ADMIN])
    with pytest.raises(LastAdmin):
        accounts.disable(SYSTEM, "boss")
    with pytest.raises(LastAdmin):
        accounts.change_roles(SYSTEM, "boss", [Role.AGENT])
    accounts.create(SYSTEM, username="deputy", name="Deputy Example", roles=[Role.ADMIN])
    assert accounts.disable(SYSTEM, "boss").disabled


def test_two_admins_cannot_shut_each_other_out_at_once(accounts: AccountsService) -> None:
    pair = ("left", "right")
    for name in pair:
        accounts.create(SYSTEM, username=name, name="Some Example", roles=[Role.ADMIN])

    def shut_out(by: str, whom: str) -> bool:
        try:
            accounts.disable(Actor.staff(by, {Role.ADMIN}), whom)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(shut_out, pair, reversed(pair)))
    assert sorted(done) == [False, True]


def test_nobody_takes_the_own_account_away(accounts: AccountsService) -> None:
    for name in ("boss", "deputy"):
        accounts.create(SYSTEM, username=name, name="Some Example", roles=[Role.ADMIN])
    with pytest.raises(OwnAccount):
        accounts.disable(ADMIN, "boss")
    with pytest.raises(OwnAccount):
        accounts.change_roles(ADMIN, "boss", [Role.AGENT])
    assert accounts.change_roles(ADMIN, "boss", [Role.ADMIN, Role.PM]).roles == {
        Role.ADMIN,
        Role.PM,
    }


def test_what_does_not_exist_is_not_found(accounts: AccountsService) -> None:
    for deed in (accounts.get, accounts.disable, accounts.enable, accounts.one_time_link):
        with pytest.raises(NotFound):
            deed(ADMIN, "nobody")


def test_a_link_sets_a_password_once(accounts: AccountsService, ada: str, mongo: Mongo) -> None:
    earlier = accounts.login(ada, PASSWORD, "192.0.2.1").token
    link = accounts.one_time_link(ADMIN, ada)
    token = _token(link.path)
    assert token not in str(list(mongo.collection(USERS).find()))
    assert accounts.link_owner(token).username == ada
    accounts.use_link(token, "a new long sentence")
    assert accounts.authenticate(earlier) is None, "who knew the old one is out"
    assert accounts.login(ada, "a new long sentence", "192.0.2.1").user.username == ada
    with pytest.raises(LinkUnusable):
        accounts.use_link(token, "yet another sentence")


def test_two_who_use_one_link_at_once_do_not_both_get_it(
    accounts: AccountsService, ada: str
) -> None:
    token = _token(accounts.one_time_link(ADMIN, ada).path)

    def use(password: str) -> bool:
        try:
            accounts.use_link(token, password)
        except LinkUnusable:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(use, [f"a long sentence {n}" for n in range(4)]))
    assert sum(done) == 1


def test_a_newer_link_replaces_the_older_and_a_day_ends_it(
    accounts: AccountsService, ada: str, clock: ManualClock
) -> None:
    old = _token(accounts.one_time_link(ADMIN, ada).path)
    new = _token(accounts.one_time_link(ADMIN, ada).path)
    with pytest.raises(LinkUnusable):
        accounts.link_owner(old)
    assert accounts.get(ADMIN, ada).link_expires_at == clock.now() + LINK_LASTS
    clock.advance(LINK_LASTS + timedelta(milliseconds=1))
    with pytest.raises(LinkUnusable):
        accounts.use_link(new, "a new long sentence")
    assert accounts.get(ADMIN, ada).link_expires_at is None


def test_a_disabled_account_has_no_use_for_a_link(accounts: AccountsService, ada: str) -> None:
    token = _token(accounts.one_time_link(ADMIN, ada).path)
    accounts.disable(ADMIN, ada)
    with pytest.raises(LinkUnusable):
        accounts.use_link(token, "a new long sentence")
    with pytest.raises(InvalidInput):
        accounts.one_time_link(ADMIN, ada)


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 11, "aaaaaaaaaaaaaa", "ada and friends", "x1y2" * 19, "nul\0 inside it"],
)
def test_a_poor_password_is_refused_and_the_link_stays_good(
    accounts: AccountsService, ada: str, password: str
) -> None:
    token = _token(accounts.one_time_link(ADMIN, ada).path)
    with pytest.raises(InvalidInput):
        accounts.use_link(token, password)
    assert accounts.link_owner(token).username == ada


def test_demo_accounts_are_made_once_one_for_each_role(accounts: AccountsService) -> None:
    accounts.ensure_demo_accounts()
    accounts.ensure_demo_accounts()
    assert [user.username for user in accounts.demo_accounts()] == [
        "agent",
        "analyst",
        "pm",
        "admin",
    ]
    for role in Role:
        assert accounts.login(role.value, DEMO_PASSWORD, "127.0.0.1").user.roles == {role}
    accounts.disable(ADMIN, "pm")
    assert "pm" not in [user.username for user in accounts.demo_accounts()]


def test_demo_accounts_refuse_to_exist_outside_demo_mode(
    mongo: Mongo, clock: ManualClock, hasher: Hasher, accounts: AccountsService, audit: AuditLog
) -> None:
    real = AccountsService(
        repository=AccountsRepository(mongo),
        mongo=mongo,
        audit=audit,
        limiter=RateLimiter(mongo),
        hasher=hasher,
        clock=clock,
    )
    with pytest.raises(NotDemo):
        real.ensure_demo_accounts()
    assert list(real.demo_accounts()) == []


def test_tickets_can_be_given_to_active_agents_and_admins(
    accounts: AccountsService, ada: str
) -> None:
    accounts.ensure_demo_accounts()
    accounts.disable(ADMIN, "ada")
    agent = Actor.staff("agent", {Role.AGENT})
    assert [user.username for user in accounts.assignable(agent)] == ["admin", "agent"]
    with pytest.raises(Forbidden):
        accounts.assignable(Actor.staff("pm", {Role.PM}))


def test_no_account_shown_carries_a_secret(accounts: AccountsService, ada: str) -> None:
    accounts.one_time_link(ADMIN, ada)
    shown = accounts.get(ADMIN, ada).model_dump_json()
    assert "$2b$" not in shown
    assert "hash" not in shown.lower()


def test_every_refusal_is_one_of_ours_and_reads_as_a_sentence() -> None:
    for error in (UserExists("ada"), LastAdmin(), OwnAccount("disable"), NotDemo(), LinkUnusable()):
        assert isinstance(error, ConciergeError)
        assert str(error).endswith(".")
