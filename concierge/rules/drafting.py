"""From messages that were not understood to a change of the files. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from concierge.core.errors import InvalidInput
from concierge.detection.detector import Detector
from concierge.detection.models import DetectionContext, Intent
from concierge.detection.slots import read_message
from concierge.detection.text import Words
from concierge.detection.vocabulary import Vocabulary

RULES = "rules.yaml"
PRIORITY = 50
"""Of a drafted rule, unless a rule of a higher one reads the messages as something else now."""
HIGHEST = 89
"""Above stand answers to what was asked, which nothing drafted here may take over."""
LONGEST = 6
"""Words of a pattern; more would fit no second message."""
USUAL_GAP = 3
_NAME = re.compile(r"^\s*- +name: *(\S+)", re.MULTILINE)


def with_messages(
    texts: Mapping[str, str], intent: Intent, messages: Sequence[str], detector: Detector
) -> dict[str, str]:
    """The files, changed so that such messages are read as `intent`; only those that changed.

    `detector` is made of `texts`. Where the intent has a file of phrases, the messages become
    phrases; where it has none, or a rule reads them as something else, their words become a rule,
    too. Raises `InvalidInput` when no message has a word to go by.
    """
    phrases = f"phrases/{intent.value}.yaml"
    if phrases not in texts:
        return _with_rule(texts, intent, messages, detector)
    said = [" ".join(message.split()) for message in messages if message.strip()]
    if not said:
        raise InvalidInput("messages", "hold no words")
    lines = "".join(f"  - {json.dumps(text, ensure_ascii=False)}\n" for text in said)
    changed = {phrases: f"{texts[phrases].rstrip()}\n{lines}"}
    held = [text for text in said if list(_rivals(text, intent, detector))]
    return changed | (_with_rule(texts, intent, held, detector) if held else {})


def _with_rule(
    texts: Mapping[str, str], intent: Intent, messages: Sequence[str], detector: Detector
) -> dict[str, str]:
    patterns = list(dict.fromkeys(_patterns(messages, detector.vocabulary)))
    if not patterns:
        raise InvalidInput("messages", "hold no words that a rule could go by")
    name = _fresh_name(texts[RULES], intent, patterns[0])
    rule = [
        f"  - name: {name}",
        f"    intent: {intent.value}",
        f"    priority: {_priority(messages, intent, detector)}",
        "    patterns:",
        *(f"      - {json.dumps(pattern, ensure_ascii=False)}" for pattern in patterns),
    ]
    return {RULES: "\n".join([texts[RULES].rstrip(), *rule, ""])}


def _priority(messages: Iterable[str], intent: Intent, detector: Detector) -> int:
    """One more than that of the rules by which the messages are read otherwise now."""
    now = [p for message in messages for p in _rivals(message, intent, detector)]
    return min(HIGHEST, max([PRIORITY - 1, *now]) + 1)


def _rivals(message: str, intent: Intent, detector: Detector) -> Iterable[int]:
    """The priorities of the rules that read the message as something else."""
    words = read_message(message, detector.vocabulary).words
    for hit in detector.rules.match(words, DetectionContext()).hits:
        if hit.intent is not intent:
            yield hit.rule.priority


def content(words: Words, vocabulary: Vocabulary) -> list[int]:
    """The places of words that say something, as detection compares them."""
    return [
        at
        for at, token in enumerate(words.tokens)
        if token not in vocabulary.filler and (token.isalnum() or token.startswith("#"))
    ]


def _patterns(messages: Iterable[str], vocabulary: Vocabulary) -> Iterable[str]:
    for message in messages:
        words = read_message(message, vocabulary).words
        places = content(words, vocabulary)
        if places:
            yield _with_gaps(words, places)
        elif spoken := [token for token in words.tokens if token.isalnum()]:
            yield f"^ {' '.join(spoken[:LONGEST])} $"


def _with_gaps(words: Words, places: Sequence[int]) -> str:
    """Neighbours as they stand, with room for other words where others stood; one sentence."""
    parts = [words.tokens[places[0]]]
    last = places[0]
    for at in places[1:LONGEST]:
        if any(place in words.hard for place in range(last + 1, at + 1)):
            break  # a gap never runs over the end of a sentence
        between = at - last - 1
        if between:
            parts.append("~" if between <= USUAL_GAP else f"~{between}")
        parts.append(words.tokens[at])
        last = at
    return " ".join(parts)


def _fresh_name(rules: str, intent: Intent, pattern: str) -> str:
    taken = set(_NAME.findall(rules))
    said = "-".join(re.findall(r"[a-z0-9]+", pattern)[:3]) or "said"
    name = f"{intent.value.replace('_', '-')}-{said}"
    return next(
        found
        for number in range(1, len(taken) + 2)
        if (found := name if number == 1 else f"{name}-{number}") not in taken
    )
