"""Tickets over HTTP, by role, behind the real sign-in."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from concierge.accounts import passwords
from concierge.bootstrap import Services
from concierge.core.actor import Role
from tests.explain import no_collection_scans
from tests.talk import SYSTEM
from tests.web.whole import Customer, client, is_problem

PASSWORD = "a good long sentence"
QUEUE = "/api/dashboard/support/tickets"


@pytest.fixture(scope="session")
def hashed_password() -> str:
    """Hashing takes a quarter of a second by design: once for all tests."""
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def customer(shop: Services) -> Customer:
    return Customer(shop, client())


@pytest.fixture
def ticket_id(customer: Customer) -> str:
    body = {"name": "Bo Sample", "email": "bo@example.com", "message": "My ring is loose"}
    return str(customer.post("stylist", body).json()["ticketId"])


class Desk:
    """Signs in whoever is asked for."""

    def __init__(self, services: Services, hashed: str) -> None:
        self._services, self._hash = services, hashed

    def __call__(self, role: Role) -> TestClient:
        name = f"x-{role.value}"
        accounts = self._services.accounts
        accounts.create(SYSTEM, username=name, name=name, roles=[role])
        users = self._services.mongo.db["users"]
        users.update_one({"_id": name}, {"$set": {"passwordHash": self._hash}})
        staff = client()
        given = {"username": name, "password": PASSWORD}
        answer = staff.post("/session/login", json=given)
        assert answer.status_code == 200, answer.text
        return staff


@pytest.fixture
def sign_in(shop: Services, hashed_password: str) -> Desk:
    return Desk(shop, hashed_password)


def post(staff: TestClient, path: str, body: dict[str, Any], key: str = "k") -> Any:
    return staff.post(f"{QUEUE}/{path}", json=body, headers={"Idempotency-Key": key})


def test_only_agents_and_admins_open_tickets(sign_in: Desk, ticket_id: str) -> None:
    for role in (Role.AGENT, Role.ADMIN):
        staff = sign_in(role)
        assert [row["ticketId"] for row in staff.get(QUEUE).json()["items"]] == [ticket_id]
        assert staff.get(f"{QUEUE}/{ticket_id}").json()["customer"]["email"] == "bo@example.com"
    for role in (Role.ANALYST, Role.PM):
        staff = sign_in(role)
        for answer in (
            staff.get(QUEUE),
            staff.get(f"{QUEUE}/{ticket_id}"),
            post(staff, f"{ticket_id}/claim", {}),
            post(staff, f"{ticket_id}/notes", {"text": "x", "version": 1}),
            post(staff, f"{ticket_id}/replies", {"text": "x", "version": 1}),
            post(staff, f"{ticket_id}/status", {"status": "on_hold", "version": 1}),
            post(staff, f"{ticket_id}/resolve", {"version": 1}),
        ):
            is_problem(answer, 403, "forbidden")
            assert "bo@example.com" not in answer.text


def test_nobody_else_gets_in(customer: Customer, ticket_id: str) -> None:
    for answer in (
        client().get(QUEUE),
        client().get(QUEUE, headers=customer.headers()),
        client().get(QUEUE, headers={"Cookie": "aurora_login_8501=nonsense"}),
        client().get(QUEUE, headers={"X-Aurora-User": "admin", "X-Aurora-Roles": "admin"}),
        client().post(f"{QUEUE}/{ticket_id}/claim", headers=customer.headers()),
    ):
        is_problem(answer, 401, "unauthenticated")


def test_a_ticket_is_claimed_noted_answered_and_resolved(
    shop: Services, sign_in: Desk, customer: Customer, ticket_id: str
) -> None:
    agent = sign_in(Role.AGENT)
    version = post(agent, f"{ticket_id}/claim", {}).json()["version"]
    noted = post(agent, f"{ticket_id}/notes", {"text": "calm", "version": version}, "n")
    assert noted.status_code == 201
    body = {"text": "We will tighten it.", "version": noted.json()["version"]}
    first = post(agent, f"{ticket_id}/replies", body, "r")
    assert first.status_code == 201
    assert post(agent, f"{ticket_id}/replies", body, "r").json() == first.json()
    stale = post(agent, f"{ticket_id}/replies", {**body, "text": "Other"}, "r2")
    is_problem(stale, 409, "version_conflict")
    news = customer.http.get("/api/concierge/messages", headers=customer.headers()).json()
    texts = [message["text"] for message in news["messages"]]
    assert texts.count("We will tighten it.") == 1
    assert "calm" not in str(news), "a note is the team's own"
    done = post(agent, f"{ticket_id}/resolve", {"version": first.json()["version"]}, "d").json()
    assert done["status"] == "resolved"
    counts = agent.get(QUEUE).json()["counts"]
    assert (counts["resolved"], counts["unassigned"]) == (1, 0)
    rated = customer.post("csat", {"rating": 5, "ticketId": ticket_id})
    assert rated.status_code == 201


def test_a_status_is_changed_against_the_version_that_was_read(
    sign_in: Desk, ticket_id: str
) -> None:
    agent = sign_in(Role.AGENT)
    held = post(agent, f"{ticket_id}/status", {"status": "on_hold", "version": 1})
    assert held.json()["status"] == "on_hold"
    again = post(agent, f"{ticket_id}/status", {"status": "open", "version": 1})
    is_problem(again, 409, "version_conflict")
    for wrong in ({"status": "gone", "version": 2}, {"status": "open"}, {"version": 0}):
        refused = post(agent, f"{ticket_id}/status", wrong)
        is_problem(refused, 422, "invalid_input")
    is_problem(agent.get(f"{QUEUE}/STY-NONE00"), 404, "not_found")


def test_a_status_resolved_asks_the_customer_and_any_other_opens_the_ticket_again(
    sign_in: Desk, customer: Customer, ticket_id: str
) -> None:
    agent = sign_in(Role.AGENT)
    done = post(agent, f"{ticket_id}/status", {"status": "resolved", "version": 1})
    assert done.json()["status"] == "resolved"
    session = customer.talk.session()
    assert (session.open_ticket_id, session.state.awaiting) == (None, "csat")
    again = {"status": "open", "version": done.json()["version"]}
    assert post(agent, f"{ticket_id}/status", again, "k2").json()["status"] == "open"
    assert customer.talk.session().open_ticket_id == ticket_id


def test_the_queue_is_filtered_searched_and_paged(
    shop: Services, sign_in: Desk, ticket_id: str
) -> None:
    for number in range(4):
        body = {"name": "Cy", "email": "cy@example.org", "message": f"Question {number}"}
        Customer(shop, client()).post("stylist", body)
    agent = sign_in(Role.AGENT)
    first = agent.get(QUEUE, params={"limit": 3}).json()
    rest = agent.get(QUEUE, params={"limit": 3, "cursor": first["nextCursor"]}).json()
    seen = [row["ticketId"] for row in first["items"] + rest["items"]]
    assert len(set(seen)) == 5
    assert rest["nextCursor"] is None
    found = agent.get(QUEUE, params={"q": ticket_id}).json()["items"]
    assert [row["ticketId"] for row in found] == [ticket_id]
    assert agent.get(QUEUE, params={"priority": "urgent"}).json()["items"] == []
    for wrong in ({"limit": 0}, {"view": "none"}, {"cursor": "nonsense"}):
        is_problem(agent.get(QUEUE, params=wrong), 422, "invalid_input")
    with no_collection_scans(shop.mongo):
        agent.get(QUEUE, params={"view": "unassigned"})


def test_a_change_sent_from_another_site_is_refused(sign_in: Desk, ticket_id: str) -> None:
    agent = sign_in(Role.AGENT)
    for header in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = agent.post(f"{QUEUE}/{ticket_id}/claim", headers=header)
        is_problem(answer, 403, "forbidden")
