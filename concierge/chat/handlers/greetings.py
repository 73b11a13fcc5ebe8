"""The first words, by what is known of the customer."""

from __future__ import annotations

from concierge.core.texts import Texts
from concierge.replies.models import Text


def greeting_text(texts: Texts, tier: str | None, name: str | None, *, again: bool = False) -> Text:
    """A name and a tier are known only after an order was proven, or to rehearsal."""
    if tier in {"regular", "vip"} and name:
        return Text(text=texts.say(f"greeting_{tier}", name=name.split()[0]))
    return Text(text=texts.say("greeting_again" if again else "greeting_new"))
