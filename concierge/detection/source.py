"""Reading YAML so that every complaint names the line.

The plain loader forgets where a value stood. These helpers walk the composed nodes instead and
refuse what they do not expect, including keys written twice, which YAML otherwise lets pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from concierge.detection.errors import BadRules

# The C parser reads the same language about ten times faster, where libyaml is there.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Place:
    """A value in a file, with the means to complain about it."""

    file: Path
    node: yaml.Node

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def refuse(self, reason: str) -> BadRules:
        return BadRules(self.file, self.line, reason)

    def text(self) -> str:
        """A non-empty scalar as written."""
        if not isinstance(self.node, yaml.ScalarNode) or not str(self.node.value).strip():
            raise self.refuse("a text is expected here")
        return str(self.node.value).strip()

    def number(self, low: float, high: float) -> float:
        """A number between `low` and `high`, both included."""
        try:
            value = float(self.text())
        except ValueError:
            raise self.refuse("a number is expected here") from None
        if not low <= value <= high:
            raise self.refuse(f"must be between {low:g} and {high:g}")
        return value

    def flag(self) -> bool:
        value = self.text().lower()
        if value not in {"true", "false"}:
            raise self.refuse("true or false is expected here")
        return value == "true"

    def items(self) -> list[Place]:
        """The parts of a list; a single scalar counts as a list of one."""
        if isinstance(self.node, yaml.ScalarNode):
            return [self]
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.refuse("a list is expected here")
        return [Place(self.file, node) for node in self.node.value]

    def entries(self) -> list[tuple[str, Place]]:
        """Key and value of a mapping, in the order of the file."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.refuse("a mapping (key: value) is expected here")
        found: dict[str, Place] = {}
        for key, value in self.node.value:
            name = Place(self.file, key).text()
            if name in found:
                raise Place(self.file, key).refuse(f"'{name}' is written twice")
            found[name] = Place(self.file, value)
        return list(found.items())

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Place]:
        """The fields of a mapping that may hold only these."""
        found = dict(self.entries())
        known = {*required, *optional}
        for name, place in found.items():
            if name not in known:
                raise place.refuse(f"unknown field '{name}', known: {', '.join(sorted(known))}")
        for name in required:
            if name not in found:
                raise self.refuse(f"'{name}' is missing")
        return found

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)


def read(file: Path) -> Place:
    """The top of a YAML file. Raises `BadRules`."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise BadRules(file, 0, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadRules(file, 0, "is not UTF-8 text") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadRules(
            file, mark.line + 1 if mark else 0, error.problem or "is not YAML"
        ) from error
    except yaml.YAMLError as error:
        raise BadRules(file, 0, "is not YAML text") from error
    if node is None:
        raise BadRules(file, 0, "is empty")
    return Place(file, node)
