"""Who may see an order: its number and the e-mail or postal code on it; nothing less, ever."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import ReturnSubmission, StylistSubmission, TrackSubmission
from concierge.core.errors import RateLimited
from concierge.insights.enrichment import OrderFilter
from concierge.orders.errors import OrderNotFound
from concierge.replies.models import (
    OrderList,
    OrderTimeline,
    ReturnKind,
    TicketOpened,
    TrackForm,
)
from tests.talk import SYSTEM, Said, Talk


def words_of(said: Said) -> str:
    """Everything the customer would see, but for the number that was typed."""
    dumped = [reply.model_dump(mode="json") for reply in said.result.replies]
    return str(dumped).replace("GG-12001", "GG-N").replace("GG-99999", "GG-N")


def badge(shop: Services, number: str) -> bool:
    page = shop.enrichment.page(SYSTEM, OrderFilter(text=number))
    return page.items[0].has_concierge


@pytest.mark.parametrize(
    "proof", ["bo@example.com", "ADA@EXAMPLE.ORG", "my zip is 99999", "EC1A 1BB"]
)
def test_a_wrong_proof_and_a_missing_order_get_the_very_same_words(
    shop: Services, proof: str
) -> None:
    wrong = Talk.begin(shop).say(f"where is my order GG-12001, {proof}")
    missing = Talk.begin(shop).say(f"where is my order GG-99999, {proof}")
    assert words_of(wrong) == words_of(missing)
    assert "cannot find an order" in wrong.text
    assert not wrong.has(OrderTimeline)


def test_both_forms_of_refusal_are_one_error_when_asked_strictly(shop: Services) -> None:
    for number in ("GG-12001", "GG-99999"):
        form = TrackSubmission(order_number=number, email="bo@example.com")
        with pytest.raises(OrderNotFound) as refused:
            Talk.begin(shop).form(form, strict=True)
        assert number not in str(refused.value)


@pytest.mark.parametrize(
    "proof", ["ada@example.com", "ADA@Example.com", "10001", "10001-1234", "zip: 10001"]
)
def test_the_number_with_its_e_mail_or_its_postal_code_opens_the_order(
    shop: Services, proof: str
) -> None:
    talk = Talk.begin(shop)
    assert talk.say("where is my order").has(TrackForm)
    assert "which e-mail address or postal code" in talk.say("GG-12001").text
    assert talk.say(proof).one(OrderTimeline).order_number == "GG-12001"


@pytest.mark.parametrize("typed", ["gg-12001", "GG 12001", "#12001", "12001", "order no. 12001"])
def test_a_number_is_found_as_people_spell_it(shop: Services, typed: str) -> None:
    talk = Talk.begin(shop)
    talk.say("where is my order")
    talk.say(typed)
    assert talk.say("ada@example.com").one(OrderTimeline).order_number == "GG-12001"
    assert talk.session().order_number == "GG-12001"


def test_after_a_wrong_proof_the_proof_alone_may_be_given_again(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is my order GG-12001")
    assert "cannot find" in talk.say("10002").text
    assert talk.say("10001").has(OrderTimeline), "five digits are a postal code, not a number"
    other = Talk.begin(shop)
    other.say("where is my order GG-12001")
    assert "cannot find" in other.say("adda@example.com").text
    assert other.say("ada@example.com").has(OrderTimeline)


def test_a_wrong_proof_is_not_tried_again_by_itself(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is my order GG-12001, wrong@example.com")
    again = talk.say("where is my order")
    assert "which e-mail address or postal code" in again.text
    assert again.one(TrackForm).email is None


def test_a_proof_holds_for_the_session(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12002 ada@example.com")
    assert talk.say("where is my order").one(OrderTimeline).order_number == "GG-12002"
    assert "not right with Halo Ring" in talk.say("return it").text


def test_another_number_needs_a_proof_of_its_own(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12002 ada@example.com")
    asked = talk.say("where is GG-12003")
    assert "which e-mail address or postal code is on GG-12003" in asked.text
    assert not asked.has(OrderTimeline)
    session = talk.session()
    assert (session.order_number, session.mentioned_order_number) == ("GG-12002", "GG-12003")
    assert talk.say("80201").one(OrderTimeline).order_number == "GG-12003"
    session = talk.session()
    assert (session.order_number, session.mentioned_order_number) == ("GG-12003", None)


def test_another_order_of_the_same_person_is_proven_by_the_e_mail_already_given(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12002 ada@example.com")
    assert talk.say("and where is GG-12001").one(OrderTimeline).order_number == "GG-12001"


def test_an_order_proven_earlier_needs_no_second_proof(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12002 ada@example.com")
    talk.say("GG-12005 fay@example.com")
    assert talk.session().orders == ["GG-12005", "GG-12002"]
    assert talk.say("where is GG-12002").one(OrderTimeline).order_number == "GG-12002"
    session = talk.session()
    assert (session.order_number, session.customer_email) == ("GG-12002", "ada@example.com")
    assert session.orders == ["GG-12002", "GG-12005"]
    numbers = ["GG-12002", "GG-12005", "GG-12001"]
    found = shop.sessions.for_orders(SYSTEM, numbers)
    assert {number: [one.id for one in kept] for number, kept in found.items()} == {
        "GG-12002": [session.id],
        "GG-12005": [session.id],
    }
    other = Talk.begin(shop).say("where is GG-12002")
    assert not other.has(OrderTimeline), "what one session has proven another has not"


def test_updates_of_each_proven_order_are_stopped_by_its_number(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12001 ada@example.com")
    talk.say("send me updates by e-mail")
    talk.say("ada@example.com")
    assert len(shop.subscriptions.active_for("GG-12001")) == 1
    talk.say("text me when it ships")
    talk.say("+1 212 555 0123")
    talk.say("where is GG-12009, bo@example.com")
    said = talk.say("stop the emails about GG-12001")
    assert "neither by e-mail nor by text message" in said.text
    assert shop.subscriptions.active_for("GG-12001") == []


def test_a_proof_that_is_given_again_is_checked_again(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12001 ada@example.com")
    assert "cannot find" in talk.say("track GG-12001 wrong@example.com").text
    with pytest.raises(OrderNotFound):
        talk.form(TrackSubmission(order_number="GG-12001", email="bo@example.com"), strict=True)
    assert talk.session().order_number == "GG-12001", "what was proven before stays so"


def test_a_question_where_an_order_is_outweighs_the_return_that_waited_for_its_number(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    talk.say("I want to return something")
    talk.say("cheapest earrings")
    asked = talk.say("where is GG-12009")
    assert asked.intent == "order_tracking"
    assert talk.say("bo@example.com").one(OrderTimeline).order_number == "GG-12009"


def test_e_mail_and_postal_code_together_list_the_orders(shop: Services) -> None:
    talk = Talk.begin(shop)
    said = talk.say("my email is ada@example.com and my zip is 10001")
    numbers = [order.order_number for order in said.one(OrderList).orders]
    assert sorted(numbers) == ["GG-12001", "GG-12002", "GG-12004"]
    assert talk.session().order_number is None, "a list proves no single order"
    assert talk.say("GG-12004").one(OrderTimeline).order_number == "GG-12004"


def test_a_list_of_one_is_shown_at_once_and_a_wrong_pair_finds_nothing(shop: Services) -> None:
    form = TrackSubmission(email="dee@example.com", postal_code="80201")
    assert len(Talk.begin(shop).form(form).one(OrderList).orders) == 2
    form = TrackSubmission(email="kit@example.com", postal_code="33101")
    assert Talk.begin(shop).form(form).one(OrderTimeline).order_number == "GG-12021"
    form = TrackSubmission(email="kit@example.com", postal_code="33102")
    assert "cannot find" in Talk.begin(shop).form(form).text


def test_a_list_is_asked_for_by_form_also_when_one_order_is_known(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12002 ada@example.com")
    form = TrackSubmission(email="ada@example.com", postal_code="10001")
    assert len(talk.form(form).one(OrderList).orders) == 3


def test_a_number_that_was_only_typed_badges_rates_and_reveals_nothing(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("where is my order GG-12001")
    talk.say("this is useless")
    talk.say("2")
    talk.say("talk to a human")
    opened = talk.say("Bo Sample, bo@example.com, it is about my order").one(TicketOpened)
    session = talk.session()
    assert (session.order_number, session.mentioned_order_number) == (None, "GG-12001")
    assert not badge(shop, "GG-12001")
    assert shop.csat.for_orders(SYSTEM, ["GG-12001"]) == {}
    assert shop.tickets.for_orders(SYSTEM, ["GG-12001"]) == {}
    assert shop.sessions.for_orders(SYSTEM, ["GG-12001"]) == {}
    ticket = shop.tickets.get(SYSTEM, opened.ticket_id)
    assert (ticket.order_number, ticket.mentioned_order_number) == (None, "GG-12001")
    assert shop.orders.get(SYSTEM, "GG-12001").concierge_session_id is None


def test_a_number_in_the_stylists_form_is_proven_by_the_e_mail_beside_it_or_only_mentioned(
    shop: Services,
) -> None:
    for email, proven in (("dee@example.com", True), ("bo@example.com", False)):
        talk = Talk.begin(shop)
        form = StylistSubmission(
            name="Some Body", email=email, message="Where is it?", order_number="GG-12003"
        )
        opened = talk.form(form).one(TicketOpened)
        ticket = shop.tickets.get(SYSTEM, opened.ticket_id)
        session = talk.session()
        kept = (ticket.order_number, ticket.mentioned_order_number)
        assert kept == (session.order_number, session.mentioned_order_number)
        assert kept == (("GG-12003", None) if proven else (None, "GG-12003"))


def test_a_typed_e_mail_never_tells_a_tier(shop: Services) -> None:
    """Ada is a VIP. Who only types her address hears what everybody hears."""
    talk = Talk.begin(shop)
    talk.say("my email is ada@example.com")
    asked = talk.say("talk to a human")
    opened = talk.say("Ada Example, ada@example.com, call me")
    stranger = Talk.begin(shop)
    stranger.say("talk to a human")
    answered = stranger.say("No Body, nobody@example.org, call me")
    assert "within 4 business hours" in asked.text
    assert opened.one(TicketOpened).promise == answered.one(TicketOpened).promise
    assert opened.one(TicketOpened).promised_by == answered.one(TicketOpened).promised_by
    assert talk.session().tier is None
    ticket = shop.tickets.get(SYSTEM, opened.one(TicketOpened).ticket_id)
    assert ticket.priority.value == "vip", "the team serves by the record all the same"


def test_a_proof_tells_the_tier(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("GG-12001 ada@example.com")
    assert talk.session().tier == "vip"
    assert "within 1 business hour" in talk.say("talk to a human").text


def test_a_postal_code_proves_an_order_and_does_not_reveal_its_e_mail(shop: Services) -> None:
    talk = Talk.begin(shop)
    seen = [
        talk.say(text)
        for text in ("GG-12001 my zip is 10001", "cancel it", "talk to a human", "send me updates")
    ]
    told = str([reply.model_dump(mode="json") for said in seen for reply in said.result.replies])
    assert "ada@example.com" not in told


def test_many_wrong_tries_in_one_session_are_answered_with_a_pause_and_a_human(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    texts = [talk.say(f"where is GG-12001 x{n}@example.com").text for n in range(11)]
    assert all("cannot find" in text for text in texts[:10])
    assert "Please wait" in texts[10]
    assert "stylist" in texts[10]
    assert "Please wait" in talk.say("where is GG-12001 ada@example.com").text, "right or wrong"
    with pytest.raises(RateLimited):
        talk.form(TrackSubmission(order_number="GG-12001", email="a@example.com"), strict=True)
    fresh = Talk.begin(shop)
    assert fresh.say("where is GG-12001 ada@example.com").has(OrderTimeline)


def test_wrong_tries_are_limited_by_address_across_sessions(shop: Services) -> None:
    for number in range(30):
        talk = Talk.begin(shop, address="192.0.2.7")
        talk.say(f"where is GG-{12001 + number} nobody@example.com")
    assert "Please wait" in Talk.begin(shop, address="192.0.2.7").say("GG-12002 10001").text
    assert Talk.begin(shop, address="192.0.2.8").say("GG-12002 10001").has(OrderTimeline)


def test_a_return_by_form_is_as_strict_as_the_words(shop: Services) -> None:
    form = ReturnSubmission(
        order_number="GG-12002",
        email="bo@example.com",
        return_kind=ReturnKind.RETURN,
        reason="too big",
    )
    assert "cannot find" in Talk.begin(shop).form(form).text
    assert shop.returns.for_orders(SYSTEM, ["GG-12002"]) == {}
