"""Versions of the rules: drafted, refused, published, taken back; who may do what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from concierge.core.actor import Actor, Role
from concierge.core.errors import ConciergeError, Forbidden, InvalidInput, VersionConflict
from concierge.detection.errors import BadRules
from concierge.rules.errors import BehindLive, CannotMerge, NoSuchVersion, NotADraft, NotLive
from concierge.rules.models import RuleDraft, RuleFile, RuleStatus
from tests.explain import no_collection_scans
from tests.rules.conftest import ADMIN, PM, RULES, Desk, with_rule


def test_version_zero_is_the_files_of_the_product(desk: Desk) -> None:
    assert desk.rules.live(PM).number == 0
    assert {RULES, "vocabulary.yaml", "commands.yaml"} <= set(desk.rules.texts(PM, 0))
    assert desk.rules.changed_texts(PM, 0) == {}


def test_a_draft_keeps_only_the_files_that_differ(desk: Desk) -> None:
    texts = desk.rules.texts(PM, 0)
    changed = with_rule(texts[RULES], "flurb", "gift", "flurb")
    files = [
        RuleFile(path=RULES, text=changed),
        RuleFile(path="commands.yaml", text=texts["commands.yaml"]),
    ]
    draft = desk.rules.save_draft(PM, RuleDraft(note="flurbs", files=files), "one")
    kept = desk.rules.get(PM, draft.number)
    assert [file.path for file in kept.files] == [RULES]
    assert (kept.status, kept.author, kept.base, kept.note) == ("draft", "kim", 0, "flurbs")
    assert "+  - name: flurb\n" in kept.diff
    assert kept.diff.startswith(f"--- {RULES}\n+++ {RULES}\n")


def test_a_bad_file_is_refused_with_its_line_and_nothing_is_lost(desk: Desk) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    bad = desk.rules.texts(PM, draft.number)[RULES].replace("intent: gift", "intent: gifts", 1)
    line = bad[: bad.index("intent: gifts")].count("\n") + 1
    with pytest.raises(BadRules) as caught:
        desk.rules.save_draft(
            PM, RuleDraft(number=draft.number, files=[RuleFile(path=RULES, text=bad)]), "two"
        )
    assert str(caught.value).startswith(f"rules.yaml, line {line}: 'gifts' is not an intent")
    assert desk.rules.get(PM, draft.number) == draft


@pytest.mark.parametrize("path", ["../policies.yaml", "/etc/hosts", "more.yaml", ""])
def test_only_files_that_are_there_can_be_changed(desk: Desk, path: str) -> None:
    with pytest.raises(InvalidInput, match="no file"):
        desk.rules.save_draft(PM, RuleDraft(files=[RuleFile(path=path, text="x")]), "one")


def test_text_that_no_file_can_hold_is_refused(desk: Desk) -> None:
    with pytest.raises(BadRules, match="is not YAML text"):
        desk.rules.save_draft(PM, RuleDraft(files=[RuleFile(path=RULES, text="a\x00b")]), "one")


def test_a_repeated_save_of_a_new_draft_makes_one(desk: Desk) -> None:
    draft = RuleDraft(note="same")
    first = desk.rules.save_draft(PM, draft, "same key")
    assert desk.rules.save_draft(PM, draft, "same key") == first
    assert len(desk.rules.drafts(PM)) == 1


def test_two_authors_at_once_get_numbers_of_their_own(desk: Desk) -> None:
    start = Barrier(6)

    def save(at: int) -> int:
        start.wait()
        return desk.rules.save_draft(PM, RuleDraft(note=str(at)), f"key {at}").number

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(save, range(6))) == [1, 2, 3, 4, 5, 6]


def test_a_draft_saved_by_somebody_else_meanwhile_is_not_overwritten(desk: Desk) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    mine = RuleDraft(number=draft.number, revision=draft.revision, note="mine")
    desk.rules.save_draft(PM, mine, "one")
    with pytest.raises(VersionConflict):
        desk.rules.save_draft(ADMIN, mine.model_copy(update={"note": "theirs"}), "two")
    assert desk.rules.get(PM, draft.number).note == "mine"


def test_publishing_says_who_when_and_what_it_replaced(desk: Desk) -> None:
    first = desk.published("flurb", "gift", "flurb")
    second = desk.published("blarg", "gift", "blarg")
    assert (first.published_by, first.replaces) == ("robin", 0)
    assert (second.status, second.base, second.replaces) == ("published", 1, 1)
    assert second.published_at == desk.services.clock.now()
    assert desk.rules.live(PM).number == second.number
    assert desk.rules.get(PM, first.number).status is RuleStatus.RETIRED
    assert "flurb" in desk.rules.texts(PM, second.number)[RULES], "it grew out of the first"
    entries = desk.services.audit.of(f"rules:{second.number}")
    [published] = [entry for entry in entries if entry.action == "rules.publish"]
    [change] = published.changes
    assert (change.field, change.before, change.after) == ("live", "1", "2")


def test_publishing_twice_changes_nothing(desk: Desk) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    first = desk.rules.publish(ADMIN, draft.number)
    assert desk.rules.publish(ADMIN, draft.number) == first
    actions = [entry.action for entry in desk.services.audit.of(f"rules:{draft.number}")]
    assert actions.count("rules.publish") == 1


def test_a_draft_that_changed_since_it_was_looked_at_is_not_published(desk: Desk) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    desk.rules.save_draft(PM, RuleDraft(number=draft.number, note="once more"), "again")
    with pytest.raises(VersionConflict):
        desk.rules.publish(ADMIN, draft.number, draft.revision)
    assert desk.rules.live(PM).number == 0


def test_a_draft_from_before_the_live_version_is_brought_up_to_date_first(desk: Desk) -> None:
    late = desk.draft("late", "gift", "late words")
    texts = desk.rules.texts(PM, 0)
    text = texts[RULES].replace("negation_reach: 4", "negation_reach: 5")
    other = desk.rules.save_draft(PM, RuleDraft(files=[RuleFile(path=RULES, text=text)]), "other")
    desk.rules.publish(ADMIN, other.number)
    with pytest.raises(BehindLive, match=f"Version {other.number} went live"):
        desk.rules.publish(ADMIN, late.number)
    current = desk.rules.bring_up_to_date(PM, late.number)
    assert current.base == other.number
    assert "negation_reach" not in current.diff, "what went live is no change of this draft"
    assert desk.rules.publish(ADMIN, late.number).status is RuleStatus.PUBLISHED
    live = desk.rules.texts(PM, late.number)[RULES]
    assert "negation_reach: 5" in live
    assert "late words" in live


def test_lines_that_both_changed_are_not_merged_in_silence(desk: Desk) -> None:
    one, other = desk.draft("one", "gift", "one thing"), desk.draft("two", "gift", "two things")
    desk.rules.publish(ADMIN, one.number)
    with pytest.raises(CannotMerge, match=r"rules\.yaml, line \d+"):
        desk.rules.bring_up_to_date(PM, other.number)
    assert desk.rules.get(PM, other.number) == other


def test_a_published_version_is_never_changed_again(desk: Desk) -> None:
    version = desk.published("flurb", "gift", "flurb")
    changes = [
        lambda: desk.rules.save_draft(PM, RuleDraft(number=version.number), "x"),
        lambda: desk.rules.bring_up_to_date(PM, version.number),
        lambda: desk.rules.discard(PM, version.number),
    ]
    for change in changes:
        with pytest.raises(NotADraft):
            change()
    assert desk.rules.get(PM, version.number) == version


def test_rollback_brings_back_the_version_before_and_then_the_one_before_that(desk: Desk) -> None:
    first, second = desk.published("a", "gift", "aaa"), desk.published("b", "gift", "bbb")
    assert desk.rules.rollback(ADMIN, second.number).number == first.number
    assert desk.rules.rollback(ADMIN, second.number).number == first.number, "a repeat"
    assert desk.rules.rollback(ADMIN, first.number).number == 0
    statuses = [version.status.value for version in desk.rules.versions(PM)]
    assert statuses == ["retired", "retired"]
    [entry] = [
        entry
        for entry in desk.services.audit.of(f"rules:{second.number}")
        if entry.action == "rules.rollback"
    ]
    assert [(c.before, c.after) for c in entry.changes] == [("2", "1")]


def test_a_draft_was_never_live_and_cannot_be_taken_back(desk: Desk) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    with pytest.raises(NotLive):
        desk.rules.rollback(ADMIN, draft.number)


def test_a_discarded_draft_is_laid_aside_and_can_be_taken_up_again(desk: Desk) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    desk.rules.discard(PM, draft.number)
    desk.rules.discard(PM, draft.number)
    assert desk.rules.drafts(PM) == []
    with pytest.raises(NotADraft):
        desk.rules.publish(ADMIN, draft.number)
    assert desk.draft("next", "gift", "next").number == draft.number + 1, "its number stays its own"
    desk.rules.restore(PM, draft.number)
    desk.rules.restore(PM, draft.number)
    assert desk.rules.get(PM, draft.number) == draft


def test_a_version_that_is_not_there_is_said_to_be_missing(desk: Desk) -> None:
    for deed in (
        lambda: desk.rules.get(PM, 7),
        lambda: desk.rules.discard(PM, 7),
        lambda: desk.rules.publish(ADMIN, 7),
    ):
        with pytest.raises(NoSuchVersion):
            deed()


def test_only_one_of_two_admins_at_once_publishes(desk: Desk) -> None:
    drafts = [desk.draft("one", "gift", "one thing"), desk.draft("two", "gift", "two things")]
    start = Barrier(2)

    def publish(number: int) -> str:
        start.wait()
        try:
            return desk.rules.publish(ADMIN, number).status.value
        except ConciergeError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(publish, [draft.number for draft in drafts]))
    assert ends == ["published", "rules_behind_live"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
def test_agents_and_analysts_neither_read_nor_draft(desk: Desk, role: Role) -> None:
    actor = Actor.staff("somebody", {role})
    for deed in (
        lambda: desk.rules.drafts(actor),
        lambda: desk.rules.versions(actor),
        lambda: desk.rules.texts(actor, 0),
        lambda: desk.rules.save_draft(actor, RuleDraft(), "x"),
        lambda: desk.rules.discard(actor, 1),
    ):
        with pytest.raises(Forbidden):
            deed()


def test_publishing_and_going_back_are_an_admins(desk: Desk) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    with pytest.raises(Forbidden, match="publishing rules"):
        desk.rules.publish(PM, draft.number)
    desk.rules.publish(ADMIN, draft.number)
    with pytest.raises(Forbidden, match="publishing rules"):
        desk.rules.rollback(PM, draft.number)


def test_no_query_reads_the_whole_collection(desk: Desk) -> None:
    desk.published("flurb", "gift", "flurb")
    draft = desk.draft("blarg", "gift", "blarg")
    with no_collection_scans(desk.services.mongo):
        desk.rules.drafts(PM)
        desk.rules.versions(PM)
        desk.rules.live(PM)
        desk.rules.get(PM, draft.number)
        desk.draft("more", "gift", "more words")
        desk.rules.discard(PM, draft.number)
