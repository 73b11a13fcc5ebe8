"""Conversations are browsed by what matters, and read with the person taken out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.core.actor import Actor
from concierge.core.errors import Forbidden, InvalidInput
from concierge.core.mongo import Mongo
from concierge.core.privacy import MASK
from concierge.detection.models import Slots
from concierge.insights.conversations import ConversationFilter, ConversationsService
from concierge.orders.models import Shipping
from concierge.replies.models import OrderTimeline, Text
from concierge.sessions.errors import SessionNotFound
from concierge.sessions.models import (
    SESSION_PAGES,
    Author,
    Channel,
    SessionContext,
    SessionCounters,
    SessionPage,
)
from tests.explain import no_collection_scans
from tests.insights.conftest import ADMIN, AGENT, ANALYST, PM
from tests.insights.sessions import AT, order, rate, said, session, store, store_orders

ALL = ConversationFilter()


def test_the_list_runs_by_last_message_through_pages(
    desk: Mongo, conversations: ConversationsService
) -> None:
    many = [session(AT, last_at=AT + timedelta(minutes=n // 2)) for n in range(7)]
    store(desk, *many)
    seen, cursor = [], None
    while True:
        page = conversations.page(AGENT, ALL, cursor, limit=3)
        seen += [row.session_id for row in page.items]
        if (cursor := page.next_cursor) is None:
            break
    newest = sorted(many, key=lambda s: (s.last_at, s.id), reverse=True)
    assert seen == [one.id for one in newest]


def test_each_filter_finds_its_own(desk: Mongo, conversations: ConversationsService) -> None:
    wanted = session(
        AT,
        session_id="abc123",
        intent="returns",
        channel=Channel.API,
        order_number="GG-12002",
        proven_orders=["GG-12005", "GG-12002"],
        counters=SessionCounters(customer_messages=1, unmatched=1),
        handoff_at=AT,
    )
    store(desk, wanted, session(AT, session_id="fff"), session(AT, simulated=True))
    filters = [
        ConversationFilter(intent="returns"),
        ConversationFilter(channel=Channel.API),
        ConversationFilter(order_number=" gg-12002 "),
        ConversationFilter(order_number="GG-12005"),
        ConversationFilter(session_id="ABC"),
        ConversationFilter(unmatched_only=True),
        ConversationFilter(handed_over_only=True),
    ]
    with no_collection_scans(desk):
        found = [[row.session_id for row in conversations.page(AGENT, f).items] for f in filters]
    assert found == [["abc123"]] * len(filters)
    simulated = conversations.page(AGENT, ConversationFilter(include_simulated=True))
    assert len(simulated.items) == 3


def test_a_row_tells_the_first_words_and_the_rating(
    desk: Mongo, conversations: ConversationsService
) -> None:
    one = session(
        AT,
        customer_name="Ada Example",
        transcript=[
            said(1, "Hello", author=Author.CONCIERGE),
            said(2, "x" * 200),
            said(3, "last"),
            said(4, "an answer", author=Author.CONCIERGE),
        ],
    )
    store(desk, one)
    rate(desk, one, 2)
    row = conversations.page(AGENT, ALL).items[0]
    assert (row.customer, row.score) == ("Ada Example", 2)
    assert row.first_text == "x" * 140 + "…"


def _personal(desk: Mongo) -> str:
    store_orders(desk, order("GG-12002"))
    heard = Slots(name="Ada Lovelace", email="al@example.org", postal_code="SW1A", phone="555 0147")
    one = session(
        AT,
        customer_name="Ada Example",
        customer_email="ada@example.com",
        order_number="GG-12002",
        transcript=[
            said(
                1, "I am Ada Lovelace from New York, al@example.org, SW1A", "returns", slots=heard
            ),
            said(
                2,
                "",
                author=Author.CONCIERGE,
                replies=[Text(text="Thank you Ada, GG-12002 went to 10001 for Example")],
            ),
            said(3, "show me new rings", "product_search"),
        ],
    )
    store(desk, one)
    return one.id


@pytest.mark.parametrize("actor", [ANALYST, PM])
def test_who_may_not_see_people_reads_the_words_without_them(
    desk: Mongo, conversations: ConversationsService, actor: Actor
) -> None:
    read = conversations.get(actor, _personal(desk))
    assert read.person_taken_out
    assert (read.customer, read.customer_email) == (MASK, MASK)
    assert [line.text for line in read.lines] == [
        f"I am {MASK} from {MASK}, {MASK}, {MASK}",
        f"Thank you {MASK}, GG-12002 went to {MASK} for {MASK}",
        "show me new rings",
    ]
    everything = read.model_dump_json()
    for value in ("Ada", "Lovelace", "example.org", "SW1A", "0147", "10001", "New York"):
        assert value not in everything


@pytest.mark.parametrize("actor", [ANALYST, PM])
def test_a_parcels_number_goes_with_the_person(
    desk: Mongo, conversations: ConversationsService, actor: Actor
) -> None:
    shipped = Shipping(carrier="UPS", tracking_number="1Z999AA10000000001")
    store_orders(desk, order("GG-12002", shipping=shipped))
    shown = OrderTimeline(
        order_number="GG-12005",
        status="shipped",
        entries=[],
        carrier="DHL",
        tracking_number="JD00020000000002",
    )
    words = "Your order is with the carrier. DHL JD00020000000002"
    one = session(
        AT,
        order_number="GG-12002",
        transcript=[
            said(1, "where is 1Z999AA10000000001", "order_tracking"),
            said(2, words, author=Author.CONCIERGE, replies=[shown]),
        ],
    )
    store(desk, one)
    assert [line.text for line in conversations.get(actor, one.id).lines] == [
        f"where is {MASK}",
        f"Your order is with the carrier. DHL {MASK}",
    ]
    assert conversations.page(actor, ALL).items[0].first_text == f"where is {MASK}"
    assert "0001" in conversations.get(AGENT, one.id).lines[0].text


@pytest.mark.parametrize("actor", [AGENT, ADMIN])
def test_who_may_see_people_reads_them(
    desk: Mongo, conversations: ConversationsService, actor: Actor
) -> None:
    read = conversations.get(actor, _personal(desk))
    assert not read.person_taken_out
    assert read.customer == "Ada Example"
    assert read.lines[0].text.startswith("I am Ada Lovelace")


def test_the_list_takes_the_person_out_as_well(
    desk: Mongo, conversations: ConversationsService
) -> None:
    store(
        desk,
        session(
            AT,
            customer_name="Ada Example",
            transcript=[said(1, "call Ada, or Bo Named", slots=Slots(name="Bo Named"))],
        ),
    )
    row = conversations.page(ANALYST, ALL).items[0]
    assert (row.customer, row.first_text) == (MASK, f"call {MASK}, or {MASK}")


@pytest.mark.parametrize("actor", [ANALYST, PM])
def test_a_name_somebody_gave_is_taken_out_of_the_whole_conversation_and_its_row(
    desk: Mongo, conversations: ConversationsService, actor: Actor
) -> None:
    one = session(
        AT,
        pages=1,
        transcript=[
            said(3, "a ring engraved for Zelda, sent to 14 Elm Street"),
            said(4, "Thank you, Zelda", author=Author.AGENT),
        ],
    )
    store(desk, one)
    page = SessionPage(
        id=f"{one.id}:1", session_id=one.id, number=1, transcript=[said(1, "this is Zelda Quimby")]
    )
    desk.collection(SESSION_PAGES).insert_one(page.to_mongo())
    read = conversations.get(actor, one.id)
    rows = conversations.page(actor, ALL).items
    for shown in (read.model_dump_json(), rows[0].model_dump_json()):
        assert "Zelda" not in shown
        assert "Quimby" not in shown
        assert "Elm" not in shown
    assert read.lines[1].text == f"a ring engraved for {MASK}, sent to {MASK}"
    assert "Zelda Quimby" in conversations.get(AGENT, one.id).model_dump_json()


def test_of_the_page_a_customer_came_from_only_its_path_is_kept(
    desk: Mongo, conversations: ConversationsService
) -> None:
    came_from = {
        "/account?email=carla@example.com&name=Carla": "/account",
        "https://carla@shop.example/rings/halo#carla": "/rings/halo",
        "/account%3Femail=carla%40example.com": "/account",
        "/login;carla": "/login",
        "/" + "x" * 20 + "?" + "y" * 900: "/" + "x" * 20,
        "?carla": None,
    }
    for given, kept in came_from.items():
        assert SessionContext(page=given).page == kept
    context = SessionContext(page="/account/carla%40example.com/orders")
    one = session(AT, context=context)
    store(desk, one)
    assert conversations.get(ANALYST, one.id).page == f"/account/{MASK}/orders"
    assert conversations.get(AGENT, one.id).page == "/account/carla@example.com/orders"


def test_only_who_may_sees_the_trace(desk: Mongo, conversations: ConversationsService) -> None:
    one = _personal(desk)
    assert conversations.get(ANALYST, one).lines[0].trace is None
    assert conversations.get(PM, one).lines[0].trace is not None
    trace = conversations.get(AGENT, one).lines[0].trace
    assert trace is not None
    assert trace.detection.slots.name == "Ada Lovelace"


def test_older_pages_come_first(desk: Mongo, conversations: ConversationsService) -> None:
    one = session(AT, pages=1, transcript=[said(3, "newest")])
    store(desk, one)
    page = SessionPage(
        id=f"{one.id}:1", session_id=one.id, number=1, transcript=[said(1, "a"), said(2, "b")]
    )
    desk.collection(SESSION_PAGES).insert_one(page.to_mongo())
    assert [line.text for line in conversations.get(AGENT, one.id).lines] == ["a", "b", "newest"]


def test_a_customer_and_an_unknown_id_get_nothing(conversations: ConversationsService) -> None:
    with pytest.raises(Forbidden):
        conversations.page(Actor.customer("s1"), ALL)
    with pytest.raises(Forbidden):
        conversations.get(Actor.customer("s1"), "s1")
    with pytest.raises(SessionNotFound):
        conversations.get(AGENT, "none")
    with pytest.raises(InvalidInput):
        conversations.page(AGENT, ALL, limit=0)
    with pytest.raises(InvalidInput):
        conversations.page(AGENT, ALL, "not-ours")
