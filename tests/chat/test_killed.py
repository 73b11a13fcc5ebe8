"""`kill -9` of the app between a commit and the session's write: done once, answered again."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from concierge.bootstrap import Services
from concierge.core.config import child_environment
from concierge.replies.models import ReturnConfirmed, TicketOpened
from concierge.tickets.models import TicketFilter
from tests.conftest import NOW, ROOT
from tests.talk import SYSTEM, Talk


def killed_at(shop: Services, talk: Talk, text: str) -> None:
    """Says `text` in a process of its own that is killed just before it writes the session."""
    command = [
        *(sys.executable, "-m", "tests.chat.killed"),
        *(shop.mongo.uri, shop.mongo.db.name, talk.session_id, "lost", NOW.isoformat(), text),
    ]
    ended = subprocess.run(
        command, cwd=ROOT, env=child_environment(), capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


@pytest.mark.faults
def test_a_return_whose_process_was_killed_is_the_same_rma_once(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("return GG-12002 ada@example.com")
    before = talk.session().turn_seq
    killed_at(shop, talk, "too big")
    (filed,) = shop.returns.for_orders(SYSTEM, ["GG-12002"])["GG-12002"]
    assert talk.session().turn_seq == before, "committed, and the session knows nothing of it"
    for _ in range(2):
        assert talk.say("too big", request_id="lost").one(ReturnConfirmed).rma == filed.rma
    assert shop.mongo.db["returns"].count_documents({}) == 1
    assert shop.mongo.db["outbox"].count_documents({"kind": "rma"}) == 1
    history = shop.orders.get(SYSTEM, "GG-12002").status_history
    assert [step.reference for step in history if step.reference] == [filed.rma]


@pytest.mark.faults
def test_a_hand_over_whose_process_was_killed_is_the_same_ticket_once(shop: Services) -> None:
    talk = Talk.begin(shop)
    talk.say("talk to a human")
    killed_at(shop, talk, "Bo Sample, bo@example.com, my ring is loose")
    (row,) = shop.tickets.queue(SYSTEM, TicketFilter()).items
    said = talk.say("Bo Sample, bo@example.com, my ring is loose", request_id="lost")
    assert said.one(TicketOpened).ticket_id == row.ticket_id
    assert len(shop.tickets.get(SYSTEM, row.ticket_id).messages) == 1
    assert shop.mongo.db["outbox"].count_documents({"kind": "ticket_opened"}) == 1
