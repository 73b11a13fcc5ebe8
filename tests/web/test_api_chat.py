"""The chat over HTTP: sessions and messages, as a widget uses them."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from fastapi.openapi.models import OpenAPI
from httpx2 import Response
from starlette.testclient import TestClient

from concierge.bootstrap import Services
from concierge.core.actor import Actor
from concierge.core.clock import ManualClock
from concierge.events.models import ANALYTICS_EVENTS
from concierge.web.api.app import create_api
from tests.web.whole import Customer, client, is_problem


@pytest.fixture
def http(shop: Services) -> TestClient:
    return client()


@pytest.fixture
def customer(shop: Services, http: TestClient) -> Customer:
    return Customer(shop, http)


def test_a_session_is_opened_with_greeting_buttons_and_a_token(customer: Customer) -> None:
    opened = customer.opened
    assert set(opened) == {"sessionId", "token", "greeting", "quickReplies", "enabled"}
    assert opened["greeting"].startswith("Hello")
    assert opened["enabled"] is True
    assert {button["text"] for button in opened["quickReplies"]} >= {"Where is my order?"}


def test_the_page_a_customer_comes_from_goes_with_the_session(
    shop: Services, http: TestClient
) -> None:
    customer = Customer(shop, http, page="/p/halo", productId="halo-ring", cart=["x"])
    (shown,) = [r for r in customer.say("save this")["replies"] if r["kind"] == "shortlist"]
    assert [card["productId"] for card in shown["cards"]] == ["halo-ring"]
    refused = http.post("/api/concierge/sessions", json={"context": {"tier": "vip"}})
    is_problem(refused, 422, "invalid_input")


def test_a_message_is_answered_and_the_same_request_answered_the_same(customer: Customer) -> None:
    first = customer.say("show me rings under $300", "r-1")
    assert first["intent"] == "product_search"
    assert [reply["kind"] for reply in first["replies"]] == ["text", "product_grid"]
    assert first["requestId"] == "r-1"
    assert "trace" not in first
    assert customer.say("show me rings under $300", "r-1") == first
    assert len(customer.talk.transcript()) == 3


def test_what_others_said_is_fetched_from_where_one_was(shop: Services, customer: Customer) -> None:
    seen = customer.say("show me rings")["turnSeq"]
    shop.sessions.append_agent_message(
        customer.session_id,
        text="Hello, Sam here",
        author_name="Sam",
        ticket_id="T",
        message_id="m",
    )
    news = customer.http.get(
        f"/api/concierge/messages?after={seen}", headers=customer.headers()
    ).json()
    (message,) = news["messages"]
    assert (message["author"], message["authorName"], message["text"]) == (
        "agent",
        "Sam",
        "Hello, Sam here",
    )
    assert news["turnSeq"] == message["seq"]
    wrong = customer.http.get("/api/concierge/messages?after=-1", headers=customer.headers())
    is_problem(wrong, 422, "invalid_input")


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "x"}]
)
def test_without_a_token_of_ours_there_is_no_chat(http: TestClient, header: dict[str, str]) -> None:
    for answer in (
        http.post("/api/concierge/messages", json={"text": "hi", "requestId": "r"}, headers=header),
        http.get("/api/concierge/messages", headers=header),
        http.post("/api/support/csat", json={"rating": 5}, headers=header),
    ):
        is_problem(answer, 401, "unauthenticated")
        assert "www-authenticate" in answer.headers


def test_a_request_id_answers_its_own_text_again_and_refuses_another(customer: Customer) -> None:
    def send(text: str) -> Response:
        sent = {"text": text, "requestId": "r-1"}
        return customer.http.post("/api/concierge/messages", json=sent, headers=customer.headers())

    first = send("show me rings")
    assert send("show me rings").json()["replies"] == first.json()["replies"]
    is_problem(send("talk to a human"), 409, "idempotency_mismatch")


def test_the_token_of_an_ended_session_opens_nothing_any_more(
    customer: Customer, clock: ManualClock
) -> None:
    customer.say("GG-12002 ada@example.com")
    clock.advance(timedelta(hours=25))
    headers = customer.headers()
    sent = {"text": "hello", "requestId": "r"}
    for answer in (
        customer.http.post("/api/concierge/messages", json=sent, headers=headers),
        customer.http.get("/api/concierge/messages", headers=headers),
        customer.post("csat", {"rating": 5}),
        customer.post("shortlist", {}),
    ):
        is_problem(answer, 401, "unauthenticated")
        assert "GG-12002" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"text": "x" * 5_001, "requestId": "r"},
        {"text": "hello"},
        {"text": "hello", "requestId": ""},
        {"text": "hello", "requestId": "r" * 101},
        {"text": None, "requestId": "r"},
        {"text": "hello", "requestId": "r", "sessionId": "another"},
        [],
    ],
)
def test_a_message_of_another_shape_is_a_problem_that_names_the_field(
    customer: Customer, body: object
) -> None:
    answer = customer.http.post("/api/concierge/messages", json=body, headers=customer.headers())
    problem = is_problem(answer, 422, "invalid_input")
    assert problem["errors"]
    assert "x" * 50 not in answer.text, "what was sent is not repeated"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"text": "\\ud800 lone", "requestId": "r"}',
        b'{"text": "\\u0000 nul", "requestId": "r"}',
        b"{not json",
        b"\xff\xfe",
    ],
)
def test_bytes_that_are_no_message_are_never_a_fault_of_ours(
    customer: Customer, raw: bytes
) -> None:
    headers = {**customer.headers(), "Content-Type": "application/json"}
    answer = customer.http.post("/api/concierge/messages", content=raw, headers=headers)
    assert answer.status_code in (200, 400, 422), answer.text


def test_the_description_is_valid_openapi_and_names_every_route_of_the_contract() -> None:
    description = create_api().openapi()
    OpenAPI.model_validate(description)
    assert description["openapi"].startswith("3.")
    defined = set(description["components"]["schemas"])
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(description)))
    assert named <= defined, "every reference leads somewhere"
    operations = [o for path in description["paths"].values() for o in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert set(description["paths"]) >= {
        "/concierge/sessions",
        "/concierge/messages",
        "/support/order-status",
        "/support/returns",
        "/support/shortlist",
        "/support/stylist",
        "/support/csat",
        "/support/order-updates",
        "/dashboard/support/tickets",
    }


def test_a_piece_that_is_opened_is_an_event_and_no_turn(
    shop: Services, customer: Customer, http: TestClient
) -> None:
    before = customer.opened["sessionId"]
    headers = {"Authorization": f"Bearer {customer.opened['token']}"}
    looked = http.post(
        "/api/concierge/product-views", json={"productId": "halo-ring"}, headers=headers
    )
    assert looked.status_code == 204
    missing = http.post("/api/concierge/product-views", json={"productId": "-"}, headers=headers)
    is_problem(missing, 404, "not_found")
    assert shop.events.flush()
    rows = list(shop.mongo.collection(ANALYTICS_EVENTS).find({"sessionId": before}))
    viewed = [row for row in rows if row["event"] == "aurora_product_viewed"]
    assert [row["productId"] for row in viewed] == ["halo-ring"]
    assert len(shop.sessions.history(Actor.customer(before), before).transcript) == 1


def test_a_body_that_is_not_json_is_called_so(shop: Services) -> None:
    answer = client().post(
        "/api/concierge/sessions", content="{", headers={"Content-Type": "application/json"}
    )
    problem = is_problem(answer, 422, "invalid_input")
    assert problem["detail"] == "the body is not JSON"
    assert problem["errors"] == [{"field": "", "reason": "the body is not JSON"}]
