"""The rules screen: what is live, the editor of a draft, what-if, the difference."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from concierge.core.actor import Actor, Permission
from concierge.core.errors import ConciergeError
from concierge.core.formatting import number as counted
from concierge.detection.errors import BadRules
from concierge.rehearsal.whatif import WhatIfReport
from concierge.rules.models import RuleDraft, RuleFile, RuleVersion
from concierge.ui import runtime, state
from concierge.ui.components import ago, empty, link, pill, plain
from concierge.ui.views import parts
from concierge.ui.views.parts import words

SCREEN = "rules"
DRAFTS, MISSED, HISTORY = "drafts", "missed", "history"
SECTIONS = {DRAFTS: "Drafts", MISSED: "Not understood", HISTORY: "History"}
_AROUND = 2
"""Lines shown before and after one that cannot be used."""
_REPORT = "rules-report"


def live(actor: Actor) -> None:
    """Which version the chats read by, and whether this process has it already."""
    services = runtime.services()
    mark = services.rules.live(actor)
    if mark.number == 0:
        told = f"{pill('live', 'good')} The product's own files (version 0)."
    else:
        version = services.rules.get(actor, mark.number)
        by = plain(version.published_by or "")
        told = (
            f"{pill('live', 'good')} Version {mark.number}, published "
            f"{ago(mark.published_at)} by {by}. {plain(version.note)}"
        )
    if services.live_rules.current().number != mark.number:
        told += f" {pill('open chats take it up within seconds', 'info')}"
    st.markdown(told)


def section() -> str:
    return parts.choice(SCREEN, "Show", SECTIONS, "show", default=DRAFTS, segments=True)


# -- choosing a draft ----------------------------------------------------------------------------


def chosen_draft(actor: Actor) -> RuleVersion | None:
    """The draft of the link, else the newest; none when there is none."""
    rules = runtime.services().rules
    drafts = {str(one.number): one for one in rules.drafts(actor)}
    if not drafts:
        return None
    names = {key: name_of(one) for key, one in drafts.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        newest = next(iter(names))
        picked = parts.choice(SCREEN, "Draft", names, "draft", default=newest, width=420)
        _new_draft(actor)
    return rules.get(actor, int(picked))


def no_draft(actor: Actor) -> None:
    empty(
        "No draft yet",
        "A draft changes the files by which messages are understood. Nothing is live before an "
        "admin publishes it.",
    )
    _new_draft(actor)


def _new_draft(actor: Actor) -> None:
    if st.button("New draft", icon=":material/add:", key="new-draft"):
        request = state.request_key("rules-new")
        made = runtime.services().rules.save_draft(actor, RuleDraft(), request)
        state.done("rules-new")
        go_to(made.number)


def go_to(number: int) -> None:
    """Opens a draft in the editor."""
    state.set_query(show=None, draft=str(number), file=None)
    st.rerun()


def name_of(draft: RuleVersion) -> str:
    """A draft in one line, for a choice among several."""
    files = ", ".join(file.path for file in draft.files) or "nothing changed yet"
    return f"{draft.number} · {draft.note or files} · {draft.author}"


# -- the editor ----------------------------------------------------------------------------------


def editor(actor: Actor, draft: RuleVersion) -> None:
    """One file as text, and why it is changed; saved only when detection can use it."""
    texts = runtime.services().rules.texts(actor, draft.number)
    changed = {file.path for file in draft.files}
    names = {path: f"{path} · changed" if path in changed else path for path in texts}
    first = next((path for path in names if path in changed), "rules.yaml")
    path = parts.choice(SCREEN, "File", names, "file", default=first, width=320)
    # A save makes new fields, so that they show what was stored; until then typing stays.
    key = f"rules-{draft.number}-{draft.revision}-{path}"
    with st.container(key="rule-text"), st.form(f"form-{key}", border=False):
        text = st.text_area(
            path, texts[path], height=440, key=f"text-{key}", label_visibility="collapsed"
        )
        note = st.text_input("Why", draft.note, max_chars=500, key=f"note-{key}")
        saved = st.form_submit_button("Check and save", type="primary", icon=":material/save:")
    if saved:
        _save(actor, draft, path, text, note)
    _fault(draft)


def _save(actor: Actor, draft: RuleVersion, path: str, text: str, note: str) -> None:
    asked = RuleDraft(
        number=draft.number,
        revision=draft.revision,
        note=note,
        files=[RuleFile(path=path, text=text)],
    )
    try:
        runtime.services().rules.save_draft(actor, asked, state.request_key("rules-save"))
    except BadRules as error:
        st.session_state["rules-fault"] = (draft.number, str(error), _excerpt(text, error.line))
        return
    except ConciergeError as error:
        st.session_state["rules-fault"] = (draft.number, str(error), "")
        return
    st.session_state.pop("rules-fault", None)
    state.done("rules-save")
    state.flash(f"Draft {draft.number} saved.")
    st.rerun()


def _fault(draft: RuleVersion) -> None:
    """What is wrong and where; what was typed is still in the field."""
    number, said, lines = st.session_state.get("rules-fault", (None, "", ""))
    if number != draft.number:
        return
    st.error(plain(f"Not saved. {said}"), icon=":material/error:")
    if lines:
        st.code(lines, language="yaml")


def _excerpt(text: str, line: int) -> str:
    if not line:
        return ""
    lines = text.splitlines()
    first = max(1, line - _AROUND)
    return "\n".join(
        f"{'>' if at == line else ' '} {at:4} {lines[at - 1]}"
        for at in range(first, min(len(lines), line + _AROUND) + 1)
    )


# -- what if -------------------------------------------------------------------------------------


def what_if(actor: Actor, draft: RuleVersion) -> None:
    """The draft over every stored turn, with progress and a way out."""
    st.subheader("What if", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button("Run over all stored messages", icon=":material/science:", key="what-if")
        simulated = parts.toggle(SCREEN, "Simulated, too", "simulated")
    if asked:
        _run(actor, draft, simulated)
    report: WhatIfReport | None = st.session_state.get(_REPORT)
    if report is None or report.draft_number != draft.number:
        st.caption(
            "Reads each message that customers ever typed by this draft and by what is live, and "
            "shows what would be understood differently. Nothing is changed by it."
        )
        return
    if report.draft_revision != draft.revision:
        st.warning("The draft was changed after this run.", icon=":material/history:")
    _figures(report)
    _changes(report)


def _run(actor: Actor, draft: RuleVersion, simulated: bool) -> None:
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Starting")
        st.button("Stop", key="what-if-stop")  # any click ends this run of the script

    def told(done: int, total: int) -> None:
        bar.progress(
            done / total if total else 1.0,
            f"{counted(done)} of {counted(total)} conversations read",
        )

    try:
        st.session_state[_REPORT] = runtime.services().what_if.what_if(
            actor, draft.number, told, simulated=simulated, compiling=_compiling(bar)
        )
    except ConciergeError as error:
        st.error(plain(str(error)))
    finally:
        place.empty()


def _compiling(bar: DeltaGenerator) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        bar.progress(done / total, f"Compiling the changed phrases, step {done} of at most {total}")

    return told


def _figures(report: WhatIfReport) -> None:
    escalations = report.escalations
    more = escalations.turns_after - escalations.turns_before
    with st.grid(4, min_column_width=150):
        for title, value, hint in (
            ("Turns that change", report.changed, f"of {counted(report.turns)} typed messages"),
            ("Newly understood", report.newly_matched, "not understood before"),
            ("Newly missed", report.newly_unmatched, "understood before"),
            (
                "Escalations",
                f"{more:+d}",
                f"{counted(escalations.turns_before)} → {counted(escalations.turns_after)} turns, "
                f"{counted(escalations.sessions_before)} → "
                f"{counted(escalations.sessions_after)} conversations",
            ),
        ):
            with st.container(border=True, gap=None, height="stretch"):
                shown = value if isinstance(value, str) else counted(value)
                st.metric(title, shown, help=_DEFINITIONS[title])
                st.caption(hint)
    removed = f", {counted(report.without_text)} have no text any more" * bool(report.without_text)
    st.caption(
        f"{counted(report.sessions)} conversations against version {report.live_number}, "
        f"{report.seconds:.1f} s in all{_spent(report)}{removed}."
    )


def _spent(report: WhatIfReport) -> str:
    """Where the wait went, once it is long enough to wonder at."""
    if report.compiling_seconds < 0.5:
        return ""
    reading = report.seconds - report.compiling_seconds
    return f" ({report.compiling_seconds:.1f} s to make the rules ready, {reading:.1f} s to read)"


_DEFINITIONS = {
    "Turns that change": "Typed messages whose intent the draft reads differently than what is "
    "live, each in the situation it was written in.",
    "Newly understood": "Not understood by what is live, understood by the draft.",
    "Newly missed": "Understood by what is live, not by the draft.",
    "Escalations": "Turns that ask for a human, or are the second in a row that is not "
    "understood, which offers one. Before and after.",
}


def _changes(report: WhatIfReport) -> None:
    if not report.changes:
        st.info("No stored message would be understood differently.")
        return
    frame = pd.DataFrame(
        {
            "Turns": [one.count for one in report.changes],
            "Now": [words(one.before.value) for one in report.changes],
            "Then": [words(one.after.value) for one in report.changes],
            "For example": [one.examples[0].text for one in report.changes],
        }
    )
    picked = st.dataframe(
        frame,
        hide_index=True,
        alt="Changes of intent, most frequent first; select one to see its newest messages",
        on_select="rerun",
        selection_mode="single-row",
        key=f"changes-{report.draft_number}-{report.draft_revision}-{report.seconds}",
        height=parts.rows_height(min(len(report.changes), 12)),
        column_config={
            "Turns": st.column_config.NumberColumn(width="small"),
            "For example": st.column_config.TextColumn(width="large"),
        },
    )
    for place in picked["selection"]["rows"][:1]:
        for example in report.changes[place].examples:
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                with st.container(width="stretch", gap=None):
                    st.text(example.text)
                    st.caption(ago(example.at))
                link("conversations", "Read", session=example.session_id)


# -- the difference, and what may be done with it ------------------------------------------------


def difference(draft: RuleVersion) -> None:
    """What differs from the version the draft was begun from: above the editor, as a new phrase
    stands at the end of a long file."""
    if not draft.diff:
        st.caption(f"Nothing differs from version {draft.base} yet.")
        return
    st.subheader("What this draft changes", anchor=False)
    st.caption(f"From version {draft.base} to this draft.")
    st.code(draft.diff, language="diff", height=min(320, 60 + 20 * draft.diff.count("\n")))


def publishing(actor: Actor, draft: RuleVersion) -> None:
    """Making the draft live, or laying it aside."""
    rules = runtime.services().rules
    now = rules.live(actor).number
    with st.container(horizontal=True):
        if draft.base != now:
            st.markdown(f"{pill('behind', 'warn')} Version {now} went live since it was begun.")
            if st.button("Bring up to date", icon=":material/merge:", key="rules-rebase"):
                act(lambda: rules.bring_up_to_date(actor, draft.number), "Draft is up to date.")
        elif actor.may(Permission.RULES_PUBLISH):
            with st.popover("Publish", icon=":material/publish:", disabled=not draft.diff):
                st.markdown(
                    "Every open chat reads by it within seconds. You can go back by one click."
                )
                if st.button("Yes, publish", type="primary", key="rules-publish"):
                    told = _compiling(st.progress(0.0, "Publishing"))
                    act(
                        lambda: rules.publish(actor, draft.number, draft.revision, told),
                        f"Version {draft.number} is live.",
                    )
        else:
            st.caption("An admin publishes it.")
        if st.button("Discard", icon=":material/delete:", type="tertiary", key="rules-discard"):
            act(
                lambda: rules.discard(actor, draft.number),
                f"Draft {draft.number} laid aside; it is in the history.",
            )


def act(deed: Callable[[], object], said: str) -> None:
    """Does it and says so; a refusal is shown in place."""
    try:
        deed()
    except ConciergeError as error:
        st.error(plain(str(error)))
        return
    state.flash(said)
    st.rerun()
