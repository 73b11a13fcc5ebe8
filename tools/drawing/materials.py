"""Colours of metals and stones, and the grounds they are shown on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metal:
    """Five tones, from glint to shade."""

    glint: str
    light: str
    base: str
    dark: str
    deep: str


@dataclass(frozen=True)
class Stone:
    """Five tones from depth to sparkle; `polished` stones are domed instead of faceted."""

    depth: str
    dark: str
    base: str
    light: str
    sparkle: str
    polished: bool = False


METALS = {
    "yellow gold": Metal("#fff6d6", "#f6d98b", "#dcae4f", "#b07f2c", "#7d561a"),
    "rose gold": Metal("#fff0e8", "#f5c9b4", "#dfa189", "#b5745f", "#83493b"),
    "white gold": Metal("#ffffff", "#efeef2", "#cbcad4", "#95949f", "#66656f"),
    "silver": Metal("#ffffff", "#e9eef2", "#bfc8d0", "#8a95a1", "#5b6671"),
    "platinum": Metal("#ffffff", "#ecedee", "#c3c6cb", "#8f939b", "#60646c"),
    "steel": Metal("#f8fbfd", "#d5dde3", "#a5b0ba", "#73808c", "#48535f"),
}

STONES = {
    "diamond": Stone("#7d8ba3", "#b3bfd1", "#dbe3ee", "#f3f7fc", "#ffffff"),
    "sapphire": Stone("#0a1a55", "#15338f", "#2a57c7", "#6f9bf2", "#dfeaff"),
    "ruby": Stone("#5a0622", "#95103a", "#cc2350", "#f26d8a", "#ffe0e6"),
    "emerald": Stone("#04382a", "#0a6145", "#149468", "#5fd0a2", "#dcfaec"),
    "aquamarine": Stone("#2f7f97", "#58adc2", "#8fd3e0", "#c5eef4", "#f4fdff"),
    "amethyst": Stone("#38155f", "#5e2b97", "#8a52c7", "#bd95ec", "#f3e8ff"),
    "garnet": Stone("#3d0510", "#6d0e20", "#a01d33", "#d65868", "#ffdcdc"),
    "peridot": Stone("#44600c", "#6f9118", "#a2c438", "#d2e883", "#f9ffe0"),
    "morganite": Stone("#b0697a", "#d493a0", "#efbfc6", "#fbdfe2", "#fff7f7"),
    "citrine": Stone("#8a4c06", "#c27a12", "#eaa92f", "#fbd77d", "#fff7dc"),
    "onyx": Stone("#050507", "#15141a", "#2a2832", "#5b5866", "#d9d6e4", polished=True),
    "pearl": Stone("#b3a39c", "#d6c9c2", "#f2eae4", "#fbf7f3", "#ffffff", polished=True),
    "moonstone": Stone("#7f93b8", "#aabbd6", "#d5e0f0", "#eef4fb", "#ffffff", polished=True),
    "opal": Stone("#8fa9b5", "#b9d2d6", "#e3eeec", "#f6faf7", "#ffffff", polished=True),
}

# Grounds: (middle, edge) of a soft light, chosen by the colour that leads the piece.
GROUNDS = {
    "plum": ("#fdf9fc", "#e7d7e4"),
    "warm": ("#fffaf2", "#eddcc6"),
    "blush": ("#fff8f6", "#f0d8d2"),
    "cool": ("#f9fbfe", "#d6dfec"),
    "mist": ("#f8fcfc", "#d2e3e5"),
    "sage": ("#fafcf6", "#dae3cf"),
    "lilac": ("#fbf9ff", "#ddd5ee"),
    "pearl": ("#fcfbf9", "#e2dcd6"),
    "night": ("#4a3350", "#1d1423"),
}
