"""The concierge chat's parts: the conversation, and the customer with the trace beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

import streamlit as st
from streamlit.errors import StreamlitAPIException

from concierge.chat.models import MAX_TEXT, Submission, Turn
from concierge.core.actor import Actor
from concierge.core.formatting import time_text
from concierge.core.mongo import OUTAGE
from concierge.detection.models import Intent, Slots
from concierge.replies.models import QuickReplies, Text
from concierge.sessions.errors import SessionEnded, SessionNotFound
from concierge.sessions.models import (
    Author,
    Channel,
    SessionContext,
    TranscriptEntry,
    WidgetSession,
)
from concierge.ui import past, replies, runtime, state, waiting
from concierge.ui.components import empty, known_texts, plain
from concierge.ui.views import piece, rules_phrases

SHOWN = 20
"""At least so many of the newest entries; up to `PIECE` more, so that pieces change seldom."""
PIECE = 10
LOOK_EVERY_SECONDS = 2.0
TYPING = "Aurora is typing…"
BOX = "typed"
_OF_A_WISH = {
    *("budget_min_cents", "budget_max_cents", "currency", "ready_to_ship", "ring_size"),
    *("category", "metal", "stone", "style", "recipient", "occasion"),
}
"""The slots that are told beside the chat."""
_KEPT = "_chat"
_UNANSWERED = "_chat_unanswered"
_UNREAD = "_chat_unread"
_AVATARS = {
    Author.CUSTOMER: ":material/person:",
    Author.CONCIERGE: ":material/diamond:",
    Author.AGENT: ":material/support_agent:",
    Author.SYSTEM: ":material/info:",
}


@dataclass
class Conversation:
    """The session as this tab has read it; `seq` is the newest entry it knows."""

    session: WidgetSession
    entries: list[TranscriptEntry] = field(default_factory=list)

    @property
    def seq(self) -> int:
        return self.entries[-1].seq if self.entries else 0


def conversation(actor: Actor) -> Conversation:
    """The session of the link, else the newest of this person, else a new one."""
    services = runtime.services()
    kept = st.session_state.get(_KEPT)
    wanted = state.query("session")
    if isinstance(kept, Conversation) and kept.session.id == (wanted or kept.session.id):
        state.set_query(session=kept.session.id)
        return kept
    session_id = wanted or services.sessions.latest_of(actor)
    if session_id:
        try:
            return _keep(services.sessions.history(actor, session_id))
        except SessionNotFound:
            state.flash("That conversation is not yours; here is a new one.", ":material/info:")
    return start(actor)


def start(actor: Actor, context: SessionContext | None = None) -> Conversation:
    """A new session, as a visitor of that page would open it."""
    opened = runtime.services().chat.open(actor, channel=Channel.STAFF_CHAT, context=context)
    return _keep(opened.session)


def put(actor: Actor, text: str, form: Submission | None = None) -> None:
    """Takes what was typed or pressed; `resume` says it, before anything is drawn."""
    kept = conversation(actor)
    key = state.request_key("chat")
    st.session_state[_UNREAD] = text[MAX_TEXT:]
    # Kept until it is answered: an outage in between loses nothing that was typed.
    st.session_state[_UNANSWERED] = Turn(
        session_id=kept.session.id, text=text, request_id=key, form=form
    )


def typed(actor: Actor) -> None:
    """What stands in the box, called before the screen runs: so it runs once, with the answer."""
    put(actor, st.session_state[BOX])


def show_unread() -> None:
    """What of the last message was beyond what is read, so that it can be sent by itself."""
    if rest := st.session_state.get(_UNREAD):
        st.warning(f"Only the first {MAX_TEXT:,} characters of your message were sent.")
        with st.expander(f"The other {len(rest):,}"):
            st.code(rest, language=None, wrap_lines=True, height=200)


def forget_unread() -> None:
    st.session_state.pop(_UNREAD, None)


def press(actor: Actor, text: str, form: Submission | None, *, whole: bool = False) -> None:
    """What a button says: the conversation runs again, and only that where it runs by itself;
    the whole screen for a button that stands elsewhere."""
    put(actor, text, form)
    if whole:
        st.rerun()
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()


def resume(actor: Actor) -> None:
    """Says what was put, and again what an outage left unanswered; its key keeps it from being
    said twice. A session that has ended is followed by a new one that gets the message."""
    turn = st.session_state.get(_UNANSWERED)
    if not isinstance(turn, Turn):
        return
    services = runtime.services()
    try:
        session_id = turn.session_id
        try:
            waiting.saying(TYPING, lambda: services.chat.handle(actor, turn))
        except SessionEnded:
            session_id = start(actor).session.id
            moved = turn.model_copy(update={"session_id": session_id})
            waiting.saying(TYPING, lambda: services.chat.handle(actor, moved))
    except OUTAGE:
        raise
    except Exception:  # asked once more it would fail once more
        del st.session_state[_UNANSWERED]
        raise
    del st.session_state[_UNANSWERED]
    state.done("chat")
    _keep(services.sessions.history(actor, session_id))


def look_for_news(actor: Actor) -> None:
    """Whether an agent, a survey or another tab has added something; then the page runs again."""
    kept = conversation(actor)
    view = runtime.services().chat.changes(actor, kept.session.id, kept.seq)
    if view.entries:
        _keep(runtime.services().sessions.history(actor, kept.session.id))
        st.rerun(scope="app")


def show(actor: Actor, kept: Conversation) -> None:
    """The newest entries; only the last answer can still be pressed. All before it is cut into
    pieces at fixed places, each of which the browser knows by its key: a message changes the newest
    of them alone, however long the conversation is."""
    first = max(0, kept.seq - SHOWN) // PIECE * PIECE + 1
    shown = [entry for entry in kept.entries if entry.seq >= first]
    hidden = shown[0].seq - 1 if shown else 0
    last = max((e.seq for e in kept.entries if e.author is Author.CONCIERGE), default=0)
    with st.container(key="past", gap=None):
        if hidden > 0:
            st.caption(f"{hidden} earlier messages are in the conversation's transcript.")
        before = (entry for entry in shown if entry.seq < last)
        for number, piece_of_it in groupby(before, lambda entry: (entry.seq - 1) // PIECE):
            with st.container(key=f"past-{number}"):
                st.html(past.conversation(piece_of_it, state.zone()))
    for entry in shown:
        if entry.seq >= last:
            _bubble(actor, entry, live=entry.seq == last)


def trace(actor: Actor, kept: Conversation) -> None:
    """Who the customer is as far as proven, and why the last turn was understood as it was."""
    st.html(_customer(kept.session))
    turns = [entry for entry in kept.entries if entry.trace is not None]
    if not turns:
        empty("No turn yet", "Say something, and this side shows why it was understood so.")
        return
    newest, *earlier = reversed(turns[-5:])
    why = _why(newest)
    with st.expander(plain(why.title), expanded=True):
        st.html(past.words([why.said], ["\n".join(why.lines)]))
        if why.typed:
            rules_phrases.link_to_try(actor, kept.session.id, newest.seq)
    if earlier:
        st.html(
            "".join(past.folded(one.title, [one.said, *one.lines]) for one in map(_why, earlier))
        )


def _keep(session: WidgetSession) -> Conversation:
    kept = Conversation(session, session.transcript)
    st.session_state[_KEPT] = kept
    state.set_query(session=session.id)
    return kept


def _bubble(actor: Actor, entry: TranscriptEntry, *, live: bool) -> None:
    role = "user" if entry.author is Author.CUSTOMER else "assistant"
    with st.chat_message(role, avatar=_AVATARS[entry.author]):
        if entry.author is Author.AGENT:
            at = time_text(entry.at, state.zone())
            st.caption(f"{plain(entry.author_name or 'Stylist')} · {at}")
        if not entry.replies:
            st.text(entry.text)  # as it was typed: an address in it becomes no link
            return
        sender = (lambda text, form: press(actor, text, form)) if live else None
        for number, reply in enumerate(entry.replies):
            replies.render(reply, f"{entry.seq}-{number}", sender, piece.look_at)
        if not live and all(isinstance(reply, QuickReplies) for reply in entry.replies):
            replies.render(Text(text=entry.text), f"{entry.seq}", None)


def _customer(session: WidgetSession) -> str:
    facts = [session.customer_name or "Nobody proven yet"]
    if session.tier:
        facts.append(session.tier)
    if session.order_number:
        facts.append(f"order {session.order_number}")
    elif session.mentioned_order_number:
        facts.append(f"mentioned {session.mentioned_order_number}")
    small = []
    if remembered := _remembered(session.slots):
        small.append(" · ".join(remembered))
    if session.open_ticket_id:
        small.append(f"Open ticket {session.open_ticket_id}")
    return past.words([" · ".join(facts)], small, title="Customer")


def _remembered(slots: Slots) -> list[str]:
    """What the session keeps of the wish; how to reach the customer is left out."""
    return known_texts(slots.model_dump(mode="json", exclude_none=True, include=_OF_A_WISH))


@dataclass(frozen=True)
class _Why:
    """A turn in the words of its trace."""

    title: str
    said: str
    lines: list[str]
    typed: bool
    """Words that a rule could read; a form or a button has none."""


def _why(entry: TranscriptEntry) -> _Why:
    trace = entry.trace
    assert trace is not None  # noqa: S101  only turns that have one are shown
    found = trace.detection
    form = found.layer == "none" and entry.intent != Intent.UNMATCHED.value
    how = "form" if form else f"{found.confidence:.2f} · {found.layer}"
    lines = [f"rule {found.rule}, handled by {trace.handled_by}"] if found.rule else []
    losers = [c for c in found.candidates if c.intent.value != entry.intent]
    if losers:
        named = " · ".join(f"{c.intent.value} {c.score:.2f}" for c in losers[:4])
        lines.append(f"also: {named}")
    if found.trace.needed is not None and found.trace.chance is not None:
        lines.append(f"likely by {found.trace.chance:.2f}, needed {found.trace.needed:.2f}")
    if trace.query:
        asked = " · ".join(known_texts(trace.query))
        lines.append(f"looked for: {asked}")
    version = "" if trace.rules_version is None else f" · rules version {trace.rules_version}"
    lines.append(f"{trace.detect_ms:.2f} ms detect · {trace.total_ms:.1f} ms in all{version}")
    typed = bool(entry.text) and not form
    return _Why(f"{entry.intent} · {how}", entry.text[:200], lines, typed)
