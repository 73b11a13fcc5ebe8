"""The rules screen: act, then look."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from concierge.bootstrap import Services
from concierge.core.actor import Role
from concierge.core.privacy import MASK
from concierge.detection.models import Intent
from concierge.rules.models import RuleStatus
from tests.pages.conftest import OpenScreen, text_of
from tests.rules.conftest import ADMIN, PM, RULES, Desk, with_rule
from tests.talk import Talk


@pytest.fixture
def desk(services: Services) -> Desk:
    return Desk(services)


def type_into(screen: AppTest, draft: int, revision: int, text: str, note: str = "why") -> AppTest:
    key = f"rules-{draft}-{revision}-{RULES}"
    screen.text_area(key=f"text-{key}").set_value(text)
    screen.text_input(key=f"note-{key}").set_value(note)
    return screen.button(key=f"FormSubmitter:form-{key}-Check and save").click().run()


def test_an_empty_screen_says_how_to_begin(open_screen: OpenScreen) -> None:
    screen = open_screen(Role.PM, "rules")
    assert "No draft yet" in text_of(screen)
    assert "own files" in text_of(screen)
    screen.button(key="new-draft").click().run()
    assert not screen.exception
    assert "Nothing differs from version 0 yet" in text_of(screen)


def test_a_draft_is_edited_and_saved_with_its_difference(
    open_screen: OpenScreen, desk: Desk
) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    screen = open_screen(Role.PM, "rules")
    text = with_rule(desk.rules.texts(PM, draft.number)[RULES], "blarg", "gift", "blarg")
    type_into(screen, draft.number, 1, text, "more words")
    assert not screen.exception
    kept = desk.rules.get(PM, draft.number)
    assert (kept.revision, kept.note) == (2, "more words")
    assert any("+  - name: blarg" in code.value for code in screen.code)


def test_a_fault_is_shown_with_its_line_and_the_typed_text_stays(
    open_screen: OpenScreen, desk: Desk
) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    screen = open_screen(Role.PM, "rules")
    text = with_rule(desk.rules.texts(PM, draft.number)[RULES], "blarg", "gifts", "blarg")
    line = text[: text.index("intent: gifts")].count("\n") + 1
    type_into(screen, draft.number, 1, text)
    assert not screen.exception
    assert f"rules\\.yaml, line {line}" in screen.error[0].value
    assert any(f"> {line:4}     intent: gifts" in code.value for code in screen.code)
    assert screen.text_area[0].value == text
    assert desk.rules.get(PM, draft.number) == draft


def test_what_if_shows_figures_and_the_changes(
    open_screen: OpenScreen, desk: Desk, services: Services
) -> None:
    talk = Talk.begin(services)
    talk.say("my flurb please, i am ada@example.com")
    desk.draft("flurb", "gift", "flurb")
    screen = open_screen(Role.PM, "rules")
    screen.button(key="what-if").click().run()
    assert not screen.exception
    shown = {metric.label: metric.value for metric in screen.metric}
    assert shown["Turns that change"] == "1"
    assert shown["Newly understood"] == "1"
    [table] = screen.dataframe
    [row] = table.value.to_dict("records")
    assert (row["Turns"], row["Now"], row["Then"]) == (1, "unmatched", "gift")
    assert "ada@example.com" not in row["For example"]


def test_a_product_manager_cannot_publish_and_an_admin_can(
    open_screen: OpenScreen, desk: Desk
) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    screen = open_screen(Role.PM, "rules")
    assert "An admin publishes it" in text_of(screen)
    assert not [button for button in screen.button if button.key == "rules-publish"]
    screen = open_screen(Role.ADMIN, "rules")
    screen.button(key="rules-publish").click().run()
    assert not screen.exception
    assert desk.rules.get(PM, draft.number).published_by == "admin"
    assert f"Version {draft.number}, published" in text_of(screen)


def test_a_draft_behind_is_brought_up_to_date_before_it_can_be_published(
    open_screen: OpenScreen, desk: Desk
) -> None:
    late = desk.draft("late", "gift", "late words")
    desk.rules.publish(ADMIN, desk.draft("flurb", "gift", "flurb").number)
    screen = open_screen(Role.ADMIN, "rules", draft=str(late.number))
    assert not [button for button in screen.button if button.key == "rules-publish"]
    screen.button(key="rules-rebase").click().run()
    assert not screen.exception
    assert "both changed the same lines" in screen.error[0].value


def test_the_history_goes_back_by_one_click(open_screen: OpenScreen, desk: Desk) -> None:
    first = desk.published("flurb", "gift", "flurb")
    second = desk.published("blarg", "gift", "blarg")
    assert not [b for b in open_screen(Role.PM, "rules", show="history").button if "roll" in b.key]
    screen = open_screen(Role.ADMIN, "rules", show="history")
    shown = text_of(screen)
    assert f"**Version {second.number}**" in shown
    assert "replacing version 1" in shown
    screen.button(key=f"rollback-{second.number}").click().run()
    assert not screen.exception
    assert desk.rules.live(PM).number == first.number


def test_a_draft_laid_aside_is_taken_up_from_the_history(
    open_screen: OpenScreen, desk: Desk
) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    screen = open_screen(Role.PM, "rules")
    screen.button(key="rules-discard").click().run()
    assert "No draft yet" in text_of(screen)
    screen = open_screen(Role.PM, "rules", show="history")
    screen.button(key=f"restore-{draft.number}").click().run()
    assert not screen.exception
    assert desk.rules.get(PM, draft.number).status is RuleStatus.DRAFT


def test_a_cluster_becomes_a_draft_by_one_click(
    open_screen: OpenScreen, desk: Desk, services: Services
) -> None:
    for text in ("do you do ear piercing", "ear piercings?"):
        Talk.begin(services).say(text)
    screen = open_screen(Role.PM, "rules", show="missed")
    assert "**do you do ear piercing**" in text_of(screen)
    [cluster] = services.miner.mine(PM).clusters
    assert screen.selectbox(key=f"as-{cluster.key}").value is cluster.near[0][0]
    screen.selectbox(key=f"as-{cluster.key}").select(Intent.CARE_REPAIR).run()
    screen.button(key=f"draft-{cluster.key}").click().run()
    assert not screen.exception
    [draft] = desk.rules.drafts(PM)
    diff = desk.rules.get(PM, draft.number).diff
    assert "ear piercing" in diff
    opened = str(screen.text_area[0].key).removeprefix(f"text-rules-{draft.number}-1-")
    assert f"+++ {opened}" in diff, "the editor shows the file that changed"


def test_nothing_is_chosen_where_no_meaning_was_near(
    open_screen: OpenScreen, services: Services
) -> None:
    Talk.begin(services).say("could you flumox my zorbles")
    screen = open_screen(Role.PM, "rules", show="missed")
    [cluster] = services.miner.mine(PM).clusters
    assert cluster.near == []
    assert screen.selectbox(key=f"as-{cluster.key}").value is None
    assert screen.button(key=f"draft-{cluster.key}").disabled


def test_one_conversation_is_told_as_one(open_screen: OpenScreen, services: Services) -> None:
    Talk.begin(services).say("do you do ear piercing")
    shown = text_of(open_screen(Role.PM, "rules", show="missed"))
    assert "1 message, 0 of them understood only just, in 1 conversation." in shown
    assert "1 conversations" not in shown


def test_numbers_alone_are_named_so_and_have_no_way_to_a_draft(
    open_screen: OpenScreen, services: Services
) -> None:
    Talk.begin(services).say("7")
    screen = open_screen(Role.PM, "rules", show="missed")
    assert "**Numbers alone**, such as 7" in text_of(screen)
    assert not [button for button in screen.button if "draft" in str(button.key)]


def test_what_a_draft_changes_stands_above_the_file(open_screen: OpenScreen, desk: Desk) -> None:
    desk.draft("flurb", "gift", "flurb")
    screen = open_screen(Role.PM, "rules")
    drawn = [element.type for element in screen.main]
    assert drawn.index("code") < drawn.index("text_area")


def test_a_message_of_the_chat_is_added_to_a_new_draft(
    open_screen: OpenScreen, desk: Desk, services: Services
) -> None:
    talk = Talk.begin(services)
    talk.say("flurb blarg for ada@example.com")
    tried = f"{talk.session_id}-2"
    screen = open_screen(Role.PM, "rules", **{"try": tried})
    assert [text.value for text in screen.text] == [f"flurb blarg for {MASK}"]
    screen.selectbox(key=f"as-{tried}").select(Intent.GIFT).run()
    screen.button(key=f"draft-{tried}").click().run()
    assert not screen.exception
    assert "try" not in screen.query_params
    [draft] = desk.rules.drafts(PM)
    diff = desk.rules.get(PM, draft.number).diff
    assert "+++ phrases/gift.yaml" in diff
    assert f"flurb blarg for {MASK}" in diff


def test_a_message_of_the_chat_is_added_to_a_draft_that_is_there(
    open_screen: OpenScreen, desk: Desk, services: Services
) -> None:
    draft = desk.draft("flurb", "gift", "flurb")
    talk = Talk.begin(services)
    talk.say("zorgle the blarg")
    tried = f"{talk.session_id}-2"
    screen = open_screen(Role.ADMIN, "rules", **{"try": tried})
    screen.selectbox(key=f"as-{tried}").select(Intent.GIFT).run()
    screen.selectbox(key=f"into-{tried}").select(str(draft.number)).run()
    screen.button(key=f"draft-{tried}").click().run()
    assert not screen.exception
    [kept] = desk.rules.drafts(PM)
    assert (kept.number, kept.revision) == (draft.number, 2)
    diff = desk.rules.get(PM, kept.number).diff
    assert "zorgle the blarg" in diff
    assert "name: flurb" in diff


@pytest.mark.parametrize("asked", ["0" * 32 + "-2", "../../x-1", "'-1"])
def test_a_link_to_no_message_shows_none(open_screen: OpenScreen, asked: str) -> None:
    screen = open_screen(Role.PM, "rules", **{"try": asked})
    assert "No draft yet" in text_of(screen)
    assert not [button for button in screen.button if str(button.key).startswith("draft-")]


def test_who_may_not_draft_is_refused(open_screen: OpenScreen, services: Services) -> None:
    talk = Talk.begin(services)
    talk.say("zorgle the blarg")
    screen = open_screen(Role.AGENT, "rules", **{"try": f"{talk.session_id}-2"})
    assert "zorgle" not in text_of(screen)
    assert not screen.text


def test_nothing_missed_says_so(open_screen: OpenScreen) -> None:
    assert "All understood" in text_of(open_screen(Role.PM, "rules", show="missed"))
