"""A run on the screen: each step with its trace beside it, what may come next, and keeping it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st
from pydantic import ValidationError

from concierge.chat.models import MAX_TEXT, Submission
from concierge.core.actor import Actor
from concierge.core.errors import InvalidInput
from concierge.core.formatting import datetime_text
from concierge.detection.models import Intent
from concierge.rehearsal import files
from concierge.rehearsal.errors import RunOver, ScenarioNameTaken
from concierge.rehearsal.models import NAME, Scenario, Step
from concierge.rehearsal.player import Run
from concierge.rehearsal.seen import Seen
from concierge.replies.models import Reply, ReturnConfirmed
from concierge.sessions.models import TurnTrace
from concierge.ui import replies, runtime, state
from concierge.ui.components import known_texts, plain
from concierge.ui.views import scenario_words
from concierge.ui.views.parts import words

_KEPT = "_rehearsal"
CLOCK = {"1 hour": 1 / 24, "1 day": 1, "31 days": 31}
_REACH = {"email", "phone"}
"""Named without their value: an address would become a link."""
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Kept:
    """The run of this tab, and what was chosen when it began."""

    chosen: str
    run: Run


def current(chosen: str) -> Run | None:
    """The run of what is chosen; another's is ended, its stage given back."""
    kept = st.session_state.get(_KEPT)
    if not isinstance(kept, Kept):
        return None
    if kept.chosen != chosen:
        _end(kept)
        return None
    return kept.run


def begin(actor: Actor, chosen: str, scenario: Scenario, *, whole: bool = False) -> None:
    """Sets the stage; with `whole` the script is played up to its first difference."""
    kept = st.session_state.get(_KEPT)
    if isinstance(kept, Kept):
        _end(kept)
    with st.spinner("Setting the stage…"):
        run = runtime.services().rehearsal.begin(actor, scenario)
    st.session_state[_KEPT] = Kept(chosen, run)
    if whole:
        _to_the_end(run)
    st.rerun()


def show(actor: Actor, chosen: str, run: Run) -> None:
    """The run so far, and all that can be done next."""
    _facts(run)
    for number, seen in enumerate(run.seen):
        _step(run, number, seen, live=number == len(run.seen) - 1)
    # Below the newest step, where the screen scrolls to.
    with st.container(border=True, key="run-controls"):
        _outcome(run)
        _controls(actor, chosen, run)
    typed = st.chat_input("Type as the customer")
    if typed:
        if len(typed) > MAX_TEXT:
            state.flash(f"Only the first {MAX_TEXT:,} characters were said.", ":material/info:")
        _take(run, Step(say=typed[:MAX_TEXT]))
    with st.expander("Save this run as a scenario", icon=":material/save:"):
        _save(actor, run)


def _outcome(run: Run) -> None:
    taken, steps = run.progress
    difference = run.difference
    if difference is not None:
        st.error(f"First difference, {plain(str(difference))}", icon=":material/error:")
    elif run.looked:
        played = f"{taken} of {steps} steps" if taken < steps else "All steps"
        st.success(f"{played} as expected, {run.looked} looks", icon=":material/check_circle:")


def _facts(run: Run) -> None:
    """Who, when, and how the orders stand."""
    at = datetime_text(run.now, run.scenario.timezone)
    person = run.scenario.customer
    orders = " · ".join(f"{number} {words(s)}" for number, s in run.seen[-1].statuses.items())
    st.markdown(
        f"**{plain(person.name)}** · {person.tier.value} · {plain(at)}"
        + (f" · {plain(orders)}" if orders else "")
    )


def _controls(actor: Actor, chosen: str, run: Run) -> None:
    upcoming = run.upcoming
    if upcoming is not None:
        st.text(f"Next: {scenario_words.told(upcoming)}")
    with st.container(horizontal=True, gap="small"):
        if upcoming is not None:
            if st.button("Next step", type="primary", icon=":material/play_arrow:"):
                _guarded(run.next)
            if st.button("Play to the end", icon=":material/fast_forward:"):
                _to_the_end(run)
                st.rerun()
        if st.button("From the beginning", icon=":material/replay:"):
            begin(actor, chosen, run.scenario, whole=upcoming is None and bool(run.progress[1]))
        # Another key after each step: it then closes.
        step = len(run.seen)
        with st.popover("Move the clock", icon=":material/schedule:", key=f"clock-{step}"):
            for label, days in CLOCK.items():
                if st.button(label, key=f"clock-{label}"):
                    _take(run, Step(move_clock=timedelta(days=days)))
            days = st.number_input("Days", 1, 365, 7, key="clock-days")
            if st.button("Move", key="clock-move"):
                _take(run, Step(move_clock=timedelta(days=days)))
        ticket = run.seen[-1].ticket
        if ticket is not None and ticket.status != "resolved":
            with st.popover("As an agent", icon=":material/support_agent:", key=f"agent-{step}"):
                st.caption(f"Ticket {plain(ticket.ticket_id)}, {words(ticket.priority)}")
                said = st.text_area("Reply", key="agent-reply", height=80)
                if st.button("Send reply", key="agent-send", disabled=not said.strip()):
                    _take(run, Step(agent="reply", text=said))
                if st.button("Resolve", key="agent-resolve"):
                    _take(run, Step(agent="resolve"))
        if st.button("End", icon=":material/close:", type="tertiary", help="Clears the stage"):
            kept = st.session_state[_KEPT]
            _end(kept)
            st.rerun()


def _step(run: Run, number: int, seen: Seen, *, live: bool) -> None:
    """One step: what was said, and beside it why and whether it is as expected."""
    if seen.step.move_clock is not None or seen.step.shop is not None:
        at = datetime_text(seen.at, run.scenario.timezone)
        st.markdown(
            f":material/schedule: **{plain(scenario_words.told(seen.step))}** · {plain(at)}",
            text_alignment="center",
        )
        _looks(seen)
        return
    talk, beside = st.columns([2, 1], gap="medium")
    with talk:
        _bubbles(run, number, seen, live=live)
    with beside:
        if number == 0:
            st.caption("Each answer has its reasons here.")
        elif seen.trace is not None:
            _trace(number, seen, seen.trace, opened=live)
        _looks(seen)


def _bubbles(run: Run, number: int, seen: Seen, *, live: bool) -> None:
    if seen.new_session:
        st.caption("The conversation before had ended: a new one begins, and nothing is proven.")
    if number and seen.step.agent is None:
        with st.chat_message("user", avatar=":material/person:"):
            st.text(_shown(seen.text) or "(nothing)")
    if seen.step.agent == "resolve":
        st.caption("An agent resolved the ticket.")
    if seen.fault is not None:
        st.warning(plain(seen.fault))
    if seen.step.agent == "reply":
        with st.chat_message("assistant", avatar=":material/support_agent:"):
            st.caption(plain(seen.agent or "Agent"))
            st.text(seen.said)
    elif seen.replies:
        send = (lambda text, form: _said(run, text, form)) if live else None
        with st.chat_message("assistant", avatar=":material/diamond:"):
            for place, reply in enumerate(seen.replies):
                replies.render(_apart(reply), f"run-{number}-{place}", send)


def _apart(reply: Reply) -> Reply:
    """The label of a played return is nobody's to print."""
    if isinstance(reply, ReturnConfirmed):
        return reply.model_copy(update={"label_url": ""})
    return reply


def _trace(number: int, seen: Seen, why: TurnTrace, *, opened: bool) -> None:
    found = why.detection
    by_form = seen.step.form is not None
    how = "form" if by_form else f"{found.confidence:.2f} · {found.layer}"
    with st.expander(plain(f"{number}. {seen.intent} · {how}"), expanded=opened):
        if found.rule and not by_form:
            st.markdown(f"rule `{found.rule}`, handled by `{why.handled_by}`")
        else:
            st.markdown(f"handled by `{why.handled_by}`")
        losers = [c for c in found.candidates if c.intent.value != seen.intent]
        if losers and not by_form:
            named = " · ".join(f"{c.intent.value} {c.score:.2f}" for c in losers[:4])
            st.caption(plain(f"also: {named}"))
        if found.trace.needed is not None and found.trace.chance is not None and not by_form:
            st.caption(f"likely by {found.trace.chance:.2f}, needed {found.trace.needed:.2f}")
        blocked = [f"{one.rule} ({one.why})" for one in found.trace.blocked[:3]]
        if blocked:
            st.caption(plain(f"held back: {', '.join(blocked)}"))
        if why.query:
            asked = " · ".join(known_texts(why.query))
            st.caption(plain(f"looked for: {asked}"))
        if seen.slots:
            wish = {name: value for name, value in seen.slots.items() if name not in _REACH}
            known = known_texts(wish)
            known += [f"{words(name)}" for name in seen.slots if name in _REACH]
            st.caption(plain(f"remembers: {' · '.join(known)}"))
        facts = [f"order {seen.order}" if seen.order else "no order proven"]
        if seen.awaiting:
            facts.append(f"waits for {words(seen.awaiting)}")
        facts += seen.rmas[-1:]
        if seen.ticket is not None:
            facts.append(f"ticket {seen.ticket.ticket_id} {words(seen.ticket.status)}")
        st.caption(plain(" · ".join(facts)))
        st.caption(f"{why.detect_ms:.2f} ms detect · {why.total_ms:.1f} ms in all")
        if seen.intent == Intent.UNMATCHED.value:
            st.caption("Nobody of the rules was sure enough.")


def _looks(seen: Seen) -> None:
    for look in seen.looks:
        if not look.ok:
            st.markdown(f":red[✗ {plain(str(look))}]")
    met = sum(look.ok for look in seen.looks)
    if met:
        st.caption(f"✓ {met} as expected")


def _save(actor: Actor, run: Run) -> None:
    if len(run.seen) < 2:
        st.caption("Play or type a step first. What it shows is what a replay will look for.")
        return
    st.caption(
        "A replay will look for the same intents, kinds of answers, orders, returns and tickets; "
        "sentences may change. Steps of the script keep what they look for."
    )
    own = run.scenario.name == "own"
    title = st.text_input("Title", "" if own else run.scenario.title, max_chars=160)
    proposed = _SLUG.sub("_", title.casefold()).strip("_")[:80]
    name = st.text_input(
        "Short name", "" if own else run.scenario.name, placeholder=proposed, max_chars=80
    )
    name = name.strip() or proposed
    if not title.strip() or not re.fullmatch(NAME, name):
        st.caption("Give it a title. The short name has small letters, digits and underscores.")
        return
    try:
        scenario = run.as_scenario(name, title.strip())
    except ValidationError as error:
        raise InvalidInput("steps", str(error.errors()[0]["msg"])) from error
    with st.container(horizontal=True):
        if st.button("Save", type="primary", icon=":material/save:", key="save-run"):
            try:
                saved = runtime.services().rehearsal.save(actor, scenario)
            except ScenarioNameTaken as taken:
                st.error(plain(str(taken)))
                return
            _end(st.session_state[_KEPT])
            state.set_query(scenario=saved.name, version=None)
            state.flash(f"Saved as {saved.name}, version {saved.version}.")
            st.rerun()
        st.download_button(
            "Download",
            files.dumps(scenario),
            file_name=f"{name}.yaml",
            mime="application/yaml",
            icon=":material/download:",
            key="download-run",
            on_click="ignore",
        )


def _said(run: Run, text: str, form: Submission | None) -> None:
    _take(run, Step(say=text) if form is None else Step(form=form))


def _take(run: Run, step: Step) -> None:
    _guarded(lambda: run.take(step))


def _guarded(act: object) -> None:
    """Does it and draws again; a run whose stage was cleared is let go, with a word."""
    try:
        if callable(act):
            act()
    except RunOver as over:
        st.session_state.pop(_KEPT, None)
        state.flash(str(over), ":material/info:")
    st.rerun()


def _to_the_end(run: Run) -> None:
    taken, steps = run.progress
    bar = st.progress(taken / steps if steps else 1.0, "Playing…")
    try:
        while run.ok and run.next() is not None:
            taken, steps = run.progress
            bar.progress(taken / steps, f"Step {taken} of {steps}")
    except RunOver as over:
        st.session_state.pop(_KEPT, None)
        state.flash(str(over), ":material/info:")


def _end(kept: Kept) -> None:
    st.session_state.pop(_KEPT, None)
    runtime.services().rehearsal.end(kept.run)


def _shown(text: str) -> str:
    """A pasted wall of words is cut on the screen only."""
    return text if len(text) <= 600 else f"{text[:600]}… ({len(text):,} characters)"
