"""The words of the messages, from `data/texts/mail.yaml` and `data/texts/sms.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from concierge.core.errors import ConfigError
from concierge.core.texts import Texts, known_placeholders, read

_FILE = "data/texts/mail.yaml"


@dataclass(frozen=True)
class Rendered:
    """A message ready to send; a text message has no subject."""

    subject: str
    body: str


class MailTexts:
    """Templates by kind. Plain text throughout: nothing is escaped, nothing is markup."""

    def __init__(self, mails: Texts, sms: Texts, fallbacks: Texts) -> None:
        self._mails = mails
        self._sms = sms
        self._fallbacks = fallbacks

    @classmethod
    def load(cls, folder: Path) -> MailTexts:
        """Raises `ConfigError` when a file is missing or not of the expected shape."""
        loaded = read(folder / "texts" / "mail.yaml", _FILE)
        try:
            parts = {
                f"{kind}.{part}": str(mail[part])
                for kind, mail in loaded.items()
                for part in ("subject", "body")
            }
        except (KeyError, TypeError) as error:
            raise ConfigError(
                _FILE,
                f"must give a subject and a body to each kind ({error})",
                "survey: {subject: ..., body: ...}",
            ) from error
        return cls(
            Texts(parts, _FILE, known_placeholders(folder)),
            Texts.load(folder, "sms"),
            Texts.load(folder, "mail_fallbacks"),
        )

    def mail(self, kind: str, values: Mapping[str, object]) -> Rendered:
        """An unknown kind is our own mistake and raises `KeyError`."""
        filled = self._filled(values)
        subject = self._mails.say(f"{kind}.subject", **filled)
        # A header is one line, whatever a customer typed into a name.
        return Rendered(" ".join(subject.split()), self._mails.say(f"{kind}.body", **filled))

    def sms(self, kind: str, values: Mapping[str, object]) -> Rendered:
        return Rendered("", self._sms.say(kind, **self._filled(values)))

    def _filled(self, values: Mapping[str, object]) -> dict[str, object]:
        """A customer without a name is still addressed."""
        given = {key: value for key, value in values.items() if value not in (None, "")}
        spare = {key: self._fallbacks.say(key) for key in ("name", "tracking")}
        return {**values, **spare, **given}


def first_name(full_name: str | None) -> str | None:
    """`Ada Example` is greeted as Ada."""
    words = (full_name or "").split()
    return words[0] if words else None
