"""Rehearsal's own way to all rooms: built once more over each stage."""

from __future__ import annotations

from concierge.bootstrap.collections import ALL_COLLECTIONS
from concierge.core.audit import AuditLog
from concierge.core.clock import Clock
from concierge.core.folders import DATA_FOLDER
from concierge.core.mongo import Mongo
from concierge.demo.shop import load_pieces
from concierge.rehearsal.repository import ScenariosRepository, StagesRepository
from concierge.rehearsal.service import RehearsalService
from concierge.rehearsal.stage import MOST_STAGES, Factory, Stages
from concierge.rules.live import RulesSource


def rehearsal_service(
    mongo: Mongo, clock: Clock, audit: AuditLog, rules: RulesSource, rooms: Factory
) -> RehearsalService:
    """`rooms` builds every room over a stage, to read by `rules` and to send nothing."""
    return RehearsalService(
        repository=ScenariosRepository(mongo),
        stages=Stages(
            repository=StagesRepository(mongo, MOST_STAGES),
            factory=rooms,
            stock=lambda stage: load_pieces(stage.catalog, DATA_FOLDER),
            specs=ALL_COLLECTIONS,
            clock=clock,
        ),
        clock=clock,
        audit=audit,
        folder=DATA_FOLDER / "scenarios",
        rules=rules,
    )
