"""Keeps the made parts of `docs/roles.md` up to date: screens, permissions, fields, by role.

    python -m tools.docs_roles            writes them
    python -m tools.docs_roles --check    exit 1 when they are stale

Screens come from the registry, permissions from `core.actor`, what asks for them from the source,
read with `ast`. Which fields are masked is listed here; `tests/docs/test_roles.py` asks the
services as each role and compares.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from concierge.core.actor import PERMISSIONS, Actor, Permission, Role
from concierge.core.folders import PROJECT_ROOT
from concierge.ui.registry import SCREENS
from tools.docs_blocks import filled, keep_up, table

PAGE = PROJECT_ROOT / "docs" / "roles.md"
YES, NO, HIDDEN = "yes", "–", "•••"
EVERYBODY = "every member of staff"
PACKAGES_OF_SCREENS = {"bootstrap", "cli", "core", "demo", "ui", "verify", "web"}
"""What asks a service instead of being one."""


@dataclass(frozen=True)
class Masked:
    """A field of `what` that not everybody sees who reads the thing.

    `needs` is what reading the thing takes, `opens` what seeing the field takes besides, `hidden`
    what is seen without it; with `from_all` everybody sees only that.
    """

    what: str
    field: str
    needs: Permission
    hidden: str = HIDDEN
    opens: Permission = Permission.PEOPLE_SEE
    from_all: bool = False

    def seen_by(self, role: Role) -> str:
        held = PERMISSIONS[role]
        if self.needs not in held:
            return NO
        if self.opens in held and not self.from_all:
            return YES
        return self.hidden


GONE = "left out"
MAIL = "`a•••@•••`"
WORDS = "with •••"
"""Text that stays, but for names, e-mails, telephone numbers and known addresses in it."""

_ORDER = Permission.ORDERS_READ
_RATING = Permission.CSAT_READ
_TALK = Permission.CONVERSATIONS_READ
MASKED: tuple[Masked, ...] = (
    Masked("order", "customerName", _ORDER),
    Masked("order", "customerEmail", _ORDER, MAIL),
    Masked("order", "shipping.postalCode", _ORDER),
    Masked("order", "shipping.city", _ORDER),
    Masked("order", "shipping.trackingNumber", _ORDER),
    Masked("return", "customerEmail", _ORDER, MAIL),
    Masked("return", "reason", _ORDER),
    Masked("return", "labelUrl", _ORDER, GONE, from_all=True),
    Masked("order updates", "address", _ORDER, f"{MAIL}, `•••01`"),
    Masked("rating", "notes", _RATING),
    Masked("rating", "history[].notes", _RATING),
    Masked("conversation in the list", "customer", _TALK),
    Masked("conversation in the list", "firstText", _TALK, WORDS),
    Masked("conversation in the list", "score", _TALK, GONE, _RATING),
    Masked("conversation", "customer", _TALK),
    Masked("conversation", "customerEmail", _TALK),
    Masked("conversation", "page", _TALK, WORDS),
    Masked("conversation", "lines[].text", _TALK, WORDS),
    Masked("conversation", "lines[].trace", _TALK, GONE, Permission.TRACE_SEE),
    Masked("conversation", "score", _TALK, GONE, _RATING),
    Masked("trace of a turn", "detection.slots.name", Permission.TRACE_SEE),
    Masked("trace of a turn", "detection.slots.email", Permission.TRACE_SEE),
    Masked("trace of a turn", "detection.slots.phone", Permission.TRACE_SEE),
    Masked("trace of a turn", "detection.slots.postalCode", Permission.TRACE_SEE),
    Masked("message not understood", "text", Permission.INSIGHTS_READ, WORDS, from_all=True),
    Masked("message of a cluster", "text", Permission.INSIGHTS_READ, WORDS, from_all=True),
    Masked("turn that a draft changes", "text", Permission.RULES_DRAFT, WORDS),
    Masked("ticket", "everything", Permission.TICKETS_READ),
)


def render(text: str) -> str:
    """The page with its made parts as the code says."""
    roles = tuple(Role)
    asked = asked_by_services()
    return filled(
        text,
        {
            "screens": table(
                ("screen", "address", *roles, "needs", "shows"),
                (
                    (
                        screen.title,
                        f"`{screen.url}`",
                        *(_mark(screen.shown_to(_somebody(role))) for role in roles),
                        f"`{screen.permission.name}`" if screen.permission else EVERYBODY,
                        screen.about,
                    )
                    for screen in SCREENS
                ),
            ),
            "permissions": table(
                ("permission", "for", *roles, "refused without it", "shows less without it"),
                (
                    (
                        f"`{one.name}`",
                        one.value,
                        *(_mark(one in PERMISSIONS[role]) for role in roles),
                        _listed(asked[one].refuse),
                        _listed(asked[one].shape),
                    )
                    for one in Permission
                ),
            ),
            "fields": table(
                ("of", "field", *roles),
                (
                    (one.what, f"`{one.field}`", *(one.seen_by(role) for role in roles))
                    for one in MASKED
                ),
            ),
        },
    )


def _mark(holds: bool) -> str:
    return YES if holds else NO


def _somebody(role: Role) -> Actor:
    return Actor.staff("somebody", {role})


def _listed(names: Iterable[str]) -> str:
    """`tickets`: claim, reply. `orders`: get."""
    by_room: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        room, _, method = name.partition(".")
        by_room[room].append(method)
    return "; ".join(f"`{room}`: {', '.join(methods)}" for room, methods in by_room.items()) or NO


# -- what asks for a permission ------------------------------------------------------------------


@dataclass
class Asked:
    """`room.method` of services that refuse without a permission, and that show less."""

    refuse: set[str] = field(default_factory=set)
    shape: set[str] = field(default_factory=set)


@dataclass
class _Method:
    """What one function does itself: permissions it requires, permissions it looks at, calls."""

    refuse: set[Permission] = field(default_factory=set)
    shape: set[Permission] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


def asked_by_services(folder: Path = PROJECT_ROOT / "concierge") -> dict[Permission, Asked]:
    """By permission, the public methods that ask for it themselves or in a helper beside them."""
    found = {permission: Asked() for permission in Permission}
    for file in sorted(folder.glob("*/*.py")):
        package = file.parent.name
        if package in PACKAGES_OF_SCREENS:
            continue
        room = file.stem if package in ("insights", "exchange") else package
        if room == "service":
            room = "imports"
        methods = _methods(ast.parse(file.read_text(encoding="utf-8")))
        for name in methods:
            if not name.startswith("_") and not name.endswith("()"):
                whole = _with_helpers(name, methods)
                for permission in whole.refuse:
                    found[permission].refuse.add(f"{room}.{name}")
                for permission in whole.shape - whole.refuse:
                    found[permission].shape.add(f"{room}.{name}")
    return found


def _methods(tree: ast.Module) -> dict[str, _Method]:
    """Methods by name; functions of the module as `name()`, as `list` may be both."""
    beside = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {
        f"{node.name}()" if node in beside else node.name: _read(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }


def _read(function: ast.FunctionDef) -> _Method:
    method = _Method()
    looked_at: set[int] = set()
    of_customers = _for_customers_only(function)
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or id(node) in of_customers:
            continue
        called = node.func
        if isinstance(called, ast.Name):
            method.calls.add(f"{called.id}()")
        elif isinstance(called, ast.Attribute):
            if isinstance(called.value, ast.Name) and called.value.id == "self":
                method.calls.add(called.attr)
            if called.attr == "may":
                looked_at |= {id(part) for part in ast.walk(node)}
            if called.attr == "require_participant":
                method.refuse.add(Permission.CHAT_USE)
    for node in ast.walk(function):
        if (permission := _permission(node)) is not None:
            (method.shape if id(node) in looked_at else method.refuse).add(permission)
    return method


def _for_customers_only(function: ast.FunctionDef) -> set[int]:
    """What stands under `if actor.is_customer:` asks nothing of the staff."""
    return {
        id(part)
        for node in ast.walk(function)
        if isinstance(node, ast.If)
        and isinstance(node.test, ast.Attribute)
        and node.test.attr == "is_customer"
        for statement in node.body
        for part in ast.walk(statement)
    }


def _permission(node: ast.AST) -> Permission | None:
    named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    if named and node.value.id == "Permission":  # type: ignore[attr-defined]
        return Permission[node.attr]  # type: ignore[attr-defined]
    return None


def _with_helpers(name: str, methods: dict[str, _Method]) -> _Method:
    whole = _Method()
    waiting, seen = [name], set[str]()
    while waiting:
        here = waiting.pop()
        if here in seen or here not in methods:
            continue
        seen.add(here)
        whole.refuse |= methods[here].refuse
        whole.shape |= methods[here].shape
        waiting += methods[here].calls
    return whole


if __name__ == "__main__":
    keep_up(PAGE, render, "The made parts of docs/roles.md")
