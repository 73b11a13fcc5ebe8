"""What the screens of figures share: periods, charts, tables to take away, and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st

from concierge.core.actor import Actor, Permission
from concierge.csat.scoring import Tone as ScoreTone
from concierge.csat.scoring import tone
from concierge.detection.models import Intent
from concierge.exchange.exports import Row, written
from concierge.insights.charts import Figure, Mode
from concierge.ui import runtime, state
from concierge.ui.components import Tone, pill

T = TypeVar("T")
CUSTOM = "custom"
PERIODS = {"7": "last 7 days", "30": "last 30 days", "90": "last 90 days", CUSTOM: "from … to …"}
SCORE_TONES: dict[ScoreTone, Tone] = {
    ScoreTone.GREEN: "good",
    ScoreTone.YELLOW: "warn",
    ScoreTone.RED: "bad",
}
SCORE_COLOURS = ["#B3261E", "#B3261E", "#F0B849", "#1B7A49", "#1B7A49"]
"""Of the scores 1 to 5 on a table's chips: full colours, as the theme's pale ones hardly show."""


@dataclass(frozen=True)
class Days:
    """Shop days, both included."""

    first: date
    last: date


def today() -> date:
    """The shop's day."""
    services = runtime.services()
    return services.clock.now().astimezone(ZoneInfo(services.timezone)).date()


def linked(
    screen: str,
    key: str,
    default: T,
    *,
    draw: Callable[[str], T],
    read: Callable[[str], T | None],
    tell: Callable[[T], str],
) -> T:
    """A widget whose value stands in the screen's link as `key`, unless it is the default.

    `draw` makes the widget under the key it is given; `read` and `tell` are the value's way out of
    the link and into it. Streamlit's own binding puts names for people there, which may change,
    and carries them from one screen to the next.
    """
    widget = f"{screen}-{key}"
    seen = f"{widget}-seen"
    asked = state.query(key)
    value = read(asked) if asked else None
    value = default if value is None else value
    # The link moved without the widget (a link was followed, or one step back): it wins.
    if widget not in st.session_state or st.session_state.get(seen) != tell(value):
        st.session_state[widget] = value
    chosen = draw(widget)
    state.set_query(**{key: None if chosen == default else tell(chosen)})
    st.session_state[seen] = tell(chosen)
    return chosen


def choose(screen: str, key: str, value: object) -> None:
    """Sets a linked widget from a callback, before it is drawn again."""
    st.session_state[f"{screen}-{key}"] = value


def choice(
    screen: str,
    label: str,
    options: Mapping[str, str],
    key: str,
    *,
    default: str = "",
    width: int = 160,
    segments: bool = False,
    named: bool = True,
) -> str:
    """One of the options, by value and name; a link that names no option is read without it.

    The label is not drawn unless `named`, for options that speak for themselves.
    """
    names = list(options)

    def name(value: str) -> str:
        return options.get(value, value)

    def draw(widget: str) -> str:
        if segments:
            picked = st.segmented_control(
                label,
                names,
                format_func=name,
                key=widget,
                required=True,
                label_visibility="visible" if named else "collapsed",
            )
        else:
            picked = st.selectbox(label, names, format_func=name, key=widget, width=width)
        return default if picked is None else picked

    return linked(
        screen,
        key,
        default,
        draw=draw,
        read=lambda asked: asked if asked in options else None,
        tell=str,
    )


def toggle(screen: str, label: str, key: str) -> bool:
    """A switch that is off unless the link says otherwise."""
    return linked(
        screen,
        key,
        False,
        draw=lambda widget: st.toggle(label, key=widget),
        read=lambda asked: asked in {"1", "true"},
        tell=lambda on: "1" if on else "",
    )


def search(screen: str, placeholder: str, key: str = "find") -> str:
    """What is looked for, trimmed."""
    return text(screen, "Search", key, placeholder=placeholder, type="search")


def text(screen: str, label: str, key: str, **options: Any) -> str:
    """Words, trimmed."""
    return linked(
        screen,
        key,
        "",
        draw=lambda widget: (st.text_input(label, key=widget, **options) or "").strip(),
        read=str,
        tell=str,
    )


def intent_choice(screen: str) -> str | None:
    """An intent to narrow to, or none."""
    named = {intent.value: words(intent.value) for intent in Intent}
    return choice(screen, "Intent", {"": "any intent", **named}, "intent") or None


def period(screen: str) -> Days:
    """The days chosen: a usual period, or from one day to another."""
    last = today()
    chosen = choice(screen, "Period", PERIODS, "period", default="30", width=150)
    if chosen != CUSTOM:
        return Days(last - timedelta(days=int(chosen) - 1), last)
    first = _day(screen, "From", "from", last - timedelta(days=29), last)
    until = _day(screen, "To", "to", last, last)
    return Days(min(first, until), max(first, until))


def _day(screen: str, label: str, key: str, default: date, last: date) -> date:
    def read(asked: str) -> date | None:
        try:
            return min(date.fromisoformat(asked), last)
        except ValueError:
            return None

    return linked(
        screen,
        key,
        default,
        draw=lambda widget: st.date_input(label, max_value=last, key=widget, width=140),
        read=read,
        tell=date.isoformat,
    )


def mode() -> Mode:
    """The theme that the viewer sees now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def chart(figure: Figure, alt: str, key: str, **options: Any) -> Any:
    """A figure in our own colours, named for those who cannot see it."""
    return st.plotly_chart(
        figure, theme=None, key=key, alt=alt, config={"displayModeBar": False}, **options
    )


def csv_button(actor: Actor, name: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """The rows shown, as a file; only for who may export."""
    if not actor.may(Permission.EXPORT) or not rows:
        return
    st.download_button(
        "CSV",
        b"".join(written(columns, rows)),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"csv-{name}",
        on_click="ignore",
        help="These rows, as a file",
    )


def rows_height(rows: int) -> int:
    """Of a table that shows all rows of its page."""
    return 37 + 35 * rows


ALL_REPLAYED = "-all"
"""What the scenarios screen shows every scenario under; no scenario has such a name."""


def words(name: str | None) -> str:
    """`product_search` as people read it; none is a dash."""
    return name.replace("_", " ") if name else "–"


def score_pill(score: int) -> str:
    """A rating as markdown: its number in the colour of its tone."""
    return pill(score_chip(score), SCORE_TONES[tone(score)])


def score_column(help_: str) -> Any:
    """A column of `[score_chip(...)]`: a dot with the number, in the colour of its tone."""
    return st.column_config.MultiselectColumn(
        options=[score_chip(score) for score in range(1, 6)],
        color=SCORE_COLOURS,
        width=62,
        help=help_,
    )


def score_chip(score: int) -> str:
    return f"● {score}"


def cursor(key: str, *filters: object) -> str | None:
    """Where the list stands: at its beginning, until somebody goes on, and after new filters."""
    kept: tuple[object, list[str]] = st.session_state.get(f"{key}-cursors", (None, []))
    stack = kept[1] if kept[0] == filters else []
    st.session_state[f"{key}-cursors"] = (filters, stack)
    return stack[-1] if stack else None


def pager(key: str, next_cursor: str | None) -> None:
    """Newer and older, by keyset: nothing shifts while somebody reads."""
    stack: list[str] = st.session_state[f"{key}-cursors"][1]
    if not stack and next_cursor is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Newer", disabled=not stack, icon=":material/chevron_left:", key=f"{key}-newer"
        ):
            stack.pop()
            st.rerun()
        if st.button(
            "Older",
            disabled=next_cursor is None,
            icon=":material/chevron_right:",
            key=f"{key}-older",
        ):
            stack.append(next_cursor or "")
            st.rerun()
        st.caption(f"Page {len(stack) + 1}")
