"""Messages on their way into a draft: as what they shall be read, and into which draft."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from concierge.core.actor import Actor, Permission
from concierge.core.errors import ConciergeError, NotFound
from concierge.detection.models import Intent
from concierge.rules.models import RuleVersion
from concierge.ui import runtime, state
from concierge.ui.components import link, plain
from concierge.ui.views import rules
from concierge.ui.views.parts import words

INTENTS: list[Intent] = [intent for intent in Intent if intent is not Intent.UNMATCHED]
TRY = "try"
"""In a link: the conversation and the number of the message, so that no words are in it."""
_NEW = "new"
_TURN = re.compile(r"([0-9a-f]{1,64})-([0-9]{1,9})")


def link_to_try(actor: Actor, session_id: str, seq: int) -> None:
    """From a message to a draft that reads it otherwise; only for who may draft."""
    if actor.may(Permission.RULES_DRAFT):
        link("rules", "Try a rule change on this turn", **{TRY: f"{session_id}-{seq}"})


def turn(actor: Actor) -> None:
    """The message of the link, ready to be read otherwise; a link that names none is dropped."""
    asked = _TURN.fullmatch(state.query(TRY))
    if asked is None:
        state.set_query(**{TRY: None})
        return
    with st.container(border=True, key="try-a-change"):
        st.markdown("**Try a rule change on this message**")
        try:
            found = runtime.services().miner.turn(actor, asked[1], int(asked[2]))
        except NotFound:
            st.caption("The message is not there any more, or nobody typed it.")
        else:
            st.text(found.text)
            st.caption(f"Read as {words(found.intent.value)} when it was written.")
            drafts = {str(one.number): one for one in runtime.services().rules.drafts(actor)}
            likely = found.near[0] if found.near else None
            others = [intent for intent in INTENTS if intent is not found.intent]
            to_draft(actor, asked[0], [found.text], likely, among=others, drafts=drafts)
        if st.button("Not now", type="tertiary", key="try-not-now"):
            state.set_query(**{TRY: None})
            st.rerun()


def to_draft(
    actor: Actor,
    key: str,
    messages: Sequence[str],
    likely: Intent | None,
    *,
    among: Sequence[Intent] = INTENTS,
    drafts: Mapping[str, RuleVersion] | None = None,
) -> None:
    """What the messages shall mean, and the button that puts them into a draft: a new one, or one
    of `drafts`. Nothing is chosen where no other meaning was near."""
    thing = "phrase" if len(messages) == 1 else "phrases"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        intent = st.selectbox(
            "Read it as" if len(messages) == 1 else "Read them as",
            among,
            among.index(likely) if likely in among else None,
            format_func=lambda one: words(one.value),
            placeholder="Choose an intent",
            key=f"as-{key}",
            width=220,
        )
        into = _NEW
        if drafts:
            names = {_NEW: "A new draft", **{at: rules.name_of(one) for at, one in drafts.items()}}
            into = st.selectbox(
                "Into", list(names), format_func=names.__getitem__, key=f"into-{key}", width=320
            )
        where = "a new draft" if into == _NEW else f"draft {into}"
        pressed = st.button(
            f"Add {thing} to {where}",
            icon=":material/edit_note:",
            type="primary",
            disabled=intent is None,
            help="Choose what is meant first" if intent is None else None,
            key=f"draft-{key}",
        )
    if pressed and intent is not None:
        _add(actor, key, messages, intent, None if into == _NEW else int(into))


def _add(actor: Actor, key: str, messages: Sequence[str], intent: Intent, into: int | None) -> None:
    action = f"rules-draft-{key}-{intent}-{into}"
    try:
        made = runtime.services().rules.draft_messages(
            actor, intent, messages, state.request_key(action), into=into
        )
    except ConciergeError as error:
        st.error(plain(str(error)))
        return
    state.done(action)
    verb = "made" if into is None else "changed"
    state.flash(f"Draft {made.number} {verb}. Look at it, then ask what it would change.")
    state.set_query(**{TRY: None})
    rules.go_to(made.number)
