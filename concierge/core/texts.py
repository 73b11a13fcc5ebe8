"""The sentences people read, from `data/texts/*.yaml`; one place, ready for translation."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from concierge.core.errors import ConfigError
from concierge.core.telemetry import ERRORS, get_logger

LISTED = "data/texts/placeholders.yaml"
log = get_logger("texts")


class Texts:
    """Sentences by key, with `{placeholders}`. Values are inserted as they are: plain text."""

    def __init__(self, sentences: Mapping[str, str], file: str, known: Collection[str]) -> None:
        """`file` is named in messages. Raises `ConfigError` for braces that cannot be filled."""
        for key, sentence in sentences.items():
            check(sentence, known, file, key)
        self._sentences = dict(sentences)
        self._file = file

    @classmethod
    def load(cls, folder: Path, name: str) -> Texts:
        """Reads `folder/texts/name.yaml`: a flat map of key to sentence."""
        file = f"data/texts/{name}.yaml"
        loaded = read(folder / "texts" / f"{name}.yaml", file)
        if not all(isinstance(sentence, str) for sentence in loaded.values()):
            raise ConfigError(file, "must be a map of keys to sentences", "key: a sentence")
        return cls(loaded, file, known_placeholders(folder))

    def say(self, key: str, **values: object) -> str:
        """The sentence with its values; an unknown key is our own mistake.

        A value that is missing is one, too, but stays out of the sentence and in the log: the
        shop may move a placeholder to where it is not given, and a customer still gets an answer.
        """
        return self._sentences[key].format_map(_Values(values, self._file, key)).strip()

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def placeholders(self, key: str) -> set[str]:
        """The names a sentence needs."""
        return names_in(self._sentences[key])


class _Values(dict[str, object]):
    """What fills a sentence; what is missing is left out of it."""

    def __init__(self, values: Mapping[str, object], file: str, key: str) -> None:
        super().__init__(values)
        self._place = (file, key)

    def __missing__(self, name: str) -> str:
        file, key = self._place
        log.error("text.value_missing", file=file, key=key, placeholder=name)
        ERRORS.labels("texts", "value_missing").inc()
        return ""


def known_placeholders(folder: Path) -> frozenset[str]:
    """The names that `folder/texts/placeholders.yaml` explains."""
    return frozenset(read(folder / "texts" / "placeholders.yaml", LISTED))


def check(sentence: str, known: Collection[str], file: str, key: str) -> None:
    """Raises `ConfigError`, naming file and key, unless all braces are placeholders in `known`."""
    try:
        unknown = names_in(sentence) - set(known)
    except ValueError as error:
        raise ConfigError(file, f"{key}: {error}", "key: a sentence with {name}") from error
    if unknown:
        named = ", ".join(f"{{{name}}}" for name in sorted(unknown))
        fault = f"{key}: {named} is in no list; see {LISTED}"
        raise ConfigError(file, fault, "key: a sentence with {name}")


def names_in(sentence: str) -> set[str]:
    """The names in a sentence's braces; `ValueError` for braces that hold anything but a name."""
    found: set[str] = set()
    for _, name, specification, conversion in string.Formatter().parse(sentence):
        if name is None:
            continue
        if not name.isidentifier() or specification or conversion:
            raise ValueError("braces hold one name and nothing else")
        found.add(name)
    return found


def read(path: Path, file: str) -> dict[str, Any]:
    """A YAML file that is a map; `ConfigError` names it as `file`."""
    try:
        loaded: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(file, str(error), "key: a sentence") from error
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        raise ConfigError(file, "must be a map of keys to sentences", "key: a sentence")
    return loaded
