"""`chat`: conversations as JSON lines, through the whole service."""

from __future__ import annotations

from typing import Any

from concierge.sessions.models import WIDGET_SESSIONS
from tests.cli.command import Command, one_line


def kinds(answer: dict[str, Any]) -> list[str]:
    return [reply["kind"] for reply in answer["replies"]]


def test_lines_without_a_session_go_on_with_the_conversation_before(
    shop_command: Command,
) -> None:
    answers = shop_command.lines(
        "chat",
        given=[{"text": "wheres my package"}, {"text": "GG-12002"}, {"text": "ada@example.com"}],
    )
    assert len({answer["sessionId"] for answer in answers}) == 1
    assert all(set(answer) == {"sessionId", "intent", "replies"} for answer in answers)
    assert "order_timeline" in kinds(answers[-1])
    stored = shop_command.services.mongo.collection(WIDGET_SESSIONS).find_one(
        {"_id": answers[0]["sessionId"]}
    )
    assert stored is not None
    assert (stored["channel"], stored["simulated"]) == ("cli", False)


def test_null_begins_a_new_conversation_and_a_session_id_goes_on_with_that_one(
    shop_command: Command,
) -> None:
    first, second, third = shop_command.lines(
        "chat", given=[{"text": "hi"}, {"sessionId": None, "text": "hi"}, {"text": "hi"}]
    )
    assert first["sessionId"] != second["sessionId"] == third["sessionId"]
    (later,) = shop_command.lines(
        "chat", given=[{"sessionId": first["sessionId"], "text": "show me rings"}]
    )
    assert (later["sessionId"], later["intent"]) == (first["sessionId"], "product_search")


def test_a_repeated_request_id_is_answered_and_not_done_again(shop_command: Command) -> None:
    (opened,) = shop_command.lines("chat", given=[{"text": "show me rings"}])
    save = {"sessionId": opened["sessionId"], "text": "save the first one", "requestId": "once"}
    first, second = shop_command.lines("chat", given=[save, save])
    assert first == second
    assert kinds(first) == ["text", "shortlist"]


def test_a_form_is_sent_instead_of_words(shop_command: Command) -> None:
    form = {"kind": "track", "orderNumber": "GG-12002", "email": "ada@example.com"}
    (answer,) = shop_command.lines("chat", given=[{"form": form}])
    assert "order_timeline" in kinds(answer)


def test_an_unknown_conversation_and_a_missing_text_are_faults_of_their_line(
    shop_command: Command,
) -> None:
    given = '{"sessionId": "nobody", "text": "hi"}\n{"txt": "hi"}\n{"text": "hi"}\n'
    result = shop_command.run("chat", given=given)
    assert result.exit_code == 2
    assert one_line(result.stdout).startswith('{"sessionId":')
    assert [line[:7] for line in result.stderr.splitlines()] == ["line 1:", "line 2:"]


def test_a_field_that_a_turn_does_not_have_is_named(shop_command: Command) -> None:
    result = shop_command.run("chat", given='{"text": "hi", "mood": "fine"}\n')
    assert result.exit_code == 2
    assert "mood" in one_line(result.stderr)
