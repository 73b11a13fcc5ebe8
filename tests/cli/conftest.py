from __future__ import annotations

from pathlib import Path

import pytest

from concierge.bootstrap import Services
from tests.cli.command import Command


@pytest.fixture
def command(services: Services, tmp_path: Path) -> Command:
    """Commands on an empty database."""
    return Command(services, tmp_path / "data")


@pytest.fixture
def shop_command(shop: Services, tmp_path: Path) -> Command:
    """Commands on the demo shop."""
    return Command(shop, tmp_path / "data")
