"""Every screen: its address, its name, its file, and who may see it.

All are registered for everybody, those of other roles hidden from the menu: a screen answers by
itself who may see it (`guards.require`), so a link to it says why instead of "not found".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from concierge.core.actor import Actor, Permission
from concierge.core.folders import PROJECT_ROOT

PAGES_FOLDER = PROJECT_ROOT / "pages"


@dataclass(frozen=True)
class Screen:
    """`path` is the flat address; `permission` none means every member of staff."""

    path: str
    title: str
    section: str
    icon: str
    file: Path
    permission: Permission | None
    about: str
    default: bool = False

    def shown_to(self, actor: Actor) -> bool:
        return self.permission is None or actor.may(self.permission)

    @property
    def url(self) -> str:
        return "/" if self.default else f"/{self.path}"


def _screen(
    path: str,
    title: str,
    section: str,
    icon: str,
    file: str,
    permission: Permission | None,
    about: str,
    *,
    default: bool = False,
) -> Screen:
    return Screen(
        path=path,
        title=title,
        section=section,
        icon=f":material/{icon}:",
        file=PAGES_FOLDER / file,
        permission=permission,
        about=about,
        default=default,
    )


SCREENS: tuple[Screen, ...] = (
    _screen("home", "Home", "", "home", "home/home.py", None, "What needs you now.", default=True),
    _screen(
        "chat",
        "Concierge chat",
        "Concierge",
        "forum",
        "concierge/chat.py",
        Permission.CHAT_USE,
        "The concierge as a customer meets it, with the reasons for each answer.",
    ),
    _screen(
        "scenarios",
        "Scenarios",
        "Concierge",
        "theater_comedy",
        "concierge/scenarios.py",
        Permission.SCENARIOS_PLAY,
        "Conversations played in a store and at a time of their own, and replayed as tests.",
    ),
    _screen(
        "rules",
        "Rules",
        "Concierge",
        "rule",
        "concierge/rules.py",
        Permission.RULES_DRAFT,
        "How messages are understood: drafts, what they would change, versions.",
    ),
    _screen(
        "tickets",
        "Tickets",
        "Support",
        "inbox",
        "support/tickets.py",
        Permission.TICKETS_READ,
        "What the concierge handed over: claim, read, reply, resolve.",
    ),
    _screen(
        "conversations",
        "Conversations",
        "Support",
        "chat",
        "support/conversations.py",
        Permission.CONVERSATIONS_READ,
        "Every conversation, word for word.",
    ),
    _screen(
        "csat",
        "CSAT",
        "Support",
        "sentiment_satisfied",
        "support/csat.py",
        Permission.CSAT_READ,
        "How customers rate the concierge and the agents.",
    ),
    _screen(
        "orders",
        "Orders",
        "Support",
        "package_2",
        "support/orders.py",
        Permission.ORDERS_READ,
        "Orders with all that was said and done about them.",
    ),
    _screen(
        "funnel",
        "Funnel",
        "Insights",
        "filter_alt",
        "insights/funnel.py",
        Permission.INSIGHTS_READ,
        "From opening the chat to an order, step by step.",
    ),
    _screen(
        "users",
        "Accounts",
        "Admin",
        "group",
        "admin/users.py",
        Permission.USERS_MANAGE,
        "Who works here, and with which roles.",
    ),
)

URLS = frozenset(screen.url for screen in SCREENS)


def screen(path: str) -> Screen:
    """The screen at a flat address; raises `KeyError`."""
    for found in SCREENS:
        if found.path == path:
            return found
    raise KeyError(path)


def shown_to(actor: Actor) -> tuple[Screen, ...]:
    """The screens in the menu of this person."""
    return tuple(found for found in SCREENS if found.shown_to(actor))
