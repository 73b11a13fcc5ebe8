from __future__ import annotations

import time
from datetime import timedelta

import pytest

from concierge.accounts.errors import WrongCredentials
from concierge.accounts.models import LOGIN_SESSIONS
from concierge.accounts.service import (
    LOGIN_LASTS,
    TRIES_PER_USER_AND_ADDRESS,
    AccountsService,
)
from concierge.core.actor import Role
from concierge.core.audit import AuditLog
from concierge.core.clock import ManualClock
from concierge.core.errors import RateLimited
from concierge.core.mongo import Mongo
from tests.accounts.conftest import ADMIN, PASSWORD, SYSTEM


def test_a_right_password_signs_in_and_the_token_says_who_it_is(
    accounts: AccountsService, ada: str
) -> None:
    result = accounts.login("  ADA ", PASSWORD, "192.0.2.1", "a browser")
    known = accounts.authenticate(result.token)
    assert known is not None
    assert (known.username, known.name, known.roles) == (ada, "Ada Example", {Role.AGENT})
    assert known.actor.is_staff


def test_the_token_itself_is_never_stored(
    accounts: AccountsService, ada: str, mongo: Mongo
) -> None:
    token = accounts.login(ada, PASSWORD, "192.0.2.1").token
    assert token not in str(list(mongo.collection(LOGIN_SESSIONS).find()))
    assert "192.0.2.1" not in str(list(mongo.collection(LOGIN_SESSIONS).find()))


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ada", "not the password"),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("ada", ""),
        ("ada", PASSWORD + "x" * 100),
        ("ada", PASSWORD + "\0"),
        ("ada\n", "x"),
        ("{'$gt': ''}", PASSWORD),
        ("\ud800", "\ud800"),
    ],
)
def test_wrong_names_and_wrong_passwords_get_one_and_the_same_answer(
    accounts: AccountsService, ada: str, username: str, password: str
) -> None:
    with pytest.raises(WrongCredentials, match=r"^The user name or the password is not right\.$"):
        accounts.login(username, password, "192.0.2.1")


def test_an_unknown_name_takes_as_long_as_a_known_one(accounts: AccountsService, ada: str) -> None:
    def seconds(username: str) -> float:
        started = time.thread_time()  # of the processor: others use this machine too
        with pytest.raises(WrongCredentials):
            accounts.login(username, "not the password", f"192.0.2.{len(username)}")
        return time.thread_time() - started

    seconds("warm-up")
    known = min(seconds("ada") for _ in range(3))
    unknown = min(seconds("eve") for _ in range(3))
    assert 0.5 < unknown / known < 2


def test_a_disabled_account_cannot_sign_in_and_its_sign_ins_are_over(
    accounts: AccountsService, ada: str
) -> None:
    token = accounts.login(ada, PASSWORD, "192.0.2.1").token
    accounts.disable(ADMIN, ada)
    assert accounts.authenticate(token) is None
    with pytest.raises(WrongCredentials):
        accounts.login(ada, PASSWORD, "192.0.2.1")
    accounts.enable(ADMIN, ada)
    assert accounts.authenticate(token) is None, "what was ended stays ended"
    assert accounts.login(ada, PASSWORD, "192.0.2.1").user.username == ada


def test_signing_out_ends_the_token_once_and_is_audited(
    accounts: AccountsService, ada: str, audit: AuditLog
) -> None:
    result = accounts.login(ada, PASSWORD, "192.0.2.1")
    told: list[tuple[list[str], str]] = []
    stop = accounts.on_login_ended(lambda ids, reason: told.append((list(ids), reason)))
    accounts.logout(result.token)
    accounts.logout(result.token)
    stop()
    assert accounts.authenticate(result.token) is None
    assert told == [([result.user.login_id], "out")]
    assert [entry.action for entry in audit.of("user:ada")].count("logout") == 1


def test_whoever_asks_is_told_why_a_sign_in_is_no_more(accounts: AccountsService, ada: str) -> None:
    running, left, locked_out = (accounts.login(ada, PASSWORD, "192.0.2.1") for _ in range(3))
    accounts.logout(left.token)
    ids = [result.user.login_id for result in (running, left, locked_out)]
    assert accounts.ended([*ids, "unknown"]) == {ids[1]: "out", "unknown": "ended"}
    assert accounts.why_ended(left.token) == "out"
    accounts.disable(ADMIN, ada)
    assert accounts.ended(ids) == {ids[0]: "ended", ids[1]: "out", ids[2]: "ended"}
    assert accounts.why_ended("no token of ours") == "ended"


def test_a_sign_in_ends_by_itself_after_half_a_day(
    accounts: AccountsService, ada: str, clock: ManualClock
) -> None:
    result = accounts.login(ada, PASSWORD, "192.0.2.1")
    clock.advance(LOGIN_LASTS - timedelta(milliseconds=1))
    assert accounts.authenticate(result.token) is not None
    assert accounts.ended([result.user.login_id]) == {}
    clock.advance(timedelta(milliseconds=1))
    assert accounts.authenticate(result.token) is None
    assert accounts.ended([result.user.login_id]) == {result.user.login_id: "ended"}


def test_changed_roles_count_from_the_next_read(accounts: AccountsService, ada: str) -> None:
    token = accounts.login(ada, PASSWORD, "192.0.2.1").token
    accounts.change_roles(ADMIN, ada, [Role.PM, Role.ANALYST])
    known = accounts.authenticate(token)
    assert known is not None
    assert known.roles == {Role.PM, Role.ANALYST}


def test_guessing_is_slowed_for_the_guesser_and_nobody_else(
    accounts: AccountsService, ada: str
) -> None:
    for _ in range(TRIES_PER_USER_AND_ADDRESS):
        with pytest.raises(WrongCredentials):
            accounts.login(ada, "a guess", "198.51.100.7")
    with pytest.raises(RateLimited) as limited:
        accounts.login(ada, PASSWORD, "198.51.100.7")
    assert 0 < limited.value.retry_after_seconds <= 300
    assert accounts.login(ada, PASSWORD, "192.0.2.1").user.username == ada


def test_a_success_forgets_the_failures_before_it(accounts: AccountsService, ada: str) -> None:
    for _ in range(2):
        for _ in range(TRIES_PER_USER_AND_ADDRESS - 1):
            with pytest.raises(WrongCredentials):
                accounts.login(ada, "a slip", "192.0.2.1")
        accounts.login(ada, PASSWORD, "192.0.2.1")


def test_a_password_set_by_an_admin_command_works_and_ends_earlier_sign_ins(
    accounts: AccountsService, ada: str
) -> None:
    token = accounts.login(ada, PASSWORD, "192.0.2.1").token
    accounts.set_password(SYSTEM, ada, "another long sentence")
    assert accounts.authenticate(token) is None
    assert accounts.login(ada, "another long sentence", "192.0.2.1").user.username == ada


def test_an_account_without_a_password_cannot_be_signed_into(accounts: AccountsService) -> None:
    accounts.create(SYSTEM, username="new", name="New Example", roles=[Role.AGENT])
    for password in ("", "None", "new"):
        with pytest.raises(WrongCredentials):
            accounts.login("new", password, "192.0.2.1")
