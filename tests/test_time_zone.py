"""`CONCIERGE_TIMEZONE` moves the whole shop, not a part of it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from concierge import bootstrap
from concierge.bootstrap import Services
from concierge.chat.models import StylistSubmission
from concierge.core.clock import ManualClock
from concierge.core.formatting import date_text
from concierge.csat.models import CsatFilter, CsatKind
from concierge.replies.models import ReturnConfirmed, TicketOpened
from tests.talk import SYSTEM, Talk

TOKYO = "Asia/Tokyo"
"""At the tests' time it is Thursday there already, an hour past midnight in winter."""


@pytest.fixture
def tokyo(shop: Services, clock: ManualClock) -> Services:
    """The demo shop, moved by the setting."""
    moved = shop.settings.model_copy(update={"timezone": TOKYO})
    return bootstrap.build(moved, clock, shop.mongo)


def test_the_last_day_to_send_is_one_day_in_words_card_mail_and_slip(tokyo: Services) -> None:
    talk = Talk.begin(tokyo)
    talk.say("return GG-12002, ada@example.com")
    said = talk.say("too big")
    confirmed = said.one(ReturnConfirmed)
    last = confirmed.ship_by.astimezone(ZoneInfo(TOKYO))
    assert (last.month, last.day, last.hour, last.minute) == (12, 3, 23, 59)
    day = date_text(confirmed.ship_by, TOKYO)
    (mail,) = tokyo.mongo.db["outbox"].find({"kind": "rma"})
    slip = tokyo.returns.slip(SYSTEM, confirmed.rma)
    for words in (said.text, mail["body"], slip):
        assert day in words


def test_business_hours_are_the_shops(tokyo: Services) -> None:
    form = StylistSubmission(name="Bo Sample", email="bo@example.com", message="It is loose")
    card = Talk.begin(tokyo).form(form).one(TicketOpened)
    ticket = tokyo.tickets.get(SYSTEM, card.ticket_id)
    opens_and_four_hours = datetime(2026, 11, 19, 13, 0, tzinfo=ZoneInfo(TOKYO))
    assert ticket.first_reply_due_at == opens_and_four_hours.astimezone(UTC)


def test_a_rating_counts_on_the_shops_day(tokyo: Services) -> None:
    talk = Talk.begin(tokyo)
    tokyo.survey.rate(
        talk.actor,
        talk.session(),
        survey="concierge",
        rating=5,
        notes="",
        ticket_id=None,
        request_id="k",
    )
    summary = tokyo.csat.summary(SYSTEM, CsatFilter(kind=CsatKind.CONCIERGE))
    assert [day.day for day in summary.trend] == ["2026-11-19"]
    assert talk.session().day == "2026-11-19"
