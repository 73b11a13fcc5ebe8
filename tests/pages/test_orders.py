"""The orders' screen: what the concierge knows stands on the row, all of it in the panel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.core.privacy import MASK
from concierge.orders.models import OrderStatus
from concierge.replies.models import ReturnKind
from concierge.tickets.models import Source, TicketCustomerDraft, TicketDraft
from tests.insights.sessions import order, rate, session, store, store_orders
from tests.pages.conftest import OpenScreen, text_of


@pytest.fixture
def shop(services: Services) -> str:
    """Two orders; the older one was talked about, returned, handed over and rated 2."""
    now = services.clock.now()
    talked = order("GG-12002", now - timedelta(days=10))
    store_orders(services.mongo, talked, order("GG-12010", now, status=OrderStatus.CREATED))
    one = session(now - timedelta(days=2), order_number="GG-12002", intent="returns")
    store(services.mongo, one)
    rate(services.mongo, one, 2)
    system = Actor.system("test")
    services.returns.request(
        system,
        order=talked,
        line_id="1",
        kind=ReturnKind.RETURN,
        reason="too shiny",
        session_id=one.id,
        request_id="r1",
    )
    services.tickets.open(
        system,
        TicketDraft(
            customer=TicketCustomerDraft(name="Ada Example", email="ada@example.com"),
            message="Where does it go?",
            source=Source.CHAT,
            order_number="GG-12002",
            session_id=one.id,
        ),
        request_id="t1",
    )
    return one.id


def test_a_row_has_sparkle_score_ticket_and_return(open_screen: OpenScreen, shop: str) -> None:
    rows = open_screen(Role.AGENT, "orders").dataframe[0].value.set_index("Order")
    assert list(rows.index) == ["GG-12010", "GG-12002"]
    known = rows.loc["GG-12002"]
    assert (known["✦"], list(known["CSAT"])) == ("✦", ["● 2"])
    assert (known["Ticket"], known["Return"]) == ("open", "return requested")
    untouched = rows.loc["GG-12010"]
    assert (untouched["✦"], list(untouched["CSAT"])) == ("", [])


def test_a_link_opens_the_panel_with_one_timeline(open_screen: OpenScreen, shop: str) -> None:
    screen = open_screen(Role.AGENT, "orders", order="GG-12002")
    words = text_of(screen)
    happened = [
        "Created",
        "Delivered",
        "Conversation about returns",
        "Rated the concierge :red-badge[● 2]",
        "RMA created: return",
        "Ticket opened",
    ]
    places = [words.index(part) for part in happened]
    assert places == sorted(places)
    assert "Ada Example" in words


def test_the_panel_has_every_mail_and_text_message_about_the_order(
    services: Services, open_screen: OpenScreen, shop: str
) -> None:
    services.subscriptions.opt_in(
        Actor.system("test"),
        order_number="GG-12002",
        session_id=shop,
        phone="+12125550123",
        request_id="u1",
    )
    screen = open_screen(Role.AGENT, "orders", order="GG-12002")
    [folded] = [one for one in screen.expander if one.label.startswith("Mails and text messages")]
    assert folded.label == "Mails and text messages, 3"
    words = "\n".join(str(part.value) for part in [*folded.markdown, *folded.text])
    assert "Your return RMA" in words.replace("\\", "")
    assert "We have your message" in words
    assert "Text message" in words
    assert "Aurora: updates about GG-12002 are on" in words
    assert "Mails and text" not in str(open_screen(Role.AGENT, "orders", order="GG-12010").expander)


def test_closing_the_panel_leaves_the_table(open_screen: OpenScreen, shop: str) -> None:
    screen = open_screen(Role.AGENT, "orders", order="GG-12002")
    next(b for b in screen.button if b.label == "Close").click().run()
    assert "order" not in screen.query_params
    assert not screen.subheader


def test_an_analyst_sees_the_order_and_not_its_customer(open_screen: OpenScreen, shop: str) -> None:
    screen = open_screen(Role.ANALYST, "orders", order="GG-12002")
    words = text_of(screen) + str(screen.dataframe[0].value)
    assert "Ada" not in words
    assert "ada" not in words.replace("GG", "")
    assert MASK in words
    assert "Ticket" not in screen.dataframe[0].value.columns
    assert "Ticket opened" not in words
    assert not screen.expander


def test_filters_narrow_the_table_and_stand_in_the_link(open_screen: OpenScreen, shop: str) -> None:
    screen = open_screen(Role.AGENT, "orders")
    screen.selectbox(key="orders-status").set_value("created").run()
    assert list(screen.dataframe[0].value["Order"]) == ["GG-12010"]
    assert screen.query_params["status"] == "created"
    screen.selectbox(key="orders-status").set_value("").run()
    screen.text_input(key="orders-find").set_value("12002").run()
    assert list(screen.dataframe[0].value["Order"]) == ["GG-12002"]
    screen.text_input(key="orders-find").set_value("nothing like it").run()
    assert "Nothing fits" in text_of(screen)


def test_an_unknown_number_says_so(open_screen: OpenScreen, shop: str) -> None:
    assert "No such order" in text_of(open_screen(Role.AGENT, "orders", order="GG-99999"))


def test_a_shop_without_orders_says_how_to_bring_them_in(
    services: Services, open_screen: OpenScreen
) -> None:
    assert "import orders" in text_of(open_screen(Role.AGENT, "orders"))


def test_a_manager_of_products_is_told_it_is_not_theirs(
    services: Services, open_screen: OpenScreen
) -> None:
    assert "does not include orders" in text_of(open_screen(Role.PM, "orders"))
