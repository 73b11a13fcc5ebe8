"""`/c/{token}`: a customer's way back to one conversation."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.csat.models import CsatKind
from concierge.sessions.links import ConversationLinks
from concierge.tickets.models import Status, Ticket
from tests.talk import SYSTEM
from tests.web.whole import Customer, client

AGENT = Actor.staff("agent", {Role.AGENT})
NASTY = '<img src=x onerror=alert(1)> "quotes" & $name'


@pytest.fixture
def http(shop: Services) -> TestClient:
    return client()


@pytest.fixture
def customer(shop: Services, http: TestClient) -> Customer:
    found = Customer(shop, http)
    found.post("order-status", {"orderNumber": "GG-12003", "email": "dee@example.com"})
    found.say(NASTY)
    return found


@pytest.fixture
def ticket(shop: Services, customer: Customer) -> Ticket:
    body = {"name": "Dee Specimen", "email": "dee@example.com", "message": "When does it come?"}
    return shop.tickets.get(SYSTEM, customer.post("stylist", body).json()["ticketId"])


@pytest.fixture
def path(shop: Services, customer: Customer, ticket: Ticket) -> str:
    return f"/c/{shop.links.token(customer.session_id, ticket.ticket_id)}"


def answered(shop: Services, ticket: Ticket, text: str = "Tomorrow.") -> Ticket:
    return shop.tickets.reply(AGENT, ticket.ticket_id, text, ticket.version, f"r:{text}")


def resolved(shop: Services, ticket: Ticket) -> None:
    ticket = answered(shop, ticket)
    shop.survey.resolve_and_ask(
        AGENT, ticket.ticket_id, version=ticket.version, request_id="resolve"
    )


def test_the_page_shows_the_history_and_everything_in_it_is_escaped(
    shop: Services, http: TestClient, path: str, ticket: Ticket
) -> None:
    answered(shop, ticket, f"Dear {NASTY}")
    page = http.get(path)
    assert page.status_code == 200
    assert "&lt;img src=x onerror=alert(1)&gt;" in page.text
    assert "<img src=x" not in page.text
    assert page.text.count("$name") == 2
    assert ticket.ticket_id in page.text
    assert "Agent" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    outside = re.findall(r"""(?:src|href|action)=["'](?:https?:)?//[^"']*""", page.text)
    assert outside == []


def test_new_words_come_by_themselves(
    shop: Services, http: TestClient, path: str, ticket: Ticket
) -> None:
    last = int(re.search(r'data-last="(\d+)"', http.get(path).text)[1])  # type: ignore[index]
    nothing = http.get(f"{path}/messages?after={last}").json()
    assert (nothing["html"], nothing["next"], nothing["resolved"]) == ("", last, False)
    answered(shop, ticket, "<b>Tomorrow</b>")
    news = http.get(f"{path}/messages?after={last}").json()
    assert "&lt;b&gt;Tomorrow&lt;/b&gt;" in news["html"]
    assert news["next"] == last + 1
    assert http.get(f"{path}/messages?after=x").status_code == 422


def test_an_answer_reaches_ticket_and_session_once(
    shop: Services, http: TestClient, path: str, customer: Customer, ticket: Ticket
) -> None:
    key = re.search(r'name="key" value="(\w+)"', http.get(path).text)[1]  # type: ignore[index]
    for _ in range(2):
        sent = http.post(f"{path}/reply", data={"text": "Thank you", "key": key})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{path}?done=sent")
    assert "Your message is with us" in http.get(sent.headers["location"]).text
    assert [m.text for m in shop.tickets.get(SYSTEM, ticket.ticket_id).messages] == [
        "When does it come?",
        "Thank you",
    ]
    assert customer.talk.lines()[-1] == ("customer", "Thank you")
    empty = http.post(f"{path}/reply", data={"text": "  "})
    assert empty.status_code == 422
    assert "is empty" in empty.text


def test_the_rating_is_asked_for_when_the_ticket_is_closed_and_can_be_changed(
    shop: Services, http: TestClient, path: str, ticket: Ticket
) -> None:
    assert "/rate" not in http.get(path).text
    resolved(shop, ticket)
    page = http.get(path).text
    assert "/rate" in page
    assert http.get(f"{path}/messages?after=0").json()["resolved"] is True
    for rating, notes in (("2", "late"), ("4", "")):
        done = http.post(f"{path}/rate", data={"rating": rating, "notes": notes})
        assert done.status_code == 303
    kept = shop.csat.find(SYSTEM, CsatKind.AGENT, ticket_id=ticket.ticket_id)
    assert kept is not None
    assert (kept.score, kept.order_number, len(kept.history)) == (4, "GG-12003", 1)
    assert re.search(r'value="4" required checked', http.get(path).text)
    assert http.post(f"{path}/rate", data={"rating": "9"}).status_code == 422
    assert http.post(f"{path}/rate", data={}).status_code == 422


def test_writing_opens_a_closed_ticket_again(
    shop: Services, http: TestClient, path: str, ticket: Ticket
) -> None:
    resolved(shop, ticket)
    http.post(f"{path}/reply", data={"text": "It is not here"})
    assert shop.tickets.get(SYSTEM, ticket.ticket_id).status is Status.IN_PROGRESS


def test_updates_are_stopped_with_one_button(
    shop: Services, http: TestClient, path: str, customer: Customer
) -> None:
    assert "/stop" not in http.get(path).text
    customer.post("order-updates", {"orderNumber": "GG-12003", "email": "dee@example.com"})
    assert "GG-12003" in http.get(path).text
    assert http.post(f"{path}/stop").status_code == 303
    assert shop.subscriptions.active_for("GG-12003") == []
    assert "/stop" not in http.get(path).text


def test_a_forged_or_mangled_link_is_a_plain_404_everywhere(
    shop: Services, http: TestClient, customer: Customer, ticket: Ticket
) -> None:
    theirs = ConversationLinks("another secret, just as long as ours", "https://x.example.com")
    good = shop.links.token(customer.session_id, ticket.ticket_id)
    for token in (theirs.token(customer.session_id, ticket.ticket_id), good[:-3], "x", "%00"):
        page = http.get(f"/c/{token}")
        assert page.status_code == 404
        assert "This link does not work" in page.text
        assert "dee@example.com" not in page.text
        for do in ("reply", "rate", "stop"):
            answer = http.post(f"/c/{token}/{do}", data={"text": "x", "rating": "5"})
            assert answer.status_code == 404
        assert http.get(f"/c/{token}/messages").status_code == 404
        assert http.get(f"/c/{token}/label/RMA-1").status_code == 404
    assert len(shop.tickets.get(SYSTEM, ticket.ticket_id).messages) == 1


def test_trying_links_is_limited_and_looking_on_is_not(
    shop: Services, http: TestClient, path: str
) -> None:
    for _ in range(70):
        assert http.get(f"{path}/messages?after=0").status_code == 200
    seen = {http.get(f"/c/wrong{number}").status_code for number in range(62)}
    assert seen == {404, 429}
    assert http.get(path).status_code == 200


def test_writing_by_links_is_limited_per_address_and_says_how_long(
    monkeypatch: pytest.MonkeyPatch, shop: Services, http: TestClient, path: str, ticket: Ticket
) -> None:
    monkeypatch.setattr("concierge.web.customer.WORDS_BY_LINK", (2, 600))
    for text in ("one", "two"):
        assert http.post(f"{path}/reply", data={"text": text}).status_code == 303
    for do, data in (("reply", {"text": "three"}), ("rate", {"rating": "5"})):
        refused = http.post(f"{path}/{do}", data=data)
        assert refused.status_code == 429
        assert re.search(r"Too many tries\. Please wait \d+ (minutes|seconds)\.", refused.text)
        assert 0 < int(refused.headers["retry-after"]) <= 600
    said = [m.text for m in shop.tickets.get(SYSTEM, ticket.ticket_id).messages]
    assert said == ["When does it come?", "one", "two"]
    assert http.get(path).status_code == 200, "reading on is free"


def test_a_form_of_another_site_changes_nothing(
    shop: Services, http: TestClient, path: str, ticket: Ticket
) -> None:
    answer = http.post(
        f"{path}/reply", data={"text": "forged"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 404
    assert len(shop.tickets.get(SYSTEM, ticket.ticket_id).messages) == 1


def test_the_label_of_a_return_that_was_called_off_says_so_and_is_no_slip(
    shop: Services, http: TestClient
) -> None:
    customer = Customer(shop, http)
    body = {"orderNumber": "GG-12002", "email": "ada@example.com", "reason": "too big"}
    filed = customer.post("returns", body).json()
    path = filed["labelUrl"][filed["labelUrl"].index("/c/") :]
    assert "Send by" in http.get(path).text
    shop.returns.call_off(SYSTEM, filed["rma"], session_id=customer.session_id, request_id="off")
    page = http.get(path).text
    assert f"{filed['rma']} was called off" in page
    for word in ("<svg", "Send by", "<address>"):
        assert word not in page


def test_the_label_is_printed_by_its_link_and_by_no_other_conversations(
    shop: Services, http: TestClient
) -> None:
    customer = Customer(shop, http)
    body = {"orderNumber": "GG-12002", "email": "ada@example.com", "reason": "too big"}
    filed = customer.post("returns", body).json()
    path = filed["labelUrl"][filed["labelUrl"].index("/c/") :]
    slip = http.get(path)
    assert slip.status_code == 200
    assert filed["rma"] in slip.text
    assert "<svg" in slip.text
    assert slip.headers["content-security-policy"].startswith("default-src 'none'")
    other = shop.links.token(Customer(shop, http).session_id)
    assert http.get(f"/c/{other}/label/{filed['rma']}").status_code == 404
    assert http.get(f"{path}X").status_code == 404
    assert http.get(path.partition("/label/")[0]).status_code == 404, "it opens no conversation"


def test_a_link_without_a_ticket_is_for_reading(
    shop: Services, http: TestClient, customer: Customer
) -> None:
    page = http.get(f"/c/{shop.links.token(customer.session_id)}")
    assert page.status_code == 200
    assert "<textarea" not in page.text


def test_a_link_to_the_ticket_alone_shows_no_word_of_the_conversation(
    shop: Services, http: TestClient, ticket: Ticket
) -> None:
    answered(shop, ticket)
    page = http.get(f"/c/{shop.links.token('', ticket.ticket_id)}").text
    assert "When does it come?" in page
    assert "Tomorrow." in page
    assert "GG-12003" not in page
    assert "onerror" not in page


def test_a_link_that_stops_updates_is_a_page_with_one_button(
    shop: Services, http: TestClient, customer: Customer
) -> None:
    body = {"orderNumber": "GG-12003", "email": "eve@example.org"}
    customer.post("order-updates", body)
    (kept,) = shop.subscriptions.active_for("GG-12003")
    path = f"/c/{shop.links.updates_token(kept.id)}"
    page = http.get(path).text
    assert "You get updates about order GG-12003." in page
    assert page.count("<form") == 1
    assert "onerror" not in page
    assert "<li " not in page
    done = http.post(f"{path}/stop")
    assert (done.status_code, done.headers["location"]) == (303, f"{path}?done=stopped")
    assert shop.subscriptions.active_for("GG-12003") == []
    again = http.get(done.headers["location"]).text
    assert "No more updates about this order." in again
    assert "They are switched off." in again
    assert "<form" not in again
    assert http.post(f"{path}/reply", data={"text": "x"}).status_code == 409
    assert http.post(f"{path}/rate", data={"rating": "5"}).status_code == 404
    assert http.get(f"{path}/label/RMA-1").status_code == 404
