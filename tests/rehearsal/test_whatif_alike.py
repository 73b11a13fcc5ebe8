"""Whatever work is spared, what-if answers as if every turn had been read by both versions."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from concierge.bootstrap import Services
from concierge.chat.dialogue import decide
from concierge.core.ids import derived_id
from concierge.detection.models import DetectionContext, Intent
from concierge.insights.turns import TurnStream
from concierge.rehearsal.whatif import WhatIfReport
from concierge.rules.models import RuleDraft, RuleFile
from concierge.sessions.models import (
    WIDGET_SESSIONS,
    Author,
    Channel,
    DialogueState,
    TranscriptEntry,
    TurnTrace,
    WidgetSession,
)
from tests.conftest import NOW
from tests.detection.test_difference import PHRASES, strings
from tests.rules.conftest import PM, RULES

NEAR = ["a hippopotamus balloon please", "balloons with a hippopotamus", "hippopotamus ballooon"]
RINGS = "token ring network explain"
MORE = ["show me laptops", "do you sell laptopss", "/laptops", RINGS, *NEAR]
SAID = list(dict.fromkeys([*strings(PHRASES)[::4], *MORE]))
CHANGES = {
    "a rule": (RULES, "\nrules:\n", "\nrules:\n  - {name: new, intent: gift, priority: 99, "
               "patterns: [(necklace|balloon*)]}\n"),
    "a phrase": ("phrases/gift.yaml", "phrases:\n", "phrases:\n  - hippopotamus balloon\n"),
    "a phrase less": ("phrases/unmatched.yaml", f"  - {RINGS}\n", ""),
    "a spelling": ("vocabulary.yaml", "\n  gold: [oro, glod", "\n  gold: [laptops, oro, glod"),
    "a category": ("vocabulary.yaml", "\ncategories:\n", "\ncategories:\n  laptop: [laptops]\n"),
    "other weights": ("meaning.yaml", "\nrule: 20", "\nrule: 1"),
}  # fmt: skip


def store(services: Services, version: int) -> None:
    """Single messages, each as the shipped rules read it, or as another version had."""
    detector = services.workshop.detector({})
    sessions = []
    for text in SAID:
        read = detector.detect(text)
        trace = TurnTrace(detection=read, handled_by="test", rules_version=version)
        intent = decide(read, DialogueState(), None, text).intent
        entry = TranscriptEntry(
            seq=1,
            at=NOW + timedelta(seconds=1),
            author=Author.CUSTOMER,
            text=text,
            intent=(intent if version == 0 else Intent.FINANCING).value,
            trace=trace,
        )
        session = WidgetSession(
            id=derived_id("alike", text),
            channel=Channel.WIDGET,
            opened_at=NOW,
            last_at=NOW,
            day="2026-11-18",
            turn_seq=1,
            transcript=[entry],
        )
        sessions.append(session.to_mongo())
    services.mongo.collection(WIDGET_SESSIONS).insert_many(sessions)


def read_by_both(
    services: Services, draft: dict[str, str]
) -> tuple[Counter[tuple[Intent, Intent]], int]:
    """Every stored turn, read whole; and how many there are."""
    turns = 0
    found: Counter[tuple[Intent, Intent]] = Counter()
    detectors = [services.workshop.detector(texts) for texts in ({}, draft)]
    stream = TurnStream(services.mongo)
    [within] = stream.ranges(len(SAID))[0]
    for session in stream.sessions(within):
        for turn in session.turns:
            turns += 1
            context = DetectionContext(awaiting=None, page=turn.page)
            before, after = (
                decide(one.detect(turn.text, context), turn.state, None, turn.text).intent
                for one in detectors
            )
            found[before, after] += before is not after
    return +found, turns


@pytest.mark.parametrize("version", [0, 7])
@pytest.mark.parametrize("change", CHANGES)
def test_the_answer_is_that_of_reading_every_turn_by_both(
    services: Services, change: str, version: int
) -> None:
    path, old, new = CHANGES[change]
    own = services.rules.texts(PM, 0)[path]
    assert old in own
    text = own.replace(old, new, 1)
    store(services, version)
    draft = services.rules.save_draft(
        PM, RuleDraft(files=[RuleFile(path=path, text=text)]), "alike"
    )
    report: WhatIfReport = services.what_if.what_if(PM, draft.number, lambda done, total: None)
    expected, turns = read_by_both(services, {path: text})
    assert {(one.before, one.after): one.count for one in report.changes} == expected
    assert report.turns == turns
    assert report.changed
    if change == "a phrase":
        assert 2 <= report.changed <= len(NEAR)
        [gift] = report.changes
        assert {one.text for one in gift.examples} <= {*NEAR}
