from __future__ import annotations

import pytest

from concierge.core.actor import PERMISSIONS, Actor, ActorKind, Permission, Role
from concierge.core.errors import Forbidden, NotFound

P = Permission
# Who may what, as the table of roles says; written out so that a change here is a decision.
MAY: dict[Role, set[Permission]] = {
    Role.AGENT: {
        P.CHAT_USE,
        P.TRACE_SEE,
        P.TICKETS_READ,
        P.TICKETS_WRITE,
        P.CONVERSATIONS_READ,
        P.ORDERS_READ,
        P.CSAT_READ,
        P.PEOPLE_SEE,
    },
    Role.ANALYST: {P.CONVERSATIONS_READ, P.ORDERS_READ, P.CSAT_READ, P.INSIGHTS_READ, P.EXPORT},
    Role.PM: {
        P.CHAT_USE,
        P.TRACE_SEE,
        P.CONVERSATIONS_READ,
        P.INSIGHTS_READ,
        P.SCENARIOS_PLAY,
        P.RULES_DRAFT,
    },
    Role.ADMIN: set(Permission),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_may_exactly_what_the_table_says(role: Role, permission: Permission) -> None:
    actor = Actor.staff("sam", {role})
    assert actor.may(permission) is (permission in MAY[role])


def test_every_role_has_its_permissions() -> None:
    assert set(PERMISSIONS) == set(Role)


def test_only_agents_and_admins_open_tickets() -> None:
    assert {r for r in Role if P.TICKETS_READ in PERMISSIONS[r]} == {Role.AGENT, Role.ADMIN}


def test_only_an_admin_publishes_rules() -> None:
    assert {r for r in Role if P.RULES_PUBLISH in PERMISSIONS[r]} == {Role.ADMIN}


def test_two_roles_add_up() -> None:
    both = Actor.staff("sam", {Role.ANALYST, Role.PM})
    assert both.permissions == PERMISSIONS[Role.ANALYST] | PERMISSIONS[Role.PM]


@pytest.mark.parametrize(
    "actor",
    [
        Actor.customer("s1"),
        Actor.staff("sam", set()),
        Actor(ActorKind.MACHINE, "shop"),
    ],
)
def test_a_customer_a_machine_and_staff_without_a_role_may_nothing(actor: Actor) -> None:
    assert actor.permissions == frozenset()


def test_a_customer_with_staff_roles_cannot_be_made_by_the_factory() -> None:
    assert Actor.customer("s1").roles == frozenset()


def test_a_job_of_ours_may_everything_and_is_named() -> None:
    actor = Actor.system("seed")
    assert actor.permissions == frozenset(Permission)
    assert (actor.kind, actor.id) == (ActorKind.SYSTEM, "seed")


def test_requiring_a_permission_that_is_missing_says_which() -> None:
    with pytest.raises(Forbidden, match=r"Your role does not include exports\."):
        Actor.staff("sam", {Role.AGENT}).require(P.EXPORT)


def test_requiring_a_permission_that_is_held_passes() -> None:
    Actor.staff("sam", {Role.ANALYST}).require(P.EXPORT)


def test_a_visitor_has_no_session_and_may_nothing() -> None:
    visitor = Actor.visitor()
    assert visitor.is_customer
    assert visitor.permissions == frozenset()
    for session_id in ("s1", None):
        with pytest.raises(NotFound):
            visitor.require_participant(session_id)


def test_a_participant_is_the_customer_of_the_session_or_staff_who_may_chat() -> None:
    Actor.customer("s1").require_participant("s1")
    Actor.staff("sam", {Role.PM}).require_participant("s1")
    Actor.system("verify").require_participant("s1")
    with pytest.raises(NotFound):
        Actor.customer("s1").require_participant("s2")
    with pytest.raises(NotFound):
        Actor.customer("s1").require_participant(None)
    for stranger in (Actor.staff("ann", {Role.ANALYST}), Actor(ActorKind.MACHINE, "shop")):
        with pytest.raises(Forbidden):
            stranger.require_participant("s1")
