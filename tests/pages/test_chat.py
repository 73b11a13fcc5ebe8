"""What a message draws anew in the chat, and what stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.chat.models import MAX_TEXT
from concierge.core.actor import Actor, Role
from concierge.core.telemetry import bind_request, current_request_id
from concierge.sessions.models import SessionContext
from concierge.ui import waiting
from concierge.ui.views.chat import PIECE, SHOWN
from tests.pages.conftest import OpenScreen, words_of

BUBBLE = 'class="past past-'


def say(screen: AppTest, text: str) -> None:
    screen.chat_input[0].set_value(text).run()
    assert not screen.exception, screen.exception


def pieces(screen: AppTest) -> list[str]:
    """What was said before, oldest first."""
    bodies = [element.proto.body for element in screen.get("html")]
    return [body for body in bodies if BUBBLE in body]


def said(screen: AppTest) -> list[str]:
    """What the customer said, as far as it is shown."""
    return re.findall(r"<p>(note \d+)</p>", "".join(pieces(screen)))


@pytest.mark.usefixtures("services")
def test_a_message_changes_the_newest_piece_of_the_past_alone(open_screen: OpenScreen) -> None:
    screen = open_screen(Role.PM, "chat")
    before: list[str] = []
    for number in range(1, SHOWN):
        say(screen, f"note {number}")
        now = pieces(screen)
        again = [body for body in before[:-1] if body in now]
        dropped = before[: len(before) - 1 - len(again)]
        # Only as a whole, and only when as many have come as a piece holds.
        assert before[:-1] == dropped + again
        assert len(dropped) <= 1
        before = now


@pytest.mark.usefixtures("services")
def test_a_long_chat_shows_its_newest_messages_and_counts_the_others(
    open_screen: OpenScreen,
) -> None:
    screen = open_screen(Role.PM, "chat")
    for number in range(1, SHOWN + 1):
        say(screen, f"note {number}")
    newest = said(screen)
    assert newest[-1] == f"note {SHOWN}"
    assert newest == [f"note {number}" for number in range(SHOWN + 1 - len(newest), SHOWN + 1)]
    shown = sum(body.count(BUBBLE) for body in pieces(screen)) + 1  # and the answer
    assert SHOWN <= shown < SHOWN + PIECE
    (hidden,) = re.findall(r"(\d+) earlier messages", words_of(screen))
    assert int(hidden) + shown == 1 + 2 * SHOWN  # the greeting, and each with its answer


@pytest.mark.usefixtures("services")
def test_what_was_typed_is_never_markup(open_screen: OpenScreen) -> None:
    screen = open_screen(Role.PM, "chat")
    say(screen, "<img src=x onerror=alert(1)> & <b>rings</b>")
    drawn = "".join(element.proto.body for element in screen.get("html"))
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &lt;b&gt;rings&lt;/b&gt;" in drawn
    assert "<b>" not in drawn
    assert "onerror=alert(1)>" not in drawn


@pytest.mark.usefixtures("demo_services")
def test_the_trace_names_what_was_looked_for_in_words(open_screen: OpenScreen) -> None:
    screen = open_screen(Role.PM, "chat")
    say(screen, "show me rings under $300")
    drawn = "".join(element.proto.body for element in screen.get("html"))
    (asked,) = re.findall(r"looked for: ([^<\n]*)", drawn)
    assert asked == "category ring · budget ≤ $300 · ready to ship"


@pytest.mark.usefixtures("services")
@pytest.mark.parametrize(("role", "offered"), [(Role.AGENT, 0), (Role.PM, 1), (Role.ADMIN, 1)])
def test_who_may_draft_takes_the_newest_turn_to_the_rules(
    open_screen: OpenScreen, role: Role, offered: int
) -> None:
    screen = open_screen(role, "chat")
    screen.button(key="new-chat").click().run()
    say(screen, "hello")
    say(screen, "zorgle the blarg")
    session = session_of(screen)
    links = [link.proto for link in screen.page_link if link.label.startswith("Try a rule")]
    assert len(links) == offered
    assert all(link.query_string == f"try={session}-4" for link in links)


@pytest.mark.usefixtures("services")
def test_where_the_customer_comes_from_holds_at_once_while_nothing_was_said(
    open_screen: OpenScreen, services: Services
) -> None:
    screen = open_screen(Role.PM, "chat")
    screen.button(key="new-chat").click().run()
    screen.selectbox(key="chat-page").select("From a ring's page").run()
    screen.multiselect(key="chat-cart").select("dawn-band").run()
    assert not screen.exception
    context = opened(services, screen)
    assert (context.product_id, context.cart) == ("halo-ring", ["dawn-band"])
    assert "next chat" not in words_of(screen)


@pytest.mark.usefixtures("services")
def test_where_the_customer_comes_from_waits_for_the_next_chat_once_something_was_said(
    open_screen: OpenScreen, services: Services
) -> None:
    screen = open_screen(Role.PM, "chat")
    screen.button(key="new-chat").click().run()
    say(screen, "hello")
    before = session_of(screen)
    screen.selectbox(key="chat-page").select("From the checkout").run()
    assert session_of(screen) == before
    assert "From the checkout: applies to the next chat." in words_of(screen)
    screen.button(key="new-chat").click().run()
    assert not screen.exception
    context = opened(services, screen)
    assert (context.page, context.cart) == ("/checkout", ["halo-ring"])
    assert "next chat" not in words_of(screen)
    screen.multiselect(key="chat-cart").unselect("halo-ring").run()
    assert opened(services, screen).cart == []


def opened(services: Services, screen: AppTest) -> SessionContext:
    """What the chat on the screen was opened with."""
    session = session_of(screen)
    return services.sessions.history(Actor.system("tests"), session).context


def session_of(screen: AppTest) -> str:
    """By the link: a list where the browser brought it, else as the screen set it."""
    asked = screen.query_params["session"]
    return asked if isinstance(asked, str) else asked[0]


def test_work_that_is_done_soon_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 60)
    monkeypatch.setattr(st, "spinner", drawn.append)
    assert waiting.saying("typing", lambda: 7) == 7
    assert not drawn


def test_work_that_takes_its_time_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Event()

    @contextmanager
    def shown(words: str) -> Iterator[None]:
        assert words == "typing"
        seen.set()
        yield

    monkeypatch.setattr(st, "spinner", shown)
    assert waiting.saying("typing", lambda: seen.wait(60)) is True


def test_what_the_work_raises_is_raised_and_it_knows_whose_request_it_is() -> None:
    def work() -> None:
        raise TimeoutError(current_request_id())

    with bind_request("the-request"), pytest.raises(TimeoutError, match="the-request"):
        waiting.saying("typing", work)


@pytest.mark.usefixtures("services")
def test_of_a_long_message_the_beginning_is_sent_and_the_rest_is_shown(
    open_screen: OpenScreen,
) -> None:
    screen = open_screen(Role.PM, "chat")
    say(screen, "a" * MAX_TEXT + "the rest of it")
    assert [warning.value for warning in screen.warning] == [
        "Only the first 5,000 characters of your message were sent."
    ]
    assert [code.value for code in screen.code] == ["the rest of it"]
    say(screen, "hello")
    assert not screen.warning
    assert not screen.code
    say(screen, "b" * (MAX_TEXT + 1))
    assert screen.warning
    screen.button(key="new-chat").click().run()
    assert not screen.warning
