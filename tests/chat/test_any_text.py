"""Whatever is typed: an answer, and the session goes on."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concierge.bootstrap import Services
from concierge.chat.models import MAX_TEXT, CsatSubmission, StylistSubmission, UpdatesSubmission
from tests.talk import Said, Talk

AWKWARD = [
    "\x00",
    "nul \x00 in the middle",
    "\u202eright to left\u202c שלום مرحبا",
    "👩‍👩‍👧‍👦💍" * 50,
    "\ud800 a lone half",
    "a" * (MAX_TEXT + 500),
    "💍" * (MAX_TEXT + 1),
    "$set",
    '{"$where": "sleep(1000)"}',
    "$$this.seq",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{name} %s {0} $name",
    "' OR 1=1 --",
    "\u0000\ufffe\uffff",
    "\n\n\n",
    "GG-" + "9" * 400,
    "under $" + "9" * 400,
    "1e999",
    "size 99999999999999999999",
    "the -1st one",
    "Z̷̧a̷l̷g̷o̷",
    "a@b.co " * 600,
    "/",
    "//",
    "/" + "track " * 800,
]
PIECES = st.one_of(
    st.sampled_from(AWKWARD),
    st.sampled_from(
        ["show me rings", "GG-12001", "ada@example.com", "talk to a human", "save", "2", "no"]
    ),
    st.text(st.characters(codec=None), max_size=80),  # type: ignore[arg-type]
)
CONTEXTS = ["", "return GG-12002 ada@example.com", "talk to a human", "love it", "stop the emails"]


def goes_on(talk: Talk, said: Said) -> None:
    session = talk.session()
    assert said.result.turn_seq == session.turn_seq
    assert [entry.seq for entry in session.transcript] == list(range(1, session.turn_seq + 1))


@pytest.mark.parametrize("text", AWKWARD, ids=lambda text: ascii(text)[:24])
def test_awkward_words_are_answered_and_kept(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    said = talk.say(text)
    assert said.kinds
    goes_on(talk, said)
    kept = talk.transcript()[1].text
    assert len(kept) <= MAX_TEXT
    kept.encode("utf-8")
    assert talk.say("show me rings").intent == "product_search"


@given(texts=st.lists(PIECES, min_size=1, max_size=4), before=st.sampled_from(CONTEXTS))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_text_raises_or_loses_a_session(shop: Services, texts: list[str], before: str) -> None:
    talk = Talk.begin(shop)
    if before:
        talk.say(before)
    for text in texts:
        goes_on(talk, talk.say(text))
    assert talk.say("show me earrings").intent == "product_search"


FORMS = [text for text in AWKWARD if (text.strip("\x00\n /") and text.isascii()) or "💍" in text]


@pytest.mark.parametrize("text", FORMS, ids=lambda text: ascii(text)[:24])
def test_awkward_words_in_forms_are_answered_too(shop: Services, text: str) -> None:
    talk = Talk.begin(shop)
    for form in (
        StylistSubmission(
            name=text[:120],
            email="bo@example.com",
            phone=text[:32],
            message=text[:MAX_TEXT],
            order_number=text[:64],
        ),
        UpdatesSubmission(order_number=text[:64], email=text[:254], phone=text[:32]),
        CsatSubmission(rating=text, notes=text[:2_000], ticket_id=text[:64], survey="agent"),
    ):
        goes_on(talk, talk.form(form))
    assert talk.say("show me rings").intent == "product_search"
