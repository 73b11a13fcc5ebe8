"""The accounts of demo mode: one for each role, with a password that everybody knows."""

from __future__ import annotations

from concierge.core.actor import Role

DEMO_PASSWORD = "aurora-demo"  # noqa: S105  printed in the README; demo mode only
DEMO_NAMES = {
    Role.AGENT: "Sam Agent",
    Role.ANALYST: "Noor Analyst",
    Role.PM: "Kim Manager",
    Role.ADMIN: "Robin Admin",
}
