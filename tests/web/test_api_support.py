"""What customers ask of the shop over HTTP: orders, returns, stylist, ratings, list, updates."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.csat.models import CsatKind
from tests.talk import SYSTEM
from tests.web.whole import Customer, client, is_problem

AGENT = Actor.staff("agent", {Role.AGENT})


@pytest.fixture
def http(shop: Services) -> TestClient:
    return client()


@pytest.fixture
def customer(shop: Services, http: TestClient) -> Customer:
    return Customer(shop, http)


def returned(customer: Customer, key: str | None = None, **more: Any) -> Any:
    body = {"orderNumber": "GG-12002", "email": "ada@example.com", "reason": "too big", **more}
    return customer.post("returns", body, key)


@pytest.mark.parametrize("proof", [{"email": "Ada@Example.com"}, {"postalCode": "10001"}])
def test_an_order_is_shown_for_its_number_and_a_proof(
    customer: Customer, proof: dict[str, str]
) -> None:
    answer = customer.post("order-status", {"orderNumber": "gg-12001", **proof})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["reference"], found["status"]) == ("GG-12001", "processing")
    assert {"label", "status"} <= set(found["entries"][0])
    assert [step["status"] for step in found["entries"]].count("current") == 1
    assert customer.talk.session().order_number == "GG-12001"


def test_a_shipped_order_names_carrier_and_tracking_number(customer: Customer) -> None:
    body = {"orderNumber": "GG-12003", "email": "dee@example.com"}
    found = customer.post("order-status", body).json()
    assert found["carrier"]
    assert found["trackingNumber"]


def test_e_mail_and_postal_code_give_the_list(customer: Customer) -> None:
    body = {"email": "ada@example.com", "postalCode": "10001"}
    listed = customer.post("order-status", body).json()
    assert sorted(order["orderNumber"] for order in listed["orders"]) == [
        "GG-12001",
        "GG-12002",
        "GG-12004",
    ]


def test_a_wrong_pair_and_a_missing_order_are_the_same_404(customer: Customer) -> None:
    problems = []
    for body in (
        {"orderNumber": "GG-12001", "email": "bo@example.com"},
        {"orderNumber": "GG-99999", "email": "bo@example.com"},
        {"orderNumber": "GG-12001", "postalCode": "99999"},
        {"email": "ada@example.com", "postalCode": "99999"},
        {"orderNumber": "GG-12001"},
        {},
    ):
        problem = is_problem(customer.post("order-status", body), 404, "order_not_found")
        problems.append({k: v for k, v in problem.items() if k != "requestId"})
    assert all(problem == problems[0] for problem in problems)
    assert customer.talk.session().order_number is None


def test_a_wrong_pair_is_refused_also_after_the_right_one(customer: Customer) -> None:
    right = {"orderNumber": "GG-12001", "email": "ada@example.com"}
    assert customer.post("order-status", right).status_code == 200
    wrong = {"orderNumber": "GG-12001", "email": "bo@example.com"}
    is_problem(customer.post("order-status", wrong), 404, "order_not_found")


def test_many_wrong_pairs_are_429_with_a_time_to_wait(customer: Customer) -> None:
    for number in range(10):
        body = {"orderNumber": "GG-12001", "email": f"x{number}@example.com"}
        assert customer.post("order-status", body).status_code == 404
    refused = customer.post("order-status", {"orderNumber": "GG-12001", "email": "y@example.com"})
    is_problem(refused, 429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0


def test_a_return_is_filed_once_for_a_key(shop: Services, customer: Customer) -> None:
    first = returned(customer, "key-1")
    assert first.status_code == 201
    filed = first.json()
    assert set(filed) == {"rma", "shipBy", "labelUrl", "status"}
    assert returned(customer, "key-1").json() == filed
    assert shop.mongo.db["returns"].count_documents({}) == 1
    problem = is_problem(returned(customer, "key-2"), 409, "already_returning")
    assert filed["rma"] in problem["detail"]
    is_problem(returned(customer, "key-1", reason="another"), 409, "idempotency_mismatch")


def test_a_key_used_for_another_address_is_refused(customer: Customer) -> None:
    body = {"name": "Bo Sample", "email": "bo@example.com", "message": "My ring is loose"}
    first = customer.post("stylist", body, "key-1")
    assert customer.post("stylist", body, "key-1").json() == first.json()
    for other in ({"email": "eve@example.com"}, {"phone": "+1 212 555 0102"}):
        again = customer.post("stylist", {**body, **other}, "key-1")
        is_problem(again, 409, "idempotency_mismatch")


def test_many_tickets_for_one_recipient_are_429_with_a_time_to_wait(
    shop: Services, http: TestClient
) -> None:
    body = {"name": "Bo Sample", "email": "bo@example.com", "message": "My ring is loose"}
    for number in range(10):
        first = Customer(shop, http).post("stylist", body, f"key-{number}")
        assert first.status_code == 201
    late = Customer(shop, http)
    refused = late.post("stylist", {**body, "email": " BO@example.com"})
    assert "Please wait" in is_problem(refused, 429, "rate_limited")["detail"]
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert shop.mongo.db["stylistTickets"].count_documents({}) == 10
    assert late.post("stylist", {**body, "email": "cy@example.com"}).status_code == 201


def test_a_key_of_200_characters_serves_and_a_longer_one_is_refused(customer: Customer) -> None:
    assert returned(customer, "k" * 200).status_code == 201
    is_problem(returned(customer, "k" * 201), 422, "invalid_input")


def test_one_key_on_two_routes_is_two_requests(customer: Customer) -> None:
    body = {"orderNumber": "GG-12002", "email": "ada@example.com"}
    assert customer.post("order-status", body, "same").status_code == 200
    assert returned(customer, "same").status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"orderNumber": "GG-12016", "email": "wren@example.org"}, 409, "return_window_closed"),
        ({"orderNumber": "GG-12003", "email": "dee@example.com"}, 409, "not_delivered"),
        ({"orderNumber": "GG-12006", "email": "eli@example.org"}, 409, "not_returnable"),
        ({"orderNumber": "GG-12007", "email": "gus@example.org"}, 409, "order_cancelled"),
        ({"orderNumber": "GG-12002", "email": "bo@example.com"}, 404, "order_not_found"),
        ({"email": "bo@example.com"}, 422, "invalid_input"),
        ({"reason": ""}, 422, "invalid_input"),
        ({"lineId": "9"}, 422, "invalid_input"),
        ({"kind": "resize"}, 422, "invalid_input"),
        ({"kind": "refund"}, 422, "invalid_input"),
        ({"reason": "x" * 1_001}, 422, "invalid_input"),
    ],
)
def test_what_cannot_be_returned_says_why(
    shop: Services, customer: Customer, body: dict[str, str], status: int, code: str
) -> None:
    if body == {"email": "bo@example.com"}:
        refused = customer.post("returns", body)
    else:
        refused = returned(customer, **body)
    is_problem(refused, status, code)
    assert shop.mongo.db["returns"].count_documents({}) == 0


def test_a_resize_by_form(customer: Customer) -> None:
    assert returned(customer, kind="resize", newSize="US 6").status_code == 201


def test_a_stylist_is_asked_with_the_promise_of_this_customer(
    shop: Services, customer: Customer
) -> None:
    customer.say("show me rings")
    body = {"name": "Bo Sample", "email": "bo@example.com", "message": "Loose", "urgent": True}
    first = customer.post("stylist", body, "k")
    assert first.status_code == 201
    assert customer.post("stylist", body, "k").json() == first.json()
    ticket = shop.tickets.get(SYSTEM, first.json()["ticketId"])
    assert (ticket.priority.value, ticket.session_id) == ("urgent", customer.session_id)
    assert "show me rings" in [line.text for line in ticket.transcript]
    for wrong in ({"email": "nobody"}, {"name": ""}, {"message": ""}, {"phone": "12"}):
        is_problem(customer.post("stylist", {**body, **wrong}), 422, "invalid_input")


def test_a_rating_is_a_number_with_the_order_the_session_has_proven(
    shop: Services, customer: Customer
) -> None:
    body = {"rating": "great", "orderNumber": "GG-12002"}
    is_problem(customer.post("csat", body), 404, "order_not_found")
    assert shop.csat.for_orders(SYSTEM, ["GG-12002"]) == {}, "a number alone proves nothing"
    assert customer.post("csat", {"rating": "great"}).status_code == 201
    customer.post("order-status", {"orderNumber": "GG-12002", "email": "ada@example.com"})
    assert customer.post("csat", {**body, "rating": 2, "notes": "slow"}).status_code == 201
    kept = shop.csat.for_orders(SYSTEM, ["GG-12002"])["GG-12002"]
    assert (kept.score, kept.kind, kept.notes) == (2, CsatKind.CONCIERGE, "slow")


def test_a_rating_says_which_of_the_proven_orders_and_which_intent_it_is_about(
    shop: Services, customer: Customer
) -> None:
    for number, email in (("GG-12002", "ada@example.com"), ("GG-12005", "fay@example.com")):
        customer.post("order-status", {"orderNumber": number, "email": email})
    body = {"rating": 2, "orderNumber": "gg-12002", "intent": "returns"}
    is_problem(customer.post("csat", {**body, "intent": "nonsense"}), 422, "invalid_input")
    assert customer.post("csat", body).status_code == 201
    (kept,) = shop.csat.for_orders(SYSTEM, ["GG-12002", "GG-12005"]).values()
    assert (kept.order_number, kept.intent) == ("GG-12002", "returns")


@pytest.mark.parametrize("rating", ["fantastic", 0, 6, "", True, 2.5, None, [4], "x" * 41])
def test_a_rating_that_is_none_is_refused(shop: Services, customer: Customer, rating: Any) -> None:
    answer = customer.post("csat", {"rating": rating})
    is_problem(answer, 422, "invalid_input")
    (fault,) = answer.json()["errors"]
    assert fault["field"] == "rating"
    assert "from 1 to 5" in fault["reason"]
    assert "great" in fault["reason"]
    assert shop.mongo.db["csatFeedback"].count_documents({}) == 0


def test_an_agent_is_rated_by_the_customer_of_the_ticket_only(
    shop: Services, customer: Customer, http: TestClient
) -> None:
    body = {"name": "Bo Sample", "email": "bo@example.com", "message": "Loose"}
    ticket_id = customer.post("stylist", body).json()["ticketId"]
    rating = {"rating": 1, "ticketId": ticket_id}
    unknown = is_problem(
        customer.post("csat", {**rating, "ticketId": "STY-NONE00"}), 404, "not_found"
    )
    refused = is_problem(customer.post("csat", rating), 404, "not_found")
    assert unknown["detail"].replace("STY-NONE00", ticket_id) == refused["detail"]
    ticket = shop.tickets.get(SYSTEM, ticket_id)
    shop.survey.resolve_and_ask(AGENT, ticket_id, version=ticket.version, request_id="k")
    is_problem(Customer(shop, http).post("csat", rating), 404, "not_found")
    assert customer.post("csat", rating).status_code == 201
    kept = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket_id)
    assert kept is not None
    assert kept.score == 1


def test_the_shortlist_is_read_added_to_and_taken_from(shop: Services, customer: Customer) -> None:
    assert customer.post("shortlist", {}).json() == {"items": []}
    two = ["halo-ring", "lumen-studs"]
    assert customer.post("shortlist", {"items": two}).json() == {"items": two}
    gone = {"items": ["halo-ring"], "remove": True}
    assert customer.post("shortlist", gone).json() == {"items": ["lumen-studs"]}
    is_problem(customer.post("shortlist", {"items": ["nonsense"]}), 404, "not_found")
    is_problem(customer.post("shortlist", {"items": ["x"] * 51}), 422, "invalid_input")
    session = customer.talk.session()
    assert session.first_at.saved is not None, "what is saved over HTTP counts like in the chat"
    assert shop.events.flush()
    saved = {"sessionId": customer.session_id, "event": "aurora_product_shortlisted"}
    assert shop.mongo.db["analyticsEvents"].count_documents(saved) == 2


def test_order_updates_need_a_proof_and_an_address(shop: Services, customer: Customer) -> None:
    by_sms = {"orderNumber": "GG-12003", "phone": "+1 212 555 0123", "sms": True}
    is_problem(customer.post("order-updates", by_sms), 404, "order_not_found")
    stranger = {"orderNumber": "GG-12003", "email": "bo@example.com"}
    is_problem(customer.post("order-updates", stranger), 404, "order_not_found")
    customer.post("order-status", {"orderNumber": "GG-12003", "postalCode": "80201"})
    on = customer.post("order-updates", {**by_sms, "originIntent": "order_tracking"})
    assert on.json()["ok"] is True
    (kept,) = shop.subscriptions.active_for("GG-12003")
    assert (kept.address, kept.origin_intent) == ("+12125550123", "order_tracking")
    is_problem(customer.post("order-updates", {"orderNumber": "GG-12003"}), 422, "invalid_input")
    wrong = {"orderNumber": "GG-12003", "email": "no address"}
    is_problem(customer.post("order-updates", wrong), 422, "invalid_input")
    off = customer.post("order-updates", {"orderNumber": "GG-12003", "optOut": True})
    assert "No more messages" in off.json()["message"]
    assert shop.subscriptions.active_for("GG-12003") == []


def test_a_number_with_its_own_e_mail_proves_and_subscribes_in_one_go(
    shop: Services, customer: Customer
) -> None:
    body = {"orderNumber": "GG-12003", "email": "dee@example.com"}
    assert customer.post("order-updates", body).status_code == 200
    assert [s.address for s in shop.subscriptions.active_for("GG-12003")] == ["dee@example.com"]
