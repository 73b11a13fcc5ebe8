"""`user`: accounts of the staff."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from concierge.cli.output import AsJson, for_machines, write_json, write_line, write_table
from concierge.cli.running import COMMAND, services

if TYPE_CHECKING:
    from concierge.accounts.views import UserView

users = typer.Typer(help="Accounts of agents, analysts, product managers and admins.")

Name = Annotated[str, typer.Argument(help="The user name.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@users.command("add")
def add(
    username: Name,
    role: Annotated[list[str], typer.Option(help="agent, analyst, pm or admin; may be repeated.")],
    name: Annotated[str | None, typer.Option(help="The person's name; else the user name.")] = None,
    email: Annotated[str | None, typer.Option()] = None,
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Makes an account. Without --password-stdin, prints a link to choose a password by.

    The link is a path on the app's address unless CONCIERGE_PUBLIC_URL or PORT says which it is.
    """
    from concierge.core.actor import Role
    from concierge.core.errors import InvalidInput

    try:
        roles = {Role(one.strip().lower()) for one in role}
    except ValueError:
        raise InvalidInput("role", f"must be one of {', '.join(Role)}") from None
    password = _from_stdin() if password_stdin else None
    with services() as ready:
        if password is not None:
            from concierge.accounts.passwords import checked_password

            checked_password(password, username)  # before there is an account without one
        user = ready.accounts.create(
            COMMAND, username=username, name=name or username, roles=roles, email=email
        )
        link = None
        if password is None:
            once = ready.accounts.one_time_link(COMMAND, user.username)
            link = (ready.settings.known_url or "") + once.path
        else:
            user = ready.accounts.set_password(COMMAND, user.username, password)
    if for_machines(as_json):
        write_json({**_plain(user), "passwordLink": link})
        return
    write_line(f"{user.username} is there as {_roles(user)}.")
    if link is not None:
        where = "" if ready.settings.known_url else ", on the app's own address"
        write_line(f"To choose a password, once, within 24 hours{where}: {link}")


@users.command("list")
def list_users(as_json: AsJson = False) -> None:
    """All accounts."""
    found: list[UserView] = []
    with services() as ready:
        cursor: str | None = None
        while True:
            page = ready.accounts.list(COMMAND, cursor)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
    if for_machines(as_json):
        write_json([_plain(user) for user in found])
        return
    write_table(
        ["user", "name", "roles", "state", "last sign-in"],
        [
            (user.username, user.name, _roles(user), _state(user), user.last_login_at)
            for user in found
        ],
    )


@users.command("passwd")
def passwd(username: Name, password_stdin: FromStdin = False, as_json: AsJson = False) -> None:
    """Sets a password, asked for or read from standard input; ends the person's sign-ins."""
    if password_stdin:
        password = _from_stdin()
    elif sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise typer.BadParameter(
            "is needed where nobody can be asked", param_hint="--password-stdin"
        )
    with services() as ready:
        user = ready.accounts.set_password(COMMAND, username, password)
    if for_machines(as_json):
        write_json(_plain(user))
    else:
        write_line(f"The password of {user.username} is set.")


def _from_stdin() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _plain(user: UserView) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "roles": sorted(role.value for role in user.roles),
        "disabled": user.disabled,
        "demo": user.demo,
        "hasPassword": user.has_password,
        "lastLoginAt": user.last_login_at.isoformat() if user.last_login_at else None,
    }


def _roles(user: UserView) -> str:
    return ", ".join(sorted(role.value for role in user.roles))


def _state(user: UserView) -> str:
    if user.disabled:
        return "disabled"
    return "active" if user.has_password else "without a password"
