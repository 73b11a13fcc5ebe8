"""docs/command-line.md names every command, option and flow there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from concierge.cli.app import app
from concierge.verify.flows import FLOWS
from tests.cli.command import ROOT

PAGE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = {" ".join(path): command for path, command in commands(get_command(app))}


@pytest.mark.parametrize("name", list(ALL))
def test_every_command_and_its_options_are_explained(name: str) -> None:
    assert f"`{name}" in PAGE
    options = {
        option
        for parameter in ALL[name].params
        for option in parameter.opts
        if option.startswith("--")
    }
    assert [option for option in options if option not in PAGE] == []


@pytest.mark.parametrize("name", list(ALL))
def test_every_command_says_in_a_sentence_what_it_does(name: str) -> None:
    assert (ALL[name].help or "").strip().splitlines()[0].endswith(".")


@pytest.mark.parametrize("flow", list(FLOWS))
def test_every_flow_of_verify_is_listed(flow: str) -> None:
    assert f"| `{flow}` |" in PAGE
