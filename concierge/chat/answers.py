"""The shop's answers that need no order and no product, from `data/answers/*.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from concierge.core.errors import ConfigError
from concierge.core.policies import ReturnPolicy
from concierge.core.texts import Texts, check, read
from concierge.detection.models import Intent, RingSize
from concierge.replies.models import Article, QuickReplies, QuickReply

AROUND_MM = 30
"""No ring measures as much across; a larger number of millimetres goes round the finger."""


class _Link(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    label: str
    url: str


class _First(BaseModel):
    """What is said before the page, to who asks with one of these words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: list[str] = Field(min_length=1)
    say: str


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    intent: Intent
    title: str
    body: str
    first: list[_First] = []
    points: list[str] = []
    links: list[_Link] = []
    quick_replies: list[QuickReply] = []


class SizeRow(BaseModel):
    """One ring size in every system; diameters and circumferences in millimetres."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    us: str
    uk: str
    eu: str
    diameter_mm: float
    circumference_mm: float

    def names(self, size: RingSize) -> bool:
        """Whether this row is the size itself, and not only the one nearest to it."""
        match size.system.value:
            case "UK":
                return size.value == self.uk
            case "EU":
                return size.value == self.eu
            case "US":
                return float(size.value) == float(self.us)
        millimetres = float(size.value)
        if millimetres > AROUND_MM:
            return abs(millimetres - self.circumference_mm) < 0.5
        return abs(millimetres - self.diameter_mm) < 0.05


class Answers:
    """Answers by intent, and the table of ring sizes (ISO 8653: inner circumference)."""

    def __init__(self, answers: dict[Intent, _Answer], sizes: list[SizeRow]) -> None:
        self._answers = answers
        self.sizes = sizes

    @classmethod
    def load(cls, folder: Path, policies: ReturnPolicy) -> Answers:
        """Reads `folder/answers`, with the windows and terms of the policies filled in.

        Raises `ConfigError` that names the file and its first fault.
        """
        windows = {
            "return_days": policies.return_window_days,
            "resize_days": policies.resize_window_days,
            "refund_days": policies.refund_within_days,
            "way_back": Texts.load(folder, "chat").say(f"way_back_{policies.pay_way_back}"),
        }
        answers: dict[Intent, _Answer] = {}
        sizes: list[SizeRow] = []
        for path in sorted((folder / "answers").glob("*.yaml")):
            file = f"data/answers/{path.name}"
            loaded = read(path, file)
            try:
                if path.stem == "ring_sizes":
                    sizes = [SizeRow.model_validate(row) for row in loaded["rows"]]
                else:
                    answer = _Answer.model_validate(_filled(loaded, windows, file))
                    answers[answer.intent] = answer
            except (ValidationError, KeyError, TypeError) as error:
                fault = " ".join(str(error).split())[:200]
                raise ConfigError(file, fault, "see its neighbours") from error
        return cls(answers, sizes)

    def article(self, intent: Intent) -> Article:
        answer = self._answers[intent]
        return Article(
            topic=intent.value,
            title=answer.title,
            body=answer.body,
            points=list(answer.points),
            links=[QuickReply(label=link.label, text=link.url) for link in answer.links],
        )

    def first(self, intent: Intent, text: str) -> str | None:
        """What answers this very question, to be said before the page: of the sentences listed
        with it the one most of whose words were said, and of equals the first."""
        said = " ".join(re.findall(r"\w+", text.casefold()))
        most, answer = 0, None
        for one in self._answers[intent].first:
            named = sum(re.search(rf"\b{re.escape(word)}", said) is not None for word in one.words)
            if named > most:
                most, answer = named, one.say
        return answer

    def quick_replies(self, intent: Intent) -> QuickReplies:
        return QuickReplies(options=list(self._answers[intent].quick_replies))

    def size_row(self, size: RingSize) -> SizeRow | None:
        """The row of a size, to the nearest half; None outside the table."""
        nearest = round(size.us * 2) / 2
        for row in self.sizes:
            if float(row.us) == nearest:
                return row
        return None


def _filled(value: Any, windows: Mapping[str, object], file: str, key: str = "") -> Any:
    """The same with every text in it filled; `key` says where in the file it stands."""
    if isinstance(value, str):
        check(value, windows, file, key)
        return value.format_map(windows)
    if isinstance(value, dict):
        return {k: _filled(v, windows, file, f"{key}.{k}".lstrip(".")) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, windows, file, f"{key}.{n}") for n, v in enumerate(value, start=1)]
    return value
