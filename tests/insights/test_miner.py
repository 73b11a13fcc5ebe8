"""What was not understood, put together by what it is about; from there to a draft."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.core.errors import Forbidden, NotFound
from concierge.core.privacy import MASK
from concierge.csat.models import CsatKind
from concierge.detection.models import Candidate, Detection, Intent
from concierge.insights.clusters import clusters
from concierge.insights.miner import NEARLY, Mined
from concierge.sessions.models import WIDGET_SESSIONS, TurnTrace
from tests.conftest import NOW
from tests.explain import no_collection_scans
from tests.rules.conftest import ADMIN, PM
from tests.talk import Talk


def mined(services: Services, **more: object) -> Mined:
    return services.miner.mine(PM, **more)  # type: ignore[arg-type]


def ask(shop: Services, *texts: str) -> Talk:
    talk = Talk.begin(shop)
    for text in texts:
        talk.say(text)
    return talk


def test_wordings_of_one_thing_are_one_cluster(shop: Services) -> None:
    usual = "do you do ear piercing"
    for text in (usual, usual, "ear piercings?", "is there ear peircing here"):
        ask(shop, text)
    ask(shop, "flurb the blarg")
    first, second = mined(shop).clusters
    assert (first.count, first.sessions, first.label) == (4, 4, usual)
    assert {one.text for one in first.examples} == {
        usual,
        "ear piercings?",
        "is there ear peircing here",
    }
    assert second.label == "flurb the blarg"


def test_case_punctuation_and_filling_words_make_no_other_wording(shop: Services) -> None:
    for text in ("flurb blarg?", "FLURB BLARG", "please, flurb the blarg!"):
        ask(shop, text)
    [cluster] = mined(shop).clusters
    [example] = cluster.examples
    assert (cluster.count, example.count) == (3, 3)


def test_ratings_and_hand_overs_stand_beside(shop: Services) -> None:
    happy, sad, _ = (ask(shop, f"flurb blarg {word}") for word in ("a", "b", "c"))
    for talk, score in ((happy, 5), (sad, 2)):
        shop.csat.rate(
            talk.actor,
            kind=CsatKind.CONCIERGE,
            rating=score,
            session_id=talk.session_id,
            request_id=f"rate {score}",
        )
    shop.mongo.collection(WIDGET_SESSIONS).update_one(
        {"_id": sad.session_id}, {"$set": {"handoffAt": NOW}}
    )
    [cluster] = mined(shop).clusters
    assert (cluster.sessions, cluster.ratings, cluster.mean_score) == (3, 2, 3.5)
    assert cluster.escalated == 1


def test_what_was_understood_only_just_is_mined_too(shop: Services) -> None:
    talk = ask(shop, "show me rings")
    detection = Detection(
        intent=Intent.PRODUCT_SEARCH,
        confidence=0.41,
        layer="rule",
        candidates=[
            Candidate(intent=Intent.PRODUCT_SEARCH, score=0.41, layer="rule", rule="a"),
            Candidate(intent=Intent.GIFT, score=0.4, layer="rule", rule="b"),
        ],
    )
    trace = TurnTrace(detection=detection, handled_by="x").to_mongo()
    shop.mongo.collection(WIDGET_SESSIONS).update_one(
        {"_id": talk.session_id}, {"$set": {"transcript.1.trace": trace}}
    )
    found = mined(shop)
    [cluster] = found.clusters
    assert (cluster.near_misses, found.near_misses, found.messages) == (1, 1, 1)
    assert cluster.near == [(Intent.PRODUCT_SEARCH, 1), (Intent.GIFT, 1)]
    assert mined(shop, near_misses=False).clusters == []


def test_an_intent_far_off_is_not_nearly_fitting(shop: Services) -> None:
    talk = ask(shop, "flurb the blarg", "blarg the flurb")
    read_as(shop, talk, 1, {Intent.UNMATCHED: 0.9, Intent.PRODUCT_SEARCH: NEARLY - 0.01})
    read_as(shop, talk, 3, {Intent.UNMATCHED: 0.5, Intent.GIFT: 0.2, Intent.CARE_REPAIR: 0.3})
    [cluster] = mined(shop).clusters
    assert cluster.near == [(Intent.CARE_REPAIR, 1), (Intent.GIFT, 1)]


def read_as(shop: Services, talk: Talk, place: int, scores: dict[Intent, float]) -> None:
    """As if a stored message had been read with these scores."""
    found = [
        Candidate(intent=one, score=score, layer="meaning", rule="")
        for one, score in scores.items()
    ]
    best = max(found, key=lambda one: one.score)
    detection = Detection(
        intent=best.intent, confidence=best.score, layer="meaning", candidates=found
    )
    trace = TurnTrace(detection=detection, handled_by="x").to_mongo()
    shop.mongo.collection(WIDGET_SESSIONS).update_one(
        {"_id": talk.session_id}, {"$set": {f"transcript.{place}.trace": trace}}
    )


def test_numbers_alone_are_one_cluster_apart_from_words(shop: Services) -> None:
    for text in ("7", "6.5", "12 14", "flurb blarg 7"):
        ask(shop, text)
    numbers, words = mined(shop).clusters
    assert (numbers.count, numbers.numbers) == (3, True)
    assert (words.label, words.numbers) == ("flurb blarg 7", False)


def test_one_message_is_read_with_the_person_taken_out_and_what_it_nearly_was(
    shop: Services,
) -> None:
    talk = ask(shop, "hello", "flurb blarg for ada@example.com")
    read_as(shop, talk, 3, {Intent.UNMATCHED: 0.5, Intent.GIFT: 0.2, Intent.CARE_REPAIR: 0.3})
    found = shop.miner.turn(ADMIN, talk.session_id, 4)
    assert found.text == f"flurb blarg for {MASK}"
    assert (found.intent, found.near) == (Intent.UNMATCHED, [Intent.CARE_REPAIR, Intent.GIFT])


def test_a_message_that_has_moved_to_an_older_page_is_still_read(shop: Services) -> None:
    talk = ask(shop, "flurb blarg", *(f"hello {number}" for number in range(25)))
    assert talk.session().transcript[0].seq > 2
    assert shop.miner.turn(PM, talk.session_id, 2).text == "flurb blarg"
    with no_collection_scans(shop.mongo):
        shop.miner.turn(PM, talk.session_id, 2)


@pytest.mark.parametrize("seq", [1, 3, 99])
def test_what_nobody_typed_cannot_be_read_otherwise(shop: Services, seq: int) -> None:
    talk = ask(shop, "flurb blarg")
    with pytest.raises(NotFound):
        shop.miner.turn(PM, talk.session_id, seq)
    with pytest.raises(NotFound):
        shop.miner.turn(PM, "0" * 32, 2)


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
def test_only_who_may_draft_takes_a_message_to_a_draft(shop: Services, role: Role) -> None:
    talk = ask(shop, "flurb blarg")
    with pytest.raises(Forbidden):
        shop.miner.turn(Actor.staff("somebody", {role}), talk.session_id, 2)
    with pytest.raises(Forbidden):
        shop.miner.turn(talk.actor, talk.session_id, 2)


def test_what_was_understood_well_is_not_mined(shop: Services) -> None:
    ask(shop, "show me rings", "talk to a human", "hello")
    assert mined(shop).clusters == []


@pytest.mark.parametrize("actor", [PM, ADMIN])
def test_the_person_is_taken_out_for_everybody(shop: Services, actor: Actor) -> None:
    ask(shop, "flurb blarg for ada@example.com or +1 212 555 0101")
    [cluster] = shop.miner.mine(actor).clusters
    assert MASK in cluster.label
    assert "example.com" not in cluster.model_dump_json()
    assert "0101" not in cluster.model_dump_json()


def test_simulated_conversations_and_other_days_are_left_out(shop: Services) -> None:
    Talk.begin(shop, simulated=True).say("flurb blarg")
    ask(shop, "flurb blarg")
    assert [one.count for one in mined(shop).clusters] == [1]
    past = (NOW - timedelta(days=3)).date()
    assert mined(shop, from_day=past, to_day=past).clusters == []


def test_the_same_data_give_the_same_clusters(shop: Services) -> None:
    for at in range(12):
        ask(shop, f"flurb number {at % 5}", f"blarg {'x' * (at % 3 + 3)}")
    assert mined(shop) == mined(shop)


def test_agents_do_not_mine(shop: Services) -> None:
    with pytest.raises(Forbidden):
        shop.miner.mine(Actor.staff("agent", {Role.AGENT}))


def test_no_query_reads_a_whole_collection(shop: Services) -> None:
    talk = ask(shop, "flurb blarg")
    shop.csat.rate(
        talk.actor,
        kind=CsatKind.CONCIERGE,
        rating=4,
        session_id=talk.session_id,
        request_id="rate",
    )
    with no_collection_scans(shop.mongo):
        mined(shop)


def test_one_click_drafts_what_reads_the_messages_of_a_cluster(shop: Services) -> None:
    said = ("do you do ear piercing", "ear piercings?")
    for text in said:
        ask(shop, text)
    [cluster] = mined(shop).clusters
    messages = [one.text for one in cluster.examples]
    draft = shop.rules.draft_messages(PM, Intent.CARE_REPAIR, messages, "click")
    assert draft.note == f"Messages like: {messages[0]}"
    found = shop.what_if.what_if(PM, draft.number, lambda done, total: None)
    assert (found.newly_matched, found.changed) == (2, 2)
    assert found.changes[0].after is Intent.CARE_REPAIR


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=6), max_size=5)


@given(st.lists(WORDS, max_size=30))
def test_every_message_is_in_one_cluster(messages: list[list[str]]) -> None:
    groups = clusters(messages)
    assert sorted(at for group in groups for at in group) == list(range(len(messages)))
    assert all(group == sorted(group) for group in groups)


def test_equal_messages_are_together_and_strangers_apart() -> None:
    said = [["ear", "piercing"], ["gift", "card"], ["ear", "piercing"], ["ear", "piercings"]]
    assert clusters(said) == [[0, 2, 3], [1]]
