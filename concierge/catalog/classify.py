"""What a piece is, read from the words a shop gave it: category, metal, stones, search words.

Pure. The names are those customers' messages are read into, so that what is asked for and what is
kept meet. Rules: a whole word or phrase counts, never a part of one ("earring" holds no "ring");
earlier sources of words win (the type before the tags before the title).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

OTHER = "other"
MAX_SEARCH_WORDS = 80
MAX_NAMED_WORDS, MAX_NAME_WORDS = 30, 12
"""How many words of a message are looked at for names, and how long a name may be."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

# Longer phrases stand before the words inside them.
_CATEGORIES: dict[str, tuple[str, ...]] = {
    "set": ("jewellery set", "jewelry set", "gift set", "set", "duo", "parure"),
    "earrings": ("earring", "stud", "hoop", "huggie", "ear cuff"),
    "bracelet": ("bracelet", "bangle", "cuff", "anklet"),
    "necklace": ("necklace", "neclace", "choker", "chain", "lariat"),
    "pendant": ("pendant", "locket"),
    "charm": ("charm",),
    "watch": ("watch", "watches", "wristwatch", "timepiece"),
    "ring": ("ring", "wedding band", "band", "signet", "solitaire"),
}
_METALS: dict[str, tuple[str, ...]] = {
    "rose gold": ("rose gold", "pink gold", "red gold", "rosegold"),
    "white gold": ("white gold", "whitegold"),
    "yellow gold": ("yellow gold", "yellowgold"),
    "gold": ("gold", "gold vermeil", "vermeil", "golden", "9k", "10k", "14k", "18k", "24k"),
    "silver": ("sterling silver", "silver", "925"),
    "platinum": ("platinum",),
    "steel": ("stainless steel", "steel"),
    "titanium": ("titanium",),
    "brass": ("brass",),
    "copper": ("copper",),
}
_STONES: dict[str, tuple[str, ...]] = {
    name: (name, "rubies") if name == "ruby" else (name,)
    for name in (
        "diamond", "sapphire", "ruby", "emerald", "pearl", "opal", "amethyst", "aquamarine",
        "citrine", "garnet", "moonstone", "morganite", "onyx", "peridot", "tanzanite", "topaz",
        "tourmaline", "turquoise", "moissanite", "jade", "agate", "quartz", "lapis", "amber",
    )
}  # fmt: skip
_STONES["lapis"] = ("lapis", "lapis lazuli")
_STONES["pearl"] += ("mother of pearl",)

# "gold" alone says no colour: it meets all three, and each of the three meets it.
_GOLDS = ("gold", "yellow gold", "rose gold", "white gold")

_READY_WORDS = frozenset({"ready", "ship", "shipping", "stock", "available", "today", "now"})
_NO_STYLES = frozenset({*_CATEGORIES, "earring", "gift", "jewellery", "jewelry", "new", "sale"})
"""Tags that say what a piece is, or how it is sold."""
_HISSING = ("ch", "sh", "x", "ss")
"""What takes -es in the plural."""
_FILLER = frozenset(
    {
        "a", "all", "an", "and", "any", "between", "can", "could", "do", "find", "for", "from",
        "get", "give", "got", "have", "i", "im", "in", "is", "it", "like", "looking", "me", "my",
        "need", "nice",
        "of", "on", "one", "ones", "only", "or", "piece", "pieces", "please", "pretty", "see",
        "show", "some", "something", "that", "the", "there", "to", "under", "want", "what", "which",
        "with", "would", "you", "your", "jewellery", "jewelry",
    }
)  # fmt: skip


def _phrases(names: Mapping[str, tuple[str, ...]]) -> list[tuple[re.Pattern[str], str]]:
    """Every phrase, with or without an s, and the name it stands for; the longest first."""
    pairs = sorted(
        ((spelling, name) for name, spellings in names.items() for spelling in spellings),
        key=lambda pair: -len(pair[0]),
    )
    return [
        (re.compile(rf"(?<!\w){re.escape(spelling)}s?(?!\w)"), name) for spelling, name in pairs
    ]


_CATEGORY_PHRASES = _phrases(_CATEGORIES)
_METAL_PHRASES = _phrases(_METALS)
_STONE_PHRASES = _phrases(_STONES)


def _find_all(
    text: str, phrases: list[tuple[re.Pattern[str], str]]
) -> tuple[list[tuple[int, str]], str]:
    """The names in the text by their place, and the text without their words."""
    found: list[tuple[int, str]] = []
    rest = text.casefold().replace("-", " ")
    for pattern, name in phrases:
        for match in pattern.finditer(rest):
            found.append((match.start(), name))
            rest = rest[: match.start()] + " " * len(match.group()) + rest[match.end() :]
    return sorted(found), rest


def _first(texts: Iterable[str], phrases: list[tuple[re.Pattern[str], str]]) -> str | None:
    for text in texts:
        if found := _find_all(text, phrases)[0]:
            return found[0][1]
    return None


def category_of(kind: str, tags: Iterable[str], title: str) -> str:
    """The category: from the shop's own type, its tags, the last such word of the title.

    What is no jewellery keeps the shop's own type in lower case, or is `other`.
    """
    if (known := _first([kind, *tags], _CATEGORY_PHRASES)) is not None:
        return known
    # English names the thing last: a "ring box set" is a set, a "pendant necklace" a necklace.
    if found := _find_all(title, _CATEGORY_PHRASES)[0]:
        return found[-1][1]
    return " ".join(kind.casefold().split()) or OTHER


def metal_of(title: str, tags: Iterable[str], kind: str = "") -> str | None:
    """The metal the title names, else the first that the tags do."""
    for text in (title, *tags, kind):
        if metals := [name for _, name in _find_all(text, _METAL_PHRASES)[0]]:
            # "14k white gold": the carats say gold, the colour says which.
            return next((m for m in metals if metals[0] == "gold" and m in _GOLDS[1:]), metals[0])
    return None


def stones_of(title: str, tags: Iterable[str]) -> tuple[str, ...]:
    """Every stone that title or tags name, each once."""
    found = [name for text in (title, *tags) for _, name in _find_all(text, _STONE_PHRASES)[0]]
    return tuple(dict.fromkeys(found))


def same_category(word: str) -> str:
    """`rings` and `Ring` are `ring`; a category of the shop's own stays as it is."""
    return _first([word], _CATEGORY_PHRASES) or " ".join(word.casefold().split())


def same_stone(word: str) -> str:
    return _first([word], _STONE_PHRASES) or " ".join(word.casefold().split())


def same_metals(word: str) -> tuple[str, ...]:
    """The metals a wish for this one is content with."""
    metal = _first([word], _METAL_PHRASES) or " ".join(word.casefold().split())
    if metal == "gold":
        return _GOLDS
    return (metal, "gold") if metal == "yellow gold" else (metal,)


def stem(word: str) -> str:
    """Singular and plural alike; crude on purpose, as both sides of a search pass through it."""
    word = word.casefold()
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def style_words(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Each word that may be a tag for a style, with its forms: singular and plural. What a piece is
    as a whole, or what it is made of, is none."""
    found: dict[str, tuple[str, ...]] = {}
    for word in (one.casefold() for one in words):
        other = {stem(word), singular(word), word} & _NO_STYLES or _first([word], _METAL_PHRASES)
        if not other and _first([word], _STONE_PHRASES) is None:
            found[word] = style_forms(word)
    return found


def style_forms(word: str) -> tuple[str, ...]:
    """The tags that say this style: as it is written, singular and plural."""
    word = word.casefold()
    one = singular(word)
    several = f"{one}es" if one.endswith(_HISSING) else f"{one}s"
    return tuple(dict.fromkeys((word, stem(word), one, several)))


def singular(word: str) -> str:
    """As one is called: `stud` of studs, `huggie` of huggies; "tennis" is no plural."""
    if word.endswith(tuple(f"{end}es" for end in _HISSING)):
        return word[:-2]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "is", "us"))
    return word[:-1] if plural else word


def words_apart(text: str) -> list[str]:
    """The words of the text in its order, but for those of a metal or a stone, and for filler."""
    _, rest = _find_all(text, _METAL_PHRASES)
    _, rest = _find_all(rest, _STONE_PHRASES)
    return [word for word in _WORD.findall(rest) if word not in _FILLER and not word.isdigit()]


def search_words(*texts: str) -> list[str]:
    """The stems that free text is matched to, each once, sorted."""
    words = {stem(word) for text in texts for word in _WORD.findall(text)}
    return sorted(word for word in words if word not in _FILLER)[:MAX_SEARCH_WORDS]


class Wish:
    """Free text taken apart: `category`, `metal`, `stone` it names, and the words left over."""

    def __init__(self, text: str) -> None:
        categories, rest = _find_all(text, _CATEGORY_PHRASES)
        _, rest = _find_all(rest, _METAL_PHRASES)
        stones, rest = _find_all(rest, _STONE_PHRASES)
        self.category = categories[-1][1] if categories else None
        self.metal = metal_of(text, ())
        self.stone = stones[0][1] if stones else None
        silent = _READY_WORDS | _FILLER
        self.words = tuple(
            dict.fromkeys(
                stem(word)
                for word in _WORD.findall(rest)
                if word not in silent and not word.isdigit() and len(word) > 1
            )
        )


def spoken(text: str) -> str:
    """The words alone, in lower case and without accents: a name as it may be typed."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_WORD.findall(plain.casefold()))


def names_in(text: str) -> list[str]:
    """Everything in a message that a piece could be called: each row of words of which one is
    neither a kind, a metal, a stone nor a filler; also without a plural's or a possessive's s."""
    own = set(Wish(text).words)
    words = _WORD.findall(text.casefold().replace("\u2019", "'"))[:MAX_NAMED_WORDS]
    telling = [at for at, word in enumerate(words) if {stem(word), *word.split("'")} & own]
    if not telling:
        return []
    names: dict[str, None] = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + MAX_NAME_WORDS, len(words)) + 1):
            if any(start <= at < end for at in telling):
                before, last = words[start : end - 1], words[end - 1]
                for word in (last, stem(last), last.removesuffix("'s")):
                    names[" ".join([*before, word])] = None
    return list(names)
