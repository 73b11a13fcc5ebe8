"""What identifies an order or a person: order numbers, e-mails, postal codes, phones, names."""

from __future__ import annotations

import re
from dataclasses import dataclass

_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]{0,63}@"
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![a-z0-9-])"
)
_PREFIXED = re.compile(r"(?<![a-z0-9])gg[\s#_.-]{0,3}(?P<digits>\d{3,18})(?![a-z0-9])")
_NAMED = re.compile(
    r"(?<![a-z])(?P<noun>orders?|purchases?|ordernumber|ord|package|parcel|shipment|reference|ref)"
    r"(?:\s*(?P<number>numbers?|num|nr|no\b\.?|id|code|ref(?:erence)?|#))*"
    r"\s*(?P<is>is|was|=|:|,)?\s*#?\s*(?P<digits>\d{3,18})(?![a-z0-9]|[.,]\d)"
)
_HASHED = re.compile(r"(?<![\w&])#\s?(?P<digits>\d{4,18})(?![a-z0-9])")
_VERBED = re.compile(
    r"(?<![a-z])(?P<verb>track|tracking|trac|traking|where is|wheres|where's|cancel|return|find|"
    r"status of|check|locate)\s+#?(?P<digits>\d{4,18})(?![a-z0-9]|[.,]\d)"
)
_ALONE = re.compile(
    r"^\W*(?:it'?s|its|it is|this is|number|no|the|my|is|here)?\W*"
    r"(?P<digits>\d{3,18})\W*$"
)
_FIRST_DIGITS = re.compile(r"(?<![\w.,$£€@-])(?P<digits>\d{4,18})(?![\w-]|[.,]\d)")
_LAST_DIGITS = re.compile(
    r"(?<![a-z])(?:orders?|package|parcel|shipment|delivery|refund|return)(?![a-z])[^\d]*[?!.,:;-]"
    r"\s*(?P<digits>\d{5,18})\W*$"
)
_NOUN_BEFORE = re.compile(
    r"(?:order|purchase)\s*(?:number|num|nr|no\.?|id|code|#)?\s*(?:is|was|:|=)?\s*#?\s*$"
)
_ZIP_PLUS = re.compile(r"(?<![\w-])(?P<code>\d{5}-\d{4})(?![\w-])")
_UK = re.compile(
    r"(?<![\w-])(?P<out>(?:[a-pr-uwyz]\d{1,2}|[a-pr-uwyz][a-hk-y]\d{1,2}"
    r"|[a-pr-uwyz]\d[a-hjkpstuw]|[a-pr-uwyz][a-hk-y]\d[abehmnprv-y]))\s?"
    r"(?P<in>\d[abd-hjlnp-uw-z]{2})(?![\w-])"
)
_CANADA = re.compile(
    r"(?<![\w-])(?P<fsa>[abceghj-nprstvxy]\d[abceghj-nprstv-z])[\s-]?"
    r"(?P<ldu>\d[abceghj-nprstv-z]\d)(?![\w-])"
)
_POSTAL_NAMED = re.compile(
    r"(?<![a-z])(?:zip|zips|zipcode|zip\s?-?code|postal|postal\s?-?code|post\s?-?code|postcode|plz)"
    r"\s*(?:is|was|=|:|,|of|for it is)?\s*(?P<code>\d{5}(?:-\d{4})?|\d{4,6})(?![\w-])"
)
_POSTAL_AFTER = re.compile(
    r"(?<![\w.,#$£€-])(?P<code>\d{4,6})\s*(?:is (?:my|the)|as)\s*(?:zip|postal|post\s?code)"
)
_SENT_TO = re.compile(
    r"(?<![a-z])(?:deliver(?:y|ies|ed)?|ship(?:s|ping|ped)?|send|sent|post)\s(?:[a-z]+\s){0,2}?"
    r"(?:to|in|for)\s+(?P<code>\d{5}(?:-\d{4})?)(?![\w-])"
)
_FIVE_DIGITS = re.compile(r"(?<![\w.,#$£€+-])(?P<code>\d{5})(?![\w-]|[.,]\d)")
_POSTAL_ALONE = re.compile(
    r"^\W*(?:it'?s|its|it is|this is|my|is|the)?\W*"
    r"(?P<code>\d{5}-\d{4}|\d{4,6})\W*$"
)
_PHONE = re.compile(
    r"(?<![\w.#$£€-])(?P<phone>\+\d{1,3}[\s.-]?(?:\(?\d{1,4}\)?[\s.-]?){2,5}\d{2,4}"
    r"|\(\d{3}\)\s?\d{3}[\s.-]?\d{4}|\d{3}[\s.-]\d{3}[\s.-]\d{4}|0\d{3,4}\s\d{3}\s?\d{3,4})(?![\w-])"
)
_PHONE_NAMED = re.compile(
    r"(?<![a-z])(?:phone|mobile|cell|tel|telephone|call|ring|text|sms|whatsapp|reach)"
    r"(?:\s+(?:me|us|number|no\.?|is|on|at|to|my|:|nr)){0,4}\s*:?\s*(?P<phone>\+?\d{7,15})(?!\w)"
)
_PHONE_ALONE = re.compile(r"(?<![\w.#])(?P<phone>\d{7,15})(?!\w)")
_CALLED = re.compile(
    r"(?:my name(?:'?s| is)|name is|name\s*:|i am called|this is)\s+"
    r"(?P<name>[^\W\d_][^\W\d_'’.-]*(?:[ ][^\W\d_][^\W\d_'’-]*){0,2})",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(r"^(?:i'?m|i am|it'?s|name)\s+", re.IGNORECASE)
_PART = re.compile(r"[,;\n\0/|]")
_A_NAME = re.compile(r"[^\W\d_][\w'’.-]{0,30}(?:[ ][^\W\d_][\w'’.-]{0,30}){0,3}")
_NAME_ENDS = frozenset(
    [
        "and",
        "my",
        "email",
        "mail",
        "phone",
        "order",
        "number",
        "is",
        "the",
        "zip",
        "i",
        "please",
        "with",
        "from",
        "a",
        "an",
        "not",
        "so",
        "too",
        "very",
        "at",
        "on",
        "in",
        "it",
        "for",
        "to",
        "can",
        "could",
    ]
)
_NOT_A_NAME = frozenset(
    [
        "a",
        "an",
        "the",
        "my",
        "not",
        "so",
        "very",
        "too",
        "just",
        "really",
        "useless",
        "great",
        "terrible",
        "ridiculous",
        "urgent",
        "what",
        "how",
        "it",
        "for",
        "about",
        "regarding",
        "wrong",
        "broken",
        "unacceptable",
        "taking",
        "getting",
        "bad",
        "good",
        "awful",
        "never",
        "mind",
        "cancel",
        "stop",
        "no",
        "yes",
        "ok",
        "okay",
        "thanks",
        "hello",
        "hi",
        "hey",
        "help",
        "human",
        "what",
        "why",
        "where",
        "when",
        "who",
        "track",
        "find",
        "check",
        "show",
        "status",
        "return",
        "resize",
        "change",
        "thank",
        "thx",
        "gracias",
        "merci",
        "danke",
        "grazie",
    ]
)


@dataclass(frozen=True)
class Found:
    """A recognised stretch of the cleaned text: `value` in its one written form."""

    start: int
    end: int
    value: str


def find_email(text: str) -> Found | None:
    match = _EMAIL.search(text) if "@" in text else None
    return Found(match.start(), match.end(), match.group()) if match else None


def find_named_order(text: str) -> Found | None:
    """An order number that says it is one: by prefix, by `order`, by `#`, by a verb as `track`.

    `GG-12001` when the prefix was typed, else the digits. `order 12` is a wish, `order no 125` is
    a number.
    """
    if match := _PREFIXED.search(text):
        start = _noun_before(text, match.start())
        return Found(start, match.end(), f"GG-{match['digits']}")
    for match in _NAMED.finditer(text):
        if len(match["digits"]) >= 4 or match["number"] or "#" in match.group():
            return Found(match.start(), match.end(), match["digits"])
    match = _HASHED.search(text) or _VERBED.search(text)
    return Found(match.start("digits"), match.end(), match["digits"]) if match else None


def find_bare_order(text: str, *, expected: bool) -> Found | None:
    """Digits alone: five or more as the whole message or at the end of one about an order ("is my
    order coming today? 12004"); anywhere when a number was asked for."""
    match = _ALONE.match(text)
    if match is None or not (expected or len(match["digits"]) >= 5):
        match = _LAST_DIGITS.search(text)
    if match:
        return Found(match.start("digits"), match.end("digits"), match["digits"])
    if expected and (match := _FIRST_DIGITS.search(text)):
        return Found(match.start("digits"), match.end("digits"), match["digits"])
    return None


def _noun_before(text: str, start: int) -> int:
    """Where `order number is` begins before a prefixed number, so that all of it is one mark."""
    begin = max(0, start - 30)
    match = _NOUN_BEFORE.search(text[begin:start])
    return begin + match.start() if match else start


def find_postal_code(text: str, *, expected: bool, beside_order: bool) -> Found | None:
    """A postal code: UK, Canadian and ZIP+4 by their shape, other digits only by context.

    `beside_order`: five digits beside a full order number are the postal code that proves it.
    """
    if match := _POSTAL_NAMED.search(text) or _ZIP_PLUS.search(text):
        return Found(match.start(), match.end(), match["code"])
    if match := _UK.search(text):
        return Found(match.start(), match.end(), f"{match['out']} {match['in']}".upper())
    if match := _CANADA.search(text):
        return Found(match.start(), match.end(), f"{match['fsa']} {match['ldu']}".upper())
    if match := _POSTAL_AFTER.search(text) or _SENT_TO.search(text):
        return Found(match.start("code"), match.end("code"), match["code"])
    if expected and (match := _POSTAL_ALONE.match(text) or _FIVE_DIGITS.search(text)):
        return Found(match.start("code"), match.end("code"), match["code"])
    if beside_order and (match := _FIVE_DIGITS.search(text)):
        return Found(match.start("code"), match.end("code"), match["code"])
    return None


def find_phone(text: str, *, expected: bool) -> Found | None:
    """A phone number as `+` and digits only; bare digits count when asked for or named so."""
    match = _PHONE.search(text) or _PHONE_NAMED.search(text)
    if match is None and expected:
        match = _PHONE_ALONE.search(text)
    if match is None:
        return None
    written = match["phone"]
    digits = re.sub(r"\D", "", written)
    if not 7 <= len(digits) <= 15 or not digits.isascii():
        return None
    start, end = match.span("phone")
    return Found(start, end, ("+" if written.startswith("+") else "") + digits)


def find_name(raw: str) -> str | None:
    """The name in `my name is Ada Example`, as typed."""
    if (match := _CALLED.search(raw)) is None:
        return None
    kept = _before_the_rest(match["name"])
    if not kept or (match.group().lower().startswith("this is") and not _capitalised(kept)):
        return None
    return " ".join(kept).strip(" .")


def find_bare_name(rest: str, *, more_was_found: bool) -> str | None:
    """One to four words where a name was asked for; `rest` is what is not yet recognised.

    `more_was_found`: an e-mail or phone stands beside it, so a sentence may go on after the name.
    """
    first = _PART.split(_INTRODUCTION.sub("", rest.strip(" \t\n,;:.-")), maxsplit=1)[0].strip()
    words = first.split()
    kept = _before_the_rest(first)
    if not kept or (len(kept) < len(words) and not more_was_found):
        return None
    name = " ".join(kept)
    if _A_NAME.fullmatch(name) and not {word.lower() for word in kept} & _NOT_A_NAME:
        return name
    return None


def _before_the_rest(text: str) -> list[str]:
    kept: list[str] = []
    for word in text.split():
        if word.lower() in _NAME_ENDS:
            break
        kept.append(word)
    return kept


def _capitalised(words: list[str]) -> bool:
    """`This is Ada` is a name, `this is late` is not."""
    return words[0].lower() not in _NOT_A_NAME and all(word[0].isupper() for word in words)
