"""Every version of the rules: who, when, what, and the way back."""

from __future__ import annotations

import streamlit as st

from concierge.core.actor import Actor, Permission
from concierge.rules.models import RuleStatus, RuleVersion
from concierge.ui import runtime
from concierge.ui.components import Tone, ago, empty, moment, pill, plain
from concierge.ui.views.rules import act, go_to

TONES: dict[RuleStatus, Tone] = {
    RuleStatus.DRAFT: "info",
    RuleStatus.PUBLISHED: "good",
    RuleStatus.RETIRED: "plain",
    RuleStatus.DISCARDED: "plain",
}
WORDS = {RuleStatus.PUBLISHED: "live"}


def versions(actor: Actor) -> None:
    """Newest first."""
    found = runtime.services().rules.versions(actor)
    if not found:
        empty(
            "Only the product's own files so far",
            "Every draft and every published version is kept here, with author and difference.",
        )
    for version in found:
        with st.container(border=True, key=f"version-{version.number}"):
            _row(actor, version)


def _row(actor: Actor, version: RuleVersion) -> None:
    status = pill(WORDS.get(version.status, version.status.value), TONES[version.status])
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**Version {version.number}** {status} {plain(version.note)}")
            st.caption(_told(version))
        _deeds(actor, version)
    if version.diff:
        with st.expander(f"Difference from version {version.base}"):
            st.code(version.diff, language="diff", height=300)


def _told(version: RuleVersion) -> str:
    told = f"By {plain(version.author)}, saved {ago(version.saved_at)}"
    if version.published_at is not None:
        told += (
            f" · published {moment(version.published_at)} by {plain(version.published_by or '')}"
            f", replacing version {version.replaces or 0}"
        )
    if version.status is RuleStatus.RETIRED:
        told += f" · retired {ago(version.retired_at)}"
    return told


def _deeds(actor: Actor, version: RuleVersion) -> None:
    rules = runtime.services().rules
    number = version.number
    match version.status:
        case RuleStatus.DRAFT:
            if st.button("Open", key=f"open-{number}"):
                go_to(number)
        case RuleStatus.DISCARDED:
            if st.button("Take up again", key=f"restore-{number}"):
                act(lambda: rules.restore(actor, number), f"Draft {number} is back.")
        case RuleStatus.PUBLISHED if actor.may(Permission.RULES_PUBLISH):
            before = version.replaces or 0
            if st.button(
                f"Roll back to version {before}", icon=":material/undo:", key=f"rollback-{number}"
            ):
                act(lambda: rules.rollback(actor, number), f"Version {before} is live again.")
        case _:
            pass
