"""`init-db` and `seed`: a database to begin with, and something in it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

from concierge.cli.output import AsJson, for_machines, progress, write_json, write_line
from concierge.cli.running import quiet_logging, services, store

if TYPE_CHECKING:
    from concierge.bootstrap import Services
    from concierge.demo.volume import Wanted


class _Over(TypedDict):
    """Which past the volume fills."""

    now: datetime
    days: int
    seed: int


def init_db(as_json: AsJson = False) -> None:
    """Collections, validators and indexes; safe to repeat."""
    from concierge.bootstrap import ALL_COLLECTIONS
    from concierge.core.config import load_settings

    quiet_logging()
    settings = load_settings()
    with store(settings) as mongo:
        mongo.apply(ALL_COLLECTIONS)
    indexes = sum(len(spec.indexes) for spec in ALL_COLLECTIONS)
    if for_machines(as_json):
        write_json(
            {"database": settings.db, "collections": len(ALL_COLLECTIONS), "indexes": indexes}
        )
    else:
        write_line(f"{settings.db}: {len(ALL_COLLECTIONS)} collections, {indexes} indexes.")


def seed(
    demo: Annotated[
        bool, typer.Option("--demo", help="The demo shop and, the first time, its past weeks.")
    ] = False,
    tickets: Annotated[int, typer.Option(min=0, help="Tickets for rehearsal.")] = 0,
    orders: Annotated[int, typer.Option(min=0, help="Orders for rehearsal.")] = 0,
    sessions: Annotated[
        int, typer.Option(min=0, help="Conversations for rehearsal, played through the chat.")
    ] = 0,
    events: Annotated[int, typer.Option(min=0, help="Raw events for rehearsal.")] = 0,
    days: Annotated[int, typer.Option(min=1, help="Over how many past days they spread.")] = 30,
    seed_: Annotated[int, typer.Option("--seed", help="The same seed makes the same.")] = 7,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="First empty everything but accounts and audit log.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Agree to --fresh on a database named by MONGODB_URI.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fills the database: the demo shop by default, volume by number.

    Volume is marked as simulated and stays out of every live figure.
    """
    from concierge.demo.volume import Wanted

    wanted = Wanted(tickets=tickets, orders=orders, sessions=sessions, events=events)
    with services() as ready:
        if fresh:
            _empty(ready, agreed=yes)
        made: dict[str, Any] = {}
        if demo or not (wanted.anything or fresh):
            made["demo"] = _demo(ready)
        if wanted.anything:
            made.update(_volume(ready, wanted, days, seed_))
    if for_machines(as_json):
        write_json(made)
        return
    for what, counts in made.items():
        write_line(f"{what}: {_told(counts)}")


def _empty(ready: Services, *, agreed: bool) -> None:
    from concierge import bootstrap
    from concierge.accounts import models as accounts
    from concierge.core.audit import AUDIT_LOG

    if not (ready.settings.embedded or agreed):
        raise typer.BadParameter(
            f"would empty '{ready.settings.db}' on the server of MONGODB_URI; add --yes to agree",
            param_hint="--fresh",
        )
    kept = {AUDIT_LOG.name, *(spec.name for spec in accounts.COLLECTIONS)}
    for spec in bootstrap.ALL_COLLECTIONS:
        if spec.name not in kept:
            ready.mongo.collection(spec).drop()
    ready.mongo.apply(bootstrap.ALL_COLLECTIONS)


def _demo(ready: Services) -> dict[str, Any]:
    from concierge.bootstrap import moved
    from concierge.core.folders import DATA_FOLDER
    from concierge.demo import seed as demo_seed
    from concierge.demo.shop import load_shop

    if ready.settings.demo:
        ready.accounts.ensure_demo_accounts()
    with moved(ready) as factory, progress("The demo shop's past weeks") as tell:
        played = demo_seed.ensure(ready, factory, DATA_FOLDER, progress=tell)
    if played is not None:
        return {
            "products": ready.catalog.count(),
            "orders": ready.orders.count(),
            "sessions": played.sessions,
            "turns": played.turns,
            "tickets": played.tickets,
        }
    loaded = load_shop(ready, DATA_FOLDER, ready.clock.now())
    return {what: counts.model_dump(mode="json") for what, counts in loaded.items()}


def _volume(ready: Services, wanted: Wanted, days: int, seed: int) -> dict[str, Any]:
    """Orders before sessions, so that the played customers have some to ask for."""
    from concierge.bootstrap import moved
    from concierge.core.clock import ManualClock
    from concierge.core.folders import DATA_FOLDER
    from concierge.demo import seed as demo_seed
    from concierge.demo import volume

    now = ready.clock.now()
    made: dict[str, Any] = {}
    when: _Over = {"now": now, "days": days, "seed": seed}
    if wanted.orders:
        with progress("Orders") as tell:
            counts = volume.make_orders(
                ready.orders, ready.catalog, wanted.orders, **when, progress=tell
            )
        made["orders"] = counts.model_dump(mode="json", exclude={"refused"})
    with moved(ready) as factory:
        if wanted.sessions:
            with progress("Conversations") as tell:
                played = demo_seed.play(
                    factory,
                    DATA_FOLDER,
                    now,
                    days=days,
                    sessions=wanted.sessions,
                    seed=seed,
                    simulated=True,
                    progress=tell,
                )
            made["sessions"] = {"played": played.sessions, "turns": played.turns}
        if wanted.tickets:
            clock = ManualClock(now)
            with progress("Tickets") as tell:
                opened = volume.make_tickets(
                    factory(clock).tickets, clock, wanted.tickets, **when, progress=tell
                )
            made["tickets"] = {"opened": opened}
    if wanted.events:
        with progress("Events") as tell:
            recorded = volume.make_events(ready.events, wanted.events, **when, progress=tell)
        made["events"] = {"recorded": recorded}
    return made


def _told(counts: dict[str, Any]) -> str:
    """`created 3, updated 0` of counts that may be nested by what was counted."""
    parts = []
    for name, value in counts.items():
        parts.append(f"{name} ({_told(value)})" if isinstance(value, dict) else f"{value} {name}")
    return ", ".join(parts)
