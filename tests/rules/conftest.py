"""Rules to change: a file of the product with one more rule in it."""

from __future__ import annotations

import pytest

from concierge.bootstrap import Services
from concierge.core.actor import Actor, Role
from concierge.rules.models import RuleDraft, RuleFile, RuleVersion

PM = Actor.staff("kim", {Role.PM})
ADMIN = Actor.staff("robin", {Role.ADMIN})
RULES = "rules.yaml"


def with_rule(text: str, name: str, intent: str, pattern: str) -> str:
    """A rule of highest priority at the end of the file."""
    rule = f"  - name: {name}\n    intent: {intent}\n    priority: 99\n    patterns: [{pattern}]\n"
    return f"{text.rstrip()}\n{rule}"


class Desk:
    """A product manager and an admin at work."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.rules = services.rules
        self._asked = 0

    def draft(self, name: str, intent: str, pattern: str, *, note: str = "") -> RuleVersion:
        """A new draft from what is live, with one more rule."""
        self._asked += 1
        live = self.rules.live(PM).number
        text = with_rule(self.rules.texts(PM, live)[RULES], name, intent, pattern)
        draft = RuleDraft(note=note, files=[RuleFile(path=RULES, text=text)])
        return self.rules.save_draft(PM, draft, f"draft-{self._asked}-{name}")

    def published(self, name: str, intent: str, pattern: str) -> RuleVersion:
        draft = self.draft(name, intent, pattern)
        return self.rules.publish(ADMIN, draft.number, draft.revision)


@pytest.fixture
def desk(services: Services) -> Desk:
    return Desk(services)
