"""Everything a message names, read in one pass: first what has a shape, then what has a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from concierge.detection.identifiers import (
    Found,
    find_bare_name,
    find_bare_order,
    find_email,
    find_name,
    find_named_order,
    find_phone,
    find_postal_code,
)
from concierge.detection.models import Slots
from concierge.detection.money import Money, budget_of, find_money, parse_budget
from concierge.detection.ordinals import ORDINALS
from concierge.detection.patterns import compile_phrase
from concierge.detection.sizes import find_size
from concierge.detection.spelling import Speller
from concierge.detection.text import MAX_CHARACTERS, Mark, Words, clean, words_of
from concierge.detection.unwanted import is_within, stretches_left_out
from concierge.detection.vocabulary import Lexicon, Vocabulary

# What was asked for decides which bare digits and words are read without their context words.
_ORDER_ASKED = frozenset({"order_number", "identity"})
_POSTAL_ASKED = frozenset({"postal_code", "identity_proof"})
_PHONE_ASKED = frozenset({"phone", "stylist_contact", "order_updates"})
_NAME_ASKED = frozenset({"name", "stylist_contact"})
_SIZE_ASKED = frozenset({"ring_size", "new_size"})
_BUDGET_ASKED = frozenset({"budget"})
_SHAPES = frozenset({"cut", "cuts", "shape", "shaped"})
"""After a stone's name they make it a form: an emerald cut diamond is no emerald."""
_LOOKS = re.compile(
    r"\b(?:show|find|anything|something|gifts?|presents?|pieces?|jewel\w*|cheap|looking|search\w*"
    r"|shop\w*|browse)\b"
)
"""Words of who looks for a piece, beside the names of pieces."""

_PAIR = re.compile(
    r"^\W*(?:(?:maybe|something|rather|ok|okay|say|like|and|or|what about|how about|price|range"
    r"|budget)\W+)*\d[\d.,]*\s*(?:-|to)\s*\d[\d.,]*\W*(?:please|pls|instead|then|range)?\W*$"
)
"""Two numbers and no other word of weight: right after a search they are its budget."""

_TAKEN = "\0"  # cleaned text never holds it, and no reader takes it for a letter, digit or space
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?!\w)")
_PLACE = f"({'|'.join(ORDINALS)})"
_CHOICES = (
    compile_phrase(f"(the|that|this) {_PLACE}", {}),
    compile_phrase(f"{_PLACE} (one|option|piece)", {}),
    compile_phrase(f"^ {_PLACE} [please] $", {}),
)


@dataclass(frozen=True)
class Read:
    """A message made ready for the rules."""

    words: Words
    slots: Slots
    cut: bool
    repaired: int = 0


class _Page:
    """The cleaned text, from which every recognised stretch is taken out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.marks: list[Mark] = []

    def take(self, start: int, end: int, kind: str) -> None:
        self.marks.append(Mark(start, end, kind))
        self.text = self.text[:start] + _TAKEN * (end - start) + self.text[end:]

    def take_found(self, found: Found | None, kind: str) -> str | None:
        if found is None:
            return None
        self.take(found.start, found.end, kind)
        return found.value


def read_message(
    text: str,
    vocabulary: Vocabulary,
    awaiting: str | None = None,
    speller: Speller | None = None,
    *,
    searched: bool = False,
) -> Read:
    """Slots and words of a message.

    `awaiting` is what was asked for last; it settles what a bare number is, as `searched` does:
    that pieces were looked for in the turn before. What is known by its
    shape is read as typed; a `speller` repairs the words that are left. Never raises.
    """
    raw = text[:MAX_CHARACTERS]
    page = _Page(clean(raw))
    fields: dict[str, object] = {}
    looking = _looks(page.text, vocabulary) or (searched and _PAIR.match(page.text) is not None)
    money = _shapes(page, fields, raw, awaiting, looking=looking)
    words = words_of(page.text, page.marks, vocabulary.spelling)
    words, repaired = speller.repair(words) if speller else (words, 0)
    if money and not vocabulary.has("not_a_budget", words):
        fields["budget_min_cents"] = money.low_cents
        fields["budget_max_cents"] = money.high_cents
        fields["currency"] = money.currency
    _shop_words(fields, words, vocabulary)
    fields["name"] = _name(page, fields, raw, awaiting)
    return Read(words, Slots.model_validate(fields), len(text) > MAX_CHARACTERS, repaired)


def words_in(text: str, vocabulary: Vocabulary, awaiting: str | None = None) -> Words:
    """The words alone, before typos are repaired."""
    raw = text[:MAX_CHARACTERS]
    page = _Page(clean(raw))
    _shapes(page, {}, raw, awaiting, looking=_looks(page.text, vocabulary))
    return words_of(page.text, page.marks, vocabulary.spelling)


def _looks(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a piece is looked for, so that small numbers may be budgets."""
    kinds = vocabulary.lexicons["categories"].first_words
    named = (word in kinds for word in re.findall(r"[a-z]+", text))
    return _LOOKS.search(text) is not None or any(named)


def _shapes(
    page: _Page, fields: dict[str, object], raw: str, awaiting: str | None, *, looking: bool
) -> Money | None:
    """What is known by its shape, the surest first; returns the amount that may be a budget."""
    email = find_email(page.text)
    if email and email.value in raw.lower():  # never an address that was not typed as such
        fields["email"] = page.take_found(email, "email")
    digits = any(character.isdigit() for character in page.text)
    if digits:
        order = fields["order_number"] = page.take_found(find_named_order(page.text), "order")
        phone = find_phone(page.text, expected=awaiting in _PHONE_ASKED)
        fields["phone"] = page.take_found(phone, "phone")
    money = find_money(page.text, looking=looking and awaiting not in _SIZE_ASKED)
    if not money and awaiting in _BUDGET_ASKED and (bare := parse_budget(page.text)):
        money = [bare]
    for each in money:
        page.take(each.start, each.end, "money")
    if size := find_size(page.text, expected=awaiting in _SIZE_ASKED):
        fields["ring_size"] = size.size
        page.take(size.start, size.end, "size")
    if digits:
        postal = find_postal_code(
            page.text, expected=awaiting in _POSTAL_ASKED, beside_order=order is not None
        )
        fields["postal_code"] = page.take_found(postal, "postal")
        if order is None:
            found = find_bare_order(page.text, expected=awaiting in _ORDER_ASKED)
            order = fields["order_number"] = page.take_found(found, "order")
            if order and not postal:
                postal = find_postal_code(page.text, expected=False, beside_order=True)
                fields["postal_code"] = page.take_found(postal, "postal")
        for number in list(_NUMBER.finditer(page.text)):
            page.take(number.start(), number.end(), "number")
    return budget_of(money)


def _shop_words(fields: dict[str, object], words: Words, vocabulary: Vocabulary) -> None:
    """Category, metal, stone, style, people and occasions, and the wishes that are slots."""
    lexicons = vocabulary.lexicons
    other = _covered(vocabulary.spans("not_a_category", words))
    shapes = frozenset(
        at
        for at, token in enumerate(words.tokens[1:])
        if token in _SHAPES and at + 1 not in words.hard
    )
    for field, lexicon in (
        ("category", "categories"),
        ("metal", "metals"),
        ("stone", "stones"),
        ("style", "styles"),
        ("occasion", "occasions"),
    ):
        skip = {"category": other, "stone": shapes}.get(field, frozenset())
        if (name := _wanted(lexicons[lexicon], words, skip)) is not None:
            fields[field] = name
    for start, end in vocabulary.spans("for_somebody", words):
        named = [lexicons["recipients"].find_at(words, at) for at in range(start, end)]
        fields["recipient"] = next((name for name in named if name), None)
    if vocabulary.has("ready_to_ship", words):
        fields["ready_to_ship"] = True
    if vocabulary.has("opt_out", words):
        fields["opt_out"] = True
    if vocabulary.has("by_sms", words):
        fields["channel"] = "sms"
    elif vocabulary.has("by_email", words):
        fields["channel"] = "email"
    if (choice := _choice(words)) is not None:
        fields["choice"] = choice


def _choice(words: Words) -> int | None:
    """The first place that is named, and not refused: "not the second, the third"."""
    spans = [span for phrase in _CHOICES for span in phrase.find_all(words)]
    wanted = [span for span in spans if words.tokens[max(0, span[0] - 1)] != "not"]
    for start, end in (wanted or spans)[:1]:
        return next(ORDINALS[word] for word in words.tokens[start:end] if word in ORDINALS)
    return None


def _wanted(lexicon: Lexicon, words: Words, skip: frozenset[int]) -> str | None:
    """The first name of a list that the message does not say no to; else the first: in "not
    earrings, a necklace" the necklace."""
    found = lexicon.find_all(words, skip)
    if len(found) < 2:  # nothing to choose from
        return found[0][0] if found else None
    text, spans = "", []
    for at, token in enumerate(words.tokens):
        text += ", " if at in words.hard or at in words.soft else " "
        spans.append((len(text), len(text) + len(token)))
        text += token
    for name, start, end in found:
        span = spans[start][0], spans[end - 1][1]
        if not is_within(span, stretches_left_out(text, " ".join(words.tokens[start:end]))):
            return name
    return found[0][0]


def _name(page: _Page, fields: dict[str, object], raw: str, awaiting: str | None) -> str | None:
    named = find_name(raw)
    if named or awaiting not in _NAME_ASKED:
        return named
    # Cleaning can change lengths; where it did not, the capitals of the original are kept.
    same = len(raw) == len(page.text)
    rest = "".join(
        taken if taken == _TAKEN else typed
        for taken, typed in zip(page.text, raw if same else page.text, strict=True)
    )
    more = bool(fields.get("email") or fields.get("phone"))
    return find_bare_name(rest.strip(_TAKEN + " "), more_was_found=more)


def _covered(spans: list[tuple[int, int]]) -> frozenset[int]:
    return frozenset(at for start, end in spans for at in range(start, end))
