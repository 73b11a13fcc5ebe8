"""What a walk was to see and what it saw."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from concierge.core.documents import Embedded, UtcDatetime


class Step(Embedded):
    """One look; `expected` and `seen` are plain values, or words where a rule is looked for."""

    name: str
    expected: Any = None
    seen: Any = None
    ok: bool


class FlowEvidence(Embedded):
    """One journey up to its end, or to its first difference; `ms` is wall time."""

    name: str
    title: str
    ok: bool
    ms: float
    steps: list[Step] = Field(default_factory=list)


class Evidence(Embedded):
    """A whole run."""

    started_at: UtcDatetime
    ended_at: UtcDatetime
    version: str
    database: str
    run: str
    flows: list[FlowEvidence]

    @property
    def difference(self) -> str | None:
        """The first difference as one line that names flow and step; None when there is none."""
        for flow in self.flows:
            for step in flow.steps:
                if not step.ok:
                    return (
                        f"flow '{flow.name}', step '{step.name}': "
                        f"expected {_short(step.expected)}, saw {_short(step.seen)}"
                    )
        return None

    @property
    def ok(self) -> bool:
        return all(flow.ok for flow in self.flows)

    def summary(self) -> dict[str, Any]:
        """For machines: how it ended, without the steps."""
        return {
            "ok": self.ok,
            "flows": [{"name": f.name, "ok": f.ok, "ms": f.ms} for f in self.flows],
            "steps": sum(len(flow.steps) for flow in self.flows),
            "difference": self.difference,
        }


class Difference(Exception):
    """A step saw something else than it expected: the flow ends here."""


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 300 else text[:300] + "…"
