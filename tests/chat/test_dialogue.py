"""What to do with a message, given what was asked before. Pure."""

from __future__ import annotations

import pytest

from concierge.bootstrap.services import detector
from concierge.chat import awaiting
from concierge.chat.dialogue import Decision, decide, merged
from concierge.chat.forms import form_slots
from concierge.chat.listening import listens_for
from concierge.chat.models import (
    CsatSubmission,
    ReturnSubmission,
    ShortlistSubmission,
    StylistSubmission,
    Submission,
    TrackSubmission,
    UpdatesSubmission,
)
from concierge.detection.models import DetectionContext, Intent, Slots
from concierge.replies.models import ReturnKind
from concierge.sessions.models import DialogueState


def decided(text: str, awaiting: str | None, pending: Intent | None, **state: object) -> Decision:
    kept = DialogueState(
        awaiting=awaiting,
        pending_intent=pending.value if pending else None,
        last_intent=(pending or Intent.GREETING).value,
        **state,  # type: ignore[arg-type]
    )
    context = DetectionContext(awaiting=listens_for(kept), last_intent=Intent(kept.last_intent))
    return decide(detector().detect(text, context), kept, None, text)


GOES_ON = [
    ("GG-12001", awaiting.IDENTITY, Intent.RETURNS),
    ("GG-12001, ada@example.com", awaiting.IDENTITY, Intent.RETURNS),
    ("my order number is GG-12001", awaiting.IDENTITY, Intent.RETURNS),
    ("ada@example.com", awaiting.IDENTITY, Intent.ORDER_UPDATES),
    ("10001", awaiting.PROOF, Intent.RETURNS),
    ("too big", awaiting.RETURN_REASON, Intent.RETURNS),
    ("it was broken", awaiting.RETURN_REASON, Intent.RETURNS),
    ("the halo ring", awaiting.RETURN_LINE, Intent.RETURNS),
    ("the second one", awaiting.RETURN_LINE, Intent.RESIZE),
    ("6.5", awaiting.RING_SIZE, Intent.RESIZE),
    ("Ada, ada@example.com", awaiting.CONTACT, Intent.STYLIST),
    ("yes", awaiting.CONTACT, Intent.STYLIST),
    ("+1 212 555 0101", awaiting.UPDATES_CONTACT, Intent.ORDER_UPDATES),
    ("4", awaiting.CSAT, Intent.FEEDBACK),
    ("great", awaiting.CSAT, Intent.FEEDBACK),
    ("it was slow", awaiting.CSAT_NOTES, Intent.FEEDBACK),
    ("no complaints, it was lovely", awaiting.CSAT_NOTES, Intent.FEEDBACK),
    ("yes please", awaiting.RESIZE_OFFER, Intent.RESIZE),
]


@pytest.mark.parametrize(("text", "awaiting", "pending"), GOES_ON)
def test_the_answer_to_what_was_asked_goes_on(text: str, awaiting: str, pending: Intent) -> None:
    assert decided(text, awaiting, pending) == Decision(pending, continued=True)


@pytest.mark.parametrize("awaiting", [awaiting.HUMAN, awaiting.COMPLAINT])
def test_yes_to_the_offered_human_is_the_human(awaiting: str) -> None:
    wanted = Decision(Intent.STYLIST, continued=True)
    assert decided("yes please", awaiting, Intent.STYLIST) == wanted


def test_a_rating_beside_the_offered_human_is_a_rating() -> None:
    for text in ("2", "bad", "3 stars"):
        found = decided(text, awaiting.COMPLAINT, Intent.FEEDBACK)
        assert found == Decision(Intent.FEEDBACK, continued=True)


@pytest.mark.parametrize(
    "awaiting",
    [
        awaiting.IDENTITY,
        awaiting.PROOF,
        awaiting.RETURN_REASON,
        awaiting.RETURN_LINE,
        awaiting.RING_SIZE,
        awaiting.CONTACT,
        awaiting.UPDATES_CONTACT,
        awaiting.CSAT,
        awaiting.CSAT_NOTES,
        awaiting.HUMAN,
        awaiting.COMPLAINT,
        awaiting.RESIZE_OFFER,
    ],
)
@pytest.mark.parametrize("text", ["no", "never mind", "no thanks", "forget it"])
def test_a_no_leaves_whatever_was_asked(text: str, awaiting: str) -> None:
    assert decided(text, awaiting, Intent.RETURNS).refused


@pytest.mark.parametrize(
    ("text", "awaiting", "intent"),
    [
        ("show me necklaces under $300", awaiting.RETURN_REASON, Intent.PRODUCT_SEARCH),
        ("I want to talk to a human", awaiting.IDENTITY, Intent.STYLIST),
        ("do you ship to canada", awaiting.UPDATES_CONTACT, Intent.SHIPPING_INFO),
        ("show me earrings", awaiting.CSAT, Intent.PRODUCT_SEARCH),
        ("/gift 300", awaiting.CONTACT, Intent.GIFT),
        ("where is my order", awaiting.HUMAN, Intent.ORDER_TRACKING),
        ("where is GG-12009", awaiting.IDENTITY, Intent.ORDER_TRACKING),
        ("track GG-12009, bo@example.com", awaiting.PROOF, Intent.ORDER_TRACKING),
    ],
)
def test_a_clear_new_wish_interrupts(text: str, awaiting: str, intent: Intent) -> None:
    assert decided(text, awaiting, Intent.RETURNS) == Decision(intent)


def test_what_is_on_the_screen_gives_meaning_to_words_that_have_none_alone() -> None:
    assert decided("more", None, None).intent is Intent.UNMATCHED
    shown = {"shown_product_ids": ["a", "b"]}
    assert decided("more", None, None, **shown).intent is Intent.PRODUCT_SEARCH
    assert decided("more gold necklaces", None, None).intent is Intent.PRODUCT_SEARCH
    assert decided("remove the first one", None, Intent.SHORTLIST).intent is Intent.SHORTLIST
    assert decided("ada@example.com 10001", None, None).intent is Intent.ORDER_TRACKING


@pytest.mark.parametrize(
    ("form", "intent"),
    [
        (TrackSubmission(order_number="1"), Intent.ORDER_TRACKING),
        (TrackSubmission(order_number="1", purpose=Intent.RETURNS), Intent.RETURNS),
        (ReturnSubmission(order_number="1", return_kind=ReturnKind.RETURN), Intent.RETURNS),
        (ReturnSubmission(order_number="1", return_kind=ReturnKind.RESIZE), Intent.RESIZE),
        (UpdatesSubmission(order_number="1"), Intent.ORDER_UPDATES),
        (StylistSubmission(name="A", email="a@b.co"), Intent.STYLIST),
        (CsatSubmission(rating=1), Intent.FEEDBACK),
        (ShortlistSubmission(), Intent.SHORTLIST),
    ],
)
def test_a_form_says_itself_what_it_is(form: Submission, intent: Intent) -> None:
    state = DialogueState(awaiting=awaiting.CSAT, pending_intent="feedback")
    detection = detector().detect("", DetectionContext())
    assert decide(detection, state, form, "") == Decision(intent, continued=True)


def test_forms_speak_in_slots() -> None:
    track = TrackSubmission(order_number="1", email="a@b.co", postal_code="10001")
    assert form_slots(track) == Slots(order_number="1", email="a@b.co", postal_code="10001")
    assert form_slots(StylistSubmission(name="A", email="a@b.co")).name == "A"
    assert form_slots(CsatSubmission(rating=1)) == form_slots(None) == Slots()


def test_memory_keeps_what_was_not_said_again_but_no_choice_of_a_finished_question() -> None:
    known = Slots(category="ring", metal="gold", choice=2, opt_out=True, channel="sms")
    new = Slots(metal="silver")
    assert merged(known, new) == known.model_copy(update={"metal": "silver"})
    assert merged(known, new, continued=False) == Slots(category="ring", metal="silver")


@pytest.mark.parametrize(
    ("text", "awaiting", "pending", "meant"),
    [
        ("no, the other order", awaiting.RETURN_REASON, Intent.RETURNS, Decision(Intent.RETURNS)),
        ("no, the other order", awaiting.PROOF, Intent.RESIZE, Decision(Intent.RESIZE)),
        (
            "no, the halo ring",
            awaiting.RING_SIZE,
            Intent.RESIZE,
            Decision(Intent.RESIZE, continued=True),
        ),
        (
            "actually can you resize it instead",
            awaiting.RETURN_REASON,
            Intent.RETURNS,
            Decision(Intent.RESIZE),
        ),
        (
            "the clasp broke",
            awaiting.RETURN_REASON,
            Intent.RETURNS,
            Decision(Intent.RETURNS, continued=True),
        ),
        (
            "how do I clean it?",
            awaiting.RETURN_REASON,
            Intent.RETURNS,
            Decision(Intent.CARE_REPAIR),
        ),
        (
            "never mind for now",
            awaiting.RETURN_REASON,
            Intent.RETURNS,
            Decision(Intent.RETURNS, continued=True, refused=True),
        ),
        ("talk to a human", awaiting.CSAT_NOTES, Intent.FEEDBACK, Decision(Intent.STYLIST)),
        ("ok bye", awaiting.HUMAN, Intent.STYLIST, Decision(Intent.THANKS_GOODBYE)),
    ],
)
def test_corrections_and_changes_of_mind_are_no_answers(
    text: str, awaiting: str, pending: Intent, meant: Decision
) -> None:
    assert decided(text, awaiting, pending) == meant


def test_after_an_aside_only_a_plain_no_leaves_what_was_asked() -> None:
    assert not decided("no, silver ones", awaiting.PROOF, Intent.RETURNS, aside=True).refused
    assert decided("no", awaiting.PROOF, Intent.RETURNS, aside=True).refused
