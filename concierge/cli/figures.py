"""`funnel`: the numbers, by command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from concierge.cli.output import AsJson, for_machines, write_json, write_line, write_table
from concierge.cli.running import COMMAND, services

if TYPE_CHECKING:
    from concierge.insights.funnel_models import Funnel


def funnel(
    from_day: Annotated[
        str | None, typer.Option("--from", help="First day, 2026-11-01; without: 30 days.")
    ] = None,
    to_day: Annotated[str | None, typer.Option("--to", help="Last day; without: today.")] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Break down by day, intent, variant, channel, tier, category."),
    ] = None,
    steps: Annotated[
        str | None, typer.Option(help="Steps in order, by event or mark: opened,shown,saved.")
    ] = None,
    window: Annotated[
        str | None, typer.Option(help="Conversion window: 24h (default), 90m, 7d.")
    ] = None,
    order: Annotated[str | None, typer.Option(help="sequential (default), strict or any.")] = None,
    audit: Annotated[
        bool, typer.Option("--audit", help="Beside it the exact chain over raw events.")
    ] = False,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Count simulated sessions as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """How many sessions reached each step, and how long they took."""
    from concierge.insights.funnel_models import FunnelQuery

    query = FunnelQuery.of_texts(
        from_day=from_day,
        to_day=to_day,
        by=by,
        window=window,
        order=order,
        steps=steps,
        include_simulated=simulated,
    )
    with services() as ready:
        computed = ready.funnel.compute(COMMAND, query, audit=audit)
    if for_machines(as_json):
        found = computed.model_dump(mode="json", by_alias=True)
        if not audit:
            del found["audit"]
        write_json(found)
    else:
        _show(computed)


def _show(computed: Funnel) -> None:
    groups = [("all", computed.steps)] if not computed.groups else []
    groups += [
        (", ".join(str(value) for value in group.key.values()), group.steps)
        for group in computed.groups
    ]
    write_table(
        ["group", "step", "sessions", "of first", "of previous", "median wait"],
        [
            (
                name,
                step.event.value,
                step.count,
                _percent(step.share_of_first),
                _percent(step.share_of_previous),
                _seconds(step.median_seconds_from_previous),
            )
            for name, steps in groups
            for step in steps
        ],
    )
    for step in computed.audit.steps if computed.audit else []:
        write_line(
            f"{step.event.value}: {step.by_marks} by marks, {step.by_events} by events, "
            f"difference {step.difference}"
        )
    write_line(f"{computed.incomplete} incomplete.")
    for sentence in computed.definition.sentences:
        write_line(sentence)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:g} s"
