"""Walking all flows, or up to the first difference, and writing down what was seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from concierge import __version__
from concierge.bootstrap import Services
from concierge.core.errors import InvalidInput
from concierge.verify.evidence import Difference, Evidence, FlowEvidence, Step
from concierge.verify.flows import FLOWS, Flow
from concierge.verify.walk import Walk
from concierge.verify.world import World

EVIDENCE = "evidence.json"


def run(
    services: Services,
    *,
    only: Sequence[str] = (),
    told: Callable[[str], None] | None = None,
) -> Evidence:
    """Walks the flows in their order and stops at the first difference.

    `told` is given a line per flow. Raises `InvalidInput` for an unknown name in `only`.
    """
    unknown = [name for name in only if name not in FLOWS]
    if unknown:
        raise InvalidInput("flow", f"'{unknown[0]}' is not one of {', '.join(FLOWS)}")
    chosen = {name: flow for name, flow in FLOWS.items() if not only or name in only}
    world = World(services)
    world.sweep()
    started = services.clock.now()
    flows: list[FlowEvidence] = []
    try:
        for name, flow in chosen.items():
            flows.append(_walk(name, flow, services, world))
            if told is not None:
                told(f"{'✓' if flows[-1].ok else '✗'} {name}  {flows[-1].ms:.0f} ms")
            if not flows[-1].ok:
                break
    finally:
        world.remove()
    return Evidence(
        started_at=started,
        ended_at=services.clock.now(),
        version=__version__,
        database=services.settings.db,
        run=world.run,
        flows=flows,
    )


def write_evidence(evidence: Evidence, folder: Path) -> Path:
    """Writes `evidence.json` into the folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / EVIDENCE
    path.write_text(evidence.model_dump_json(by_alias=True, indent=1) + "\n", encoding="utf-8")
    return path


def _walk(name: str, flow: Flow, services: Services, world: World) -> FlowEvidence:
    walk = Walk(services, world)
    title = (flow.__doc__ or name).strip().splitlines()[0]
    began = time.perf_counter()
    ok = True
    try:
        flow(walk)
    except Difference:
        ok = False
    except Exception as error:
        # Whatever breaks a journey is a difference of that journey: the evidence names it.
        ok = False
        last = walk.steps[-1].name if walk.steps else "the beginning"
        seen = f"{type(error).__name__}: {error}"
        walk.steps.append(Step(name=f"after '{last}'", expected="no error", seen=seen, ok=False))
    ms = round((time.perf_counter() - began) * 1000, 1)
    return FlowEvidence(name=name, title=title, ok=ok, ms=ms, steps=walk.steps)
