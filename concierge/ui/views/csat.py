"""The parts of the CSAT screen: figures, charts, and ratings one by one."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from concierge.core.actor import Actor, Permission
from concierge.core.formatting import number, percent
from concierge.csat.models import CsatFilter, CsatKind, CsatSummary
from concierge.exchange.exports import Row
from concierge.insights import charts
from concierge.insights.funnel_models import period
from concierge.insights.ratings import RatingRow
from concierge.ui import runtime
from concierge.ui.components import empty, link, moment, pill, plain
from concierge.ui.views import parts
from concierge.ui.views.conversations import CHANNELS
from concierge.ui.views.parts import words

KINDS = {CsatKind.CONCIERGE.value: "The concierge", CsatKind.AGENT.value: "Our agents"}
SCREEN = "csat"
ROWS = 25
DEFINITIONS = (
    "CSAT score: ratings of 4 and 5 / ratings × 100. The mean stands beside it.",
    "Response rate: ratings / surveys sent, under the same filters.",
    "Ratings are dated by the response; a later rating replaces the one before.",
    "Ratings of the concierge and of agents are two numbers and never mixed.",
)


def controls() -> CsatFilter:
    """Whose ratings, of which days; all in the link."""
    kind = parts.choice(
        SCREEN, "Ratings of", KINDS, "kind", default=CsatKind.CONCIERGE.value, segments=True
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = parts.period(SCREEN)
        intent = parts.intent_choice(SCREEN)
        channel = parts.choice(SCREEN, "Channel", CHANNELS, "channel", width=140)
    services = runtime.services()
    bounds = period(days.first, days.last, services.clock.now(), ZoneInfo(services.timezone))
    return CsatFilter(
        kind=CsatKind(kind),
        start=bounds.start,
        end=bounds.end,
        intent=intent,
        channel=channel or None,
    )


def figures(summary: CsatSummary) -> None:
    """Mean against target and ambition, score, response rate, and how many."""
    policy = runtime.services().policies.csat
    mean = "–" if summary.mean is None else f"{summary.mean:.2f}"
    score = "–" if summary.score is None else f"{summary.score:.0f} %"
    with st.grid(4, min_column_width=150):
        with st.container(border=True, gap=None, height="stretch"):
            st.metric("Mean", mean)
            st.markdown(_standing(summary.mean, policy.target, policy.ambition))
        with st.container(border=True, gap=None, height="stretch"):
            st.metric("CSAT score", score, help=DEFINITIONS[0])
            good = summary.distribution.get(4, 0) + summary.distribution.get(5, 0)
            st.caption(f"{number(good)} of {number(summary.n)} rated 4 or 5")
        with st.container(border=True, gap=None, height="stretch"):
            st.metric("Response rate", percent(summary.response_rate), help=DEFINITIONS[1])
            st.caption(f"of {number(summary.asked)} surveys sent")
        with st.container(border=True, gap=None, height="stretch"):
            st.metric("Ratings", number(summary.n))
            low = sum(
                summary.distribution.get(score, 0) for score in range(1, policy.low_at_most + 1)
            )
            st.caption(f"{number(low)} low ({policy.low_at_most} or less)")
    with st.popover("What this counts", icon=":material/info:", type="tertiary"):
        for sentence in DEFINITIONS:
            st.markdown(f"- {plain(sentence)}")


def _standing(mean: float | None, target: float, ambition: float) -> str:
    if mean is None:
        return f"target {target:.1f}, ambition {ambition:.1f}"
    if mean >= ambition:
        return pill(f"ambition {ambition:.1f} reached", "good")
    if mean > target:
        return f"{pill(f'above target {target:.1f}', 'good')}  \n:small[ambition {ambition:.1f}]"
    return pill(f"below target {target:.1f}", "bad")


def pictures(actor: Actor, summary: CsatSummary) -> None:
    """How the scores are spread, and how the mean moved; the table beneath."""
    policy = runtime.services().policies.csat
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.subheader("Distribution", anchor=False)
        parts.chart(
            charts.csat_distribution(summary.distribution, parts.mode()),
            "How often each score from 1 to 5 was given",
            "csat-distribution",
        )
    with right:
        st.subheader("Mean by day", anchor=False)
        parts.chart(
            charts.csat_trend(
                summary.trend, parts.mode(), target=policy.target, ambition=policy.ambition
            ),
            f"Mean rating of each day against the target {policy.target:.1f} and the ambition "
            f"{policy.ambition:.1f}",
            "csat-trend",
        )
    with st.expander("The days as a table"):
        rows: list[Row] = [
            {"day": day.day, "ratings": day.n, "mean": day.mean, "csatScore": day.score}
            for day in summary.trend
        ]
        st.dataframe(
            pd.DataFrame(rows).rename(
                columns={"day": "Day", "ratings": "Ratings", "mean": "Mean", "csatScore": "CSAT"}
            ),
            hide_index=True,
            alt="Ratings, mean and CSAT score of each day",
            column_config={
                "Mean": st.column_config.NumberColumn(format="%.2f"),
                "CSAT": st.column_config.NumberColumn(format="%.0f %%"),
            },
        )
        parts.csv_button(actor, "csat-days", ("day", "ratings", "mean", "csatScore"), rows)
        st.caption(f"Days of {words(runtime.services().policies.business_hours.timezone)}.")


def comments(actor: Actor, wanted: CsatFilter) -> None:
    """Ratings one by one, newest first; low ones stand out, with what was done about them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("What customers said", anchor=False)
        low = parts.toggle(SCREEN, "Low only", "low")
        noted = parts.toggle(SCREEN, "With words only", "noted")
    most = runtime.services().policies.csat.low_at_most
    scores = frozenset(range(1, most + 1)) if low else None
    wanted = wanted.model_copy(update={"scores": scores, "with_notes": noted})
    at = parts.cursor("ratings", wanted)
    page = runtime.services().enrichment.ratings(actor, wanted, at, ROWS)
    if not page.items:
        empty("Nothing said here", "No rating passes these filters.")
    for row in page.items:
        _rating(actor, row)
    parts.pager("ratings", page.next_cursor)


def _rating(actor: Actor, row: RatingRow) -> None:
    rating = row.rating
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            mark = f" {pill('low', 'bad')}" if row.low else ""
            st.markdown(f"{parts.score_pill(rating.score)}{mark}", width="content")
            st.caption(_about(rating.intent, rating.channel, rating.updated_at), width="content")
            if row.low:
                _follow_up(actor, row)
            _links(actor, row)
        if rating.notes:
            st.text(rating.notes)
        for earlier in rating.history:
            st.caption(f"before: {earlier.score} on {moment(earlier.at)}")


def _follow_up(actor: Actor, row: RatingRow) -> None:
    if row.follow_up is None:
        st.markdown(pill("no follow-up: no way to reach them", "warn"), width="content")
        return
    done = row.follow_up.status.value == "resolved"
    state_of = words(row.follow_up.status.value)
    st.markdown(pill(f"follow-up {state_of}", "good" if done else "warn"), width="content")
    if actor.may(Permission.TICKETS_READ):
        link("tickets", f"Follow-up {row.follow_up.ticket_id}", ticket=row.follow_up.ticket_id)


def _links(actor: Actor, row: RatingRow) -> None:
    rating = row.rating
    if rating.session_id and actor.may(Permission.CONVERSATIONS_READ):
        link("conversations", "Conversation", session=rating.session_id)
    if rating.ticket_id and actor.may(Permission.TICKETS_READ):
        link("tickets", f"Rated {rating.ticket_id}", ticket=rating.ticket_id)
    if rating.order_number and actor.may(Permission.ORDERS_READ):
        link("orders", rating.order_number, order=rating.order_number)


def _about(intent: str | None, channel: str, at: datetime) -> str:
    return plain(f"{words(intent)} · {words(channel)} · {moment(at)}")
