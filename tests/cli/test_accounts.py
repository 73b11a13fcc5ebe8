"""`user`."""

from __future__ import annotations

import json

import pytest

from tests.cli.command import Command, one_line

PASSWORD = "a lamp in the window"


def test_an_account_is_made_with_a_password_that_works(command: Command) -> None:
    made = command.json(
        *("user", "add", "Ada", "--role", "agent", "--role", "pm", "--name", "Ada Example"),
        "--password-stdin",
        given=PASSWORD + "\n",
    )
    assert (made["username"], made["roles"], made["passwordLink"]) == ("ada", ["agent", "pm"], None)
    assert PASSWORD not in str(made)
    login = command.services.accounts.login("ada", PASSWORD, "127.0.0.1")
    assert login.user.name == "Ada Example"


def test_without_a_password_a_link_to_choose_one_is_printed(command: Command) -> None:
    made = command.json("user", "add", "bo", "--role", "analyst", "--name", "Bo Example")
    assert made["hasPassword"] is False
    token = made["passwordLink"].rpartition("/")[2]
    command.services.accounts.use_link(token, PASSWORD)
    assert command.services.accounts.login("bo", PASSWORD, "127.0.0.1")


def test_the_link_begins_where_the_settings_say_and_else_with_its_path(command: Command) -> None:
    def link_of(name: str, **settings: str) -> str:
        return str(command.json("user", "add", name, "--role", "pm", **settings)["passwordLink"])

    nowhere = {"PORT": "", "CONCIERGE_PUBLIC_URL": ""}
    assert link_of("ada", **nowhere).startswith("/session/password/")
    assert link_of("bo", **{**nowhere, "PORT": "8600"}).startswith("http://127.0.0.1:8600/")
    public = {"PORT": "8600", "CONCIERGE_PUBLIC_URL": "https://desk.example.com/"}
    assert link_of("cy", **public).startswith("https://desk.example.com/session/password/")


def test_people_are_told_where_a_path_belongs(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concierge.cli.accounts.for_machines", lambda as_json: as_json)
    shown = command.run("user", "add", "ada", "--role", "pm", PORT="", CONCIERGE_PUBLIC_URL="")
    assert "within 24 hours, on the app's own address: /session/password/" in shown.stdout
    shown = command.run("user", "add", "bo", "--role", "pm", PORT="8600")
    assert "within 24 hours: http://127.0.0.1:8600/session/password/" in shown.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "add", "ada", "--role", "admin", "--password-stdin"),
        ("user", "add", "bo", "--role", "agent"),
        ("user", "list"),
    ],
    ids=lambda arguments: " ".join(arguments[:3]),
)
def test_nothing_but_the_answer_is_said(command: Command, arguments: tuple[str, ...]) -> None:
    done = command.process(*arguments)
    said, complained = done.communicate(PASSWORD + "\n", timeout=60)
    assert (done.returncode, complained) == (0, "")
    json.loads(said)


def test_a_password_is_changed_and_ends_the_sign_ins(command: Command) -> None:
    command.json("user", "add", "ada", "--role", "admin", "--password-stdin", given=PASSWORD)
    token = command.services.accounts.login("ada", PASSWORD, "127.0.0.1").token
    command.json("user", "passwd", "ada", "--password-stdin", given="another lamp entirely\n")
    assert command.services.accounts.authenticate(token) is None
    assert command.services.accounts.login("ada", "another lamp entirely", "127.0.0.1")


def test_a_password_that_nobody_can_be_asked_for_is_bad_usage(command: Command) -> None:
    command.json("user", "add", "ada", "--role", "admin")
    assert command.run("user", "passwd", "ada").exit_code == 2


def test_accounts_are_listed_without_their_secrets(command: Command) -> None:
    command.json("user", "add", "ada", "--role", "admin", "--password-stdin", given=PASSWORD)
    command.json("user", "add", "bo", "--role", "agent")
    ada, bo = command.json("user", "list")
    assert (ada["username"], ada["hasPassword"]) == ("ada", True)
    assert (bo["username"], bo["roles"], bo["hasPassword"]) == ("bo", ["agent"], False)
    assert not {"passwordHash", "passwordLink"} & set(ada)


def test_a_role_that_does_not_exist_is_bad_input(command: Command) -> None:
    result = command.run("user", "add", "ada", "--role", "queen")
    assert result.exit_code == 2
    assert "must be one of agent, analyst, pm, admin" in one_line(result.stderr)


def test_a_weak_password_makes_no_account(command: Command) -> None:
    result = command.run("user", "add", "ada", "--role", "pm", "--password-stdin", given="short\n")
    assert result.exit_code == 2
    assert command.json("user", "list") == []


def test_a_name_that_is_taken_and_one_that_is_not_there_fail(command: Command) -> None:
    command.json("user", "add", "ada", "--role", "pm")
    taken = command.run("user", "add", "ada", "--role", "pm")
    assert (taken.exit_code, one_line(taken.stderr)) == (
        1,
        "There is already an account named ada.",
    )
    missing = command.run("user", "passwd", "bo", "--password-stdin", given=PASSWORD)
    assert missing.exit_code == 1
    assert "bo" in one_line(missing.stderr)
