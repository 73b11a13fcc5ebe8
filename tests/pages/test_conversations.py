"""The conversations' screen: found by what matters, read as words and nothing else."""

from __future__ import annotations

from datetime import timedelta

from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.core.actor import Role
from concierge.core.privacy import MASK
from concierge.detection.models import Slots
from concierge.sessions.models import Author, SessionCounters, WidgetSession
from tests.insights.sessions import said, session, store
from tests.pages.conftest import OpenScreen, text_of

NASTY = "<b>Ada</b> **bold** [x](http://example.com) $a$ :smile:"


def talk(services: Services) -> WidgetSession:
    begun = services.clock.now() - timedelta(hours=2)
    one = session(
        begun,
        session_id="abc123abc123",
        intent="returns",
        customer_name="Ada Example",
        customer_email="ada@example.com",
        counters=SessionCounters(customer_messages=2, matched=1, unmatched=1),
        transcript=[
            said(1, "Hello", author=Author.CONCIERGE, at=begun),
            said(2, NASTY, "returns", at=begun, slots=Slots(name="Ada Example")),
            said(3, "do you do tattoos", "unmatched", at=begun),
        ],
    )
    store(services.mongo, one, session(begun - timedelta(hours=1), session_id="fff000fff000"))
    return one


def texts(screen: AppTest) -> list[str]:
    return [text.value for text in screen.text]


def test_the_list_runs_by_last_message(services: Services, open_screen: OpenScreen) -> None:
    talk(services)
    rows = open_screen(Role.AGENT, "conversations").dataframe[0].value
    assert list(rows["Customer"]) == ["Ada Example", "–"]
    assert list(rows["Missed"]) == [1, 0]
    assert rows["First words"][0] == NASTY


def test_filters_narrow_the_list_and_stand_in_the_link(
    services: Services, open_screen: OpenScreen
) -> None:
    talk(services)
    screen = open_screen(Role.AGENT, "conversations")
    screen.toggle(key="conversations-unmatched").set_value(True).run()
    assert len(screen.dataframe[0].value) == 1
    screen.toggle(key="conversations-unmatched").set_value(False).run()
    screen.selectbox(key="conversations-intent").set_value("returns").run()
    assert screen.query_params["intent"] == "returns"
    assert len(screen.dataframe[0].value) == 1
    screen.selectbox(key="conversations-intent").set_value("gift").run()
    assert "Nothing fits" in text_of(screen)


def test_a_session_id_or_its_beginning_finds_it(
    services: Services, open_screen: OpenScreen
) -> None:
    talk(services)
    screen = open_screen(Role.AGENT, "conversations")
    screen.text_input(key="conversations-find").set_value("ABC123").run()
    assert list(screen.dataframe[0].value["Customer"]) == ["Ada Example"]


def test_a_link_opens_one_conversation_and_its_words_stay_words(
    services: Services, open_screen: OpenScreen
) -> None:
    one = talk(services)
    screen = open_screen(Role.AGENT, "conversations", session=one.id)
    assert texts(screen) == ["Hello", NASTY, "do you do tattoos"]
    assert "Ada Example" in text_of(screen)
    screen.button[0].click().run()
    assert "session" not in screen.query_params
    assert len(screen.dataframe) == 1


def test_an_analyst_reads_it_with_the_person_taken_out(
    services: Services, open_screen: OpenScreen
) -> None:
    one = talk(services)
    screen = open_screen(Role.ANALYST, "conversations", session=one.id)
    everything = text_of(screen) + "\n".join(texts(screen))
    assert "Ada" not in everything
    assert MASK in everything
    assert "taken out for your role" in everything
    rows = open_screen(Role.ANALYST, "conversations").dataframe[0].value
    assert rows["Customer"][0] == MASK


def test_the_trace_is_there_for_who_may_see_it(services: Services, open_screen: OpenScreen) -> None:
    one = talk(services)
    with_trace = open_screen(Role.PM, "conversations", session=one.id)
    assert "0\\.90 by rule" in text_of(with_trace)
    without = open_screen(Role.ANALYST, "conversations", session=one.id)
    assert "0\\.90 by rule" not in text_of(without)


def test_a_long_conversation_shows_its_end_first(
    services: Services, open_screen: OpenScreen
) -> None:
    one = session(services.clock.now(), transcript=[said(n, f"message {n}") for n in range(1, 101)])
    store(services.mongo, one)
    screen = open_screen(Role.AGENT, "conversations", session=one.id)
    assert texts(screen)[0] == "message 41"
    screen.toggle(key="conversations-all").set_value(True).run()
    assert len(texts(screen)) == 100


def test_an_unknown_id_says_so(services: Services, open_screen: OpenScreen) -> None:
    screen = open_screen(Role.AGENT, "conversations", session="*nobody*")
    assert "No such conversation" in text_of(screen)


def test_an_empty_shop_says_how_conversations_come(
    services: Services, open_screen: OpenScreen
) -> None:
    assert "No conversation yet" in text_of(open_screen(Role.PM, "conversations"))


def test_pages_go_older_and_newer(services: Services, open_screen: OpenScreen) -> None:
    now = services.clock.now()
    store(
        services.mongo,
        *[
            session(now - timedelta(minutes=n), transcript=[said(1, f"number {n}")])
            for n in range(30)
        ],
    )
    screen = open_screen(Role.AGENT, "conversations")
    assert screen.dataframe[0].value["First words"][0] == "number 0"
    screen.button(key="conversations-older").click().run()
    assert list(screen.dataframe[0].value["First words"]) == [f"number {n}" for n in range(25, 30)]
    screen.button(key="conversations-newer").click().run()
    assert screen.dataframe[0].value["First words"][0] == "number 0"
