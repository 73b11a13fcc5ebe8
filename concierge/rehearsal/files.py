"""Scenario files: read with the line of a fault, written as a person would write them.

Every plain value is taken as words, and the shape decides what it is: `yes`, `02134` and
`2026-11-18` mean what they say, quoted or not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from concierge.rehearsal.errors import ScenarioFault
from concierge.rehearsal.models import Scenario, Step

MOST_CHARACTERS = 200_000
_NULL = re.compile(r"^(?:~|null|)$")


class _Words(yaml.SafeLoader):
    """Only `null` is not a word, and nothing stands for something else."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "`*` stands for nothing here", mark)
        return super().compose_node(parent, index)


class _Plain(yaml.SafeDumper):
    """Block style, in the order of the shape, long texts unbroken."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


_Words.yaml_implicit_resolvers = {}
_Words.add_implicit_resolver("tag:yaml.org,2002:null", _NULL, ["~", "n", ""])


def load(path: Path) -> Scenario:
    """Raises `ScenarioFault` with file and line; the file's name must be the scenario's."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioFault(path.name, 1, f"cannot be read: {error}") from error
    scenario = loads(text, path.name)
    if scenario.name != path.stem:
        reason = f"the file is called {path.stem}, the scenario {scenario.name}"
        raise ScenarioFault(path.name, 1, reason)
    return scenario


def loads(text: str, file: str = "scenario") -> Scenario:
    """Raises `ScenarioFault`."""
    if len(text) > MOST_CHARACTERS:
        raise ScenarioFault(file, 1, f"is longer than {MOST_CHARACTERS:,} characters")
    try:
        node = yaml.compose(text, _Words)
        data = _data(node, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ScenarioFault(file, line, error.problem or "is not YAML") from error
    except yaml.YAMLError as error:
        raise ScenarioFault(file, 1, " ".join(str(error).split())[:200]) from error
    if not isinstance(data, dict):
        raise ScenarioFault(file, 1, "is a map of name, title, customer and steps")
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        fault = error.errors()[0]
        place = [part for part in fault["loc"] if part != "function-after"]
        reason = fault["msg"].removeprefix("Value error, ")
        where = ".".join(str(part) for part in place)
        said = f"{where}: {reason}" if where else reason
        raise ScenarioFault(file, _line(node, place), said) from error


def dumps(scenario: Scenario) -> str:
    """The file of a scenario; reading it again gives the same."""
    data = scenario.model_dump(mode="json", exclude_defaults=True)
    head = {"name": data.pop("name"), "title": data.pop("title")}
    data.pop("steps", None)
    steps = [_step(step) for step in scenario.steps]
    body = {**head, **data, "steps": steps}
    text: str = yaml.dump(
        body, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )
    return text


def _step(step: Step) -> dict[str, Any]:
    """A form keeps its kind, which is a default of its shape."""
    data = step.model_dump(mode="json", exclude_defaults=True)
    if step.form is not None:
        data["form"] = {"kind": step.form.kind, **data["form"]}
    return data


def _data(node: yaml.Node | None, file: str) -> Any:
    match node:
        case None:
            return None
        case yaml.ScalarNode():
            return None if node.tag.endswith(":null") else node.value
        case yaml.SequenceNode():
            return [_data(item, file) for item in node.value]
        case yaml.MappingNode():
            data: dict[str, Any] = {}
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise ScenarioFault(file, key.start_mark.line + 1, "a key is one word")
                if key.value in data:
                    line = key.start_mark.line + 1
                    raise ScenarioFault(file, line, f"`{key.value}` stands here twice")
                data[key.value] = _data(value, file)
            return data
    raise ScenarioFault(file, node.start_mark.line + 1, "is no value")


def _line(node: yaml.Node | None, place: Sequence[int | str]) -> int:
    """Where the fault stands, as near as the file goes: a missing word is its parent's fault."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == part]
            if not found:
                continue  # the name of a shape among several, or a word that is missing
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                break
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
