"""Slash commands: `/track GG-12001`, `/gift 300`, `/size 6`, `/rings under $500`, `/help`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from concierge.detection.identifiers import find_bare_order, find_named_order
from concierge.detection.models import DetectionContext, Intent, Slots
from concierge.detection.money import parse_budget
from concierge.detection.sizes import parse_size
from concierge.detection.source import Place, read
from concierge.detection.text import clean
from concierge.detection.vocabulary import Vocabulary

_COMMAND = re.compile(r"\s*/\s?(?P<words>[a-z].*)\Z", re.DOTALL)
ARGUMENTS = frozenset({"none", "order_number", "budget", "ring_size", "text"})


@dataclass(frozen=True)
class Command:
    """One entry of `commands.yaml`. `usage` and `says` are shown by `/help`.

    `with_order` is the intent instead, where the order is already known.
    """

    name: str
    intent: Intent
    words: tuple[tuple[str, ...], ...]
    argument: str
    usage: str
    says: str
    with_order: Intent | None


@dataclass(frozen=True)
class CommandFound:
    command: Command
    intent: Intent
    slots: Slots


class CommandBook:
    """All commands by their first words, the longest first."""

    def __init__(self, commands: tuple[Command, ...], vocabulary: Vocabulary) -> None:
        self.commands = commands
        self._vocabulary = vocabulary
        self._by_words = {words: command for command in commands for words in command.words}
        self._longest = max((len(words) for words in self._by_words), default=0)

    @classmethod
    def load(cls, file: Path, vocabulary: Vocabulary) -> CommandBook:
        """Raises `BadRules` with file and line."""
        parts = read(file).fields(("commands", "category_command"))
        commands: list[Command] = []
        taken: dict[tuple[str, ...], str] = {}
        for place in parts["commands"].items():
            command = _command(place)
            for words in command.words:
                if words in taken:
                    raise place.refuse(f"'/{' '.join(words)}' already belongs to {taken[words]}")
                taken[words] = command.name
            commands.append(command)
        commands.append(_category_command(parts["category_command"], vocabulary, taken))
        return cls(tuple(commands), vocabulary)

    def find(self, text: str, slots: Slots, context: DetectionContext) -> CommandFound | None:
        """The command a message is, with its argument among the slots; None when it is none.

        An unknown word after the slash is no command: the rules then read the message as it is.
        """
        match = _COMMAND.match(clean(text))
        if match is None:
            return None
        typed = match["words"].split()
        for length in range(min(self._longest, len(typed)), 0, -1):
            command = self._named(tuple(word.strip(".,!?:;") for word in typed[:length]))
            if command is not None:
                rest = " ".join(typed[length:])
                filled = _fill(command, rest, slots)
                return CommandFound(command, _intent_of(command, filled, context), filled)
        return None

    def _named(self, words: tuple[str, ...]) -> Command | None:
        if (command := self._by_words.get(words)) is not None:
            return command
        meant = tuple(
            word for typed in words for word in self._vocabulary.spelling.get(typed, (typed,))
        )
        return self._by_words.get(meant)


def _intent_of(command: Command, slots: Slots, context: DetectionContext) -> Intent:
    known = slots.order_number or (context.known.order_number if context.known else None)
    return command.with_order if command.with_order and known else command.intent


def _fill(command: Command, rest: str, slots: Slots) -> Slots:
    """The command's own argument is read where it stands, also without its context words."""
    filled: dict[str, object] = {}
    if command.argument == "order_number":
        found = find_named_order(rest) or find_bare_order(rest, expected=True)
        if found:
            filled = {"order_number": found.value, "postal_code": slots.postal_code}
    elif command.argument == "budget":
        if money := parse_budget(rest):
            filled = {
                "budget_min_cents": money.low_cents,
                "budget_max_cents": money.high_cents,
                "currency": money.currency,
                "order_number": None,
            }
    elif command.argument == "ring_size" and (size := parse_size(rest)):
        filled = {"ring_size": size}
    return slots.model_copy(update=filled)


def _command(place: Place) -> Command:
    fields = place.fields(("name", "intent", "words", "usage", "says"), ("argument", "with_order"))
    argument = fields["argument"].text() if "argument" in fields else "none"
    if argument not in ARGUMENTS:
        raise fields["argument"].refuse(f"must be one of {', '.join(sorted(ARGUMENTS))}")
    words = tuple(tuple(item.text().split()) for item in fields["words"].items())
    for item in fields["words"].items():
        if not item.text().replace(" ", "").isalnum() or item.text() != item.text().lower():
            raise item.refuse("a command is words in lower case, without the slash")
    return Command(
        name=fields["name"].text(),
        intent=_intent(fields["intent"]),
        words=words,
        argument=argument,
        usage=fields["usage"].text(),
        says=fields["says"].text(),
        with_order=_intent(fields["with_order"]) if "with_order" in fields else None,
    )


def _category_command(
    place: Place, vocabulary: Vocabulary, taken: Mapping[tuple[str, ...], str]
) -> Command:
    """One command for every word of every category, so that a new category has its own at once."""
    fields = place.fields(("name", "usage", "says"))
    return Command(
        name=fields["name"].text(),
        intent=Intent.PRODUCT_SEARCH,
        words=tuple(
            words for words in vocabulary.lexicons["categories"].names if words not in taken
        ),
        argument="budget",
        usage=fields["usage"].text(),
        says=fields["says"].text(),
        with_order=None,
    )


def _intent(place: Place) -> Intent:
    try:
        return Intent(place.text())
    except ValueError:
        raise place.refuse(f"'{place.text()}' is not an intent") from None
