"""Returns and resizes in words and by form, on the demo shop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.bootstrap import Services
from concierge.chat.models import ReturnSubmission
from concierge.core.clock import ManualClock
from concierge.core.errors import InvalidInput
from concierge.orders.models import OrderStatus, Shipping
from concierge.replies.models import (
    OrderTimeline,
    ReturnConfirmed,
    ReturnForm,
    ReturnKind,
    TrackForm,
)
from concierge.returns.errors import AlreadyReturning, ReturnRefused, ReturnWindowClosed
from tests.conftest import NOW
from tests.orders.drafts import order_draft
from tests.talk import SYSTEM, Talk


def form(number: str, email: str, **more: object) -> ReturnSubmission:
    given = {"reason": "too big", "return_kind": ReturnKind.RETURN, **more}
    return ReturnSubmission(order_number=number, email=email, **given)  # type: ignore[arg-type]


def filed(shop: Services, number: str) -> list[str]:
    return [one.rma for one in shop.returns.for_orders(SYSTEM, [number]).get(number, [])]


def test_a_return_in_words_goes_from_identity_over_the_reason_to_the_rma(shop: Services) -> None:
    talk = Talk.begin(shop)
    assert talk.say("wrong size, send it back").has(TrackForm)
    assert talk.say("GG-12002, ada@example.com").one(ReturnForm).lines[0].name == "Halo Ring"
    done = talk.say("too big")
    confirmed = done.one(ReturnConfirmed)
    assert confirmed.ship_by - NOW >= timedelta(days=14)
    assert "within 14 days" in done.text
    assert filed(shop, "GG-12002") == [confirmed.rma]
    order = shop.orders.get(SYSTEM, "GG-12002")
    assert order.status.value == "return_pending"
    steps = talk.say("where is it").one(OrderTimeline).entries
    assert "RMA created" in [step.label for step in steps]
    (mail,) = shop.mongo.db["outbox"].find({"kind": "rma"})
    assert (mail["to"], mail["orderNumber"]) == ("ada@example.com", "GG-12002")


@pytest.mark.parametrize("words", ["never mind", "no", "forget it", "no thanks", "stop"])
def test_who_changes_their_mind_leaves_nothing_behind(shop: Services, words: str) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    assert "Nothing was changed" in talk.say(words).text
    assert filed(shop, "GG-12002") == []
    assert talk.session().state.awaiting is None
    assert talk.say("hello").intent == "greeting"


@pytest.mark.parametrize(
    "reason", ["no longer needed", "it is not my style", "changed my mind", "scratched", "Too big!"]
)
def test_a_reason_is_a_reason_even_when_it_sounds_like_something_else(
    shop: Services, reason: str
) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    assert talk.say(reason).has(ReturnConfirmed)
    (kept,) = shop.returns.for_orders(SYSTEM, ["GG-12002"])["GG-12002"]
    assert (kept.reason, kept.kind) == (reason, ReturnKind.RETURN)


def test_a_clear_other_wish_interrupts_the_form(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002, ada@example.com")
    assert talk.say("show me necklaces under $300").intent == "product_search"
    assert filed(shop, "GG-12002") == []


@pytest.mark.parametrize("words", ["the second one", "star charm", "Little Star Charm", "the last"])
def test_of_several_pieces_one_is_chosen_by_place_or_name(shop: Services, words: str) -> None:
    talk = Talk.begin(shop)
    asked = talk.say("return GG-12020, bo@example.com")
    assert [line.line_id for line in asked.one(ReturnForm).lines] == ["1", "2"]
    assert "Little Star Charm" in talk.say(words).text
    assert talk.say("unwanted").one(ReturnConfirmed).item == "Little Star Charm"


def test_the_other_piece_can_follow_and_the_first_cannot_come_twice(
    shop: Services, clock: ManualClock
) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12020, bo@example.com")
    talk.say("the second one")
    first = talk.say("unwanted").one(ReturnConfirmed)
    clock.advance(timedelta(minutes=1))
    talk.say("return the other piece too")
    second = talk.say("too small").one(ReturnConfirmed)
    assert (first.item, second.item) == ("Little Star Charm", "Little Sun Hoops")
    again = talk.say("return GG-12020")
    assert second.rma in again.text
    assert len(filed(shop, "GG-12020")) == 2


def test_day_30_is_in_and_day_31_is_told_what_is_still_possible(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12008, mia@example.com")
    assert talk.say("unwanted").has(ReturnConfirmed)
    late = Talk.begin(shop)
    refused = late.say("return GG-12016, wren@example.org")
    assert "returns are open for 30 days" in refused.text
    assert "a resize is still possible until" in refused.text
    assert "Which size should Tidewater Ring become" in late.say("yes please").text
    assert late.say("6 and a half").one(ReturnConfirmed).new_size == "US 6.5"


def test_past_both_windows_a_stylist_is_what_is_left(shop: Services) -> None:
    talk = Talk.begin(shop)
    refused = talk.say("return GG-12005, fay@example.com")
    assert "still possible" not in refused.text
    assert talk.say("yes").intent == "stylist"


def test_a_resize_is_told_as_one_and_promises_no_money(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("resize GG-12014 to 7")
    assert talk.say("rue@example.com").has(ReturnForm)
    rma = talk.say("yes").one(ReturnConfirmed).rma
    money = talk.say("when do i get my money back").text
    assert f"{rma} is a resize of Dawn Band" in money
    assert "no refund is under way" in money
    assert "way you paid" not in money.split(rma)[-1]
    told = talk.say("where is my order")
    assert "resize under way" in told.text
    steps = told.one(OrderTimeline)
    assert (steps.status, steps.stands) == ("return_pending", "resize under way")
    assert [(step.label, step.note) for step in steps.entries][-2:] == [
        ("RMA created", f"resize {rma}"),
        ("Resized", None),
    ]


def test_day_60_can_be_resized_and_day_61_cannot(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("resize GG-12014, rue@example.com")
    assert talk.say("7").has(ReturnConfirmed)
    assert "free resizing is open for 60 days" in (
        Talk.begin(shop).say("resize GG-12015 to size 7, pia@example.org").text
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [("UK L", "UK L"), ("EU 52", "EU 52"), ("6.5", "US 6.5"), ("16.5 mm", "mm 16.5")],
)
def test_a_resize_asks_for_the_size_and_understands_every_system(
    shop: Services, said: str, kept: str
) -> None:
    talk = Talk.begin(shop)
    assert "Which size" in talk.say("too small, can you resize GG-12002? ada@example.com").text
    assert talk.say(said).one(ReturnConfirmed).new_size == kept


@pytest.mark.parametrize(
    ("number", "email", "words"),
    [
        ("GG-12003", "dee@example.com", "has not been delivered yet"),
        ("GG-12006", "eli@example.org", "was made or engraved for you"),
        ("GG-12007", "gus@example.org", "was cancelled"),
        ("GG-12018", "uma@example.org", "was refunded"),
    ],
)
def test_what_cannot_come_back_is_said_with_its_reason_and_a_way_on(
    shop: Services, number: str, email: str, words: str
) -> None:
    talk = Talk.begin(shop)
    said = talk.say(f"return {number}, {email}")
    assert words in said.text
    assert "quick_replies" in said.kinds
    assert filed(shop, number) == []


def test_what_is_not_a_ring_is_not_resized(shop: Services) -> None:
    said = Talk.begin(shop).say("resize GG-12008 to size 6, mia@example.com")
    assert "Lumen Studs is not a ring" in said.text
    assert filed(shop, "GG-12008") == []


def test_a_return_by_form_in_one_go(shop: Services) -> None:
    talk = Talk.begin(shop)
    done = talk.form(form("GG-12002", "ada@example.com"), strict=True)
    assert filed(shop, "GG-12002") == [done.one(ReturnConfirmed).rma]
    session = talk.session()
    assert (session.order_number, session.tier) == ("GG-12002", "vip")
    said = session.transcript[1].text
    assert "too big" in said
    assert "ada@example.com" not in said


def test_a_form_that_lacks_something_asks_in_the_chat_and_is_refused_when_strict(
    shop: Services,
) -> None:
    two_pieces = form("GG-12020", "bo@example.com")
    assert Talk.begin(shop).form(two_pieces).has(ReturnForm)
    with pytest.raises(InvalidInput, match="choose one of 1, 2"):
        Talk.begin(shop).form(two_pieces, strict=True)
    with pytest.raises(InvalidInput, match="reason"):
        Talk.begin(shop).form(form("GG-12002", "ada@example.com", reason=""), strict=True)
    no_size = form("GG-12002", "ada@example.com", return_kind=ReturnKind.RESIZE)
    with pytest.raises(InvalidInput, match="newSize"):
        Talk.begin(shop).form(no_size, strict=True)
    with pytest.raises(InvalidInput, match="lineId"):
        Talk.begin(shop).form(form("GG-12002", "ada@example.com", line_id="9"), strict=True)
    assert filed(shop, "GG-12020") == filed(shop, "GG-12002") == []


def test_strict_refusals_say_why(shop: Services) -> None:
    with pytest.raises(ReturnWindowClosed) as closed:
        Talk.begin(shop).form(form("GG-12016", "wren@example.org"), strict=True)
    assert closed.value.days == 30
    resize = form("GG-12008", "mia@example.com", return_kind=ReturnKind.RESIZE, new_size="6")
    with pytest.raises(ReturnRefused, match="is not a ring"):
        Talk.begin(shop).form(resize, strict=True)
    first = Talk.begin(shop).form(form("GG-12002", "ada@example.com"), strict=True)
    with pytest.raises(AlreadyReturning) as already:
        Talk.begin(shop).form(form("GG-12002", "ada@example.com"), strict=True)
    assert already.value.rma == first.one(ReturnConfirmed).rma


def test_the_same_request_is_the_same_rma_also_when_no_other_piece_is_left(
    shop: Services, clock: ManualClock
) -> None:
    """The line was chosen for the customer; the second time nothing is open any more."""
    talk = Talk.begin(shop)
    talk.form(form("GG-12020", "bo@example.com", line_id="2"))
    clock.advance(timedelta(seconds=1))
    before = shop.sessions.write_turn
    shop.sessions.write_turn = lambda *_: False  # type: ignore[method-assign]
    request = form("GG-12020", "bo@example.com")
    with pytest.raises(Exception, match="Several messages"):
        talk.form(request, request_id="once")
    shop.sessions.write_turn = before  # type: ignore[method-assign]
    assert talk.form(request, request_id="once").one(ReturnConfirmed).item == "Little Sun Hoops"
    assert len(filed(shop, "GG-12020")) == 2


def test_an_estimated_delivery_is_called_one(shop: Services) -> None:
    shipping = Shipping(postal_code="10001", delivery_estimate_at=NOW - timedelta(days=3))
    draft = order_draft("77001", status=OrderStatus.SHIPPED, shipping=shipping)
    shop.orders.upsert_from("shopify", [draft])
    talk = Talk.begin(shop)
    talk.say("return order 77001, ada@example.com")
    assert "an estimated delivery date" in talk.say("unwanted").text


@pytest.mark.parametrize(
    ("asked", "window"),
    [("i want to send something back", "30 days"), ("my ring is too big", "60 days")],
)
def test_the_window_is_told_before_anything_is_asked(
    shop: Services, asked: str, window: str
) -> None:
    assert f"within {window} of its delivery" in Talk.begin(shop).say(asked).text


def test_that_it_does_not_fit_is_why_it_goes_back_unless_an_alteration_is_asked_for(
    shop: Services,
) -> None:
    talk = Talk.begin(shop)
    talk.say("I want to return my ring")
    assert talk.say("it doesn't fit").intent == "returns"
    assert talk.say("resize it then").intent == "resize"
